/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diffie-Hellman, RFC 6189 4.4.1, 5.1.5: over a finite field (DH3k), the NIST curves (EC25,
 * EC38) and those of RFC 7748 (X255, X448), which are libbzrtp's.
 */
#ifndef ZRTP_AGREEMENT_H
#define ZRTP_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

#define ZRTP_DH_RANDOM_LEN	64	/* the longest secret exponent */

/**
 * struct zrtp_dh - our key pair of one exchange; wipe after use
 * @agreement: 0 while there is none
 * @secret: exponent or scalar
 * @pv: public value, at its fixed width
 */
struct zrtp_dh {
	enum zrtp_agreement agreement;
	uint8_t secret[ZRTP_DH_RANDOM_LEN];
	size_t secret_len;
	uint8_t pv[ZRTP_PV_MAX];
	size_t pv_len;
};

/**
 * zrtp_dh_generate() - Make a key pair from given randomness.
 * @cipher: the exponent of DH3k is twice as long as the cipher's key (5.1.5)
 *
 * Return: 0, -EINVAL for an unknown agreement, -EIO when the library failed.
 */
int zrtp_dh_generate(struct zrtp_dh *dh, enum zrtp_agreement agreement, enum zrtp_cipher cipher,
		     const uint8_t random[ZRTP_DH_RANDOM_LEN]);

/** zrtp_dh_result_len() - Octets of a DHResult: of EC25 and EC38 the X coordinate alone */
size_t zrtp_dh_result_len(const struct zrtp_dh *dh);

/**
 * zrtp_dh_derive() - DHResult of our secret and the other side's public value.
 * @pv: @dh->pv_len octets
 * @result: takes zrtp_dh_result_len() octets; the caller wipes it
 *
 * Return: 0; -EKEYREJECTED for a value that would make a weak result (0, 1,
 * p-1 or above; a point of small order or off the curve); -EIO.
 */
int zrtp_dh_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result);

#endif /* ZRTP_AGREEMENT_H */
