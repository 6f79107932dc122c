#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: vm-long
# seconds: 60
#
#	carol: baresip --- alice: gateway, NAT of calls (nf_nat_sip), sottod === middle === bob: baresip, sottod
#
# An unmodified softphone on a machine that has nothing of sotto calls through a gateway that
# has it: SIP and speech arrive through NAT, the wiretap hears noise outside, and inside it
# is as it was. The SAS is the same at the gateway and at the other end.
#
# KEEP=DIR: what is recorded is left there, for tools/demo-softphone-report.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/softphones.sh"

SAID_BY_carol=$SAID_BY_alice

# root_has PROPERTY: of the newest call at the gateway, which is root's
root_has() {
	inside alice busctl --system --json=short call org.sotto1 /org/sotto1 org.sotto1.Manager \
		ListCalls 2>/dev/null |
	jq -r ".data[0][-1] | {path: .[0]} + (.[1] | map_values(.data)) | .${1#.}" 2>/dev/null
}

root_is() {
	[ "$(root_has "$1")" = "$2" ]
}

on_root_call() {
	inside alice busctl --system --json=short call org.sotto1 "$(root_has path)" \
		org.sotto1.Call "$@" 2>&1 | jq -c .data
}

# said_all CAPTURE: by both, as the wire outside has it
said_all() {
	for _end in carol:10.9.0.1 bob:10.9.0.2; do
		[ "$(on_wire "$1" "src host ${_end#*:} and udp portrange 10000-10999")" -gt \
			$(($(phone_says "${_end%:*}") + 100)) ] || return 1
	done
}

# ends: what the gateway and bob's sotto say of the call, as call.json
ends() {
	_sas=$(on_root_call GetSas | jq -r '.[1]')
	jq -n --arg sas "$_sas" --arg bobs "$(half_of bob)" --argjson gateway "$(root_has .)" \
		--argjson bob "$(calls bob | tail -n 1)" '
		def shown: { kind: .Kind, suite: .Suite, verified: .Verified, their_verified: .TheirVerified,
			secure: (.SecurityTx == "secure" and .SecurityRx == "secure") };
		{ sas_equal: ($sas != "" and $sas == $bobs), gateway: $gateway | shown, bob: $bob | shown }'
}

load_module
modprobe -q nf_nat_sip
hosts_up
gateway_up
# As a router does that has telephones behind it: the addresses in SIP are changed too.
on alice nft -f - <<-'END' || bail "no NAT of SIP"
	table ip sip {
		ct helper calls { type "sip" protocol udp; }
		chain pre {
			type filter hook prerouting priority filter
			udp dport 5060 ct helper set "calls"
		}
	}
END
host_boot carol
for h in alice bob; do
	end_up $h
done
inside alice sotto rule add require --forward lan0 --port 10000-10999 >"$work/rule" 2>&1 &&
inside bob sotto rule add require --port 10000-10999 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
PHONE_PAUSE=120
phone_up carol 10.8.0.2
phone_up bob 10.9.0.2
capture_start "$work/outside.pcap" middle br0 "not arp"
outside=$capture
capture_start "$work/inside.pcap" alice lan0 "not arp"
inside_capture=$capture

phone_does carol dial sip:bob@10.9.0.2
must 20 phone_tells bob CALL_INCOMING
phone_does bob accept
must 20 phone_tells carol CALL_ESTABLISHED
for d in Tx Rx; do
	check "at the gateway the call becomes secure: $d" wait_until 20 root_is Security$d secure
	check "at bob's too: $d" wait_until 20 call_is bob Security$d secure
done
is "it is a program's" "$(root_has Kind) $(call_has bob Kind)" "program program"
first=$(on_root_call GetSas | jq -r '.[1]')
second=$(half_of bob)
is "what each types is what the other reads" "$(on_root_call Verify s "$second") $(
	on_call bob Verify s "$first" | jq -c .data)" "[true] [true]"
check "each knows that of the other: the gateway" wait_until 20 root_is TheirVerified true
check "bob" wait_until 20 call_is bob TheirVerified true
ends >"$work/call.json"
is "both SAS are the same" "$(jq .sas_equal "$work/call.json")" true

check "both are through" wait_until 30 said_all "$work/outside.pcap"
phone_does carol hangup
must 20 phone_tells bob CALL_CLOSED
for c in "$outside" "$inside_capture"; do
	stop "$c" INT
done
for h in carol bob; do
	phone_heard $h
done
check "carol hears bob" hears carol bob
check "bob hears carol" hears bob carol
wiretap outside "$work/outside.pcap" carol bob
check "outside there are packets" [ "$packets" -gt 400 ]
is "none is in clear" "$plain" 0
check "a wiretap hears noise" awk "BEGIN { exit !($recovered < 0.3) }"
# The control: the same speech where it is in clear.
wiretap inside "$work/inside.pcap" carol bob
check "inside it would have known speech: packets" [ "$plain" -gt 400 ]
[ -z "${KEEP:-}" ] || cp "$work"/call.json "$work"/outside.pcap "$work"/inside.pcap \
	"$work"/said-by-*.wav "$work"/heard-by-*.wav "$KEEP/"
check "and sound" awk "BEGIN { exit !($recovered > 0.9) }"
finish
