/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The negotiated hash, its HMAC and the cipher of Confirm, RFC 6189 5.1.2.1,
 * 5.1.3; all by libcrypto.
 */
#ifndef ZRTP_DIGEST_H
#define ZRTP_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "zrtp.h"

/** struct zrtp_part - one of the strings that a hash runs over */
struct zrtp_part {
	const void *data;
	size_t len;
};

/** zrtp_hash_len() - Octets of the hash; it is one of algo.c's. */
size_t zrtp_hash_len(enum zrtp_hash hash);

/** zrtp_digest() - Hash of the concatenated parts; @out takes zrtp_hash_len(). 0 or -EIO. */
int zrtp_digest(enum zrtp_hash hash, const struct zrtp_part *parts, size_t n, uint8_t *out);

/** zrtp_hmac() - The negotiated MAC, untruncated. 0 or -EIO. */
int zrtp_hmac(enum zrtp_hash hash, const uint8_t *key, size_t key_len,
	      const uint8_t *data, size_t len, uint8_t *out);

/** zrtp_cfb() - CFB-128 with the negotiated cipher, RFC 6189 5.7. 0 or -EIO. */
int zrtp_cfb(enum zrtp_cipher cipher, const uint8_t *key, const uint8_t iv[16], bool encrypt,
	     const uint8_t *in, size_t len, uint8_t *out);

#endif /* ZRTP_DIGEST_H */
