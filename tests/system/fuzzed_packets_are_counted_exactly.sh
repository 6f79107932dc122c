#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml
# seconds: 65
#
# A minute of packets that nobody sane sends, to secure flows and from their programs:
# SRTP whole and mutated, other protocols, fragments, broken headers. KASAN and lockdep
# watch. Each packet is counted once, under what was foretold; what is authentic arrives,
# nothing leaves in plain.
#
#	FUZZ_SECONDS=600 FUZZ_SEED=1 tests/run fuzzed_packets_are_counted_exactly
. "$(dirname "$0")/lib.sh"

load_module
hosts_up
# What has lost a piece is waited for, with IPv6 a minute long. The 4 MiB that the stack has
# for it are full before, and it refuses pieces of whole packets.
on alice sysctl -qw net.ipv4.ipfrag_high_thresh=$((256 << 20)) \
	net.netfilter.nf_conntrack_frag6_high_thresh=$((256 << 20))
"$tools/fuzz-packets" --seconds "${FUZZ_SECONDS:-60}" ${FUZZ_SEED:+--seed "$FUZZ_SEED"} \
	>"$work/fuzz" 2>&1
status=$?
note "$(tr '\n' ' ' <"$work/fuzz" | tail -c 300)"
if [ "$status" -ne 0 ]; then	# has the network itself lost one?
	note "backlog: $(cat /proc/net/softnet_stat)"
	note "$(ip -s -j -n middle link | jq -c 'map({ifname, lost: [.stats64.rx.dropped, .stats64.tx.dropped]})')"
	note "$(on alice grep -E 'Discards|Reasm|InHdrErrors' /proc/net/snmp6 | grep -v ' 0$' | tr -s ' \t\n' ' ')"
	note "$(on alice grep '^Ip:' /proc/net/snmp | tr '\n' ' ')"
fi
is "all is as foretold" "$status" 0
field() {
	sed -n "s/^$1 //p" "$work/fuzz"
}
check "it has sent thousands" test "$(field packets)" -ge 5000
check "of which at least a tenth authenticate" \
	test $(($(field authentic) * 10)) -ge "$(field packets)"
finish
