#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 25
#
# While packets of made-up sources ask for calls, more than a hundred thousand of them,
# calls come about both ways: one that a program here begins, and one from outside.
# The flood has few flows and little memory.
#
#	alice: phone at 7000, desk at 7010 -- middle -- bob: peer, caller, and who makes them up
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

flood_at_least() {
	[ "$(sed -n 's/.*"sent":\([0-9]*\).*/\1/p' "$work/flood" | tail -n 1)" -ge "$1" ] 2>/dev/null
}

free_kb() {
	sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo
}

embryonic() {
	nl alice flow list | grep -c '"remote":"10\.77\.'
}

# Something has come twice from there: it stays, where what is made up comes and goes.
called() {
	[ "$(flow_to alice "$b:7010" drop-rx-agent)" -ge 2 ] 2>/dev/null
}

# secure_flow ID: the one that is there at alice, and its like at bob
secure_flow() {
	ab=$(new_key)
	ba=$(new_key)
	# At once: an agent does not take the quarter of a minute after which it is forgotten.
	secure alice "$1" tx "$ab" || return
	_there=$(new_flow bob "$(member "$1" remote)" "$(member "$1" local)")
	secure bob "$_there" rx "$ab" &&
	secure bob "$_there" tx "$ba" && secure alice "$1" rx "$ba"
}

# The calls go on meanwhile: one in which nobody says anything for three minutes ends.
flood_has_come() {
	send phone rtp 1 >/dev/null && send desk rtp 1 >/dev/null && flood_at_least 100000
}

load_module
hosts_up
family 4
on alice sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
must 1 nl alice rule add action=require ports=7000-7010 id=1 >/dev/null
program phone alice "$a:7000"
program desk alice "$a:7010" --unconnected
program peer bob "$b:7000"
program caller bob "$b:7010" --interval-ms 5
turn phone "$b:7000"
turn peer "$a:7000"
turn caller "$a:7010"
before=$(free_kb)
start flood bob "$tools/udp-flood" 10.77.0.0 10.9.0.1 7010 zrtp
flood=$started
must 60 flood_at_least 10000
few=$(embryonic)
check "the flood has flows, but few" test "$few" -gt 0 -a "$few" -le 256

send phone rtp 4 >/dev/null
id=$(flow alice 7000 id)
check "a call that a program here begins gets its flow" test -n "$id"
secure_flow "$id" || bail "no keys"
say phone rtp 3
say peer rtp 3
fence phone peer
fence peer phone
is "and is heard both ways" "$(got peer rtp) $(got phone rtp)" "3 3"

say caller zrtp 300
check "a call from outside gets its flow" wait_until 30 called
# Its first packets may have been displaced: their flow is not the one that has stayed.
check "which stays" secure_flow "$(flow_to alice "$b:7010" id)"
turn desk "$b:7010"
say caller rtp 3
say desk rtp 3
fence caller desk
fence desk caller
is "and is heard both ways too" "$(got desk rtp) $(got caller rtp)" "3 3"
check "the flood went on all the while" kill -0 "$flood"
check "a hundred thousand have come" wait_until 120 flood_has_come
few=$(embryonic)
check "its flows are few still" test "$few" -gt 0 -a "$few" -le 256
stop "$flood"
used=$((before - $(free_kb)))
note "memory used: $used kB"
check "and its memory is little" test "$used" -lt 65536
is "the calls are as they were" "$(states alice 7000) $(member "$(flow_to alice "$b:7010" id)" tx rx)" \
	"secure/secure secure secure"
finish
