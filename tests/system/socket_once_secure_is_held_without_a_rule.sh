#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A socket that has been secure does not speak in clear to somebody whom no rule
# covers: whoever can make a program turn elsewhere would hear it.
#
#	alice: phone at 7000, other at 7002 -- bob: peer at 7000, stranger at 7002
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	phone=$started
	program other alice "$a:7002"
	other=$started
	program peer bob "$b:7000"
	peer=$started
	program stranger bob "$b:7002" --unconnected
	stranger=$started
	turn phone "$b:7002"
	turn other "$b:7002"
	turn stranger "$a:7000"

	tell phone rtp rtp rtp
	fence phone stranger
	is "IPv$f: before, the stranger hears it" "$(got stranger rtp)" 3
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	secure_both "$a:7000" "$b:7000"
	turn phone "$b:7000"
	send phone rtp 3 >/dev/null
	is "IPv$f: to the peer it is secure" "$(flow alice 7000 tx-protected)" 3
	must 1 nl alice rule del 1

	turn phone "$b:7002"
	is "IPv$f: afterwards the program can send" "$(send phone rtp 5)" "$(all_sent 5)"
	fence phone stranger
	is "IPv$f: but the stranger hears nothing" "$(got stranger rtp)" 3
	is "IPv$f: the flow is held, and says why" \
		"$(flow_to alice "$b:7002" tx)" hold
	tell stranger rtp rtp rtp
	fence stranger phone
	is "IPv$f: nor is the stranger heard" "$(got phone rtp)" 0
	tell other rtp rtp rtp
	fence other stranger
	is "IPv$f: another socket is not concerned" "$(got stranger rtp)" 6
	must 1 nl alice flow set "$(flow_to alice "$b:7002" id)" tx=clear
	tell phone rtp
	fence phone stranger
	is "IPv$f: the agent may decide so" "$(got stranger rtp)" 7

	no_flows alice
	no_flows bob
	program_ends phone "$phone"
	program_ends other "$other"
	program_ends peer "$peer"
	program_ends stranger "$stranger"
done
finish
