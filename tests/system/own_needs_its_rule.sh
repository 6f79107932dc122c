#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program that brings keys of its own is let through only where its rule says
# own=allow: after its own ZRTP Hello, or a DTLS handshake that ended both ways.
# Elsewhere its ZRTP is dropped and its DTLS makes nothing pass. Where the keys went by SIP
# nothing shows them: a rule says so, and is believed of the programs that it names.
#
#	alice: phone at 7000 -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

# ends FLAGS
ends() {
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action=require flags="$1" ports=7000 id=1 >/dev/null
}

ends_gone() {
	no_flows alice
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends peer "$peer"
}

for f in 4 6; do
	family $f
	ends ''
	tell phone zrtp rtp rtp rtp
	fence phone peer
	is "IPv$f: without the flag the program's ZRTP and media are dropped" \
		"$(got peer zrtp) $(got peer rtp) $(states alice 7000)" "0 0 hold/hold"
	is "IPv$f: nor may the agent say own" \
		"$(nl alice flow set "$(flow alice 7000 id)" tx=own | cut -d: -f2)" " EPERM"
	tell phone dtls-finished
	tell peer dtls-finished
	fence peer phone
	tell phone rtp
	fence phone peer
	is "IPv$f: a DTLS handshake changes nothing" \
		"$(got peer rtp) $(states alice 7000)" "0 hold/hold"
	ends_gone

	ends own
	tell phone rtp rtp rtp
	fence phone peer
	is "IPv$f: with the flag media alone is held all the same" \
		"$(got peer rtp) $(states alice 7000)" "0 hold/hold"
	tell phone zrtp rtp rtp
	fence phone peer
	is "IPv$f: after the program's own ZRTP it passes" \
		"$(got peer zrtp) $(got peer rtp) $(states alice 7000)" "1 2 own/own"
	is "IPv$f: as it is, and nobody claims to have protected it" \
		"$(flow alice 7000 tx-protected profile_tx)" "0 none"
	tell peer zrtp rtp
	fence peer phone
	is "IPv$f: and the answer comes to the program" "$(got phone zrtp) $(got phone rtp)" "1 1"
	ends_gone

	ends own
	tell phone rtp rtp dtls dtls-finished rtp
	fence phone peer
	is "IPv$f: one side's half of a DTLS handshake is not enough" \
		"$(got peer rtp) $(states alice 7000)" "0 hold/hold"
	tell peer dtls
	fence peer phone
	is "IPv$f: nor is the beginning of the other's" "$(states alice 7000)" hold/hold
	tell peer dtls-finished
	fence peer phone
	tell phone rtp
	fence phone peer
	is "IPv$f: but the end of both is" "$(got peer rtp) $(states alice 7000)" "1 own/own"
	ends_gone

	ends sdes
	tell phone rtp rtp rtp
	tell peer rtp
	fence phone peer
	fence peer phone
	is "IPv$f: where the rule says SDES media passes from the first packet, as it is" \
		"$(got peer rtp) $(got phone rtp) $(states alice 7000) $(flow alice 7000 tx-protected)" \
		"3 1 own/own 0"
	no_flows alice
	tell peer rtp rtp rtp
	fence peer phone
	is "IPv$f: also when the other end begins" "$(got phone rtp) $(states alice 7000)" "4 own/own"
	must 1 nl alice rule replace action=require flags=own ports=7000 id=1
	tell phone rtp
	fence phone peer
	is "IPv$f: a rule that wants to see it believes nobody any more" \
		"$(got peer rtp) $(states alice 7000)" "3 hold/hold"
	tell phone zrtp rtp
	fence phone peer
	must 1 nl alice rule replace action=require flags=own ports=7000 id=1
	is "IPv$f: but what it has seen" "$(got peer rtp) $(states alice 7000)" "4 own/own"
	ends_gone

	ends sdes
	must 1 nl alice rule replace action=require flags=sdes uid=1000 ports=7000 id=1
	tell phone rtp rtp rtp
	tell peer rtp
	fence phone peer
	fence peer phone
	is "IPv$f: of whose programs it does not say so" "$(got peer rtp) $(got phone rtp) $(
		states alice 7000)" "3 1 none"
	must 1 nl alice rule replace action=require flags=sdes uid=0 ports=7000 id=1 , \
		action=require ports=7000 id=2
	tell phone rtp rtp rtp
	fence phone peer
	is "IPv$f: of whose it does" "$(got peer rtp) $(states alice 7000)" "6 own/own"
	nl alice rule del 2
	ends_gone

	ends own
	tell phone rtp rtp
	fence phone peer
	id=$(flow alice 7000 id)
	secure alice "$id" tx "$(new_key)" || bail "no key"
	secure alice "$id" rx "$(new_key)" || bail "no key"
	tell phone zrtp dtls-finished
	tell peer zrtp dtls-finished
	fence peer phone
	is "IPv$f: nothing leads there from secure" "$(states alice 7000)" secure/secure
	ends_gone
done
finish
