#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
# A secure call goes on when one end gets another address: there its own kernel follows
# the program's socket, at the other end a packet that authenticates takes the flow along,
# with its id, keys, streams and cookie, RTCP's port as well as RTP's.
#
#	alice: phone at 7000, RTCP at 7001 -- middle: capture -- bob: peer, 10.9.0.2, then 10.9.0.3
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

zrtp=100000015a525450000000010000000000000000

# bobs MEMBER...: of bob's flow
bobs() {
	nl bob flow show id "$b_flow" "$@"
}

zrtp_came() {
	[ "$(bobs drop-rx-agent)" = 1 ]
}

# moves FROM TO. Without an address the kernel has forgotten its neighbours. They must
# answer within three seconds or what waits for them is dropped: no matter of this test.
moves() {
	on bob ip addr del "$1/$bits" dev eth0
	# shellcheck disable=SC2086 # a word or none
	on bob ip addr add "$2/$bits" dev eth0 $nodad
	must 10 reaches bob "$alice"
}

load_module
hosts_up
agent watch alice
for f in 4 6; do
	family $f
	any=0.0.0.0 b3=10.9.0.3 bits=24 nodad=
	[ $f = 4 ] || any='[::]' b3='[fd09::3]' bits=64 nodad=nodad
	alice=$(echo "$a" | tr -d '[]')
	b2_plain=$(echo "$b" | tr -d '[]')
	b3_plain=$(echo "$b3" | tr -d '[]')
	for p in phone:alice:7000 phone-rtcp:alice:7001 peer:bob:7000 peer-rtcp:bob:7001; do
		name=${p%%:*}
		rest=${p#*:}
		program "$name" "${rest%%:*}" "$any:${rest#*:}" --unconnected
		eval "$(echo "$name" | tr - _)=\$started"
	done
	turn phone "$b:7000"
	turn peer "$a:7000"
	turn phone-rtcp "$b:7001"
	turn peer-rtcp "$a:7001"
	for h in alice bob; do
		must 1 nl $h rule add action=require ports=7000 id=$f >/dev/null
	done
	capture_start "$work/wire$f.pcap"
	secure_both "$a:7000" "$b:7000" $([ $f = 4 ] || echo aead-aes-128-gcm)
	nl alice flow cookie "$a_flow" c00c1e
	say phone rtp 2
	say peer rtp 2
	say peer-rtcp rtcp 1
	fence phone peer
	fence peer phone
	fence peer-rtcp phone-rtcp
	is "IPv$f: it is heard at both ends" "$(got phone rtp) $(got peer rtp) $(got phone-rtcp rtcp)" \
		"2 2 1"
	before=$(told watch '"event":"source"')

	moves "$b2_plain" "$b3_plain"
	is "IPv$f: from its new address the program sends on" "$(send peer rtp 3)" "$(all_sent 3)"
	fence peer phone
	is "IPv$f: is heard" "$(got phone rtp)" 5
	is "IPv$f: its own kernel has followed it" \
		"$(bobs local tx-protected)" "$b3:7000 6"
	is "IPv$f: the other end's has too" "$(member "$a_flow" remote)" "$b3:7000"
	is "IPv$f: it is the same flow, there are no others" "$(flows alice) $(flows bob)" \
		"$a_flow $b_flow"
	is "IPv$f: with the agent's cookie" "$(member "$a_flow" cookie)" c00c1e
	check "IPv$f: the agent hears of it, once" wait_until 10 told_is watch '"event":"source"' \
		$((before + 1))

	say peer-rtcp rtcp 2
	fence peer-rtcp phone-rtcp
	is "IPv$f: RTCP on its own port has gone along" "$(got phone-rtcp rtcp)" 3
	# A program that has not heard it yet sends to where the peer was.
	is "IPv$f: what still goes to the old address is protected" \
		"$(send phone rtp 1) $(member "$a_flow" tx-protected)" "$(all_sent 1) 3"
	turn phone "$b3:7000"
	turn phone-rtcp "$b3:7001"
	say phone rtp 3
	say phone-rtcp rtcp 2
	fence phone peer
	fence phone-rtcp peer-rtcp
	is "IPv$f: back to the new address it is heard, on both ports" \
		"$(got peer rtp) $(got peer-rtcp rtcp)" "5 2"
	order watch "$a_flow zrtp $zrtp"
	check "IPv$f: the agent's packets go there too" wait_until 10 zrtp_came

	# Back again, and from another port, as behind a NAT that has forgotten it.
	moves "$b3_plain" "$b2_plain"
	must 1 on bob nft "add table inet nat; add chain inet nat post \
		{ type nat hook postrouting priority 100; };
		add rule inet nat post udp sport 7000 snat to :7777"
	say peer rtp 2
	check "IPv$f: a NAT that gives it another port is no matter" wait_until 10 got_is phone rtp 7
	is "IPv$f: the flow is there now" "$(member "$a_flow" remote)" "$b:7777"
	must 1 on bob nft delete table inet nat
	capture_end "$work/wire$f.pcap"
	is "IPv$f: nothing of all that is to be understood" "$(plain_on_wire "$work/wire$f.pcap" \
		'udp portrange 7000-7001')" 0
	no_flows alice
	no_flows bob
	for h in alice bob; do
		nl $h rule del $f
	done
	# shellcheck disable=SC2154 # set above
	for p in "phone $phone" "peer $peer" "phone-rtcp $phone_rtcp" "peer-rtcp $peer_rtcp"; do
		program_ends $p
	done
done
finish
