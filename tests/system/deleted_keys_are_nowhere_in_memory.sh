#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: host
# seconds: 15
#
# The whole memory of a machine, kernel and programs, free pages and KASAN's quarantine,
# before and after a key is deleted, and after the module is unloaded. The machine is
# User Mode Linux: to us it is the memory of a process. The master key is gone as soon as
# it is installed; the session keys, which are found as long as they are in use, are gone
# with it.
. "$(dirname "$0")/lib.sh"

if [ "$(id -u)" -ne 0 ]; then
	bail "reading another process's memory needs root"
fi
scan=$tools/key-scan
dir=$work/share
mkdir -p "$dir"
for k in cm gcm cm2 gcm2; do
	"$scan" make "$dir/$k" || bail "no key"
done
mark=sotto.scan=$$
"$top/tools/uml" --share "$dir" --console "$work/console" --append "$mark" --memory 256 -- \
	"$top/tests/system/keys-in-uml" "$dir" >"$work/guest" 2>&1 &
uml=$!
pids="$uml $pids"

there() {
	[ -e "$dir/$1" ] || ! kill -0 "$uml" 2>/dev/null
}

arrive() { # STEP
	must 60 there "$1"
	[ -e "$dir/$1" ] || bail "the guest ended before $1"
	kernel=$(pgrep -o -f "^[^ ]*/linux .*$mark")
}

# found KEY MEMBER...
found() {
	_key=$1
	shift
	"$scan" count "$kernel" "$dir/$_key" | jq -r "[$(printf '.["%s"],' "$@" | sed 's/,$//')] | join(\" \")"
}

found_is() { # WANTED KEY MEMBER...
	_wanted=$1
	shift
	[ "$(found "$@")" = "$_wanted" ]
}

some() { # KEY MEMBER...
	for _n in $(found "$@"); do
		[ "$_n" -gt 0 ] || return
	done
}

arrive fresh
for k in cm gcm; do
	is "$k: the master key is gone with the request that brought it" \
		"$(found $k master salt)" "0 0"
done
touch "$dir/after-fresh"
arrive installed
check "a packet was protected" test "$(cat "$dir/protected")" -gt 0
check "the memory that is searched is the machine's" test "$(found cm mib)" -ge 256
for k in cm gcm; do
	check "$k: the session keys in use are found" some $k cipher rtcp-cipher
done
touch "$dir/after-installed"
arrive deleted
for k in cm gcm; do
	# It goes a moment later, its ciphers first. Not looked for again: what was not wiped
	# has another use at some time.
	must 10 found_is "0 0" $k cipher rtcp-cipher
	is "$k: after KEY_DEL nothing is left of it" \
		"$(found $k master salt cipher session-salt rtcp-cipher)" "0 0 0 0 0"
	note "$("$scan" count "$kernel" "$dir/$k")"
done
touch "$dir/after-deleted"
arrive again
for k in cm2 gcm2; do
	check "$k: found while in use" some $k cipher rtcp-cipher
done
touch "$dir/after-again"
arrive unloaded
for k in cm2 gcm2; do
	is "$k: after unloading nothing is left of it" \
		"$(found $k master salt cipher session-salt rtcp-cipher)" "0 0 0 0 0"
	note "$("$scan" count "$kernel" "$dir/$k")"
done
touch "$dir/after-unloaded"
wait "$uml"
is "the guest is content" $? 0
finish
