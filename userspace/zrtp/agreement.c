// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diffie-Hellman, RFC 6189 4.4.1, 5.1.5: which function does which, and the curves of
 * RFC 7748: X255 by libsodium, X448 by libcrypto. Their public values and results are that
 * RFC's octet strings, as libbzrtp sends them.
 */
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>
#include <sodium.h>

#include "agreement_priv.h"
#include "algo.h"

static int x255_public(struct zrtp_dh *dh)
{
	return crypto_scalarmult_base(dh->pv, dh->secret) ? -EIO : 0;
}

/* libsodium refuses each point of small order, whose result would be zero. */
static int x255_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	return crypto_scalarmult(result, dh->secret, pv) ? -EKEYREJECTED : 0;
}

static EVP_PKEY *x448_own(const struct zrtp_dh *dh)
{
	return EVP_PKEY_new_raw_private_key_ex(NULL, "X448", NULL, dh->secret, dh->secret_len);
}

static int x448_public(struct zrtp_dh *dh)
{
	EVP_PKEY *own = x448_own(dh);
	size_t len = dh->pv_len;
	int ok = own && EVP_PKEY_get_raw_public_key(own, dh->pv, &len) > 0 && len == dh->pv_len;

	EVP_PKEY_free(own);
	return ok ? 0 : -EIO;
}

/* libcrypto refuses a result of zero, as RFC 7748 6.2 would have it. */
static int x448_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	EVP_PKEY *peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X448", NULL, pv, dh->pv_len);
	EVP_PKEY *own = x448_own(dh);
	EVP_PKEY_CTX *ctx = own ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
	size_t len = dh->pv_len;
	int r = -EIO;

	if (peer && ctx && EVP_PKEY_derive_init(ctx) > 0 && EVP_PKEY_derive_set_peer(ctx, peer) > 0)
		r = EVP_PKEY_derive(ctx, result, &len) > 0 && len == dh->pv_len ? 0 :
									  -EKEYREJECTED;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	return r;
}

static const struct family {
	size_t secret_len;	/* 0: as the cipher wants it */
	int (*make)(struct zrtp_dh *dh);
	int (*derive)(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result);
} families[] = {
	[ZRTP_KA_DH3K] = { 0, zrtp_dh3k_public, zrtp_dh3k_derive },
	[ZRTP_KA_X255] = { crypto_scalarmult_SCALARBYTES, x255_public, x255_derive },
	[ZRTP_KA_EC25] = { ZRTP_DH_RANDOM_LEN, zrtp_ec_public, zrtp_ec_derive },
	[ZRTP_KA_EC38] = { ZRTP_DH_RANDOM_LEN, zrtp_ec_public, zrtp_ec_derive },
	[ZRTP_KA_X448] = { 56, x448_public, x448_derive },
	[ZRTP_KA_MULT] = { 0 },
	[ZRTP_KA_PRSH] = { 0 },
};

static const struct family *family(enum zrtp_agreement agreement)
{
	if (agreement >= sizeof(families) / sizeof(families[0]) || !families[agreement].make)
		return NULL;
	return &families[agreement];
}

int zrtp_dh_generate(struct zrtp_dh *dh, enum zrtp_agreement agreement, enum zrtp_cipher cipher,
		     const uint8_t random[ZRTP_DH_RANDOM_LEN])
{
	const struct family *f = family(agreement);

	if (!f)
		return -EINVAL;
	sodium_memzero(dh, sizeof(*dh));
	dh->agreement = agreement;
	dh->pv_len = zrtp_algo(ZRTP_KIND_AGREEMENT, agreement)->len;
	dh->secret_len = f->secret_len ?: 2u * zrtp_algo(ZRTP_KIND_CIPHER, cipher)->len;
	memcpy(dh->secret, random, dh->secret_len);
	return f->make(dh);
}

size_t zrtp_dh_result_len(const struct zrtp_dh *dh)
{
	bool has_y = dh->agreement == ZRTP_KA_EC25 || dh->agreement == ZRTP_KA_EC38;

	return has_y ? dh->pv_len / 2 : dh->pv_len;
}

int zrtp_dh_derive(const struct zrtp_dh *dh, const uint8_t *pv, uint8_t *result)
{
	const struct family *f = family(dh->agreement);

	return f ? f->derive(dh, pv, result) : -EINVAL;
}
