#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: phone at 7000, perf and bpftrace --- middle --- bob: peer at 7000
#
# The tracepoints tell what becomes of flows and which packets are dropped, each with its reason,
# as perf and bpftrace read them. They have numbers of flows and words: no address, no port, and
# not eight bytes of a key, in text or in the tracer's own file.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

tracing=/sys/kernel/tracing

# event NAME REGEX: how often perf has it
event() {
	grep -cE "sotto:sotto_$1: +$2\$" "$work/events"
}

# drops REASON: packets, as bpftrace has summed them
drops() {
	sed -n "s/^@\[$1\]: //p" "$work/bpf"
}

# number NAME: of a counter, by its place in the header
number() {
	sed -n '/^enum sotto_attr_stats {/,/^};/s/^\t\(SOTTO_A_STATS_[A-Z_]*\),.*/\1/p' \
		"$top/include/uapi/linux/sotto.h" | grep -nx "SOTTO_A_STATS_$1" | awk -F: '{ print $1 - 1 }'
}

in_hex() {
	od -An -v -tx1 "$1" | tr -d ' \n'
}

# has_key FILE KEY: eight bytes of it, wherever they begin in the file
has_key() {
	in_hex "$1" >"$work/hex"
	for _at in 1 17 34 46; do
		_piece=$(echo "$2" | cut -c "$_at-$((_at + 15))")
		! grep -q -e "$_piece" "$work/hex" || return 0
	done
	return 1
}

[ -d "$tracing/events" ] || mount -t tracefs tracefs "$tracing" || bail "no tracefs"
load_module
hosts_up
family 4
is "there are these events" "$(ls "$tracing/events/sotto" | grep '^sotto_' | tr '\n' ' ')" \
	"sotto_drop sotto_flow_gone sotto_flow_new sotto_key sotto_state "
is "with these fields, each a number" "$(sed -n 's/^\tfield:\(u[0-9]* [a-z]*\);.*/\1/p' \
	"$tracing"/events/sotto/sotto_*/format | sort -u | tr '\n' ' ')" \
	"u32 dir u32 old u32 packets u32 reason u32 state u32 what u64 flow "
is "and no other" "$(grep -h 'field:' "$tracing"/events/sotto/sotto_*/format |
	grep -vcE 'common_|field:u(32|64) ')" 0

must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
turn peer "$a:7000"

# What it starts it starts when it records.
perf record -e 'sotto:*' -a -o "$work/trace.data" -- sh -c ': >"$0"; exec sleep 100000' \
	"$work/recording" >"$work/perf" 2>&1 &
perf=$!
pids="$perf $pids"
bpftrace -e 'tracepoint:sotto:sotto_drop { @[args->reason] = sum(args->packets); }' >"$work/bpf" 2>&1 &
bpf=$!
pids="$bpf $pids"
must 60 test -e "$work/recording"
must 120 grep -q Attaching "$work/bpf"
is "held" "$(send phone rtp 3)" "$(all_sent 3)"
fence phone peer
no_flows alice
secure_both "$a:7000" "$b:7000"
nl alice flow del "$a_flow" >/dev/null
a_flow=$(new_flow alice "$a:7000" "$b:7000")
wrong=$(new_key)
secure alice "$a_flow" tx "$wrong"
secure alice "$a_flow" rx "$ba"
is "alice sends with a key that bob does not have" "$(send phone rtp 5)" "$(all_sent 5)"
fence phone peer
is "bob sends" "$(send peer rtp 2)" "$(all_sent 2)"
fence peer phone
is "which passes" "$(got phone rtp)" 2
nl bob key del "$b_flow" rx current
no_flows alice
no_flows bob
kill -INT "$bpf" "$perf"
wait "$bpf" "$perf" 2>/dev/null
perf script -i "$work/trace.data" >"$work/events" 2>"$work/script" || note "$(cat "$work/script")"

is "perf: packets without a key, one of them before there was a flow" \
	"$(event drop 'flow=[0-9]+ reason=drop-tx-hold packets=1')" 3
is "that one the rule has dropped" "$(event drop 'flow=0 reason=drop-tx-hold packets=1')" 1
is "those that do not authenticate, at bob's flow" \
	"$(event drop "flow=$b_flow reason=drop-rx-auth packets=1")" 5
is "what passes is nowhere" "$(grep -c 'sotto_drop' "$work/events")" 8
is "a flow's beginning" "$(event flow_new "flow=$b_flow state=hold")" 1
is "its way to secure" "$(event state "flow=$b_flow dir=rx old=hold state=secure")" 1
is "and from there" "$(event state "flow=$b_flow dir=rx old=secure state=dead")" 1
is "its key is installed" "$(event key "flow=$b_flow dir=rx what=installed")" 1
is "used" "$(event key "flow=$b_flow dir=rx what=used")" 1
is "and wiped" "$(event key "flow=$b_flow dir=rx what=wiped")" 1
is "its end" "$(event flow_gone "flow=$b_flow")" 1
is "bpftrace sums up the same: held" "$(drops "$(number DROP_TX_HOLD)")" 3
is "not authentic" "$(drops "$(number DROP_RX_AUTH)")" 5

for k in "$ab" "$ba" "$wrong"; do
	check "eight bytes of a key are not in perf's file" not has_key "$work/trace.data" "$k"
done
cp "$work/trace.data" "$work/control"
/usr/bin/python3 -c 'import sys; open(sys.argv[1], "ab").write(bytes.fromhex(sys.argv[2]))' \
	"$work/control" "$(echo "$ba" | cut -c 17-32)"
check "they would have been found" has_key "$work/control" "$ba"
nobody_named() {
	! sed 's/.*sotto:sotto_//' "$work/events" | grep -qE '10\.9\.|7000|fd09|167837|1879|22555'
}
check "no event names an address or a port" nobody_named
echo 'x sotto:sotto_drop: flow=7000' >>"$work/events"
check "and it would have been found" not nobody_named
rm -f "$work/control" "$work/trace.data" "$work/hex"	# nothing to be read by people
finish
