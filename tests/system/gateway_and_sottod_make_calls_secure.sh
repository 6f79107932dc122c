#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	carol: phone at 7000 --- alice: gateway, NAT, sottod === middle === bob: phone, sottod
#
# The gateway's sottod speaks ZRTP in the place of a telephone behind it, through NAT, and
# the call becomes secure by IPv4 and IPv6: both ends have the same SAS, it is root's at the
# gateway, and nobody in between can read a packet.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/gateway.sh"

# root_calls HOST: a line of JSON for each call that root sees, the newest last
root_calls() {
	inside "$1" busctl --system --json=short call org.sotto1 /org/sotto1 org.sotto1.Manager \
		ListCalls 2>/dev/null |
	jq -c '.data[0][] | {path: .[0]} + (.[1] | map_values(.data))' 2>/dev/null
}

# root_call HOST PROPERTY: of the newest one
root_call() {
	root_calls "$1" | tail -n 1 | jq -r ".$2"
}

# on_root_call HOST METHOD [SIGNATURE ARG...]
on_root_call() {
	_at=$1
	shift
	inside "$_at" busctl --system --json=short call org.sotto1 "$(root_call "$_at" path)" \
		org.sotto1.Call "$@" 2>&1 | jq -c .data
}

# compare: each types the half that the other reads aloud
compare() {
	_reads_alice=$(on_root_call alice GetSas | jq -r '.[1]')
	_reads_bob=$(on_root_call bob GetSas | jq -r '.[1]')
	on_root_call alice Verify s "$_reads_bob"
	on_root_call bob Verify s "$_reads_alice"
}

both_secure() {
	[ "$(states alice 7000) $(states bob 7000)" = "secure/secure secure/secure" ]
}

# ended HOST COUNT: so many calls are there, all of which have ended
ended() {
	[ "$(root_calls "$1" | jq -r .Progress | sort | uniq -c | tr -s ' ')" = " $2 ended" ]
}

# phones NUMBER: a telephone behind the gateway, and the one outside; neither has said anything
phones() {
	program "phone$1" carol "$c:7000" --unconnected
	phone=$started
	program "peer$1" bob "$b:7000" --unconnected
	peer=$started
	turn "phone$1" "$b:7000"
	turn "peer$1" "$mapped"
}

load_module
hosts_up
gateway_up
for h in alice bob; do
	host_boot $h
	bus_up $h
	sottod_up $h
done
inside alice sotto rule add require --forward lan0 --port 7000 >"$work/rule" 2>&1 &&
inside bob sotto rule add require --port 7000 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
for f in 4 6; do
	behind $f
	phones $f
	# RTP with payload type 0: a header of SRTP can be read.
	case $f in
	4) pcmu='udp[8:2] == 0x8000' ;;
	6) pcmu='ip6[48:2] == 0x8000' ;;
	esac
	capture_start "$work/wire$f.pcap" middle br0 udp
	say phone$f rtp 5
	check "IPv$f: it becomes secure, both ways, at both ends" wait_until 40 both_secure
	is "IPv$f: the telephone's own address, the other end's of the wire" \
		"$(flow alice 7000 local remote forward) $(flow bob 7000 remote)" \
		"$c:7000 $b:7000 1 $mapped"
	is "IPv$f: nothing was heard before" "$(got peer$f rtp) $(got phone$f rtp)" "0 0"
	say phone$f rtp 50
	say peer$f rtp 40
	fence phone$f peer$f
	fence peer$f phone$f
	is "IPv$f: from then on all is" "$(got peer$f rtp) $(got phone$f rtp)" "50 40"
	is "IPv$f: ZRTP is heard by no telephone" "$(got peer$f zrtp) $(got phone$f zrtp)" "0 0"
	is "IPv$f: it is a program's call, and root's, at the gateway" "$(root_call alice Kind)" program
	is "IPv$f: what is typed at one end is what is read at the other" \
		"$(compare | tr '\n' ' ')" "[true] [true] "
	capture_end "$work/wire$f.pcap"
	is "IPv$f: nobody can read anything" "$(plain_on_wire "$work/wire$f.pcap" "not port 9")" 0
	is "IPv$f: of all that was sent" \
		"$(on_wire "$work/wire$f.pcap" "udp port $mapped_port and $pcmu")" 90
	program_ends phone$f "$phone"
	program_ends peer$f "$peer"
	no_flows alice
	no_flows bob
	check "IPv$f: when its flows are gone it is over at both ends" wait_until 20 ended alice $((f / 2 - 1))
	check "IPv$f: at bob's too" wait_until 20 ended bob $((f / 2 - 1))
done
finish
