#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto --- private bus --- double of sottod
#
# The bare command says "secure" of a call that is encrypted both ways and under no
# alarm, and of no other; a name that only is claimed is marked; JSON agrees.
. "$(dirname "$0")/cli-lib.sh"

double_up

run sotto
is "no call: exit 0" "$status" 0
check "and what to do" says "No call. Begin one with: sotto call NAME"
run sotto --json
check "in JSON an empty list" json '.calls == []'

secure_call 1 bob
run sotto
check "whom it is with" says "bob  (incoming call 1)"
check "secure both ways, how and since when" \
	says "secure both ways (X255 S256 AES1 GCM B32) since 2023-11-14 22:13"
check "not verified, and what to do" says "no. Compare with: sotto verify 1"
check "no colour off a terminal" not grep -q "$(printf '\033')" "$work/out"
run sotto --json
check "JSON: secure, not verified" \
	json '.calls[0] | .secure and (.verified | not) and .name == "bob" and .since == 1700000002'
script -qec "sotto" /dev/null >"$work/out" </dev/null
check "colour on a terminal" grep -q "$(printf '\033')" "$work/out"
NO_COLOR=1 script -qec "sotto" /dev/null >"$work/out" </dev/null
check "unless it is not wished" not grep -q "$(printf '\033')" "$work/out"

for state in held clear securing own dead; do
	tell set 1 SecurityRx $state
	run sotto
	check "$state what is heard: not secure" says "  security  not secure: what you say is encrypted"
	run sotto --json
	check "$state what is heard: not secure in JSON" json '.calls[0].secure | not'
done
is "the manual's question has an answer" \
	"$(sotto --json | jq '[.calls[] | select(.progress != "ended")] | all(.secure)')" false
tell set 1 SecurityRx secure
is "and the other one" "$(sotto --json | jq '[.calls[] | select(.progress != "ended")] | all(.secure)')" true
for state in held clear securing own dead; do
	tell set 1 SecurityTx $state
	run sotto
	check "$state what is said: not secure" says "  security  not secure: what you say is "
	run sotto --json
	check "$state what is said: not secure in JSON" json '.calls[0].secure | not'
done
run sotto --json
check "not counted: null" json '.calls[0] | .sent == null and .received == null and
	.secure_tx_since == null and .secure_rx_since == null'
tell counts yes
tell set 1 SecureTxSince 1700000001500000
tell set 1 SecureRxSince 1700000001000000
run sotto
check "what has left, and how" says "packets   sent: 512 encrypted, 0 as they were, 7 held back"
check "what has come, and how" \
	says "received: 498 authenticated, 1 as they were, 18446744073709551615 refused"
run sotto --json
check "in JSON too" json '.calls[0] | .sent == {"encrypted":512,"as_it_was":0,"dropped":7} and
	.received.authenticated == 498 and .received.as_it_was == 1'
check "to the last digit" grep -q '"dropped":18446744073709551615' "$work/out"
check "since when, for each direction" json '.calls[0] | .secure_tx_since == 1700000001.5 and
	.secure_rx_since == 1700000001'
tell fail ListCounters NoKernel The kernel module is not loaded.
run sotto
is "that they cannot be had is no error: exit 0" "$status" 0
check "and they are not shown" not says "packets"
tell counts no

tell set 1 Kind program
run sotto
check "who has begun a program's call is not known here" says "bob  (a program's call 1)"
tell set 1 Kind direct
tell set 1 SecurityTx own
tell set 1 SecurityRx own
run sotto
check "a program's own encryption is not vouched for" says "sotto cannot vouch for it"
tell set 1 SecurityTx secure
tell set 1 SecurityRx secure
tell set 1 Alarm mismatch
tell set 1 AlarmText Verify before you say anything.
run sotto
check "an alarm: not secure" says "NOT SECURE"
check "and what it says" says "ALARM: Verify before you say anything."
run sotto --json
check "an alarm: not secure in JSON" json '(.calls[0].secure | not) and .calls[0].alarm == "mismatch"'
tell set 1 Alarm
tell set 1 SecurityTx clear
tell set 1 SecurityRx clear
tell set 1 Note no-zrtp
tell set 1 NoteText All on the way can listen.
run sotto
check "no ZRTP at the other end: not encrypted" says "NOT ENCRYPTED"
check "and what that means" says "All on the way can listen."
run sotto --json
check "in JSON too" json '(.calls[0].secure | not) and .calls[0].note == "no-zrtp" and
	.calls[0].note_text == "All on the way can listen."'
tell set 1 Note
tell set 1 SecurityTx secure
tell set 1 SecurityRx secure

tell set 1 Verified yes
run sotto
check "verified here only" says "yes here; not yet at the other end"
tell set 1 TheirVerified yes
run sotto
check "verified at both ends" says "yes, at both ends"
tell set 1 Verified no
run sotto
check "verified there only" says "no here; yes at the other end"

tell set 2 Claim "$(printf 'm\033]0;x\007al')"
tell set 2 Progress ringing
run sotto
check "a claim is unproven, and cannot steer the terminal" says "m?]0;x?al (unproven)"
check "it rings here" says "ringing: sotto answer, or sotto decline"
run sotto --json
check "a claim is no name in JSON" \
	json '.calls[1] | .name == null and .claim == "m\u001b]0;x\u0007al"'
tell set 2 Claim
run sotto
check "nobody known: a stranger" says "a stranger  (incoming call 2)"
tell set 2 Outgoing yes
tell set 2 TheirProgress ended
run sotto
check "the other end's state" says "; the other end: ended"

tell drop 1
for end in "hangup us:You hung up." "hangup them:The other end hung up." \
	"declined them:The other end declined it." "busy them:The other end is in another call." \
	"no-answer :Nobody answered." "unreachable :The other machine does not answer." \
	"lost :the network is lost" "failed :No keys could be agreed." \
	"interrupted :ended while it agreed keys" "not-allowed them:Have it paired there."; do
	reason=${end%% *}
	by=${end#* }
	tell set 2 Progress ended
	tell set 2 Reason "$reason"
	tell set 2 EndedBy "${by%%:*}"
	run sotto
	check "ended: $reason ${by%%:*}" says "${end#*:}"
done
tell set 2 Outgoing no
tell set 2 EndedBy
tell set 2 Reason no-answer
run sotto
check "no-answer, and it was for us to: missed" says "missed: You did not answer."
tell set 2 Ended 1700000002000000
tell set 2 EndedBy them
tell set 2 Reason hangup
run sotto
check "missed, at what time" says "missed at 2023-11-14 22:13: The other end hung up."
run sotto --json
check "in JSON" json '.calls[] | select(.number == 2) | .missed and .ended == 1700000002'
tell set 2 EndedBy us
run sotto
check "declined here is not missed" not says missed
tell set 2 Reason declined
check "an ended call's security is not told" not says "security"
check "the published schema fits all of it" fits_schema
finish
