#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A firewall behind sotto that rejects a packet answers it with an ICMP error that
# quotes it, decrypted as it is there. Such an error does not leave.
#
#	alice: phone at 7000 ==SRTP==> middle: capture ==> bob: peer at 7000, firewall
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

errors='icmp or icmp6'

quoted() {
	plain_on_wire "$1" "$from_b and ($errors)"
}

dropped() {
	[ "$(flow bob 7000 rx-unprotected drop-tx-quote)" = "$1 $1" ]
}

load_module
hosts_up
on bob sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
on bob nft "add table inet wall; add chain inet wall behind \
		{ type filter hook input priority 110; }; add rule inet wall behind udp dport 7000 reject" ||
	bail "nft"
for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	capture_start "$work/control$f.pcap" middle br0 "udp or $errors"
	send phone rtp 2 >/dev/null
	capture_end "$work/control$f.pcap"
	check "IPv$f: in clear, the error quotes what was said" \
		test "$(quoted "$work/control$f.pcap")" -ge 1

	must 1 nl alice rule add action=require ports=7000 id=$f >/dev/null
	secure_both "$a:7000" "$b:7000"
	capture_start "$work/wire$f.pcap" middle br0 "udp or $errors"
	is "IPv$f: secure, all is sent" "$(send phone rtp 5)" "$(all_sent 5)"
	check "IPv$f: decrypted, rejected, and the errors dropped and counted" \
		wait_until 10 dropped 5
	capture_end "$work/wire$f.pcap"
	is "IPv$f: none has left" "$(on_wire "$work/wire$f.pcap" \
		"(icmp[0] == 3 or icmp6[0] == 1) and $from_b")" 0
	is "IPv$f: nobody can read what was said" "$(plain_on_wire "$work/wire$f.pcap" \
		"udp port 7000 or ($from_b and ($errors))")" 0
	is "IPv$f: the program does not get it" "$(got peer rtp)" 0
	nl alice rule del $f
	no_flows alice
	no_flows bob
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
