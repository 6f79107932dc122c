#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: media --- [ sotto.ko ] === middle === [ sotto.ko ] --- media :bob
#	       begins anew   sottod  <--- ZRTP --->   sottod
#
# A program that begins its sequence anew on the same SSRC is refused by its kernel: the
# same index under the same key is the same keystream. The two sottods agree on fresh keys,
# and it is heard again within two seconds; all that is heard of the other end meanwhile
# has no gap, and nothing else of the call changes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# lines HOST: how many its program has told so far
lines() {
	grep -c '^sent' "$work/$1.media"
}

has_lines() {
	[ "$(lines "$1")" -ge "$2" ]
}

# plays_on HOST SINCE: two more lines than SINCE, so a whole one that began later
plays_on() {
	wait_until 20 has_lines "$1" $(($2 + 2))
}

# gap HOST SINCE: ms, the longest between two packets since line SINCE
gap() {
	sed -n 's/^sent.* gap \([0-9]*\) .*/\1/p' "$work/$1.media" | tail -n +$(($2 + 1)) |
	sort -n | tail -n 1
}

# What must be the same before and after.
picture() {
	calls "$1" | tail -n 1 | jq -c '[.Peer, .Name, .Claim, .Outgoing, .Progress, .SecurityTx,
		.SecurityRx, .Verified, .VerifiedBefore, .TheirVerified, .TheirProgress, .Alarm,
		.Suite, .Since, .SecureSince, .Flow]'
	on_call "$1" GetSas | jq -c .data
}

counter() {
	manager "$1" ListFlows | jq ".data[0][0].counters.data.\"$2\" // 0"
}

refused_more() {
	[ "$(counter "$1" drop-tx-repeat)" -gt "$2" ]
}

plain_packets() {
	tcpdump -r "$1" -n -A 2>/dev/null | grep -c THIS-WAS-SAID
}

zrtp_packets() {
	tcpdump -r "$1" -n -x 2>/dev/null | grep -c '5a52 5450'
}

# begins_anew SIGNAL HOST OTHER: and how that is heard
begins_anew() {
	_refused=$(counter "$2" drop-tx-repeat)
	_here=$(lines "$2")
	_there=$(lines "$3")
	signal_on "$2" media "$1"
	check "$2's kernel refuses what it has sent before ($1)" \
		wait_until 10 refused_more "$2" "$_refused"
	check "$3 hears $2 again" plays_on "$3" "$_there"
	_gap=$(gap "$3" "$_there")
	note "$3 heard nothing for $_gap ms"
	check "within two seconds" test "$_gap" -lt 2000
	check "and $2 hears $3" plays_on "$2" "$_here"
}

load_module
hosts_up
ends_up alice bob
talk
alice=$(picture alice)
bob=$(picture bob)
capture_start "$work/wire.pcap" middle br0 "udp port 7686"

begins_anew USR1 alice bob
is "alice's call is as it was, SAS and all" "$(picture alice)" "$alice"
is "and bob's" "$(picture bob)" "$bob"
begins_anew USR2 bob alice
is "alice's call is as it was" "$(picture alice)" "$alice"
is "and bob's" "$(picture bob)" "$bob"
is "nothing that was sent could not be read" \
	"$(counter alice drop-rx-auth) $(counter bob drop-rx-auth)" "0 0"

# Nobody is told of it, and the next sottod finds out.
signal_on alice sottod KILL
wait_on alice sottod
signal_on alice media USR1
there=$(lines bob)
sottod_up alice
check "who has begun anew while sottod was dead is heard again, too" plays_on bob "$there"
is "alice's call is as it was" "$(picture alice)" "$alice"
capture_stop
is "nothing that was said was on the wire" "$(plain_packets "$work/wire.pcap")" 0
check "where keys were agreed on" test "$(zrtp_packets "$work/wire.pcap")" -ge 16
check "and much was said" test "$(tcpdump -r "$work/wire.pcap" -n 2>/dev/null | wc -l)" -gt 200

on_call alice Hangup >/dev/null
check "it can be hung up" wait_until 20 call_is bob Progress ended
end_talk
finish
