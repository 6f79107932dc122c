#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The device may put several packets that have arrived into one (GRO), as one batch or as
# a list. Each is decrypted by itself, passes the firewall behind sotto by itself, and
# reaches the program; also one that would have taken them as one (UDP_GRO).
#
#	alice: phone at 7000, GRO <-- [a queue that lets go of many at once] middle <-- bob: peer
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

# as_one yes|list|no: what alice's device does with what arrives
as_one() {
	on alice ethtool -K eth0 gro off rx-udp-gro-forwarding off rx-gro-list off >/dev/null 2>&1
	case $1 in
	yes) on alice ethtool -K eth0 gro on rx-udp-gro-forwarding on ;;
	list) on alice ethtool -K eth0 gro on rx-gro-list on ;;
	no) ;;
	esac >/dev/null || bail "ethtool"
}

wall() {
	on alice nft -f - <<-END || bail "nft"
		table inet wall {
			chain before { type filter hook input priority 0; udp dport 7000 meta length > 600 counter; }
			chain behind { type filter hook input priority 110; udp dport 7000 counter; $1 }
		}
	END
}

counted() {
	on alice nft list table inet wall | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' | xargs
}

lengths() {
	sed -n 's/.*"len":\([0-9]*\).*"pt".*/\1/p' "$work/phone" | sort -u | xargs
}

load_module
hosts_up
modprobe -q sch_netem
on middle tc qdisc add dev port-a root netem slot 300ms || bail "no netem"
for f in 4 6; do
	family $f
	for case in batch/plain list/gro; do
		how=${case%/*}
		program=${case#*/}
		[ $f = 4 ] || program=$([ "$program" = gro ] && echo plain || echo gro)
		[ $how = batch ] && as_one yes || as_one list
		name="IPv$f, $how, $program program"
		program phone alice "$a:7000" $([ $program = gro ] && echo --gro)
		phone=$started
		program peer bob "$b:7000"
		peer=$started
		turn phone "$b:7000"
		turn peer "$a:7000"
		must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
		secure_both "$a:7000" "$b:7000" $([ $program = plain ] || echo aead-aes-128-gcm)
		wall ''
		batch peer rtp,rtp,rtp,rtp,rtp,rtp,rtp,rtp >/dev/null
		check "$name: eight packets arrive" wait_until 10 got_is phone rtp 8
		is "$name: as long as they were sent" "$(lengths)" 172
		is "$name: each by itself" "$(flow alice 7000 rx-unprotected drop-rx-auth)" "8 0"
		set -- $(counted)
		check "$name: though they came in fewer pieces" test "$1" -ge 1
		is "$name: and passed the firewall behind sotto one by one" "$2" 8
		must 1 on alice nft delete table inet wall
		nl alice flow del "$a_flow"
		nl bob flow del "$b_flow"
		nl alice rule del 1
		program_ends phone "$phone"
		program_ends peer "$peer"
	done

	# Each is judged by itself, by sotto and by the firewall behind it.
	as_one yes
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	wall 'udp dport 7000 numgen inc mod 4 0 drop;'
	secure_both "$a:7000" "$b:7000"
	batch peer rtp,rtp,rtp,rtp,rtp,rtp,rtp,rtp >/dev/null
	check "IPv$f: of eight a firewall behind sotto takes two" wait_until 10 got_is phone rtp 6
	is "IPv$f: sotto has let all pass" "$(flow alice 7000 rx-unprotected)" 8
	must 1 on alice nft delete table inet wall
	# What bob sends now is as it is: not one of these was protected.
	nl bob flow del "$b_flow"
	program_ends peer "$peer"
	program peer bob "$b:7000"
	peer=$started
	turn peer "$a:7000"
	order peer "seq 5000"
	batch peer rtp,stun-software,rtp,other,rtp >/dev/null
	check "IPv$f: of a mixed batch bare STUN arrives" wait_until 10 got_is phone stun-software 1
	fence peer phone
	is "IPv$f: and nothing else" "$(got phone rtp) $(got phone other)" "6 0"
	is "IPv$f: each counted by its reason" \
		"$(flow alice 7000 drop-rx-auth drop-rx-class)" "3 1"
	no_flows alice
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
