#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
# What nftables drops while it stands in for the module: all that the rules require to be
# encrypted, by their priorities, and where it cannot look as closely as the module, more.
# A program whose packet is dropped is told so (EPERM).
#
#	alice: the guard, without a module -- middle -- bob
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"
. "$(dirname "$0")/guard-lib.sh"

# guarded RULE...: the guard stands for these, but lets bob's other addresses in
guarded() {
	rules_are "$@" 'bypass --peer 10.9.0.9 --priority -99' 'bypass --peer fd09::9 --priority -99'
	guard up || note "$(cat "$work/guard.log")"
	stands || bail "nftables does not stand in"
}

# out USER KIND FROM TO: dropped or passes
out() {
	case $(on alice setpriv --reuid="$1" --clear-groups "$tools/udp-tool" send --kind "$2" \
		--bind "$3" --to "$4" 2>&1) in
	'{"sent":1,"errors":{}}') echo passes ;;
	'{"sent":0,"errors":{"EPERM":1}}') echo dropped ;;
	*) echo "neither" ;;
	esac
}

# outs USER FROM TO KIND...: of each kind, one word
outs() {
	_user=$1 _from=$2 _to=$3
	shift 3
	for _kind; do
		out "$_user" "$_kind" "$_from" "$_to"
	done | tr '\n' ' '
}

fenced() {
	[ "$(grep -cF "\"from\":\"$other:7009\"" "$work/phone")" -eq "$1" ]
}

# in_ KIND [LENGTH]: from bob to the phone; what he then sends from his other address
# passes, and does not overtake it
in_() {
	_had=$(got phone any)
	_fences=$(grep -cF "\"from\":\"$other:7009\"" "$work/phone")
	on bob "$tools/udp-tool" send --kind "$1" --bind "$b:7000" --to "$a:7000" \
		--payload-len "${2:-160}" >/dev/null
	on bob "$tools/udp-tool" send --kind other --bind "$other:7009" --to "$a:7000" >/dev/null
	soon fenced $((_fences + 1))
	case $(($(got phone any) - _had)) in
	1) echo dropped ;;
	2) echo passes ;;
	*) echo "neither" ;;
	esac
}

hosts_up
ip -n bob addr add 10.9.0.9/24 dev eth0
ip -n bob addr add fd09::9/64 dev eth0 nodad
calls="rtp rtcp zrtp stun stun-data turn-channel"
six="dropped dropped dropped dropped dropped dropped "

for f in 4 6; do
	family $f
	other=10.9.0.9
	[ $f = 4 ] || other='[fd09::9]'
	guarded 'require --port 7000-7001'
	# shellcheck disable=SC2086 # words
	is "IPv$f: on the ports of a rule nothing leaves" \
		"$(outs 0 "$a:7000" "$b:7000" $calls other dtls)" "${six}dropped dropped "
	is "IPv$f: nor RTCP on the port above" "$(outs 0 "$a:7002" "$b:7000" rtcp rtp other)" \
		"dropped passes passes "
	is "IPv$f: other ports are not its business" \
		"$(outs 0 "$a:6999" "$b:7000" rtp) $(outs 0 "$a:7003" "$b:7000" rtcp)" "passes  passes "
	is "IPv$f: nor this machine's own addresses" "$(outs 0 "$a:7000" "$a:7001" rtp)" "passes "
	program phone alice "$a:7000"
	phone=$started
	is "IPv$f: nothing arrives there" "$(in_ rtp) $(in_ other)" "dropped dropped"

	guarded 'require'
	# shellcheck disable=SC2086
	is "IPv$f: without ports whatever looks like a call stays" \
		"$(outs 0 "$a:7200" "$b:7000" $calls other dtls)" "${six}passes passes "
	is "IPv$f: what does not is let in" "$(in_ other) $(in_ dtls)" "passes passes"
	is "IPv$f: but no call" \
		"$(for k in $calls; do in_ "$k"; done | tr '\n' ' ')" "$six"
	is "IPv$f: nor one in pieces" "$(in_ rtp 3000)" dropped
	is "IPv$f: own addresses pass" "$(outs 0 "$a:7200" "$a:7201" rtp)" "passes "
	guarded 'require --local'
	is "IPv$f: but not with --local" "$(outs 0 "$a:7200" "$a:7201" rtp)" "dropped "

	ip=ip
	[ $f = 4 ] || ip=ip6
	guarded 'require --port 7300'
	must 1 on alice nft "add table $ip way; add chain $ip way out \
		{ type nat hook output priority -100; };
		add rule $ip way out udp dport 7999 dnat to $b:7000"
	is "IPv$f: NAT is no way round" "$(outs 0 "$a:7300" "$a:7999" rtp)" "dropped "
	on alice nft delete table $ip way
	program_ends phone "$phone"
	rm "$work/phone"	# or the next would seem to listen already
