# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what begin has set
# After step.sh: all has started that should, and nothing is wrong.

check "there is a session" wait_until 20 session_is_there
is "sotto-guard has given the kernel its rules" "$(head -n 1 /run/sotto-guard/state)" loaded
check "sotto doctor is all green" wait_until 10 all_green || note "$(cat "$share/$name.doctor")"
is "for root too nothing is bad" "$(sotto doctor | grep -c ^BAD)" 0
is "no unit has failed" "$(systemctl --failed --no-legend --plain | cut -d ' ' -f 1)" ""
check "DKMS has built the module for this kernel" sh -c \
	"dkms status | grep -q \"^sotto.*$(uname -r).*installed\""
is "the module that runs is the one that is installed" "$(cat /sys/module/sotto/srcversion)" \
	"$(modinfo -F srcversion sotto)"
exposed() {
	systemd-analyze security --no-pager --threshold=15 sottod.service >"$share/$name.security" 2>&1
}
check "systemd finds sottod exposed to no more than 1.5" exposed || note "$(tail -n 1 "$share/$name.security")"
