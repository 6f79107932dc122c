#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A firewall that has IPv6 untracked before fragments are put together brings the module
# pieces, which show no port by which a rule could know them. Where one says require, none
# leaves and none comes in; where none does, all pass.
#
#	alice: a raw socket, phone at 7000 -- middle: capture -- bob: a raw socket, peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# cut HOST FROM TO NUMBER [OPTIONS]: one RTP packet in four fragments, with destination
# options in front of UDP if asked for
cut_up() {
	on "$1" /usr/bin/python3 - "$2" "$3" "$4" "${5:-}" <<-'END'
		import socket, struct, sys
		ends = [socket.inet_pton(socket.AF_INET6, a) for a in sys.argv[1:3]]
		number = int(sys.argv[3])
		rtp = struct.pack("!BBHII", 0x80, 96, number, 1, 1) + b"said in confidence" * 10
		length = 8 + len(rtp)
		pseudo = b"".join(ends) + struct.pack("!II", length, 17)
		udp = struct.pack("!HHHH", 7000, 7000, length, 0) + rtp
		words = struct.unpack(f"!{(len(pseudo + udp) + 1) // 2}H", pseudo + udp + b"\0" * (length % 2))
		total = sum(words)
		while total >> 16:
		    total = (total & 0xffff) + (total >> 16)
		udp = udp[:6] + struct.pack("!H", ~total & 0xffff or 0xffff) + udp[8:]
		first = 17
		if sys.argv[4]:
		    udp, first = b"\x11\0\1\4\0\0\0\0" + udp, 60
		s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
		s.setsockopt(socket.IPPROTO_IPV6, 36, 1)	# IPV6_HDRINCL
		for off in range(0, len(udp), 64):
		    part = udp[off:off + 64]
		    more = off + 64 < len(udp)
		    fragment = struct.pack("!BxHI", first, off | more, number)
		    ip = struct.pack("!IHBB", 6 << 28, 8 + len(part), 44, 64) + b"".join(ends)
		    s.sendto(ip + fragment + part, (sys.argv[2], 0))
	END
}

untracked() {
	on "$1" nft -f - <<-END
		table ip6 untracked {
			chain out { type filter hook output priority -450; notrack; }
			chain in { type filter hook prerouting priority -450; notrack; }
		}
	END
}

counted() {
	nl alice rule list | sed -n "s/.*\"id\":1,.*\"$1\":\([0-9]*\).*/\1/p"
}

load_module
hosts_up
family 6
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
turn peer "$a:7000"
untracked alice

capture_start "$work/free.pcap" middle br0 "ip6 or udp"
cut_up alice fd09::1 fd09::2 1
check "without a rule they arrive, put together" wait_until 10 got_is peer rtp 1
cut_up alice fd09::1 fd09::2 2 options
check "with options in front too" wait_until 10 got_is peer rtp 2
cut_up bob fd09::2 fd09::1 3
check "and back" wait_until 10 got_is phone rtp 1
capture_end "$work/free.pcap"
is "the capture sees each piece" "$(on_wire "$work/free.pcap" "ip6[6] == 44")" 12

must 1 nl alice rule add action=require ports=9000 id=1 >/dev/null
capture_start "$work/held.pcap" middle br0 "ip6 or udp"
cut_up alice fd09::1 fd09::2 4
cut_up alice fd09::1 fd09::2 5 options
cut_up bob fd09::2 fd09::1 6
fence phone peer
fence peer phone
capture_end "$work/held.pcap"
is "where a rule says require none leaves" "$(on_wire "$work/held.pcap" "$from_a and ip6[6] == 44")" 0
is "and none is heard: there, here" "$(got peer rtp) $(got phone rtp)" "2 1"
is "each is counted" "$(counted drop-tx-class) $(counted drop-rx-class)" "8 4"
check "a big ping is no packet of anybody's call" on alice ping -6 -c 1 -W 5 -s 3000 -q fd09::2
finish
