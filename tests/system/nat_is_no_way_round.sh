#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a program sends to its own machine is not captured, but NAT may send it on to
# another: then it is. The flow's peer is the one on the wire.
#
#	alice: phone at 7000, sends to alice:7999 -- NAT --> bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

gets_through() {
	send phone rtp 1 >/dev/null
	got_more peer rtp 0
}

load_module
hosts_up
for f in 4 6; do
	family $f
	ip=ip
	[ $f = 4 ] || ip=ip6
	must 1 on alice nft "add table $ip way; add chain $ip way out \
		{ type nat hook output priority -100; };
		add rule $ip way out udp dport 7999 dnat to $b:7000"
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$a:7999"
	check "IPv$f: the way is there" wait_until 10 gets_through
	fence phone peer
	before=$(got peer rtp)

	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	capture_start "$work/held$f.pcap"
	is "IPv$f: under a rule the program can send" "$(send phone rtp 5)" "$(all_sent 5)"
	fence phone peer
	is "IPv$f: and nobody hears it" "$(got peer rtp)" "$before"
	is "IPv$f: the flow's peer is the one on the wire" "$(flow alice 7000 remote)" "$b:7000"
	secure alice "$(flow alice 7000 id)" tx "$(new_key)" || bail "no tx key"
	send phone rtp 5 >/dev/null
	fence phone peer
	is "IPv$f: with a key it arrives, protected" \
		"$(got peer rtp) $(flow alice 7000 tx-protected)" "$((before + 5)) 5"
	capture_end "$work/held$f.pcap"
	is "IPv$f: on the wire nobody can read it" \
		"$(plain_on_wire "$work/held$f.pcap" 'udp port 7000')" 0

	nl alice flow del "$(flow alice 7000 id)"
	nl alice rule del 1
	on alice nft delete table $ip way
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
