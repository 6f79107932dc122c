#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto pair, peers, forget, answer, decline, hangup --- double of sottod
#
# Peers are shown with what is known of them; a call is answered, declined or hung up
# by name, by claim or by number, and never another one than was meant.
. "$(dirname "$0")/cli-lib.sh"

double_up
run sotto peers
check "no peer: what to do" says "No peer. Name one with: sotto pair NAME ADDRESS"
run sotto pair "bob the builder" 192.0.2.7 '[2001:db8::7]:7686'
is "pair: exit 0" "$status" 0
check "it is asked as typed" asked Pair bob the builder 192.0.2.7 '[2001:db8::7]:7686'

# The names of hosts are looked up here, once.
printf '192.0.2.9 den.test\n2001:db8::9 den.test\n127.0.0.1 localhost\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts
run sotto pair carol den.test 192.0.2.8 den.test:9
is "pair by the name of a host: exit 0" "$status" 0
check "its addresses are asked for" \
	asked Pair carol 2001:db8::9 192.0.2.9 192.0.2.8 '[2001:db8::9]:9' 192.0.2.9:9
check "and told" says "den.test:9 is [2001:db8::9]:9 192.0.2.9:9"
run sotto call --no-wait --address den.test:9 bob
check "an address for one call too" asked Call bob 'address=[2001:db8::9]:9'
n_asked=$(grep -cE '^(Pair|Call) ' "$work/double")
tell drop 1
run sotto pair carol no.such.test
is "a host that nobody knows: exit 1" "$status" 1
check "why, and what next" warns 'No address is found for "no.such.test"'
run sotto call --no-wait --address no.such.test bob
is "in a call too" "$status" 1
is "sottod is not asked" "$(grep -cE '^(Pair|Call) ' "$work/double")" "$n_asked"

run sotto pair --json bob 192.0.2.7
check "pair in JSON" json '.paired == "bob"'
run sotto forget bob
check "forget" asked Forget bob
run sotto forget bob --json
check "forget in JSON" json '.forgotten == "bob"'

tell peer bob verified
tell peer carol known
tell peer mallory mismatch
tell peer dave new
run sotto peers
check "verified, since when" grep -qE '^bob +since 2023-11-14 22:13 +never +192.0.2.7:7686 ' "$work/out"
check "not verified" grep -qE '^carol +no ' "$work/out"
check "an alarm" grep -qE '^mallory +ALARM: verify next call ' "$work/out"
check "never met" grep -qE '^dave +never met ' "$work/out"
run sotto peers --json
check "peers in JSON" json '[.peers[] | [.name, .known, .verified, .mismatch]] == [
	["bob", true, true, false], ["carol", true, false, false],
	["mallory", true, false, true], ["dave", false, false, false]] and
	.peers[0].verified_since == 1700000000 and .peers[1].verified_since == null and
	(.peers[0].addresses | length == 2) and .spoilt == []'
is "nothing is spoilt: exit 0" "$status" 0
tell peer - spoilt
tell peer erin known
run sotto peers
is "a row that nobody can read: exit 1" "$status" 1
is "the others are shown, before it and after" "$(cut -d ' ' -f 1 "$work/out" | xargs)" \
	"NAME bob carol mallory dave erin"
check "it is named" warns "sotto peers: The row of peer 9 is spoilt"
check "and what mends it" warns "sotto forget NAME, by its whole name; then pair again."
run sotto peers --json
is "in JSON: exit 1" "$status" 1
check "the same" json '[.peers[].name] == ["bob", "carol", "mallory", "dave", "erin"] and
	.spoilt == [9]'
check "and a person reads it too" warns "The row of peer 9 is spoilt"

rings() {
	tell set "$1" "$2" "$3"
	tell set "$1" Progress ringing
}
rings 1 Name bob
run sotto answer
is "answer: exit 0" "$status" 0
check "the one that rings" asked Answer /org/sotto1/call/1
check "and its state" says "Answered bob."
check "which is not secure here" says "not secure"
run sotto answer
is "nothing rings any more: exit 1" "$status" 1

rings 2 Claim carol
rings 3 Name carol
run sotto decline
is "which of two: exit 1" "$status" 1
check "it is asked which" warns "sotto decline NUMBER"
check "and none is declined" not grep -q '^Decline' "$work/double"
run sotto decline carol
check "a name goes before a claim" asked Decline /org/sotto1/call/3
check "and is said" says "Declined carol."
run sotto decline carol --json
check "then the claim" asked Decline /org/sotto1/call/2
check "in JSON as a claim" json '.call.claim == "carol" and .call.name == null and
	.call.progress == "ended" and .call.reason == "declined"'
rings 4 Claim ""
run sotto answer 4
check "a stranger by number" asked Answer /org/sotto1/call/4
rings 5 Claim ""
tell set 5 Outgoing yes
run sotto answer
is "what rings there is not answered here: exit 1" "$status" 1
tell fail Hangup WrongState The call is over.
run sotto hangup 5
is "sottod refuses: exit 1" "$status" 1
check "with its sentence" warns "sotto hangup: The call is over."
run sotto hangup bob
check "hangup" asked Hangup /org/sotto1/call/1
check "is said" says "Hung up on bob."
for n in 1 2 3 4 5; do
	tell drop $n
done
secure_call 6 baresip
tell set 6 Kind program
run sotto hangup
is "a program's call is not ours to hang up: exit 1" "$status" 1
check "and it is said" warns "There is no call of sotto's own to hang up."
check "the published schema fits all of it" fits_schema
finish
