#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# RTCP APP packets named SOTO are the agents' alone: from a program they are dropped,
# from the agent they leave as SRTCP, and an authenticated one goes to the other agent,
# never to a program. The SSRC of such a packet is the sender's own.
#
#	alice: phone at 7000, agent -- middle: capture -- bob: peer at 7000, agent
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

# 32 bytes as Documentation/control-channel.rst has them, "said in confidence" in them.
control=80cc00070badcafe534f544f7361696420696e20636f6e666964656e63650000

channel() {
	family "$1"
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	agent agent-alice alice
	agent_alice=$started
	agent agent-bob bob
	agent_bob=$started
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	must 1 nl bob rule add action=require ports=7000 id=1 >/dev/null

	id=$(new_flow alice "$a:7000" "$b:7000")
	order agent-alice "$id control $control"
	check "$2: not before there are keys" \
		wait_until 5 grep -q 'error: ENOKEY: ' "$work/agent-alice"
	nl alice flow del "$id"
	secure_both "$a:7000" "$b:7000" "$2"
	capture_start "$work/wire$1.pcap"
	tell phone rtcp-soto rtcp rtcp-soto
	fence phone peer
	is "$2: the program's own is dropped, its RTCP is not" \
		"$(got peer rtcp) $(flow alice 7000 tx-protected drop-tx-class)" \
		"1 1 2"
	is "$2: no agent has heard of it" "$(told agent-bob '"packet"')" 0

	order agent-alice "$a_flow control $control"
	check "$2: the agent's reaches the other agent, byte for byte" wait_until 5 \
		told_is agent-bob "\"packet\":\"control\".*\"hex\":\"$control\"" 1
	fence phone peer
	is "$2: and not the program" "$(got peer rtcp)" 1
	is "$2: it is counted as the agents'" \
		"$(flow alice 7000 tx-agent) $(flow bob 7000 rx-agent)" "1 1"
	order agent-alice "$a_flow control ${control%????????????????????????????????????????}"
	order agent-alice "$a_flow control 80c900010050eec4"
	check "$2: what is no control packet is refused" \
		wait_until 5 grep -q 'error: EINVAL: packet/data' "$work/agent-alice"

	# One in clear from the network is nobody's.
	must 1 nl bob flow del "$b_flow"
	must 1 nl bob rule del 1
	afresh peer "$peer" plain bob "$b:7000"
	plain=$started
	turn plain "$a:7000"
	auth=$(flow alice 7000 drop-rx-auth)
	tell plain rtcp-soto
	fence plain phone
	is "$2: one in clear goes to nobody" \
		"$(got phone rtcp) $(told agent-alice '"packet"') $(flow alice 7000 drop-rx-auth)" \
		"0 0 $((auth + 1))"
	capture_end "$work/wire$1.pcap"
	is "$2: nobody has read the agents on the wire" \
		"$(plain_on_wire "$work/wire$1.pcap" "$from_a and udp port 7000")" 0
	is "$2: where one in clear was seen" \
		"$(plain_on_wire "$work/wire$1.pcap" "$from_b and udp port 7000")" 1

	nl alice flow del "$a_flow"
	nl alice rule del 1
	stop "$agent_alice"
	stop "$agent_bob"
	rm "$work"/agent-*.orders
	program_ends phone "$phone"
	program_ends plain "$plain"
}

channel 4 aes-cm-128-hmac-sha1-80
channel 6 aead-aes-128-gcm
finish
