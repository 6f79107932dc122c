#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What leaves the kernel is byte for byte what libsrtp2 makes of it, and what libsrtp2
# sends is accepted just where libsrtp2 would. Every profile, with a share of the
# families, kinds of packet and MKIs; all with all, and at length, are in
# *_matches_libsrtp_at_length.sh.
#
#	alice: program -- sotto.ko === SRTP ===> bob: libsrtp2
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/srtp-lib.sh"

load_module
hosts_up

while read -r profile kind; do
	matches 4 "$profile" rtp 4 300
	matches 4 "$profile" rtcp 4 300
	matches 6 "$profile" rtp 0 300
	matches 6 "$profile" rtcp 0 300
	matches 6 "$profile" "$kind" 4 300
done <<END
1 csrc
2 ext1
3 enc1
4 pad
5 ext2
6 enc2
END

finish
