#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml
# seconds: 65
#
# A minute of netlink requests that nobody sane makes, grown from the specification,
# while programs talk: each is answered, what is refused is refused with a word, and
# afterwards all can be taken away again. KASAN and lockdep watch.
#
#	FUZZ_SECONDS=600 FUZZ_SEED=1 tests/run fuzzed_requests_do_no_harm
. "$(dirname "$0")/lib.sh"

load_module
hosts_up
"$tools/fuzz-netlink" --seconds "${FUZZ_SECONDS:-60}" ${FUZZ_SEED:+--seed "$FUZZ_SEED"} \
	>"$work/fuzz" 2>&1
status=$?
note "$(tr '\n' ' ' <"$work/fuzz" | tail -c 700)"
is "the kernel answers, and explains itself" "$status" 0
field() {
	sed -n "s/^$1 //p" "$work/fuzz"
}
check "it was asked thousands of times" test "$(field requests)" -ge 3000
is "and every command was also understood" \
	"$(grep -E '^accepted (rule-new|rule-del|rule-replace|flow-new|flow-del|flow-set|flow-get|key-new|key-del|packet) 0$' "$work/fuzz")" ""
for h in alice bob; do
	ip netns del "$h"
done
check "nothing holds the module any more" wait_until 10 sh -c \
	'[ "$(cat /sys/module/sotto/refcnt)" -eq 0 ]'
check "it can be unloaded" rmmod sotto
finish
