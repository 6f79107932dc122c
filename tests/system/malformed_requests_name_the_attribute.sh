#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each attribute of each request: missing where it is needed, too short, too long, out
# of range, one that only replies have, one that nobody has. The answer is always
# -EINVAL with a sentence that names the attribute, and nothing has changed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

# Numbers of include/uapi/linux/sotto.h. A request: "TYPE KIND VALUE;..." in one nest.
rule_new=1 rule_del=2 rule_replace=3 flow_new=5 flow_del=6 flow_set=7 flow_get=8 key_new=9 key_del=10 packet=12
rule=1 flow=2 key=3 payload=4

bytes() {
	head -c "$1" /dev/zero | od -An -v -tx1 | tr -d ' \n'
}

# ask COMMAND NEST REQUEST: "EINVAL: the kernel's words"
ask() {
	{
		echo "nest $2"
		echo "$3" | tr ';' '\n' | while read -r type kind value; do
			[ -z "$type" ] || echo "$kind $type $value"
		done
		echo end
	} | nl alice raw "$1"
}

# without TYPE REQUEST
without() {
	echo "$2" | tr ';' '\n' | grep -v "^$1 " | tr '\n' ';'
}

# names WHAT NAME COMMAND NEST REQUEST: refused in the name of that attribute
names() {
	answer=$(ask "$3" "$4" "$5")
	case $answer in
	"EINVAL: "*"$2"*) check "$2: $1" true ;;
	*) is "$2: $1" "$answer" "EINVAL: ...$2..." ;;
	esac
}

# needed COMMAND NEST REQUEST TYPE NAME ...
needed() {
	_cmd=$1 _nest=$2 _request=$3
	shift 3
	while [ $# -gt 0 ]; do
		names "missing" "$2" "$_cmd" "$_nest" "$(without "$1" "$_request")"
		shift 2
	done
}

# sized COMMAND NEST REQUEST TYPE NAME SHORTEST LONGEST
sized() {
	_rest=$(without "$4" "$3")
	[ "$6" -eq 0 ] ||
	names "a byte too short" "$5" "$1" "$2" "$_rest;$4 bin $(bytes $(($6 - 1)))"
	names "a byte too long" "$5" "$1" "$2" "$_rest;$4 bin $(bytes $(($7 + 1)))"
}

# ranged COMMAND NEST REQUEST TYPE NAME KIND VALUE...
ranged() {
	_rest=$(without "$4" "$3")
	_cmd=$1 _nest=$2 _type=$4 _name=$5 _kind=$6
	shift 6
	for _value; do
		names "out of range, $_value" "$_name" "$_cmd" "$_nest" "$_rest;$_type $_kind $_value"
	done
}

# taken WHAT COMMAND NEST REQUEST: the control
taken() {
	is "$1: as it should be it is taken" "$(ask "$2" "$3" "$4")" "ok: "
}

# Rules. The cgroup is asked for alone: none with this number need exist.
r='1 u32 77;2 u32 5;3 u32 1;4 u32 0;5 u16 2;6 u16 7000;7 u16 7001;8 bin 0a090002;9 u8 32;10 u32 0'
needed $rule_new $rule "$r" 3 rule/action
while read -r type name size; do
	sized $rule_new $rule "$r" "$type" "$name" "$size" "$size"
done <<-END
	1 rule/id 4
	2 rule/priority 4
	3 rule/action 4
	4 rule/flags 4
	5 rule/family 2
	6 rule/port-min 2
	7 rule/port-max 2
	9 rule/peer-len 1
	10 rule/uid 4
	11 rule/cgroup 8
END
sized $rule_new $rule "$r" 8 rule/peer 4 16
ranged $rule_new $rule "$r" 1 rule/id u32 0
ranged $rule_new $rule "$r" 3 rule/action u32 3 4294967295
ranged $rule_new $rule "$r" 4 rule/flags u32 8 4294967295
ranged $rule_new $rule "$r" 5 rule/family u16 0 1 3 9 11 65535
ranged $rule_new $rule "$r" 6 rule/port-min u16 0
ranged $rule_new $rule "$r" 7 rule/port-max u16 0 6999
ranged $rule_new $rule "$r" 8 rule/peer bin 0a09000201 fd090000000000000000000000000001
ranged $rule_new $rule "$r" 9 rule/peer-len u8 33 129 255
ranged $rule_new $rule "$r" 10 rule/uid u32 4294967295
ranged $rule_new $rule "$r" 11 rule/cgroup u64 0
names "without rule/family" rule/peer $rule_new $rule "$(without 5 "$r")"
names "without rule/peer" rule/peer-len $rule_new $rule "$(without 8 "$r")"
names "without rule/port-min" rule/port-max $rule_new $rule "$(without 6 "$r")"
names "in a request" rule/flows $rule_new $rule "$r;12 u32 0"
names "in a request" rule/stats $rule_new $rule "$r;13 bin"
names "of a type that nobody has" "unknown attribute in rule" $rule_new $rule "$r;99 u32 0"
is "no rule has come of all that" "$(nl alice rule list)" ""
taken "rule-new" $rule_new $rule "$r"
needed $rule_del $rule "1 u32 77" 1 rule/id
sized $rule_del $rule "1 u32 77" 1 rule/id 4 4
ranged $rule_del $rule "1 u32 77" 1 rule/id u32 0
taken "rule-del" $rule_del $rule "1 u32 77"

# replace LINE...: the rules; each line is one of nl-raw.c
replace() {
	printf '%s\n' "$@" | nl alice raw $rule_replace
}

# refused NAME LINE...: in the name of that attribute
refused() {
	_name=$1
	shift
	_answer=$(replace "$@")
	case $_answer in
	"EINVAL: "*"$_name"*) check "$_name: $*" true ;;
	*) is "$_name: $*" "$_answer" "EINVAL: ...$_name..." ;;
	esac
}

