#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 35
#
#	alice: a program, sottod that looks at SIP --- middle --- bob: a telephone of libbzrtp
#
# What SIP in clear says of the Hello that will come (a=zrtp-hash, RFC 6189 8.1) is held
# against the one that comes, be it before SIP has said so or after: the same, and the call is
# secure; another, and that is an alarm, and nothing is agreed or it is not shown as secure. Only messages of a call that was begun or answered here count.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"

other=1111111111111111111111111111111111111111111111111111111111111111

# sip FROM-HOST FROM TO START BODY: one message; no program need be there
sip() {
	printf '%s\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\n%s' \
		"$4" "$call_id" "$5" |
	on "$1" socat - "UDP4-SENDTO:$3:5060,bind=$2:5060" 2>>"$work/socat"
}

# answered HASH [begun]: bob's SIP says so; of a call that alice's has begun
answered() {
	call_id=$port@10.9.0.1
	[ "${2:-begun}" != begun ] || sip alice 10.9.0.1 10.9.0.2 "INVITE sip:bob@10.9.0.2 SIP/2.0" ""
	sip bob 10.9.0.2 10.9.0.1 "SIP/2.0 200 OK" "$(printf \
		'v=0\r\nc=IN IP4 10.9.0.2\r\nm=audio %s RTP/AVP 0\r\n%s' "$port" \
		"${1:+a=zrtp-hash:1.10 $1}")"
}

# phones PORT HASH [begun|nobodys]: bob's telephone calls from there when SIP has said that;
# "own" is the telephone's own, "none" none. Prints whether it heard alice, and the alarm there
phones() {
	port=$1
	rm -f "$work/go"
	mkfifo "$work/go"
	# What begins in the background has no standard input but what it opens itself.
	start phone bob sh -c 'f=$1; shift; exec "$@" <>"$f"' sh "$work/go" \
		"$tools/zrtp-phone" call --announce --role initiator --time 8000 "$b:$port" "$a:7000"
	must 20 grep -q hello "$work/phone"
	case $2 in
	own) _hash=$(sed -n 's/.*"hello":"1.10 \([0-9a-f]*\)".*/\1/p' "$work/phone") ;;
	none) _hash= ;;
	*) _hash=$2 ;;
	esac
	answered "$_hash" "${3:-begun}"
	echo >"$work/go"
	wait "$started"
	echo "$(sed -n 's/{"good":\([a-z]*\),.*/\1/p' "$work/phone") $(call_has alice Alarm)"
}

load_module
hosts_up
host_boot alice
bus_up alice
sottod_up alice --signalling 5060
family 4
inside alice sotto rule add require --port 7000 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
start_on alice echo as "$tools/zrtp-phone" echo "$a:7000"
must 20 grep -q listening "$work/alice.echo"

is "sotto doctor: SIP is seen" "$(inside alice sotto doctor --json |
	jq -c '.findings[] | select(.name == "signalling") | .good')" true
on alice nft list table inet sotto-signalling >"$work/table" 2>&1
check "by a table that is sottod's alone" grep -q 'flags owner' "$work/table"
capture_start "$work/wire.pcap" middle br0 udp
is "the Hello that SIP has named: they hear each other" "$(phones 7002 own)" "true "
no_flows alice
is "another one: they do not, and that is an alarm" "$(phones 7004 $other)" "false signalling"
check "which says what it means" says "$(call_has alice AlarmText)" "not the one whom the SIP message"
as alice sotto >"$work/shown" 2>&1
check "sotto shows it" grep -q 'ALARM: Whoever answers' "$work/shown"
is "and not as secure" "$(inside alice sotto --json | jq '.calls[-1].secure')" false
no_flows alice
is "SIP that names none is as ever" "$(phones 7006 none)" "true "
port=7006
answered $other
check "and says afterwards that it should have been another: an alarm" \
	wait_until 10 call_is alice Alarm signalling
no_flows alice
is "a message of no call of alice's refuses nobody" "$(phones 7008 $other nobodys)" "true "
capture_end "$work/wire.pcap"
is "nothing that alice's program said was in clear" \
	"$(plain_on_wire "$work/wire.pcap" "$from_a and portrange 7000-7010")" 0

stop_on alice sottod KILL
check "the table ends with sottod" wait_until 10 not on alice nft list table inet sotto-signalling
finish
