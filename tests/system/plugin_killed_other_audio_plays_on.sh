#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	alice: music player --> speaker                     plays on
#	       plugin, killed   "Call with bob"             goes, and comes back
#
# SIGKILL of the plugin's process takes the call's nodes away and nothing else;
# a new process takes the same call up again, and bob hears alice again.
. "$(dirname "$0")/plugin-lib.sh"

"$top/tests/system/speech.py" tone "$work/tone.wav" 60

host_start alice bob 40001 40002 8
host_start bob alice 40002 40001 9
echo active >&8
echo active >&9
must 10 has_device alice
must 10 has_device bob

start alice music pw-cat --playback --target speaker "$work/tone.wav"
start alice speaker pw-cat --record -P '{ stream.capture.sink = true }' --target speaker \
	--rate 48000 --channels 1 --format s16 "$work/alice/speaker.wav"
must 10 streams alice Output 1
must 10 streams alice Input 1
must 10 test -s "$work/alice/speaker.wav"

kill -KILL "$(pid alice plugin)"
check "the call's nodes go with the process" wait_until 10 has_no_device alice
check "sottod has the socket back" wait_until 10 grep -q released "$work/alice/sottod.log"
must 10 grown "$work/alice/speaker.wav" 192000
stop alice speaker
check "the music played on" at_least "$(loudness alice speaker)" -20

plugin_start alice
check "the call is taken up again" wait_until 10 has_device alice
acquired_twice() {
	[ "$(grep -c '^acquired' "$work/alice/sottod.log")" -eq 2 ]
}
check "with a socket from sottod" wait_until 10 acquired_twice

record bob again
must 10 streams bob Input 1
start alice speak pw-cat --playback --target sotto.call.1.sink "$work/tone.wav"
must 10 streams alice Output 2
must 10 grown "$work/bob/again.wav" 288000
stop bob again
check "the other end hears this one again" at_least "$(loudness bob again)" -20
finish
