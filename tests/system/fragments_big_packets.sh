#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A packet that grows past the MTU is fragmented, and put together again before it is
# decrypted; one that must not be fragmented is dropped, counted, and the program is told
# which size fits. No fragment leaves in clear.
#
#	alice: phone at 7000, MTU 1500 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

for f in 4 6; do
	family $f
	headers=40	# IP, UDP, RTP
	[ $f = 4 ] || headers=60
	# Just fits before protection; does not after it.
	program phone alice "$a:7000" --payload-len $((1500 - headers))
	phone=$started
	program whole alice "$a:7002" --payload-len $((1500 - headers)) --dont-fragment
	whole=$started
	program peer bob "$b:7000" --payload-len 4000
	peer=$started
	turn phone "$b:7000"
	turn whole "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action=require ports=7000-7002 id=1 >/dev/null
	capture_start "$work/wire$f.pcap"
	secure_both "$a:7000" "$b:7000"
	is "IPv$f: a packet as big as the MTU is sent" "$(send phone rtp 3)" "$(all_sent 3)"
	fence phone peer
	is "IPv$f: and arrives" "$(got peer rtp) $(flow alice 7000 tx-protected)" "3 3"
	is "IPv$f: whole" "$(sed -n 's/.*"len":\([0-9]*\).*"pt".*/\1/p' "$work/peer" |
		sort -u)" \
		$((1500 - headers + 12))
	tell peer rtp rtp
	fence peer phone
	is "IPv$f: one of three fragments arrives" "$(got phone rtp)" 2
	id=$(new_flow alice "$a:7002" "$b:7000")
	secure alice "$id" tx "$(new_key)" || bail "no key"
	is "IPv$f: one that must stay whole does not leave, and the program is told" \
		"$(send whole rtp 1)" '{"sent":0,"errors":{"EMSGSIZE":1}}'
	is "IPv$f: which is counted" "$(member "$id" drop-tx-too-big tx-protected)" "1 0"
	capture_end "$work/wire$f.pcap"
	is "IPv$f: there were fragments" "$(on_wire "$work/wire$f.pcap" \
		'(ip[6:2] & 0x3fff != 0) or ip6[6] == 44')" $((3 * 2 + 2 * 3))
	is "IPv$f: none that anybody can read" "$(plain_on_wire "$work/wire$f.pcap" \
		"$from_a or $from_b and not port 9")" 0

	# The same without keys: not one fragment.
	must 1 nl alice flow del "$a_flow"
	must 1 nl alice flow del "$id"
	must 1 nl bob flow del "$b_flow"
	afresh peer "$peer" plain bob "$b:7000" --payload-len 4000
	plain=$started
	afresh phone "$phone" big alice "$a:7000" --payload-len 4000
	big=$started
	turn big "$b:7000"
	turn plain "$a:7000"
	capture_start "$work/held$f.pcap"
	say big rtp 3
	tell plain rtp rtp
	fence big plain
	fence plain big
	capture_end "$work/held$f.pcap"
	is "IPv$f: held, none of it leaves, fragments neither" \
		"$(on_wire "$work/held$f.pcap" "$from_a and greater 200") $(got plain rtp)" "0 0"
	is "IPv$f: nor does what came in fragments arrive" "$(got big rtp)" 0
	no_flows alice
	nl alice rule del 1
	program_ends whole "$whole"
	program_ends plain "$plain"
	program_ends big "$big"
done
finish
