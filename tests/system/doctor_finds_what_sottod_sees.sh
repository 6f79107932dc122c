#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: sottod, sotto-guard, the module
#
# What only sottod can see of its own health, each thing broken alone, with sottod and the
# module themselves: sotto doctor names it with cause and cure, calls nothing else bad and
# exits 1; and the cure cures. (What a double of sottod can show, and what sotto sees by
# itself: cli_doctor_names_cause_and_cure. The worker: worker_is_locked_in.)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

kept=/etc/sotto/rules.d
sane=$(date +%s)	# the machine's time, while the test has another

doctor() {
	inside alice sotto doctor --json >"$work/doctor" 2>&1
	status=$?
}

good() {
	doctor
	[ "$status" -eq 0 ] && jq_true .good "$work/doctor"
}

# only_bad NAME CAUSE CURE: words of them
only_bad() {
	doctor
	[ "$status" -eq 1 ] && jq_true --arg name "$1" --arg cause "$2" --arg cure "$3" '
		[.findings[] | select(.good == false)] | length == 1 and (.[0] | .name == $name and
		(.finding | contains($cause)) and (.cure | contains($cure)))' "$work/doctor" >/dev/null
}

guard() {
	inside alice "$build/userspace/guard/sotto-guard" "$@" >"$work/guard" 2>&1
}

restart_sottod() {
	stop_on alice sottod
	sottod_up alice
}

mkdir -p $kept /usr/share/sotto/presets
cp "$top"/userspace/rules/presets/* /usr/share/sotto/presets/
echo 'require --port 5004' >$kept/50-phone.conf
load_module
hosts_up
host_boot alice
guard start || bail "the guard: $(cat "$work/guard")"
bus_up alice
sottod_up alice
manager alice Pair sas bob 1 10.9.0.2 >/dev/null
check "all in order: exit 0" wait_until 10 good

own=$(inside alice sotto rule list --json | jq '.rules[] | select(.port_min == 7686) | .id')
inside alice sotto rule del "$own" >"$work/rule" 2>&1
check "the rule for sottod's port is gone" only_bad rule \
	"no rule says that the port of calls must be encrypted" "systemctl restart sottod"
restart_sottod
check "which a restart cures" wait_until 10 good

inside alice sotto rule del 1001 >"$work/rule" 2>&1
check "a kept rule is gone" only_bad rules \
	"the kernel's rules are not those of $kept" "reload-or-restart sotto-guard"
guard load
check "which a reload cures" good
inside alice sotto rule add require --forward eth9 --port 7686 >"$work/rule" 2>&1
check "who is behind a device that is not there is not protected" only_bad gateway \
	"none of their devices is there" "mend --forward"
ip -n alice link add eth9 type dummy
on alice sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
check "nor who is not forwarded" only_bad gateway "does not forward what they send" \
	"net.ipv4.ip_forward=1"
on alice sysctl -qw net.ipv6.conf.all.forwarding=1
check "by IPv6 alone he is" good
inside alice sotto rule add require --forward eth9 --family ipv4 --port 5004 >"$work/rule" 2>&1
check "but not where a rule is for IPv4" only_bad gateway "does not forward what they send" \
	"net.ipv4.ip_forward=1"
on alice sysctl -qw net.ipv4.conf.eth9.forwarding=1
check "which one device may forward" good
on alice sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=0
inside alice sotto rule add require --forward ppp0 --port 5004 >"$work/rule" 2>&1
check "a device that is yet to come beside one that is there: nothing is wrong" good
check "but it is told" jq_true '.findings[] | select(.name == "gateway").finding |
	contains("ppp0 is not there")' "$work/doctor"
own=$(inside alice sotto rule list --json | jq '.rules[] | select(.port_min == 7686 and .forward == null) | .id')
inside alice sotto rule del "$own" >"$work/rule" 2>&1
check "and his rule is not that for sottod's port" only_bad rule \
	"no rule says that the port of calls must be encrypted" "systemctl restart sottod"
for id in $(inside alice sotto rule list --json | jq '.rules[] | select(.forward != null) | .id'); do
	inside alice sotto rule del "$id" >"$work/rule" 2>&1
done
restart_sottod
check "mended by its restart" wait_until 10 good
# As if it had been so when the guard read it: else the guard's finding says it first.
echo 'require --port nonsense' >$kept/50-phone.conf
touch -d @1000000000 $kept/50-phone.conf $kept
check "a file of rules is wrong" only_bad rules "a file of $kept is wrong" "sotto-guard check"
guard check
check "and sotto-guard check says where" grep -q '50-phone.conf.*line 1' "$work/guard"
echo 'require --port 5004' >$kept/50-phone.conf
touch -d @1000000000 $kept/50-phone.conf $kept
check "mended" good

date -s @1500000000 >/dev/null
check "the clock is years behind" only_bad clock "the clock is years behind" \
	"timedatectl set-ntp true"
date -s "@$sane" >/dev/null
check "it is set" good

signal_on alice sottod STOP
inside alice sqlite3 /var/lib/sotto/peers.db \
	'UPDATE peer SET box = zeroblob(length(box))' 2>"$work/sqlite" || note "$(cat "$work/sqlite")"
wake_on alice sottod
check "a peer's row is spoilt" only_bad store "a peer's row is spoilt or cannot be read" \
	"sotto forget NAME"
as alice sotto forget carol >"$work/forget" 2>&1
check "somebody else is not forgotten in its place" grep -q 'no peer named "carol"' "$work/forget"
as alice sotto forget bob >"$work/forget" 2>&1
check "forgotten by its name" good

# shellcheck disable=SC2016 # for the shell inside
inside alice sh -c 'prlimit --pid "$(cat /run/pid/sottod)" --memlock=0:0'
check "memory cannot be locked" only_bad memory "keys may reach the swap" "LimitMEMLOCK="
restart_sottod
check "which a restart with the limit of the unit cures" wait_until 10 good

stop_on alice sottod
check "no sottod" only_bad sottod "sottod is not running" "systemctl enable --now sottod"
mkfifo "$work/orders"
exec 5<>"$work/orders"
start other alice "$tools/sotto-nl" agent <&5
must 10 grep -q bound "$work/other"
sottod_up alice
check "another program is the module's agent" only_bad kernel \
	"Another program is the kernel module's agent" "sottod tries every few seconds"
stop "$started"
check "when it has gone sottod takes its place" wait_until 20 good
rm -r /etc/sotto /usr/share/sotto
finish
