#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the PipeWire plugin's fuzz target with clang and runs it for so many
# seconds, ten unless told. New inputs are kept in build/fuzz, findings beside them.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
out=build/fuzz/plugin_packet
mkdir -p "$out/corpus"

p=pipewire-plugin
# shellcheck disable=SC2046 # a list of words
clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-I$p $(pkg-config --cflags opus) -o "$out/plugin_packet" \
	tests/fuzz/plugin_packet.c $p/codec.c $p/jitter.c $p/reception.c $p/rtcp.c $p/rtp.c \
	$(pkg-config --libs opus)
exec "$out/plugin_packet" -max_total_time="$seconds" -max_len=2048 -timeout=60 \
	-print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" tests/fuzz/plugin_packet.corpus
