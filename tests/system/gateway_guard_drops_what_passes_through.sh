#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# While nftables stands in for the module it drops what the rules require of a gateway too,
# in both directions, also from a flowtable's sight; and where it is not known what they
# require, every call that passes through.
#
#	carol: phone at 7000 -- alice: gateway with the guard, no module -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/gateway.sh"
. "$(dirname "$0")/guard-lib.sh"

# through KIND: so many of two packets that the phone sends, and so many of two that it gets
through() {
	_had="$(got peer "$1") $(got phone "$1")"
	say phone "$1" 2
	say peer "$1" 2
	# From other ports all passes, and does not overtake.
	_fences="$(got peer2 other) $(got phone2 other)"
	tell phone2 other
	soon got_more peer2 other "${_fences% *}"
	tell peer2 other
	soon got_more phone2 other "${_fences#* }"
	echo "$(($(got peer "$1") - ${_had% *})) $(($(got phone "$1") - ${_had#* }))"
}

# guarded RULE...
guarded() {
	rules_are "$@"
	guard up || note "$(cat "$work/guard.log")"
	stands || bail "nftables does not stand in"
}

hosts_up
gateway_up
for f in 4 6; do
	behind $f
	program phone carol "$c:7000" --unconnected
	phone=$started
	program peer bob "$b:7000" --unconnected
	peer=$started
	program phone2 carol "$c:7010" --unconnected
	phone2=$started
	program peer2 bob "$b:7010" --unconnected
	peer2=$started
	turn phone "$b:7000"
	turn peer "$mapped"
	turn phone2 "$b:7010"
	turn peer2 "$a:7010"
	for k in rtp other; do
		say phone $k 1
		soon got_is peer $k 1
	done
	is "IPv$f: without a guard all passes" "$(through rtp), $(through other)" "2 2, 2 2"

	guarded 'require --forward lan0 --port 7000'
	is "IPv$f: on the ports of a rule nothing does" \
		"$(through rtp), $(through zrtp), $(through other)" "0 0, 0 0, 0 0"
	guarded 'require --forward eth9 --port 7000'
	is "IPv$f: behind another device it does" "$(through rtp), $(through other)" "2 2, 2 2"
	guarded 'require --forward lan0'
	is "IPv$f: where a rule names no ports, what looks like no call does" \
		"$(through rtp), $(through zrtp), $(through other)" "0 0, 0 0, 2 2"
	guarded 'require --port 7000-7010'
	is "IPv$f: a rule for programs here is none for others" "$(through rtp)" "2 2"
	guarded 'requre'
	is "IPv$f: when nobody knows the rules, no call passes" \
		"$(through rtp), $(through zrtp), $(through other)" "0 0, 0 0, 2 2"
	on alice nft delete table inet sotto-guard
	for p in phone peer phone2 peer2; do
		eval "program_ends $p \$$p"
	done
done
finish
