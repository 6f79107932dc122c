#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: a program, sottod --- middle: capture --- bob: a telephone without encryption
#
# Where a rule requires encryption nothing of the program's leaves and nothing reaches it,
# and the person is told why and what to do. Where it only prefers it they talk, and she is
# told that all can listen.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"

# rings PORT: bob's telephone calls from there for so long that nobody waits for a Hello
rings() {
	on bob "$tools/zrtp-phone" call --clear --time 8000 "$b:$1" "$a:7000" >"$work/phone" 2>&1
	jq -r '"\(.good) \(.heard)"' "$work/phone"
}

load_module
hosts_up
end_up alice
family 4
start_on alice echo as "$tools/zrtp-phone" echo "$a:7000"
must 20 grep -q listening "$work/alice.echo"

inside alice sotto rule add require --port 7000 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
capture_start "$work/require.pcap" middle br0 "udp"
is "require: bob hears nothing" "$(rings 7002)" "false 0"
check "require: the person is told why" wait_until 10 call_is alice Note no-zrtp
check "and what to do" says "$(call_has alice NoteText)" "Have sotto there"
is "it is held both ways" "$(call_has alice SecurityTx) $(call_has alice SecurityRx)" \
	"securing securing"
as alice sotto >"$work/shown" 2>&1
check "sotto shows it: not secure" grep -q 'not secure' "$work/shown"
check "and why" grep -q 'does not speak ZRTP' "$work/shown"
capture_end "$work/require.pcap"
is "nothing that alice says is on the wire" "$(plain_on_wire "$work/require.pcap" "$from_a")" 0
check "bob's words are" test "$(plain_on_wire "$work/require.pcap" "$from_b")" -gt 100
check "and Hellos that he cannot read" \
	test "$(on_wire "$work/require.pcap" "$from_a and udp[12:4] = 0x5a525450")" -ge 20

inside alice sotto rule del 2 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
inside alice sotto rule add prefer --port 7000 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
capture_start "$work/prefer.pcap" middle br0 "udp"
is "prefer: bob hears alice" "$(rings 7004 | cut -d' ' -f1)" true
check "prefer: the person is told" wait_until 10 call_is alice Note no-zrtp
check "that all can listen" says "$(call_has alice NoteText)" "can listen"
is "it is in clear both ways" "$(call_has alice SecurityTx) $(call_has alice SecurityRx)" \
	"clear clear"
as alice sotto >"$work/shown" 2>&1
check "sotto shows it: NOT ENCRYPTED" grep -q 'NOT ENCRYPTED' "$work/shown"
capture_end "$work/prefer.pcap"
check "and so it is on the wire" test "$(plain_on_wire "$work/prefer.pcap" "$from_a")" -ge 5
finish
