#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
# What could carry calls past a gateway's hooks does not: a flowtable takes none that is
# covered, before the rules of the firewall or behind ours, and gives back what it has; a
# bridge is refused, whichever comes first, with a reason that names it; fragments are put
# together, and what does not fit with its tag is answered with a size that does.
#
#	carol: phone at 7000 -- alice: gateway, NAT, flowtable -- middle: capture -- bob: peer
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/gateway.sh"

# flowtable PRIORITY: all of UDP is offered to it, and what it does not take is counted
flowtable() {
	on alice nft -f - <<-END || bail "no flowtable"
		table inet fast {
			flowtable f { hook ingress priority 0; devices = { lan0, eth0 }; }
			chain slow {
				type filter hook forward priority $1;
				meta l4proto udp counter flow add @f
			}
		}
	END
}

# slow: packets of UDP that the gateway's firewall has seen
slow() {
	on alice nft list chain inet fast slow | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'
}

# talk COUNT: to and fro, so that the flowtable may take it
talk() {
	for _ in $(seq "$1"); do
		_heard=$(got peer rtp)
		tell phone rtp
		soon got_more peer rtp "$_heard"
		_heard=$(got phone rtp)
		tell peer rtp
		soon got_more phone rtp "$_heard"
	done
}

load_module
hosts_up
gateway_up
for m in nf_flow_table nf_flow_table_inet nft_flow_offload; do
	modprobe -q $m
done
for f in 4 6; do
	behind $f
	program phone carol "$c:7000" --unconnected
	phone=$started
	program peer bob "$b:7000" --unconnected
	peer=$started
	turn phone "$b:7000"
	turn peer "$mapped"
	# Before and behind the place where we take packets.
	flowtable $((f == 4 ? -300 : 0))
	talk 3
	before=$(slow)
	talk 5
	is "IPv$f: without a rule the flowtable takes the call" "$(($(slow) - before))" 0

	must 1 nl alice rule add action=require ports=7000 forward=lan0 id=1 >/dev/null
	capture_start "$work/wire$f.pcap"
	is "IPv$f: a rule comes" "$(send phone rtp 5)" "$(all_sent 5)"
	fence phone peer
	is "IPv$f: and nothing more is heard" "$(got peer rtp)" 8
	a_flow=$(flow alice 7000 id)
	b_flow=$(new_flow bob "$b:7000" "$mapped")
	ab=$(new_key)
	ba=$(new_key)
	secure alice "$a_flow" tx "$ab" && secure bob "$b_flow" rx "$ab" &&
	secure bob "$b_flow" tx "$ba" && secure alice "$a_flow" rx "$ba" || bail "no keys"
	before=$(slow)
	talk 10
	is "IPv$f: with keys it is heard, protected" \
		"$(got peer rtp) $(got phone rtp) $(member "$a_flow" tx-protected rx-unprotected)" \
		"18 18 10 10"
	is "IPv$f: the firewall sees each packet" "$(($(slow) - before))" 20

	# One that fits, but not with its tag.
	headers=40
	[ $f = 4 ] || headers=60
	order phone "payload-len $((1500 - headers))"
	is "IPv$f: what does not fit with its tag is sent" "$(send phone rtp 1)" "$(all_sent 1)"
	check "IPv$f: dropped and counted" \
		wait_until 10 test "$(nl alice flow show id "$a_flow" drop-tx-too-big)" = 1
	mtu() {
		on carol ip route get "$(echo "$b" | tr -d '[]')" | grep -q 'mtu 1490'
	}
	check "IPv$f: and the phone told which size does" wait_until 10 mtu
	say phone rtp 2
	fence phone peer
	is "IPv$f: it sends pieces, which arrive put together" \
		"$(got peer rtp) $(sed -n 's/.*"len":\([0-9]*\).*"pt".*/\1/p' "$work/peer" | tail -n 1)" \
		"20 $((1500 - headers + 12))"
	capture_end "$work/wire$f.pcap"
	is "IPv$f: the wire has them in pieces" "$(on_wire "$work/wire$f.pcap" \
		'(ip[6:2] & 0x3fff != 0) or ip6[6] == 44')" 4
	is "IPv$f: on the wire nobody can read anything" \
		"$(plain_on_wire "$work/wire$f.pcap" "not port 9")" 0

	no_flows alice
	no_flows bob
	nl alice rule del 1
	on alice nft delete table inet fast
	program_ends phone "$phone"
	program_ends peer "$peer"
done

must 1 nl alice rule add action=require ports=7000 forward=lan0 id=1 >/dev/null
ip -n alice link add yard type bridge
ip -n alice link set lan0 master yard 2>"$work/refused"
is "a device that a rule names does not become a port" \
	"$? $(grep -o 'lan0 is a port of the bridge yard' "$work/refused")" \
	"2 lan0 is a port of the bridge yard"
nl alice rule del 1
must 1 ip -n alice link set lan0 master yard
is "nor is there a rule for one that is" \
	"$(nl alice rule add action=require ports=7000 forward=lan0 | cut -d: -f1-3)" \
	"error: EOPNOTSUPP: lan0 is a port of the bridge yard"
is "in a file neither" \
	"$(nl alice rule replace-between 1001 1256 action=require id=1001 forward=lan0 | cut -d: -f1-3)" \
	"error: EOPNOTSUPP: lan0 is a port of the bridge yard"
is "and none is left behind" "$(nl alice rule list)" ""
is "there is one for the bridge" "$(nl alice rule add action=require ports=7000 forward=yard)" \
	'{"id":1}'
finish
