#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml
#
# When the indices of a key are used up, that direction is dead: the agent was told
# before, nothing leaves any more, and a new key makes it secure again.
#
#	alice: phone at 7000 -- middle: capture -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
family 4
agent agent alice
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
turn peer "$a:7000"
must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
secure_both "$a:7000" "$b:7000"

# rtp SEQ: of a stream whose last ROC it is
rtp() {
	tell phone "hex:8060${1}00000001deadbeef$(printf %s "$spoken" | od -An -v -tx1 | tr -d ' \n')"
	fence phone peer
}
nl alice flow roc "$a_flow" tx 0xdeadbeef 0xffffffff
nl bob flow roc "$b_flow" rx 0xdeadbeef 0xffffffff
capture_start "$work/wire.pcap"
rtp fff0
rtp ffff
is "up to the last index packets arrive" "$(got peer rtp)" 2
is "and the agent is told that the end is near, once" \
	"$(told agent '"event":"key-life","dir":"tx"')" 1
is "so far the flow is secure" "$(states alice 7000)" secure/secure
rtp 0000
is "the next one ends it" "$(states alice 7000)" dead/secure
must 5 told_is agent '"event":"flow-state","dir":"tx".*"tx":"dead"' 1
is "and the agent is told" "$(told agent '"event":"flow-state","dir":"tx".*"tx":"dead"')" 1
rtp 0001
tell phone rtp rtp rtcp
fence phone peer
capture_end "$work/wire.pcap"
is "what follows is dropped, of every stream" "$(got peer rtp) $(member "$a_flow" drop-tx-dead)" "2 5"
is "nothing has left that anybody can read" \
	"$(plain_on_wire "$work/wire.pcap" "$from_a and udp port 7000")" 0

# Make: the next key. The ROC belongs to the SSRC and goes on; others begin.
ab=$(new_key)
key bob "$b_flow" rx "$ab"
secure alice "$a_flow" tx "$ab"
nl bob flow set "$b_flow" rx=secure
is "with a new key it is secure again" "$(states alice 7000)" secure/secure
tell phone rtp rtp
fence phone peer
is "and others are heard" "$(got peer rtp)" 4
finish
