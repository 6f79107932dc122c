# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh and module-lib.sh have set
#
# A telephone behind a gateway; after lib.sh and module-lib.sh. alice is the gateway, which
# has NAT, and bob is outside:
#
#	carol                              alice                     middle    bob
#	10.8.0.2, fd08::2 --- 10.8.0.1, fd08::1 lan0 | eth0 10.9.0.1 --- br0 --- 10.9.0.2
#
#	gateway_up			after hosts_up
#	behind 4			family 4, and $c, carol's address; $mapped, what bob sees
#	$mapped_port			the port that NAT gives to carol's 7000

mapped_port=7711

gateway_up() {
	ip netns add carol || bail "no network namespace"
	ip link add name lan0 netns alice type veth peer name eth0 netns carol
	ip -n alice link set lan0 up
	ip -n alice addr add 10.8.0.1/24 dev lan0
	ip -n alice addr add fd08::1/64 dev lan0 nodad
	ip -n carol link set lo up
	ip -n carol link set eth0 up
	ip -n carol addr add 10.8.0.2/24 dev eth0
	ip -n carol addr add fd08::2/64 dev eth0 nodad
	ip -n carol route add default via 10.8.0.1
	ip -n carol route add default via fd08::1
	on alice sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	on alice nft -f - <<-END || bail "no NAT"
		table inet nat {
			chain post {
				type nat hook postrouting priority srcnat;
				iifname lan0 oifname eth0 udp sport 7000 masquerade to :$mapped_port
				iifname lan0 oifname eth0 masquerade
			}
		}
	END
	must 10 reaches carol 10.9.0.2
	must 10 reaches carol fd09::2
}

behind() {
	family "$1"
	case $1 in
	4) c=10.8.0.2 ;;
	6) c='[fd08::2]' ;;
	esac
	mapped=$a:$mapped_port
}
