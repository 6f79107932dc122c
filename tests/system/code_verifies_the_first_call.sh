#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# seconds: 40
#
#	alice: sotto pair --show, sottod --- middle, a wiretap --- sottod, sotto pair --enter :bob
#
# Two who have agreed on a code are verified on their first call, before it is answered.
# What is kept of it afterwards, and the journal, name nobody: no name, no address, none
# of the ZIDs that the wiretap has seen.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hosts.sh"
. "$(dirname "$0")/calls.sh"

her="Guinevere Featherstonehaugh"
him="Bartholomew Cholmondeley"

load_module
hosts_up
end_up alice
end_up bob
as alice sotto pair --show --json "$him" 10.9.0.2 >"$work/shown" || bail "alice cannot pair"
code=$(jq -r .code "$work/shown")
# Mistyped as people do it.
echo "$code" | tr -d - | tr "[:lower:]" "[:upper:]" >"$work/typed"
as bob sotto pair --enter --json "$her" 10.9.0.1 <"$work/typed" >"$work/entered"
is "the code is taken" "$(jq -r .paired "$work/entered")" "$her"

capture_start "$work/wire.pcap"
manager alice Call 'sa{sv}' "$him" 0 >/dev/null
must 20 call_is bob Progress ringing
is "he sees who calls, before he answers" "$(call_has bob Name): $(call_has bob Verified)" \
	"$her: true"
must 20 call_is alice TheirVerified true
is "she sees who rings" "$(call_has alice Name): $(call_has alice Verified)" "$him: true"
is "nothing is alarmed" "$(call_has alice Alarm)$(call_has bob Alarm)" ""
answer
hang_up
capture_stop
is "by the code" "$(manager alice ListPeers | jq -r '.data[0][0][1].VerifiedBy.data')" code
is "which is gone" "$(manager alice ListPeers | jq -r '.data[0][0][1].Code.data')" false

# A ZID is at offset 12 + 12 + 3 words + 16 + 32 of a Hello packet (RFC 6189 5.2).
tshark -r "$work/wire.pcap" -Y udp -T fields -e udp.payload 2>/dev/null |
	grep -E '^10[0-9a-f]{6}5a525450' | grep 505a | grep 48656c6c6f202020 |
	sed 's/.*48656c6c6f202020//' | cut -c105-128 | sort -u >"$work/zids"
is "the wiretap has seen two ZIDs" "$(wc -l <"$work/zids")" 2

# names_somebody FILE: what of it is there, in bytes or in hexadecimal
names_somebody() {
	basenc --base16 -w 0 "$1" | tr A-F a-f >"$1.hex"
	for _n in Guinevere Bartholomew 10.9.0.1 10.9.0.2 "$code"; do
		! grep -qaF -e "$_n" "$1" || echo "$_n"
	done
	while read -r _zid; do
		! grep -q -e "$_zid" "$1.hex" || echo "a ZID"
		! grep -qaiF -e "$_zid" "$1" || echo "a ZID in letters"
	done <"$work/zids"
}

for h in alice bob; do
	inside $h sh -c 'cat /var/lib/sotto/*; cat /run/sotto/calls/* 2>/dev/null' >"$work/kept.$h"
	cat "$work/$h.sottod" >>"$work/kept.$h"
	check "$h: there is something" [ "$(wc -c <"$work/kept.$h")" -gt 4096 ]
	is "$h: store, log, records and journal name nobody" "$(names_somebody "$work/kept.$h")" ""
done
head -n 1 "$work/zids" | tr -d "\n" | tr a-f A-F | basenc --base16 -d >"$work/left"
printf '%s 10.9.0.2' "$him" >>"$work/left"
is "each would be found" "$(names_somebody "$work/left" | sort | tr '\n' ',')" \
	"10.9.0.2,Bartholomew,a ZID,"
finish
