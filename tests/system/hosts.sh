# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh has set
#
# Whole hosts for tests that need more than a network: after lib.sh,
#
#	hosts_up			the network of lib.sh
#	host_boot alice			processes, files and users of its own
#	bus_up alice			the system bus, with sotto's policy
#	sottod_up alice			the agent, with CAP_NET_ADMIN and nothing else
#	audio_up alice			PipeWire, WirePlumber and the plugin, as the person
#	as alice sotto call bob		what the person types
#
# Each host has a mount, PID, IPC, UTS and network namespace; /run, /tmp, /home,
# /dev/shm and /var/lib/sotto are its own; the person is uid 1000 in group sotto;
# mallory, uid 1002, is in it too; eve, uid 1001, is nobody special. Only the network joins two of them. They need a
# VM: they write below / where the VM has an overlay.

policy=$top/userspace/daemon/org.sotto1.conf
sottod=$build/userspace/daemon/sottod

# host_boot NAME: NAME is a network namespace already
host_boot() {
	rm -f "$work/$1.booted"
	ip netns exec "$1" unshare --mount --pid --ipc --uts --fork --kill-child --mount-proc \
		"$top/tests/system/host-init" "$1" "$top" "$work/$1.booted" \
		>"$work/$1.init" 2>&1 &
	eval "_boot_$1=$!"
	must 20 test -e "$work/$1.booted"
	eval "_init_$1=$(pgrep -P $!)"
	booted="$1 ${booted:-}"
}

# host_down NAME: pulls its plug
host_down() {
	eval "kill -KILL \$_init_$1; wait \$_boot_$1" 2>/dev/null
	return 0
}

# inside HOST COMMAND...: as root
inside() {
	_host=$1
	shift
	eval "_init=\$_init_$_host"
	nsenter -t "$_init" -m -p -i -u -n -- env -i HOME=/root LANG=C.UTF-8 \
		PATH="$build/userspace/cli:/usr/sbin:/usr/bin:/sbin:/bin" "$@"
}

# as HOST COMMAND...: as the person, in a session
as() {
	_as=$1
	shift
	inside "$_as" prlimit --rtprio=88 --core=0 \
		setpriv --reuid=1000 --regid=1000 --groups=1000,990 \
		env HOME="/home/$_as" XDG_RUNTIME_DIR=/run/user/1000 \
		DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus "$@"
}

# as_eve HOST COMMAND...: as somebody else on that host
as_eve() {
	_as=$1
	shift
	inside "$_as" setpriv --reuid=1001 --regid=1001 --clear-groups "$@"
}

as_mallory() {
	_as=$1
	shift
	inside "$_as" setpriv --reuid=1002 --regid=1002 --groups=1002,990 "$@"
}

# start_on HOST NAME inside|as COMMAND...: in the background, output to $work/HOST.NAME
start_on() {
	_on=$1
	_name=$2
	_how=$3
	shift 3
	# The person may write the number of a process that she starts.
	inside "$_on" install -m 666 /dev/null "/run/pid/$_name"
	# shellcheck disable=SC2016 # for the shell inside
	"$_how" "$_on" sh -c 'echo $$ >"/run/pid/$0"; exec "$@"' "$_name" "$@" \
		>"$work/$_on.$_name" 2>&1 &
	eval "_job_${_on}_$(echo "$_name" | tr - _)=$!"
	pids="$! $pids"
	must 10 inside "$_on" test -s "/run/pid/$_name"
}

# signal_on HOST NAME SIGNAL
signal_on() {
	# shellcheck disable=SC2016
	inside "$1" sh -c 'kill "-$0" "$(cat "/run/pid/$1")"' "$3" "$2"
}

# wake_on HOST NAME: what signal_on has stopped. nsenter has stopped with it.
wake_on() {
	signal_on "$1" "$2" CONT
	eval "pkill -CONT -P \$_job_${1}_$(echo "$2" | tr - _)"
}

# stop_on HOST NAME [SIGNAL]: ends what start_on has started, returns when it is gone
stop_on() {
	signal_on "$1" "$2" "${3:-TERM}" 2>/dev/null
	wait_on "$1" "$2"
	return 0
}

