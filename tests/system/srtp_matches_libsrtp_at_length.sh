#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml
#
# Byte for byte as libsrtp2, both ways, 10 000 packets of each: every profile, IPv4 and
# IPv6, without MKI and with one, RTCP and each kind of RTP header, elements of header
# extensions encrypted and padding too; past a wrap of the sequence, over a line that
# loses, reorders, repeats and alters. (libsrtp2 2.5 has no Cryptex.)
#
#	alice: program -- sotto.ko === SRTP ===> bob: libsrtp2
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/srtp-lib.sh"

load_module
hosts_up

for profile in 1 2 3 4 5 6; do
	for family in 4 6; do
		for mki in 0 4; do
			for kind in rtp rtcp csrc ext1 ext2 enc1 enc2 pad; do
				matches $family $profile $kind $mki "${PACKETS:-10000}"
			done
		done
	done
done

finish
