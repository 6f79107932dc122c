#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the fuzz target of the rules' files with clang and runs it for so many seconds,
# ten unless told. New inputs are kept in build/fuzz, findings beside them.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
out=build/fuzz/rule_file
mkdir -p "$out/corpus"

# -fno-sanitize-recover: undefined behaviour is a finding, not a remark.
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-gnu-conditional-omitted-operand -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-Iuserspace/rules -Iuserspace/guard -Iuserspace/libsotto -Iinclude/uapi \
	-o "$out/rule_file" tests/fuzz/rule_file.c userspace/rules/rule_file.c \
	userspace/rules/rule_words.c userspace/guard/nft_text.c userspace/libsotto/names.c
exec "$out/rule_file" -max_total_time="$seconds" -max_len=2048 -timeout=60 \
	-dict=tests/fuzz/rule_file.dict \
	-print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" tests/fuzz/rule_file.corpus
