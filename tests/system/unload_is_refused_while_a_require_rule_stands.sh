#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each require rule holds the module in the kernel: unloading it would let out in clear
# what must be secure. Nothing else holds it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

users() {
	cat /sys/module/sotto/refcnt 2>/dev/null || echo gone
}

# unload: refused or unloaded
unload() {
	if rmmod sotto 2>"$work/rmmod"; then
		echo unloaded
	else
		grep -o 'in use' "$work/rmmod"
	fi
}

load_module
hosts_up
must 1 nl alice rule add action=require ports=7000 id=1 >/dev/null
is "with one require rule" "$(users) $(unload)" "1 in use"
must 1 nl bob rule add action=require ports=7000 id=1 >/dev/null
must 1 nl alice rule add action=prefer ports=7002 id=2 >/dev/null
must 1 nl alice rule add action=bypass ports=7004 id=3 >/dev/null
is "another in another namespace counts, prefer and bypass do not" "$(users) $(unload)" "2 in use"
is "what a refused rule would hold it does not" \
	"$(nl alice rule add action=require ports=7000 id=1 | cut -d: -f2)" " EEXIST"
is "after the same id was refused" "$(users)" 2
must 1 nl alice rule del 1
is "one is deleted" "$(users) $(unload)" "1 in use"
must 1 nl bob rule replace action=require ports=7000 , action=require ports=7002 , action=prefer >/dev/null
is "all are replaced" "$(users) $(unload)" "2 in use"
is "a replacement that fails" \
	"$(nl bob rule replace action=require id=5 , action=require id=5 | cut -d: -f2)" " EEXIST"
is "changes nothing" "$(users)" 2
must 1 nl bob rule replace-between 1001 1256 action=require id=1001 >/dev/null
is "one more is put beside them" "$(users)" 3
must 1 nl bob rule replace-between 1001 1256 >/dev/null
is "and goes alone" "$(users)" 2
must 1 nl bob rule replace action=prefer >/dev/null
is "without require it could go" "$(users)" 0
must 1 nl bob rule add action=require >/dev/null
ip netns del bob
check "a namespace that ends lets go of it" wait_until 10 sh -c \
	'[ "$(cat /sys/module/sotto/refcnt)" -eq 0 ]'

# Flows, keys and a socket that is open do not hold it.
program phone alice 10.9.0.1:7002
turn phone 10.9.0.2:7002
send phone rtp 3 >/dev/null
id=$(flow alice 7002 id)
secure alice "$id" tx "$(new_key)" || bail "no key"
secure alice "$id" rx "$(new_key)" || bail "no key"
send phone rtp 3 >/dev/null
is "with a call going on" "$(states alice 7002) $(unload) $(users)" "secure/secure unloaded gone"
is "the program sends on" "$(send phone rtp 3)" "$(all_sent 3)"
load_module
is "and it loads again, with nothing in it" "$(states alice 7002) $(users)" "none 0"
finish
