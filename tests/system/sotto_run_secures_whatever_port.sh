#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 30
#
#	alice: sotto run -- program --- middle: capture --- bob: a telephone of libbzrtp
#
# Whatever port a program takes that "sotto run" has started: its calls are encrypted, or
# nothing of them leaves. The rule begins before the program and ends with the last of its
# processes. Nobody can have one for another person's programs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/calls.sh"

root=/sys/fs/cgroup/person

# in_session COMMAND...: as the person, in a cgroup that is hers, as systemd gives her one
in_session() {
	inside alice sh -c 'echo $$ >'$root'/session/cgroup.procs; exec setpriv --reuid=1000 \
		--regid=1000 --groups=1000,990 "$@"' sh "$@"
}

in_session_of() {
	shift
	in_session "$@"
}

rules() {
	inside alice sotto rule list --json | jq '.rules | length'
}

rules_are() {
	[ "$(rules)" = "$1" ]
}

# phones PORT OPTION...: to that port of alice's
phones() {
	_to=$1
	shift
	on bob "$tools/zrtp-phone" call "$@" "$b:$_to" "$a:$_to" >"$work/phone" 2>&1
	jq -r '"\(.good) \(.secure) \(.heard)"' "$work/phone"
}

require_group() {
	as_mallory alice busctl --system call org.sotto1 /org/sotto1 org.sotto1.Manager \
		RequireGroup s "$1" 2>&1
}

mkdir -p $root/session
chown 1000:1000 $root/session $root/session/cgroup.procs
load_module
hosts_up
end_up alice
family 4
before=$(rules)

start_on alice echo in_session_of sotto run -- "$tools/zrtp-phone" echo "$a:23456"
must 20 grep -q listening "$work/alice.echo"
is "there is a rule while it runs" "$(rules)" $((before + 1))
is "it is for a cgroup, and requires" \
	"$(inside alice sotto rule list --json | jq -r '.rules[-1] | "\(.action) \(.cgroup > 1)"')" \
	"require true"
capture_start "$work/wire.pcap" middle br0 udp
is "a telephone without encryption hears nothing" "$(phones 23456 --clear --time 4000)" "false false 0"
no_flows alice
case $(phones 23456 --role initiator) in
"true true "*) secured=yes ;;
*) secured=$(cat "$work/phone") ;;
esac
is "one that speaks ZRTP hears what is said" "$secured" yes
capture_end "$work/wire.pcap"
is "nothing that alice says is in clear" \
	"$(plain_on_wire "$work/wire.pcap" "$from_a and not port 9")" 0

# The same program without it.
start_on alice plain as "$tools/zrtp-phone" echo "$a:23458"
must 20 grep -q listening "$work/alice.plain"
case $(phones 23458 --clear) in
"true "*) heard=yes ;;
*) heard=$(cat "$work/phone") ;;
esac
is "another program's calls are as they were" "$heard" yes

stop_on alice echo
check "the rule ends with the program" wait_until 20 rules_are "$before"
check "so does the cgroup" wait_until 20 sh -c "! ls -d $root/session/sotto-run-* 2>/dev/null"

# sottod is told that something has happened to the cgroup, and may not see what.
start_on alice echo in_session_of sotto run -- "$tools/zrtp-phone" echo "$a:23456"
must 20 grep -q listening "$work/alice.echo"
set -- $root/session/sotto-run-*
chmod 0 "$1/cgroup.events"
echo 1 >"$1/cgroup.freeze"
check "sottod cannot tell whether a program is left" wait_until 20 \
	grep -q 'have ended cannot be told: it stays' "$work/alice.sottod"
is "then the rule stays" "$(rules)" $((before + 1))
chmod 444 "$1/cgroup.events"
echo 0 >"$1/cgroup.freeze"
stop_on alice echo
check "and ends with the program, when it can be told" wait_until 20 rules_are "$before"

in_session sotto run -- sh -c 'exit 7'
is "the exit status is the program's" $? 7
in_session sotto run -- "$work/nothing" >"$work/out" 2>&1
is "one that cannot be started: 127" $? 127
check "and why" grep -q 'cannot be started' "$work/out"
check "no rule is left" wait_until 20 rules_are "$before"

# handed: a socket made outside, as a program that begins others hands them on
handed() {
	in_session /usr/bin/python3 -c '
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.set_inheritable(True)
os.execvp("sotto", ["sotto", "run", "--", "touch", "'"$work"'/handed"])' >"$work/out" 2>&1
	echo "$? $(ls "$work/handed" 2>/dev/null)"
}
is "a program that is handed a socket from outside is not started: exit 1" "$(handed)" "1 "
check "and why" grep -q 'made outside of its cgroup' "$work/out"
is "nor is a rule left" "$(rules)" "$before"
in_session sh -c 'exec 3>/dev/null; exec sotto run -- sh -c "exit 5"'
is "other descriptors are its own affair" $? 5

refused=$(require_group /person/session)
check "for alice's programs mallory has no rule" says "$refused" "is not yours"
refused=$(require_group /person/../person/session)
check "nor by another path" says "$refused" "is no cgroup"
refused=$(require_group /nowhere)
check "nor is there one for what is no cgroup" says "$refused" "is no cgroup"
stop_on alice sottod
in_session sotto run -- touch "$work/started" >"$work/out" 2>&1
is "without sottod the program is not started: exit 1" "$? $(ls "$work/started" 2>/dev/null)" "1 "
finish
