# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the system tests share: TAP and waiting (tap.sh), hosts in network namespaces.
#
#	. "$(dirname "$0")/lib.sh"
#	hosts_up
#	check "the packet arrives" wait_until 5 grep -q arrived "$work/log"
#	finish
#
#	alice                          middle                          bob
#	10.9.0.1, fd09::1 --- port-a [bridge br0] port-b --- 10.9.0.2, fd09::2
#
# The middle sees every packet of both and may drop them. Only the network joins
# alice and bob.

set -u

top=${top:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${BUILD:-$top/build/user}
tools=$build/tests/system
work=$(mktemp -d)
pids=

. "$top/tests/system/tap.sh"

# Hosts.

on() {
	_host=$1
	shift
	ip netns exec "$_host" "$@"
}

# start NAME HOST COMMAND...: in the background, output to $work/NAME; sets $started
start() {
	_name=$1
	_host=$2
	shift 2
	ip netns exec "$_host" "$@" >"$work/$_name" 2>&1 &
	started=$!
	pids="$started $pids"
}

# stop PID [SIGNAL]: ends it and waits until it is gone
stop() {
	kill "-${2:-TERM}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

_port() {
	ip link add name "$1" netns middle type veth peer name eth0 netns "$2"
	ip -n middle link set "$1" master br0 up
	ip -n "$2" link set lo up
	ip -n "$2" link set eth0 up
	ip -n "$2" addr add "$3/24" dev eth0
	ip -n "$2" addr add "$4/64" dev eth0 nodad
}

reaches() {
	on "$1" ping -c 1 -W 1 -q "$2" >/dev/null 2>&1
}

hosts_up() {
	for _h in middle alice bob; do
		ip netns add "$_h" || bail "no network namespace"
	done
	ip netns exec middle sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n middle link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	ip -n middle link set br0 up
	ip -n middle link set lo up
	_port port-a alice 10.9.0.1 fd09::1
	_port port-b bob 10.9.0.2 fd09::2
	must 10 reaches alice 10.9.0.2
	must 10 reaches alice fd09::2
}

# The middle drops all that matches (nft bridge syntax), or nothing again.
middle_drops() {
	middle_passes
	on middle nft -f - <<-END || bail "nft does not take: $*"
		table bridge sotto {
			chain forward {
				type filter hook forward priority 0;
				$* counter drop
			}
		}
	END
}

middle_passes() {
	on middle nft delete table bridge sotto 2>/dev/null
	return 0
}

# capture_start FILE [HOST DEVICE] [FILTER]: returns once it captures
capture_start() {
	_file=$1
	shift
	start "$(basename "$_file").log" "${1:-middle}" tcpdump -U -n -s 0 -B 8192 -i "${2:-br0}" \
		-w "$_file" "${3:-udp}"
	capture=$started
	must 10 grep -q 'listening on' "$work/$(basename "$_file").log"
}

# capture_stop: all that has passed so far is in the file
capture_stop() {
	stop "$capture" INT
}

# The module.

module_file() {
	echo "$top/build/module-$(uname -r)/module/sotto.ko"
}

load_module() {
	_ko=$(module_file)
	[ -e "$_ko" ] || bail "$_ko is not there; run make module"
	for _m in $(modinfo -F depends "$_ko" | tr , ' ') $(modinfo -F softdep "$_ko" | sed 's/[a-z]*: *//'); do
		modprobe -q "$_m"
	done
	insmod "$_ko" || bail "the module does not load: $(dmesg | tail -n 3)"
}

_cleanup() {
	_status=$?
	trap - EXIT
	for _h in ${booted:-}; do	# hosts.sh
		host_down "$_h"
	done
	for _p in $pids; do
		kill "$_p" 2>/dev/null
	done
	for _p in $pids; do
		wait "$_p" 2>/dev/null
	done
	if [ "$n_failed" -gt 0 ] || [ "$_status" -ne 0 ]; then
		for _f in "$work"/*; do
			case $_f in *.pcap | *.wav) continue ;; esac
			[ -f "$_f" ] && [ -s "$_f" ] && tail -n 15 "$_f" | sed "s|^|# $(basename "$_f"): |"
		done
	fi
	for _h in alice bob carol middle; do
		ip netns del "$_h" 2>/dev/null
	done
	rm -rf "$work"
	exit "$_status"
}
trap _cleanup EXIT
trap 'exit 1' INT TERM
