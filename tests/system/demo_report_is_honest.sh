#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 50
#
#	demo-recording.py --> a recording with one flaw --> demo-report --> must say so
#
# "demo: ok" is worth something only if each flaw that it is to show is shown, and the
# figures are those of the recording.
. "$(dirname "$0")/lib.sh"

recording=$top/tests/system/demo-recording.py

# judge FLAW: its report is then in $report, what was printed in $printed
judge() {
	"$recording" spoil "$work/speech" "$work/$1" "$1" || bail "no recording with $1"
	report=$work/$1/report.json
	printed=$work/$1/printed
	"$top/tools/demo-report" --opusdec "$build/pipewire-plugin/sotto-opusdec" "$work/$1" \
		>"$printed" 2>&1
	status=$?
}

says() {
	jq_true "$1" "$report" || { note "$(jq -c . "$report")"; return 1; }
}

# fails DESCRIPTION FLAW CONDITION [WORDS]: the demo fails, for this one reason
fails() {
	judge "$2"
	check "$1" says "$3"
	is "... and the demo fails, only for that ($2)" \
		"$status $(tail -n 1 "$printed") $(grep -c '^demo: ' "$printed")" "1 demo: FAILED 2"
}

mkdir "$work/speech"
"$recording" make "$work/speech" "$build/pipewire-plugin/sotto-sendplain" || bail "no speech"

judge nothing
is "a good recording is good" "$status $(tail -n 1 "$printed")" "0 demo: ok"
check "no plaintext, each packet counted" \
	says '.wire | .plaintext == 0 and .rtp == 1600 and .rtcp == 1 and .zrtp == 1'
check "one size for each direction" says '.wire.sizes == { alice: [108], bob: [108] }'
check "all of the control is found" says '.control | .rtp > 250 and .plaintext == .rtp'
check "its speech is recovered" says '.control.recovered > 0.8'
check "a delayed copy correlates" says '.speech.heard_by_bob.correlation > 0.98'
check "its delay is right" says '.speech.heard_by_bob.delay_ms - 120 | fabs < 2'
check "random packets do not" says '.speech.recovered_from_wire < 0.15'
check "what was made up is told" says '.speech.heard_by_alice.concealed_ratio == 0.002'
check "nothing is heard when cut" says '.speech | .heard_when_cut < 0.05 and .heard_before_cut > 0.98'
check "the time until it rang is told" says '.seconds.call_setup == 2.5'

judge opus-in-clear
check "speech as Opus in clear is recovered" says '.speech.recovered_from_wire > 0.8'
check "each of its packets is plaintext" says '.wire.plaintext == .control.rtp'
is "... and the demo fails" "$status $(tail -n 1 "$printed")" "1 demo: FAILED"

fails "plaintext in the middle of a packet is found" clear-inside '.wire.plaintext == 1'
fails "plaintext that an ICMP error quotes is found" clear-in-icmp '.wire.plaintext == 1'
fails "a block of ciphertext that comes twice is found" repeated-block '.wire.repeated_blocks == 1'
fails "another size is found" two-sizes '.wire.sizes.alice == [108, 109]'
fails "an analysis that misses a packet is blind" blind '.control.plaintext == .control.rtp - 1'
fails "noise is not speech" noise '.speech.heard_by_bob.correlation < 0.15'
fails "silence is not speech" silence '.speech.heard_by_bob.correlation == 0'
fails "speech that comes too late is late" late '.speech.heard_by_bob.delay_ms - 350 | fabs < 2'
fails "too much made up is found" made-up '.speech.heard_by_bob.concealed_ratio == 0.03'
fails "a way around the wire is found" another-way '.speech.heard_when_cut > 0.98'
fails "two SAS are found" sas '.sas_equal | not'
fails "one who did not verify is found" unverified '.verified == { alice: true, bob: false }'
finish
