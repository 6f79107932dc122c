/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An end that speaks SRTP by libsrtp2, set up from our profiles.
 */
#ifndef SOTTO_LIBSRTP_END_H
#define SOTTO_LIBSRTP_END_H

#include <stdbool.h>
#include <srtp2/srtp.h>
#include <linux/sotto.h>

/* Master key and salt as libsrtp takes them: one behind the other. */
struct libsrtp_key {
	unsigned char key_and_salt[SRTP_MAX_KEY_LEN];
	unsigned char mki[4];
	unsigned int mki_len;	/* 0 or 4 */
	unsigned int window;	/* of the receiver; 0: 128 */
	int enc_ext[4];		/* ids of elements that are encrypted (RFC 6904) */
	unsigned int enc_ext_len;
	unsigned int ssrc;	/* 0: any; of another @roc is the first packet's */
	unsigned int roc;
};

struct libsrtp_end {
	srtp_t srtp;
	bool use_mki;
};

/* Receives every SSRC or sends any, as @inbound says. */
srtp_err_status_t libsrtp_end_open(struct libsrtp_end *end, enum sotto_profile profile,
				   const struct libsrtp_key *key, bool inbound);
void libsrtp_end_close(struct libsrtp_end *end);

/* In place; room for SRTP_MAX_TRAILER_LEN + 4 behind @len when sending. */
srtp_err_status_t libsrtp_end_protect(struct libsrtp_end *end, bool rtcp, void *data, int *len);
srtp_err_status_t libsrtp_end_unprotect(struct libsrtp_end *end, bool rtcp, void *data,
					int *len);

#endif /* SOTTO_LIBSRTP_END_H */
