# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what begin has set
#
# For the steps in machines, which print TAP as those of tests/system:
#
#	alice COMMAND...		as the person, in her session
#	tell WORD [TEXT]		to the other machine
#	told WORD			what it has told, when it has
#	all_green			has sotto doctor nothing to say, for alice?
#	hears_more_than COUNT		packets of media

. "$share/tap.sh"
PATIENCE=${PATIENCE:-20}	# of an emulated machine, beside others
case $name in
alice) other=bob ;;
*) other=alice ;;
esac
uid=$(id -u alice)

alice() {
	runuser -u alice -- env XDG_RUNTIME_DIR="/run/user/$uid" "$@"
}

tell() {
	echo "${2-}" >"$share/said/$name.$1.new"
	mv "$share/said/$name.$1.new" "$share/said/$name.$1"
}

told() {
	wait_until 60 test -e "$share/said/$other.$1" && cat "$share/said/$other.$1"
}

all_green() {
	alice sotto doctor >"$share/$name.doctor" 2>&1
}

session_is_there() {
	systemctl is-active -q "user@$uid" && [ -S "/run/user/$uid/pipewire-0" ]
}

unit_is() {
	[ "$(systemctl is-active "$1")" = "$2" ]
}

# call EXPRESSION: of the newest call
call() {
	alice sotto --json | jq -c ".calls[-1] | $1"
}

call_is() {
	[ "$(call "$1" 2>/dev/null)" = "$2" ]
}

# half: what we have to say
half() {
	alice sotto verify --json </dev/null 2>/dev/null | jq -r 'select(.say).say'
}

# received: packets of media that were authentic, of all flows
received() {
	sotto flows --json | jq '[.flows[].counters["rx-unprotected"] // 0] | add'
}

hears_more_than() {
	[ "$(received)" -gt "$1" ]
}

# drops: the flow's counters of what did not go on
drops() {
	sotto flows --json | jq -c '[.flows[] | select(.rx == "secure") | .counters | to_entries[] |
		select((.key | startswith("drop-")) and .value > 0)] | from_entries'
}
