#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
#	alice: "I heard ..." --> sottod --- middle --- sottod :bob
#
# A half of the SAS that is typed wrong leaves the call unverified, alarms both ends
# and says what to do. It can be mended, but not by guessing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

load_module
hosts_up
ends_up alice bob
ring
answer

right=$(half_of bob)
# Not the other half either, and not what it might be mistaken for.
wrong=$(for w in bb cc dd ee; do echo "$w"; done | grep -vx -e "$right" | head -n 1)
is "a wrong half is called wrong" "$(on_call alice Verify s "$wrong" | jq .data[0])" false
is "here it raises an alarm" "$(call_has alice Alarm)" sas-wrong
check "that says what to do" says "$(call_has alice AlarmText)" 'hang up'
check "and at the other end" wait_until 10 call_is bob Alarm sas-wrong-there
check "that says so too" says "$(call_has bob AlarmText)" 'hang up'
is "the call is verified nowhere" "$(call_has alice Verified) $(call_has bob Verified)" \
	"false false"
is "and each end knows it of the other" \
	"$(call_has alice TheirVerified) $(call_has bob TheirVerified)" "false false"

is "the person's own half is wrong as well" \
	"$(on_call alice Verify s "$(half_of alice)" | jq .data[0])" false
is "then the right half mends it" "$(on_call alice Verify s "$right" | jq .data[0])" true
check "at both ends" wait_until 10 call_is bob Alarm ""
is "and here" "$(call_has alice Alarm) $(call_has alice Verified)" " true"

is "a third wrong one" "$(on_call alice Verify s "$wrong" | jq .data[0])" false
check "ends the asking" not on_call alice Verify s "$right"
check "with a sentence" says "$(on_call alice Verify s "$right")" 'Three halves were wrong'
is "and leaves the call unverified" "$(call_has alice Verified)" false
hang_up
ring
is "the next call begins unverified" "$(call_has alice Verified)" false
finish
