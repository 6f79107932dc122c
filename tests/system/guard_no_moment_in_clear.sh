#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 25
#
# A program that never stops talking is not heard in clear from the guard's first moment
# on: while the module is missing, damaged, another kernel's, being loaded, given other
# rules, and taken out by the way that there is for it. Another program, which no rule
# covers, is heard all the time.
#
#	alice: RTP at 7000, RTCP at 7001, control at 7100 -- middle: capture -- bob
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/guard-lib.sh"

# step WHAT STATUS HOW COMMAND...: its status, in what state it leaves the guard, and
# the talker goes on under that
step() {
	_what=$1 _status=$2 _how=$3
	shift 3
	"$@"
	is "$_what" "$? $(how)" "$_status $_how"
	goes_on
}

# unload: what rmmod says
unload() {
	rmmod sotto 2>&1 | grep -o 'in use'
}

ids() {
	nl alice rule list | sed 's/^{"id":\([0-9]*\).*/\1/' | sort -n | tr '\n' ' '
}

hosts_up
nobody_answers
rules_are 'require --port 7000'
module_is missing
wire=$work/wire.pcap
from_alice='(src host 10.9.0.1 or src host fd09::1) and (src port 7000 or src port 7001)'
guard up
is "before there is a module nftables stands in" "$? $(how)" "0 standing"
capture_start "$wire"
talk_without_end rtp 10.9.0.1:7000 10.9.0.2:7000 rtcp 10.9.0.1:7001 10.9.0.2:7001 \
	rtp '[fd09::1]:7000' '[fd09::2]:7000' rtcp '[fd09::1]:7001' '[fd09::2]:7001' \
	other 10.9.0.1:7100 10.9.0.2:7100
goes_on

step "the module is missing" 1 standing guard load
check "so it says" grep -q 'there is no kernel module for this kernel' "$work/guard.log"
module_is foreign
step "it is another kernel's" 1 standing guard load
check "so it says" grep -q 'or was built for another kernel' "$work/guard.log"
module_is damaged
step "it is damaged" 1 standing guard load
check "so it says" grep -q 'the kernel module is damaged' "$work/guard.log"
rm "$kernel_modules/extra/sotto.ko"
step "its file was removed" 1 standing guard load
check "so it says" grep -q 'there is no kernel module for this kernel' "$work/guard.log"
rules_are 'require --port 7000' 'require --prot 7002'
module_is good
step "the file of rules is wrong" 1 standing guard start
check "so it says: file, line, word and reason" \
	grep -q 'a.conf, line 2, word 2: a rule has --port, .* and nothing else; cure: ' "$work/guard.log"
check "but it does not quote it" not grep -q prot "$work/guard.log"
rm "$rules/a.conf"
mkdir "$rules/a.conf"
step "it cannot be read" 1 standing guard start
rmdir "$rules/a.conf"
is "up to here nothing of it was on the wire" "$(plain_on_wire "$wire" "$from_alice")" 0

rules_are 'require --port 7000'
step "the module is there" 0 loaded guard load
check "nftables stands in no more" not stands
is "the kernel has the rules" "$(ids)" "1001 "
is "the module cannot be unloaded" "$(unload)" "in use"
goes_on
must 1 nl alice rule add action=require ports=7002 >/dev/null
rules_are 'bypass --port 7003' 'require --port 6990-7000' 'require --peer 10.9.0.9'
step "other rules" 0 loaded guard load
is "they have taken the place of those before, not of that which was added" \
	"$(ids)" "1 1001 1002 1003 "
rules_are 'require --port 7000' 'nonsense'
step "a file that is wrong" 1 old guard load
is "changes nothing" "$(ids)" "1 1001 1002 1003 "
rules_are 'require --port 7000'
step "started once more" 0 loaded guard start
step "the unit is stopped" 0 standing guard down
check "nftables stands in" stands
is "and the module too" "$(ids)" "1 1001 "
step "it is started" 0 loaded guard start
step "it does not unload what another rule holds" 1 standing guard unload
check "and says so" grep -q 'rules that were not read from files hold the kernel module' \
	"$work/guard.log"
must 1 nl alice rule del 1
step "without that rule it does" 0 standing guard unload
check "the module is gone" not module_loaded
# The one transaction of an nftables.conf that ends as sotto-guard(8) says.
printf 'flush ruleset\ninclude "%s/*.nft"\n' "$state" >"$work/nftables.conf"
step "somebody loads another nftables.conf" 0 standing on alice nft -f "$work/nftables.conf"
check "nftables stands in" stands
step "another module is loaded" 0 loaded guard load
check "and what it has is enough" not stands
is "never was anything of it on the wire" "$(plain_on_wire "$wire" "$from_alice")" 0
is "nor anything else from its ports" "$(on_wire "$wire" "$from_alice")" 0

# Deleting the rule on purpose, and the flows that it held, is the one way out: the capture
# sees what then leaves.
must 1 nl alice rule del 1001
no_flows alice
goes_on
stop "$talker"
said=$(rounds)
capture_end "$wire"
# It may have been ended between a round and its count.
heard=$(plain_on_wire "$wire" 'src port 7100')
[ "$heard" -ne $((said + 1)) ] || said=$heard
is "the control was heard all the time" "$heard" "$said"
check "the rule is deleted: now it is heard" [ "$(plain_on_wire "$wire" "$from_alice")" -ge 60 ]
finish
