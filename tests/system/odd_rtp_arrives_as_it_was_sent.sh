#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# CSRCs, header extensions, padding of any claim, no payload at all: protected and
# unprotected again it is what it was. What is no RTP header is dropped and counted.
# What lies behind the UDP packet in an IP packet neither leaves nor is in the way.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# What follows the first byte of a header: payload type, SSRC; sequence as given
rtp() {
	printf '%s00%04x0000000100000005' "$1" "$2"
}

good() {
	rtp 80 1; echo				# nothing behind the header
	rtp 80 2; echo 77			# one byte
	rtp 8f 3; seq 1 15 | while read -r n; do printf '%08x' "$n"; done; echo aabb
	rtp 90 4; echo bede0000cc		# an extension of no words
	rtp 90 5; echo bede00011041000011	# one-byte elements
	rtp 92 6; echo 00000001000000021000000102aabb0022	# CSRCs and two-byte elements
	rtp a0 7; echo 1122330000000004		# padding
	rtp a0 8; echo 112233ff			# more padding than there is payload
	rtp a0 9; echo 11223300			# padding of none
	rtp a0 10; echo				# padding without payload
}

bad() {
	rtp 8f 20; echo 00000001		# more CSRCs than there is packet
	rtp 90 21; echo bede			# half an extension header
	rtp 90 22; echo bede0002aabbccdd	# an extension that ends behind the packet
}

# raw HOST FROM TO HEX: a UDP packet with bytes behind it that are not its own
raw() {
	on "$1" /usr/bin/python3 - "$2" "$3" "$4" "$spoken" <<-'END'
		import socket, struct, sys
		local, remote, payload, behind = sys.argv[1:]
		local, remote = local.strip("[]"), remote.strip("[]")
		family = socket.AF_INET6 if ":" in local else socket.AF_INET
		payload = bytes.fromhex(payload)
		udp = struct.pack("!HHHH", 7000, 7000, 8 + len(payload), 0) + payload
		pseudo = socket.inet_pton(family, local) + socket.inet_pton(family, remote) + \
		         struct.pack("!II", len(udp), 17) + udp + b"\0" * (len(udp) % 2)
		total = sum(struct.unpack("!%dH" % (len(pseudo) // 2), pseudo))
		while total >> 16:
		    total = (total & 0xffff) + (total >> 16)
		s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_UDP)
		s.bind((local, 0))
		s.sendto(udp[:6] + struct.pack("!H", ~total & 0xffff or 0xffff) + payload +
		         behind.encode(), (remote, 0))
	END
}

heard() {
	sed -n 's/.*"hex":"\([0-9a-f]*\)".*/\1/p' "$work/$1" | grep '^[89ab]'
}

load_module
hosts_up
for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action=require ports=7000 id=$f >/dev/null
	secure_both "$a:7000" "$b:7000" $([ $f = 4 ] || echo aead-aes-128-gcm)
	capture_start "$work/wire$f.pcap" middle port-b
	# shellcheck disable=SC2046 # words
	tell phone $(good | sed 's/^/hex:/')
	fence phone peer
	is "IPv$f: odd packets arrive as they were sent" "$(heard peer)" "$(good)"
	# shellcheck disable=SC2046
	tell phone $(bad | sed 's/^/hex:/')
	fence phone peer
	is "IPv$f: what is no RTP does not" \
		"$(heard peer | wc -l) $(flow alice 7000 tx-protected drop-tx-malformed)" "10 10 3"

	raw alice "$a" "$b" "$(rtp 80 30)aabbccdd" || bail "raw"
	check "IPv$f: one with bytes behind it arrives" wait_until 10 got_is peer rtp 11
	is "IPv$f: without them" "$(heard peer | tail -n 1)" "$(rtp 80 30)aabbccdd"
	middle_drops "udp dport 7000"
	say phone rtp 1
	send phone rtp 1 >/dev/null
	middle_passes
	capture_end "$work/wire$f.pcap"
	is "IPv$f: nobody reads them" "$(plain_on_wire "$work/wire$f.pcap" 'udp port 7000')" 0

	# On the way in: what bob's kernel would have sent, with bytes behind it.
	capture_start "$work/lost$f.pcap" middle port-b
	middle_drops "udp dport 7000"
	send peer rtp 1 >/dev/null
	middle_passes
	capture_end "$work/lost$f.pcap"
	lost=$(tcpdump -n -x -r "$work/lost$f.pcap" 'udp dst port 7000 and greater 150' 2>/dev/null |
		sed -n 's/^\t0x[^:]*: *//p' | tr -d ' \n' | cut -c $((f == 4 ? 57 : 97))-)
	nl bob flow del "$b_flow"
	raw bob "$b" "$a" "$lost" || bail "raw"
	check "IPv$f: nor are they in the way of one that arrives" wait_until 10 got_is phone rtp 1
	is "IPv$f: which is the peer's" \
		"$(flow alice 7000 rx-unprotected drop-rx-csum drop-rx-auth)" "1 0 0"
	nl alice rule del $f
	no_flows alice
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
