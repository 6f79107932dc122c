#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto metrics --- private bus --- double of sottod
#
# The numbers of sottod become OpenMetrics that others' parsers take: each under its family, whole,
# and no label that is not one of a few words, whatever sottod says. A file has all of it or what
# it had before.
. "$(dirname "$0")/cli-lib.sh"

double_up

# parsed: what is in the output, by others' parsers, is in $work/parsed
parsed() {
	/usr/bin/python3 "$top/tests/system/openmetrics.py" <"${1:-$work/out}" >"$work/parsed" 2>"$work/why" ||
		! note "$(cat "$work/why")"
}

# has SAMPLE: one of them
has() {
	grep -qxF -- "$1" "$work/parsed"
}

nothing() {
	[ "$(cat "$work/out")" = "# EOF" ]
}

run sotto metrics
is "sottod has no numbers: exit 0" "$status" 0
check "and it is an end without anything before" nothing

tell metric tx-protected 18446744073709551615
tell metric rx-agent 0
tell metric tx-bytes 12
tell metric drop-rx-auth 7
tell metric drop-tx-too-big 8
tell metric failed-refused-there 3
tell metric started 1700000000
tell metric handshakes 9
tell metric handshakes-secure 4
tell metric calls-program 2
tell metric running-not-secure 1
run sotto metrics
is "exit 0" "$status" 0
check "what is written is OpenMetrics" parsed
for s in 'sotto_packets_total{direction="tx",outcome="protected"} 18446744073709551615' \
	'sotto_packets_total{direction="rx",outcome="agent"} 0' \
	'sotto_media_bytes_total{direction="tx"} 12' \
	'sotto_dropped_packets_total{direction="rx",reason="auth"} 7' \
	'sotto_dropped_packets_total{direction="tx",reason="too-big"} 8' \
	'sotto_failed_handshakes_total{reason="refused-there"} 3' \
	'sotto_start_time_seconds 1700000000' 'sotto_handshakes_total 9' \
	'sotto_secure_handshakes_total 4' 'sotto_calls_total{kind="program"} 2' \
	'sotto_running_calls{secure="no"} 1'; do
	check "$s" has "$s"
done
is "and nothing else" "$(wc -l <"$work/parsed")" 11
is "its last line" "$(tail -n 1 "$work/out")" "# EOF"
check "the unit of seconds" says "# UNIT sotto_start_time_seconds seconds"
check "and of bytes" says "# UNIT sotto_media_bytes bytes"
run sotto metrics --json
check "in JSON" json '.metrics["tx-protected"] == 18446744073709551615 and .metrics.handshakes == 9 and
	(.metrics | length) == 11'

# A file.
cp "$work/out" "$work/before"
sotto metrics >"$work/want" 2>&1
run sotto metrics --output "$work/sotto.prom"
is "into a file: exit 0" "$status" 0
is "and nothing on stdout" "$(cat "$work/out")" ""
check "the same is in it" cmp "$work/want" "$work/sotto.prom"
is "which the collector can read" "$(stat -c %a "$work/sotto.prom")" 644
is "and nothing is left beside it" "$(echo "$work"/sotto.prom*)" "$work/sotto.prom"
tell metric rx-clear 5
was=$(stat -c %i "$work/sotto.prom")
exec 8<"$work/sotto.prom"
run sotto metrics --output "$work/sotto.prom"
check "once more: it has the new one" grep -qx 'sotto_packets_total{direction="rx",outcome="clear"} 5' \
	"$work/sotto.prom"
check "which is another file" [ "$(stat -c %i "$work/sotto.prom")" != "$was" ]
check "who has opened the old one reads that to its end" cmp "$work/want" /dev/fd/8
exec 8<&-
cp "$work/sotto.prom" "$work/want"
tell fail Metrics NotAllowed only root may
run sotto metrics --output "$work/sotto.prom"
is "sottod refuses: exit 1" "$status" 1
check "and why" warns "only root may"
check "the file is as it was" cmp "$work/want" "$work/sotto.prom"
mkdir "$work/full"
mount -t tmpfs -o size=4k tmpfs "$work/full"
sotto metrics --output "$work/full/sotto.prom" || bail "no room for one page"
cp "$work/full/sotto.prom" "$work/want"
head -c 4096 /dev/zero >"$work/full/other" 2>/dev/null
run sotto metrics --output "$work/full/sotto.prom"
is "the disk is full: exit 1" "$status" 1
check "why, and that nothing has changed" warns "cannot be written: No space left on device. Nothing there was changed."
check "nor has it" cmp "$work/want" "$work/full/sotto.prom"
is "and no part is left" "$(find "$work/full" -name 'sotto.prom?*')" ""
umount "$work/full"
run sotto metrics --output "$work/nowhere/sotto.prom"
is "no such directory: exit 1" "$status" 1
check "why" warns "cannot be written: No such file or directory."

# What a sottod says that is none of ours, or is spoilt, has no way into a label.
tell metric 'drop-rx-"}evil{x="' 1
tell metric 'calls-192.0.2.7:7686' 1
tell metric 'ended-Guinevere' 1
run sotto metrics
check "what is no word is no label" parsed
nobody_named() {
	! grep -qiE '192[.]0|evil|guinevere|7686' "$work/out"
}
check "and nobody is named" nobody_named
finish
