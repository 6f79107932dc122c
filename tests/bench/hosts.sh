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

neighbour() { # HOST ADDRESS OTHER
	ip -n "$1" neigh replace "$2" dev eth0 nud permanent \
		lladdr "$(ip netns exec "$3" cat /sys/class/net/eth0/address)"
}

# The kernel must not wait for a module while it looks for an algorithm: files come from
# outside, the clock leaps meanwhile, and it would give up.
load_sotto() {
	modprobe -a ghash_generic gcm ctr cryptd
	for m in $(modinfo -F depends "$module" | tr , ' ') \
		$(modinfo -F softdep "$module" | sed 's/[a-z]*: *//'); do
		modprobe -q "$m" || :	# other machines' drivers
	done
	insmod "$module"
}
