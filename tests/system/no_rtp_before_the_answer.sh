#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
#	alice: PipeWire, plugin, sottod --- middle --- sottod, plugin, PipeWire :bob
#
# While it rings nothing is acquired, sent or played at either end: the capture has
# ZRTP and the control channel and not one RTP packet. After the answer it has.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# Not RTCP, whose payload types are 192 to 223 with the marker bit (RFC 5761 4).
rtp="udp[8] & 0xc0 == 0x80 and not (udp[9] >= 192 and udp[9] <= 223)"

# captured FILTER: packets so far
captured() {
	tcpdump -r "$work/wire.pcap" -n "udp port 7686 and $1" 2>/dev/null | wc -l
}

has_captured() {
	[ "$(captured "$1")" -ge "$2" ]
}

# sign_of_life HOST: control packets from there
more_control_from() {
	has_captured "src host $1 and udp[8] & 0xc0 == 0x80 and udp[9] == 204" "$2"
}

load_module
hosts_up
ends_up alice bob
audio_up alice
audio_up bob
capture_start "$work/wire.pcap" middle br0 "udp port 7686"

ring
# Both repeat what they say every 5 s while it rings: so long there is nothing else.
check "it rings for a while" wait_until 60 more_control_from 10.9.0.1 6
is "no RTP has left either end" "$(captured "$rtp")" 0
check "where ZRTP has" has_captured "udp[8:4] & 0xff00ffff == 0x10000000 or udp[8] == 0x10" 8
check "alice's end gives nobody the socket" says "$(on_call alice Acquire)" "Only an active call"
check "nor does bob's" says "$(on_call bob Acquire)" "Only an active call"
check "there is no device to speak to" not has_call_device alice
check "nor at bob's" not has_call_device bob

answer
check "after the answer there are" wait_until 30 has_call_device alice
check "at both ends" wait_until 30 has_call_device bob
check "and alice sends RTP" wait_until 30 has_captured "src host 10.9.0.1 and $rtp" 50
check "and so does bob" wait_until 30 has_captured "src host 10.9.0.2 and $rtp" 50

hang_up
check "when it has ended, the devices go" wait_until 30 not has_call_device alice
check "at both ends" wait_until 30 not has_call_device bob
sent=$(captured "$rtp")
must 30 more_control_from 10.9.0.1 7
capture_stop
is "and nothing more is sent" "$(captured "$rtp")" "$sent"
finish
