#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Keys, flows, rules, a network namespace and the module itself go while packets pass
# both ways, and come again. The kernel has nothing to complain of, and where a rule
# requires it nothing is ever in clear.
#
#	alice: phone at 7000 <== all the while ==> bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

complaints() {
	dmesg | grep -cE 'WARNING: |BUG: |Oops|KASAN|protection fault|suspicious RCU|refcount_t:'
}

# talk HOST FROM TO: until it is ended, whatever becomes of it; sets $started
talk() {
	start "talk-$1" "$1" "$tools/udp-tool" send --bind "$2" --to "$3" --unconnected \
		--count 100000000 --interval-ms 1
}

# flow_at HOST LOCAL REMOTE: the agent's, or the one that the traffic was quicker to make
flow_at() {
	new_flow "$@" >/dev/null	# if it is not there already
	flow_to "$1" "$3" id
}

# keys_come: in the midst of the traffic
keys_come() {
	ab=$(new_key)
	ba=$(new_key)
	a_flow=$(flow_at alice "$a:7000" "$b:7000")
	b_flow=$(flow_at bob "$b:7000" "$a:7000")
	secure alice "$a_flow" tx "$ab" && secure bob "$b_flow" rx "$ab" &&
	secure bob "$b_flow" tx "$ba" && secure alice "$a_flow" rx "$ba"
}

heard() {
	[ "$(flow "$1" 7000 rx-unprotected)" -gt 0 ] 2>/dev/null
}

module_gone() {
	rmmod sotto 2>/dev/null
}

load_module
hosts_up
before=$(complaints)
for f in 4 6; do
	family $f
	for h in alice bob; do
		must 1 nl $h rule add action=require ports=7000 id=1 >/dev/null
	done
	program phone alice 0.0.0.0:7100
	phone=$started
	capture_start "$work/wire$f.pcap" middle br0 'udp port 7000 or udp port 9'
	talk alice "$a:7000" "$b:7000"
	alice_talks=$started
	talk bob "$b:7000" "$a:7000"
	bob_talks=$started
	for round in 1 2 3; do
		check "IPv$f: keys come under traffic ($round)" keys_come
		check "IPv$f: and are used" wait_until 10 heard alice
		secure alice "$a_flow" tx "$(new_key)" || bail "no next key"
		nl bob key del "$b_flow" rx current
		nl bob rule replace action=require ports=7000 id=1 , action=bypass ports=9 id=2 >/dev/null
		nl alice key del "$a_flow" tx current
		no_flows alice
		no_flows bob
	done
	capture_end "$work/wire$f.pcap"
	check "IPv$f: packets were seen" test "$(on_wire "$work/wire$f.pcap" 'udp port 7000')" -ge 10
	is "IPv$f: none in clear" "$(plain_on_wire "$work/wire$f.pcap" 'udp port 7000')" 0
	program_ends phone "$phone"
	[ $f = 4 ] || break
	stop "$alice_talks"
	stop "$bob_talks"
	for h in alice bob; do
		no_flows $h
		nl $h rule del 1
	done
done

# alice goes, while both still talk.
keys_come
ip netns del alice
stop "$alice_talks" KILL
check "a network namespace goes with its flows" wait_until 30 not on middle ip link show port-a \
	2>/dev/null
is "its rules pin the module no more, bob's do" "$(rmmod sotto 2>/dev/null; echo $?) $(
	nl bob rule list | wc -l)" "1 2"
nl bob rule replace >/dev/null
check "without rules the module goes, though bob talks on" wait_until 10 module_gone
load_module
must 1 nl bob rule add action=require ports=7000 id=1 >/dev/null
new_flow bob "$b:7000" "$a:7000" >/dev/null
nl bob rule replace >/dev/null
check "and again, with a flow" wait_until 10 module_gone
check "bob does not know" kill -0 "$bob_talks"
is "the kernel has nothing to complain of" "$(complaints)" "$before"
finish
