#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	alice (uid 1000, group sotto)   --+
#	mallory (uid 1002, group sotto) --+-- bus -- sottod --- middle --- sottod :bob
#	eve (uid 1001)                  --+
#
# Who is not in the group can neither ask nor listen. Who is in it learns nothing of
# another's calls and peers, and can do nothing to them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

# refused WORDS COMMAND...: it fails and says so
refused() {
	_words=$1
	shift
	if _said=$("$@" 2>&1); then
		note "not refused: $_said"
		return 1
	fi
	says "$_said" "$_words"
}

on_object() {
	busctl_as=$1
	shift
	"$busctl_as" alice busctl --system "$@"
}

load_module
hosts_up
ends_up alice bob

start_on alice eve as_eve "$tools/call-tool" listen
start_on alice mallory as_mallory "$tools/call-tool" listen
start_on alice control as "$tools/call-tool" listen
for l in eve mallory control; do
	must 10 grep -q listening "$work/alice.$l"
done
ring
answer
verify
call=$(call_has alice path)
peer=$(manager alice ListPeers | jq -r '.data[0][0][0]')

manager_of="org.sotto1 /org/sotto1 org.sotto1.Manager"
for m in ListCalls ListPeers ListFlows ListRules Doctor; do
	check "eve may not ask for $m" refused "Access denied" \
		on_object as_eve call $manager_of $m
done
check "nor read a property" refused "Access denied" \
	on_object as_eve get-property $manager_of Port
check "nor hang up" refused "Access denied" \
	on_object as_eve call org.sotto1 "$call" org.sotto1.Call Hangup
check "nor look around" refused "Access denied" on_object as_eve introspect org.sotto1 "$call"
check "nor take the name" refused "denied" on_object as_eve call org.freedesktop.DBus \
	/org/freedesktop/DBus org.freedesktop.DBus RequestName su org.sotto1 4

is "mallory's list of calls is empty" \
	"$(on_object as_mallory --json=short call $manager_of ListCalls | jq -c '.data[0]')" "[]"
is "and of peers" \
	"$(on_object as_mallory --json=short call $manager_of ListPeers | jq -c '.data[0]')" "[]"
is "and of flows" \
	"$(on_object as_mallory --json=short call $manager_of ListFlows | jq -c '.data[0]')" "[]"
check "she may not see the rules" refused "only root" on_object as_mallory call $manager_of ListRules
check "nor add one" refused "only root" \
	on_object as_mallory call $manager_of AddRule 'a{sv}' 1 action s bypass
for m in Hangup GetSas Acquire Release Decline Answer; do
	check "$m of alice's call is not hers" refused "another user's" \
		on_object as_mallory call org.sotto1 "$call" org.sotto1.Call $m
done
check "nor its properties" refused "another user's" \
	on_object as_mallory get-property org.sotto1 "$call" org.sotto1.Call Name
check "nor alice's peer" refused "another user's" \
	on_object as_mallory get-property org.sotto1 "$peer" org.sotto1.Peer Name
check "nor who may ring" refused "Only root" \
	on_object as_mallory set-property $manager_of Strangers b true
is "alice's call goes on" "$(call_has alice Progress)" active

check "signals were sent" grep -q "PropertiesChanged $call" "$work/alice.control"
is "eve heard none" "$(cat "$work/alice.eve")" listening
check "none says more than a path" not grep -qiE 'bob|10\.9|fd09' \
	"$work/alice.control" "$work/alice.mallory"
half=$(half_of bob)
check "or the SAS" not grep -qw "$half" "$work/alice.control" "$work/alice.mallory"
for l in eve mallory control; do
	stop_on alice $l
done
finish
