#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Under a require rule not one RTP or RTCP packet leaves or arrives before there are
# keys, the very first included; the program's sendmsg() succeeds all the same.
#
#	alice: phone at 7000, rule "require" -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# The first RTP packet makes no flow and is the rule's. Where this machine has taken 2 s
# until the next, the first is forgotten, and the next is the rule's too.
each_is_counted() {
	case $(flow alice 7000 drop-tx-hold) in
	11) ;;
	10) [ "$took" -ge 2 ] ;;
	*) false ;;
	esac
}

load_module
hosts_up
for f in 4 6; do
	family $f
	wire=$work/wire$f.pcap
	media="udp and (port 7000 or port 7001)"
	program phone alice "$a:7000"
	phone=$started
	program phone-rtcp alice "$a:7001"
	phone_rtcp=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn phone-rtcp "$b:7001"
	turn peer "$a:7000"

	capture_start "$work/control$f.pcap"
	say phone rtp 3
	say peer rtp 3
	soon got_is peer rtp 3
	soon got_is phone rtp 3
	capture_end "$work/control$f.pcap"
	is "IPv$f: without a rule the capture reads what both say" \
		"$(plain_on_wire "$work/control$f.pcap" 'udp port 7000')" 6

	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	capture_start "$wire"
	began=$(date +%s)
	is "IPv$f: the first packet is sent, says sendmsg()" "$(send phone rtp 1)" "$(all_sent 1)"
	fence phone peer
	is "IPv$f: and does not arrive" "$(got peer rtp)" 3
	is "IPv$f: it alone makes no flow" "$(states alice 7000)" none
	is "IPv$f: so with those that follow" "$(send phone rtp 5)" "$(all_sent 5)"
	took=$(($(date +%s) - began))
	is "IPv$f: the flow is held both ways" "$(states alice 7000)" hold/hold
	is "IPv$f: so with RTCP on the same port" "$(send phone rtcp 4)" "$(all_sent 4)"
	is "IPv$f: so with RTCP on the port above" "$(send phone-rtcp rtcp 2)" "$(all_sent 2)"
	fence phone peer
	is "IPv$f: nothing of it has arrived" "$(got peer rtp) $(got peer rtcp)" "3 0"
	check "IPv$f: each is counted" each_is_counted
	is "IPv$f: the network's RTP is sent" "$(send peer rtp 5)" "$(all_sent 5)"
	is "IPv$f: and RTCP" "$(send peer rtcp 2)" "$(all_sent 2)"
	fence peer phone
	is "IPv$f: none of it reaches the program" "$(got phone rtp) $(got phone rtcp)" "3 0"
	is "IPv$f: each is counted, arriving" "$(flow alice 7000 drop-rx-hold)" 7
	capture_end "$wire"
	is "IPv$f: the wire has carried what arrived" "$(plain_on_wire "$wire" "$from_b and $media")" 7
	is "IPv$f: and nothing that left, but STUN" \
		"$(plain_on_wire "$wire" "$from_a and $media") $(on_wire "$wire" "$from_a and $media")" \
		"0 2"

	# The network begins.
	nl alice flow del "$(flow alice 7000 id)"
	is "IPv$f: the flow is gone" "$(states alice 7000)" none
	say peer rtp 1
	fence peer phone
	is "IPv$f: a first packet that arrives is dropped too" "$(got phone rtp)" 3
	say peer rtp 4
	fence peer phone
	is "IPv$f: and all that follow" "$(got phone rtp)" 3
	is "IPv$f: in a flow that nobody here has asked for" \
		"$(states alice 7000) $(flow alice 7000 embryonic drop-rx-hold)" \
		"hold/hold 1 4"

	nl alice flow del "$(flow alice 7000 id)"
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends phone-rtcp "$phone_rtcp"
	program_ends peer "$peer"
done
finish
