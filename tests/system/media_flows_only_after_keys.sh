#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Media waits for keys, each direction for its own, in ZRTP's order: the initiator
# (alice) hears the responder before it may speak.
#
#	alice: phone at 7000, agent -- middle: capture -- bob: peer at 7000, agent
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
hello=1000000a5a5254500050eec4505a

# in_order FAMILY PROFILE
in_order() {
	family "$1"
	ab=$(new_key)
	ba=$(new_key)
	wire=$work/wire$1.pcap
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	for h in alice bob; do
		must 1 nl $h rule add action=require ports=7000 id=1 >/dev/null
		agent "agent-$h" $h
		eval "agent_$h=\$started"
	done
	capture_start "$wire"

	say phone rtp 3
	fence phone peer
	check "IPv$1: alice's agent hears of the flow" \
		wait_until 5 told_is agent-alice '"event":"flow-new"' 1
	a_flow=$(flow alice 7000 id)
	order agent-alice "$a_flow zrtp $hello"
	check "IPv$1: what it sends reaches bob's agent" wait_until 5 told_is agent-bob \
		"\"packet\":\"zrtp\".*\"hex\":\"$hello\"" 1
	is "IPv$1: and not bob's program" "$(got peer zrtp) $(got peer rtp)" "0 0"
	b_flow=$(flow bob 7000 id)
	is "IPv$1: both are held" "$(states alice 7000) $(states bob 7000)" "hold/hold hold/hold"
	is "IPv$1: secure without a key is refused" \
		"$(nl alice flow set "$a_flow" tx=secure | cut -d: -f1,2)" "error: ENOKEY"

	# Confirm2: the responder may speak, the initiator only listen.
	secure bob "$b_flow" rx "$ab" "$2" || bail "bob, rx"
	secure bob "$b_flow" tx "$ba" "$2" || bail "bob, tx"
	secure alice "$a_flow" rx "$ba" "$2" || bail "alice, rx"
	key alice "$a_flow" tx "$ab" "$2" || bail "alice, tx"
	is "IPv$1: alice listens" "$(states alice 7000) $(states bob 7000)" \
		"hold/secure secure/secure"
	held=$(flow alice 7000 drop-tx-hold)
	is "IPv$1: she speaks, she thinks" "$(send phone rtp 4)" "$(all_sent 4)"
	fence phone peer
	is "IPv$1: but is not heard" "$(got peer rtp)" 0
	is "IPv$1: because there is no word to speak yet" "$(flow alice 7000 drop-tx-hold)" \
		$((held + 4))
	say peer rtp 5
	fence peer phone
	is "IPv$1: she hears bob" \
		"$(got phone rtp) $(flow alice 7000 rx-unprotected)" "5 5"
	is "IPv$1: just what he said" "$(sed -n '/"pt"/s/.*"hex":"\(.*\)".*/\1/p' "$work/phone" |
		tail -n 1)" "$(printf '800003ec000002800050eec4%s' "$(printf "%.160s" \
		"$spoken $spoken $spoken $spoken $spoken $spoken $spoken $spoken $spoken " |
		od -An -v -tx1 | tr -d ' \n')")"
	check "IPv$1: her agent learns of the first packet that authenticated" \
		wait_until 5 told_is agent-alice '"event":"rx-first"' 1

	must 1 nl alice flow set "$a_flow" tx=secure
	say phone rtp 6
	say phone rtcp 2
	fence phone peer
	is "IPv$1: with her key she is heard" "$(got peer rtp) $(got peer rtcp)" "6 2"
	is "IPv$1: protected" "$(flow alice 7000 tx-protected)" 8
	is "IPv$1: nothing has ever passed in clear but STUN" \
		"$(flow alice 7000 tx-clear rx-clear)" "3 1"
	capture_end "$wire"
	is "IPv$1: the wire has carried 13 packets of media" \
		"$(on_wire "$wire" 'udp port 7000 and greater 190')" 13
	is "IPv$1: and nobody can read one" "$(plain_on_wire "$wire" 'udp port 7000')" 0

	for h in alice bob; do
		nl $h flow del "$(flow $h 7000 id)"
		nl $h rule del 1
	done
	stop "$agent_alice"
	stop "$agent_bob"
	rm "$work"/agent-*.orders
	afresh peer "$peer" plain bob "$b:7000"
	plain=$started
	afresh phone "$phone" ear alice "$a:7000"
	ear=$started
	turn plain "$a:7000"
	capture_start "$work/control$1.pcap"
	say plain rtp 2
	fence plain ear
	capture_end "$work/control$1.pcap"
	is "IPv$1: this capture would have read it" \
		"$(plain_on_wire "$work/control$1.pcap" 'udp port 7000')" 2
	program_ends ear "$ear"
	program_ends plain "$plain"
}

in_order 4 aes-cm-128-hmac-sha1-80
in_order 6 aead-aes-128-gcm
finish
