#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the fuzz target of SIP with clang and runs it for so many seconds,
# ten unless told. New inputs are kept in build/fuzz, findings beside them.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
out=build/fuzz/sip_packet
mkdir -p "$out/corpus"

# -fno-sanitize-recover: undefined behaviour is a finding, not a remark.
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-gnu-conditional-omitted-operand -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-Iuserspace/daemon -Iuserspace/zrtp -o "$out/sip_packet" \
	tests/fuzz/sip_packet.c userspace/daemon/dialogs.c userspace/daemon/sip.c userspace/daemon/wire.c \
	userspace/zrtp/hello_hash.c userspace/zrtp/negotiate.c userspace/zrtp/algo.c -lsodium
exec "$out/sip_packet" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
	-print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" tests/fuzz/sip_packet.corpus
