#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	journal <-- alice: sottod --- middle --- bob: sottod --> stderr
#
# Where the journal reads its stderr, sottod says what happens with fields that can be matched:
# the event, the call's number, the reason, a MESSAGE_ID that Documentation has. Where it does
# not, the same is a line of stderr, and the journal is left alone. Nobody is named in either.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# journal_up HOST: what it gets is in $work/HOST.journal
journal_up() {
	start_on "$1" journal inside "$top/tests/system/journal-socket.py" \
		/run/systemd/journal/socket
	must 20 grep -q ready "$work/$1.journal"
}

# sottod_under HOST FORMAT: with what systemd says of the stream that stderr is, by stat(1)
sottod_under() {
	# shellcheck disable=SC2016 # for the shell inside
	start_on "$1" sottod inside setpriv --reuid=990 --regid=990 --clear-groups \
		--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin \
		--bounding-set=-all,+net_admin --no-new-privs \
		sh -c 'JOURNAL_STREAM=$(stat -c "$0" - <&2); export JOURNAL_STREAM; exec "$@"' "$2" \
		"$sottod" --worker "$sottod-worker"
	must 30 on_bus "$1" org.sotto1
}

# said HOST FILTER: how many entries are so
said() {
	grep '^{' "$work/$1.journal" | jq -c "select($2)" | grep -c .
}

# has_said HOST EVENT [FILTER]
has_said() {
	[ "$(said "$1" ".SOTTO_EVENT == \"$2\" and (${3:-true})")" -ge 1 ]
}

# id_of EVENT: as the page has it
id_of() {
	sed -n "s/^\`\`$1\`\` .*\`\`\([0-9a-f]\{32\}\)\`\`.*/\1/p" "$top/Documentation/watching.rst"
}

load_module
hosts_up
for h in alice bob; do
	host_boot $h
	journal_up $h
	bus_up $h
done
sottod_under alice %d:%i
sottod_under bob %d:1	# that of another service, which has started this one
manager alice Pair sas bob 1 10.9.0.2 >/dev/null
manager bob Pair sas alice 1 10.9.0.1 >/dev/null

check "it is ready" wait_until 10 has_said alice ready '.PRIORITY == "6" and .MESSAGE == "ready for calls"'
ring
answer
number=$(call_has alice path | sed 's|.*/||')
check "a call has keys: which call" wait_until 10 has_said alice call-secure ".SOTTO_CALL == \"$number\""
right=$(half_of bob)
wrong=$(for w in bb cc; do echo "$w"; done | grep -vx -e "$right" | head -n 1)
on_call alice Verify s "$wrong" >/dev/null
check "an alarm, and of which kind" wait_until 10 has_said alice call-alarm \
	".SOTTO_REASON == \"sas-wrong\" and .PRIORITY == \"4\" and .SOTTO_CALL == \"$number\""
on_call alice Verify s "$right" >/dev/null
check "it is verified" wait_until 10 has_said alice call-verified ".SOTTO_CALL == \"$number\""
hang_up
check "it ends, and why" wait_until 10 has_said alice call-ended \
	".SOTTO_REASON == \"hangup\" and .SOTTO_CALL == \"$number\""
# shellcheck disable=SC2016 # for the shell inside
inside alice sh -c 'kill -KILL $(pgrep -P "$(cat /run/pid/sottod)" -f sottod-worker)'
check "the worker was killed" wait_until 10 has_said alice worker-ended \
	'.PRIORITY == "4" and (.MESSAGE | test("signal 9"))'
is "each is said once" "$(grep '^{' "$work/alice.journal" | jq -r .SOTTO_EVENT | sort | tr '\n' ' ')" \
	"call-alarm call-ended call-secure call-verified ready worker-ended "
for e in ready worker-ended call-secure call-verified call-alarm call-ended; do
	id=$(id_of $e)
	check "$e has the MESSAGE_ID of the page" has_said alice $e ".MESSAGE_ID == \"${id:-none}\""
done
is "there are no other fields" "$(grep '^{' "$work/alice.journal" | jq -r 'keys[]' | sort -u | tr '\n' ' ')" \
	"MESSAGE MESSAGE_ID PRIORITY SOTTO_CALL SOTTO_EVENT SOTTO_REASON SYSLOG_IDENTIFIER "
is "nor is any of it on stderr as well" "$(grep -cE 'ready for calls|call [0-9]+: |signal 9' "$work/alice.sottod")" 0

is "where stderr is something else the journal gets nothing" "$(grep -c '^{' "$work/bob.journal")" 0
for line in '<6>ready for calls' '<6>call [0-9]*: keys are agreed' '<4>call [0-9]*: an alarm (sas-wrong-there)' \
	'<6>call [0-9]*: it has ended (hangup)'; do
	check "but stderr has: $line" grep -qx "$line" "$work/bob.sottod"
done

# The module is unloaded under both of them, as when a newer one takes its place.
both_ready_again() {
	[ "$(said alice '.SOTTO_EVENT == "ready"')" -eq 2 ] &&
		[ "$(grep -c 'ready for calls' "$work/bob.sottod")" -eq 2 ]
}

# unpinned: nothing has happened to a rule that sottod has made but that it is gone
unpinned() {
	for h in alice bob; do
		for id in $(inside $h sotto rule list --json | jq -r '.rules[].id'); do
			inside $h sotto rule del "$id" >/dev/null
		done
	done
	rmmod sotto 2>/dev/null
}
must 30 unpinned
check "the module is lost" wait_until 10 has_said alice module-lost '.PRIORITY == "3"'
is "it has the MESSAGE_ID of the page" "$(said alice ".MESSAGE_ID == \"$(id_of module-lost)\"")" 1
check "where stderr is something else: there" wait_until 10 grep -q '^<3>the kernel module is lost' "$work/bob.sottod"
is "it is counted" "$(inside alice sotto metrics | grep -E '^sotto_module(_losses_total)? ' | sort | tr '\n' ' ')" \
	"sotto_module 0 sotto_module_losses_total 1 "
check "whoever asks is told what to do" says "$(inside alice sotto doctor 2>&1)" "modprobe sotto"
load_module
check "with another one it is ready again" wait_until 20 both_ready_again
ring
answer
check "and a call is secure" call_is alice SecurityTx secure
hang_up

nobody_named() {
	! cat "$work"/*.journal "$work"/*.sottod | grep -qiE 'alice|bob|10[.]9[.]|fd09|7686'
}
check "neither names a person, an address or a port" nobody_named
echo '{"MESSAGE":"bob"}' >>"$work/alice.journal"
check "and it would have been found" not nobody_named
finish
