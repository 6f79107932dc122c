#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 60
#
#	alice: sottod --- middle --- sottod :bob
#	                  |
#	                  +--------- sottod :carol
#
# Answer, decline, busy, hang-up and loss of the network: what both ends say of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

load_module
hosts_up
ip netns add carol
_port port-c carol 10.9.0.3 fd09::3
must 10 reaches carol 10.9.0.2
ends_up alice bob carol

ring
is "the caller's end says calling" "$(call_has alice Progress)" calling
is "and that the other end rings" "$(call_has alice TheirProgress)" ringing
is "the callee's end says ringing" "$(call_has bob Progress)" ringing
answer
is "after the answer both ends are active" \
	"$(call_has alice Progress) $(call_has bob Progress)" "active active"
is "and know it of each other" \
	"$(call_has alice TheirProgress) $(call_has bob TheirProgress)" "active active"

manager carol Call 'sa{sv}' bob 0 >/dev/null
check "who calls somebody in a call is told" wait_until 20 call_is carol Progress ended
is "that he is busy" "$(how_it_ended carol)" "busy them"
is "and he sees who has called" "$(call_has bob Claim): $(how_it_ended bob)" "carol: busy us"
is "whose call goes on" "$(call_has alice Progress)" active
first=$(calls bob | head -n 1 | jq -r .path)
as bob busctl --system call org.sotto1 "$first" org.sotto1.Call Hangup >/dev/null
check "hanging up ends the call at the other end" wait_until 20 call_is alice Progress ended
is "which says who did it" "$(how_it_ended alice)" "hangup them"
is "as does this end" "$(calls bob | head -n 1 | jq -r '"\(.Progress) \(.Reason) \(.EndedBy)"')" \
	"ended hangup us"

ring
on_call bob Decline >/dev/null
check "declining ends the call at the other end" wait_until 20 call_is alice Progress ended
is "which says that it was declined" "$(how_it_ended alice)" "declined them"
is "as does this end" "$(how_it_ended bob)" "declined us"

ring
on_call alice Hangup >/dev/null
check "so does hanging up before the answer" wait_until 20 call_is bob Progress ended
is "with its reason" "$(how_it_ended bob)" "hangup them"

ring
answer
middle_drops ether type ip
check "an end that hears nothing any more notices" wait_until 40 call_is alice Progress ended
check "at both ends" wait_until 40 call_is bob Progress ended
is "here" "$(how_it_ended alice)" "lost "
is "and there" "$(how_it_ended bob)" "lost "
finish
