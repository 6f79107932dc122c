#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What has been secure is never in clear again, whatever fails: the agent is killed, a
# key is deleted, the peer speaks in clear, the rule goes, the flow is deleted.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

# refused WORDS...: error number of a request of alice
refused() {
	nl alice "$@" | cut -d: -f1,2
}

under_require() {
	family "$1"
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	wire=$work/wire$1.pcap
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	agent agent alice
	agent=$started
	secure_both "$a:7000" "$b:7000" "${2:-}"
	capture_start "$wire"
	say phone rtp 2
	say peer rtp 2
	fence phone peer
	fence peer phone
	is "IPv$1: they talk" "$(got peer rtp) $(got phone rtp)" "2 2"

	stop "$agent" KILL
	rm "$work/agent.orders"
	say phone rtp 3
	say peer rtp 3
	fence phone peer
	fence peer phone
	is "IPv$1: the agent is killed, they talk on" "$(got peer rtp) $(got phone rtp)" "5 5"
	is "IPv$1: as securely as before" "$(states alice 7000) $(flow alice 7000 tx-protected)" \
		"secure/secure 5"

	must 1 nl alice rule del 1
	say phone rtp 2
	fence phone peer
	is "IPv$1: the rule goes, they talk on" "$(got peer rtp) $(flow alice 7000 tx-protected)" \
		"7 7"
	must 1 nl alice rule add action=bypass ports=7000 id=2 >/dev/null
	say phone rtp 2
	fence phone peer
	is "IPv$1: under bypass too" "$(got peer rtp) $(flow alice 7000 tx-protected)" "9 9"
	must 1 nl alice rule del 2
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null

	is "IPv$1: clear is refused" "$(refused flow set "$a_flow" tx=clear)" "error: EPERM"
	is "IPv$1: own is refused" "$(refused flow set "$a_flow" rx=own)" "error: EPERM"

	# The peer speaks in clear.
	must 1 nl bob flow del "$b_flow"
	# With numbers that are new: one that was heard before would count as replayed.
	afresh peer "$peer" plain bob "$b:7000" --seq 2000
	turn plain "$a:7000"
	is "IPv$1: bob's words in clear" "$(send plain rtp 4)" "$(all_sent 4)"
	fence plain phone
	is "IPv$1: do not arrive" "$(got phone rtp) $(flow alice 7000 drop-rx-auth)" "5 4"
	say phone rtp 2
	fence phone plain
	is "IPv$1: and alice is not lured into clear" "$(got plain rtp) $(states alice 7000)" \
		"2 secure/secure"

	must 1 nl alice key del "$a_flow" tx current
	is "IPv$1: without its key tx is dead" "$(states alice 7000)" dead/secure
	is "IPv$1: what is sent is sent" "$(send phone rtp 3)" "$(all_sent 3)"
	fence phone plain
	is "IPv$1: and never leaves" "$(got plain rtp) $(flow alice 7000 drop-tx-dead)" "2 3"
	must 1 nl alice key del "$a_flow" rx current
	say plain rtp 3
	fence plain phone
	is "IPv$1: nor arrives anything without the rx key" \
		"$(states alice 7000) $(got phone rtp) $(flow alice 7000 drop-rx-dead)" \
		"dead/dead 5 3"
	is "IPv$1: dead does not become clear" "$(refused flow set "$a_flow" tx=clear)" \
		"error: EPERM"
	is "IPv$1: nor secure without a key" "$(refused flow set "$a_flow" tx=secure)" \
		"error: ENOKEY"

	must 1 nl alice flow del "$a_flow"
	say phone rtp 3
	fence phone plain
	is "IPv$1: the flow is deleted, the rule holds the next" \
		"$(got plain rtp) $(states alice 7000)" "2 hold/hold"
	capture_end "$wire"
	is "IPv$1: the wire has carried what alice said, 11 packets" \
		"$(on_wire "$wire" "$from_a and udp src port 7000 and greater 180")" 11
	is "IPv$1: none that anybody can read" \
		"$(plain_on_wire "$wire" "$from_a and udp src port 7000")" 0
	is "IPv$1: while it has shown what bob said in clear" \
		"$(plain_on_wire "$wire" "$from_b and udp src port 7000")" 7
	no_flows alice
	nl alice rule replace
	program_ends phone "$phone"
	program_ends plain "$started"
}

under_require 4
under_require 6 aead-aes-128-gcm
finish
