#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Where the program has closed its socket, the stack answers a packet with an ICMP
# error that quotes it. It must never get to quote what has been decrypted.
#
#	alice: phone at 7000 ==SRTP==> middle: capture ==> bob: nobody at 7000 any more
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

errors='icmp or icmp6'

all_dropped() {
	[ "$(flow bob 7000 drop-rx-no-socket)" = 5 ]
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

	capture_start "$work/control$f.pcap" middle br0 "udp or $errors"
	send phone rtp 1 >/dev/null
	soon got_is peer rtp 1
	program_ends peer "$peer"
	send phone rtp 2 >/dev/null
	capture_end "$work/control$f.pcap"
	check "IPv$f: in clear, the error quotes what was said" \
		test "$(plain_on_wire "$work/control$f.pcap" "$from_b and ($errors)")" -ge 1

	must 1 nl alice rule add action=require ports=7000 id=$f >/dev/null
	must 1 nl bob rule add action=require ports=7000 id=$f >/dev/null
	secure_both "$a:7000" "$b:7000"
	program peer bob "$b:7000"
	peer=$started
	capture_start "$work/wire$f.pcap" middle br0 "udp or $errors"
	send phone rtp 3 >/dev/null
	check "IPv$f: while the program is there, it gets it" wait_until 10 got_is peer rtp 3
	program_ends peer "$peer"
	is "IPv$f: when it has gone, all the same is sent" "$(send phone rtp 5)" "$(all_sent 5)"
	check "IPv$f: dropped and counted" wait_until 10 all_dropped
	capture_end "$work/wire$f.pcap"
	is "IPv$f: no error quotes it" "$(plain_on_wire "$work/wire$f.pcap" "$from_b and ($errors)")" 0
	is "IPv$f: and nothing else on the wire has it" "$(plain_on_wire "$work/wire$f.pcap" "udp port 7000")" 0
	program_ends phone "$phone"
	for h in alice bob; do
		nl $h rule del $f
		nl $h flow del "$(flow $h 7000 id)"
	done
done
finish
