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
