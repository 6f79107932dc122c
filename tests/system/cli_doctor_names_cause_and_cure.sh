#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto doctor --- /sys/module, /etc/group, /proc, XDG_RUNTIME_DIR of a made-up
#	session, private bus --- double of sottod
#
# With all in order it exits 0. Each thing broken alone is named with its cure, exits
# 1, and nothing else is called bad.
. "$(dirname "$0")/cli-lib.sh"

mount -t tmpfs tmpfs /sys/module
mkdir /sys/module/sotto
mount -t tmpfs tmpfs /sys/kernel
mkdir /sys/kernel/security
# What is installed for this kernel: a module that nobody has signed.
mount -t tmpfs tmpfs /lib/modules
extra=/lib/modules/$(uname -r)/extra
mkdir -p "$extra"
printf '\177ELF a module' >"$extra/sotto.ko"
cp /etc/group "$work/group"
grep -q '^sotto:' "$work/group" || echo 'sotto:x:64990:' >>"$work/group"
mount --bind "$work/group" /etc/group
mkdir /run/sotto-guard
guard_says() {
	printf '%s\n' "$@" >/run/sotto-guard/state
}
guard_says loaded '' ''
ip link set lo up
double_up

# PipeWire, the plugin and sottod's socket are no more here than what is looked for.
export XDG_RUNTIME_DIR="$work"
pipewire_up() {
	socat UNIX-LISTEN:"$work/pipewire-0",fork OPEN:/dev/null 2>/dev/null 9>&- &
	pipewire=$!
	pids="$pipewire $pids"
	must 10 test -S "$work/pipewire-0"
}
# A process that is called as the plugin's is, and waits.
mkdir "$work/bin"
cp /bin/cat "$work/bin/pipewire"
mkfifo "$work/never"
plugin_up() {
	"$work/bin/pipewire" "$work/never" "$work/sotto.conf" 9>&- &
	plugin=$!
	pids="$plugin $pids"
	must 10 grep -qa sotto.conf "/proc/$plugin/cmdline"
}
port_up() {
	socat -u UDP4-RECV:7686 OPEN:/dev/null 9>&- &
	port=$!
	pids="$port $pids"
	must 10 grep -q ':1E06 ' /proc/net/udp
}

