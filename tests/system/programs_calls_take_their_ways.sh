#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 60
#
#	alice: programs, sottod --- middle: capture --- sottod, programs :bob
#
# What real calls do beside talking: the one who is called speaks first, only one of them
# speaks, a picture beside the sound, hold, another SSRC, other ports, several streams, a port
# other than the announced one, a program that ends without a word. Each time as many packets
# arrive as were sent, and nothing of them can be read on the way. All streams between the same
# two at the same time are one call, with one DH and one SAS.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/programs.sh"

# running HOST: of its calls that run, how many streams each has, and whether it is secure
running() {
	calls "$1" | jq -r 'select(.Progress == "active") |
		"\(.Streams | length) \(.SecurityTx) \(.SecurityRx)"'
}

one_call_of() {
	[ "$(running alice) and $(running bob)" = "$1 secure secure and $1 secure secure" ]
}

# part1 PORT CAPTURE: how often half of a DH has left this port
part1() {
	on_wire "$2" "src port $1 and udp[24:4] = 0x44485061 and udp[28:4] = 0x72743120"
}

# verified_at HOST: the person's view
verified_at() {
	inside "$1" sotto 2>&1 | tr '\n' ' '
}

hello_from() {
	[ "$(on_wire "$work/dead.pcap" "src port $1 and udp[12:4] = 0x5a525450")" -gt 0 ]
}

load_module
hosts_up
for h in alice bob; do
	end_up $h
	inside $h sotto rule add require --port 7000-7099 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
done
for f in 4 6; do
	family $f
	capture_start "$work/early$f.pcap"
	socket phone alice "$a:7000" "$b:7000"
	socket peer bob "$b:7000" "$a:7000"
	is_secured "IPv$f, who is called speaks first" "$a:7000" "$b:7000" peer
	arrives "IPv$f: what only he says arrives" peer phone 7
	arrives "IPv$f: and what is answered" phone peer 5
	socket picture alice "$a:7002" "$b:7002"
	socket scene bob "$b:7002" "$a:7002"
	is_secured "IPv$f, a picture beside the sound" "$a:7002" "$b:7002" picture scene
	arrives "IPv$f: what is shown arrives" picture scene 7
	arrives "IPv$f: both ways" scene picture 7
	arrives "IPv$f: the sound goes on" phone peer 5
	check "IPv$f: they are one call at both ends" wait_until 20 one_call_of 2
	verify
	is "IPv$f: compared once, at both ends" "$(call_has alice Verified) $(call_has bob Verified)" "true true"
	check "IPv$f: and so it is shown" says "$(verified_at alice)" "streams   2: secure, secure"
	capture_end "$work/early$f.pcap"
	is "IPv$f: nothing of it can be read" "$(plain_on_wire "$work/early$f.pcap" 'portrange 7000-7099')" 0
	[ $f = 4 ] || break
	check "the sound has agreed by DH" [ "$(part1 7000 "$work/early$f.pcap")" -gt 0 ]
	is "the picture without" "$(part1 7002 "$work/early$f.pcap")" 0
	program_ends scene "$scene"
	program_ends picture "$picture"
	check "without its picture the call goes on" wait_until 20 one_call_of 1
	capture_start "$work/wire.pcap"

	arrives "hold: RTCP goes on" phone peer 3 rtcp
	arrives "both ways" peer phone 3 rtcp
	arrives "taken up again, what is said arrives" phone peer 5
	arrives "both ways" peer phone 5
	order phone "ssrc 77" "seq 60000"
	arrives "another SSRC is heard" phone peer 9
	order peer "ssrc 78" "seq 65530"
	arrives "also where its sequence wraps" peer phone 9

	before=$(call_has alice path)
	program_ends phone "$phone"
	program_ends peer "$peer"
	check "closed sockets end the call" wait_until 20 call_is alice Progress ended
	check "at both ends" wait_until 20 call_is bob Progress ended
	socket phone alice "$a:7010" "$b:7010"
	socket peer bob "$b:7010" "$a:7010"
	is_secured "new ports at both ends" "$a:7010" "$b:7010" phone peer
	arrives "what is said arrives" phone peer 5
	arrives "both ways" peer phone 5
	check "it is a call of its own" [ "$(call_has alice path)" != "$before" ]

	socket other bob "$b:7020" "$a:7010"
	turn phone "$b:7020"
	is_secured "only the peer's port is new" "$a:7010" "$b:7020" phone other
	arrives "what is said arrives" phone other 5
	arrives "both ways" other phone 5
	check "it is the same call" wait_until 20 one_call_of 2
	program_ends peer "$peer"
	check "and goes on with that" wait_until 20 one_call_of 1

	socket phone2 alice "$a:7030" "$b:7030"
	socket peer2 bob "$b:7030" "$a:7030"
	is_secured "a second one at the same time" "$a:7030" "$b:7030" phone2 peer2
	arrives "what is said arrives" phone2 peer2 5
	arrives "both ways" peer2 phone2 5
	arrives "the first goes on" phone other 5
	arrives "both ways" other phone 5

	# Announced: 7050. He sends from 7052, and is answered there.
	socket phone3 alice "$a:7050" "$b:7050"
	socket silent bob "$b:7050" "$a:7050"
	socket peer3 bob "$b:7052" "$a:7050"
	is_secured "from another port than announced" "$a:7050" "$b:7052" phone3 peer3
	turn phone3 "$b:7052"
	arrives "what is said arrives" peer3 phone3 5
	arrives "both ways" phone3 peer3 5
	capture_end "$work/wire.pcap"
	is "nothing of all that can be read" "$(plain_on_wire "$work/wire.pcap" 'portrange 7000-7099')" 0

	capture_start "$work/dead.pcap"
	program_ends other "$other"
	check "a program that dies ends its stream at both ends" wait_until 20 \
		eval '! both_secure "$a:7010" "$b:7020" && [ "$(state_of alice "$a:7010" "$b:7020")" = "" ]'
	check "who talks on is held" wait_until 20 eval \
		'tell phone rtp; [ "$(state_of alice "$a:7010" "$b:7020")" = hold/hold ]'
	check "and sotto asks for somebody there" wait_until 20 hello_from 7010
	say phone rtp 9
	fence phone2 peer2
	is "but begins none where nobody is" "$(state_of bob "$b:7020" "$a:7010")" ""
	capture_end "$work/dead.pcap"
	is "nothing of all that can be read" "$(plain_on_wire "$work/dead.pcap" 'portrange 7000-7099')" 0
	for p in phone phone2 phone3 peer2 peer3 silent; do
		eval "program_ends $p \"\$$p\""
	done
	check "with the last stream the call ends" wait_until 20 eval '[ -z "$(running alice)$(running bob)" ]'
done
finish
