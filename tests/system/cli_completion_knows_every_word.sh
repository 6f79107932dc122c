#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
#
#	bash completion, man page --- sotto --- private bus --- double of sottod
#
# What the completion offers and the man page lists is what sotto --help knows: no
# more, no less. Names come from sottod, quoted as the shell needs them.
. "$(dirname "$0")/cli-lib.sh"

double_up
tell peer bob verified
tell peer carol known
secure_call 1 bob

# complete WORD...: what is offered for the last one, a line each
complete() {
	# shellcheck disable=SC2016 # for the shell inside
	bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sotto
		printf "%s\n" "${COMPREPLY[@]}"' "$top/userspace/cli/sotto.bash" "$@" 9>&-
}

sotto --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort >"$work/help"
check "there are commands" [ "$(wc -l <"$work/help")" -gt 10 ]
is "the completion has each, and no other" "$(complete sotto '' | grep -v '^-' | sort)" \
	"$(cat "$work/help")"
# options: those that the help of some command explains, a line each
for word in $(cat "$work/help"); do
	sotto "$word" --help | sed -n 's/^  \(--[a-z-]*\) .*/\1/p'
done | grep -vxE -- '--(json|help|version)' | sort -u >"$work/options"
check "commands have options" [ "$(wc -l <"$work/options")" -gt 10 ]
is "the man page explains each, and no other" "$(sed -n 's/^[.]It Fl -\([a-z-]*\).*/--\1/p' \
	"$top/Documentation/man/sotto.1" | grep -vxE -- '--(json|help|version)' | sort -u)" \
	"$(cat "$work/options")"
# "answer | decline | hangup" stand in one line.
is "the man page has each, and no other" "$(sed -n '/^[.]Sh COMMANDS/,/^[.]Sh OPTIONS/s/^[.]It Cm \([a-z]*\).*/\1/p' \
	"$top/Documentation/man/sotto.1" | sort -u)" "$(cat "$work/help")"

# options COMMAND...: long options in its --help
options() {
	sotto "$@" --help | grep -oE -- '--[a-z-]+' | sort -u
}
for c in backup call metrics pair restore verify; do
	is "options of $c" "$( { complete sotto $c -- && echo --help; } | grep -- '--.' | sort -u)" \
		"$( { options $c; echo --help; } | sort -u)"
done
is "options of rule add" "$( { complete sotto rule add require --; } | grep -v -e --json -e --help | sort -u)" \
	"$(options rule | grep -v -- --json)"
for o in $(options backup) $(options call) $(options metrics) $(options pair) $(options verify) $(options rule); do
	check "the man page has $o" grep -qE "Fl $(echo "$o" | sed 's/^-//')( |\$)" \
		"$top/Documentation/man/sotto.1"
done

is "peers to call" "$(complete sotto call '' | sort)" "$(printf 'bob\ncarol')"
is "peers that begin so" "$(complete sotto call c)" carol
is "calls to hang up, by name and number" "$(complete sotto hangup '' | sort)" "$(printf '1\nbob')"
tell set 1 Name 'bob; rm -rf x'
is "quoted for the shell" "$(complete sotto hangup b)" 'bob\;\ rm\ -rf\ x'
is "yes or no for strangers" "$(complete sotto strangers '')" "$(printf 'yes\nno')"
is "peers to answer for" "$(complete sotto autoanswer '' | sort)" "$(printf 'bob\ncarol')"
is "yes or no for them" "$(complete sotto autoanswer bob '')" "$(printf 'yes\nno')"
is "one of a few words" "$(complete sotto rule add '')" "$(printf 'require\nprefer\nbypass\n--preset')"
is "the presets" "$(complete sotto rule add --preset '' | sort)" \
	"$(ls "$presets" | sed 's/[.]conf$//')"
is "what a user types for --family" "$(complete sotto rule add require --family '')" \
	"$(printf 'ipv4\nipv6')"

# sotto-guard's.
complete_guard() {
	# shellcheck disable=SC2016
	bash --norc -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sotto_guard
		printf "%s\n" "${COMPREPLY[@]}"' "$top/userspace/guard/sotto-guard.bash" "$@" 9>&-
}

"$build/userspace/guard/sotto-guard" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p; s/^  \(--[a-z]*\)$/\1/p' |
	sort >"$work/help"
check "sotto-guard has commands" [ "$(grep -vc -- -- "$work/help")" -gt 5 ]
is "the completion has each word, and no other" "$(complete_guard sotto-guard '' | sort)" \
	"$(cat "$work/help")"
is "the man page has each command, and no other" \
	"$(sed -n '/^[.]Sh COMMANDS/,/^[.]Sh WHAT/s/^[.]It Cm \([a-z]*\).*/\1/p' \
		"$top/Documentation/man/sotto-guard.8" | sort -u)" "$(grep -v -- -- "$work/help")"

# What fish offers, told by fish; what zsh does, by its file, which zsh understands.
fishes() {
	fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' "$top/userspace/$1" "$2" \
		9>&- 2>/dev/null | cut -f 1
}

sotto --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | sort >"$work/help"
is "fish has each command, and no other" "$(fishes cli/sotto.fish 'sotto ' | sort)" "$(cat "$work/help")"
for c in backup call metrics pair restore verify rule; do
	is "fish: options of $c" "$( { fishes cli/sotto.fish "sotto $c --"; echo --json; echo --help; } |
		grep -- '--.' | sort -u)" "$( { options $c; echo --json; echo --help; } | sort -u)"
done
is "fish: peers to call" "$(fishes cli/sotto.fish 'sotto call ' | grep -v '^-' | sort)" "$(printf 'bob\ncarol')"
is "fish: yes or no for strangers" "$(fishes cli/sotto.fish 'sotto strangers ' | sort)" "$(printf 'no\nyes')"
is "fish: sotto-guard's commands" "$(fishes guard/sotto-guard.fish 'sotto-guard ' | sort)" \
	"$("$build/userspace/guard/sotto-guard" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | sort)"

is "zsh has each command, and no other" "$(sed -n "s/^\t\t'\([a-z]*\):.*/\1/p" \
	"$top/userspace/cli/sotto.zsh" | sort)" "$(cat "$work/help")"
for o in $(for c in backup call metrics pair restore verify rule; do options $c; done | sort -u); do
	check "zsh has $o" grep -qF -- "'$o[" "$top/userspace/cli/sotto.zsh"
done
is "zsh: sotto-guard's commands" "$(sed -n "s/.*'1:command:(\(.*\))'/\1/p" \
	"$top/userspace/guard/sotto-guard.zsh" | tr ' ' '\n' | sort)" \
	"$("$build/userspace/guard/sotto-guard" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | sort)"
for f in cli/sotto.zsh guard/sotto-guard.zsh; do
	check "zsh understands $f" zsh -n "$top/userspace/$f"
done

for page in sotto.1 sottod.8 sotto-guard.8 sotto-rules.5; do
	is "$page is sound" "$(man --warnings -l -Tutf8 "$top/Documentation/man/$page" 2>&1 >/dev/null)" ""
done
finish
