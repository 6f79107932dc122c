#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent is told, once, when a program has closed the socket that a flow's packets came
# from; not of one that is still open, whatever it is bound to, nor when another program has
# the port by then.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# closes NAME PID ID: and the agent is told of flow ID
closes() {
	program_ends "$1" "$2"
	wait_until 10 told_is watch "\"event\":\"closed\".*\"id\":$3,.*" "${4:-1}"
}

load_module
hosts_up
agent watch alice
must 1 nl alice rule add action=require ports=7000-7099 id=1 >/dev/null
on alice ip link add red type vrf table 100 && on alice ip link set red up
for f in 4 6; do
	family $f
	program "wild$f" alice "$([ $f = 4 ] && echo 0.0.0.0 || echo '[::]'):7000" --unconnected
	wild=$started
	program "bound$f" alice "$a:7010" --device eth0
	bound=$started
	program "heir$f" alice "$a:7020"
	heir=$started
	program "fence$f" alice "$a:7030"
	fence=$started
	for p in wild:7000 bound:7010 heir:7020 fence:7030; do
		turn "${p%:*}$f" "$b:${p#*:}"
		say "${p%:*}$f" rtp 2
	done
	for p in 7000 7010 7020 7030; do
		must 10 eval "[ \"\$(states alice $p)\" = hold/hold ]"
	done
	heirs=$(flow alice 7020 id)
	program_ends "heir$f" "$heir"
	program "next$f" alice "$a:7020"
	next=$started
	turn "next$f" "$b:7020"
	say "next$f" rtp 1
	must 10 eval '[ "$(flow alice 7020 drop-tx-hold)" = 2 ]'
	before=$(told watch '"event":"closed"')

	fences=$(flow alice 7030 id)
	check "IPv$f: who closes its socket is told of" closes "fence$f" "$fence" "$fences"
	is "IPv$f: the flow is still there, and says so" "$(flow alice 7030 closed tx)" "1 hold"
	# One look later all others have been looked at as well.
	program "fence$f-again" alice "$a:7030"
	fence=$started
	turn "fence$f-again" "$b:7030"
	say "fence$f-again" rtp 1
	must 10 eval '[ "$(flow alice 7030 closed)" = 0 ]'
	program_ends "fence$f-again" "$fence"
	check "IPv$f: also the one that had its port after it" wait_until 10 \
		told_is watch "\"event\":\"closed\".*\"id\":$fences,.*" 2
	is "IPv$f: nobody else" "$(told watch '"event":"closed"')" $((before + 2))
	is "IPv$f: they are not said to have" \
		"$(flow alice 7000 closed) $(flow alice 7010 closed) $(flow alice 7020 closed)" "0 0 0"
	check "IPv$f: who has any address" closes "wild$f" "$wild" "$(flow alice 7000 id)"
	check "IPv$f: who is bound to a device" closes "bound$f" "$bound" "$(flow alice 7010 id)"
	check "IPv$f: whose port was another's before" closes "next$f" "$next" "$heirs" \
		$(($(told watch "\"event\":\"closed\".*\"id\":$heirs,.*") + 1))
	no_flows alice
	: >"$work/watch"
done

# Of more than 8 192 flows some are looked at each second.
ends=
for i in 1 2 3 4 5 6 7 8; do
	program "some$i" alice "$a:701$i"
	ends="$ends some$i:$started"
	turn "some$i" "$b:701$i"
	say "some$i" rtp 2
	must 10 eval "[ \"\$(states alice 701$i)\" = hold/hold ]"
done
must 1 nl alice flow new "local=$a:9000" "remote=$b:10000" count=20000 >/dev/null
for p in $ends; do
	program_ends "${p%:*}" "${p#*:}"
done
check "among twenty thousand: all who close their sockets are told of" \
	wait_until 20 told_is watch '"event":"closed"' 8
is "that is how many flows there are" "$(flows alice | wc -l)" 20008
finish
