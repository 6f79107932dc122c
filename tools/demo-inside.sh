# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh and hosts.sh have set
#
# What the demos have in common in their VM, after lib.sh and hosts.sh: persons who type
# sotto's commands.
#
#	person alice pair bob 10.9.0.2
#	must 60 call_is bob '.progress == "ringing"'
#	verify_both

# call_of HOST FILTER: of its call that has not ended, as sotto shows it
call_of() {
	as "$1" sotto --json |
	jq -rc "[.calls[] | select(.progress != \"ended\")] | last | $2"
}

call_is() {
	[ "$(call_of "$1" "$2" 2>/dev/null)" = true ]
}

# person HOST WORD...: what somebody types; it has to be done
person() {
	_who=$1
	shift
	as "$_who" sotto "$@" >"$work/$_who.said" 2>&1 ||
		bail "$_who: sotto $*: $(cat "$work/$_who.said")"
}

# verify_says HOST FILTER: what "sotto verify" has printed so far
verify_says() {
	jq -re "$2 // empty" "$work/$1.verify" >"$work/$1.answer" 2>/dev/null
}

# Each reads one half of the SAS aloud and types the half that the other has read.
verify_both() {
	for _h in alice bob; do
		mkfifo "$work/$_h.typing"
	done
	exec 3<>"$work/alice.typing" 4<>"$work/bob.typing"
	for _h in alice bob; do
		# shellcheck disable=SC2016 # for the shell inside
		start_on $_h verify as sh -c 'exec "$@" <&7' - sotto verify --json \
			7<"$work/$_h.typing"
	done
	must 30 verify_says alice .say
	must 30 verify_says bob .say
	cat "$work/bob.answer" >&3
	cat "$work/alice.answer" >&4
	note "Alice reads \"$(cat "$work/alice.answer")\" to bob, bob \"$(cat "$work/bob.answer")\"" \
		"to alice; each types what the other has read"
	wait_on alice verify || bail "alice: sotto verify: $(cat "$work/alice.verify")"
	wait_on bob verify || bail "bob: sotto verify: $(cat "$work/bob.verify")"
	exec 3>&- 4>&-
	for _h in alice bob; do
		must 30 call_is $_h '.verified and .their_verified'
		verify_says $_h .sas || bail "$_h has no SAS to show"
	done
	sas_equal=false
	if cmp -s "$work/alice.answer" "$work/bob.answer"; then
		sas_equal=true
	fi
	jq -n --argjson equal $sas_equal --argjson alice "$(call_of alice .)" \
		--argjson bob "$(call_of bob .)" \
		'{ sas_equal: $equal, alice: $alice, bob: $bob }' >"$work/kept/call.json"
}
