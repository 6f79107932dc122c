#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	alice: pw-cat --> "Call with bob" --> RTP --> "Call with alice" --> pw-cat :bob
#	       sottod, killed and started again
#
# The call's speech does not depend on sottod being there: its socket and nodes
# stay, and are known again afterwards by the call's start. Another call under the
# same number is another call.
. "$(dirname "$0")/plugin-lib.sh"

"$top/tests/system/speech.py" tone "$work/tone.wav" 60

host_start alice bob 40001 40002 8
host_start bob alice 40002 40001 9
echo active >&8
echo active >&9
must 10 has_device alice
must 10 has_device bob

# The ids of the call's nodes: new nodes have new ones.
nodes() {
	on alice pw-dump | jq -c '[.[] | select(.info.props."node.group" == "sotto.call.1") | .id]'
}

acquired_times() {
	[ "$(grep -c '^acquired' "$work/alice/sottod.log")" -eq "$1" ]
}

before=$(nodes)
start alice speak pw-cat --playback --target sotto.call.1.sink "$work/tone.wav"
must 10 streams alice Output 1

kill -KILL "$(pid alice sottod)"
record bob without
must 10 streams bob Input 1
must 10 grown "$work/bob/without.wav" 192000
stop bob without
check "bob hears alice while her sottod is dead" at_least "$(loudness bob without)" -20

exec 8>&-
sottod_start alice bob 40001 40002 8 active
must 10 grep -q '^listed$' "$work/alice/sottod.log"
record bob after
must 10 streams bob Input 1
must 10 grown "$work/bob/after.wav" 192000
stop bob after
check "and after it has come back" at_least "$(loudness bob after)" -20
check "through the same nodes" test "$before" = "$(nodes)"
check "and the same socket" acquired_times 0

echo restart >&8
check "another call of that number gets a socket of its own" \
	wait_until 10 acquired_times 1
must 10 has_device alice
check "and nodes of its own" test "$before" != "$(nodes)"
finish
