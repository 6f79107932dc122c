// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the codes of RFC 6189 5.9 mean, for people.
 */
#include "zrtp.h"

const char *zrtp_error_text(enum zrtp_error code)
{
	switch (code) {
	case ZRTP_ERROR_NONE:			return "no error";
	case ZRTP_ERROR_MALFORMED:		return "a message was malformed or altered";
	case ZRTP_ERROR_SOFTWARE:		return "the software failed";
	case ZRTP_ERROR_VERSION:		return "the ZRTP version is not supported";
	case ZRTP_ERROR_HELLO_MISMATCH:		return "the Hello message was altered on its way";
	case ZRTP_ERROR_HASH:			return "the hash is not supported";
	case ZRTP_ERROR_CIPHER:			return "the cipher is not supported";
	case ZRTP_ERROR_AGREEMENT:		return "the key agreement is not supported";
	case ZRTP_ERROR_AUTH_TAG:		return "the SRTP authentication is not supported";
	case ZRTP_ERROR_SAS_TYPE:		return "the way to show the SAS is not supported";
	case ZRTP_ERROR_NO_SHARED_SECRET:	return "there is no shared secret";
	case ZRTP_ERROR_DH_BAD_PV:		return "an attacker sent a weak public value";
	case ZRTP_ERROR_DH_BAD_HVI:		return "an attacker broke the commitment";
	case ZRTP_ERROR_MITM:			return "an untrusted party relayed a SAS";
	case ZRTP_ERROR_CONFIRM_MAC:		return "the two ends have different keys";
	case ZRTP_ERROR_NONCE:			return "a nonce was used twice";
	case ZRTP_ERROR_EQUAL_ZID:		return "our own messages came back to us";
	case ZRTP_ERROR_SSRC:			return "both ends use the same SSRC";
	case ZRTP_ERROR_UNAVAILABLE:		return "the service is not available";
	case ZRTP_ERROR_TIMEOUT:		return "the other end stopped answering";
	case ZRTP_ERROR_GOCLEAR_REFUSED:	return "going back to clear is not allowed";
	}
	return "an unknown error";
}
