# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# One line of TAP for each fact, and waiting that is bounded.
#
#	check "the packet arrives" wait_until 5 grep -q arrived "$work/log"
#	is "and only one does" "$(grep -c arrived "$work/log")" 1
#	finish

n_tests=0
n_failed=0

# check DESCRIPTION COMMAND...
check() {
	n_tests=$((n_tests + 1))
	what=$1
	shift
	if "$@"; then
		echo "ok $n_tests - $what"
		return 0
	fi
	echo "not ok $n_tests - $what"
	n_failed=$((n_failed + 1))
	return 1
}

# is DESCRIPTION GOT WANTED
is() {
	n_tests=$((n_tests + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n_tests - $1"
		return 0
	fi
	echo "not ok $n_tests - $1"
	echo "# got: $2"
	echo "# wanted: $3"
	n_failed=$((n_failed + 1))
	return 1
}

note() {
	echo "# $*"
}

bail() {
	echo "Bail out! $*"
	exit 1
}

finish() {
	echo "1..$n_tests"
	[ "$n_failed" -eq 0 ]
	exit
}

not() {
	! "$@"
}

# jq_true [OPTION]... FILTER [FILE]: is the last value true? To "jq -e" no input at all is.
jq_true() {
	_true=$(jq -c "$@" | tail -n 1)
	case $_true in
	'' | false | null) return 1 ;;
	esac
}

# wait_until SECONDS COMMAND...: until it succeeds; fails after that long, as a quick
# machine counts: one that is slow has patience
wait_until() {
	_deadline=$(($(date +%s) + $1 * ${PATIENCE:-1}))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$_deadline" ] || return 1
		sleep 0.05	# between two looks; nothing relies on its length
	done
}

# must SECONDS COMMAND...: what the test itself needs
must() {
	wait_until "$@" && return
	shift
	bail "in vain: $*"
}
