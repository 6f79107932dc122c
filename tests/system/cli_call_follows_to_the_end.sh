#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto call bob --- private bus --- double of sottod
#
# A call is followed until it is active (exit 0) or has ended (exit 1), each step told
# once as it happens; Ctrl-C hangs up; a double that dies ends it with a reason.
. "$(dirname "$0")/cli-lib.sh"

double_up
shows() {
	wait_until 10 says "$1"
}

begin sotto call bob
check "it begins" shows "Calling bob."
must 10 asked Call bob address=
tell set 1 SecurityTx securing
check "keys are being agreed" shows "keys are being agreed"
tell set 1 SecurityTx secure
tell set 1 SecurityRx secure
tell set 1 SecureSince 1700000001000000
check "it is secure" shows "Keys are agreed: secure both ways"
tell set 1 TheirProgress ringing
check "it rings there" shows "It rings at the other end."
check "and it still waits" kill -0 "$begun"
tell set 1 Progress active
ended
is "active: exit 0" "$status" 0
check "the other end has answered" says "bob answered."
check "and what is to be done" says "Compare with: sotto verify 1"
is "each step once" "$(sort "$work/out" | uniq -d)" ""
tell drop 1

tell fail Call Busy "You are in a call already. End it with: sotto hangup"
run sotto call bob
is "sottod refuses: exit 1" "$status" 1
check "with its sentence" warns "sotto call: You are in a call already. End it with: sotto hangup"

begin sotto call --json jean
must 10 asked Call jean address=
tell set 1 TheirProgress ringing
tell set 1 Reason declined
tell set 1 EndedBy them
tell set 1 Progress ended
ended
is "declined: exit 1" "$status" 1
check "and it is told" warns "The other end declined it."
check "one object in JSON" json '.call.progress == "ended" and .call.reason == "declined"'
tell drop 1

tell claim bob
begin sotto call bob --address 192.0.2.9
must 10 asked Call bob address=192.0.2.9
tell set 1 AlarmText Somebody may be in between.
tell set 1 Alarm mismatch
check "an alarm is told at once" shows "ALARM: Somebody may be in between."
tell set 1 Progress active
ended
check "who answers a first call is unproven" says "bob (unproven) answered."
tell drop 1

n=0
for signal in INT TERM; do
	n=$((n + 1))
	begin sotto call "$signal"
	must 10 asked Call "$signal" address=
	kill -$signal "$begun"
	ended
	is "SIG$signal: exit 1" "$status" 1
	is "SIG$signal: it is hung up" "$(grep -c '^Hangup /org/sotto1/call/1$' "$work/double")" $n
	check "SIG$signal: and said" warns "You hung up."
	tell drop 1
done

run sotto call --no-wait bob
is "--no-wait: exit 0" "$status" 0
check "where to look" says "See how it goes with: sotto"
tell drop 1
run sotto call --no-wait --json bob
check "--no-wait in JSON: the call" json '.call.progress == "calling" and .call.claim == "bob"'
tell drop 1

begin sotto call fleeting
must 10 asked Call fleeting address=
tell set 1 TheirProgress ringing
must 10 says "It rings"
tell drop 1
ended
is "a call that vanishes: exit 1" "$status" 1
check "and it is said" warns "The call is gone."

begin sotto call orphan
must 10 asked Call orphan address=
tell set 1 TheirProgress ringing
must 10 says "It rings"
kill -KILL "$double"
ended
is "sottod dies: exit 1" "$status" 1
check "and it is said" warns "sottod went away meanwhile."
finish
