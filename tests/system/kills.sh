# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh and hosts.sh have set
#
# SIGKILL of sottod or of its worker at moments of a call that a seed chooses; after calls.sh
# and module-lib.sh, with two ends that have verified each other:
#
#	slow_path			what is said takes a tenth of a second each way
#	moments SEED N			N of them; what was wrong is in $bad, and how many of
#					each kind in $handshakes and $running

bad=
_moment=0

worker_of() {
	inside "$1" pgrep -n -x sottod-worker
}

# A handshake is so long then that it has moments.
slow_path() {
	modprobe -q sch_netem
	for _port in port-a port-b; do
		on middle tc qdisc add dev $_port root netem delay 100ms || bail "no netem"
	done
}

# settled: alice's newest call has become something
settled() {
	call_is alice Progress ended || call_is alice TheirProgress ringing
}

nobody_calls() {
	! calls alice | grep -qv '"Progress":"ended"' && ! calls bob | grep -qv '"Progress":"ended"'
}

no_flows() {
	[ "$(nl alice flow list | grep -c '"id"')" = 0 ] && [ "$(nl bob flow list | grep -c '"id"')" = 0 ]
}

# is_safe HOST ID: that flow is secure both ways, by the kernel itself
is_safe() {
	nl "$1" flow list |
	jq_true --argjson id "$2" 'select(.id == $id) | .tx == "secure" and .rx == "secure"'
}

# strike VICTIM sottod|worker
strike() {
	if [ "$2" = worker ]; then
		inside "$1" kill -KILL "$(worker_of "$1")" || wrong alive
		return
	fi
	signal_on "$1" sottod KILL
	wait_on "$1" sottod
}

# one_worker HOST: those of a sottod that is no more end by themselves
one_worker() {
	[ "$(inside "$1" ps -C sottod-worker -o stat= | grep -vc Z)" = 1 ]
}

recover() {
	[ "$2" = worker ] || sottod_up "$1"
	wait_until 30 one_worker "$1" || wrong workers
}

# knows HOST NAME: the row is there, and says what it said
knows() {
	manager "$1" ListPeers |
	jq_true --arg n "$2" '.data[0][][1] | select(.Name.data == $n) | .Verified.data'
}

seen() {
	echo "$(call_has alice Progress)/$(call_has bob Progress)"
}

both_active() {
	[ "$(call_has alice Progress) $(call_has bob Progress)" = "active active" ]
}

wrong() {
	bad="$bad $_moment($_what of $_victim after $_ms ms, $_phase):$1"
}

# Whatever has become of it.
end_all() {
	for _h in alice bob; do
		for _path in $(calls $_h | jq -r 'select(.Progress != "ended") | .path'); do
			as $_h busctl --system call org.sotto1 "$_path" org.sotto1.Call Hangup \
				>/dev/null 2>&1
		done
	done
	wait_until 90 nobody_calls && wait_until 60 no_flows || wrong stays
}

# The next call between the two is as if nothing had been.
call_again() {
	ring
	for _h in alice bob; do
		[ "$(call_has $_h VerifiedBefore)$(call_has $_h Alarm)" = true ] || wrong "$_h-forgot"
	done
	end_all
}

moment_in_handshake() {
	handshakes=$((handshakes + 1))
	manager alice Call 'sa{sv}' bob 0 >"$work/called" &
	_called=$!
	sleep "$((_ms / 1000)).$(printf %03d $((_ms % 1000)))"	# the moment, not a wait
	strike "$_victim" "$_what"
	wait $_called
	recover "$_victim" "$_what"
}

moment_of_running() {
	running=$((running + 1))
	ring
	answer
	_a=$(call_has alice Flow)
	_b=$(call_has bob Flow)
	sleep "0.$(printf %03d $((_ms % 1000)))"
	strike "$_victim" "$_what"
	is_safe alice "$_a" && is_safe bob "$_b" || wrong fell
	recover "$_victim" "$_what"
	is_safe alice "$_a" && is_safe bob "$_b" || wrong fell-later
	both_active || note "moment $_moment: at first $(seen)"
	wait_until 10 both_active || wrong "not-active,$(seen)"
	[ "$(call_has alice Verified)$(call_has bob Verified)" = truetrue ] || wrong not-verified
}

# moments SEED N
moments() {
	handshakes=0
	running=0
	awk -v seed="$1" -v n="$2" 'BEGIN { srand(seed); for (i = 0; i < n; i++)
		print rand() < .5 ? "alice" : "bob", rand() < .5 ? "sottod" : "worker",
			rand() < .6 ? "handshake" : "running", int(rand() * 1800) }' >"$work/moments"
	while read -r _victim _what _phase _ms; do
		_moment=$((_moment + 1))
		if [ "$_phase" = handshake ]; then
			moment_in_handshake
		else
			moment_of_running
		fi </dev/null
		end_all </dev/null
		knows alice bob </dev/null && knows bob alice </dev/null || wrong lost
		call_again </dev/null
	done <"$work/moments"
}
