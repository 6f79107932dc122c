#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program may hand several packets to the kernel as one (UDP_SEGMENT). What passes
# in every state must take nothing along that does not.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# batch FIRST: of four packets, one FIRST and three RTP; the last byte of the RTP says
# how much of it is padding
batch() {
	on alice /usr/bin/python3 - "$1" "$a" "$b" "$spoken" <<-'END'
		import socket, struct, sys
		first, local, remote, spoken = sys.argv[1:]
		def end(text):
		    host, port = text.rsplit(":", 1)
		    return host.strip("[]"), int(port)
		head = {
		    "stun": struct.pack("!HHI12sHH", 1, 96, 0x2112a442, b"t" * 12, 0x8022, 92),
		    "other": b"\xff",
		    "rtp": struct.pack("!BBHII", 0xa0, 96, 1, 1, 1),
		}[first]
		packets = [head.ljust(116, b"t")]
		for seq in 2, 3, 4:
		    packets.append((struct.pack("!BBHII", 0xa0, 96, seq, 1, 1) +
		                    spoken.encode()).ljust(116, b"\x01"))
		family = socket.AF_INET6 if "[" in local else socket.AF_INET
		s = socket.socket(family, socket.SOCK_DGRAM)
		s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		s.setsockopt(socket.IPPROTO_UDP, 103, 116)	# UDP_SEGMENT
		s.bind(end(local + ":7000"))
		s.sendto(b"".join(packets), end(remote + ":7000"))
	END
}

batches() {
	batch stun && batch other && batch rtp
}

# heard_on_wire FILE: packets that one can understand, each for itself
heard_on_wire() {
	tcpdump -n -A -r "$1" 'udp port 7000' 2>/dev/null | grep -o "$spoken" | wc -l
}

load_module
hosts_up
for f in 4 6; do
	family $f
	program peer bob "$b:7000"
	peer=$started

	capture_start "$work/control$f.pcap"
	check "IPv$f: without a rule batches can be sent" batches
	capture_end "$work/control$f.pcap"
	is "IPv$f: and understood" "$(heard_on_wire "$work/control$f.pcap")" 9

	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	capture_start "$work/held$f.pcap"
	check "IPv$f: under a rule they still can" batches
	id=$(new_flow alice "$a:7000" "$b:7000")
	check "IPv$f: in a flow that is held too" batches
	secure alice "$id" tx "$(new_key)" || bail "no tx key"
	check "IPv$f: and in a secure one" batches
	capture_end "$work/held$f.pcap"
	is "IPv$f: nothing of them is understood" "$(heard_on_wire "$work/held$f.pcap")" 0
	must 1 nl alice flow del "$id"
	nl alice rule del 1
	program_ends peer "$peer"
done
finish
