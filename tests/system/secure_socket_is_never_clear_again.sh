#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A socket that has been secure is never in clear again, not even where a rule only
# prefers security: neither when it turns to another peer nor when its flow is deleted.
#
#	alice: phone at 7000 -- middle: capture -- bob: peers at 7000 and 7002
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

under_prefer() {
	family "$1"
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	program other bob "$b:7002"
	other=$started
	turn phone "$b:7000"
	wire=$work/wire$1.pcap
	must 1 nl alice rule add action=prefer ports=7000-7004 id=1 >/dev/null
	capture_start "$wire"
	say phone rtp 3
	fence phone peer
	is "IPv$1: under prefer they talk in clear" "$(got peer rtp) $(states alice 7000)" \
		"3 clear/clear"
	turn phone "$b:7002"
	say phone rtp 3
	fence phone other
	is "IPv$1: and to another" "$(got other rtp)" 3
	nl alice flow del "$(flow_to alice "$b:7002" id)"

	turn phone "$b:7000"
	a_flow=$(flow_to alice "$b:7000" id)
	secure alice "$a_flow" tx "$(new_key)" || bail "no key"
	say phone rtp 3
	fence phone peer
	is "IPv$1: then the talk becomes secure" \
		"$(flow_to alice "$b:7000" tx-protected)" 3

	turn phone "$b:7002"
	is "IPv$1: the same socket turns to another peer" "$(send phone rtp 4)" "$(all_sent 4)"
	fence phone other
	is "IPv$1: who hears nothing" "$(got other rtp)" 3
	is "IPv$1: the new flow is held, and says why" \
		"$(flow_to alice "$b:7002" tx tainted)" \
		"hold 1"

	turn phone "$b:7000"
	must 1 nl alice flow del "$a_flow"
	say phone rtp 4
	fence phone peer
	is "IPv$1: the secure flow is deleted: held, not clear" \
		"$(flow_to alice "$b:7000" tx) $(got peer rtp)" "hold 6"

	program fresh alice "$a:7004"
	fresh=$started
	turn fresh "$b:7002"
	say fresh rtp 2
	fence fresh other
	is "IPv$1: another socket under the same rule is not concerned" "$(got other rtp)" 5
	capture_end "$wire"
	is "IPv$1: the wire has shown what was said in clear before and elsewhere" \
		"$(plain_on_wire "$wire" "$from_a")" 8
	program_ends fresh "$fresh"
	no_flows alice

	must 1 nl alice rule replace
	turn phone "$b:7002"
	tell phone rtp rtp
	fence phone other
	is "IPv$1: nor is it clear where no rule is left" "$(got other rtp)" 5
	no_flows alice
	afresh phone "$phone" phone alice "$a:7000"
	phone=$started
	turn phone "$b:7002"
	tell phone rtp rtp
	fence phone other
	is "IPv$1: until it is closed: the next one at its address is free" "$(got other rtp)" 7
	no_flows alice
	program_ends phone "$phone"
	program_ends peer "$peer"
	program_ends other "$other"
}

under_prefer 4
under_prefer 6
finish
