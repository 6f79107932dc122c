# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh has set
#
# The module alone, without sottod; after lib.sh. In alice's kernel there are rules,
# bob is the peer. Programs keep a socket open and are given orders:
#
#	family 4			sets $a and $b, their addresses as udp-tool writes them,
#					and $from_a and $from_b, as tcpdump does
#	program phone alice "$a:7000"	a socket; what it receives is in $work/phone
#	turn phone "$b:7000"		to whom it sends
#	send phone rtp 5		sends five; {"sent":5,"errors":{}}
#	tell phone rtp zrtp		sends one of each, and does not wait for that
#	got phone rtp			how many it has received
#	fence phone peer		waits until what phone has been told to send has passed
#	flow alice 7000 drop-tx-hold	member of the flow that has this local port
#	secure alice ID tx KEY		installs the key and makes it count

spoken='said in confidence'	# what udp-tool fills its packets with

family() {
	case $1 in
	4) a=10.9.0.1 b=10.9.0.2 from_a='ip src 10.9.0.1' from_b='ip src 10.9.0.2' ;;
	6) a='[fd09::1]' b='[fd09::2]' from_a='ip6 src fd09::1' from_b='ip6 src fd09::2' ;;
	esac
}

nl() {
	_nl=$1
	shift
	on "$_nl" "$tools/sotto-nl" "$@"
}

# Programs.

# program NAME HOST ADDRESS [OPTION...]: sets $started
program() {
	_prog=$1
	_prog_host=$2
	_prog_at=$3
	shift 3
	mkfifo "$work/$_prog.orders" || bail "no fifo"
	# Open for writing too, so that no order is the last.
	start "$_prog" "$_prog_host" sh -c 'f=$1; shift; exec "$@" <>"$f"' sh "$work/$_prog.orders" \
		"$tools/udp-tool" talk --bind "$_prog_at" --hex "$@"
	must 10 grep -q listening "$work/$_prog"
}

# program_ends NAME PID: its socket is closed
program_ends() {
	stop "$2"
	rm -f "$work/$1.orders"
}

order() {
	_to=$1
	shift
	printf '%s\n' "$@" >"$work/$_to.orders"
}

turn() {
	order "$1" "to $2"
}

_results() {
	grep -c '"sent"' "$work/$1"
}

_has_results() {
	[ "$(_results "$1")" -gt "$2" ]
}

# send NAME KIND COUNT: what sendmsg() has said
send() {
	_before=$(_results "$1")
	order "$1" "kind $2" "send $3"
	must 20 _has_results "$1" "$_before"
	grep '"sent"' "$work/$1" | tail -n 1
}

# tell NAME KIND...
tell() {
	_told=$1
	shift
	printf 'kind %s\nsend 1\n' "$@" >"$work/$_told.orders"
}

# What send() answers when all went well.
all_sent() {
	echo "{\"sent\":$1,\"errors\":{}}"
}

# got NAME rtp|rtcp|zrtp|stun|dtls|channel|other|any
got() {
	case $2 in
	rtp) _is='.pt != null' ;;
	rtcp) _is='.rtcp != null' ;;
	zrtp) _is='.first == 16' ;;
	stun) _is='.first == 0 and .len == 20' ;;
	stun-data) _is='.first == 0 and .len > 20' ;;
	dtls) _is='.first == 22' ;;
	channel) _is='.first == 64' ;;
	other) _is='.first == 255' ;;
	any) _is='true' ;;
	esac
	jq -c "select(.from) | select($_is)" "$work/$1" | wc -l
}

got_is() {
	[ "$(got "$1" "$2")" -eq "$3" ]
}

got_more() {
	[ "$(got "$1" "$2")" -gt "$3" ]
}

# fence FROM TO: bare STUN passes in every state, and packets do not overtake it
fence() {
	_stuns=$(got "$2" stun)
	send "$1" stun 1 >/dev/null
	must 10 got_more "$2" stun "$_stuns"
}

# payload NAME: hex of the newest packet that it has received
payload() {
	jq -r 'select(.from) | .hex' "$work/$1" | tail -n 1
}

# Flows.

