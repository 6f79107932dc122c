#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# IPv6 takes a UDP header whose length is 0 for one that covers the whole packet. Such
# a packet is judged like any other, or anybody could speak into a secure call.
#
#	alice: phone at 7000, secure <--- middle --- bob: raw socket
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# inject: an RTP packet in clear, its UDP length 0
inject() {
	on bob /usr/bin/python3 - <<-'END'
		import socket, struct
		s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_UDP)
		s.setsockopt(socket.IPPROTO_IPV6, 7, 6)	# IPV6_CHECKSUM at byte 6
		rtp = struct.pack("!BBHII", 0x80, 96, 1, 1, 1) + b"x" * 100
		s.sendto(struct.pack("!HHHH", 7000, 7000, 0, 0) + rtp, ("fd09::1", 0))
	END
}

load_module
hosts_up
family 6
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
turn peer "$a:7000"
inject
check "without a rule the program gets it" wait_until 10 got_is phone rtp 1

must 1 nl alice rule add action=require ports=7000 >/dev/null
inject
fence peer phone
is "without a flow it is dropped" "$(got phone rtp)" 1
# At bob's end there are no keys: what leaves there, leaves as it is.
id=$(new_flow alice "$a:7000" "$b:7000")
secure alice "$id" tx "$(new_key)"
secure alice "$id" rx "$(new_key)"
inject
fence peer phone
is "into a secure flow it is not let either" "$(got phone rtp)" 1
is "it is counted as not authentic" "$(flow alice 7000 drop-rx-auth)" 1
finish
