#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 30
#
# Hellos and Commits from sources that do not exist, each with a ZID and a hash chain of its
# own, come to a real sottod and its worker as fast as they are taken: both grow by less than
# 1 MiB, calls that are begun here meanwhile are secure within three seconds, and who has
# proven nothing gets at most five times what she sent, all of them together no more than
# the limit of userspace/daemon/calls_strangers.c.
#
#	flood-kernel.so, in the place of the netlink sockets --- sottod --- worker
. "$(dirname "$0")/cli-lib.sh"

packets=${FLOOD_PACKETS:-60000}
rate=262144	# bytes a second
burst=524288	# at once

# of: of the last line of the report
of() {
	tail -n 1 "$work/report" 2>/dev/null | jq -r ".$1"
}

have_come() {
	[ "$(of packets)" -ge "$1" ] 2>/dev/null
}

# anonymous PID: kB of its memory that are its own
anonymous() {
	sed -n 's/^RssAnon:[[:space:]]*\([0-9]*\).*/\1/p' "/proc/$1/status"
}

manager() {
	busctl --system --json=short call org.sotto1 /org/sotto1 org.sotto1.Manager "$@" 2>&1
}

newest() {
	manager ListCalls | jq -c '.data[0][-1]'
}

has() {
	newest | jq -r ".[1].$1.data"
}

is_secure() {
	[ "$(has SecurityTx)" = secure ]
}

# With its flow: hanging up is said for a while, as nobody says that it was heard.
is_over() {
	[ "$(has Progress) $(has Flow)" = "ended 0" ]
}

# calls: how many ms until it is secure, in $ms
calls() {
	_begun=$(date +%s%3N)
	manager Call 'sa{sv}' Bob 0 >"$work/called" || bail "cannot call: $(cat "$work/called")"
	must 30 is_secure
	ms=$(($(date +%s%3N) - _begun))
	secured_at=$(of packets)
	busctl --system call org.sotto1 "$(newest | jq -r '.[0]')" org.sotto1.Call Hangup >/dev/null
	must 30 is_over
}

on_the_bus() {
	busctl --system list | grep -q org.sotto1
}

works() {
	worker=$(pgrep -x sottod-worker) &&
	manager Doctor | jq_true '.data[0][] | select(.[0] == "worker") | .[1]'
}

ip link set lo up
ip addr add 10.9.0.1/24 dev lo
mkdir -m 700 "$work/state" "$work/run"
bus_up
: >"$work/report"
: >"$work/config"
# ASan's memory is not sottod's: always the one that is installed.
LD_PRELOAD="$tools/flood-kernel.so" FLOOD_PACKETS="$packets" FLOOD_REPORT="$work/report" \
	"$build/userspace/daemon/sottod" --config "$work/config" --state-dir "$work/state" \
	--runtime-dir "$work/run" --worker "$build/userspace/daemon/sottod-worker" \
	>"$work/sottod" 2>&1 &
sottod=$!
pids="$sottod $pids"
must 20 on_the_bus
must 20 works
manager Pair sas Bob 1 10.9.0.2 >/dev/null || bail "cannot pair"
calls
note "a call is secure after $ms ms"
before=$(anonymous $sottod)
worker_before=$(anonymous "$worker")
check "their memory can be told" test "$before" -gt 100 -a "$worker_before" -gt 100

kill -USR1 $sottod
for part in 1 4; do
	must 600 have_come $((packets * part / 10))
	come=$(of packets)
	calls
	check "a call after $come packets is secure within 3 s" test "$ms" -lt 3000
	note "$ms ms"
	check "the flood goes on behind it" wait_until 60 have_come $((secured_at + 5000))
done
must 1200 have_come "$packets"
kill -USR2 $sottod
packets=0
until [ "$packets" = "$(of packets)" ]; do	# its end is where nothing comes any more
	packets=$(of packets)
	calls
done

ms=$(jq -s '.[-1].ms - .[0].ms' "$work/report")
got=$(jq -s '.[-1].said - .[0].said' "$work/report")
note "$packets packets in $ms ms; strangers sent $(of heard) bytes and got $(of said)"
check "strangers have had answers" test "$(of said)" -gt 0
check "none of them more than five times what she had sent" test "$(of worst)" -le 500
note "at most $(of worst) % of it"
check "all together no more than the limit" test "$got" -le $((rate * ms / 1000 + burst))

grown=$(($(anonymous $sottod) - before))
worker_grown=$(($(anonymous "$worker") - worker_before))
note "sottod has grown by $grown kB of $before, its worker by $worker_grown of $worker_before"
check "sottod has grown by less than 1 MiB" test "$grown" -lt 1024
check "its worker, too" test "$worker_grown" -lt 1024
is "it is the same worker" "$(pgrep -x sottod-worker)" "$worker"
calls
check "afterwards a call is secure as before" test "$ms" -lt 3000
finish