# wait_on HOST NAME: until it ends by itself; its status
wait_on() {
	eval "wait \$_job_${1}_$(echo "$2" | tr - _)" 2>/dev/null
}

runs_on() {
	# shellcheck disable=SC2016
	inside "$1" sh -c 'kill -0 "$(cat "/run/pid/$0")"' "$2" 2>/dev/null
}

# on_bus HOST NAME: somebody has it
on_bus() {
	inside "$1" busctl --system call org.freedesktop.DBus /org/freedesktop/DBus \
		org.freedesktop.DBus NameHasOwner s "$2" 2>/dev/null | grep -q true
}

bus_up() {
	inside "$1" sh -c "cat >/run/dbus/system.conf" <<-END
		<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
		 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig>
		  <include>/usr/share/dbus-1/system.conf</include>
		  <include>$policy</include>
		</busconfig>
	END
	start_on "$1" bus inside dbus-daemon --config-file=/run/dbus/system.conf --nofork \
		--nopidfile --nosyslog
	must 20 on_bus "$1" org.freedesktop.DBus
}

# sottod_up HOST [ARG]...: returns when it has its name
sottod_up() {
	_up=$1
	shift
	start_on "$_up" sottod inside setpriv --reuid=990 --regid=990 --clear-groups \
		--inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin \
		--bounding-set=-all,+net_admin --no-new-privs "$sottod" \
		--worker "$sottod-worker" "$@"
	must 30 on_bus "$_up" org.sotto1
}

# PipeWire has no hardware here: the person's loudspeaker is a null sink.
_audio_configuration() {
	cat <<-'END'
		c=$HOME/.config
		mkdir -p "$c/pipewire/pipewire.conf.d" "$c/wireplumber/main.lua.d" \
			"$c/wireplumber/bluetooth.lua.d"
		cat >"$c/pipewire/pipewire.conf.d/speaker.conf" <<-EOF
			context.objects = [ { factory = adapter args = {
			  factory.name = support.null-audio-sink node.name = speaker
			  media.class = Audio/Sink audio.position = [ MONO ]
			  priority.session = 1000 } } ]
		EOF
		for m in alsa v4l2 libcamera; do
			echo "${m}_monitor.enabled = false"
		done >"$c/wireplumber/main.lua.d/80-no-hardware.lua"
		echo "bluez_monitor.enabled = false" >"$c/wireplumber/bluetooth.lua.d/80-no-hardware.lua"
	END
}

has_default_sink() {
	as "$1" pw-metadata 0 default.audio.sink 2>/dev/null | grep -q "\"name\":\"$2\""
}

pipewire_answers() {
	as "$1" pw-cli info 0 >/dev/null 2>&1
}

plugin_up() {
	start_on "$1" plugin as env \
		PIPEWIRE_MODULE_DIR="$build/pipewire-plugin:$(pkg-config --variable=moduledir libpipewire-0.3)" \
		SOTTO_STATS_FILE="/home/$1/stats" SOTTO_HASH_LOG="/home/$1/hashes" \
		pipewire -c "$top/pipewire-plugin/sotto.conf"
}

audio_up() {
	_audio_configuration | as "$1" sh
	start_on "$1" session-bus as dbus-daemon --session --nofork --nopidfile --nosyslog \
		--address=unix:path=/run/user/1000/bus
	must 20 inside "$1" test -S /run/user/1000/bus
	start_on "$1" pipewire as pipewire
	must 30 pipewire_answers "$1"
	start_on "$1" wireplumber as wireplumber
	must 60 has_default_sink "$1" speaker
	plugin_up "$1"
}

# has_call_device HOST: a call is there as microphone and loudspeaker
has_call_device() {
	[ "$(as "$1" pw-dump 2>/dev/null | jq '[.[].info.props."object.path"? |
		select(. != null) | select(test("^sotto[.]call[.][0-9]+[.](source|sink)$"))] |
		length')" = 2 ] &&
	as "$1" pw-link -io 2>/dev/null | grep -q '^sotto[.]call[.].*[.]source.*:' &&
	as "$1" pw-link -io 2>/dev/null | grep -q '^sotto[.]call[.].*[.]sink.*:'
}
