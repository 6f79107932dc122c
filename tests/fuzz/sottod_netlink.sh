#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the fuzz target of what the kernel sends to sottod with clang and runs it for so
# many seconds, ten unless told. New inputs are kept in build/fuzz, findings beside them.
set -eu
cd "$(dirname "$0")/../.."
. tests/fuzz/sottod-build
sottod_target sottod_netlink userspace/daemon/kernel.c
exec "$out/sottod_netlink" -max_total_time="${1:-10}" -max_len=4096 -timeout=60 \
	-print_final_stats=1 -artifact_prefix="$out/" "$out/corpus" tests/fuzz/sottod_netlink.corpus
