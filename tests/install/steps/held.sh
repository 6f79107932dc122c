# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what begin has set
# The module is not in the kernel; words that have to be said are in NAME.words, a line each:
# of sotto, and of its cure.
. "$share/step.sh"

says() {
	"$@" 2>&1 | grep -qF "$(sed -n "${line}p" "$share/$name.words")"
}

check "the module is not there" not test -e /sys/module/sotto
check "sotto-guard's table stands" sh -c 'nft list table inet sotto-guard >/dev/null'
check "sottod runs all the same" wait_until 20 unit_is sottod active
check "the talker talks" wait_until 20 unit_is check-talker active
line=1
check "sotto says why" says alice sotto || note "$(alice sotto 2>&1)"
check "sotto doctor says why" says alice sotto doctor || note "$(alice sotto doctor)"
line=2
check "and what to do" says alice sotto doctor
check "sotto too" says alice sotto
# Until others have been heard for a while.
check "other traffic goes" wait_until 30 sh -c "[ \$(cat /run/check-talked) -gt 200 ]"
finish
