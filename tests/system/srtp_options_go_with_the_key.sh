#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml
#
# Cryptex, encrypted header extensions and padding are told as they were asked for, hold
# from the next key on, hide on the wire what they should and nothing from the program.
# A told ROC is that of the SSRC's first packet, and is refused afterwards.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
family 4

# in_hex TEXT
in_hex() {
	printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
}

# rtp SEQ: two CSRCs, and what was said in element 1 of a two-byte extension
rtp() {
	printf 'hex:9260%04x00000001cafebabe1111111122222222100000050112%s%s' "$1" \
		"$(in_hex "$spoken")" "$(in_hex "the payload is hidden anyway")"
}

# carries WHAT SEQ READABLE: phone sends it, peer gets the same; so many on the wire show it
carries() {
	capture_start "$work/wire$2.pcap"
	tell phone "$(rtp "$2")"
	fence phone peer
	capture_end "$work/wire$2.pcap"
	_sent=$(rtp "$2")
	is "$1: arrives as it was sent" "$(grep -c "\"hex\":\"${_sent#hex:}\"" "$work/peer")" 1
	is "$1: packets with what was said on the wire" \
		"$(plain_on_wire "$work/wire$2.pcap" "$from_a and udp port 7000")" "$3"
}

# rekey: new keys for what alice sends
rekey() {
	ab=$(new_key)
	key bob "$b_flow" rx "$ab"
	secure alice "$a_flow" tx "$ab"
	nl bob flow set "$b_flow" rx=secure
}

# both_set OPTION...
both_set() {
	nl alice flow set "$a_flow" "$@"
	nl bob flow set "$b_flow" "$@"
}

program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
turn peer "$a:7000"
must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
secure_both "$a:7000" "$b:7000"
told='window cryptex pad_size pad_multiple enc_ext'
# shellcheck disable=SC2086 # words
is "without options" "$(member "$a_flow" $told)" "128 off 0 0 "
carries "as it was, the control" 1 1

both_set cryptex=require window=4096
# shellcheck disable=SC2086 # words
is "options that are set" "$(member "$a_flow" $told)" "4096 require 0 0 "
carries "Cryptex, with the key from before" 2 1
rekey
carries "Cryptex, with the next key" 3 0
is "its mark is on the wire" "$(tcpdump -n -x -r "$work/wire3.pcap" "$from_a and udp port 7000" \
	2>/dev/null | tr -d ' \n' | grep -c c2de0005)" 1

both_set cryptex=off enc-ext=1,9
# shellcheck disable=SC2086 # words
is "one option is set and the others stay" "$(member "$a_flow" $told)" "4096 off 0 0 0109"
rekey
carries "RFC 6904" 4 0
both_set enc-ext=9
rekey
carries "RFC 6904, another element" 5 1

# Where Cryptex is required, a header in clear does not get in.
nl bob flow set "$b_flow" cryptex=require
rekey
tell phone "$(rtp 6)"
fence phone peer
is "a header in clear where Cryptex is required" "$(nl bob flow show id "$b_flow" drop-rx-malformed)" 1
nl bob flow set "$b_flow" cryptex=off

# Padding: one size, the same bytes.
both_set enc-ext= pad-size=200 pad-multiple=16
# shellcheck disable=SC2086 # words
is "padding" "$(member "$a_flow" $told)" "4096 off 200 16 "
rekey
capture_start "$work/padded.pcap"
i=16
for payload in '' 01 0102 "$(in_hex "a bit longer than those before it")"; do
	tell phone "$(printf 'hex:8060%04x00000001cafebabe%s' $i "$payload")"
	i=$((i + 1))
done
fence phone peer
capture_end "$work/padded.pcap"
rtp_of_a="$from_a and udp port 7000 and udp[8] & 0xc0 == 0x80"
is "every packet has one size" "$(on_wire "$work/padded.pcap" "$rtp_of_a") $(on_wire \
	"$work/padded.pcap" "$rtp_of_a and udp[4:2] == $((8 + 12 + 208 + 10))")" "4 4"
# The last byte counts: 208 less what the program sent.
is "and arrives with its padding, which is RTP's own" \
	"$(sed -n 's/.*"hex":"a060001\([^"]*\)".*/\1/p' "$work/peer" | sed 's/^\(.\).*\(..\)$/\1 \2/' |
	tr '\n' ' ')" "0 d0 1 cf 2 ce 3 af "

# At the MTU: the packet alone fits, with its padding it does not.
program whole alice "$a:7002" --payload-len 1400 --dont-fragment
turn whole "$b:7000"
for size in 0 1480; do
	id=$(nl alice flow new local="$a:7002" remote="$b:7000" pad-size=$size |
		sed 's/^{"id":\([0-9]*\).*/\1/')
	secure alice "$id" tx "$(new_key)" || bail "no key"
	if [ $size = 0 ]; then
		is "one that fits is sent" "$(send whole rtp 1)" "$(all_sent 1)"
	else
		is "one that its padding makes too big is not, and the program is told" \
			"$(send whole rtp 1)" '{"sent":0,"errors":{"EMSGSIZE":1}}'
	fi
	must 1 nl alice flow del "$id"
done

# ROC: alice's program continues a stream that bob has never heard.
joins() {
	tell phone "hex:8060${1}000000010000beef00112233"
	fence phone peer
}
nl alice flow roc "$a_flow" tx 0xbeef 5
is "a ROC that was told" "$(nl alice flow streams "$a_flow" | grep 48879)" \
	'{"dir":"tx","ssrc":48879,"roc":5}'
failed=$(nl bob flow show id "$b_flow" drop-rx-auth)
joins ff00
is "who has not been told does not hear it" \
	"$(nl bob flow show id "$b_flow" drop-rx-auth)" $((failed + 1))
nl bob flow roc "$b_flow" rx 0xbeef 5
for seq in ff01 ffff 0001; do
	joins $seq
done
is "who has been told does, also past the next wrap" \
	"$(grep -c '"ssrc":48879' "$work/peer")" 3
is "the other end can be told where it stands" "$(nl bob flow streams "$b_flow" | grep 48879)" \
	'{"dir":"rx","ssrc":48879,"roc":6,"seq":1}'
is "and it knows better then" "$(nl bob flow roc "$b_flow" rx 0xbeef 5)" \
	"error: EBUSY: flow/stream: a packet of this SSRC has passed"
finish
