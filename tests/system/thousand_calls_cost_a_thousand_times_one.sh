#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 60
#
# A thousand programs of a thousand persons call at once: each call becomes secure, and takes
# hardly more of the processor than with few beside it. sotto status then takes less than
# 100 ms of the processor, of all together that have to do with it. sottod and its worker grow
# by less than 64 MiB.
#
# Counted is what the processor does, whoever else wants it; files are in memory, as those in
# /run are, so that no disk is measured.
#
#	many-kernel.so, in the place of the netlink sockets --- sottod --- worker
. "$(dirname "$0")/cli-lib.sh"

few=100
many=1000

# of_process PID KEY: kB, of /proc/PID/status
of_process() {
	sed -n "s/^$2:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}

# cpu_us PID...: what they have had of the processor
cpu_us() {
	for _pid; do
		cat "/proc/$_pid/schedstat"
	done | awk '{ us += $1 / 1000 } END { printf "%d", us }'
}

on_the_bus() {
	busctl --system list | grep -q org.sotto1
}

works() {
	worker=$(pgrep -x sottod-worker) &&
	busctl --system --json=short call org.sotto1 /org/sotto1 org.sotto1.Manager Doctor |
		jq_true '.data[0][] | select(.[0] == "worker") | .[1]'
}

# many_up N: sottod, for N programs
many_up() {
	rm -rf /run/many "$work/report"
	mkdir -m 700 /run/many /run/many/state /run/many/run
	: >"$work/config"
	# ASan's memory is not sottod's: always the one that is installed.
	LD_PRELOAD="$tools/many-kernel.so" MANY_CALLS="$1" MANY_REPORT="$work/report" \
		"$build/userspace/daemon/sottod" --config "$work/config" \
		--state-dir /run/many/state --runtime-dir /run/many/run \
		--worker "$build/userspace/daemon/sottod-worker" >"$work/sottod" 2>&1 &
	sottod=$!
	pids="$sottod $pids"
	must 20 on_the_bus
	must 20 works
}

many_down() {
	kill $sottod
	wait $sottod
}

# status: once; prints the microseconds of the processor that it takes sotto, sottod, the bus
status() {
	_before=$(cpu_us $sottod "$worker" "$bus")
	/usr/bin/python3 - >"$work/cli" <<-END || bail "sotto status fails"
		import resource, subprocess, sys
		with open("$work/status", "w") as out:
		    subprocess.run(["sotto", "--json"], stdout=out, check=True)
		used = resource.getrusage(resource.RUSAGE_CHILDREN)
		print(round((used.ru_utime + used.ru_stime) * 1e6))
	END
	echo $(($(cpu_us $sottod "$worker" "$bus") - _before + $(cat "$work/cli")))
}

# all_begin N: sets $each, the microseconds of the processor that each call has taken
all_begin() {
	_before=$(cpu_us $sottod "$worker")
	kill -USR1 $sottod
	check "all of $1 become secure" wait_until 40 test -s "$work/report"
	[ -s "$work/report" ] || bail "$(tail -n 1 "$work/sottod")"
	each=$((($(cpu_us $sottod "$worker") - _before) / $1))
	note "after $(jq .ms "$work/report") ms; each has taken $each us of the processor"
}

bus_up
bus=${pids%% *}
many_up $few
all_begin $few
each_of_few=$each
many_down

many_up $many
memory=$(($(of_process $sottod VmRSS) + $(of_process "$worker" VmRSS)))
all_begin $many
check "each takes at most twice as much as one of $few" test "$each" -le $((each_of_few * 2))
us=$(status)
is "sotto shows all of them as secure" \
	"$(jq '[.calls[] | select(.security_tx == "secure" and .security_rx == "secure")] | length' \
		"$work/status")" $many
note "sotto status takes $us us of the processor for $(wc -c <"$work/status") bytes"
check "less than 100 ms" test "$us" -lt 100000
grown=$(($(of_process $sottod VmRSS) + $(of_process "$worker" VmRSS) - memory))
note "sottod and its worker have grown by $grown kB"
check "less than 64 MiB" test $grown -lt 65536
rm "$work/status"	# long, and of no use to who reads what failed
finish
