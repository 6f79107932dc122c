#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who calls whom is nobody else's business: without CAP_NET_ADMIN over the network
# namespace every command is refused, reads included, and so is the multicast group. A
# user who is root in a user namespace of his own has it over his own network only.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
id=$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000)
must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all"
admin="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=+net_admin
	--ambient-caps=+net_admin"

# answer WHO REQUEST: what the kernel says to who is root no more, by its errno
answer() {
	# shellcheck disable=SC2086 # words
	on alice $1 "$tools/sotto-nl" raw $2 </dev/null | cut -d: -f1
}

commands="1 2 3 4 5 6 7 8 9 10 11 12"
for cmd in $commands; do
	dump=
	case $cmd in
	4) dump=--dump ;;
	esac
	is "command $cmd is refused" "$(answer "$nobody" "$dump $cmd")" EPERM
	is "command $cmd is refused to a root of his own making" \
		"$(answer "$nobody unshare -Ur" "$dump $cmd")" EPERM
	check "command $cmd is not refused to who has CAP_NET_ADMIN alone" \
		not [ "$(answer "$admin" "$dump $cmd")" = EPERM ]
done
is "the dump of flows is refused" "$(answer "$nobody" "--dump 8")" EPERM
is "the dump of flows is not refused to the administrator" "$(answer "$admin" "--dump 8")" ok

# None of these was an agent for longer than its request.
# shellcheck disable=SC2086
for who in "$nobody" "$nobody unshare -Ur"; do
	is "the multicast group is not joined (${who##* })" \
		"$(on alice $who timeout 10 "$tools/sotto-nl" listen | cut -d: -f1,2)" "error: EPERM"
	is "nor is the agent's place taken (${who##* })" \
		"$(on alice $who timeout 10 "$tools/sotto-nl" agent </dev/null | cut -d: -f1,2)" "error: EPERM"
done
# shellcheck disable=SC2086
start listener alice $admin "$tools/sotto-nl" listen
must 10 grep -q listening "$work/listener"
must 1 nl alice flow del "$id"
check "who may join hears of a flow" wait_until 5 told_is listener '"event":"flow-gone"' 1

is "in a network of his own a user is served" \
	"$($nobody unshare -Urn "$tools/sotto-nl" raw --dump 8 </dev/null | cut -d: -f1)" ok
is "and sees nothing of others" \
	"$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000 >/dev/null
	$nobody unshare -Urn "$tools/sotto-nl" flow list)" ""
finish
