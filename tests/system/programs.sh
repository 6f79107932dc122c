# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh, hosts.sh and module-lib.sh have set
#
# Calls of programs between whole hosts, each with sottod and a rule; after lib.sh, hosts.sh,
# module-lib.sh and calls.sh:
#
#	socket phone alice "$a:7000" "$b:7000"	a program
#	is_secured "a call" "$a:7000" "$b:7000" phone peer
#	arrives "what is said arrives" phone peer 5

# The programs are root's, and so are their calls.
manager() {
	_manager=$1
	shift
	inside "$_manager" busctl --system --json=short call org.sotto1 /org/sotto1 \
		org.sotto1.Manager "$@" 2>&1
}

on_call() {
	_on_call=$1
	shift
	inside "$_on_call" busctl --system --json=short call org.sotto1 \
		"$(call_has "$_on_call" path)" org.sotto1.Call "$@" 2>&1
}

# state_of HOST LOCAL REMOTE: tx/rx of the flow between these two
state_of() {
	nl "$1" flow list | jq -r --arg l "$2" --arg r "$3" \
		'select(.local == $l and .remote == $r) | "\(.tx)/\(.rx)"'
}

both_secure() {
	[ "$(state_of alice "$1" "$2")" = secure/secure ] &&
	[ "$(state_of bob "$2" "$1")" = secure/secure ]
}

# speaks NAME... -- A B: they say a word now and then, until it is secure between A and B
speak_until_secure() {
	until [ "$1" = -- ]; do
		tell "$1" rtp
		shift
	done
	both_secure "$2" "$3"
}

# is_secured WHAT A B NAME...: while these speak
is_secured() {
	_what=$1 _a=$2 _b=$3
	shift 3
	check "$_what: it becomes secure" wait_until 30 speak_until_secure "$@" -- "$_a" "$_b"
}

# arrives WHAT FROM TO COUNT [KIND]: exactly that
arrives() {
	fence "$2" "$3"
	_before=$(got "$3" "${5:-rtp}")
	say "$2" "${5:-rtp}" "$4"
	fence "$2" "$3"
	is "$1" "$(($(got "$3" "${5:-rtp}") - _before))" "$4"
}

# socket NAME HOST ADDRESS TO [OPTION...]: sets $NAME, its process
socket() {
	_socket=$1
	_peer=$4
	program "$1" "$2" "$3" --unconnected $(shift 4; echo "$@")
	eval "$_socket=$started"
	turn "$_socket" "$_peer"
}

