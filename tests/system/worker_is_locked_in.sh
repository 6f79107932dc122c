#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto --- private bus --- sottod --- socket --- sottod-worker
#
# What reads the network's packets is a process that can do nothing, sottod itself
# cannot read them, and without its locks, or when it misbehaves, it gets no work.
. "$(dirname "$0")/cli-lib.sh"

sottod=$build/userspace/daemon/sottod

ip link set lo up
bus_up
mkdir -m 700 "$work/state" "$work/records"

# start_sottod WORKER [COMMAND...]: COMMAND starts it
start_sottod() {
	_worker=$1
	shift
	"$@" "$sottod" --config "$work/none" --state-dir "$work/state" \
		--runtime-dir "$work/records" --worker "$_worker" >"$work/sottod" 2>&1 &
	daemon=$!
	pids="$daemon $pids"
	must 20 sotto status >/dev/null 2>&1
}

finding() {
	sotto doctor --json 2>/dev/null |
	jq -r ".findings[] | select(.name == \"worker\") | $1"
}

finding_is() {
	[ "$(finding .good)" = "$1" ]
}

found() {
	finding .finding | grep -qF "$1"
}

# worker_of PID: sets $worker, of which the parent is PID, and not $1
worker_is_there() {
	worker=$(pgrep -P "$daemon" -x sottod-worker) && [ "$worker" != "${1:-}" ]
}

status() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$worker/status"
}

is_gone() {
	! kill -0 "$1" 2>/dev/null
}

has_symbol() {
	nm "$1" | grep -qE " [Tt] $2\$"
}

start_sottod "$sottod-worker"
check "sotto doctor: it is locked in" wait_until 10 finding_is true
worker_is_there
is "no system call but those that it needs" "$(status Seccomp)" 2
for c in CapInh CapPrm CapEff CapAmb; do
	is "no capability: $c" "$(status $c)" 0000000000000000
done
is "and none to be had" "$(status NoNewPrivs)" 1
check "a network of its own" [ "$(readlink "/proc/$worker/ns/net")" != \
	"$(readlink "/proc/$daemon/ns/net")" ]
is "in which there is none" "$(nsenter -t "$worker" -n ip -j link |
	jq -r '.[] | "\(.ifname) \(.operstate)"')" "lo DOWN"
is "no file but what it has open" "$(ls "/proc/$worker/root/")" 0
is "that is one socket" "$(cd "/proc/$worker/fd" && readlink -- * | sed 's/:.*//')" socket
is "no environment" "$(wc -c <"/proc/$worker/environ")" 0
is "no core file" "$(sed -n 's/^Max core file size *\([0-9]*\) *\([0-9]*\).*/\1 \2/p' \
	"/proc/$worker/limits")" "0 0"

# What is not there cannot be called.
for s in zrtp_session_packet zrtp_packet_parse zrtp_hello_parse zrtp_dhpart_parse control_parse sip_parse dialogs_message; do
	check "sottod has no $s" not has_symbol "$sottod" $s
	check "its worker has" has_symbol "$sottod-worker" $s
done

was=$worker
kill -KILL "$worker"
check "killed, there is another" wait_until 10 worker_is_there "$was"
check "that is locked in" wait_until 10 finding_is true
check "sottod says so" grep -q "has ended (signal 9). Another one is started" "$work/sottod"
kill -KILL "$daemon"
check "without sottod it ends" wait_until 10 is_gone "$worker"

# Where the kernel gives nobody a namespace.
# shellcheck disable=SC2016 # for the shell inside
start_sottod "$sottod-worker" unshare --user --map-root-user sh -c '
	echo 0 >/proc/sys/user/max_user_namespaces &&
	exec setpriv --bounding-set=-all --inh-caps=-all "$@"' sh
check "without namespaces it works, and sotto doctor says so" wait_until 10 \
	found "held by seccomp, but by no namespaces"
is "which is bad" "$(finding .good)" false
check "and curable" [ -n "$(finding .cure)" ]
worker_is_there
is "it still has no system calls" "$(status Seccomp)" 2
is "nor capabilities" "$(status CapPrm)" 0000000000000000
stop "$daemon"

# behaves NAME WORDS SCRIPT: a worker that is none, and what is said of it
behaves() {
	printf '#!/bin/sh\n%s\n' "$3" >"$work/worker"
	chmod +x "$work/worker"
	start_sottod "$work/worker"
	check "$1: it is said" wait_until 10 grep -qF "$2" "$work/sottod"
	check "$1: sotto doctor too" wait_until 10 found "$2"
	stop "$daemon"
}

# Version, type, id, locks; of those seccomp's is missing.
behaves "not locked in" "it is not locked in" \
	'printf "\\1\\100\\0\\0\\0\\0\\0\\0\\0\\0\\33\\0\\0\\0" >&0; exec tail -f /dev/null'
behaves "nonsense" "it says what it may not" "printf nonsense >&0; exec tail -f /dev/null"
behaves "out of turn" "it speaks before it is locked in" \
	'printf "\\1\\103\\0\\0\\0\\0\\0\\0\\0\\0" >&0; exec tail -f /dev/null'
# shellcheck disable=SC2016 # for that shell
behaves "a forbidden system call" "it has tried what it may not" 'kill -SYS $$'
behaves "it fails" "status 3" "exit 3"
start_sottod "$work/nowhere"
check "it is not installed: it is said" wait_until 10 grep -qF "it cannot be executed" "$work/sottod"
check "it is not installed: sotto doctor too" wait_until 10 found "it cannot be executed"
stop "$daemon"

# By systemd, at a socket: whose child it is then we are not.
# activate PROGRAM: who starts it for each that connects is $activator
activate() {
	rm -f "$work/worker.socket"
	systemd-socket-activate --seqpacket --accept --inetd -l "$work/worker.socket" "$1" \
		>"$work/activator" 2>&1 9>&- &
	activator=$!
	pids="$activator $pids"
	must 10 test -S "$work/worker.socket"
}
activated_is_there() {
	worker=$(pgrep -P "$activator" -x "$1") && [ "$worker" != "${2:-}" ]
}
activate "$sottod-worker"
start_sottod "unix:$work/worker.socket"
check "started at a socket: it is locked in" wait_until 10 finding_is true
activated_is_there sottod-worker
is "it too has no system call but those that it needs" "$(status Seccomp)" 2
was=$worker
kill -KILL "$worker"
check "killed, there is another" wait_until 10 activated_is_there sottod-worker "$was"
check "that is locked in" wait_until 10 finding_is true
check "sottod says so" grep -q "has ended .*Another one is started" "$work/sottod"
kill -KILL "$daemon"
check "without sottod it ends" wait_until 10 is_gone "$worker"
stop "$activator"
printf '#!/bin/sh\nprintf nonsense >&0; exec tail -f /dev/null\n' >"$work/worker"
activate "$work/worker"
start_sottod "unix:$work/worker.socket"
check "started at a socket and talking nonsense: it is said" wait_until 10 \
	grep -qF "it says what it may not" "$work/sottod"
check "and it is killed" wait_until 10 sh -c "pgrep -P $activator -x tail >/dev/null || exit 0; exit 1"
stop "$daemon"
stop "$activator"
start_sottod "unix:$work/nowhere"
check "nobody is at the socket: it is said" wait_until 10 grep -qF "cannot be started" "$work/sottod"
stop "$daemon"

finish
