#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto --- private bus --- sottod itself, without a kernel module
#
# What the other tests of the command line take from a double of sottod is what sottod
# says, as far as it goes without the module: peers, findings, errors.
. "$(dirname "$0")/cli-lib.sh"

ip link set lo up
bus_up
mkdir -m 700 "$work/state" "$work/records"
"$build/userspace/daemon/sottod" --config "$work/none" --state-dir "$work/state" \
	--runtime-dir "$work/records" >"$work/sottod" 2>&1 &
pids="$! $pids"
must 20 sotto status >/dev/null 2>&1

run sotto --json
check "no call" json '.calls == []'
run sotto pair bob 192.0.2.7 '[2001:db8::7]:9'
is "pair: exit 0" "$status" 0
run sotto peers --json
check "the peer is there" json '.peers == [{"name":"bob","addresses":["192.0.2.7:7686",
	"[2001:db8::7]:9"],"known":false,"verified":false,"verified_since":null,"last_call":null,
	"suite":null,"mismatch":false,"auto_answer":false}]'
run sotto pair bob 1.2.3
is "no address: exit 1" "$status" 1
check "and its sentence" warns "sotto pair: An address is IPv4, "
run sotto forget eve
check "no such peer" warns 'There is no peer named "eve".'
run sotto forget bob
is "forget: exit 0" "$status" 0
run sotto peers
check "and it is gone" says "No peer."

for c in "call bob" flows "rule list" "rule del 1" "rule add require --port 5004"; do
	# shellcheck disable=SC2086 # words
	run sotto $c --json
	is "without the module, $c: exit 1" "$status" 1
	check "without the module, $c: why" json '.error.name == "NoKernel" and
		(.error.message | test("modprobe sotto"))'
done
run sotto rule add nonsense
check "no such action" warns "The rule's \"action\" has a value"

run sotto doctor --json
check "sottod's findings are among the doctor's" json '[.findings[].name] |
	contains(["kernel", "rule", "store", "clock", "memory"])'
check "the module is missing, and sottod says so too" json '[.findings[] |
	select(.name == "module" or .name == "kernel") | .good] == [false, false]'
check "sottod has its port" json '.findings[] | select(.name == "port") | .good'
finish
