#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml debug
# seconds: 45
#
# Programs send without a pause under a require rule: held, secure with AES-CM and with
# AES-GCM, with no flow yet. Every allocation of every request and of sending fails in turn,
# keys are used up, keys and flows deleted, rules replaced, the agent goes; on the debug
# kernel every function of the data path that can fail also fails in each way. What the
# capture has of it is readable in no packet. It has every packet of a program that no rule
# covers: it would have seen.
#
#	alice: fault-tool --- [bridge: capture] --- bob: nobody listens
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# Where "ip netns exec" does not hide it.
debug=$(mktemp -d)
mount -t debugfs debugfs "$debug"
for f in failslab fail_page_alloc; do
	[ -d "$debug/$f" ] || bail "this kernel has no $f"
done
family 4
hosts_up
load_module
# As the guard puts the rules of its files.
must 1 nl alice rule replace-between 1001 1256 action=require ports=7000-7009 id=1001 , \
	action=bypass ports=7090 id=1002 >/dev/null
capture_start "$work/wire.pcap"
on alice "$tools/fault-tool" "$debug" >"$work/faults" 2>&1
is "every fault was injected" $? 0
capture_end "$work/wire.pcap"
note "$(grep -c '"fault"' "$work/faults") steps," \
	"$(jq -s 'map(.sites // 0) | add' "$work/faults") allocations failed"

for fault in "keys deleted" "flows deleted" "agent gone" "keys used up" "rules replaced" \
	"keys replaced"; do
	check "under way: $fault" grep -qF "{\"fault\":\"$fault\"}" "$work/faults"
done
is "each operation had allocations that failed" \
	"$(jq -r 'select(.fault == "allocation" and .sites == 0) | .in' "$work/faults" |
		grep -v -x -e rule-del -e key-del)" ""
if [ -d "$debug/fail_function" ]; then
	check "functions failed" grep -q '"function"' "$work/faults"
fi
is "what must not fail did stop the protected packets when it failed" \
	"$(jq -c 'select(.fault == "function" and .protected != 0)' "$work/faults")" ""
is "the capture has all of what no rule covers" \
	"$(plain_on_wire "$work/wire.pcap" "$from_a and udp src port 7096")" \
	"$(jq -r '.free // empty' "$work/faults")"
is "and nothing readable of what it covers" \
	"$(plain_on_wire "$work/wire.pcap" "$from_a and not (udp src port 7096)")" 0
check "though what is secure went out in between" test \
	"$(on_wire "$work/wire.pcap" "$from_a and udp src portrange 7002-7004")" -gt 100
finish
