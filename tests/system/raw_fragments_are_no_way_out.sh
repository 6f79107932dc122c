#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program that cuts its packets into IPv4 fragments itself shows no port by which a rule
# could know them: where a rule says require none of them leaves the machine, and each is
# counted. Where no rule does, they pass, and so they do to this machine itself.
#
#	alice: a raw socket -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# cut FROM TO: one RTP packet in two fragments
cut_up() {
	on alice /usr/bin/python3 - "$1" "$2" <<-'END'
		import socket, struct, sys
		ends = [socket.inet_aton(a) for a in sys.argv[1:]]
		rtp = struct.pack("!BBHII", 0x80, 96, 1, 1, 1) + b"said in confidence" * 10
		udp = struct.pack("!HHHH", 7000, 7000, 8 + len(rtp), 0) + rtp
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
		for part, off, more in (udp[:64], 0, 1), (udp[64:], 8, 0):
		    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), 77, more << 13 | off,
		                     64, 17, 0, *ends)
		    s.sendto(ip + part, (sys.argv[2], 0))
	END
}

load_module
hosts_up
family 4
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"

capture_start "$work/free.pcap"
cut_up 10.9.0.1 10.9.0.2
check "without a rule they arrive, put together" wait_until 10 got_is peer rtp 1
capture_end "$work/free.pcap"
is "the capture sees both" "$(on_wire "$work/free.pcap" \
	"$from_a and (ip[6:2] & 0x3fff != 0)")" 2

must 1 nl alice rule add action=prefer ports=9000 id=2 >/dev/null
cut_up 10.9.0.1 10.9.0.2
check "a rule that only prefers lets them pass" wait_until 10 got_is peer rtp 2

must 1 nl alice rule add action=require ports=9000 id=1 >/dev/null
capture_start "$work/held.pcap"
cut_up 10.9.0.1 10.9.0.2
fence phone peer
capture_end "$work/held.pcap"
is "where one says require none leaves" "$(on_wire "$work/held.pcap" \
	"$from_a and (ip[6:2] & 0x3fff != 0)")" 0
is "and none arrives" "$(got peer rtp)" 2
is "each is counted" "$(nl alice rule list | sed -n 's/.*"id":1,.*"drop-tx-class":\([0-9]*\).*/\1/p')" 2

program own alice 127.0.0.1:7000
cut_up 127.0.0.1 127.0.0.1
check "to this machine itself they pass" wait_until 10 got_is own rtp 1
finish
