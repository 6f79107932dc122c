// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DH3k by libcrypto, RFC 6189 4.4.1.2, 5.1.5.
 */
#include <errno.h>

#include <openssl/bn.h>
#include <openssl/dh.h>

#include "agreement_priv.h"

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

int zrtp_dh3k_public(struct zrtp_dh *dh)
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

int zrtp_dh3k_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	BIGNUM *y = BN_bin2bn(pv, ZRTP_PV_MAX, NULL);
	int r = y ? dh3k_check(y) : -EIO;

	if (!r)
		r = dh3k_power(y, dh->secret, dh->secret_len, result);
	BN_free(y);
	return r;
}
