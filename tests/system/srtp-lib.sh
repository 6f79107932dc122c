# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # what lib.sh has set
#
# SRTP beside libsrtp2; after lib.sh.

# matches FAMILY PROFILE KIND MKI-LENGTH PACKETS: see srtp-peer.c
matches() {
	_name=$(echo "AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32 AES_256_CM_HMAC_SHA1_80 \
		AES_256_CM_HMAC_SHA1_32 AEAD_AES_128_GCM AEAD_AES_256_GCM" | awk -v n="$2" '{ print $n }')
	check "$_name $3 IPv$1 MKI of $4 bytes" "$tools/srtp-peer" alice bob "$@"
}

# matches_at_length PROFILE: IPv4 and IPv6, without MKI and with one, RTCP and each kind of
# RTP header, elements of header extensions encrypted and padding too (libsrtp2 2.5 has no
# Cryptex), past a wrap of the sequence, over a line that loses, reorders, repeats and alters
matches_at_length() {
	for _family in 4 6; do
		for _mki in 0 4; do
			for _kind in rtp rtcp csrc ext1 ext2 enc1 enc2 pad; do
				matches $_family "$1" $_kind $_mki "${PACKETS:-10000}"
			done
		done
	done
}
