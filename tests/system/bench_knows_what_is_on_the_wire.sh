#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The bench gives no figure for a protection that does not protect, nor for a base whose
# wiretap sees nothing.
#
#	alice: bench-path ---- [wiretap] bob: the same program
. "$(dirname "$0")/lib.sh"

load_module
hosts_up

path() {
	"$build/tests/bench/bench-path" --packets 20 --repeats 1 "$@" >"$work/out" 2>&1
}

says() {
	grep -q "$1" "$work/out"
}

check "plain UDP can be read" path --via plain --wire plain
check "... and has a figure" says '"instructions":'
check "plain UDP is no protection" not path --via plain --wire sealed
check "... and why is said" says 'can be read on the wire'
for profile in gcm cm; do
	check "what sotto has protected cannot be read ($profile)" \
		path --via sotto --profile $profile --wire sealed
	check "what libsrtp2 has protected cannot either" \
		path --via libsrtp --profile $profile --wire sealed
done
check "a wiretap that reads nothing is no control" not path --via sotto --wire plain
check "... and why is said" says 'the wiretap is blind'
finish
