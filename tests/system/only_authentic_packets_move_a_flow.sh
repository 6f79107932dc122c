#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A flow follows its peer to another address only if a packet from there authenticates
# and is newer than all before. What somebody forges, replays or has held back moves
# nothing, reaches nobody, and is not even tried without end; nor can he take the place
# where the peer is going to be.
#
#	alice: phone at 7000 -- middle: records -- bob: peer 10.9.0.2, somebody 10.9.0.3
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# recorded FILE HEADERS: UDP payloads in hex, a line each
recorded() {
	tcpdump -n -x -r "$1" "udp dst port 7000 and greater 150" 2>/dev/null |
	awk -v skip=$((2 * $2)) '
		/^\t0x/ { sub(/^[^:]*: */, ""); gsub(/ /, ""); all = all $0; next }
		{ if (all != "") print substr(all, skip + 1); all = "" }
		END { if (all != "") print substr(all, skip + 1) }'
}

line() {
	sed -n "${1}p" "$work/recorded"
}

# forged HEX: its last byte is another
forged() {
	case $1 in
	*00) echo "${1%??}01" ;;
	*) echo "${1%??}00" ;;
	esac
}

drops() {
	# shellcheck disable=SC2046 # words
	member "$a_flow" $(printf 'drop-rx-%s ' "$@")
}

arrives() {
	tell somebody "hex:$1"
	fence somebody phone
	[ "$(got phone rtp)" -gt "$2" ]
}

load_module
hosts_up
on bob ip addr add 10.9.0.3/24 dev eth0
on bob ip addr add fd09::3/64 dev eth0 nodad
agent watch alice
for f in 4 6; do
	family $f
	c=10.9.0.3 headers=28 action=require
	[ $f = 4 ] || c='[fd09::3]' headers=48 action=prefer
	program phone alice "$a:7000" --unconnected
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn peer "$a:7000"
	turn phone "$b:7000"
	secure_both "$a:7000" "$b:7000" $([ $f = 4 ] || echo aead-aes-128-gcm)
	must 1 nl alice rule add action=$action ports=7000 id=$f >/dev/null

	# Two arrive, two are held back, two arrive, four are still to come.
	capture_start "$work/wire$f.pcap" middle port-b
	say peer rtp 2
	fence peer phone
	middle_drops "udp dport 7000"
	send peer rtp 2 >/dev/null
	middle_passes
	say peer rtp 2
	fence peer phone
	middle_drops "udp dport 7000"
	send peer rtp 4 >/dev/null
	middle_passes
	capture_end "$work/wire$f.pcap"
	recorded "$work/wire$f.pcap" $headers >"$work/recorded"
	is "IPv$f: ten are recorded, four have arrived" \
		"$(wc -l <"$work/recorded") $(got phone rtp)" "10 4"
	moved=$(told watch '"event":"source"')
	program somebody bob "$c:7000"
	somebody=$started
	turn somebody "$a:7000"

	tell somebody "hex:$(line 1)" "hex:$(line 6)"
	fence somebody phone
	is "IPv$f: what arrived before does not arrive again from elsewhere" \
		"$(got phone rtp) $(drops replay auth)" "4 2 0"
	tell somebody "hex:$(forged "$(line 7)")"
	fence somebody phone
	is "IPv$f: nor what is forged" "$(got phone rtp) $(drops replay auth)" "4 2 1"
	order somebody "ssrc $((0x50eec4))" "seq 3000"
	tell somebody rtp
	fence somebody phone
	is "IPv$f: nor what is plain and claims to be of the peer's stream" \
		"$(got phone rtp) $(drops replay auth)" "4 2 2"
	tell somebody "hex:$(line 3)"
	fence somebody phone
	is "IPv$f: nor what was held back, genuine as it is, for it is old" \
		"$(got phone rtp) $(drops replay auth)" "4 3 2"
	is "IPv$f: none of it has moved the flow" \
		"$(member "$a_flow" remote) $(told watch '"event":"source"')" "$b:7000 $moved"

	say somebody rtp 200
	fence somebody phone
	set -- $(drops auth source)
	is "IPv$f: of many not all are tried, and none arrives" \
		"$(($1 + $2)) $(got phone rtp)" "202 4"
	check "IPv$f: but most are not" test "$2" -ge 100
	tell peer rtp
	fence peer phone
	is "IPv$f: which is no matter to the peer" "$(got phone rtp)" 5

	# He has a flow at the place already, by ZRTP of his own.
	tell somebody zrtp
	fence somebody phone
	place=$(flow_to alice "$c:7000" id)
	check "IPv$f: somebody takes the place" test -n "$place"
	capture_start "$work/new$f.pcap" middle port-b
	middle_drops "udp dport 7000"
	send peer rtp 1 >/dev/null
	middle_passes
	capture_end "$work/new$f.pcap"
	# Not before there are tries again: a second after those that he has used up.
	check "IPv$f: a packet that is genuine and new takes the flow there" \
		wait_until 10 arrives "$(recorded "$work/new$f.pcap" $headers)" 5
	is "IPv$f: him it displaces" "$(flow_to alice "$c:7000" id) $(flows alice | wc -l)" \
		"$a_flow 1"
	check "IPv$f: the agent hears of it" wait_until 10 told_is watch '"event":"source"' \
		$((moved + 1))
	no_flows alice
	no_flows bob
	nl alice rule del $f
	program_ends phone "$phone"
	program_ends peer "$peer"
	program_ends somebody "$somebody"
done
finish
