#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 60
#
# systemd starts what "make install" has put into a machine, nftables.service and sottod
# with it, and shuts it down again: once with a module that loads, once with one that the
# kernel refuses because nobody has signed it. A VM of its own, since that cannot be taken
# back. What is claimed is in boot-in-vm.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/system/tap.sh"

tree=$(mktemp -d "$top/build/boot.XXXXXX")
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' INT TERM

make -s -C "$top" install DESTDIR="$tree" >"$tree/log" 2>&1 || {
	sed 's/^/# /' "$tree/log"
	bail "make install fails"
}
"$top/tools/vm" --time-limit 550 --console "$tree/console" -- \
	"$top/tests/system/boot-in-vm" "$tree"
