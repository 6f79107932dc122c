#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: vm-paced
# limit: 3600
#
#	alice: 1 000 programs, sottod --- middle --- sottod, 1 000 programs :bob
#
# A thousand persons at each of two hosts call each other at once: each call becomes secure by a
# DH of its own, all of them sooner than the processor could do as many of DH3k, which every ZRTP
# has to have (RFC 6189 5.1.5), and each costs hardly more than with few beside it. sotto status
# then takes less than 100 ms, and calls that go on cost sottod next to nothing.
#
# Time counts instructions here, one in a nanosecond; who answers within 100 ms on a processor
# of today, which has five of them in a nanosecond at the least, has 500 ms of this one.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/programs.sh"

few=100
many=1000
per_ns=5

# cpu_us: what sottod and its worker of both hosts have had of the processor
cpu_us() {
	for _h in alice bob; do
		# shellcheck disable=SC2016 # for the shell inside
		inside $_h sh -c 'cat $(pgrep -x "sottod|sottod-worker" | sed "s,.*,/proc/&/schedstat,")'
	done | awk '{ us += $1 / 1000 } END { printf "%d", us }'
}

now_ms() {
	date +%s%3N
}

# secure HOST N: so many of its flows are
secure() {
	[ "$(nl "$1" flow list | grep -c '"tx":"secure","rx":"secure"')" = "$2" ]
}

# Once a second: the answer takes time of the one processor that all share.
all_secure() {
	[ $(($(now_ms) - ${_looked:-0})) -ge 1000 ] || return
	_looked=$(now_ms)
	secure alice "$1" && secure bob "$1"
}

all_heard() {
	grep -q heard "$work/alice.programs" && grep -q heard "$work/bob.programs"
}

all_gone() {
	secure alice 0 && secure bob 0
}

# programs_up N: N at each host, which say nothing yet
programs_up() {
	start_on alice programs inside "$tools/many-programs" 10.9.0.1 10.9.0.2 "$1"
	start_on bob programs inside "$tools/many-programs" 10.9.0.2 10.9.0.1 "$1"
	must 60 grep -q listening "$work/alice.programs"
	must 60 grep -q listening "$work/bob.programs"
}

# all_begin N: sets $each, the microseconds that each call has taken of the processor
all_begin() {
	_before=$(cpu_us)
	_began=$(now_ms)
	signal_on alice programs USR1
	signal_on bob programs USR1
	check "all of $1 become secure" wait_until 120 all_secure "$1"
	ms=$(($(now_ms) - _began))
	each=$((($(cpu_us) - _before) / $1))
	note "after $ms ms; each has taken $each us of the processor, both ends together"
	check "what each says is understood" wait_until 60 all_heard
}

programs_down() {
	stop_on alice programs
	stop_on bob programs
}

# status HOST: sets $ms; what it has said is in $work/status
status() {
	_began=$(now_ms)
	inside "$1" sotto --json >"$work/status"
	ms=$(($(now_ms) - _began))
}

# dh_us: what libcrypto takes for DH3k, a key and a secret at each end
dh_us() {
	openssl speed -seconds 2 ffdh3072 2>/dev/null |
		awk '/^3072 bits ffdh/ { printf "%d", 4 * 1000000 / $NF }'
}

load_module
hosts_up
dh=$(dh_us)
check "DH3k takes some time" [ "$dh" -gt 1000 ]
note "$dh us of the processor for each call"
for h in alice bob; do
	host_boot $h
	bus_up $h
	# As sottod.service has it.
	sottod_up $h
	inside $h sh -c 'prlimit --pid "$(cat /run/pid/sottod)" --memlock=67108864'
	inside $h sotto rule add require --port 10000-12000 >"$work/rule" 2>&1 ||
		bail "$(cat "$work/rule")"
done

programs_up $few
all_begin $few
each_of_few=$each
programs_down
must 120 all_gone

programs_up $many
all_begin $many
check "sooner than as many DH3k can be done" [ "$ms" -lt $((many * dh / 1000)) ]
check "each takes at most twice as much as one of $few" [ "$each" -le $((2 * each_of_few)) ]
for h in alice bob; do
	status $h
	is "$h: sotto shows all as secure" "$(jq '[.calls[] | select(.progress == "active" and
		.security_tx == "secure" and .security_rx == "secure")] | length' "$work/status")" $many
	status $h
	note "$h: sotto status takes $ms ms for $(wc -c <"$work/status") bytes"
	check "$h: less than 100 ms where $per_ns instructions are a nanosecond" \
		[ "$ms" -lt $((100 * per_ns)) ]
done
rm "$work/status"

# used_in_20s: microseconds of the processor, of all that cpu_us counts
used_in_20s() {
	_before=$(cpu_us)
	sleep 20	# not until something is so: this is what is measured
	echo $(($(cpu_us) - _before))
}

nobody_calls() {
	[ -z "$(calls alice)$(calls bob)" ]
}

# The ends of each tell each other every 5 s that they are there; nothing else is to be done.
used=$(used_in_20s)
note "in 20 s, $many calls at each end: $used us of the processor"
check "calls that go on cost a fiftieth of the processor at each end" [ "$used" -lt 800000 ]

programs_down
check "when the programs have ended all calls end" wait_until 120 all_gone
must 120 nobody_calls
used=$(used_in_20s)
note "in 20 s without a call: $used us"
check "and then sottod costs nothing" [ "$used" -lt 1000 ]
finish
