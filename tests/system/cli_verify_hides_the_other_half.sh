#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto verify --- private bus --- double of sottod: say "4j", hear "w5"
#
# What is said stands on a line of its own; what is to be heard is never shown before
# it was typed right; a wrong half exits 1 and says what to do.
. "$(dirname "$0")/cli-lib.sh"

double_up
secure_call 1 bob
tell sas 1 4j w5

hides() {
	! grep -q w5 "$work/out" "$work/err"
}

run sh -c 'sotto verify </dev/null'
is "nothing is typed: exit 1" "$status" 1
check "the half to say is on a line of its own" grep -qx 4j "$work/out"
check "it can be done later" warns "Compare later with: sotto verify"
check "the other half is not shown" hides
check "and nothing was sent" not grep -q '^Verify' "$work/double"
run sh -c 'sotto verify --json </dev/null'
check "nor in JSON" hides
head -n 1 "$work/out" >"$work/first"
check "where the half to say is an object" \
	jq_true '.schema == 1 and .say == "4j" and .call == 1' "$work/first"

run sh -c 'echo xx | sotto verify'
is "a wrong half: exit 1" "$status" 1
check "which was sent as typed" asked Verify xx
check "it is called wrong" warns "WRONG: Hear it again, or hang up."
check "and the next step is told" warns "Once more with: sotto verify"
check "still without the other half" hides
run sotto verify --json --heard yy
is "a wrong half in JSON: exit 1" "$status" 1
check "and it says so" json '.right == false and .sas == null and .call.alarm == "sas-wrong"'
check "still without the other half in JSON" hides
run sh -c 'sotto verify </dev/null'
check "the alarm stands before the half to say" says "ALARM: Hear it again, or hang up."

run sh -c 'echo w5 | sotto verify bob'
is "the right half: exit 0" "$status" 0
check "nobody sits in between" says "Right: nobody sits between you and bob. Both halves: 4jw5"
check "the other end has yet to" says "The other end has still to type your half."
tell set 1 TheirVerified yes
run sotto verify --json
is "once more: nothing is asked" "$status" 0
check "both halves in JSON" json '.right and .sas == "4jw5" and .call.verified'
tell set 1 Alarm sas-wrong-there
tell set 1 AlarmText Say it again, slowly.
tell set 1 Verified no
run sh -c 'sotto verify </dev/null'
is "in doubt at the other end: exit 1" "$status" 1
check "why" warns "in doubt: Say it again, slowly."
check "nobody is asked to copy what stands on the screen" not says "Type what you hear"

# A person at a terminal.
tell drop 1
secure_call 1 bob
tell sas 1 4j w5
printf 'w5\n' | script -qec "sotto verify" /dev/null >"$work/out"
check "typed at a terminal" says "Right"

tell fail GetSas Busy Wait, then ask again.
run sh -c 'echo w5 | sotto verify'
is "sottod refuses: exit 1" "$status" 1
check "with its sentence" warns "sotto verify: Wait, then ask again."
run sotto verify --heard w5 bob carol
is "too many names: exit 2" "$status" 2

# What was heard is out of the list of processes while sottod is asked.
tell drop 1
secure_call 1 bob
tell sas 1 4j w5
kill -STOP "$double"
begin sotto verify --heard w5
gone() {
	tr '\0' ' ' <"/proc/$begun/cmdline" | grep -q heard &&
	! grep -q w5 "/proc/$begun/cmdline"
}
check "what was heard leaves the list of processes" wait_until 10 gone
kill -CONT "$double"
ended
is "and is sent all the same" "$status" 0

tell drop 1
secure_call 1 bob
tell sas 1 4j w5
printf '%0200d\n' 0 >"$work/long"
run sh -c "sotto verify <'$work/long'"
is "longer than any half: exit 1" "$status" 1
check "and not sent cut" not grep -q '^Verify 0' "$work/double"

tell set 1 Progress ended
run sh -c 'echo w5 | sotto verify'
is "nothing to compare: exit 1" "$status" 1
check "and why" warns "No call is encrypted, so there is nothing to compare."
secure_call 1 bob
secure_call 2 carol
run sh -c 'echo w5 | sotto verify'
is "which of two: exit 1" "$status" 1
check "it is asked which" warns "sotto verify NUMBER"
check "the published schema fits all of it" fits_schema
finish