# only_bad NAME: it alone is bad, and has a cure
only_bad() {
	run sotto doctor --json
	[ "$status" -eq 1 ] && json ".good == false and
		[.findings[] | select(.good == false) | .name] == [\"$1\"] and
		(.findings[] | select(.name == \"$1\") | .cure | length > 0)"
}

pipewire_up
plugin_up
port_up
run sotto doctor
is "all in order: exit 0" "$status" 0
check "and so it says" says "Nothing is wrong."
run sotto doctor --json
check "in JSON too" json '.good and ([.findings[].name] | sort) == ["group", "guard", "module",
	"pipewire", "plugin", "port", "presets", "sottod", "store"]'

rmdir /sys/module/sotto
check "module" only_bad module
run sotto doctor
check "module: cause" says "BAD  module    the kernel module is not loaded"
check "module: cure" says "cure: sudo modprobe sotto"
rm "$extra/sotto.ko"
check "module, none for this kernel" only_bad module
run sotto doctor
check "module, none for this kernel: cause" says "there is none for this kernel, $(uname -r)"
check "module, none for this kernel: cure" says "cure: build and install sotto for this kernel"
printf '\177ELF a module' >"$extra/sotto.ko"
refused_unsigned() {
	run sotto doctor
	says "takes only what is signed (Secure Boot), and the module is not" &&
	says "cure: sign it with a key that this machine trusts (mokutil --import)"
}
echo 'none [integrity] confidentiality' >/sys/kernel/security/lockdown
check "module, refused under lockdown" only_bad module
check "module, refused under lockdown: cause and cure" refused_unsigned
echo '[none] integrity confidentiality' >/sys/kernel/security/lockdown
mkdir -p /sys/module/module/parameters
echo Y >/sys/module/module/parameters/sig_enforce
check "module, signature refused" only_bad module
check "module, signature refused: cause and cure" refused_unsigned
printf '\177ELF a module~Module signature appended~\n' >"$extra/sotto.ko"
run sotto doctor
check "module, signed by another key" says "perhaps another key than this module's"
echo N >/sys/module/module/parameters/sig_enforce
run sotto doctor
check "module, not loaded though nothing forbids it" \
	grep -qx "BAD  module    the kernel module is not loaded" "$work/out"
mkdir /sys/module/sotto

guard_says standing 'the kernel module is damaged' 'build it'
check "guard" only_bad guard
run sotto doctor
check "guard: cause" \
	says "BAD  guard     the guard stands in, calls are held back: the kernel module is damaged"
check "guard: cure" says "cure: build it"
run sotto
check "guard: sotto alone says so too" says "Trouble: the guard stands in, calls are held back"
check "and how to mend it" says "cure: build it"
guard_says old 'a.conf, line 2: nonsense' 'mend it'
check "guard, with the rules from before" only_bad guard
guard_says waiting 'another module waits' 'be patient'
run sotto doctor
check "another module waits: that is not bad" says "good guard     the kernel has the rules that are kept: another module waits"
guard_says wider 'a.conf, line 2: the user does not exist' 'make it'
check "guard, a rule that is wider" only_bad guard
guard_says off 'no nftables' 'get some'
check "guard, none" only_bad guard
guard_says what
check "guard, of another release" only_bad guard
rm /run/sotto-guard/state
check "guard, never run" only_bad guard
run sotto doctor
check "guard, never run: cure" says "cure: sudo systemctl enable --now sotto-guard"
guard_says loaded '' ''

mv "$presets/baresip.conf" "$work/kept"
printf 'require --port 1024-49152\nrequire --port 5 --user 0\n' >"$presets/baresip.conf"
check "a preset that is none" only_bad presets
run sotto doctor
check "a preset that is none: cause" says "BAD  presets   the preset baresip cannot be used: line 2: a preset has --port"
check "a preset that is none: cure" says "cure: mend that file of /usr/share/sotto/presets"
mv "$work/kept" "$presets/baresip.conf"
mount -t tmpfs tmpfs /usr/share/sotto
check "no presets" only_bad presets
umount /usr/share/sotto

cp "$work/group" "$work/all-groups"
sed '/^sotto:/d' "$work/all-groups" >"$work/group"
check "no group" only_bad group
cat "$work/all-groups" >"$work/group"

chmod 711 "$work"
chmod 666 "$work/bus"
# Somebody else: whether the bus lets her in is the bus policy's, which is not here.
run setpriv --reuid=65534 --regid=65534 --clear-groups sotto doctor
check "not in the group" says "BAD  group     you are not in the group sotto"
check "how to join" says 'cure: sudo adduser "$USER" sotto; then log in again'
sed -i 's/^\(sotto:.*\)$/\1nobody/' "$work/all-groups"
cat "$work/all-groups" >"$work/group"
run setpriv --reuid=65534 --regid=65534 --clear-groups sotto doctor
check "in the group since, but not in this session" says "but this session is older"
run setpriv --reuid=65534 --regid=65534 --groups="$(sed -n 's/^sotto:x:\([0-9]*\):.*/\1/p' \
	"$work/group")" sotto doctor
check "in the group" says "good group     you are in the group sotto"

stop "$pipewire"
check "pipewire" only_bad pipewire
rm -f "$work/pipewire-0"
check "pipewire, without a socket" only_bad pipewire
pipewire_up
stop "$plugin"
check "plugin" only_bad plugin
plugin_up
stop "$port"
check "port" only_bad port
port_up
tell ill clock is years behind
check "what sottod finds" only_bad clock
run sotto doctor
check "sottod's cause" says "BAD  clock     is years behind"
check "sottod's cure" says "cure: take a pill"
tell fail Doctor org.freedesktop.DBus.Error.NoReply lost
run sotto doctor
is "sottod does not answer: exit 1" "$status" 1
check "sottod does not answer" says "BAD  sottod    sottod does not answer"
tell fail Doctor org.freedesktop.DBus.Error.AccessDenied denied
run sotto doctor
check "the bus denies" says "BAD  sottod    the bus does not let you talk to sottod"

double_down
stop "$port"
check "no sottod" only_bad sottod
run sotto doctor
check "no sottod: cure" says "cure: sudo systemctl enable --now sottod"
port_up
run sotto doctor
check "and somebody else has its port" says "BAD  port      another program has the UDP port of calls"
stop "$port"
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/nowhere"
check "no bus" only_bad bus
unset XDG_RUNTIME_DIR
run sotto doctor
check "no session: not called bad" says "?    pipewire  no session of a person here"
finish
