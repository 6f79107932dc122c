#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: sottod, everything that can be read of it --- middle --- sottod :bob
#
# Until the other half of the SAS has been typed, nothing at this end shows it:
# D-Bus, its signals, what sotto prints, the journal, the command line, the files.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# everything HOST: all that may be read there, one long text
everything() {
	calls "$1"
	inside "$1" busctl --system --json=short call org.sotto1 "$(call_has "$1" path)" \
		org.freedesktop.DBus.Properties GetAll s org.sotto1.Call
	manager "$1" ListPeers
	manager "$1" ListFlows
	on_call "$1" GetSas
	for c in "" flows peers; do
		as "$1" sotto $c
		as "$1" sotto $c --json
	done 2>&1
	cat "$work/$1.sottod" "$work/$1.signals"
	inside "$1" sh -c 'tr "\0" " " <"/proc/$(cat /run/pid/sottod)/cmdline"; cat /run/sotto/calls/*;
		cat /var/lib/sotto/*'
}

load_module
hosts_up
ends_up alice bob
start_on alice signals as "$tools/call-tool" listen
must 10 grep -q listening "$work/alice.signals"
stop_on alice sottod
sottod_up alice --verbose
ring
answer

first=$(half_of alice)
second=$(half_of bob)
is "each end gets its own half" "$(echo "$first" | wc -c) $(echo "$second" | wc -c)" "3 3"
is "and is told that it is not the whole" "$(on_call alice GetSas | jq -c '.data[2]')" false
mkdir "$work/read"
everything alice >"$work/read/all"
# Two characters are everywhere by chance: as a word of its own, or beside its half.
check "the hidden half is nowhere as a word" not grep -aqwi -e "$second" "$work/read/all"
check "nor the whole SAS" not grep -aqi -e "$first$second" -e "$second$first" "$work/read/all"
check "where alice's own half is" grep -aqw -e "$first" "$work/read/all"
echo '"'"$second"'"' >>"$work/read/all"
check "and it would have been found" grep -aqwi -e "$second" "$work/read/all"

verify
is "typed right, both are shown" "$(on_call alice GetSas | jq -r '"\(.data[1]) \(.data[2])"')" \
	"$first$second true"
hang_up
ring
answer
is "a later call hides it again" "$(on_call alice GetSas | jq -c '.data[2]')" false
is "although its peer is known as verified" "$(call_has alice Verified)" true
stop_on alice signals
finish
