#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# RTCP is protected by its flow's keys on the port above RTP's as well as on RTP's own;
# on a port of its own it begins nothing and waits for its RTP.
#
#	alice: phone at 7000, its RTCP at 7001 -- bob: peer at 7000, its RTCP at 7001
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

for f in 4 6; do
	family $f
	programs=
	for where in phone:alice:"$a:7000" peer:bob:"$b:7000" \
		phone-rtcp:alice:"$a:7001" peer-rtcp:bob:"$b:7001"; do
		name=${where%%:*}
		rest=${where#*:}
		program "$name" "${rest%%:*}" "${rest#*:}"
		programs="$programs $name:$started"
	done
	turn phone "$b:7000"
	turn peer "$a:7000"
	turn phone-rtcp "$b:7001"
	turn peer-rtcp "$a:7001"
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	tell phone-rtcp other
	fence phone-rtcp peer-rtcp
	is "IPv$f: what is no RTCP on the port above is not the rule's" "$(got peer-rtcp other)" 1

	capture_start "$work/wire$f.pcap"
	tell phone-rtcp rtcp rtcp rtcp
	fence phone-rtcp peer-rtcp
	is "IPv$f: RTCP alone is held, though the rule names the port below" "$(got peer-rtcp rtcp)" 0
	is "IPv$f: and makes no flow" "$(nl alice flow list)" ""

	secure_both "$a:7000" "$b:7000"
	tell phone rtp rtcp
	tell phone-rtcp rtcp rtcp
	fence phone peer
	fence phone-rtcp peer-rtcp
	is "IPv$f: with keys it arrives on both ports" \
		"$(got peer rtp) $(got peer rtcp) $(got peer-rtcp rtcp)" "1 1 2"
	tell peer rtp rtcp
	tell peer-rtcp rtcp rtcp
	fence peer phone
	fence peer-rtcp phone-rtcp
	is "IPv$f: both ways" "$(got phone rtp) $(got phone rtcp) $(got phone-rtcp rtcp)" "1 1 2"
	is "IPv$f: in one flow" "$(nl alice flow list | wc -l) $(flow alice 7000 tx-protected)" "1 4"
	capture_end "$work/wire$f.pcap"
	is "IPv$f: nobody can read any of it" "$(plain_on_wire "$work/wire$f.pcap" \
		'udp port 7000 or (udp port 7001 and greater 150)')" 0

	must 1 nl bob flow del "$b_flow"
	afresh peer-rtcp "$(echo "$programs" | sed 's/.*peer-rtcp://')" plain bob "$b:7001"
	turn plain "$a:7001"
	tell plain rtcp
	fence plain phone-rtcp
	is "IPv$f: in clear it does not arrive" \
		"$(got phone-rtcp rtcp) $(flow alice 7000 drop-rx-auth)" "2 1"
	nl alice flow del "$a_flow"
	nl alice rule del 1
	for p in ${programs% *} plain:"$started"; do
		program_ends "${p%%:*}" "${p##*:}"
	done
done
finish
