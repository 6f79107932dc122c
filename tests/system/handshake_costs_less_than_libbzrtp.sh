#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 60
#
# A key agreement costs at most 0.8 of the instructions that libbzrtp needs for the same, in
# either role: both count in the same exchange, as valgrind sees them. What is done once in
# the life of a process is left out: it is the difference between three exchanges and one.
. "$(dirname "$0")/tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cost=$top/build/user/tests/bench/zrtp-cost
ours="zrtp_session_new zrtp_session_start zrtp_session_peer zrtp_session_packet zrtp_session_tick
	zrtp_session_next zrtp_session_free"
theirs="their_start their_packet their_tick their_close"

# count TIMES AGREEMENT ROLE FUNCTION...: instructions in these functions
count() {
	_times=$1
	_agreement=$2
	_role=$3
	shift 3
	for _f; do
		set -- "$@" "--toggle-collect=$_f"
		shift
	done
	valgrind --tool=callgrind --callgrind-out-file="$work/out" --collect-atstart=no "$@" \
		"$cost" "$_agreement" "$_role" "$_times" >"$work/log" 2>&1 || bail "$(cat "$work/log")"
	sed -n 's/^summary: //p' "$work/out"
}

# each AGREEMENT ROLE FUNCTION...: of one exchange
each() {
	_one=$(count 1 "$@")
	_three=$(count 3 "$@")
	echo $(((_three - _one) / 2))
}

for agreement in X255 DH3k; do
	for role in initiator responder; do
		other=$([ $role = initiator ] && echo responder || echo initiator)
		# Theirs in the same role: then ours has the other one.
		# shellcheck disable=SC2086 # words
		we=$(each $agreement $role $ours)
		# shellcheck disable=SC2086
		they=$(each $agreement $other $theirs)
		note "$agreement, $role: $we instructions, libbzrtp $they: $(
			awk "BEGIN { printf \"%.2f\", $we / $they }")"
		check "$agreement, $role: they were counted" test "$we" -gt 100000 -a "$they" -gt 100000
		check "$agreement, $role: at most 0.8 of libbzrtp's" test $((we * 10)) -le $((they * 8))
	done
done
finish
