// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diffie-Hellman, RFC 6189 4.4.1, 5.1.5: DH3k by libcrypto, X255 by libsodium.
 */
#include <errno.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/dh.h>
#include <sodium.h>

#include "agreement.h"
#include "algo.h"

#define DH3K_GENERATOR	2

/*
 * base^secret mod p at the prime's full width; RFC 3526 4 gives p.
 *
 * libcrypto's constant-time exponentiation and not its EVP_PKEY: that one
 * raises each public value to the 3071-bit group order, twelve times the work
 * of the exchange, to find a member of the subgroup of order 2. Here the range
 * check of RFC 6189 4.4.1.2 excludes it, and the keys live for one exchange.
 */
static int dh3k_power(BIGNUM *base, const uint8_t *secret, size_t secret_len, uint8_t *out)
{
	BIGNUM *p = BN_get_rfc3526_prime_3072(NULL);
	BIGNUM *x = BN_secure_new();
	BIGNUM *y = BN_secure_new();
	BN_CTX *ctx = BN_CTX_secure_new();
	int ok = p && x && y && ctx && BN_bin2bn(secret, secret_len, x);

	if (ok) {
		BN_set_flags(x, BN_FLG_CONSTTIME);
		ok = BN_mod_exp_mont_consttime(y, base, x, p, ctx, NULL) &&
		     BN_bn2binpad(y, out, ZRTP_PV_MAX) == ZRTP_PV_MAX;
	}
	BN_CTX_free(ctx);
	BN_clear_free(y);
	BN_clear_free(x);
	BN_free(p);
	return ok ? 0 : -EIO;
}

static int dh3k_public(struct zrtp_dh *dh)
{
	BIGNUM *g = BN_new();
	int r = -EIO;

	if (g && BN_set_word(g, DH3K_GENERATOR))
		r = dh3k_power(g, dh->secret, dh->secret_len, dh->pv);
	BN_free(g);
	return r;
}

/* 1 < y < p-1, RFC 6189 4.4.1.2; 0 and what is not reduced are refused as well. */
static int dh3k_check(const BIGNUM *y)
{
	BIGNUM *limit = BN_get_rfc3526_prime_3072(NULL);
	int r = -EIO;

	if (limit && BN_sub_word(limit, 1))
		r = BN_is_zero(y) || BN_is_one(y) || BN_cmp(y, limit) >= 0 ? -EKEYREJECTED : 0;
	BN_free(limit);
	return r;
}

static int dh3k_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	BIGNUM *y = BN_bin2bn(pv, ZRTP_PV_MAX, NULL);
	int r = y ? dh3k_check(y) : -EIO;

	if (!r)
		r = dh3k_power(y, dh->secret, dh->secret_len, result);
	BN_free(y);
	return r;
}

/* The public value and the result are RFC 7748's octet strings, as libbzrtp sends them. */
static int x255_public(struct zrtp_dh *dh)
{
	return crypto_scalarmult_base(dh->pv, dh->secret) ? -EIO : 0;
}

/* libsodium refuses each point of small order, whose result would be zero. */
static int x255_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	return crypto_scalarmult(result, dh->secret, pv) ? -EKEYREJECTED : 0;
}

int zrtp_dh_generate(struct zrtp_dh *dh, enum zrtp_agreement agreement, enum zrtp_cipher cipher,
		     const uint8_t random[ZRTP_DH_RANDOM_LEN])
{
	const struct zrtp_algo *algo = zrtp_algo(ZRTP_KIND_AGREEMENT, agreement);

	if (!algo)
		return -EINVAL;
	sodium_memzero(dh, sizeof(*dh));
	dh->agreement = agreement;
	dh->pv_len = algo->len;
	dh->secret_len = agreement == ZRTP_KA_DH3K ?
			 2u * zrtp_algo(ZRTP_KIND_CIPHER, cipher)->len :
			 crypto_scalarmult_SCALARBYTES;
	memcpy(dh->secret, random, dh->secret_len);

	switch (agreement) {
	case ZRTP_KA_DH3K:
		return dh3k_public(dh);
	case ZRTP_KA_X255:
		return x255_public(dh);
	default:
		return -EINVAL;
	}
}

int zrtp_dh_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	switch (dh->agreement) {
	case ZRTP_KA_DH3K:
		return dh3k_derive(dh, pv, result);
	case ZRTP_KA_X255:
		return x255_derive(dh, pv, result);
	default:
		return -EINVAL;
	}
}
