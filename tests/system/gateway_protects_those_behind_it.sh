#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 25
#
# A gateway protects a telephone behind it, which knows nothing of it: clear inside, SRTP
# outside, by IPv4 and IPv6, through NAT that changes address and port. Under "require"
# nothing leaves before there is a key, and what the agent sends takes the mapping that
# the media takes. Whoever computes them, checksums are right on either side. Who begins
# from outside because a helper of the gateway's has expected him is expected still when his
# first packet has been held.
#
#	carol: phone at 7000 -- alice: gateway, NAT, agent -- middle: capture -- bob: peer, agent
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/gateway.sh"

hello=1000000a5a5254500050eec4505a

# heard NAME: the payload of the last RTP packet
heard() {
	sed -n '/"pt"/s/.*"hex":"\(.*\)".*/\1/p' "$work/$1" | tail -n 1 | cut -c 25-
}

# say_both_ways: what is said while the ends' devices compute checksums, and while none does
say_both_ways() {
	say phone rtp 3
	fence phone peer
	computes carol eth0 off
	say phone rtp 4
	say phone rtcp 2
	fence phone peer
	is "IPv$f: with keys it is heard" "$(got peer rtp) $(got peer rtcp)" "9 2"
	say peer rtp 3
	fence peer phone
	computes bob eth0 off
	say peer rtp 3
	say peer rtcp 1
	fence peer phone
	is "IPv$f: and hears" "$(got phone rtp) $(got phone rtcp)" "7 1"
	computes carol eth0 on
	computes bob eth0 on
}

# sums FILE FILTER: how many checksums are right, and how many are not
sums() {
	echo "$(right_on_wire "$1" "$2 and greater 150") $(wrong_on_wire "$1" "$2")"
}

# expects_on IP: who sends such a word to port 69 is answered from another port; the helper of
# TFTP waits for that, with the addresses that NAT gives
expects_on() {
	on alice nft -f - <<-END || bail "no helper"
		table $1 expects {
			ct helper answers { type "tftp" protocol udp; }
			chain pre {
				type filter hook prerouting priority filter
				udp dport 69 ct helper set "answers"
			}
		}
	END
}
is_expected() {
	[ "$(flow alice 7020 local remote tx rx forward embryonic)" = "$c:7020 $b:7000 hold hold 1 1" ]
}
asks=hex:00017800$(printf octet | od -An -tx1 | tr -d ' ')00

words=$(printf "%.160s" "$(yes "$spoken " | head -n 20 | tr -d '\n')" | od -An -v -tx1 | tr -d ' \n')

