#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
#	alice: programs, sottod --- middle: capture --- bob: programs, sottod
#
# What "sotto" says of a call with sound and picture is what a wiretap counts, of each of the two
# streams: each packet that it calls encrypted was on the wire so, nothing else of the program's
# was, and what it calls authenticated is what the other end had sent. Each direction of each
# stream says since when, and after a restart the same.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"
. "$(dirname "$0")/programs.sh"

# A packet of RTP or RTCP; what sottod itself sends under the call's keys is RTCP APP (204).
media='udp[8] & 0xc0 = 0x80 and udp[9] != 204'

# shown HOST FILTER: of its call, as sotto shows it
shown() {
	inside "$1" sotto --json | jq -c ".calls[-1] | $2"
}

shown_is() {
	[ "$(shown "$1" "$2")" = "$3" ]
}

# flow_at HOST PORT: of the stream whose program is at this port
flow_at() {
	inside "$1" sotto flows --json | jq --arg port ":$2" '.flows[] | select(.local | endswith($port)).id'
}

# stream HOST PORT FILTER: of the stream
stream() {
	shown "$1" ".streams[] | select(.flow == $(flow_at "$1" "$2")) | $3"
}

stream_is() {
	[ "$(stream "$1" "$2" "$3")" = "$4" ]
}

# agree DESCRIPTION HOST OTHER FROM-HOST FROM-OTHER PORT: both directions of a stream, at HOST
agree() {
	_encrypted=$(on_wire "$work/wire.pcap" "$4 and src port $6 and $media")
	_arrived=$(on_wire "$work/wire.pcap" "$5 and src port $6 and $media")
	is "$1: what is called encrypted has left ($_encrypted)" \
		"$(stream "$2" "$6" .sent.encrypted)" "$_encrypted"
	# Bare STUN, of fence(): no media.
	is "$1: nothing else has left as it was but STUN" "$(stream "$2" "$6" .sent.as_it_was)" \
		"$(on_wire "$work/wire.pcap" "$4 and src port $6 and udp[12:4] = 0x2112a442")"
	is "$1: what is called authenticated, and what was refused, has come ($_arrived)" \
		"$(stream "$2" "$6" '.received | .authenticated + .dropped')" "$_arrived"
	is "$1: all that the other end encrypted is authentic here" \
		"$(stream "$2" "$6" .received.authenticated)" "$(stream "$3" "$6" .sent.encrypted)"
}

load_module
hosts_up
family 4
end_up alice
end_up bob
for h in alice bob; do
	inside $h sotto rule add require --port 7000-7003 >"$work/rule" 2>&1 || bail "$(cat "$work/rule")"
done
socket phone alice "$a:7000" "$b:7000"
socket peer bob "$b:7000" "$a:7000"
capture_start "$work/wire.pcap" middle br0 udp

# Sent until there are keys: held, and no packet of it is on the wire.
is "before there are keys programs are told that all was sent" "$(send phone rtp 10)" "$(all_sent 10)"
for h in alice bob; do
	check "$h: secure both ways" wait_until 30 shown_is $h .secure true
done
socket picture alice "$a:7002" "$b:7002"
socket scene bob "$b:7002" "$a:7002"
is "a picture beside the sound" "$(send picture rtp 4)" "$(all_sent 4)"
for h in alice bob; do
	check "$h: one call with two streams, both secure" wait_until 30 \
		shown_is $h '[.secure, (.streams | length)]' '[true,2]'
done
for port in 7000 7002; do
	held=$(stream alice $port .sent.dropped)
	check "and what was held back is counted, at $port ($held)" [ "$held" -gt 0 ]
done
is "alice sends" "$(send phone rtp 200)" "$(all_sent 200)"
is "alice's RTCP" "$(send phone rtcp 3)" "$(all_sent 3)"
is "her picture" "$(send picture rtp 70)" "$(all_sent 70)"
is "bob sends" "$(send peer rtp 150)" "$(all_sent 150)"
is "his picture" "$(send scene rtp 50)" "$(all_sent 50)"
fence phone peer
fence peer phone
fence picture scene
fence scene picture
capture_end "$work/wire.pcap"
for port in 7000 7002; do
	agree "alice, $port" alice bob "$from_a" "$from_b" $port
	agree "bob, $port" bob alice "$from_b" "$from_a" $port
done
# Whatever has begun a flow was dropped before there was one to count it.
is "alice: of all that her program has sent, each is accounted for" \
	"$((1 + $(stream alice 7000 '.sent | .encrypted + .dropped')))" 213
is "and of her picture" "$((1 + $(stream alice 7002 '.sent | .encrypted + .dropped')))" 74
for h in alice bob; do
	is "$h: the call has what its streams have" "$(shown $h '.sent, .received' | tr '\n' ' ')" \
		"$(shown $h '[.streams[].sent], [.streams[].received] |
			reduce .[] as $s ({}; reduce ($s | keys_unsorted[]) as $k (.; .[$k] += $s[$k]))' |
			tr '\n' ' ')"
done
is "nobody can read any of it" "$(plain_on_wire "$work/wire.pcap" "udp and not port 9")" 0

for h in alice bob; do
	check "$h: each direction of each stream says since when" \
		shown_is $h '[.streams[] | .secure_tx_since > 0 and .secure_rx_since > 0] | all' true
	check "$h: the call since the last of them" \
		shown_is $h '.secure_tx_since == ([.streams[].secure_tx_since] | max) and
			.secure_rx_since == ([.streams[].secure_rx_since] | max)' true
done
same='[.secure_tx_since, .secure_rx_since, .sent, (.streams | sort_by(.flow)[])]'
before=$(shown alice "$same")
stop_on alice sottod KILL
sottod_up alice
check "after SIGKILL and a restart it says the same" wait_until 20 shown_is alice "$same" "$before"
id=$(flow_at alice 7002)
nl alice key del "$id" rx current >"$work/nl" 2>&1 || note "$(cat "$work/nl")"
check "a direction that is no longer secure has no such time" wait_until 20 \
	stream_is alice 7002 '.security_rx != "secure" and .secure_rx_since == null and
		.secure_tx_since > 0' true
check "nor has the call, which is not secure" \
	shown_is alice '.secure_rx_since == null and .secure == false' true
check "the other stream is as it was" \
	stream_is alice 7000 '.security_rx == "secure" and .secure_rx_since > 0' true
finish
