#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto monitor --- private bus --- double of sottod, restarted
#
# Each change is told when it happens, once; Ctrl-C ends it well; sottod's going and
# coming is told and survived.
. "$(dirname "$0")/cli-lib.sh"

double_up
secure_call 1 bob
shows() {
	wait_until 10 says "$1"
}

begin sotto monitor
check "what there is" shows "bob (call 1): active"
check "then it watches" shows "watching; end with Ctrl-C"
tell set 1 SecurityRx dead
check "security" shows "bob (call 1): not secure: what you say is encrypted; what you hear is stopped"
tell set 1 SecurityRx secure
tell set 1 Verified yes
check "verified here" shows "bob (call 1): verified here"
tell set 1 TheirVerified yes
check "verified there" shows "bob (call 1): verified at the other end"
tell set 1 AlarmText Say it again.
tell set 1 Alarm sas-wrong-there
check "an alarm" shows "bob (call 1): ALARM: Say it again."
tell set 1 Alarm
check "its end" shows "bob (call 1): the alarm is over"
tell set 1 NoteText All on the way can listen.
tell set 1 Note no-zrtp
check "why it is not encrypted" shows "bob (call 1): All on the way can listen."
tell signal FlowsChanged
check "flows" shows "the kernel's flows have changed"
tell set 1 Reason lost
tell set 1 Progress ended
check "the end" shows "bob (call 1): ended: Nothing authentic came"
tell drop 1
check "gone" shows "bob (call 1): no longer listed"
is "nothing twice but what happened twice" \
	"$(sed 's/^[0-9:]*  //' "$work/out" | sort | uniq -d)" \
	"bob (call 1): secure both ways (X255 S256 AES1 GCM B32)"
double_down
check "sottod goes" shows "sottod has gone; what is encrypted stays so"
double_up
check "and comes" shows "sottod is here"
tell set 2 Name carol
check "and is watched again" shows "carol (call 2): calling"
kill -INT "$begun"
ended
is "Ctrl-C: exit 0" "$status" 0

begin sotto monitor --json
check "in JSON: what there is" shows '"event":"call"'
must 10 says '"event":"watching"'
tell set 2 Progress ringing
check "changes" shows '"progress":"ringing"'
tell set 2 Progress ringing	# a signal, and nothing has changed
tell drop 2
check "gone" shows '"event":"call-gone","number":2'
double_down
check "sottod goes" shows '"event":"sottod-gone"'
kill -TERM "$begun"
ended
is "SIGTERM: exit 0" "$status" 0
check "each line is an object of the schema, with its time" \
	sh -c "jq -es 'length == 5 and all(.[]; .schema == 1 and .time > 1e9)' '$work/out' >/dev/null"
finish
