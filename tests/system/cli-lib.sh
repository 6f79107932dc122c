# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # what lib.sh has set, and what tests read
#
# For tests of the command line alone: a private bus and on it a double of sottod
# (cli-sottod.c). Any machine will do; no kernel module is needed.
#
#	double_up
#	tell set 1 Progress ringing	what the double shall do
#	run sotto answer		sets $status; output in $work/out and $work/err
#	check "it is asked" asked Answer /org/sotto1/call/1
#	finish

# Files, network and processes of its own: nobody is disturbed, and nothing is left over.
if [ -z "${CLI_TEST_INSIDE:-}" ]; then
	CLI_TEST_INSIDE=1 exec unshare --mount --net --pid --fork --kill-child --mount-proc \
		/bin/sh "$0" "$@"
fi
mount -t tmpfs tmpfs /run || exit 1

. "$(dirname "$0")/lib.sh"

# The presets as they are installed: a copy, which a test may spoil.
mkdir -p "$work/share/sotto"
cp -r "$top/userspace/rules/presets" "$work/share/sotto/"
presets=/usr/share/sotto/presets
mount -t overlay -o "lowerdir=$work/share:/usr/share" overlay /usr/share &&
	mount --bind "$work/share/sotto/presets" "$presets" || bail "no presets"

unset NO_COLOR XDG_RUNTIME_DIR PIPEWIRE_RUNTIME_DIR
export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$work/bus" TZ=UTC LC_ALL=C.UTF-8
export PATH="$build/userspace/cli:$PATH"
n_told=0

bus_answers() {
	busctl --system list >"$work/names" 2>&1 9>&-
}

bus_up() {
	dbus-daemon --session --nofork --nopidfile --address="$DBUS_SYSTEM_BUS_ADDRESS" \
		>"$work/bus.log" 2>&1 &
	pids="$! $pids"
	must 10 bus_answers	# the socket is there before anybody listens on it
}

double_up() {
	[ -S "$work/bus" ] || bus_up
	rm -f "$work/commands"
	mkfifo "$work/commands"
	: >"$work/double"
	n_told=0
	"$tools/cli-sottod" <"$work/commands" >"$work/double" 2>&1 &
	double=$!
	pids="$! $pids"
	exec 9>"$work/commands"
	must 10 grep -q '^ready$' "$work/double"
}

double_down() {
	exec 9>&-
	must 10 is_over "$double"
	wait "$double"
}

did() {
	[ "$(grep -c '^did$' "$work/double")" -ge "$1" ]
}

# tell COMMAND...: returns once it is done
tell() {
	n_told=$((n_told + 1))
	echo "$*" >&9
	must 10 did "$n_told"
}

# asked METHOD ARGUMENT...: so the double was
asked() {
	grep -qxF -- "$*" "$work/double"
}

# run COMMAND...: sets $status
run() {
	"$@" >"$work/out" 2>"$work/err" 9>&-
	status=$?
	keep_json
}

# What is written so far in JSON, for fits_schema.
keep_json() {
	grep '^{"schema"' "$work/out" >>"$work/all.json"
	return 0
}

# fits_schema: all that was run with --json has written what the schema says
fits_schema() {
	/usr/bin/python3 "$top/tests/unit/json_schema.py" "$work/all.json"
}

# begin COMMAND...: the same in the background, until finished
begin() {
	: >"$work/out"
	: >"$work/err"
	"$@" >"$work/out" 2>"$work/err" 9>&- &
	begun=$!
	pids="$! $pids"
}

is_over() {
	[ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

# ended: sets $status to that of what has begun
ended() {
	must 30 is_over "$begun"
	wait "$begun"
	status=$?
}

# says TEXT: it is in the output
says() {
	grep -qF -- "$1" "$work/out"
}

# warns TEXT: it is in what went to stderr
warns() {
	grep -qF -- "$1" "$work/err"
}

# json FILTER: holds of the one object that is the output
json() {
	jq -es "length == 1 and (.[0] | .schema == 1 and ($1))" "$work/out" >/dev/null
}

secure_call() {
	tell set "$1" Name "$2"
	tell set "$1" Progress active
	tell set "$1" SecurityTx secure
	tell set "$1" SecurityRx secure
	tell set "$1" Suite X255 S256 AES1 GCM B32
	tell set "$1" SecureSince 1700000001000000
	tell set "$1" Since 1700000002000000
}
