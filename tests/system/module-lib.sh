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
#	say phone rtp 5			the same, and does not wait for the answer
#	tell phone rtp zrtp		sends one of each, and does not wait either
#	batch phone rtp,rtp,other	one of each in one call (UDP_SEGMENT)
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

# nl HOST WORD...
nl() {
	_nl=$1
	shift
	"$tools/sotto-nl" --netns "$_nl" "$@"
}

# soon COMMAND...: what the test itself needs, and mostly has at once
soon() {
	"$@" || must 30 "$@"
}

# Programs.

# program NAME HOST ADDRESS [OPTION...]: sets $started; PROGRAM_AS=1000: that user's
program() {
	_prog=$1
	_prog_host=$2
	_prog_at=$3
	shift 3
	mkfifo "$work/$_prog.orders" || bail "no fifo"
	# Open for writing too, so that no order is the last.
	# shellcheck disable=SC2086 # words
	start "$_prog" "$_prog_host" sh -c 'f=$1; shift; exec "$@" <>"$f"' sh "$work/$_prog.orders" \
		${PROGRAM_AS:+setpriv --reuid=$PROGRAM_AS --clear-groups} \
		"$tools/udp-tool" talk --bind "$_prog_at" --hex "$@"
	soon grep -q listening "$work/$_prog"
}

# program_ends NAME PID: its socket is closed
program_ends() {
	stop "$2"
	rm -f "$work/$1.orders"
}

# afresh NAME PID NEW-NAME HOST ADDRESS [OPTION...]: its socket is closed, another one has its
# address: one that has never been secure, whatever bob's kernel makes of that
afresh() {
	program_ends "$1" "$2"
	shift 2
	program "$@"
}

order() {
	_to=$1
	shift
	printf '%s\n' "$@" >"$work/$_to.orders"
}

turn() {
	order "$1" "to $2"
}

# send NAME KIND COUNT: what sendmsg() has said
send() {
	_order=$(date +%s%N)	# one that no subshell has given before
	order "$1" "order $_order" "kind $2" "send $3"
	soon grep -q "\"order\":$_order}" "$work/$1"
	sed -n "s/,\"order\":$_order}/}/p" "$work/$1"
}

# say NAME KIND COUNT: as send(), but does not wait for the answer
say() {
	printf 'kind %s\nsend %s\n' "$2" "$3" >"$work/$1.orders"
}

# tell NAME KIND...
tell() {
	_told=$1
	shift
	printf 'kind %s\nsend 1\n' "$@" >"$work/$_told.orders"
}

# batch NAME KIND,KIND,...: what sendmsg() has said
batch() {
	_order=$(date +%s%N)
	order "$1" "order $_order" "batch $2"
	soon grep -q "\"order\":$_order}" "$work/$1"
	sed -n "s/,\"order\":$_order}/}/p" "$work/$1"
}

# What send() answers when all went well.
all_sent() {
	echo "{\"sent\":$1,\"errors\":{}}"
}

# got NAME rtp|rtcp|zrtp|stun|stun-data|dtls|channel|other|any
got() {
	case $2 in
	rtp) _is='"pt":' ;;
	rtcp) _is='"rtcp":' ;;
	zrtp) _is='"first":16[,}]' ;;
	stun) _is='"len":20,"first":0[,}]' ;;
	stun-software) _is='"len":172,"first":0[,}]' ;;
	stun-data) _is='"len":\([3-9].\|2[1-9]\|[0-9]\{3,\}\),"first":0[,}]' ;;
	dtls) _is='"first":22[,}]' ;;
	channel) _is='"first":64[,}]' ;;
	other) _is='"first":255[,}]' ;;
	any) _is='"from":' ;;
	esac
	grep -c "$_is" "$work/$1"
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
	tell "$1" stun
	soon got_more "$2" stun "$_stuns"
}

# Flows.

# flow HOST LOCAL-PORT MEMBER...: of the flow that has this port
flow() {
	_flow_host=$1
	_local=$2
	shift 2
	nl "$_flow_host" flow show local ":$_local" "$@"
}

# flow_to HOST REMOTE MEMBER...
flow_to() {
	_flow_host=$1
	_remote=$2
	shift 2
	nl "$_flow_host" flow show remote "$_remote" "$@"
}

# member ID MEMBER...: of a flow of alice
member() {
	_id=$1
	shift
	nl alice flow show id "$_id" "$@"
}

# states HOST LOCAL-PORT: tx/rx
states() {
	flow "$1" "$2" tx rx | tr ' ' /
}

# flows HOST: their ids
flows() {
	nl "$1" flow list | sed 's/^{"id":\([0-9]*\).*/\1/'
}

no_flows() {
	for _id in $(flows "$1"); do
		nl "$1" flow del "$_id"
	done
}

# new_flow HOST LOCAL REMOTE: its id
new_flow() {
	nl "$1" flow new local="$2" remote="$3" | sed 's/^{"id":\([0-9]*\).*/\1/'
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
	soon grep -q bound "$work/$1"
}

# told NAME PATTERN: how many notices are so, '"event":"flow-new"'
told() {
	grep -c "$2" "$work/$1"
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
	soon _sealed "$1"
	capture_stop
}

# on_wire FILE FILTER: packets in the capture
on_wire() {
	tcpdump -n -r "$1" "$2" 2>/dev/null | wc -l
}

# computes HOST DEVICE on|off: the device computes checksums, or the kernel
computes() {
	on "$1" ethtool -K "$2" tx "$3" >/dev/null 2>&1 || bail "ethtool"
}

# right_on_wire FILE FILTER: those of them whose UDP checksum is right
right_on_wire() {
	tcpdump -n -vv -r "$1" "$2" 2>/dev/null | grep -c 'udp sum ok'
}

# wrong_on_wire FILE FILTER: or is not
wrong_on_wire() {
	tcpdump -n -vv -r "$1" "$2" 2>/dev/null | grep -c 'bad udp cksum'
}

# plain_on_wire FILE FILTER: those of them in which one can read what was said
plain_on_wire() {
	tcpdump -n -A -r "$1" "$2" 2>/dev/null | grep -c "$spoken"
}
