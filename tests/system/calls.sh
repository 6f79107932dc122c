# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh and hosts.sh have set
#
# Calls between whole hosts, as a program on D-Bus makes them; after lib.sh and hosts.sh:
#
#	ends_up alice bob		hosts with a bus and sottod, each paired with the other
#	ring				alice calls bob, who hears it ring
#	answer				and he answers
#	verify				and both compare the SAS
#	talk				all of these, and media flows both ways
#	end_talk			the programs that have sent it end

address_of() {
	case $1 in
	alice) echo 10.9.0.1 ;;
	bob) echo 10.9.0.2 ;;
	carol) echo 10.9.0.3 ;;
	esac
}

# manager HOST METHOD [SIGNATURE ARG...]: as the person; JSON
manager() {
	_manager=$1
	shift
	as "$_manager" busctl --system --json=short call org.sotto1 /org/sotto1 \
		org.sotto1.Manager "$@" 2>&1
}

# calls HOST: a line of JSON for each call, oldest first, properties without their types
calls() {
	manager "$1" ListCalls |
	jq -c '.data[0][] | {path: .[0]} + (.[1] | map_values(.data))' 2>/dev/null
}

# call_has HOST PROPERTY: of the newest call
call_has() {
	calls "$1" | tail -n 1 | jq -r ".$2"
}

call_is() {
	[ "$(call_has "$1" "$2")" = "$3" ]
}

# on_call HOST METHOD [SIGNATURE ARG...]: the newest one; JSON, or the error
on_call() {
	_on_call=$1
	shift
	as "$_on_call" busctl --system --json=short call org.sotto1 \
		"$(call_has "$_on_call" path)" org.sotto1.Call "$@" 2>&1
}

half_of() {
	on_call "$1" GetSas | jq -r '.data[1]'
}

end_up() {
	host_boot "$1"
	bus_up "$1"
	sottod_up "$1"
}

ends_up() {
	for _end; do
		end_up "$_end"
	done
	for _end; do
		for _other; do
			[ "$_end" = "$_other" ] ||
			manager "$_end" Pair sas "$_other" 1 "$(address_of "$_other")" >/dev/null ||
			bail "$_end cannot pair"
		done
	done
}

# ring [CALLER CALLEE]
ring() {
	manager "${1:-alice}" Call 'sa{sv}' "${2:-bob}" 0 >"$work/called" ||
	bail "cannot call: $(cat "$work/called")"
	must 20 call_is "${2:-bob}" Progress ringing
	must 20 call_is "${1:-alice}" TheirProgress ringing
}

answer() {
	on_call "${2:-bob}" Answer >/dev/null || bail "cannot answer"
	must 20 call_is "${2:-bob}" Progress active
	must 20 call_is "${1:-alice}" Progress active
}

# verify: each types what the other says
verify() {
	_first=$(half_of alice)
	_second=$(half_of bob)
	on_call alice Verify s "$_second" >/dev/null
	on_call bob Verify s "$_first" >/dev/null
	must 20 call_is alice TheirVerified true
	must 20 call_is bob TheirVerified true
}

# received HOST: packets that have come out at this end
received() {
	sed -n 's/.*received \([0-9]*\)$/\1/p' "$work/$1.media" | tail -n 1
}

# has_received HOST N
has_received() {
	[ "$(received "$1")" -ge "$2" ] 2>/dev/null
}

# media_on: a program at each end has the call's socket, and sends and receives
media_on() {
	for _end in alice bob; do
		start_on $_end media as "$tools/call-tool" hold "$(call_has $_end path)"
	done
	check "media flows to alice" wait_until 20 has_received alice 25
	check "and to bob" wait_until 20 has_received bob 25
}

talk() {
	ring
	answer
	verify
	media_on
}

end_talk() {
	stop_on alice media
	stop_on bob media
}

hang_up() {
	on_call "${1:-alice}" Hangup >/dev/null || bail "cannot hang up"
	must 20 call_is alice Progress ended
	must 20 call_is bob Progress ended
}

# says TEXT WORDS
says() {
	case $1 in
	*"$2"*) ;;
	*) return 1 ;;
	esac
}

# how_it_ended HOST: "reason by"
how_it_ended() {
	echo "$(call_has "$1" Reason) $(call_has "$1" EndedBy)"
}
