#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	sottod --help, sottod.conf --- sottod(8), sotto.conf(5)
#
# Options and settings of sottod: what the program has, the manual explains, and nothing
# else. A file that says anything else is refused, with its line and the next step.
. "$(dirname "$0")/lib.sh"

sottod=$build/userspace/daemon/sottod
man=$top/Documentation/man
conf=$top/userspace/daemon/sottod.conf

# settle FILE: sottod reads it and, before it does anything, an option that it refuses:
# whatever it says of the file it has said by then. Output in $work/err.
settle() {
	"$sottod" --config "$1" --port 0 >"$work/out" 2>"$work/err"
	status=$?
}

taken() {
	! grep -q "$work/conf" "$work/err" && grep -qF 'sottod: --port cannot be "0"' "$work/err"
}

"$sottod" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' | sort >"$work/options"
check "there are options" [ "$(wc -l <"$work/options")" -gt 6 ]
is "sottod(8) explains each option, and no other" \
	"$(sed -n 's/^[.]It Fl -\([a-z-]*\).*/\1/p' "$man/sottod.8" | sort)" "$(cat "$work/options")"
is "its synopsis has each" \
	"$(sed -n 's/^[.]Op Fl -\([a-z-]*\).*/\1/p' "$man/sottod.8" | sort)" \
	"$(grep -vxE 'help|version' "$work/options")"

sed -n '/^[.]Sh SETTINGS/,/^[.]Sh EXAMPLES/s/^[.]It Cm \([a-z-]*\).*/\1/p' "$man/sotto.conf.5" |
	sort >"$work/settings"
is "what the program compares keys with is what sotto.conf(5) explains" \
	"$(sed -n 's/.*strcmp(key, "\([a-z-]*\)").*/\1/p' "$top/userspace/daemon/config.c" | sort)" \
	"$(cat "$work/settings")"
is "each but strangers is an option too" \
	"$(grep -vxE 'config|help|version' "$work/options")" "$(grep -vx strangers "$work/settings")"

# What is commented out is what holds: taken as it stands there, and known to the manual.
sed -n 's/^#\([a-z-]* = .*\)/\1/p' "$conf" >"$work/conf"
check "the file that is installed shows settings" [ "$(wc -l <"$work/conf")" -gt 2 ]
is "sotto.conf(5) knows each" "$(sed 's/ = .*//' "$work/conf" | grep -vxFf "$work/settings")" ""
settle "$work/conf"
check "sottod takes each" taken
sed -n '/^[.]Bd -literal/,/^[.]Ed/{/^[.]/!p}' "$man/sotto.conf.5" >"$work/conf"
check "the manual has an example" [ "$(wc -l <"$work/conf")" -gt 1 ]
settle "$work/conf"
check "sottod takes that" taken
while read -r key; do
	case $key in
	port | signalling) value=5060 ;;
	strangers | verbose) value=yes ;;
	*) value=/nowhere ;;
	esac
	echo "  $key=$value  # said" >"$work/conf"
	settle "$work/conf"
	check "$key can be said" taken
done <"$work/settings"

# refused WHY LINE...: the last line of the file is not taken
refused() {
	_why=$1
	shift
	printf '%s\n' "$@" >"$work/conf"
	settle "$work/conf"
	is "\"$(printf '%s' "$*" | tr '\n' '|')\" is refused" "$status $(cat "$work/err")" \
		"2 sottod: $work/conf, line $#: $_why; see sotto.conf(5)"
}

none="there is no such setting"
wrong='that is no "key = value", or no value that this setting can have'
refused "$none" "# good" "" "prot = 7686"
refused "$none" "Port = 7686"
refused "$none" "config = /etc/passwd"
refused "$none" " = 7686"
refused "$wrong" "port"
refused "$wrong" "port = 7686" "port = 0"
refused "$wrong" "port = 65535"
refused "$wrong" "port = 7686x"
refused "$wrong" "port ="
refused "$wrong" "strangers = maybe"
refused "$wrong" "verbose = true"
refused "$wrong" "state-dir = var/lib/sotto"
refused "$wrong" "worker = unix:run/x"
refused "$wrong" "signalling = 70000"

mkdir "$work/folder"
settle "$work/folder"
is "what cannot be read is said to be so" "$status $(cat "$work/err")" \
	"2 sottod: $work/folder cannot be read (Is a directory); it has to be a file that sottod's user may read"
settle "$work/absent"
check "a file that is not there says nothing" taken
finish
