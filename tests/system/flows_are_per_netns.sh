#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules, flows, keys and events of one network namespace are invisible in another, and
# end with it; a flow's id is never used twice.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
agent agent-alice alice
agent agent-bob bob
must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
id=$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000)
is "bob sees no rule of alice" "$(nl bob rule list)" ""
is "and no flow" "$(nl bob flow list)" ""
is "he cannot end hers by its id" "$(nl bob flow del "$id" | cut -d: -f2)" " ENOENT"
is "nor give it a key" "$(key bob "$id" tx "$(new_key)" | cut -d: -f2)" " ENOENT"
is "nor make it clear" "$(nl bob flow set "$id" tx=clear | cut -d: -f2)" " ENOENT"
is "nor delete her rule" "$(nl bob rule del 1 | cut -d: -f2)" " ENOENT"
check "her agent hears of the flow" wait_until 5 told_is agent-alice '"event":"flow-new"' 1
theirs=$(new_flow bob 10.9.0.2:7000 10.9.0.1:7000)
check "his agent hears of his" wait_until 5 told_is agent-bob '"event":"flow-new"' 1
is "and of no other" "$(told agent-bob '"event"') $(told agent-alice '"event"')" "1 1"
check "ids are not shared" test "$id" != "$theirs"

program phone alice 10.9.0.1:7000
program peer bob 10.9.0.2:7000
turn phone 10.9.0.2:7000
turn peer 10.9.0.1:7000
nl bob flow del "$theirs"
tell peer rtp rtp
tell phone rtp rtp
fence peer phone
fence phone peer
is "alice's rule holds her media, and not bob's" \
	"$(got peer rtp) $(flow alice 7000 drop-tx-hold drop-rx-hold) $(nl bob flow list)" \
	"0 2 2 "
nl alice flow del "$id"
again=$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000)
check "the id of a flow that is gone does not come back" test "$again" -gt "$id"
secure alice "$again" tx "$(new_key)" || bail "no key"

# A namespace that ends takes its flows along, in the middle of a call.
for p in $pids; do
	stop "$p"
done
ip netns del alice
check "nothing holds the module any more" wait_until 10 sh -c \
	'[ "$(cat /sys/module/sotto/refcnt)" -eq 0 ]'
ip netns add alice
is "a namespace of the same name begins empty" "$(nl alice flow list; nl alice rule list)" ""
finish
