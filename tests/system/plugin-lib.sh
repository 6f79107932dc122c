# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For tests of the PipeWire plugin alone: hosts that differ only in their runtime
# directory, each with a private bus, PipeWire, WirePlumber without hardware, a
# fake sottod and the plugin. Any machine will do; no kernel module is needed.
#
#	host_start alice bob 40001 40002 8	a host called alice, whose call with bob goes
#						from port 40001 to 40002 on loopback
#	echo active >&8				what its fake sottod shall do, see there
#	on alice pw-cat ...			run a command on it

set -u

# Network and processes of its own: nobody is disturbed, and nothing is left over.
if [ -z "${PLUGIN_TEST_INSIDE:-}" ]; then
	PLUGIN_TEST_INSIDE=1 exec unshare --net --pid --fork --kill-child --mount-proc \
		/bin/sh "$0" "$@"
fi
ip link set lo up

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build/user}
work=$(mktemp -d)
pids=
. "$top/tests/system/tap.sh"

cleanup() {
	status=$?
	for p in $pids; do
		kill "$p" 2>/dev/null || :
	done
	for p in $pids; do
		wait "$p" 2>/dev/null || :
	done
	trap - EXIT
	if [ "$n_failed" -gt 0 ] || [ "$status" -ne 0 ]; then
		tail -n 15 "$work"/*/*.log 2>/dev/null | sed 's/^/# /'
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# In a session PipeWire and its programs are given real time: sound cannot wait until other
# tests, a build or the neighbours have had their turn.
real_time=
! chrt --rr 1 true 2>/dev/null || real_time='chrt --rr 1'

# become HOST COMMAND...: this shell turns into the command
become() {
	become_host=$1
	shift
	# shellcheck disable=SC2086 # words
	exec $real_time env -u DISPLAY \
		XDG_RUNTIME_DIR="$work/$become_host" HOME="$work/$become_host" \
		XDG_CONFIG_HOME="$work/$become_host/config" \
		XDG_STATE_HOME="$work/$become_host/state" \
		DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/$become_host/bus" \
		DBUS_SESSION_BUS_ADDRESS="unix:path=$work/$become_host/bus" \
		"$@"
}

# on HOST COMMAND...
on() {
	(become "$@")
}

# start HOST NAME COMMAND...: in the background; its output goes to NAME.log
start() {
	start_host=$1
	start_name=$2
	shift 2
	become "$start_host" "$@" >"$work/$start_host/$start_name.log" 2>&1 &
	echo $! >"$work/$start_host/$start_name.pid"
	pids="$! $pids"
}

# pid HOST NAME: of what was started
pid() {
	cat "$work/$1/$2.pid"
}

null_sink() {
	cat <<-END
		{ factory = adapter
		  args = { factory.name = support.null-audio-sink
		    node.name = $1 node.description = $1 media.class = Audio/Sink
		    audio.position = [ MONO ] priority.session = 1000 } }
	END
}

write_configuration() {
	mkdir -p "$1/config/pipewire/pipewire.conf.d" "$1/state" \
		"$1/config/wireplumber/main.lua.d" "$1/config/wireplumber/bluetooth.lua.d"
	chmod 700 "$1"
	for m in alsa v4l2 libcamera; do
		echo "${m}_monitor.enabled = false"
	done >"$1/config/wireplumber/main.lua.d/80-no-hardware.lua"
	echo 'bluez_monitor.enabled = false' \
		>"$1/config/wireplumber/bluetooth.lua.d/80-no-hardware.lua"
	{
		echo 'context.objects = ['
		null_sink speaker
		echo ']'
	} >"$1/config/pipewire/pipewire.conf.d/speaker.conf"
}

plugin_start() {
	plugin_modules=$(pkg-config --variable=moduledir libpipewire-0.3)
	start "$1" plugin env \
		PIPEWIRE_MODULE_DIR="$build/pipewire-plugin:$plugin_modules" \
		SOTTO_STATS_FILE="$work/$1/stats" SOTTO_HASH_LOG="$work/$1/hashes" \
		pipewire -c "$top/pipewire-plugin/sotto.conf"
}

# sottod_start NAME PEER LOCAL-PORT PEER-PORT FD [active]
sottod_start() {
	rm -f "$work/$1/commands" "$work/$1/sottod.log"
	mkfifo "$work/$1/commands"
	start "$1" sottod sh -c "exec '$build/tests/system/fake-sottod' $2 $3 $4 ${6:-} <'$work/$1/commands'"
	eval "exec $5>'$work/$1/commands'"
	must 10 grep -q ready "$work/$1/sottod.log"
}

# host_start NAME PEER LOCAL-PORT PEER-PORT FD
host_start() {
	write_configuration "$work/$1"
	start "$1" bus dbus-daemon --session --nofork --nopidfile \
		--address="unix:path=$work/$1/bus"
	must 10 test -S "$work/$1/bus"
	start "$1" pipewire pipewire
	must 10 on "$1" sh -c 'pw-cli info 0 >/dev/null 2>&1'
	start "$1" wireplumber wireplumber
	must 10 has_default "$1" speaker
	sottod_start "$@"
	plugin_start "$1"
}

# has_default HOST NODE: it is the default sink there
has_default() {
	on "$1" pw-metadata 0 default.audio.sink 2>/dev/null | grep -q "\"name\":\"$2\""
}

# dump HOST FILTER: jq_true over all objects
dump() {
	on "$1" pw-dump 2>/dev/null | jq_true "$2"
}

# has_device HOST: both nodes of a call are there, and have ports
has_device() {
	dump "$1" '[.[].info.props | select(."object.path" == "sotto.call.1.source" or
		."object.path" == "sotto.call.1.sink")] | length == 2' &&
	on "$1" pw-link -io 2>/dev/null | grep -q '^sotto.call.1.source.*:' &&
	on "$1" pw-link -io 2>/dev/null | grep -q '^sotto.call.1.sink.*:'
}

has_no_device() {
	dump "$1" '[.[].info.props | select(."node.group" == "sotto.call.1")] | length == 0'
}

# streams HOST Input|Output N: so many programs record (Input) or play (Output) there
streams() {
	dump "$1" "[.[] | select(.info.props.\"media.class\" == \"Stream/$2/Audio\") |
		select(.info.state == \"running\")] | length == $3"
}

# grown FILE BYTES: by so much since the first time it was asked of this file
grown() {
	[ -s "$1.size" ] || stat -c %s "$1" >"$1.size"
	[ "$(stat -c %s "$1")" -ge $(($(cat "$1.size") + $2)) ]
}

at_least() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a >= b) }'
}

between() {
	at_least "$2" "$1" && at_least "$3" "$2"
}

# record HOST NAME: what the call says there, to NAME.wav, until stop
record() {
	start "$1" "$2" pw-cat --record --target sotto.call.1.source --rate 48000 \
		--channels 1 --format s16 "$work/$1/$2.wav"
}

# stop HOST NAME
stop() {
	kill "$(pid "$1" "$2")"
	wait "$(pid "$1" "$2")" || :
}

# loudness HOST NAME: of a recording, in dB of full scale
loudness() {
	"$top/tests/system/speech.py" loudness "$work/$1/$2.wav"
}
