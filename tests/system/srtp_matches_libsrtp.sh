#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What leaves the kernel is byte for byte what libsrtp2 makes of it, and what
# libsrtp2 sends is accepted just where libsrtp2 would: every profile, RTP and
# RTCP, IPv4 and IPv6, without MKI and with one.
#
#	alice: program -- sotto.ko === SRTP ===> bob: libsrtp2
. "$(dirname "$0")/lib.sh"

load_module
hosts_up

profile=0
for name in AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32 AES_256_CM_HMAC_SHA1_80 \
	AES_256_CM_HMAC_SHA1_32 AEAD_AES_128_GCM AEAD_AES_256_GCM; do
	profile=$((profile + 1))
	for family in 4 6; do
		for kind in rtp rtcp; do
			for mki in 0 4; do
				# libsrtp2 2.5 receives no SRTCP of these with MKI: see srtp_vs_libsrtp.c.
				case $name-$kind-$mki in
				*_32-rtcp-4) continue ;;
				esac
				check "$name $kind IPv$family MKI of $mki bytes" \
					"$tools/srtp-peer" alice bob "$family" "$profile" "$kind" "$mki" 300
			done
		done
	done
done

finish
