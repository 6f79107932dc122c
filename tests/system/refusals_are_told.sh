#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# That nobody is at the other end any more, as its ICMP errors say, is told to the agent, of
# what is secure and once a second. Who makes such an error up without having seen the stream
# is not heard.
#
#	alice: phone at 7000 and 7010 -- bob: peers, of which one ends
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

ssrc=0050eec4	# udp-tool's

# refuses SSRC: an ICMP error of bob's about RTP from alice's 7010, with this SSRC, as he makes it up
refuses() {
	on bob /usr/bin/python3 -c '
import socket, struct, sys
a, b, ssrc = sys.argv[1].strip("[]"), sys.argv[2].strip("[]"), bytes.fromhex(sys.argv[3])
family = socket.AF_INET6 if ":" in a else socket.AF_INET
rtp = struct.pack("!BBHI", 0x80, 0, 1, 160) + ssrc
udp = struct.pack("!HHHH", 7010, 7010, 8 + len(rtp), 0) + rtp
ends = socket.inet_pton(family, a) + socket.inet_pton(family, b)
if family == socket.AF_INET:
    quoted = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + ends + udp
    body = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
    words = sum(struct.unpack("!%dH" % (len(body) // 2), body))
    while words >> 16:
        words = (words & 0xffff) + (words >> 16)
    body = body[:2] + struct.pack("!H", words ^ 0xffff) + body[4:]
    s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP)
else:
    quoted = struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) + ends + udp
    body = struct.pack("!BBHI", 1, 4, 0, 0) + quoted
    s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.sendto(body, (a, 0))' "$a" "$b" "$1"
}

# refused ID: how often that has been told of this flow
refused() {
	told watch "\"event\":\"refused\",\"flow\":{\"id\":$1,.*"
}

refused_is() {
	[ "$(refused "$1")" -eq "$2" ]
}

# once more: the program goes on to send
refused_more() {
	tell phone rtp
	[ "$(refused "$1")" -gt "$2" ]
}

load_module
hosts_up
on bob sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
agent watch alice
must 1 nl alice rule add action=require ports=7000-7010 id=1 >/dev/null
for f in 4 6; do
	family $f
	for p in phone:alice:"$a:7000" peer:bob:"$b:7000" phone2:alice:"$a:7010" peer2:bob:"$b:7010"; do
		name=${p%%:*}
		rest=${p#*:}
		program "$name" "${rest%%:*}" "${rest#*:}" --unconnected
		eval "$name=\$started"
	done
	secure_both "$a:7010" "$b:7010"
	second=$a_flow
	secure_both "$a:7000" "$b:7000"
	turn phone "$b:7000"
	turn phone2 "$b:7010"
	turn peer2 "$a:7010"
	say phone rtp 3
	say phone2 rtp 3
	fence phone peer
	fence phone2 peer2
	is "IPv$f: while they are there they hear" "$(got peer rtp) $(got peer2 rtp)" "3 3"
	is "IPv$f: and nobody is refused" "$(refused "$a_flow") $(refused "$second")" "0 0"

	nl bob flow del "$b_flow"
	program_ends peer "$peer"
	is "IPv$f: the one has gone" "$(send phone rtp 5)" "$(all_sent 5)"
	check "IPv$f: which is told" wait_until 10 eval '[ "$(refused "$a_flow")" -gt 0 ]'
	before=$(refused "$a_flow")
	check "IPv$f: and again as long as the phone sends" wait_until 10 refused_more "$a_flow" "$before"
	is "IPv$f: the flow is as it was" "$(flow alice 7000 tx rx remote)" "secure secure $b:7000"
	no_flows bob	# his own sotto lets no such error out
	refuses 11111111
	fence peer2 phone2
	is "IPv$f: who has not seen the other's stream is not heard" "$(refused "$second")" 0
	refuses $ssrc
	check "IPv$f: who has, is" wait_until 10 refused_is "$second" 1
	refuses $ssrc
	fence peer2 phone2
	is "IPv$f: and its call goes on" "$(flow alice 7010 tx rx)" "secure secure"
	no_flows alice
	for p in phone phone2 peer2; do
		eval "program_ends $p \$$p"
	done
	: >"$work/watch"
done
finish
