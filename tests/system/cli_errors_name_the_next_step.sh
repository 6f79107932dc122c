#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto --- no bus, a bus without sottod, a bus that denies, sottod that refuses
#
# Whatever goes wrong, sotto says what, why and what to do next, and exits 1; how it
# is used wrongly exits 2 and asks nobody. The same in JSON.
. "$(dirname "$0")/cli-lib.sh"

every="status peers flows monitor answer decline hangup verify metrics"

# refuses DESCRIPTION TEXT COMMAND...
refuses() {
	what=$1
	text=$2
	shift 2
	run "$@"
	is "$what, $2: exit 1" "$status" 1
	check "$what, $2: $text" warns "sotto $2: $text"
}

for c in $every; do
	refuses "no bus" "The system bus cannot be reached: " sotto $c
done
bus_up
for c in $every "call bob" "pair bob 192.0.2.7" "forget bob" "rule list" "rule del 3" \
	"rule add require --port 5004"; do
	# shellcheck disable=SC2086 # words
	refuses "no sottod" "sottod is not running. Start it with: systemctl start sottod" sotto $c
done
run sotto peers --json
is "no sottod, in JSON: exit 1" "$status" 1
check "no sottod, in JSON" json '.error.name == "NoDaemon" and (.error.message | test("systemctl"))'

double_up
tell fail ListCalls org.freedesktop.DBus.Error.AccessDenied Rejected send message, 2 matched rules
refuses "the bus denies" "You may not talk to sottod: only root and the group sotto may." sotto status
tell fail ListCalls org.freedesktop.DBus.Error.UnknownMethod no such thing
refuses "another release" "sottod is of another release than this program." sotto status
tell fail Pair BadArgument An address is HOST or HOST:PORT.
refuses "sottod refuses" "An address is HOST or HOST:PORT." sotto pair bob 1.2.3
tell fail Forget NoSuchPeer "$(printf 'There is no peer named \033[31m.')"
refuses "sottod's words do not steer the terminal" "There is no peer named ?[31m." sotto forget x
tell fail Call NoKernel The kernel module is not loaded.
run sotto call --json bob
is "sottod refuses, in JSON: exit 1" "$status" 1
check "sottod refuses, in JSON: which error" json '.error == {"name":"NoKernel",
	"message":"The kernel module is not loaded."}'
run sotto pair "$(printf 'b\377')" 192.0.2.7
is "not UTF-8: exit 1" "$status" 1
check "not UTF-8: why" warns "D-Bus carries UTF-8 only"
refuses "nothing rings" "No call rings. See which calls there are with: sotto" sotto answer
refuses "no such call" '"bob": No call rings.' sotto decline bob

asked_before=$(grep -vc '^did$' "$work/double")
for wrong in "nonsense" "call" "call a b" "pair bob" "pair --show" "pair --enter" "pair --show --enter bob" "pair --code x bob" "forget" "peers x" "answer a b" "rule" \
	"rule nonsense" "rule add" "rule add require x" "rule del" "rule del x" "rule del 0" \
	"rule del -1" "rule list x" "rule list --local" "rule add require --port" \
	"rule add require --port 0" "rule add require --port 65536" "rule add require --port 9-5" \
	"rule add require --port 5x" "rule add require --user nobody-of-that-name" \
	"rule add require --cgroup nowhere" "rule add require --forward a/b" "rule add require --priority 1.5" \
	"rule add require --priority 2147483648" "rule add --preset" "rule add --preset nonsense" "rule add --preset ../sotto" \
	"rule add --preset baresip --port 5004" "rule list --preset baresip" "rule presets x" "verify --heard" "verify a b" "flows x" \
	"doctor x" "run" "run --" "run --nonsense true" "metrics x" "metrics --output" "metrics --json --output f" "agent x" "monitor x" "call --nonsense bob" "peers -x"; do
	# shellcheck disable=SC2086 # words
	run sotto $wrong
	is "sotto $wrong: exit 2" "$status" 2
	check "sotto $wrong: how it is used" warns "usage: sotto"
	is "sotto $wrong: nothing on stdout" "$(cat "$work/out")" ""
done
is "and nobody was asked anything" "$(grep -vc '^did$' "$work/double")" "$asked_before"

for c in status pair peers forget backup restore strangers autoanswer call answer decline hangup verify flows rule run agent monitor doctor metrics; do
	run sotto $c --help
	is "sotto $c --help: exit 0" "$status" 0
	check "sotto $c --help: how it is used" says "usage: sotto $c"
	run sotto --help
	check "sotto --help has $c" grep -q "^  $c " "$work/out"
done
check "sotto --help has nothing else" [ "$(grep -c '^  [a-z]' "$work/out")" -eq 20 ]
run sotto --version
check "sotto --version" grep -qE '^sotto [0-9]+[.][0-9]+' "$work/out"
run sh -c 'sotto --help >/dev/full'
is "output that could not be written: exit 1" "$status" 1
check "the published schema fits all of it" fits_schema
finish
