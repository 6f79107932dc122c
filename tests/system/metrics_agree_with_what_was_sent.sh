#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: programs, sottod, sotto metrics --- middle --- bob: programs, sottod
#
# The totals of a network namespace count each packet once, under what became of it; they stay
# when flow and rule have ended, and are of one namespace alone. "sotto metrics" says the same as
# OpenMetrics, with sottod's calls, handshakes and alarms, and names nobody. Only root may ask.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"

# total HOST MEMBER: of the kernel's
total() {
	nl "$1" stats | jq -r ".\"$2\""
}

# parts HOST MEMBER: the same of all flows and rules that there are
parts() {
	{
		nl "$1" flow list
		nl "$1" rule list
	} | jq -s "map(.\"$2\" // 0) | add // 0"
}

# metrics HOST: what others' parsers make of it
metrics() {
	inside "$1" sotto metrics >"$work/$1.metrics" 2>"$work/$1.why" &&
	/usr/bin/python3 "$top/tests/system/openmetrics.py" <"$work/$1.metrics" >"$work/$1.parsed" 2>"$work/$1.why" ||
		! note "$(cat "$work/$1.why")"
}

# counts HOST SAMPLE: its value, of what was read last
counts() {
	grep -F -- "$2 " "$work/$1.parsed" | sed 's/.* //'
}

# counted HOST SAMPLE VALUE: now
counted() {
	metrics "$1" && [ "$(counts "$1" "$2")" = "$3" ]
}

load_module
hosts_up
family 4
must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
turn peer "$a:7000"

is "before anything there is nothing" "$(nl alice stats | jq 'add')" 0
is "three packets without a key" "$(send phone rtp 3)" "$(all_sent 3)"
fence phone peer
is "are counted, the one that the rule has dropped too" "$(total alice drop-tx-hold)" 3
is "as flow and rule have it together" "$(parts alice drop-tx-hold)" 3
is "and there is a flow" "$(total alice flows)" 1
no_flows alice
is "when it has ended there is none" "$(total alice flows)" 0
is "and its packets are still counted" "$(total alice drop-tx-hold)" 3
check "which no flow has any more" [ "$(parts alice drop-tx-hold)" -lt 3 ]
nl alice rule del 1
is "nor a rule" "$(parts alice drop-tx-hold)" 0
is "it stays so" "$(total alice drop-tx-hold)" 3

secure_both "$a:7000" "$b:7000"
nl alice flow del "$a_flow"
a_flow=$(new_flow alice "$a:7000" "$b:7000")
secure alice "$a_flow" tx "$(new_key)"
secure alice "$a_flow" rx "$ba"
is "bob sends" "$(send peer rtp 7)" "$(all_sent 7)"
fence peer phone
is "and it arrives" "$(got phone rtp) $(total alice rx-unprotected)" "7 7"
bytes=$(total bob tx-bytes)
is "as many bytes as bob has encrypted" "$(total alice rx-bytes)" "$bytes"
is "alice sends, with a key that bob does not have" "$(send phone rtp 4)" "$(all_sent 4)"
fence phone peer
is "bob counts four that do not authenticate" "$(total bob drop-rx-auth)" 4
is "alice has encrypted them" "$(total alice tx-protected)" 4
is "bob, what he has sent" "$(total bob tx-protected)" 7
is "and nothing that alice has dropped" "$(total bob drop-tx-hold)" 0
no_flows alice
no_flows bob

# As OpenMetrics; and what sottod counts.
ends_up alice bob
host='sotto_dropped_packets_total{direction="'
check "alice's are OpenMetrics" metrics alice
check "bob's too" metrics bob
is "what alice has dropped" "$(counts alice "${host}tx\",reason=\"hold\"}")" 3
is "what bob has refused" "$(counts bob "${host}rx\",reason=\"auth\"}")" 4
is "what alice has encrypted" "$(counts alice 'sotto_packets_total{direction="tx",outcome="protected"}')" 4
is "the bytes that bob has" "$(counts bob 'sotto_media_bytes_total{direction="tx"}')" "$bytes"
is "there is a module" "$(counts alice sotto_module)" 1
is "no call" "$(counts alice 'sotto_calls_total{kind="direct"}')" 0

ring
answer
check "a call runs, encrypted" counted alice 'sotto_running_calls{secure="yes"}' 1
is "it was one call" "$(counts alice 'sotto_calls_total{kind="direct"}')" 1
is "one handshake has led to keys" "$(counts alice sotto_secure_handshakes_total)" 1
metrics bob
is "at the other end as well" "$(counts bob sotto_secure_handshakes_total)" 1
is "and none has failed" "$(grep '^sotto_failed_handshakes' "$work/bob.parsed" | grep -vc ' 0$')" 0
right=$(half_of bob)
wrong=$(for w in bb cc; do echo "$w"; done | grep -vx -e "$right" | head -n 1)
on_call alice Verify s "$wrong" >/dev/null
check "a wrong half is one, and an alarm" counted alice 'sotto_verifications_total{half="wrong"}' 1
is "of that kind" "$(counts alice 'sotto_alarms_total{alarm="sas-wrong"}')" 1
on_call alice Verify s "$right" >/dev/null
check "a right one" counted alice 'sotto_verifications_total{half="right"}' 1
hang_up
check "the end of the call, and why" counted alice 'sotto_ended_calls_total{reason="hangup"}' 1
is "none runs" "$(counts alice 'sotto_running_calls{secure="yes"}')" 0
# shellcheck disable=SC2016 # for the shell inside
inside alice sh -c 'kill -KILL $(pgrep -P "$(cat /run/pid/sottod)" -f sottod-worker)'
check "a worker that was killed is counted" counted alice sotto_worker_ends_total 1

nobody_named() {
	! cat "$work"/*.metrics | grep -qiE '10[.]9[.]|fd09|alice|bob|7686|7000|1000'
}
check "none of it names a person, an address, a port or a user" nobody_named
echo 'sotto_x{peer="bob"} 1' >"$work/control.metrics"
check "and it would have been found" not nobody_named
for who in as as_mallory as_eve; do
	check "$who: may not ask" not $who alice sotto metrics
done
check "the person is told why" says "$(as alice sotto metrics 2>&1)" "only root may see that"
finish
