#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 25
#
# NAT on either side and in either direction, or a VRF, which shows a packet to the hooks
# twice: a packet is protected once and unprotected once, and the flow's peer is the one
# on the wire.
#
#	alice: phone at 7000 -- NAT or VRF -- middle: capture -- NAT -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# nat HOST HOOK PRIORITY RULE...
nat() {
	_nat_host=$1
	_hook=$2
	_priority=$3
	shift 3
	on "$_nat_host" nft "add table inet nat; add chain inet nat $_hook \
		{ type nat hook $_hook priority $_priority; }; add rule inet nat $_hook $*" ||
		bail "nft does not take: $*"
}

no_nat() {
	on "$1" nft delete table inet nat
}

# keys A-LOCAL A-REMOTE B-LOCAL B-REMOTE: each end knows the other as the wire shows it
keys() {
	ab=$(new_key)
	ba=$(new_key)
	a_flow=$(new_flow alice "$1" "$2")
	b_flow=$(new_flow bob "$3" "$4")
	secure alice "$a_flow" tx "$ab" && secure bob "$b_flow" rx "$ab" &&
	secure bob "$b_flow" tx "$ba" && secure alice "$a_flow" rx "$ba" || bail "no keys"
}

# talk NAME A-TO B-TO: three packets each way
talk() {
	turn phone "$2"
	turn peer "$3"
	capture_start "$work/wire.pcap"
	_peer=$(got peer rtp)
	_phone=$(got phone rtp)
	is "$1: the program can send" "$(send phone rtp 3)" "$(all_sent 3)"
	check "$1: it arrives" wait_until 10 got_is peer rtp $((_peer + 3))
	say peer rtp 3
	check "$1: and the answer" wait_until 10 got_is phone rtp $((_phone + 3))
	capture_end "$work/wire.pcap"
	is "$1: protected once, unprotected once, at both ends" \
		"$(member "$a_flow" tx-protected rx-unprotected) $(
		nl bob flow show id "$b_flow" tx-protected rx-unprotected)" "3 3 3 3"
	is "$1: no other flow has come about" "$(flows alice | wc -l) $(flows bob | wc -l)" "1 1"
	is "$1: nobody can read it" "$(plain_on_wire "$work/wire.pcap" 'udp and not port 9 and greater 150')" 0
	no_flows alice
	no_flows bob
}

load_module
hosts_up
for f in 4 6; do
	family $f
	ip=ip
	[ $f = 4 ] || ip=ip6
	program phone alice "$a:7000" --unconnected
	phone=$started
	program peer bob "$b:7000" --unconnected
	peer=$started
	for h in alice bob; do
		must 1 nl $h rule add action=require ports=7000 id=$f >/dev/null
	done

	nat alice postrouting 100 "udp sport 7000 snat to :7711"
	keys "$a:7000" "$b:7000" "$b:7000" "$a:7711"
	talk "IPv$f, source NAT on the way out" "$b:7000" "$a:7711"
	no_nat alice

	nat bob prerouting -100 "udp dport 7722 dnat to :7000"
	keys "$a:7000" "$b:7722" "$b:7000" "$a:7000"
	talk "IPv$f, destination NAT on the way in" "$b:7722" "$a:7000"
	no_nat bob

	nat alice output -100 "udp dport 7733 dnat $ip to $b:7000"
	keys "$a:7000" "$b:7000" "$b:7000" "$a:7000"
	talk "IPv$f, destination NAT on the way out" "$b:7733" "$a:7000"
	no_nat alice

	program_ends phone "$phone"
	program_ends peer "$peer"
	for h in alice bob; do
		nl $h rule del $f
	done
done

modprobe -q vrf
ip -n alice link add blue type vrf table 10 || bail "no VRF"
ip -n alice link set blue up
ip -n alice link set eth0 master blue
ip -n alice addr add fd09::1/64 dev eth0 nodad 2>/dev/null
for f in 4 6; do
	family $f
	program phone alice "$a:7000" --unconnected --device blue
	phone=$started
	program peer bob "$b:7000" --unconnected
	peer=$started
	for h in alice bob; do
		must 1 nl $h rule add action=require ports=7000 id=$f >/dev/null
	done
	keys "$a:7000" "$b:7000" "$b:7000" "$a:7000"
	talk "IPv$f, VRF" "$b:7000" "$a:7000"
	program_ends phone "$phone"
	program_ends peer "$peer"
	for h in alice bob; do
		nl $h rule del $f
	done
done
finish
