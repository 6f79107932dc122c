#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 30
#
#	demo-softphone-recording.py --> a recording with one flaw --> demo-softphone-report
#
# "demo: ok" is worth something only if each flaw that it is to show is shown.
. "$(dirname "$0")/lib.sh"

judge() {
	"$top/tests/system/demo-softphone-recording.py" "$work/$1" "$1" || bail "no recording with $1"
	report=$work/$1/report.json
	"$top/tools/demo-softphone-report" "$work/$1" >"$work/$1/printed" 2>&1
	status=$?
}

# fails FLAW CONDITION WORDS: the demo fails, for this reason and no other
fails() {
	judge "$1"
	check "$1 is found" jq_true "$2" "$report"
	is "... and the demo fails, only for that" "$status $(tail -n 1 "$work/$1/printed") $(grep -c '^demo: ' \
		"$work/$1/printed")" "1 demo: FAILED 2"
	check "... in words" grep -q "$3" "$work/$1/printed"
}

judge nothing
is "a good recording is good" "$status $(tail -n 1 "$work/nothing/printed")" "0 demo: ok"
check "nothing is in clear, and the control is" \
	jq_true '.secure.plaintext == 0 and .secure.recovered_from_wire < 0.2 and .clear.plaintext > 400 and
	.clear.recovered_from_wire > 0.95' "$report"
check "there is a picture" test -s "$work/nothing/demo.png"
fails clear-inside '.secure.plaintext == 1' '1 packets on the wire hold speech in clear'
fails silence '.secure.heard_by_bob == 0' 'bob does not hear what alice says (secure call)'
fails sas '.sas_equal | not' 'not have the same SAS'
fails unverified '.verified == { alice: true, bob: false }' 'not both ends are verified'
fails insecure '.shown_secure == { alice: true, bob: false }' "program's call is secure"
judge gateway-ends
check "of the gateway's call alone" jq_true '.gateway.heard_by_carol == 0 and .secure.heard_by_alice > 0.9 and
	.sas_equal' "$report"
is "another SAS, an end that is not secure, silence: the demo fails" "$status $(grep -cE \
	"behind a gateway: .*(the same SAS|call is secure|carol does not hear what bob says)" \
	"$work/gateway-ends/printed")" "1 3"
judge gateway-wires
check "speech in clear outside a gateway is recovered" \
	jq_true '.gateway.outside.recovered_from_wire > 0.9 and .secure.plaintext == 0' "$report"
is "it in clear outside, or not found inside, ZRTP where it should not be: the demo fails" \
	"$status $(grep -cE "behind a gateway: .*(in clear|from the wire|is blind|on the wire|not without)" \
	"$work/gateway-wires/printed") $(tail -n 1 "$work/gateway-wires/printed")" "1 6 demo: FAILED"
judge all-in-clear
check "speech in clear is recovered" jq_true '.secure.recovered_from_wire > 0.9' "$report"
is "... and the demo fails" "$status $(tail -n 1 "$work/all-in-clear/printed")" "1 demo: FAILED"
judge blind
is "a control in which nothing is found: the demo fails" \
	"$status $(grep -c 'is blind' "$work/blind/printed")" "1 2"
judge no-zrtp
is "no ZRTP, or ZRTP in the control: the demo fails" \
	"$status $(grep -cE 'agreed keys on the wire|was not without' "$work/no-zrtp/printed")" "1 2"
finish
