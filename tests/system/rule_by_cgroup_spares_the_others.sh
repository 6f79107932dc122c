#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A rule for the programs of a cgroup takes their calls from clear to hold. Those of
# others go on.
#
#	alice: phone at 7000 in a cgroup, other at 7002 -- bob: nobody
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

root=/sys/fs/cgroup
mkdir -p "$root/sotto-test"

load_module
hosts_up
family 4
must 1 nl alice rule add action=prefer ports=7000-7003 id=1 >/dev/null
echo $$ >"$root/sotto-test/cgroup.procs" || bail "no cgroup"
program phone alice "$a:7000"
echo $$ >"$root/cgroup.procs"
program other alice "$a:7002"
for p in phone other; do
	turn $p "$b:7000"
	tell $p rtp rtp rtp
	send $p stun 1 >/dev/null
done
is "before, both talk in clear" "$(states alice 7000) $(states alice 7002)" \
	"clear/clear clear/clear"
must 1 nl alice rule add action=require priority=-1 id=2 \
	cgroup="$(stat -c %i "$root/sotto-test")" >/dev/null
is "the one is held" "$(states alice 7000)" hold/hold
is "the other is not" "$(states alice 7002)" clear/clear
is "nor is what it begins anew" "$(must 1 nl alice flow del "$(flow alice 7002 id)"
	tell other rtp rtp rtp
	send other stun 1 >/dev/null
	states alice 7002)" clear/clear
finish
