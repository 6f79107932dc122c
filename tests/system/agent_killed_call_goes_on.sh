#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 35
#
#	alice: media --- [ sotto.ko ] === middle === [ sotto.ko ] --- media :bob
#	                    sottod, killed             sottod
#
# SIGKILL of sottod does not stop a call or uncover it, and the next sottod knows it
# again: name, security, verified, since when. It can be verified and hung up.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# What must be the same before and after.
picture() {
	calls alice | tail -n 1 | jq -c '[.Peer, .Name, .Claim, .Outgoing, .Progress, .SecurityTx,
		.SecurityRx, .Verified, .VerifiedBefore, .TheirVerified, .TheirProgress, .Alarm,
		.Suite, .Since, .SecureSince, .Flow]'
}

plain_packets() {
	tcpdump -r "$1" -n -A 2>/dev/null | grep -c THIS-WAS-SAID
}

load_module
hosts_up
ends_up alice bob
talk
capture_start "$work/wire.pcap" middle br0 "udp port 7686"
before=$(picture)

signal_on alice sottod KILL
wait_on alice sottod
there=$(received alice)
here=$(received bob)
check "alice still hears bob while her sottod is dead" \
	wait_until 20 has_received alice $((there + 100))
check "and bob her" wait_until 20 has_received bob $((here + 100))
sottod_up alice
is "the next sottod shows the call as it was" "$(picture)" "$before"
is "it still has the SAS" "$(on_call alice GetSas | jq -c '.data[2]')" true
there=$(received alice)
check "the media did not stop" wait_until 20 has_received alice $((there + 50))
check "the program still has the socket" runs_on alice media
check "and nobody else gets it" says "$(on_call alice Acquire)" "Another program has"
capture_stop
is "nothing that was said was on the wire" "$(plain_packets "$work/wire.pcap")" 0
check "where much was" test "$(tcpdump -r "$work/wire.pcap" -n 2>/dev/null | wc -l)" -gt 200

is "the new sottod hangs up" "$(on_call alice Hangup | jq -r .type)" ""
check "which bob sees" wait_until 20 call_is bob Progress ended
is "with its reason" "$(how_it_ended bob)" "hangup them"
is "the flow is gone" "$(manager alice ListFlows | jq -c '.data[0]')" "[]"

end_talk
finish