# Which rules are replaced.
refused id-min 'u32 7 0' 'u32 8 9'
refused id-min 'u32 8 9'
refused id-max 'u32 7 9'
refused id-max 'u32 7 9' 'u32 8 0'
refused id-max 'u32 7 9' 'u32 8 8'
refused id-max 'u32 7 9' 'u64 8 9'
refused rule/id 'u32 7 9' 'u32 8 10' 'nest 1' 'u32 1 11' 'u32 3 0' end
refused rule/id 'u32 7 9' 'u32 8 10' 'nest 1' 'u32 3 0' end
is "rule-replace: as it should be it is taken" \
	"$(replace 'u32 7 9' 'u32 8 10' 'nest 1' 'u32 1 10' 'u32 3 0' end)" "ok: "
is "and only that is there" "$(nl alice rule list | grep -o '"id":[0-9]*')" '"id":10'
nl alice rule del 10

# A stream, a nest in a flow: TYPE LENGTH HEX of each attribute; 32799 is its type, nested.
stream() {
	printf ';32799 bin '
	while [ $# -gt 0 ]; do
		printf '%02x00%02x00%s' $((4 + $2)) "$1" "$3"
		shift 3
	done
}
# dir rx, SSRC 1, ROC 2
dir='1 4 01000000' ssrc='2 4 01000000' roc='3 4 02000000'

# Flows.
f='2 u16 2;3 bin 0a090001;4 bin 1b58;5 bin 0a090002;6 bin 1b58;9 bin c0;14 u32 0;15 u32 0;16 u8 0'
f="$f;26 u32 64;27 u32 2;28 u16 200;29 u8 16;30 bin 0103ff"
needed $flow_new $flow "$f" 2 flow/family 4 flow/lport 5 flow/raddr 6 flow/rport
while read -r type name shortest longest; do
	sized $flow_new $flow "$f" "$type" "$name" "$shortest" "$longest"
done <<-END
	1 flow/id 8 8
	2 flow/family 2 2
	3 flow/laddr 4 16
	4 flow/lport 2 2
	5 flow/raddr 4 16
	6 flow/rport 2 2
	7 flow/state-tx 4 4
	8 flow/state-rx 4 4
	9 flow/cookie 0 64
	14 flow/ifindex 4 4
	15 flow/mark 4 4
	16 flow/tos 1 1
	26 flow/window 4 4
	27 flow/cryptex 4 4
	28 flow/pad-size 2 2
	29 flow/pad-multiple 1 1
	30 flow/enc-ext 0 255
END
ranged $flow_new $flow "$f" 26 flow/window u32 0 63 32769 4294967295
ranged $flow_new $flow "$f" 27 flow/cryptex u32 3 4294967295
ranged $flow_new $flow "$f" 30 flow/enc-ext bin 00 010003
# shellcheck disable=SC2086 # words
while read -r what name streams; do
	names "$what" "$name" $flow_new $flow "$f$(stream $streams)"
done <<-END
	missing stream/dir $ssrc $roc
	missing stream/ssrc $dir $roc
	missing stream/roc $dir $ssrc
	short stream/dir $ssrc $roc 1 3 01000000
	short stream/ssrc $dir $roc 2 2 01000000
	long stream/roc $dir $ssrc 3 8 0100000000000000
	out-of-range stream/dir 1 4 02000000 $ssrc $roc
	in-a-request stream/seq $dir $ssrc $roc 4 2 00000000
	unknown stream $dir $ssrc $roc 9 4 00000000
END
names "that does not say that it is a nest" flow/stream $flow_new $flow "$f;31 bin"
ranged $flow_new $flow "$f" 2 flow/family u16 0 3 11
ranged $flow_new $flow "$f" 3 flow/laddr bin 0a09000101 fd090000000000000000000000000001
ranged $flow_new $flow "$f" 4 flow/lport bin 0000
ranged $flow_new $flow "$f" 5 flow/raddr bin 0a09000201 fd090000000000000000000000000002
ranged $flow_new $flow "$f" 6 flow/rport bin 0000
while read -r type name; do
	names "in a request" "$name" $flow_new $flow "$f;$type u32 0"
done <<-END
	10 flow/rule-id
	11 flow/action
	12 flow/flags
	13 flow/uid
	17 flow/ssrc-tx
	18 flow/ssrc-rx
	19 flow/profile-tx
	20 flow/profile-rx
	21 flow/age-ms
	22 flow/idle-tx-ms
	23 flow/idle-rx-ms
	24 flow/stats
	32 flow/srtp-tx
	33 flow/srtp-rx
END
names "of a type that nobody has" "unknown attribute in flow" $flow_new $flow "$f;99 u32 0"
is "no flow has come of all that" "$(nl alice flow list)" ""
# shellcheck disable=SC2086 # words
taken "flow-new" $flow_new $flow "$f$(stream $dir $ssrc $roc)"
id=$(flow alice 7000 id)
s="1 u64 $id;7 u32 1;8 u32 1;9 bin c001"
needed $flow_set $flow "$s" 1 flow/id
sized $flow_set $flow "$s" 1 flow/id 8 8
sized $flow_set $flow "$s" 9 flow/cookie 0 64
for which in "7 flow/state-tx" "8 flow/state-rx"; do
	# shellcheck disable=SC2086 # two words
	sized $flow_set $flow "$s" $which 4 4
	# shellcheck disable=SC2086
	ranged $flow_set $flow "$s" $which u32 0 6 4294967295
done
ranged $flow_set $flow "$s" 1 flow/id u64 0
ranged $flow_set $flow "$s" 26 flow/window u32 63
# shellcheck disable=SC2086 # words
names "missing" stream/roc $flow_set $flow "$s;26 u32 100$(stream $dir $ssrc)"
is "none of that has changed an option" "$(member "$id" window)" 64
is "none of that has changed the flow" "$(member "$id" cookie)" c0
taken "flow-set" $flow_set $flow "$s"
needed $flow_get $flow "1 u64 $id" 1 flow/id
sized $flow_get $flow "1 u64 $id" 1 flow/id 8 8
needed $flow_del $flow "1 u64 $id" 1 flow/id
sized $flow_del $flow "1 u64 $id" 1 flow/id 8 8

# Keys.
k="1 u64 $id;2 u32 0;4 u32 1;5 bin $(bytes 16);6 bin $(bytes 14);7 bin 01"
needed $key_new $key "$k" 1 key/flow-id 2 key/dir 4 key/profile 5 key/master 6 key/salt
while read -r type name shortest longest; do
	sized $key_new $key "$k" "$type" "$name" "$shortest" "$longest"
done <<-END
	1 key/flow-id 8 8
	2 key/dir 4 4
	4 key/profile 4 4
	5 key/master 16 32
	6 key/salt 12 14
	7 key/mki 1 128
END
ranged $key_new $key "$k" 1 key/flow-id u64 0
ranged $key_new $key "$k" 2 key/dir u32 2 4294967295
ranged $key_new $key "$k" 4 key/profile u32 0 7 4294967295
ranged $key_new $key "$k" 5 key/master bin "$(bytes 17)" "$(bytes 31)" "$(bytes 32)"
ranged $key_new $key "$k" 6 key/salt bin "$(bytes 12)" "$(bytes 13)"
names "which is for another request" key/slot $key_new $key "$k;3 u32 1"
names "of a type that nobody has" "unknown attribute in key" $key_new $key "$k;99 u32 0"
is "no key has come of all that" "$(nl alice flow set "$id" tx=secure | cut -d: -f2)" " ENOKEY"
taken "key-new" $key_new $key "$k"
d="1 u64 $id;2 u32 0;3 u32 1"
needed $key_del $key "$d" 1 key/flow-id 2 key/dir 3 key/slot
sized $key_del $key "$d" 3 key/slot 4 4
ranged $key_del $key "$d" 2 key/dir u32 2
ranged $key_del $key "$d" 3 key/slot u32 2 4294967295
taken "key-del" $key_del $key "$d"

# Packets.
p="1 u64 $id;2 u32 0;3 bin 1000000a5a5254500050eec4505a"
needed $packet $payload "$p" 1 packet/flow-id 2 packet/kind 3 packet/data
sized $packet $payload "$p" 1 packet/flow-id 8 8
sized $packet $payload "$p" 2 packet/kind 4 4
sized $packet $payload "$p" 3 packet/data 1 3072
ranged $packet $payload "$p" 1 packet/flow-id u64 0
ranged $packet $payload "$p" 2 packet/kind u32 2 4294967295
ranged $packet $payload "$p" 3 packet/data bin 80 534f544f
names "of a type that nobody has" "unknown attribute in packet" $packet $payload "$p;99 u32 0"
is "no packet has come of all that" "$(member "$id" tx-agent)" 0
taken "packet" $packet $payload "$p"

# What holds them all together.
raw() {
	nl alice raw "$1"
}
for command in $rule_new $rule_del; do
	is "command $command without rule" "$(raw $command </dev/null)" \
		"EINVAL: needs rule: a nest of attributes"
done
for command in $flow_new $flow_del $flow_set $flow_get; do
	is "command $command without flow" "$(raw $command </dev/null)" \
		"EINVAL: needs flow: a nest of attributes"
done
for command in $key_new $key_del; do
	is "command $command without key" "$(raw $command </dev/null)" \
		"EINVAL: needs key: a nest of attributes"
done
is "command $packet without packet" "$(raw $packet </dev/null)" \
	"EINVAL: needs packet: a nest of attributes"
is "a nest that does not say that it is one" "$(echo "bin $flow $(bytes 8)" | raw $flow_del)" \
	"EINVAL: needs flow: a nest of attributes"
is "event in a request" "$(echo "u32 5 0" | raw $flow_del)" "EINVAL: event is only for replies"
is "dir in a request" "$(echo "u32 6 0" | raw $flow_del)" "EINVAL: dir is only for replies"
is "an unknown one beside the nest" "$(echo "u32 99 0" | raw $flow_del)" \
	"EINVAL: unknown attribute in the request"
is "bytes behind the last attribute" \
	"$(printf 'nest 2\nu64 1 %s\nbytes 0102\nend\n' "$id" | raw $flow_get | cut -d: -f1)" EINVAL
finish
