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
start_sottod() {
	"$build/userspace/daemon/sottod" --config "$work/none" --state-dir "$work/state" \
		--runtime-dir "$work/records" --worker "$build/userspace/daemon/sottod-worker" \
		>"$work/sottod" 2>&1 &
	sottod=$!
	pids="$sottod $pids"
	must 20 sotto status >/dev/null 2>&1
}
start_sottod

run sotto --json
check "no call" json '.calls == []'
run sotto pair bob 192.0.2.7 '[2001:db8::7]:9'
is "pair: exit 0" "$status" 0
run sotto peers --json
check "the peer is there" json '.peers == [{"name":"bob","addresses":["192.0.2.7:7686",
	"[2001:db8::7]:9"],"known":false,"verified":false,"verified_since":null,"last_call":null,
	"verified_by":null,"code":false,"suite":null,"mismatch":false,"auto_answer":false}]'
# as_told INTERFACE OBJECT: the reference names each of its members, with its types
as_told() {
	busctl --address="$DBUS_SYSTEM_BUS_ADDRESS" introspect --xml-interface org.sotto1 "$2" |
		/usr/bin/python3 "$top/tests/unit/dbus_reference.py" "$1" >"$work/differ" &&
	! grep . "$work/differ"
}
check "the manager's introspection is what dbus.rst says" as_told org.sotto1.Manager /org/sotto1
check "and a peer's" as_told org.sotto1.Peer /org/sotto1/peer/1
check "which would have been seen" not as_told org.sotto1.Call /org/sotto1
run sotto metrics
/usr/bin/python3 "$top/tests/system/openmetrics.py" <"$work/out" >"$work/parsed" 2>&1
is "what it counts is OpenMetrics" $? 0
check "there is no module" grep -qx 'sotto_module 0' "$work/parsed"
check "and what has not happened is 0" grep -qx 'sotto_failed_handshakes_total{reason="authentication"} 0' \
	"$work/parsed"
run sotto metrics --json
# families: of each name that sottod tells there is a sample
is "no number of sottod's is left out" "$(jq '.metrics | length' "$work/out")" "$(wc -l <"$work/parsed")"
run sotto pair --show "Guinevere Featherstonehaugh"
is "a code: exit 0" "$status" 0
code=$(grep -oE '^([a-z0-9]{4}-){4}[a-z0-9]{4}$' "$work/out")
echo "$code" | sotto pair --enter --json "Guinevere Featherstonehaugh" 198.51.100.201 >"$work/out"
check "typed" json '.paired == "Guinevere Featherstonehaugh"'
run sotto peers --json
check "it waits for the first call" json '[.peers[] | [.name, .code, .addresses]] ==
	[["bob", false, ["192.0.2.7:7686", "[2001:db8::7]:9"]],
	["Guinevere Featherstonehaugh", true, ["198.51.100.201:7686"]]]'
nobody_named() {
	! grep -raqiE "guinevere|198[.]51[.]100|$code" "$work/state" "$work/records" "$work/sottod"
}
check "neither state, records nor journal have name, address or code" nobody_named
echo "198.51.100.201" >>"$work/sottod"
check "and it would have been found" not nobody_named
run sotto forget "Guinevere Featherstonehaugh"
run sotto pair bob/phone 192.0.2.9
is "a device: exit 0" "$status" 0
run sotto pair bobby/phone 192.0.2.10
run sotto forget bob/tablet
is "a device that nobody has: exit 1" "$status" 1
run sotto forget bob --json
check "a person is forgotten" json '.forgotten == "bob"'
run sotto peers --json
check "with all devices, and nobody else" json '[.peers[].name] == ["bobby/phone"]'
run sotto pair bob 192.0.2.7
run sotto pair bob/phone 192.0.2.9
run sotto forget bob/phone
run sotto peers --json
check "a device is forgotten alone" json '[.peers[].name] == ["bobby/phone", "bob"]'
run sotto forget bobby/phone
run sotto pair bob/ 192.0.2.9
check "no device" warns "at most one slash, before a device"
run sotto pair bob 1.2.3
is "no address: exit 1" "$status" 1
check "and its sentence" warns "sotto pair: An address is IPv4, "
run sotto forget eve
check "no such peer" warns 'There is no peer named "eve".'
run sotto strangers
check "nobody unknown makes it ring" says "Only peers that somebody here has named"
run sotto strangers yes
is "strangers: exit 0" "$status" 0
check "now they do" says "Whoever calls this machine makes it ring."
run sotto strangers perhaps
is "neither yes nor no: exit 2" "$status" 2
run sotto autoanswer bob yes
is "autoanswer: exit 0" "$status" 0
check "what it takes" says "once you have verified each other"
run sotto autoanswer eve yes
is "of nobody: exit 1" "$status" 1
check "why" warns 'There is no peer named "eve".'
stop "$sottod"
start_sottod
run sotto strangers --json
check "the next sottod knows it" json '.strangers == true'
run sotto peers --json
check "and whose calls it answers" json '.peers[0].auto_answer == true'
run sotto autoanswer bob no --json
check "not any more" json '. == {"schema":1,"name":"bob","auto_answer":false,"verified":false}'
run sotto peers --json
check "nor in the list" json '.peers[0].auto_answer == false'
run sotto strangers no
stop "$sottod"
printf 'strangers = yes\n' >"$work/none"
start_sottod
run sotto strangers --json
check "what was said goes before the file" json '.strangers == false'

run sotto pair carol 192.0.2.11
sqlite3 "$work/state/peers.db" 'UPDATE peer SET box = zeroblob(length(box)) WHERE id =
	(SELECT min(id) FROM peer)' 2>"$work/sqlite" || note "$(cat "$work/sqlite")"
spoilt=$(sqlite3 "$work/state/peers.db" 'SELECT min(id) FROM peer')
run sotto peers --json
is "bob's row is spoilt: exit 1" "$status" 1
check "the others are there, and the spoilt one's number" \
	json "[.peers[].name] == [\"carol\"] and .spoilt == [$spoilt]"
run sotto autoanswer carol yes
is "what is done with another works: exit 0" "$status" 0
run sotto forget carol
run sotto peers
is "only the spoilt one: exit 1" "$status" 1
check "of which one cannot say that it is nobody" not says "No peer."
check "it is named" warns "The row of peer $spoilt is spoilt"

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
	contains(["kernel", "store", "clock", "memory", "worker"])'
check "of rules there is nothing to say without the module" json '[.findings[].name] |
	any(. == "rule" or . == "rules") | not'
check "the module is missing, and sottod says so too" json '[.findings[] |
	select(.name == "module" or .name == "kernel") | .good] == [false, false]'
check "sottod has its port" json '.findings[] | select(.name == "port") | .good'
check "the published schema fits all of it" fits_schema

# As systemd has it: told when it is ready, and again and again that its loop goes round.
stop "$sottod"
socat -u "UNIX-RECVFROM:$work/notify,fork" "OPEN:$work/notified,creat,append" &
pids="$! $pids"
must 10 test -S "$work/notify"
NOTIFY_SOCKET=$work/notify
WATCHDOG_USEC=500000
export NOTIFY_SOCKET WATCHDOG_USEC
start_sottod
unset NOTIFY_SOCKET WATCHDOG_USEC
notified() {
	[ "$(grep -ao "$1" "$work/notified" | wc -l)" -ge "$2" ]
}
check "it says that it is ready" wait_until 10 notified READY=1 1
check "and feeds the watchdog" wait_until 10 notified WATCHDOG=1 3
finish
