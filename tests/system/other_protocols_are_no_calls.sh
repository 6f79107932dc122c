#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
# On ports that a rule covers, whatever it says, names are looked up, WireGuard and DTLS
# shake hands and carry data. None of it is taken for a call. Where the rule says
# "require", calls are held all the same.
#
#	alice: every port covered; resolver, wg0, DTLS client, phone at 7000
#	  -- middle -- bob: name server, wg0, DTLS server
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

lookups=30	# ids are random: that none of them begins as RTP does is one in 5000

wg_up() { # HOST ADDRESS
	ip -n "$1" link add wg0 type wireguard && ip -n "$1" addr add "$2/24" dev wg0 || return
	(umask 077 && wg genkey >"$work/$1.key")
}

wg_peer() { # HOST OTHER ENDPOINT ADDRESS
	on "$1" wg set wg0 listen-port 51820 private-key "$work/$1.key" \
		peer "$(wg pubkey <"$work/$2.key")" allowed-ips "$4/32" endpoint "$3:51820" &&
	ip -n "$1" link set wg0 up
}

# How many of so many names, never asked for before, are found.
looks_up() { # PREFIX
	found=0
	n=0
	while [ $((n += 1)) -le "$lookups" ]; do
		on alice getent ahostsv4 "$1$n.example" | grep -q '^192\.0\.2\.7 ' &&
			found=$((found + 1))
	done
	echo "$found"
}

dtls_says() { # WORD
	{ echo "$1"; soon grep -q "^$1" "$work/dtls-server"; } |
		on alice timeout 60 openssl s_client -dtls -connect 10.9.0.2:4433 \
		-psk 5ec2e7 -psk_identity bob -cipher PSK >"$work/dtls-client" 2>&1
	grep -q "^$1" "$work/dtls-server"
}

# Queries that came with an id from 0x8000 to 0xbfff.
asked_as_rtp() {
	grep -c '^id [89ab]' "$work/names"
}

load_module
hosts_up
family 4
modprobe wireguard || bail "no WireGuard"
mkdir -p /etc/netns/alice
printf 'nameserver 10.9.0.2\noptions attempts:1 timeout:3\n' >/etc/netns/alice/resolv.conf
wg_up alice 10.77.0.1 && wg_up bob 10.77.0.2 || bail "no wg0"
start names bob "$top/tests/system/name-server.py" 10.9.0.2 192.0.2.7
mkfifo "$work/silence"	# it ends a connection when it has nothing more to say
# shellcheck disable=SC2016 # for the shell inside
start dtls-server bob sh -c 'f=$1; shift; exec "$@" <>"$f"' sh "$work/silence" \
	openssl s_server -dtls -accept 10.9.0.2:4433 -quiet -nocert -psk 5ec2e7 -cipher PSK
soon grep -q listening "$work/names"

for action in prefer require; do
	must 1 nl alice rule add action=$action id=1 >/dev/null
	is "$action: each name is found" "$(looks_up "$action")" "$lookups"
	if [ $action = prefer ]; then
		wg_peer alice bob 10.9.0.2 10.77.0.2 && wg_peer bob alice 10.9.0.1 10.77.0.1 ||
			bail "no peers"
	fi
	check "$action: packets go through WireGuard" \
		on alice ping -q -c 20 -i 0.02 -w 60 10.77.0.2
	check "$action: DTLS carries what is said" dtls_says "word-$action"
	is "$action: no flow has come of it" "$(flows alice | wc -l)" 0
	nl alice rule del 1
done
check "ids of queries have begun as RTP does" test "$(asked_as_rtp)" -gt 0
note "$(asked_as_rtp) of $((2 * lookups))"

# The same rule holds calls, to the name server's port too.
must 1 nl alice rule add action=require id=1 >/dev/null
program phone alice "$a:7000"
program peer bob "$b:7000"
turn phone "$b:7000"
send phone rtp 5 >/dev/null
fence phone peer
is "a call is held" "$(got peer rtp) $(states alice 7000)" "0 hold/hold"
turn phone "$b:53"
names=$(wc -l <"$work/names")
send phone rtp 5 >/dev/null
is "to port 53 too" "$(wc -l <"$work/names") $(flow_to alice "$b:53" tx)" "$names hold"
finish
