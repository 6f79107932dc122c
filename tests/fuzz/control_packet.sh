#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the control channel's fuzz target with clang and runs it for so many seconds,
# ten unless told. New inputs are kept in build/fuzz, findings beside them.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
out=build/fuzz/control_packet
mkdir -p "$out/corpus"

# -fno-sanitize-recover: undefined behaviour is a finding, not a remark.
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-gnu-conditional-omitted-operand -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-Iuserspace/daemon -Iinclude/uapi -o "$out/control_packet" \
	tests/fuzz/control_packet.c userspace/daemon/control.c userspace/daemon/control_parse.c
exec "$out/control_packet" -max_total_time="$seconds" -max_len=1024 -timeout=60 \
	-print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" tests/fuzz/control_packet.corpus
