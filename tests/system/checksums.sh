#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What leaves has a right UDP checksum, whoever was to compute it: the device, the
# kernel, or nobody. What arrives with a wrong one is dropped before any cipher.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

offload() {
	computes alice eth0 "$1"
	computes bob eth0 "$1"
}

for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	secure_both "$a:7000" "$b:7000"

	offload on
	tell phone rtp rtcp rtp
	fence phone peer
	is "IPv$f: left to the device it arrives" "$(got peer rtp) $(got peer rtcp)" "2 1"
	offload off
	capture_start "$work/wire$f.pcap"
	tell phone rtp rtcp rtp
	tell peer rtp rtcp
	fence phone peer
	fence peer phone
	is "IPv$f: computed by the kernel it arrives" "$(got peer rtp) $(got peer rtcp)" "4 2"
	capture_end "$work/wire$f.pcap"
	is "IPv$f: and is right on the wire" \
		"$(right_on_wire "$work/wire$f.pcap" "udp port 7000 and greater 150") $(
		wrong_on_wire "$work/wire$f.pcap" "udp port 7000")" "5 0"

	# The middle breaks it: what arrives has another checksum than its content.
	on middle nft -f - <<-END || bail "nft"
		table bridge sotto {
			chain forward {
				type filter hook forward priority 0;
				udp dport 7000 @th,64,8 0x80 @th,48,16 set 0x1234
			}
		}
	END
	tell peer rtp rtp rtcp
	fence peer phone
	middle_passes
	is "IPv$f: with a wrong one nothing arrives" "$(got phone rtp) $(got phone rtcp)" "1 1"
	is "IPv$f: and is counted as just that" \
		"$(flow alice 7000 drop-rx-csum drop-rx-auth)" "3 0"
	tell peer rtp
	fence peer phone
	is "IPv$f: the next one is heard again" "$(got phone rtp)" 2

	nl alice flow del "$a_flow"
	nl bob flow del "$b_flow"
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends peer "$peer"
done

# IPv4 may have none at all.
family 4
program phone alice "$a:7000" --no-checksum
program peer bob "$b:7000"
turn phone "$b:7000"
secure_both "$a:7000" "$b:7000"
capture_start "$work/none.pcap"
tell phone rtp rtp
fence phone peer
is "without any it arrives" "$(got peer rtp)" 2
capture_end "$work/none.pcap"
is "and has got none" "$(tcpdump -n -vv -r "$work/none.pcap" 'udp port 7000 and greater 150' \
	2>/dev/null | grep -c 'no cksum')" 2
finish
