#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guard takes the module out and puts it in again, time after time, in the midst of
# secure calls of a program that never stops, and of one that is held. Nothing of them is
# ever readable on the wire. What the guard spares is heard all the time.
#
#	alice: RTP, RTCP at 7000 to 7005, control at 7100 -- middle: capture -- bob
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/guard-lib.sh"

hosts_up
nobody_answers
rules_are 'require --port 7000-7005'
module_is good
guard up
is "before there is a module nftables stands in" "$? $(how)" "0 standing"
wire=$work/wire.pcap
from_alice='(src host 10.9.0.1 or src host fd09::1) and src portrange 7000-7005'
capture_start "$wire"
talk_without_end rtp 10.9.0.1:7000 10.9.0.2:7000 rtcp 10.9.0.1:7001 10.9.0.2:7001 \
	rtp '[fd09::1]:7002' '[fd09::2]:7002' rtcp '[fd09::1]:7003' '[fd09::2]:7003' \
	rtp 10.9.0.1:7004 10.9.0.2:7004 other 10.9.0.1:7100 10.9.0.2:7100
goes_on

for round in 1 2 3 4; do
	guard load
	is "the module is there ($round)" "$? $(how)" "0 loaded"
	becomes_secure alice 7000
	becomes_secure alice 7002 aead-aes-128-gcm
	check "AES-CM leaves protected ($round)" wait_until 30 leaves_protected alice 7000
	check "AES-GCM leaves protected ($round)" wait_until 30 leaves_protected alice 7002
	is "a third call is held ($round)" "$(states alice 7004)" hold/hold
	is "the guard's rule holds the module ($round)" "$(rmmod sotto 2>&1 | grep -o 'in use')" "in use"
	guard unload
	is "the guard takes it out ($round)" "$? $(how)" "0 standing"
	check "it is gone ($round)" not module_loaded
	goes_on
done
guard load
is "at the end it is there" "$? $(how)" "0 loaded"
goes_on

stop "$talker"
said=$(rounds)
capture_end "$wire"
# It may have been ended between a round and its count.
heard=$(plain_on_wire "$wire" 'src port 7100')
[ "$heard" -ne $((said + 1)) ] || said=$heard
is "the control was heard all the time" "$heard" "$said"
check "what was secure has left" test "$(on_wire "$wire" "$from_alice")" -ge 40
is "and nobody could read any of it" "$(plain_on_wire "$wire" "$from_alice")" 0
is "nor has anything of the call that was held left" \
	"$(on_wire "$wire" 'src host 10.9.0.1 and src portrange 7004-7005')" 0
finish
