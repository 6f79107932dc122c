#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 120
#
#	alice: media --- [ sotto.ko ] === middle === [ sotto.ko ] --- media :bob
#	           sottod - worker, killed        worker - sottod
#
# The process that agrees keys dies at any moment: what is secure goes on, what is being
# agreed fails and says why, and the next call has the secrets of the last one.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/kills.sh"

# So near to each other that an end loses the new secret in two calls running, now and then.
rounds=20

# has_another HOST PID
has_another() {
	_worker=$(worker_of "$1") && [ "$_worker" != "$2" ]
}

kill_worker() {
	inside "$1" kill -KILL "$(worker_of "$1")"
}

worker_finding() {
	as "$1" sotto doctor --json | jq -r '.findings[] | select(.name == "worker") | .good'
}

is_locked_in() {
	[ "$(worker_finding "$1")" = true ]
}

over() {
	call_is alice Progress ended
}

load_module
hosts_up
ends_up alice bob
for h in alice bob; do
	check "$h: sottod with one capability has locked its worker in" \
		wait_until 20 is_locked_in $h
	is "$h: in a network of its own" "$(inside $h sh -c "ip netns identify \$(pgrep -x sottod-worker)")" ""
done
talk
sottod=$(inside alice cat /run/pid/sottod)
worker=$(worker_of alice)
there=$(received alice)
here=$(received bob)
kill_worker alice
check "alice has another worker" wait_until 20 has_another alice "$worker"
check "that is locked in" wait_until 20 is_locked_in alice
is "and the sottod that she had" "$(inside alice pgrep -x sottod)" "$sottod"
check "alice still hears bob" wait_until 20 has_received alice $((there + 100))
check "and bob her" wait_until 20 has_received bob $((here + 100))
is "the call is as it was" "$(calls alice | tail -n 1 |
	jq -c '[.Progress, .SecurityTx, .SecurityRx, .Verified, .TheirVerified, .Alarm]')" \
	'["active","secure","secure",true,true,""]'
end_talk
on_call bob Hangup >/dev/null
check "what bob's end says is read by the new worker" wait_until 20 over
is "and understood" "$(call_has alice EndedBy)" them

# Nobody is there: it goes on to say Hello.
signal_on bob sottod STOP
manager alice Call 'sa{sv}' bob 0 >/dev/null
is "while keys are agreed" "$(call_has alice Progress)" calling
kill_worker alice
check "the call fails" wait_until 20 over
is "and says why" "$(call_has alice Reason)" interrupted
check "so that people understand it" says "$(as alice sotto status 2>&1)" "while it agreed keys"
wake_on bob sottod

# Any moment of a call's beginning, at either end; on a path so long that it has some.
slow_path
bad=
secured=0
interrupted=0
refused=0
n=0
while [ $((n += 1)) -le $rounds ]; do
	[ $((n % 2)) -eq 0 ] && victim=alice || victim=bob
	must 20 worker_of alice >/dev/null
	must 20 worker_of bob >/dev/null
	worker=$(worker_of $victim)
	manager alice Call 'sa{sv}' bob 0 >"$work/called" &
	called=$!
	sleep "$((n / 10)).$((n % 10))"	# the moment, not a wait
	inside $victim kill -KILL "$worker"
	if ! wait "$called"; then
		grep -q "has ended" "$work/called" || bad="$bad $n:$(cat "$work/called")"
		refused=$((refused + 1))
		continue
	fi
	wait_until 30 settled || bad="$bad $n:hangs"
	case $(call_has alice Progress) in
	ended) interrupted=$((interrupted + 1)) ;;
	*)
		secured=$((secured + 1))
		[ "$(call_has alice Alarm)" = "" ] || bad="$bad $n:alarm"
		on_call alice Hangup >/dev/null
		;;
	esac
	wait_until 20 over || bad="$bad $n:stays"
done
is "at $rounds moments a worker was killed, and each call failed or was secure" "$bad" ""
note "$secured were secure, $interrupted failed, $refused were refused"
ring
is "the next one knows who it is" "$(call_has alice VerifiedBefore)" true
is "without alarm" "$(call_has alice Alarm)$(call_has bob Alarm)" ""
is "and no sottod has ended" "$(inside alice pgrep -x sottod)" "$sottod"
finish
