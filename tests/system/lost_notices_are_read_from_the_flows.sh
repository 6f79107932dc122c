#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	alice: phones --- [ sotto.ko ] === middle === [ sotto.ko ] --- bob
#	                       | events, more than wait
#	                    sottod, stopped
#
# The kernel keeps events for a sottod that does not read them only as long as there is
# room; then it drops them. When sottod goes on it looks at the flows and knows what the
# lost events would have told: a call whose key is gone has ended, so has a program whose
# flow is gone, and a program that began meanwhile is being secured.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"

# dropped: notices that alice's sottod will never read; nobody else listens there
dropped() {
	inside alice awk '$2 == 16 { n += $9 } END { print n + 0 }' /proc/net/netlink
}

# drops: more notices than there is room for
drops() {
	nl alice flow waver "$restless" 1000 || bail "no events"
	[ "$(dropped)" -gt 0 ]
}

# all_calls: root sees them, whosever the program is
all_calls() {
	inside alice busctl --system --json=short call org.sotto1 /org/sotto1 org.sotto1.Manager \
		ListCalls | jq -c '.data[0][] | {path: .[0]} + (.[1] | map_values(.data))'
}

# path_of FLOW: of the call that has it
path_of() {
	all_calls | jq -r "select(.Flow == $1) | .path"
}

is_known() {
	[ -n "$(path_of "$1")" ]
}

# of_call PATH PROPERTY
of_call() {
	all_calls | jq -r "select(.path == \"$1\") | .$2"
}

is_over() {
	[ "$(of_call "$1" Progress)" = ended ]
}

load_module
hosts_up
ends_up alice bob
family 4
must 1 nl alice rule add action=require ports=7000-7003 id=7 >/dev/null
ring
answer
flow=$(call_has alice Flow)
call=$(call_has alice path)
program goer alice "$a:7000"
goer=$started
turn goer "$b:7000"
send goer rtp 5 >/dev/null
goes=$(flow alice 7000 id)
must 20 is_known "$goes"
gone=$(path_of "$goes")
# Of sottod's own port, but none of its calls: it does not care.
restless=$(new_flow alice "$a:7686" 10.9.0.9:7686)

signal_on alice sottod STOP
is "sottod has read all so far" "$(dropped)" 0
must 300 drops
program_ends goer "$goer"
must 1 nl alice flow del "$goes"
must 1 nl alice key del "$flow" rx current
program comer alice "$a:7002"
turn comer "$b:7002"
send comer rtp 5 >/dev/null
wake_on alice sottod

check "a call whose key has gone is over" wait_until 10 is_over "$call"
is "for this reason" "$(of_call "$call" Reason)" failed
check "so is a program whose flow has gone" wait_until 10 is_over "$gone"
check "a program that began meanwhile is known" wait_until 10 is_known "$(flow alice 7002 id)"
is "and held until it is secure" "$(states alice 7002)" hold/hold
finish
