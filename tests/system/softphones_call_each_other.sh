#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 70
#
#	alice: baresip, sottod --- middle --- bob: baresip, sottod
#
# Two unmodified softphones that know nothing of it call each other by SIP, each under a
# "require" rule: what they say arrives, the wiretap hears noise, the SAS is the same.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/softphones.sh"

# dial TIMES: alice calls for so many times by now
dial() {
	phone_does alice dial sip:bob@10.9.0.2
	must 20 phone_tells bob CALL_INCOMING "$1"
	phone_does bob accept
	must 20 phone_tells alice CALL_ESTABLISHED "$1"
}

# hangs_up FILE TIMES: when all has been said
hangs_up() {
	must 60 phones_have_said_all "$1"
	phone_does alice hangup
	must 20 phone_tells bob CALL_CLOSED "$2"
}

load_module
PHONE_PAUSE=120
hosts_up
for h in alice bob; do
	end_up $h
	inside $h sotto rule add require --port 10000-10999 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
	phone_up $h "$(address_of $h)"
done
capture_start "$work/wire.pcap" middle br0 "not arp"

dial 1
for h in alice bob; do
	check "$h: the call becomes secure" wait_until 20 call_is $h SecurityTx secure
	check "$h: both ways" wait_until 20 call_is $h SecurityRx secure
	is "$h: it is a program's" "$(call_has $h Kind)" program
done
first=$(half_of alice)
second=$(half_of bob)
is "what each types is what the other reads: alice" "$(on_call alice Verify s "$second" | jq -c '.data')" "[true]"
is "bob" "$(on_call bob Verify s "$first" | jq -c '.data')" "[true]"
check "there is a SAS" [ -n "$first$second" ]
check "both are the same" [ "$(half_of alice)" = "$(half_of bob)" ]

hangs_up "$work/wire.pcap" 1
check "the call ends with its sockets" wait_until 20 call_is alice Progress ended
check "at the other end too" wait_until 20 call_is bob Progress ended
capture_stop

# The control: the same speech where no rule asks for more.
for h in alice bob; do
	inside $h sotto rule del 2 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
done
capture_start "$work/clear.pcap" middle br0 "not arp"
dial 2
hangs_up "$work/clear.pcap" 2
capture_stop
for h in alice bob; do
	phone_heard $h
done
check "alice hears bob" hears alice bob
check "bob hears alice" hears bob alice
wiretap "under a rule" "$work/wire.pcap" alice bob
check "there are packets" [ "$packets" -gt 400 ]
is "none is in clear" "$plain" 0
check "the wiretap hears noise" awk "BEGIN { exit !($recovered < 0.3) }"
wiretap "without" "$work/clear.pcap" alice bob
check "it would have known speech: packets" [ "$plain" -gt 400 ]
check "and sound" awk "BEGIN { exit !($recovered > 0.9) }"
finish