load_module
modprobe nf_nat_tftp || bail "no helper of TFTP"
hosts_up
gateway_up
expects_on ip
expects_on ip6
# What leaves alice has been given a checksum.
computes alice eth0 off
computes alice lan0 off
on alice sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
on carol sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
for f in 4 6; do
	behind $f
	program phone carol "$c:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$mapped"

	capture_start "$work/control$f.pcap" middle br0 "udp or icmp or icmp6"
	say phone rtp 2
	check "IPv$f: without a rule it is heard" wait_until 10 got_is peer rtp 2
	say peer rtp 1
	check "IPv$f: and hears" wait_until 10 got_is phone rtp 1
	capture_end "$work/control$f.pcap"
	is "IPv$f: and on the wire each packet can be read, at the address that NAT gives" \
		"$(plain_on_wire "$work/control$f.pcap" "udp port $mapped_port")" 3

	for h in alice bob; do
		agent "agent-$h$f" $h
		eval "agent_$h=\$started"
	done
	must 1 nl alice rule add action=require ports=7000 forward=lan0 id=1 >/dev/null
	must 1 nl bob rule add action=require ports=7000 id=1 >/dev/null
	capture_start "$work/wire$f.pcap" middle br0 "udp or icmp or icmp6"
	is "IPv$f: under a rule the phone can send" "$(send phone rtp 5)" "$(all_sent 5)"
	fence phone peer
	is "IPv$f: and is not heard" "$(got peer rtp)" 2
	is "IPv$f: the flow has the phone's own address, and the peer's of the wire" \
		"$(flow alice 7000 local remote tx rx forward)" "$c:7000 $b:7000 hold hold 1"
	a_flow=$(flow alice 7000 id)
	check "IPv$f: the gateway's agent hears of it" \
		wait_until 5 told_is agent-alice$f '"event":"flow-new"' 1
	order agent-alice$f "$a_flow zrtp $hello"
	check "IPv$f: what it sends reaches bob's agent" wait_until 5 told_is agent-bob$f \
		"\"packet\":\"zrtp\".*\"hex\":\"$hello\"" 1
	is "IPv$f: by the mapping that the media has" "$(flow bob 7000 remote)" "$mapped"
	b_flow=$(flow bob 7000 id)
	order agent-bob$f "$b_flow zrtp $hello"
	check "IPv$f: and back" wait_until 5 told_is agent-alice$f \
		"\"packet\":\"zrtp\".*\"hex\":\"$hello\"" 1
	is "IPv$f: no program has got it" "$(got peer zrtp) $(got phone zrtp)" "0 0"

	ab=$(new_key)
	ba=$(new_key)
	secure alice "$a_flow" tx "$ab" && secure bob "$b_flow" rx "$ab" &&
	secure bob "$b_flow" tx "$ba" && secure alice "$a_flow" rx "$ba" || bail "no keys"
	wire=$capture
	capture_start "$work/inside$f.pcap" carol eth0
	say_both_ways
	inside="udp and $from_b and dst port 7000"
	soon eval '[ "$(on_wire "$work/inside$f.pcap" "$inside and greater 150")" = 7 ]'
	capture_stop
	capture=$wire
	is "IPv$f: inside each checksum is right" "$(sums "$work/inside$f.pcap" "$inside")" "7 0"
	is "IPv$f: each to the letter" "$(heard peer) $(heard phone)" "$words $words"
	is "IPv$f: protected once, unprotected once" \
		"$(member "$a_flow" tx-protected rx-unprotected drop-tx-hold)" "9 7 $(
		member "$a_flow" drop-tx-hold)"
	is "IPv$f: no other flow has come about" "$(flows alice | wc -l) $(flows bob | wc -l)" "1 1"
	is "IPv$f: only STUN has passed as it was" "$(member "$a_flow" tx-clear rx-clear)" "3 2"

	# Its errors quote what it gets.
	program_ends phone "$phone"
	say peer rtp 3
	check "IPv$f: the errors of a phone that has closed its port are dropped" \
		wait_until 10 test "$(nl alice flow show id "$a_flow" drop-tx-quote)" = 3
	capture_end "$work/wire$f.pcap"
	is "IPv$f: on the wire nobody can read anything" "$(plain_on_wire "$work/wire$f.pcap" \
		"(udp and not port 9) or (icmp and icmp[30:2] != 9) or icmp6")" 0
	is "IPv$f: each checksum of what has left is right" \
		"$(sums "$work/wire$f.pcap" "udp and $from_a and src port $mapped_port")" "9 0"
	is "IPv$f: where all of it has passed" "$(on_wire "$work/wire$f.pcap" \
		"udp port $mapped_port and greater 150")" 19

	# Bob has no call any more, and nothing of sotto: his errors come to the phone.
	nl bob rule del 1
	no_flows bob
	afresh peer "$peer" again$f carol "$c:7000"
	peer=$started
	turn again$f "$b:7000"
	tell again$f rtp
	check "IPv$f: that nobody is there any more is told" \
		wait_until 10 told_is agent-alice$f '"event":"refused"' 1
	program_ends again$f "$peer"

	# Whoever is outside may begin.
	nl alice flow del "$a_flow"
	program "called$f" carol "$c:7000"
	phone=$started
	program caller$f bob "$b:7000"
	peer=$started
	turn caller$f "$mapped"
	say caller$f rtp 5
	fence caller$f called$f
	is "IPv$f: a phone that is called hears nothing before there is a key" "$(got called$f rtp)" 0
	is "IPv$f: but that is a flow of its own" \
		"$(flow alice 7000 local remote tx rx forward embryonic)" "$c:7000 $b:7000 hold hold 1 1"
	order agent-alice$f "$(flow alice 7000 id) zrtp $hello"
	check "IPv$f: in which the gateway's agent can speak" wait_until 5 got_is caller$f zrtp 1

	nl alice rule add action=require ports=7020 forward=lan0 id=2 >/dev/null
	program "asked$f" bob "$b:69"
	asked=$started
	program "asks$f" carol "$c:7020" --unconnected
	phone2=$started
	turn "asks$f" "$b:69"
	tell "asks$f" "$asks"
	check "IPv$f: a phone asks for an answer from elsewhere" wait_until 10 got_is "asked$f" any 1
	turn caller$f "$a:7020"
	say caller$f rtp 5
	check "IPv$f: who is expected makes a flow, though his first packet is held" \
		wait_until 10 is_expected
	is "IPv$f: no other has heard of it" "$(got "asks$f" rtp)" 0
	order agent-alice$f "$(flow alice 7020 id) zrtp $hello"
	check "IPv$f: and is spoken to" wait_until 5 got_is caller$f zrtp 2
	program_ends "asked$f" "$asked"
	program_ends "asks$f" "$phone2"

	no_flows alice
	nl alice rule del 1
	nl alice rule del 2
	stop "$agent_alice"
	stop "$agent_bob"
	program_ends called$f "$phone"
	program_ends caller$f "$peer"
done
finish
