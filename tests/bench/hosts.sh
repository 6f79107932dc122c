# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what in-vm has set
#
# Two hosts with nothing between them but a cable.

hosts_up() {
	ip netns add alice
	ip netns add bob
	ip link add name eth0 netns alice type veth peer name eth0 netns bob
	for host in alice bob; do
		ip netns exec $host sysctl -qw net.ipv6.conf.all.disable_ipv6=1
		ip -n $host link set lo up
		ip -n $host link set eth0 up
	done
	ip -n alice addr add 10.9.0.1/24 dev eth0
	ip -n bob addr add 10.9.0.2/24 dev eth0
	# Known for good: no ARP in between.
	neighbour alice 10.9.0.2 bob
	neighbour bob 10.9.0.1 alice
}

# Bob has 10.32.0.1 and the next hundred thousand. That makes every look-up of a route dearer.
many_addresses() {
	ip -n bob route add local 10.32.0.0/15 dev lo
	ip -n alice route add 10.32.0.0/15 via 10.9.0.2
}

neighbour() { # HOST ADDRESS OTHER
	ip -n "$1" neigh replace "$2" dev eth0 nud permanent \
		lladdr "$(ip netns exec "$3" cat /sys/class/net/eth0/address)"
}

hosts_down() {
	for host in alice bob router; do
		ip netns del $host 2>/dev/null || :
	done
}

#	alice                 router                    bob
#	10.9.1.1 --- port-a [10.9.1.254  10.9.2.254] port-b --- 10.9.2.2
routed_up() {
	for host in alice bob router; do
		ip netns add $host
		ip netns exec $host sysctl -qw net.ipv6.conf.all.disable_ipv6=1
		ip -n $host link set lo up
	done
	ip netns exec router sysctl -qw net.ipv4.ip_forward=1
	router_port port-a alice 10.9.1.1 10.9.1.254
	router_port port-b bob 10.9.2.2 10.9.2.254
}

router_port() { # DEVICE HOST ITS-ADDRESS ADDRESS
	ip link add name "$1" netns router type veth peer name eth0 netns "$2"
	ip -n router link set "$1" up
	ip -n "$2" link set eth0 up
	ip -n router addr add "$4/24" dev "$1"
	ip -n "$2" addr add "$3/24" dev eth0
	ip -n "$2" route add default via "$4"
}

# The kernel must not wait for a module while it looks for an algorithm: files come from
# outside, the clock leaps meanwhile, and it would give up.
load_ciphers() {
	modprobe -a aesni_intel sha1_ssse3 ghash_clmulni_intel ghash_generic gcm ctr cryptd
}

load_sotto() {
	for m in $(modinfo -F depends "$module" | tr , ' ') \
		$(modinfo -F softdep "$module" | sed 's/[a-z]*: *//'); do
		modprobe -q "$m" || :	# other machines' drivers
	done
	insmod "$module"
}

tunnel_up() {
	modprobe wireguard
	for host in alice bob; do
		(umask 077 && wg genkey >/tmp/$host.key)
		ip -n $host link add wg0 type wireguard
	done
	tunnel_end alice 10.10.0.1 bob 10.10.0.2 10.9.0.2
	tunnel_end bob 10.10.0.2 alice 10.10.0.1 10.9.0.1
	# Its handshake is none of the packets that are counted.
	ip netns exec alice ping -q -c 1 -W 5 10.10.0.2 >/dev/null
}

tunnel_end() { # HOST ADDRESS OTHER OTHER-ADDRESS ENDPOINT
	ip netns exec "$1" wg set wg0 listen-port 51820 private-key "/tmp/$1.key" \
		peer "$(wg pubkey </tmp/"$3".key)" allowed-ips "$4/32" endpoint "$5:51820"
	ip -n "$1" addr add "$2/24" dev wg0
	ip -n "$1" link set wg0 up
}

tunnel_down() {
	for host in alice bob; do
		ip -n $host link del wg0
		rm /tmp/$host.key
	done
}
