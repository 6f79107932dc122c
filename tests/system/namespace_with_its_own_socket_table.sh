#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Since 6.2 a network namespace may have a table of UDP sockets of its own. The receiver of
# what has been decrypted is looked for in that one. 6.1 has one for all.
#
#	alice: phone at 7000 ==SRTP==> bob: peer at 7000, in a table of 256 places
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

wanted=/proc/sys/net/ipv4/udp_child_hash_entries

load_module
[ ! -e $wanted ] || echo 256 >$wanted
hosts_up
if [ -e $wanted ]; then
	echo 0 >$wanted
	is "bob has a table of his own" "$(on bob sysctl -n net.ipv4.udp_hash_entries)" 256
else
	note "this kernel has one table for all"
fi
for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	program peer bob "$b:7000"
	turn phone "$b:7000"
	secure_both "$a:7000" "$b:7000"
	is "IPv$f: five are sent" "$(send phone rtp 5)" "$(all_sent 5)"
	check "IPv$f: and heard" wait_until 10 got_is peer rtp 5
	is "IPv$f: none found nobody" "$(flow bob 7000 drop-rx-no-socket)" 0
	no_flows alice
	no_flows bob
	for p in $pids; do
		stop "$p"
	done
	rm -f "$work"/*.orders
done
finish
