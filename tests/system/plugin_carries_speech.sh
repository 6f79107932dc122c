#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 15
#
#	alice: pw-cat --> "Call with bob" --> RTP on loopback --> "Call with alice" --> pw-cat :bob
#	       pw-cat <-- "Call with bob" <-- RTP on loopback <-- "Call with alice" <-- pw-cat
#
# Different speech each way at the same time: each end hears the other and not
# itself, next to nothing is made up, and each packet has the same size.
. "$(dirname "$0")/plugin-lib.sh"

speech=$top/tests/system/speech.py

host_start alice bob 40001 40002 8
host_start bob alice 40002 40001 9
$speech make "$work/alice/said.wav" Front_Left Rear_Right Side_Left Front_Center \
	Rear_Left Front_Right Side_Right
$speech make "$work/bob/said.wav" Side_Right Front_Center Rear_Left Side_Left \
	Front_Right Rear_Right Front_Left

echo ring >&8
must 5 grep -q "listed ringing" "$work/alice/sottod.log"
check "no device while it rings" has_no_device alice
check "no socket while it rings" sh -c "! grep -q acquired '$work/alice/sottod.log'"
echo active >&8
echo active >&9
check "the caller sees the call as two nodes" wait_until 10 has_device alice
check "the callee sees the call as two nodes" wait_until 10 has_device bob

for h in alice bob; do
	record $h heard
	must 10 streams $h Input 1
done
for h in alice bob; do
	start $h play pw-cat --playback --target sotto.call.1.sink "$work/$h/said.wav"
done
wait "$(pid alice play)" "$(pid bob play)"

# The last words are under way.
must 10 grown "$work/alice/heard.wav" 48000
must 10 grown "$work/bob/heard.wav" 48000
stop alice heard
stop bob heard

echo end >&8
echo end >&9
check "the caller's nodes go when the call ends" wait_until 5 has_no_device alice
check "the callee's nodes go when the call ends" wait_until 5 has_no_device bob

heard() {
	$speech compare "$work/$1/said.wav" "$work/$2/heard.wav" >"$work/score"
	read -r score lag <"$work/score"
	echo "# $1's speech at $2: correlation $score, lag in the file $lag ms"
}
heard alice bob
check "bob hears alice" at_least "$score" 0.8
heard bob alice
check "alice hears bob" at_least "$score" 0.8
heard bob bob
check "bob does not hear himself" at_least 0.4 "$score"

# stats_say HOST CONDITION
stats_say() {
	jq_true "$2" "$work/$1/stats"
}

for h in alice bob; do
	must 5 test -s "$work/$h/stats"
	echo "# $h: $(cat "$work/$h/stats")"
	check "$h: at most 2% of what was played is made up" \
		stats_say $h '.frames > 500 and .concealed_ratio <= 0.02'
	check "$h: each RTP packet has the same size" \
		sh -c "[ \"\$(awk '\$3 == \"rtp\" { print \$2 }' '$work/$h/hashes' | sort -u)\" = 80 ]"
	check "$h: one hash for each packet sent" \
		stats_say $h ".sent == $(grep -c ' rtp$' "$work/$h/hashes")"
done
finish
