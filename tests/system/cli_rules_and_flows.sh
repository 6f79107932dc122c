#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sotto rule, sotto flows --- private bus --- double of sottod
#
# A rule is sent as it was typed, with the types that D-Bus has for it; rules and
# flows are shown whole, numbers beyond 2^63 included. A preset is its program's ports, and
# all of it or nothing.
. "$(dirname "$0")/cli-lib.sh"

double_up
run sotto rule add require
is "a rule for everything: exit 0" "$status" 0
check "is sent so" asked AddRule action=s:require
check "and its number is told" says "Rule 9 holds from now on"
run sotto rule add --own prefer --port 16384-32767 --peer 2001:db8::/32 --local --user 0 \
	--priority -5 --cgroup 4711 --json
check "every option, before and behind the action" asked AddRule action=s:prefer own=b:1 \
	port-min=q:16384 port-max=q:32767 peer=s:2001:db8::/32 local=b:1 uid=u:0 \
	priority=i:-5 cgroup=t:4711
check "and its number in JSON" json '.added == 9'
run sotto rule add bypass --port 53 --user root --family ipv6
check "one port, a user by name, a family" asked AddRule action=s:bypass port-min=q:53 \
	port-max=q:53 uid=u:0 family=s:ipv6
run sotto rule add require --sdes --port 5004
check "one that encrypts by SDES" asked AddRule action=s:require sdes=b:1 port-min=q:5004 port-max=q:5004
run sotto rule add require --forward lan0.10 --port 5004
check "for those behind a device" asked AddRule action=s:require forward=s:lan0.10 port-min=q:5004 \
	port-max=q:5004
run sotto rule add require --forward 'lan*'
is "what is no device's name: exit 2" "$status" 2
run sotto rule del 3
check "a rule is deleted" asked DeleteRule 3
check "and what that leaves" says "Rule 3 is deleted; its live flows stay as they are."
run sotto rule del 4294967295 --json
check "in JSON" json '.deleted == 4294967295'

run sotto rule list
check "a rule is shown as it could be typed" says "3: require --port 16384-32767 \
--peer 192.0.2.0/24 --user 0 --cgroup 4711 --own --sdes --forward lan0 --priority -5  (2 flows)"
run sotto rule list --json
check "rules in JSON" json '.rules == [{"id":3,"action":"require","priority":-5,"family":"ipv4",
	"port_min":16384,"port_max":32767,"peer":"192.0.2.0/24","uid":0,"cgroup":4711,"own":true,"sdes":true,
	"local":false,"forward":"lan0","flows":2}]'
# Presets.
run sotto rule add --preset baresip
is "a preset: exit 0" "$status" 0
check "is a rule for its ports" asked AddRule action=s:require port-min=q:1024 port-max=q:49152
check "and its number is told" says "Rule 9 holds from now on"
run sotto rule add prefer --preset linphone --user 0 --peer 192.0.2.0/24 --json
check "with another action and narrowed" asked AddRule action=s:prefer port-min=q:5000 \
	port-max=q:65535 uid=u:0 peer=s:192.0.2.0/24
check "in JSON" json '.preset == "linphone" and .rules == [9]'
run sotto rule add --own --preset jitsi
check "one that encrypts by itself, said twice" asked AddRule action=s:require port-min=q:5000 \
	port-max=q:6000 own=b:1
printf 'require --port 4000-4001\nprefer --port 6000\n' >"$work/two.conf"
run sotto rule add --preset "$work/two.conf" --json
check "a file with two rules: the first" asked AddRule action=s:require port-min=q:4000 port-max=q:4001
check "and the second, as it says" asked AddRule action=s:prefer port-min=q:6000 port-max=q:6000
check "both numbers" json '.rules == [9, 9]'
deleted() {
	grep -c '^DeleteRule 9$' "$work/double"
}
before=$(deleted)
tell spare 1
tell fail AddRule NotAllowed Only root may. Try again with sudo.
run sotto rule add --preset "$work/two.conf"
is "if the second is refused: exit 1" "$status" 1
is "the first is taken back" "$(deleted)" $((before + 1))
is "and nothing is said to hold" "$(cat "$work/out")" ""
for bad in "require --port 5 --user 0" "require" "require --port 5 --priority 1" "# nothing" "nonsense"; do
	echo "$bad" >"$work/bad.conf"
	run sotto rule add --preset "$work/bad.conf"
	is "a preset that says \"$bad\": exit 1" "$status" 1
	check "and which file" warns "The preset cannot be used: $work/bad.conf"
done
run sotto rule presets --json
is "every preset is listed" "$(jq -r '.presets[].name' "$work/out" | sort)" \
	"$(ls "$presets" | sed 's/[.]conf$//')"
check "with its ports" json '[.presets[] | select(.name == "twinkle")] == [{"name":"twinkle",
	"rules":[{"action":"require","port_min":8000,"port_max":8009,"own":false}]}]'
run sotto rule presets
check "and as it could be typed" says "jitsi       require --port 5000-6000 --own"
for p in $(sotto rule presets --json | jq -r '.presets[].name'); do
	check "the man page says what $p takes" sh -c 'sed -n "/^[.]Sh PRESETS/,/^[.]Sh ENV/p" "$1" |
		grep -A 3 -x "[.]It Cm $2" | grep -qF "$3"' - "$top/Documentation/man/sotto.1" "$p" \
		"$(sed -n 's/.*--port \([0-9-]*\).*/\1/p' "$presets/$p.conf")"
done

tell fail ListRules NotAllowed Only root may see them. Try again with sudo.
run sotto rule list
is "not root: exit 1" "$status" 1
check "and what to do" warns "sotto rule: Only root may see them. Try again with sudo."

run sotto flows
check "a flow's ends" says "192.0.2.1:7686 - 192.0.2.7:7686  (flow 18446744073709551615)"
check "its rule, age, user and call" says "require by rule 3, 1 min 1 s old, user 0, call 4"
check "what is sent" says "sent      secure, aead-aes-128-gcm, last packet 2 s ago"
check "how what is sent looks" grep -qx "            window 4096, MKI of 4 bytes, Cryptex require, \
encrypted extensions 1 9, padded to 200 bytes and a multiple of 16, SSRC 0000beef begins at ROC 5" \
	"$work/out"
is "and nothing of what looks as usual" "$(grep -c '^            ' "$work/out")" 1
check "what is received" says "received  hold, no packet yet"
check "its counters" says "counters  tx-secure 7, rx-held 0"
run sotto flows --json
check "flows in JSON" json '.flows | length == 2'
check "to the last digit" grep -q '"id":18446744073709551615,' "$work/out"
check "with counters and what is not known" json '.flows[0] | .counters == {"tx-secure":7,
	"rx-held":0} and .idle_rx_ms == null and .profile_rx == null and .uid == 0 and .call == 4'
check "how packets look, where that is not as usual" json '[.flows[] | .srtp_tx, .srtp_rx] == [
	{"window":4096,"mki_length":4,"cryptex":"require","encrypted_extensions":[1,9],
	"pad_size":200,"pad_multiple":16,"told_rocs":[{"ssrc":48879,"roc":5}]}, null, null, {}]'
# No sottod tells of a flow without a state, as the double did.
sed -i '/"tx":""/d' "$work/all.json"
check "the published schema fits all of it" fits_schema
finish
