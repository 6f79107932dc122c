# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh has set
#
# alice's guard, after lib.sh and module-lib.sh:
#
#	rules_are 'require --port 7000'		her rules: one file, a line for each word
#	module_is good|missing|newer|damaged|foreign	what modprobe finds; damaged: after good
#	guard up				sotto-guard; what it says is in $work/guard.log
#	stands					does nftables stand in?
#	talk_without_end KIND FROM TO...	from now on, never-stops.c
#	goes_on					20 rounds later
#	becomes_secure HOST PORT [PROFILE]	the flow that a program has made
#	leaves_protected HOST PORT		has it sent some packets so?
#	nobody_answers				bob sends no ICMP errors

rules=$work/rules
state=$work/guard-state
kernel_modules=$work/base/lib/modules/$(uname -r)
mkdir "$rules"

rules_are() {
	printf '%s\n' "$@" >"$rules/a.conf"
}

guard() {
	on alice "$build/userspace/guard/sotto-guard" --rules-dir "$rules" --state-dir "$state" \
		"$@" >"$work/guard.log" 2>&1
}

stands() {
	on alice nft list table inet sotto-guard >/dev/null 2>&1
}

# how: what "sotto doctor" would be told, in one word
how() {
	head -n 1 "$state/state"
}

# What else the module and nftables load is loaded first: then sotto alone need be found.
_modules_up() {
	load_module
	rmmod sotto
	"$build/userspace/guard/sotto-guard" --rules-dir "$rules" text >"$work/text.nft" 2>&1
	on middle nft -f "$work/text.nft" || bail "nft does not take what the guard says"
	on middle nft flush ruleset
	mkdir -p "$kernel_modules/extra"
	touch "$kernel_modules/modules.order" "$kernel_modules/modules.builtin"
	mount --bind "$work/base/lib/modules" /lib/modules || bail "no modules of our own"
	trap '_modules_down; _cleanup' EXIT
}

# The next test in this VM has the kernel's own again. Keeps the exit status.
_modules_down() {
	set -- $?
	umount -l /lib/modules
	return "$1"
}

module_is() {
	[ -d "$kernel_modules" ] || _modules_up
	_ko=$kernel_modules/extra/sotto.ko
	rm -f "$_ko"
	case $1 in
	good) cp "$(module_file)" "$_ko" ;;
	damaged) head -c 70000 "$(module_file)" >"$_ko" ;;
	# Of other sources, by what it says.
	newer) LC_ALL=C sed 's/\(srcversion=\)...../\1AAAAA/' "$(module_file)" >"$_ko" ;;
	# Of a kernel that is not SMP.
	foreign) LC_ALL=C sed 's/\(vermagic=[^ ]* \)SMP/\1UPX/' "$(module_file)" >"$_ko" ;;
	esac
	# A damaged one depmod could not read: it has become so later.
	[ "$1" = damaged ] || depmod -b "$work/base" "$(uname -r)" 2>/dev/null ||
		bail "depmod fails"
}

module_loaded() {
	grep -q '^sotto ' /proc/modules
}

talk_without_end() {
	start never-stops alice "$tools/never-stops" "$work/rounds" "$@"
	talker=$started
	must 10 test -s "$work/rounds"
}

rounds() {
	echo $(($(cat "$work/rounds")))
}

_rounds_are() {
	[ "$(rounds)" -ge "$1" ]
}

goes_on() {
	must 30 _rounds_are $(($(rounds) + 20))
}

_flow_is_there() {
	id=$(flow "$1" "$2" id)
	[ "$id" != none ]
}

becomes_secure() {
	must 30 _flow_is_there "$1" "$2"
	secure "$1" "$id" tx "$(new_key)" "${3:-}" && secure "$1" "$id" rx "$(new_key)" "${3:-}" ||
		bail "port $2 of $1 does not become secure"
}

leaves_protected() {
	[ "$(flow "$1" "$2" tx-protected)" -ge 5 ] 2>/dev/null
}

nobody_answers() {
	on bob nft 'add table inet mute;
		add chain inet mute in { type filter hook input priority 0; };
		add rule inet mute in meta l4proto udp drop' || bail "no nft"
}
