#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto pair --show, --enter, --phrase, peers --- double of sottod
#
# What one end shows and the other types becomes the same secret; what is mistyped is
# noticed here; neither code nor phrase is among the arguments or in what is written.
. "$(dirname "$0")/cli-lib.sh"

# secret_of NAME: what sottod was last given for it
secret_of() {
	sed -n "s/^PairCode $1 .* \([0-9a-f]*\)\$/\1/p" "$work/double" | tail -n 1
}

# types TEXT COMMAND...
types() {
	printf '%s\n' "$1" >"$work/typed"
	shift
	run "$@" <"$work/typed"
}

double_up
run sotto pair --show bob 192.0.2.7
is "show: exit 0" "$status" 0
code=$(grep -oE '^([a-z0-9]{4}-){4}[a-z0-9]{4}$' "$work/out")
check "a code is shown" [ -n "$code" ]
check "and what to do with it" says "sotto pair --enter NAME ADDRESS"
check "sottod is given a code" grep -qE '^PairCode bob 192.0.2.7 code [0-9a-f]{64}$' "$work/double"
types "$code" sotto pair --enter alice 192.0.2.1
is "enter: exit 0" "$status" 0
is "the other end makes the same of it" "$(secret_of alice)" "$(secret_of bob)"
types "  $(echo "$code" | tr 'a-z-' 'A-Z ')" sotto pair alice --enter --json
is "in capitals too, without address, in JSON: exit 0" "$status" 0
check "which shows no code" json '.paired == "alice" and .code == null'
is "the same" "$(secret_of alice)" "$(secret_of bob)"
run sotto pair --show bob --json
check "a code in JSON" json '.paired == "bob" and (.code | test("^[a-z0-9]{4}(-[a-z0-9]{4}){4}$"))'
check "which is another one" [ "$(jq -r .code "$work/out")" != "$code" ]

asked_before=$(grep -c '^Pair' "$work/double")
case $code in
y*) wrong=b ;;
*) wrong=y ;;
esac
types "$wrong${code#?}" sotto pair --enter alice
is "a wrong character: exit 1" "$status" 1
check "is noticed" warns "A character of the code is wrong. Nothing was paired"
types "four-four" sotto pair --enter alice
check "no code at all" warns "That is no code: it has five groups"
run sotto pair --enter alice </dev/null
is "nothing typed: exit 1" "$status" 1
types "too short" sotto pair --phrase alice
check "a phrase that is too short" warns "A code is safer: sotto pair --show"
types "$(head -c 600 /dev/zero | tr '\0' x)" sotto pair --phrase alice --json
check "one that is too long" json '.error.name == "BadArgument"'
is "sottod was asked for none of these" "$(grep -c '^Pair' "$work/double")" "$asked_before"

types "the train to Zürich was late" sotto pair --phrase bob
is "phrase: exit 0" "$status" 0
check "as one that may be guessed" grep -qE '^PairCode bob phrase [0-9a-f]{64}$' "$work/double"
first=$(secret_of bob)
types " The TRAIN to  Zürich was late" sotto pair --phrase alice
is "the other end makes the same of it" "$(secret_of alice)" "$first"
check "it is not written anywhere" not grep -qiF train "$work/out" "$work/err" "$work/double"

# Nobody can see it in the list of processes, nor on the terminal.
mkfifo "$work/slow"
exec 8<>"$work/slow"
# shellcheck disable=SC2016 # for the shell inside
begin sh -c 'exec sotto pair --phrase carol <"$0"' "$work/slow"
arguments_are() {
	[ "$(tr '\0' ' ' <"/proc/$begun/cmdline")" = "$1" ]
}
check "the arguments do not have it" wait_until 10 arguments_are "sotto pair --phrase carol "
echo "the train to Zürich was late" >&8
ended
is "and it is taken: exit 0" "$status" 0

# on_terminal LINE LINE: types one when it is asked, and the other when asked once more
on_terminal() {
	: >"$work/terminal"
	# shellcheck disable=SC2016
	begin sh -c 'exec script -qfec "sotto pair --phrase carol" "$0" <"$1"' "$work/terminal" \
		"$work/slow"
	must 20 grep -q 'The phrase that you agreed on: ' "$work/terminal"
	echo "$1" >&8
	must 20 grep -q 'Once more: ' "$work/terminal"
	echo "$2" >&8
	ended
}
on_terminal "the train to Basel was late" "the train to Basel was late"
check "a terminal asks twice, and takes it" grep -q 'carol is paired' "$work/terminal"
check "it does not show it" not grep -q Basel "$work/terminal"
on_terminal "the train to Basel was late" "the train to Basel was lade"
check "two that differ are not taken" grep -q 'The two differ' "$work/terminal"
exec 8>&-

tell fail PairCode BadArgument A name has 1 to 64 bytes.
run sotto pair --show ''
is "sottod refuses: exit 1" "$status" 1
check "with its sentence, and no code" not grep -qE '([a-z0-9]{4}-){4}' "$work/out"
tell peer dora coded
tell peer emil by-code
run sotto peers
check "a code that waits" grep -qE '^dora +at first call, by code ' "$work/out"
check "verified by one" grep -qE '^emil +since 2023-11-14 22:13 \(code\) ' "$work/out"
run sotto peers --json
check "both in JSON" json '[.peers[] | [.verified, .verified_by, .code]] ==
	[[false, null, true], [true, "code", false]]'
finish
