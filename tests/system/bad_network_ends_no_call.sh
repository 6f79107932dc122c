#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 60
#
#	alice: phone, sottod --- middle: capture, netem --- sottod, peer :bob
#
# Whatever the network does to a running call, it goes on or ends with a reason, and nothing
# of it can be read: loss, delay, reordering and duplicates, a cut, a NAT that gives it another
# port, another address.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/programs.sh"

# network WORD...: as netem takes it; nothing: as it should be
network() {
	for _dev in port-a port-b; do
		on middle tc qdisc del dev $_dev root 2>/dev/null
		[ $# -eq 0 ] || on middle tc qdisc add dev $_dev root netem limit 10000 "$@" ||
			bail "no netem"
	done
}

# lost: packets that the network has swallowed since then
lost() {
	on middle tc -s -j qdisc show dev port-b | jq '.[0].drops'
}

# quiet: nothing is under way
quiet() {
	[ "$(for d in port-a port-b; do on middle tc -s -j qdisc show dev $d; done |
		jq -s 'map(.[0].qlen) | add')" = 0 ]
}

# seqs NAME: of the RTP packets that it has received, in that order
seqs() {
	sed -n 's/.*"pt":0,"seq":\([0-9]*\),.*/\1/p' "$work/$1"
}

# talks COUNT: both say so much at a time
talks() {
	say phone rtp "$1"
	say peer rtp "$1"
}

# Another call is secure: the flow of the one that has ended stands for a while, secure as it was.
speak_until_again() {
	speak_until_secure phone peer -- "$1" "$2" &&
	call_is alice Progress active && call_is bob Progress active
}

# has_gone HOST LOCAL COUNT: so many packets of the program's have been protected there
has_gone() {
	[ "$(nl "$1" flow list | jq -r --arg l "$2" '.["tx-protected"] as $n | select(.local == $l) | $n')" -ge "$3" ]
}

load_module
modprobe sch_netem || bail "no netem"
hosts_up
family 4
for h in alice bob; do
	end_up $h
	inside $h sotto rule add require --port 7000-7099 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
done
capture_start "$work/wire.pcap"
socket phone alice "$a:7000" "$b:7000" --interval-ms 2
socket peer bob 0.0.0.0:7000 "$a:7000" --interval-ms 2

network delay 60ms 40ms loss 20% duplicate 10%
is_secured "a fifth is lost, all comes late and in disorder" "$a:7000" "$b:7000" phone peer
talks 300
must 30 has_gone alice "$a:7000" 300
must 30 has_gone bob "$b:7000" 300
must 10 quiet
network
fence phone peer
fence peer phone
for p in phone peer; do
	n=$(seqs $p | wc -l)
	note "$p has received $n of 300"
	check "$p hears what is not lost" [ "$n" -gt 200 ]
	check "and not everything" [ "$n" -lt 300 ]
	is "nothing twice" "$(seqs $p | sort | uniq -d | wc -l)" 0
	check "it was in disorder" [ "$(seqs $p)" != "$(seqs $p | sort -n)" ]
done
arrives "when it is well again all arrives" phone peer 5
arrives "both ways" peer phone 5

network loss 100%
talks 50
must 20 eval '[ "$(lost)" -ge 50 ]'
network
arrives "a cut: afterwards all arrives" phone peer 5
arrives "both ways" peer phone 5
check "the call has not ended" both_secure "$a:7000" "$b:7000"
is "it is still the first one" "$(calls alice | wc -l) $(calls bob | wc -l)" "1 1"

must 1 on bob nft "add table inet nat; add chain inet nat post \
	{ type nat hook postrouting priority 100; };
	add rule inet nat post udp sport 7000 snat to :7777"
say peer rtp 3
check "a NAT gives it another port: it is followed" wait_until 10 \
	eval '[ "$(state_of alice "$a:7000" "$b:7777")" = secure/secure ]'
arrives "what is answered arrives" phone peer 5
arrives "and what is said" peer phone 5
must 1 on bob nft delete table inet nat

on bob ip addr del 10.9.0.2/24 dev eth0
on bob ip addr add 10.9.0.3/24 dev eth0
must 10 reaches bob 10.9.0.1
say peer rtp 3
check "another address: it is followed" wait_until 10 \
	eval '[ "$(state_of alice "$a:7000" 10.9.0.3:7000)" = secure/secure ]'
turn phone 10.9.0.3:7000
arrives "what is answered arrives" phone peer 5
arrives "and what is said" peer phone 5
is "it is still the first call" "$(calls alice | wc -l) $(calls bob | wc -l)" "1 1"

network loss 100%
check "a cut without end ends the call" wait_until 40 call_is alice Progress ended
check "at both ends" wait_until 40 call_is bob Progress ended
is "with a reason" "$(call_has alice Reason) $(call_has bob Reason)" "lost lost"
network
check "it comes back, and so does the call" wait_until 30 speak_until_again "$a:7000" 10.9.0.3:7000
arrives "what is said arrives" phone peer 5
arrives "both ways" peer phone 5
capture_stop
is "nothing of all that can be read" "$(plain_on_wire "$work/wire.pcap" 'portrange 7000-7099 or port 7777')" 0
check "there was something to read" [ "$(on_wire "$work/wire.pcap" 'portrange 7000-7099')" -gt 600 ]
finish
