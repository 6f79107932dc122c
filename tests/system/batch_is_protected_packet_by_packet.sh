#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program may hand several packets to the kernel as one (UDP_SEGMENT). Each leaves as
# a packet of its own, judged and protected by itself, and passes every firewall rule
# behind sotto by itself.
#
#	alice: phone at 7000, firewall -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# firewall: counts at every hook behind sotto's, and changes the source at the last
firewall() {
	on alice nft -f - <<-END || bail "nft"
		table inet wall {
			chain filter { type filter hook output priority 0; udp dport 7000 counter; }
			chain security { type filter hook output priority 50; udp dport 7000 counter; }
			chain post { type filter hook postrouting priority 0; udp dport 7000 counter; }
			chain nat { type nat hook postrouting priority 100; udp dport 7000 snat to :7999; }
		}
	END
}

# counted: packets at each of them
counted() {
	on alice nft list table inet wall | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' | xargs
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
	capture_start "$work/control$f.pcap"
	is "IPv$f: without a rule a batch can be sent" "$(batch phone rtp,rtp,rtp)" "$(all_sent 3)"
	fence phone peer
	capture_end "$work/control$f.pcap"
	is "IPv$f: and arrives" "$(got peer rtp)" 3
	check "IPv$f: for all to hear" \
		test "$(plain_on_wire "$work/control$f.pcap" 'udp port 7000')" -ge 1

	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	capture_start "$work/wire$f.pcap"
	# As long as the others, but of no class that is a call's.
	batch phone "hex:ff$(printf '%0342d' 0),rtp,rtp" >/dev/null
	fence phone peer
	is "IPv$f: a batch is not what its first packet is" "$(got peer other) $(got peer rtp)" "1 3"
	is "IPv$f: without keys too the program can send" "$(batch phone rtp,rtp,rtp,rtp)" \
		"$(all_sent 4)"
	batch phone rtp,stun-software,other,zrtp >/dev/null
	fence phone peer
	is "IPv$f: but only bare STUN arrives" \
		"$(got peer rtp) $(got peer stun-software) $(got peer other)" "3 1 1"

	no_flows alice
	secure_both "$a:7000" "$b:7000" $([ $f = 4 ] || echo aead-aes-128-gcm)
	before=$(got peer rtp)
	is "IPv$f: with keys the program sends all the same" \
		"$(batch phone rtp,rtp,rtp,rtp,rtp,rtp)" "$(all_sent 6)"
	fence phone peer
	is "IPv$f: each protected" "$(flow alice 7000 tx-protected)" 6
	is "IPv$f: each arrives" \
		"$(got peer rtp) $(flow bob 7000 rx-unprotected)" "$((before + 6)) 6"

	must 1 on alice nft "add table inet wall; add chain inet wall filter \
		{ type filter hook output priority 0; };
		add rule inet wall filter udp dport 7000 numgen inc mod 3 0 drop"
	is "IPv$f: a firewall that drops one in three is not the program's concern" \
		"$(batch phone rtp,rtp,rtp,rtp,rtp,rtp)" "$(all_sent 6)"
	must 1 on alice nft delete table inet wall
	fence phone peer
	is "IPv$f: the others arrive" "$(got peer rtp)" "$((before + 10))"

	batch phone rtp,stun-software,zrtp,other,rtp >/dev/null
	fence phone peer
	is "IPv$f: of a mixed batch what is RTP arrives, and bare STUN" \
		"$(got peer rtp) $(got peer stun-software) $(got peer zrtp) $(got peer other)" \
		"$((before + 12)) 2 0 1"
	is "IPv$f: and the rest is counted" "$(flow alice 7000 drop-tx-class)" 2

	firewall
	is "IPv$f: where rules count and change it, it is sent" "$(batch phone rtp,rtp,rtp,rtp,rtp)" \
		"$(all_sent 5)"
	is "IPv$f: each is seen by every chain behind sotto" "$(counted)" "5 5 5"
	must 1 on alice nft delete table inet wall
	capture_end "$work/wire$f.pcap"
	is "IPv$f: and leaves as the last of them says" \
		"$(on_wire "$work/wire$f.pcap" "$from_a and udp src port 7999")" 5
	is "IPv$f: nothing is to be heard of all that" \
		"$(plain_on_wire "$work/wire$f.pcap" "$from_a and udp dst port 7000")" 0

	nl alice flow del "$a_flow"
	nl bob flow del "$b_flow"
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
