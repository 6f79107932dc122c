#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: sottod --- middle --- sottod :bob --- bus --+-- sotto agent
#	                                                   +-- sotto agent
#	                                                   +-- another user's
#
# sottod asks each agent of the person who is called, over the bus's real policy, and
# nobody else learns of it; who answers in one silences all; what nobody answers is missed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

sotto=$build/userspace/cli/sotto

# told AGENT WORDS: once
told() {
	[ "$(grep -cF -- "$2" "$work/bob.$1")" -eq 1 ]
}

load_module
hosts_up
ends_up alice bob
start_on bob first as "$sotto" agent
start_on bob second as "$sotto" agent
start_on bob other as_mallory "$sotto" agent
for a in first second other; do
	must 10 told "$a" "ready; end with Ctrl-C"
done

ring
check "one agent rings" wait_until 10 told first "alice (unproven) calls (call 1)"
check "and so does the other" wait_until 10 told second "alice (unproven) calls (call 1)"
on_call alice Hangup >/dev/null
check "the caller gives up: it was missed" wait_until 10 told first "Missed call: alice (unproven)"
check "the other one knows too" wait_until 10 told second "Missed call: alice (unproven)"
is "and it is listed" "$(as bob "$sotto" --json | jq '.calls[0].missed')" true

ring
must 10 told second "calls (call 2)"
answer
check "answered by hand, both ask to compare" wait_until 10 told first "(call 2): The call is encrypted"
check "as does the other" wait_until 10 told second "(call 2): The call is encrypted"
on_call bob Verify s zzzz >/dev/null
check "a wrong half is an alarm" wait_until 10 told first "ALARM on the call with"
hang_up
check "what was answered is not missed" not grep -q "Missed.*call 2" "$work/bob.first"
is "who is not concerned learns nothing" "$(grep -v "No desktop session" "$work/bob.other")" \
	"ready; end with Ctrl-C"
finish
