#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 45
#
#	tools/bench --quick --> figures --[one spoilt]--> tests/bench/report: must say so
#
# The bench gives the same figures again, and a target that is missed, not measured, or
# measured while the machine was idle is seen.
. "$(dirname "$0")/lib.sh"

figures=$top/build/bench/figures

# report HOW FILTER: judges the figures, as jq has changed them
report() {
	jq -c "$2" "$figures" >"$work/figures" || bail "no figures"
	"$top/tests/bench/report" "$work/figures" "$work" "$1" >"$work/printed" 2>&1
}

kernel_json() {
	jq_true "$1" "$top/build/bench/kernel.json"
}

says() {
	grep -q "$1" "$work/printed"
}

"$top/tools/bench" --quick >"$work/bench" 2>&1
is "the bench comes to a verdict" "$(case $? in 0 | 1) echo one ;; *) echo none ;; esac)" one
check "it has measured what it is to measure" kernel_json '
	[.figures[] | select(.payload == 160) | .case + (.profile // "")] |
	sort == ["barecm", "baregcm", "base", "hooks", "sottocm", "sottogcm", "uncovered"]'
check "repeats agree within one per cent" \
	kernel_json '[.figures[] | select(.spread) | .spread < 0.01] | length == 5 and all'
check "sotto adds more than its cipher costs" kernel_json '
	.figures | (.[] | select(.case == "sotto" and .profile == "gcm") | .added) >
	(.[] | select(.case == "bare" and .profile == "gcm") | .instructions)'
check "the fast drivers have done it" \
	kernel_json '.machine.sotto | test("by __generic-gcm-aesni") and test("by __ctr-aes-aesni")'

# Figures that meet every target.
good='if .case == "sotto" then .instructions = 11500 elif .case == "uncovered" then
	.instructions = 11200 elif .case == "hooks" then .instructions = 11100
	elif .case == "base" then .instructions = 11000 else . end'
check "good figures are good" report quick "$good"
check "... all of them" not says MISSED
check "sotto too dear is seen" not report quick \
	"$good | if .case == \"sotto\" and .profile == \"gcm\" then .instructions += 9000 else . end"
check "... and named" says '^MISSED .*gcm: sotto adds at most 1.5 x the bare cipher'
check "the rest is not blamed" not says '^MISSED .* cm:'
check "uncovered traffic too dear is seen" not report quick \
	"$good | if .case == \"uncovered\" then .instructions += 100 else . end"
check "... and named" says '^MISSED .*what no rule covers'
check "figures that differ each time are no figures" not report quick \
	"$good | if .case == \"sotto\" then .spread = 0.05 else . end"
check "... and why is said" says UNSOUND
check "nor are those of an idle machine" not report quick \
	"$good | if .case == \"sotto\" then .idle = 0.5 else . end"
check "a full run without a rival misses" not report full "$good"
check "... and says so" says '^not measured .*WireGuard'
finish
