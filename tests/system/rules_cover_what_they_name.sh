#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 25
#
# A rule covers what it names and nothing beside it: local ports to the last, a network of
# peers to its edge, a user, a cgroup, a family; outbound and when the peer begins; sockets that
# are older than it, and those that another process has by now. Between rules the priority
# decides, and of equals the stricter. A rule that cannot be, among several, changes nothing.
#
#	alice: programs at 7009 to 7020 -- bob: peers at 7000, of three addresses
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

root=/sys/fs/cgroup/sotto-named

# passes FROM TO ADDRESS: how many of four packets of a call that begins arrive there
passes() {
	turn "$1" "$3"
	_before=$(got "$2" rtp)
	say "$1" rtp 4
	fence "$1" "$2"
	echo $(($(got "$2" rtp) - _before))
}

# out PROGRAM [PEER]: to that peer of bob's; into PROGRAM [PEER]: from it
out() {
	no_flows alice
	passes "$1" "${2:-peer2}" "$(at "${2:-peer2}")"
}

into() {
	no_flows alice
	passes "${2:-peer2}" "$1" "$(at "$1")"
}

# both PROGRAM [PEER]: out and in
both() {
	echo "$(out "$@")$(into "$@")"
}

# at NAME: its address
at() {
	case $1 in
	peer*) echo "$(echo "$b" | sed "s/2\(]*\)\$/${1#peer}\1/"):7000" ;;
	*) echo "$a:${1#p}" ;;
	esac
}

# up NAME HOST [USER]: a program at its address; its process is $NAME
up() {
	PROGRAM_AS=${3:-} program "$1" "$2" "$(at "$1")" --unconnected
	eval "$1=\$started"
}

# ruled RULE...: these alone stand, each a word of KEY=VALUE,KEY=VALUE
ruled() {
	for _r; do
		# shellcheck disable=SC2046 # words
		must 1 nl alice rule add $(echo "$_r" | tr , ' ') >/dev/null
	done
}

unruled() {
	must 1 nl alice rule replace
}

load_module
hosts_up
for n in 3 4; do
	on bob ip addr add 10.9.0.$n/24 dev eth0
	on bob ip addr add fd09::$n/64 dev eth0 nodad
done
mkdir "$root" || bail "no cgroup"
for f in 4 6; do
	family $f
	up peer2 bob
	up peer3 bob
	up peer4 bob
	up p7009 alice
	up p7010 alice
	up p7019 alice 1000
	up p7020 alice
	is "IPv$f: without rules all passes, both ways" "$(both p7009) $(both p7010)" "44 44"

	ruled action=require,ports=7010-7019
	is "IPv$f: ports, of sockets that are older: below, first, last, above" \
		"$(both p7009) $(both p7010) $(both p7019) $(both p7020)" "44 00 00 44"
	unruled
	case $f in
	4) net=10.9.0.2/31 ;;
	6) net=fd09::2/127 ;;
	esac
	ruled action=require,peer=$net
	is "IPv$f: a network of peers: within, within, beside it" \
		"$(both p7010) $(both p7010 peer3) $(both p7010 peer4)" "00 00 44"
	unruled
	ruled action=require,family=$f
	is "IPv$f: its family" "$(both p7010)" 00
	unruled
	ruled action=require,family=$((10 - f))
	is "IPv$f: the other family" "$(both p7010)" 44
	unruled
	ruled action=require,uid=1000
	is "IPv$f: a user, and another" "$(both p7019) $(both p7010)" "00 44"
	unruled
	ruled action=bypass,priority=-1,uid=1000 action=require
	is "IPv$f: a user is spared, and another is not" "$(both p7019) $(both p7010)" "44 00"
	unruled

	echo $$ >"$root/cgroup.procs" || bail "no cgroup"
	up p7011 alice
	echo $$ >"$root/../cgroup.procs"
	ruled action=require,cgroup="$(stat -c %i "$root")"
	is "IPv$f: a cgroup, and who is in another" "$(both p7011) $(both p7010)" "00 44"
	echo "$p7011" >"$root/../cgroup.procs"
	is "IPv$f: whoever has its socket by now" "$(both p7011)" 00
	unruled
	program_ends p7011 "$p7011"

	ruled action=require,ports=7010-7019 action=bypass,ports=7010,priority=-1
	is "IPv$f: a lower priority decides first" "$(both p7010) $(both p7019)" "44 00"
	unruled
	ruled action=bypass,ports=7010-7019 action=require,ports=7010-7019
	is "IPv$f: of equals the stricter: require" "$(both p7010)" 00
	unruled
	ruled action=bypass,ports=7010-7019 action=prefer,ports=7010-7019
	is "IPv$f: then prefer, which passes and is a flow" "$(both p7010) $(states alice 7010)" \
		"44 clear/clear"
	unruled
	ruled action=bypass,ports=7010-7019
	is "IPv$f: bypass passes, and is none" "$(both p7010) $(states alice 7010)" "44 none"
	ruled action=require,ports=7019
	is "IPv$f: of several of which one cannot be" "$(nl alice rule replace action=bypass id=8 , \
		action=bypass id=9 cgroup=1234567890 | cut -d: -f1-2)" "error: ENOENT"
	is "IPv$f: none holds, and what did does" "$(both p7010) $(both p7019)" "44 00"
	unruled
	no_flows alice
	for p in peer2 peer3 peer4 p7009 p7010 p7019 p7020; do
		eval "program_ends $p \$$p"
	done
done
rmdir "$root"
finish
