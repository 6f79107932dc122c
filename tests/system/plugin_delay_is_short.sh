#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	alice: player --> speaker --monitor--> FL \
#	                     |                     recorder
#	                     v                FR /
#	              "Call with bob" sink     ^
#	                     |                 |
#	                    RTP       "Call with bob" source
#	                     v                 ^
#	bob:   "Call with alice" source        | RTP
#	                     |                 |
#	                     v                 |
#	              "Call with alice" sink --'
#
# One recorder hears alice's speech twice: as she says it and after it has gone to
# bob and back. Half of the difference is the delay from mouth to ear.
. "$(dirname "$0")/plugin-lib.sh"

speech=$top/tests/system/speech.py
"$speech" make "$work/said.wav" Front_Left Rear_Right Side_Left Front_Center

host_start alice bob 40001 40002 8
host_start bob alice 40002 40001 9
echo active >&8
echo active >&9
must 10 has_device alice
must 10 has_device bob

# port HOST PREFIX SUFFIX: the port's full name
port() {
	on "$1" pw-link -io | grep "^$2.*$3\$"
}

# link HOST FROM-PREFIX FROM-SUFFIX TO-PREFIX TO-SUFFIX
link() {
	on "$1" pw-link "$(port "$1" "$2" "$3")" "$(port "$1" "$4" "$5")"
}

has_port() {
	[ "$(port "$@" | wc -l)" -eq 1 ]
}

start alice recorder pw-cat --record --target 0 --rate 48000 --channels 2 --format s16 \
	"$work/both.wav"
must 10 has_port alice pw-cat input_FL
link alice speaker monitor_MONO pw-cat input_FL
link alice sotto.call.1.source capture_MONO pw-cat input_FR
link alice speaker monitor_MONO sotto.call.1.sink playback_MONO
link bob sotto.call.1.source capture_MONO sotto.call.1.sink playback_MONO
must 10 streams alice Input 1

on alice pw-cat --playback --target speaker "$work/said.wav"
must 10 grown "$work/both.wav" 192000

# published PORT DIRECTION: what alice's call says of its delay there, in ms
published() {
	on alice pw-dump | jq "[.[] | select(.info.props.\"port.name\" == \"$1\") |
		select(.info.props.\"port.alias\" // \"\" | startswith(\"Call with\")) |
		.info.params.Latency[] | select(.direction == \"$2\") | .minNs / 1000000][0]"
}
# publishes LEAST PORT DIRECTION MOST: looked at once a second by the node, so soon
publishes() {
	between "$1" "$(published "$2" "$3")" "$4"
}
check "the source publishes a latency like the one measured" \
	wait_until 10 publishes 40 capture_MONO Output 200
check "the sink publishes one too" wait_until 10 publishes 10 playback_MONO Input 100
echo "# published: source $(published capture_MONO Output) ms," \
	"sink $(published playback_MONO Input) ms"
stop alice recorder

"$speech" lag "$work/both.wav" >"$work/lag"
read -r lag correlation <"$work/lag"
echo "# there and back: $lag ms, correlation $correlation"
check "it is the same speech" at_least "$correlation" 0.6
check "mouth to ear takes at most 300 ms" at_least 600 "$lag"
check "and more than none: it has been on the way" at_least "$lag" 60
finish
