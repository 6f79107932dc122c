#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the fuzz target of what sottod and its worker say to each other with clang and
# runs it for so many seconds, ten unless told. New inputs are kept in build/fuzz, findings
# beside them.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
out=build/fuzz/worker_message
mkdir -p "$out/corpus"

# -fno-sanitize-recover: undefined behaviour is a finding, not a remark.
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-gnu-conditional-omitted-operand -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-Iuserspace/daemon -Iuserspace/zrtp -o "$out/worker_message" \
	tests/fuzz/worker_message.c userspace/daemon/wire.c -lsodium
exec "$out/worker_message" -max_total_time="$seconds" -max_len=4096 -timeout=60 \
	-print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" tests/fuzz/worker_message.corpus