done

family 4
other=10.9.0.9
guarded 'require --peer 10.9.0.2/31'
is "a peer: those of its network" \
	"$(outs 0 "$a:7000" "$b:7000" rtp)$(outs 0 "$a:7000" 10.9.0.3:7000 rtp)" "dropped dropped "
is "and no others" \
	"$(outs 0 "$a:7000" 10.9.0.4:7000 rtp)$(outs 0 '[fd09::1]:7000' '[fd09::2]:7000' rtp)" \
	"passes passes "
guarded 'require --peer fd09::/64'
is "a peer's IPv6" "$(outs 0 "$a:7000" "$b:7000" rtp)$(outs 0 '[fd09::1]:7000' '[fd09::2]:7000' rtp)" \
	"passes dropped "
guarded 'require --family ipv6'
is "a family" "$(outs 0 "$a:7000" "$b:7000" rtp)$(outs 0 '[fd09::1]:7000' '[fd09::2]:7000' rtp)" \
	"passes dropped "

program phone alice "$a:7000"
turned=10.9.0.2:7000
guarded 'require --port 7010-7011 --user 1000' 'require --port 7000 --user 1000'
is "a user: what is his" "$(outs 1000 "$a:7010" $turned rtp other)$(outs 1000 "$a:7012" $turned rtcp)" \
	"dropped dropped dropped "
is "and not what is another's" "$(outs 0 "$a:7010" $turned rtp other)" "passes passes "
is "what arrives may be his" "$(in_ rtp)" dropped
guarded 'require --user 1000'
is "without ports" "$(outs 1000 "$a:7010" $turned rtp other)$(outs 0 "$a:7010" $turned rtp)" \
	"dropped passes passes "
guarded 'require --user a-stranger'
is "a user who is not here may be anybody" "$(outs 0 "$a:7010" $turned rtp other)" "dropped passes "
check "the guard says so when it is asked" guard check
check "with file and line" grep -q 'a.conf, line 1: the user that the rule names does not exist' \
	"$work/guard.log"
guarded 'require --port 7010 --cgroup nowhere.slice'
is "a cgroup: everybody's" "$(outs 0 "$a:7010" $turned rtp)$(outs 0 "$a:7012" $turned rtp)" \
	"dropped passes "

guarded 'require' 'bypass --port 7010 --priority -1' 'prefer --port 7020 --priority -1' \
	'bypass --port 7030' 'bypass --port 7000 --priority -1'
is "what is spared goes before, with its RTCP" \
	"$(outs 0 "$a:7010" $turned rtp)$(outs 0 "$a:7011" $turned rtcp rtp)" "passes passes dropped "
is "as does what is only preferred" "$(outs 0 "$a:7020" $turned rtp)" "passes "
is "of equals the stricter" "$(outs 0 "$a:7030" $turned rtp)" "dropped "
is "what is spared arrives" "$(in_ rtp)" passes
guarded 'require' 'bypass --user 1000 --priority -1' 'bypass --cgroup nowhere.slice --priority -1'
is "a user is spared" "$(outs 1000 "$a:7010" $turned rtp)$(outs 0 "$a:7010" $turned rtp)" \
	"passes dropped "
is "but not on the way in" "$(in_ rtp)" dropped

rules_are 'bypass --port 7010 --priority -1' 'require --port 7000' 'nonsense'
guard up
# shellcheck disable=SC2086
is "a line that is wrong may mean anything: every call" \
	"$(outs 0 "$a:7010" $turned $calls other dtls)" "${six}passes passes "
rules_are 'bypass'
guard up
is "no rule that requires: nothing" "$(outs 0 "$a:7010" $turned rtp)" "passes "
is "in and out" "$(in_ rtp)" passes
finish
