#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# where: uml-long
#
# AES_CM_128_HMAC_SHA1_80: 10 000 packets each way of each kind, family and MKI. See srtp-lib.sh.
#
#	alice: program -- sotto.ko === SRTP ===> bob: libsrtp2
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/srtp-lib.sh"

load_module
hosts_up
matches_at_length 1
finish
