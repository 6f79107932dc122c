#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
#	10.9.0.1  alice: sottod --- middle --- sottod :bob
#	10.9.0.77 alice, later
#
# Who has been verified once is known again: after a restart of both ends, and from
# another address. Somebody else at the old address is not.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# known_as HOST: name, verified before, verified now, claim
known_as() {
	calls "$1" | tail -n 1 | jq -r '"\(.Name) \(.VerifiedBefore) \(.Verified) \(.Claim)"'
}

load_module
hosts_up
ends_up alice bob
ring
is "a first caller is nobody yet, whatever her address promises" "$(known_as bob)" \
	" false false alice"
answer
verify
is "who has been verified has her name" "$(known_as bob)" "alice false true "
is "and so has he" "$(known_as alice)" "bob false true "
hang_up

for h in alice bob; do
	stop_on $h sottod
	sottod_up $h
done
ring
is "the second call shows the stored name, before the answer" "$(known_as bob)" \
	"alice true true "
is "at both ends" "$(known_as alice)" "bob true true "
hang_up

on alice ip addr del 10.9.0.1/24 dev eth0
on alice ip addr add 10.9.0.77/24 dev eth0
must 10 reaches alice 10.9.0.2
ring
is "also from another address" "$(known_as bob)" "alice true true "
answer
is "and he can call her there" "$(manager bob ListPeers | jq -r '.data[0][0][1].Addresses.data[0]')" \
	10.9.0.77:7686
hang_up

# Another machine with the old address, whose store is empty.
on alice ip addr del 10.9.0.77/24 dev eth0
ip netns add carol
_port port-c carol 10.9.0.1 fd09::3
must 10 reaches carol 10.9.0.2
end_up carol
manager carol Pair sas bob 1 10.9.0.2 >/dev/null
manager carol Call 'sa{sv}' bob 0 >/dev/null
check "who only has her address does not ring" wait_until 20 call_is carol Progress ended
is "and is told so" "$(how_it_ended carol)" "not-allowed them"
finish
