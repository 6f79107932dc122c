#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
#	alice (uid 1000, group sotto)   --+
#	mallory (uid 1002, group sotto) --+-- bus -- sottod --- middle --- sottod :bob
#	eve (uid 1001)                  --+
#
# Who is not in the group can neither ask nor listen. Who is in it learns nothing of
# another's calls and peers, and can do nothing to them. What is the whole machine's is
# root's and whom polkit allows it, that and no more; sottod does not wait for polkit, and
# without it nobody gets more.
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

sees_rules() {
	on_object as_mallory call $manager_of ListRules >/dev/null 2>&1
}

polkit_up() {
	cp "$top/userspace/daemon/org.sotto1.policy" /usr/share/polkit-1/actions
	start_on alice polkit inside /usr/lib/polkit-1/polkitd --no-debug
	must 20 on_bus alice org.freedesktop.PolicyKit1
}

load_module
hosts_up
ends_up alice bob
polkit_up

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
check "nor say who may ring" refused "Only root" \
	on_object as_mallory call $manager_of SetStrangers b true
check "nor see how much there is" refused "only root" on_object as_mallory call $manager_of Metrics
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

cat >/etc/polkit-1/rules.d/10-mallory.rules <<-END
	polkit.addRule(function(action, subject) {
		if (action.id == "org.sotto1.manage-rules" && subject.user == "mallory")
			return polkit.Result.YES;
	});
END
must 20 sees_rules	# which polkit has to notice first
is "whom polkit allows it sees the rules" \
	"$(on_object as_mallory --json=short call $manager_of ListRules | jq -c '[.data[0][].id.data]')" \
	"$(inside alice sotto rule list --json | jq -c '[.rules[].id]')"
rule=$(on_object as_mallory --json=short call $manager_of AddRule 'a{sv}' 2 action s bypass port-min q 9 |
	jq '.data[0]')
is "and adds one" "$(inside alice sotto rule list --json | jq ".rules[] | select(.id == $rule).port_min")" 9
check "and deletes it" on_object as_mallory call $manager_of DeleteRule u "$rule"
is "which is gone" "$(inside alice sotto rule list --json | jq ".rules[] | select(.id == $rule)")" ""
check "a rule that is none is refused to her as to root" refused "needs an action" \
	on_object as_mallory call $manager_of AddRule 'a{sv}' 0
check "what polkit does not allow stays refused" refused "Only root" \
	on_object as_mallory call $manager_of SetStrangers b true
check "the numbers too" refused "only root" on_object as_mallory call $manager_of Metrics
check "and to others what she may" refused "only root" on_object as call $manager_of ListRules
check "who is not in the group does not get so far" refused "Access denied" \
	on_object as_eve call $manager_of ListRules

start_on alice monitor inside busctl --system --match "member='CheckAuthorization'" monitor
must 20 grep -q "^Monitoring" "$work/alice.monitor"
# asked FLAGS: so polkit was asked, 1: that it may ask the person
asked() {
	grep -q "UINT32 $1;" "$work/alice.monitor"
}
as_mallory alice sotto rule list >/dev/null </dev/null
check "who has no terminal is not to be asked for a password" wait_until 10 asked 0
check "nor is anybody so far" not asked 1
as_mallory alice /usr/bin/python3 "$top/tests/system/at-terminal.py" "" sotto rule list >/dev/null
check "who sits at one is" wait_until 10 asked 1
stop_on alice monitor

signal_on alice polkit STOP
start_on alice waiting as_mallory busctl --system call $manager_of ListRules
is "while polkit does not answer the call is active" "$(call_has alice Progress)" active
check "she waits" runs_on alice waiting
signal_on alice polkit KILL
wake_on alice polkit 2>/dev/null
wait_on alice waiting
check "and is refused when polkit has died" grep -q "only root" "$work/alice.waiting"
is "root is not" "$(inside alice sotto strangers no)" \
	"Only peers that somebody here has named make this machine ring."
finish
