#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What does not authenticate, or has been seen before, never reaches the program; each
# is counted by its reason, and changes nothing for the packets that are right.
#
#	alice: phone at 7000 -- middle: records -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

# recorded FILE FILTER HEADERS: UDP payloads in hex, a line each
recorded() {
	tcpdump -n -x -r "$1" "$2" 2>/dev/null | awk -v skip=$((2 * $3)) '
		/^\t0x/ { sub(/^[^:]*: */, ""); gsub(/ /, ""); all = all $0; next }
		{ if (all != "") print substr(all, skip + 1); all = "" }
		END { if (all != "") print substr(all, skip + 1) }'
}

# line N: of what is recorded
line() {
	sed -n "${1}p" "$work/recorded"
}

# flip HEX BYTE: that byte of it with its lowest bit flipped; counted from the end if
# it is negative
flip() {
	printf '%s %s\n' "$1" "$2" | awk '{
		at = $2 < 0 ? length($1) / 2 + $2 : $2
		digit = substr($1, 2 * at + 2, 1)
		v = index("0123456789abcdef", digit) - 1
		v += v % 2 ? -1 : 1
		print substr($1, 1, 2 * at + 1) substr("0123456789abcdef", v + 1, 1) \
			substr($1, 2 * at + 3)
	}'
}

# cut_by HEX BYTES: without that many at its end
cut_by() {
	printf '%s\n' "$1" | awk -v n="$2" '{ print substr($1, 1, length($1) - 2 * n) }'
}

# drops REASON...: how many so far
drops() {
	# shellcheck disable=SC2046 # words
	flow alice 7000 $(printf 'drop-rx-%s ' "$@")
}

altered() {
	family "$1"
	headers=$((20 + 8))
	[ "$1" = 4 ] || headers=$((40 + 8))
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn peer "$a:7000"
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	secure_both "$a:7000" "$b:7000" "$2"

	# Four that arrive, then three that are lost, of each kind.
	capture_start "$work/wire$1.pcap" middle port-b
	say peer rtp 4
	say peer rtcp 2
	fence peer phone
	middle_drops "udp dport 7000"
	send peer rtp 3 >/dev/null
	send peer rtcp 2 >/dev/null
	middle_passes
	capture_end "$work/wire$1.pcap"
	recorded "$work/wire$1.pcap" "udp dst port 7000 and greater 150" "$headers" >"$work/recorded"
	is "$2: all are recorded" "$(wc -l <"$work/recorded")" 11
	is "$2: none can be read" "$(plain_on_wire "$work/wire$1.pcap" 'udp port 7000')" 0
	is "$2: four and two have arrived" "$(got phone rtp) $(got phone rtcp)" "4 2"
	# From here bob sends bytes as they are.
	must 1 nl bob flow del "$b_flow"
	afresh peer "$peer" plain bob "$b:7000"
	turn plain "$a:7000"

	# shellcheck disable=SC2046 # words
	tell plain $(sed -n '1,6s/^/hex:/p' "$work/recorded")
	fence plain phone
	is "$2: what arrived before does not arrive again" "$(got phone rtp) $(got phone rtcp)" \
		"4 2"
	is "$2: counted as replayed" "$(drops replay auth)" "6 0"

	lost=$(line 7)
	lost_rtcp=$(line 10)
	# Marker, timestamp, SSRC, content, tag.
	for byte in 1 7 11 12 100 -11 -1; do
		tell plain "hex:$(flip "$lost" $byte)"
	done
	# SSRC, content, E flag's word, tag.
	for byte in 7 20 -12 -1; do
		tell plain "hex:$(flip "$lost_rtcp" $byte)"
	done
	fence plain phone
	is "$2: with a bit flipped nothing arrives" "$(got phone rtp) $(got phone rtcp)" "4 2"
	is "$2: counted as not authentic" "$(drops replay auth)" "6 11"

	for bytes in 1 4 10 100; do
		tell plain "hex:$(cut_by "$lost" $bytes)"
	done
	for bytes in 1 4 14; do
		tell plain "hex:$(cut_by "$lost_rtcp" $bytes)"
	done
	fence plain phone
	is "$2: truncated nothing arrives" "$(got phone rtp) $(got phone rtcp)" "4 2"
	is "$2: counted as not authentic" "$(drops auth malformed)" "18 0"
	tell plain "hex:$(echo "$lost" | cut -c 1-40)" "hex:$(echo "$lost" | cut -c 1-22)" \
		"hex:$(echo "$lost_rtcp" | cut -c 1-14)"
	fence plain phone
	is "$2: too short to have a tag: counted as malformed" "$(drops auth malformed)" \
		"18 3"
	is "$2: nor does that arrive" "$(got phone any)" 11

	tell plain "hex:$lost" "hex:$lost_rtcp" "hex:$(line 9)" "hex:$(line 8)"
	fence plain phone
	is "$2: the packets themselves arrive, late as they are" \
		"$(got phone rtp) $(got phone rtcp)" "7 3"
	is "$2: nothing else was dropped" \
		"$(drops replay auth malformed error)" "6 18 3 0"

	nl alice flow del "$a_flow"
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends plain "$started"
}

altered 4 aes-cm-128-hmac-sha1-80
altered 6 aead-aes-128-gcm
finish
