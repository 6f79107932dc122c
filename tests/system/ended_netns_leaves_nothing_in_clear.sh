#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# carol's network namespace is deleted under a program that never stops: as long as that
# lives, so does the namespace without a name. Then the program is killed as it sends, and
# the namespace with its rules, flows and keys goes. Nothing of what must be secure is ever
# readable on the wire, carol's or alice's, who has the guard and talks on.
#
#	alice, carol: secure at 7000 (AES-CM) and 7002 (AES-GCM), held at 7004, control
#	at 7100 -- middle: capture -- bob
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/guard-lib.sh"

# talks V4 V6: what the program of these addresses says
talks() {
	echo "rtp $1:7000 10.9.0.2:7000 rtcp $1:7001 10.9.0.2:7001
		rtp [$2]:7002 [fd09::2]:7002 rtcp [$2]:7003 [fd09::2]:7003
		rtp $1:7004 10.9.0.2:7004 other $1:7100 10.9.0.2:7100"
}

has_secure_calls() {
	becomes_secure "$1" 7000
	becomes_secure "$1" 7002 aead-aes-128-gcm
	must 30 leaves_protected "$1" 7000
	must 30 leaves_protected "$1" 7002
}

# what alice's flows have protected so far
of_alice() {
	echo $(($(flow alice 7000 tx-protected) + $(flow alice 7002 tx-protected)))
}

hosts_up
nobody_answers
rules_are 'require --port 7000-7005'
module_is good
guard load
is "alice has the guard" "$? $(how)" "0 loaded"
wire=$work/wire.pcap
capture_start "$wire"
# shellcheck disable=SC2046 # words
talk_without_end $(talks 10.9.0.1 fd09::1)
has_secure_calls alice

said_by_carol=0
for round in 1 2 3; do
	ip netns add carol
	_port port-c carol 10.9.0.3 fd09::3
	must 10 reaches carol 10.9.0.2
	must 10 reaches carol fd09::2
	must 1 nl carol rule add action=require ports=7000-7005 >/dev/null
	# shellcheck disable=SC2046
	start carol carol "$tools/never-stops" "$work/carol-rounds" $(talks 10.9.0.3 fd09::3)
	carol=$started
	has_secure_calls carol
	is "both namespaces' rules hold the module ($round)" "$(cat /sys/module/sotto/refcnt)" 2
	ip netns del carol
	already=$(cat "$work/carol-rounds")
	check "its name is gone, its program talks on ($round)" wait_until 30 sh -c \
		"[ \$((\$(cat '$work/carol-rounds'))) -ge $((already + 10)) ]"
	before=$(of_alice)
	stop "$carol" KILL
	check "the program is killed, the namespace goes ($round)" wait_until 30 \
		not on middle ip link show port-c 2>/dev/null
	check "its rules hold the module no more ($round)" wait_until 30 sh -c \
		'[ "$(cat /sys/module/sotto/refcnt)" -eq 1 ]'
	goes_on
	check "alice's calls go on ($round)" test "$(of_alice)" -gt "$before"
	is "the one that is held is held ($round)" "$(states alice 7004)" hold/hold
	# It may have been killed between a round and its count.
	said_by_carol=$((said_by_carol + $(cat "$work/carol-rounds")))
	rm "$work/carol-rounds"
done

stop "$talker"
said=$(rounds)
capture_end "$wire"
heard=$(plain_on_wire "$wire" 'src host 10.9.0.1 and src port 7100')
[ "$heard" -ne $((said + 1)) ] || said=$heard
is "alice's control was heard all the time" "$heard" "$said"
heard=$(plain_on_wire "$wire" 'src host 10.9.0.3 and src port 7100')
check "carol's too, to the end" test "$heard" -ge "$said_by_carol" -a "$heard" -le $((said_by_carol + 3))
for n in 1 3; do
	from="(src host 10.9.0.$n or src host fd09::$n) and src portrange 7000-7005"
	check "what was secure has left: 10.9.0.$n" test "$(on_wire "$wire" "$from")" -ge 40
	is "and nobody could read any of it: 10.9.0.$n" "$(plain_on_wire "$wire" "$from")" 0
done
is "nor has anything of the calls that were held left" \
	"$(on_wire "$wire" 'src portrange 7004-7005')" 0
finish
