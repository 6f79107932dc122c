#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	alice: music player --> default sink: "speaker", which is unplugged
#	                   -/-> "Call with bob" --> RTP --> "Call with alice" --> pw-cat :bob
#
# The last real sink goes while a call is active. Who did not choose the call
# does not get it: neither who played already nor who begins to, and nobody
# records it by accident.
. "$(dirname "$0")/plugin-lib.sh"

"$top/tests/system/speech.py" tone "$work/tone.wav" 60

default_is() {
	on "$1" pw-metadata 0 "default.audio.$2" 2>/dev/null | grep -q "\"name\":\"$3"
}

# links_to HOST NODE N: so many links lead there
links_to() {
	[ "$(on "$1" pw-link -li | awk -v node="$2" '
		/^[^ ]/ { there = index($0, node) == 1 }
		there && /\|<-/ { n++ }
		END { print n + 0 }')" -eq "$3" ]
}

# unplug HOST NODE
unplug() {
	id=$(on "$1" pw-dump | jq ".[] | select(.info.props.\"node.name\" == \"$2\") | .id")
	on "$1" pw-cli destroy "$id" >/dev/null
}

host_start alice bob 40001 40002 8
host_start bob alice 40002 40001 9
echo active >&8
echo active >&9
must 10 has_device alice
must 10 has_device bob
check "with a real sink, that is the default" default_is alice sink speaker

record bob heard
must 10 streams bob Input 1
start alice before pw-cat --playback "$work/tone.wav"
must 10 links_to alice speaker 1

unplug alice speaker
check "without one, the default is the sink that leads nowhere" \
	wait_until 10 default_is alice sink sotto.nowhere
check "and the default microphone is its monitor, not the call" \
	wait_until 10 default_is alice source sotto.nowhere
check "who played goes on into nowhere" wait_until 10 links_to alice sotto.nowhere 2
start alice after pw-cat --playback "$work/tone.wav"
check "who begins to play does so into nowhere" wait_until 10 links_to alice sotto.nowhere 4
check "nobody is linked to the call" links_to alice sotto.call.1.sink 0

# Two seconds of it at the other end.
must 10 grown "$work/bob/heard.wav" 192000
stop bob heard
silence=$(loudness bob heard)
echo "# heard by bob: $silence dB"
check "the other end hears nothing" at_least -60 "$silence"

# The same tone for somebody who chose the call, or the test proves nothing.
record bob chosen
must 10 streams bob Input 1
start alice chosen pw-cat --playback --target sotto.call.1.sink "$work/tone.wav"
must 10 links_to alice sotto.call.1.sink 1
must 10 grown "$work/bob/chosen.wav" 192000
stop bob chosen
tone=$(loudness bob chosen)
echo "# heard by bob from who chose the call: $tone dB"
check "who chooses the call is heard" at_least "$tone" -30

unplug alice sotto.nowhere
check "the sink that leads nowhere comes back when somebody removes it" \
	wait_until 10 default_is alice sink sotto.nowhere
check "and so does the call" wait_until 10 has_device alice

echo end >&8
must 5 has_no_device alice
check "the sink that leads nowhere goes with the call" \
	wait_until 5 dump alice '[.[].info.props."node.name"] | index("sotto.nowhere") == null'
finish
