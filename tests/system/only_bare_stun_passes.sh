#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Once a call must be secure only bare STUN passes beside it. What a relay would send
# on as RTP (STUN with data, TURN channel data), DTLS, ZRTP of a program and what
# nobody knows pass neither way, except in the states clear and own.
#
#	alice: phone at 7000 -- bob: peer at 7000
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up

# What hides a payload behind STUN's first bytes: wrong cookie, bytes left over, an
# attribute that reaches past the end.
wrong_cookie=hex:000100002112a44374747474747474747474747473616964
left_over=hex:000100002112a44274747474747474747474747473616964
past_end=hex:000100042112a4427474747474747474747474748022fff0
smuggled="$wrong_cookie $left_over $past_end"

all() {
	# shellcheck disable=SC2086 # words
	tell "$1" stun-data turn-channel dtls other $smuggled
}

# everything FAMILY STATE ACTION FLAGS: with a flow in that state
everything() {
	family "$1"
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	turn peer "$a:7000"
	must 1 nl alice rule add action="$3" flags="$4" ports=7000 id=1 >/dev/null
	id=$(new_flow alice "$a:7000" "$b:7000")
	case $2 in
	secure | dead)
		for dir in tx rx; do
			secure alice "$id" $dir "$(new_key)" || bail "no key"
			[ "$2" = secure ] || nl alice key del "$id" $dir current
		done
		;;
	*) nl alice flow set "$id" tx="$2" rx="$2" ;;
	esac
	is "IPv$1 $2" "$(states alice 7000)" "$2/$2"
	all phone
	tell phone zrtp
	fence phone peer
	all peer
	fence peer phone
	case $2 in
	clear)
		is "IPv$1 $2: all of it leaves, but ZRTP" "$(got peer any) $(got peer zrtp)" "8 0"
		is "IPv$1 $2: all of it arrives" "$(got phone any)" 8
		;;
	own)
		is "IPv$1 $2: all of it leaves" "$(got peer any) $(got peer zrtp)" "9 1"
		is "IPv$1 $2: all of it arrives" "$(got phone any)" 8
		;;
	*)
		is "IPv$1 $2: of all that only STUN leaves" "$(got peer any) $(got peer stun)" "1 1"
		is "IPv$1 $2: only STUN arrives" "$(got phone any) $(got phone stun)" "1 1"
		is "IPv$1 $2: what was dropped is counted by its class" \
			"$(flow alice 7000 drop-tx-class drop-rx-class)" "8 7"
		tell peer zrtp
		fence peer phone
		is "IPv$1 $2: ZRTP is the agent's, not the program's" \
			"$(got phone zrtp) $(flow alice 7000 drop-rx-agent)" "0 1"
		;;
	esac
	nl alice flow del "$id"
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends peer "$peer"
}

for f in 4 6; do
	everything $f hold require ''
	everything $f secure require ''
	everything $f dead require ''
	everything $f clear prefer ''
	everything $f own require own
done

# Without a flow only what is RTP, or carries it, is dropped.
for f in 4 6; do
	family $f
	program phone alice "$a:7000"
	phone=$started
	program peer bob "$b:7000"
	peer=$started
	turn phone "$b:7000"
	must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
	all phone
	tell phone zrtp
	fence phone peer
	is "IPv$f, no flow: neither TURN's data nor ZRTP leaves, other things do" \
		"$(got peer stun-data) $(got peer channel) $(got peer zrtp) $(got peer dtls) $(got peer other)" \
		"3 0 0 1 1"
	is "IPv$f, no flow: none of that makes one" "$(states alice 7000)" none
	nl alice rule del 1
	program_ends phone "$phone"
	program_ends peer "$peer"
done
finish
