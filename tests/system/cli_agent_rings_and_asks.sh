#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	desktop --- session bus --- sotto agent --- system bus --- double of sottod
#
# The agent rings, answers and compares for a person who looks at the desktop only, shows
# no more than the half to say, takes orders from sottod alone, and several agree.
. "$(dirname "$0")/cli-lib.sh"

desktop_up() {
	mkfifo "$work/person"
	"$tools/desktop" "$@" <"$work/person" >"$work/desktop" 2>&1 9>&- &
	pids="$! $pids"
	exec 8>"$work/person"
	must 10 grep -q '^ready$' "$work/desktop"
}

# agent N ARGUMENT...: the Nth of them, until it is registered
agent() {
	_n=$1
	shift
	sotto agent "$@" >"$work/agent.$_n" 2>"$work/agent.$_n.err" 8>&- 9>&- &
	agent=$!
	pids="$! $pids"
}

# shown TEXT: on the desktop, as often as $2 says (once)
shown() {
	[ "$(grep -cF -- "$1" "$work/desktop")" -eq "${2:-1}" ]
}

# told N TEXT: by the Nth agent
told() {
	grep -qF -- "$2" "$work/agent.$1"
}

double_up
agent 0
must 10 told 0 "ready; end with Ctrl-C"
check "without a session it says so" grep -q "No desktop session is found" "$work/agent.0.err"
kill "$agent"
wait "$agent"
is "SIGTERM ends it well" $? 0

export DBUS_SESSION_BUS_ADDRESS="$DBUS_SYSTEM_BUS_ADDRESS"
desktop_up body-markup actions inline-reply
double_down
agent 1
must 10 told 1 "waiting for sottod"
check "it waits for sottod" true
double_up
must 10 told 1 "ready; end with Ctrl-C"
check "and registers when it comes" asked RegisterAgent /org/sotto1/agent
agent 2 --json
must 10 told 2 '"ready"'

# A first call: the name is a claim, and others' words are no markup.
tell set 1 Claim 'b<i>ob & co'
tell set 1 Progress ringing
tell ask Ring 1
must 10 shown 'answer,decline, | 2 | b<i>ob & co (unproven) calls' 2
check "it rings, urgently, with a claim as such" true
check "what follows is no markup" shown 'nothing proves who it is' 2
must 10 told 1 'b<i>ob & co (unproven) calls (call 1): Encrypted'
check "and is told on stdout" true
check "in JSON too" jq -es '.[1] | .schema == 1 and .event == "ring" and .call.number == 1' "$work/agent.2"
tell ask Ring 1
echo "press 1 answer" >&8
must 10 asked Answer /org/sotto1/call/1
check "pressing Answer answers" true
tell ask Cancel 1
must 10 shown "hide 1"
must 10 shown "hide 2"
check "and all fall silent" true
check "twice asked, once rung" shown ' calls | ' 2

# It is secure: compare, in the notification.
secure_call 1 bob
tell sas 1 kx 4w
tell ask Verify 1
must 10 shown 'inline-reply, | 1 | Compare with bob | Say "kx", and type what the other end says.' 2
check "it asks to compare with the half to say" true
check "and never shows the other" not grep -q 4w "$work/desktop"
echo "type 3 zz" >&8
must 10 asked Verify zz
tell ask Alarm 1
must 10 shown '| 2 | ALARM on the call with bob | Hear it again, or hang up.' 2
check "a wrong half is an alarm" true
echo "type 4 4w" >&8
must 10 asked Verify 4w
must 10 shown 'Verified: nobody sits between you and bob'
check "the right one verifies" true
tell ask Cancel 1
tell drop 1

# Declined; missed.
tell set 2 Name carol
tell set 2 Progress ringing
tell ask Ring 2
must 10 shown 'carol calls' 2
echo "press $(sed -n 's/^show \([0-9]*\) .*carol calls.*/\1/p' "$work/desktop" | head -n 1) decline" >&8
must 10 asked Decline /org/sotto1/call/2
check "pressing Decline declines" true
tell ask Cancel 2
tell set 3 Name dave
tell set 3 Progress ringing
tell ask Ring 3
must 10 shown 'dave calls' 2
tell set 3 Reason no-answer
tell set 3 Progress ended
tell ask Cancel 3
must 10 shown 'Missed call: dave | Call back with: sotto call dave' 2
check "what nobody answers is told as missed" true

# An alarm takes the place of what rings, and leaves the buttons.
tell set 6 Name frank
tell set 6 Progress ringing
tell ask Ring 6
must 10 shown 'frank calls' 2
tell set 6 Alarm mismatch
tell set 6 AlarmText Hang up if in doubt.
tell ask Alarm 6
must 10 shown 'ALARM on the call with frank' 2
check "an alarm while it rings can be answered too" \
	shown 'answer,decline, | 2 | ALARM on the call with frank | Hang up if in doubt.' 2
tell ask Cancel 6
tell drop 6

# A softphone's: secure by itself, or not and why.
secure_call 7 grace
tell set 7 Verified true
tell ask Secure 7
must 10 shown '| 1 | Encrypted and verified: the call with grace | ' 2
check "that a softphone's call is secure is told" true
tell set 7 SecurityTx securing
tell set 7 SecurityRx securing
tell set 7 Note no-zrtp
tell set 7 NoteText Have sotto there.
tell ask Note 7
must 10 shown '| 2 | Held back: the call with grace | Have sotto there.' 2
check "that it is held is told, and what to do" true
tell set 7 SecurityTx clear
tell ask Note 7
must 10 shown '| 2 | Others can listen: the call with grace | Have sotto there.' 2
check "that it is in clear, too" true
check "in JSON too" jq -es '[.[].event] | index("secure") and index("note")' "$work/agent.2"
tell drop 7

# One that begins while it rings already; one that nobody may ask but sottod.
tell set 4 Name erin
tell set 4 Progress ringing
agent 5
must 10 told 5 'erin calls (call 4)'
check "who comes late hears it ring" true
# Here both buses are one, on which it has two names; one of them is the agent.
ask_all() {
	busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" list --no-legend |
		awk -v pid="$agent" '$2 == pid && $1 ~ /^:/ { print $1 }' | while read -r name; do
		busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" call "$name" /org/sotto1/agent \
			org.sotto1.Agent Cancel o /org/sotto1/call/4
	done
}
run ask_all
check "only sottod may ask" warns "Access denied"
erin=$(sed -n 's/^show \([0-9]*\) .*erin calls.*/\1/p' "$work/desktop")
check "and it rings on" eval '[ -n "$erin" ] && not shown "hide $erin"'
double_down
must 10 told 5 "sottod has gone"
check "that sottod goes is told" true
double_up
# Or one of them would be refused in its place.
all_are_back() {
	[ "$(grep -c '^RegisterAgent' "$work/double")" -eq 3 ]
}
must 10 all_are_back
tell fail RegisterAgent org.freedesktop.DBus.Error.AccessDenied no
run timeout 20 sotto agent
is "who may not talk to sottod: exit 1" "$status" 1
check "and why" warns "only root and the group sotto may"
finish
