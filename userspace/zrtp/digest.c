// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The negotiated hash, its HMAC and the cipher of Confirm.
 */
#include <errno.h>

#include <openssl/evp.h>

#include "algo.h"
#include "digest.h"

size_t zrtp_hash_len(enum zrtp_hash hash)
{
	return zrtp_algo(ZRTP_KIND_HASH, hash)->len;
}

int zrtp_digest(enum zrtp_hash hash, const struct zrtp_part *parts, size_t n, uint8_t *out)
{
	EVP_MD *md = EVP_MD_fetch(NULL, zrtp_algo(ZRTP_KIND_HASH, hash)->name, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int ok = md && ctx && EVP_DigestInit_ex2(ctx, md, NULL);

	for (size_t i = 0; ok && i < n; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].data, parts[i].len);
	ok = ok && EVP_DigestFinal_ex(ctx, out, NULL);
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	return ok ? 0 : -EIO;
}

int zrtp_hmac(enum zrtp_hash hash, const uint8_t *key, size_t key_len,
	      const uint8_t *data, size_t len, uint8_t *out)
{
	const struct zrtp_algo *algo = zrtp_algo(ZRTP_KIND_HASH, hash);
	size_t n;

	if (!EVP_Q_mac(NULL, "HMAC", NULL, algo->name, NULL, key, key_len, data, len,
		       out, algo->len, &n) || n != algo->len)
		return -EIO;
	return 0;
}

int zrtp_cfb(enum zrtp_cipher cipher, const uint8_t *key, const uint8_t iv[16], bool encrypt,
	     const uint8_t *in, size_t len, uint8_t *out)
{
	EVP_CIPHER *type = EVP_CIPHER_fetch(NULL, zrtp_algo(ZRTP_KIND_CIPHER, cipher)->name, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	int ok = type && ctx &&
		 EVP_CipherInit_ex2(ctx, type, key, iv, encrypt, NULL) &&
		 EVP_CipherUpdate(ctx, out, &n, in, len) && (size_t)n == len;

	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(type);
	return ok ? 0 : -EIO;
}
