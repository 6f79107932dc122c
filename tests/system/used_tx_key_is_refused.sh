#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A tx key that was installed once is refused for ever, on any flow, in any network
# namespace, under any profile: the same keystream would cover two packets.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/module-lib.sh"

load_module
hosts_up
one=$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000)
two=$(new_flow alice '[fd09::1]:7000' '[fd09::2]:7000')
theirs=$(new_flow bob 10.9.0.2:7000 10.9.0.1:7000)
used=$(new_key)
cm=aes-cm-128-hmac-sha1-80
gcm=aead-aes-128-gcm

# answer HOST ID DIR KEY [PROFILE]
answer() {
	if _said=$(key "$@"); then
		echo taken
	else
		echo "$_said" | cut -d: -f2 | tr -d ' '
	fi
}

is "a new key is taken" "$(answer alice "$one" tx "$used")" taken
is "not twice on the same flow" "$(answer alice "$one" tx "$used")" EEXIST
is "not on another" "$(answer alice "$two" tx "$used")" EEXIST
is "not in another network namespace" "$(answer bob "$theirs" tx "$used")" EEXIST
is "not under another profile" \
	"$(answer alice "$two" tx "$used" aes-cm-128-hmac-sha1-32)" EEXIST
must 1 nl alice flow set "$one" tx=secure
must 1 nl alice key del "$one" tx current
is "not after it was deleted" "$(answer alice "$one" tx "$used")" EEXIST
must 1 nl alice flow del "$one"
one=$(new_flow alice 10.9.0.1:7000 10.9.0.2:7000)
is "not after its flow was deleted" "$(answer alice "$one" tx "$used")" EEXIST
must 1 nl alice flow set "$one" rx=hold
is "the refused one is not there" \
	"$(nl alice flow set "$one" tx=secure | cut -d: -f2)" " ENOKEY"
is "the peer receives with it" "$(answer bob "$theirs" rx "$used")" taken
is "but never sends with it too" "$(answer bob "$theirs" tx "$used")" EINVAL
is "to receive with it twice does no harm" \
	"$(answer bob "$(new_flow bob '[fd09::2]:7000' '[fd09::1]:7000')" rx "$used")" taken

used=$(new_key)
is "AEAD: a new key is taken" "$(answer alice "$two" tx "$used" $gcm)" taken
is "AEAD: not twice" "$(answer alice "$one" tx "$used" $gcm)" EEXIST
# Another salt is another key.
is "the same master with another salt is taken" \
	"$(answer alice "$one" tx "${used% *} 0102030405060708090a0b0c0d0e" $cm)" taken
finish