# flow HOST LOCAL-PORT MEMBER: "none" without such a flow
flow() {
	nl "$1" flow list | jq -rs --arg at ":$2" --arg member "$3" \
		'[.[] | select(.local | endswith($at))] | if length == 0 then "none"
		 else .[0][$member] end'
}

# flow_to HOST LOCAL-PORT REMOTE MEMBER
flow_to() {
	nl "$1" flow list | jq -rs --arg at ":$2" --arg remote "$3" --arg member "$4" \
		'[.[] | select((.local | endswith($at)) and .remote == $remote)] |
		 if length == 0 then "none" else .[0][$member] end'
}

flow_is() {
	[ "$(flow "$1" "$2" "$3")" = "$4" ]
}

# member ID MEMBER, of a flow of alice that is known by its id
member() {
	nl alice flow list | jq -r --arg id "$1" --arg member "$2" \
		'select(.id == ($id | tonumber))[$member]'
}

states() {
	nl "$1" flow list | jq -rs --arg at ":$2" \
		'[.[] | select(.local | endswith($at))] | if length == 0 then "none"
		 else .[0] | .tx + "/" + .rx end'
}

# new_flow HOST LOCAL REMOTE: its id
new_flow() {
	nl "$1" flow new local="$2" remote="$3" | jq -r .id
}

# A master key and a salt, which nobody has had before.
new_key() {
	od -An -v -N 30 -tx1 /dev/urandom | tr -d ' \n' |
	sed 's/^\(.\{32\}\)\(.*\)$/\1 \2/'
}

# key HOST ID DIR KEY [PROFILE]
key() {
	case ${5:-aes-cm-128-hmac-sha1-80} in
	aead*) echo "$4" | cut -c 1-57 ;;	# 16 bytes of key and 12 of salt
	*) echo "$4" ;;
	esac | nl "$1" key new "$2" "$3" "${5:-aes-cm-128-hmac-sha1-80}"
}

# secure HOST ID DIR KEY [PROFILE]
secure() {
	key "$@" && nl "$1" flow set "$2" "$3"=secure
}

# secure_both A-ADDRESS B-ADDRESS [PROFILE]: a flow in both kernels, keys in all
# directions; sets $a_flow $b_flow $ab $ba
secure_both() {
	ab=$(new_key)
	ba=$(new_key)
	a_flow=$(new_flow alice "$1" "$2")
	b_flow=$(new_flow bob "$2" "$1")
	secure alice "$a_flow" tx "$ab" "${3:-}" || bail "no tx key at alice"
	secure bob "$b_flow" rx "$ab" "${3:-}" || bail "no rx key at bob"
	secure bob "$b_flow" tx "$ba" "${3:-}" || bail "no tx key at bob"
	secure alice "$a_flow" rx "$ba" "${3:-}" || bail "no rx key at alice"
}

# agent NAME HOST: binds; takes "FLOW KIND HEX"; what it is told is in $work/NAME
agent() {
	mkfifo "$work/$1.orders" || bail "no fifo"
	start "$1" "$2" sh -c 'f=$1; shift; exec "$@" <>"$f"' sh "$work/$1.orders" \
		"$tools/sotto-nl" agent
	must 10 grep -q bound "$work/$1"
}

# told NAME JQ-CONDITION: how many notices are so
told() {
	jq -c "select(.event or .packet) | select($2)" "$work/$1" | wc -l
}

told_is() {
	[ "$(told "$1" "$2")" -eq "$3" ]
}

# The wire.

_sealed() {
	tcpdump -n -r "$1" 'udp dst port 9' 2>/dev/null | grep -q .
}

# capture_end FILE: everything up to now is in it
capture_end() {
	on bob "$tools/udp-tool" send --bind 10.9.0.2:9 --to 10.9.0.1:9 --kind other >/dev/null
	must 10 _sealed "$1"
	capture_stop
}

# on_wire FILE FILTER: packets in the capture
on_wire() {
	tcpdump -n -r "$1" "$2" 2>/dev/null | wc -l
}

# plain_on_wire FILE FILTER: those of them in which one can read what was said
plain_on_wire() {
	tcpdump -n -A -r "$1" "$2" 2>/dev/null | grep -c "$spoken"
}
