// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/crypto.h by libcrypto.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto.h"
#include "kshim.h"

struct key {
	unsigned int len;
	u8 bytes[32];
};

static int key_new(const u8 *key, unsigned int len, void **out)
{
	struct key *k = kzalloc(sizeof(*k), GFP_KERNEL);

	if (!k)
		return -ENOMEM;
	assert(len <= sizeof(k->bytes));
	k->len = len;
	memcpy(k->bytes, key, len);
	*out = k;
	return 0;
}

int sotto_cm_init(struct sotto_cm *cm, const u8 *key, unsigned int key_len)
{
	return key_new(key, key_len, (void **)&cm->slow);
}

void sotto_cm_exit(struct sotto_cm *cm)
{
	kfree_sensitive(cm->slow);
	cm->slow = NULL;
}

int sotto_gcm_init(struct sotto_gcm *gcm, const u8 *key, unsigned int key_len)
{
	return key_new(key, key_len, (void **)&gcm->slow);
}

void sotto_gcm_exit(struct sotto_gcm *gcm)
{
	kfree_sensitive(gcm->slow);
	gcm->slow = NULL;
}

int sotto_hmac_init(struct sotto_hmac *hmac, const u8 *key, unsigned int key_len)
{
	return key_new(key, key_len, (void **)&hmac->key);
}

void sotto_hmac_exit(struct sotto_hmac *hmac)
{
	kfree_sensitive(hmac->key);
	hmac->key = NULL;
}

static void must(int ok)
{
	if (!ok)
		abort();
}

static void keystream_xor(const u8 *key, unsigned int key_len, const u8 *iv, u8 *data,
			  unsigned int len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(EVP_EncryptInit_ex(ctx, key_len == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(),
				NULL, key, iv));
	must(EVP_EncryptUpdate(ctx, data, &n, data, len) && n == (int)len);
	EVP_CIPHER_CTX_free(ctx);
}

int sotto_cm_xor(const struct sotto_cm *cm, u8 iv[SOTTO_CM_IV_LEN], u8 *data, unsigned int len)
{
	const struct key *k = (const void *)cm->slow;

	if (len)
		keystream_xor(k->bytes, k->len, iv, data, len);
	return 0;
}

int sotto_aes_keystream(const u8 *key, unsigned int key_len, u8 iv[SOTTO_CM_IV_LEN],
			u8 *out, unsigned int len)
{
	if (key_len != 16 && key_len != 32)
		return -EINVAL;
	memset(out, 0, len);
	if (len)
		keystream_xor(key, key_len, iv, out, len);
	return 0;
}

static const EVP_CIPHER *gcm_cipher(const struct key *k)
{
	return k->len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

int sotto_gcm_seal(const struct sotto_gcm *gcm, u8 iv[SOTTO_GCM_IV_LEN], u8 *data,
		   unsigned int aad_len, unsigned int len)
{
	const struct key *k = (const void *)gcm->slow;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	u8 *body = data + aad_len;
	int n;

	must(EVP_EncryptInit_ex(ctx, gcm_cipher(k), NULL, k->bytes, iv));
	must(EVP_EncryptUpdate(ctx, NULL, &n, data, aad_len));
	must(!len || EVP_EncryptUpdate(ctx, body, &n, body, len));
	must(EVP_EncryptFinal_ex(ctx, body + len, &n));
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SOTTO_GCM_TAG_LEN, body + len));
	EVP_CIPHER_CTX_free(ctx);
	return 0;
}

/* Decrypts before it compares, as the kernel's drivers do. */
int sotto_gcm_open(const struct sotto_gcm *gcm, u8 iv[SOTTO_GCM_IV_LEN], u8 *data,
		   unsigned int aad_len, unsigned int len)
{
	const struct key *k = (const void *)gcm->slow;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	u8 *body = data + aad_len;
	u8 tag[SOTTO_GCM_TAG_LEN];
	int n, ok;

	memcpy(tag, body + len, sizeof(tag));
	must(EVP_DecryptInit_ex(ctx, gcm_cipher(k), NULL, k->bytes, iv));
	must(EVP_DecryptUpdate(ctx, NULL, &n, data, aad_len));
	must(!len || EVP_DecryptUpdate(ctx, body, &n, body, len));
	must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag));
	ok = EVP_DecryptFinal_ex(ctx, body + len, &n) > 0;
	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -EBADMSG;
}

int sotto_hmac_sign(const struct sotto_hmac *hmac, const u8 *data, unsigned int len,
		    u8 mac[SOTTO_HMAC_LEN])
{
	const struct key *k = (const void *)hmac->key;

	must(HMAC(EVP_sha1(), k->bytes, k->len, data, len, mac, NULL) != NULL);
	return 0;
}

int sotto_hmac_verify(const struct sotto_hmac *hmac, const u8 *data, unsigned int len,
		      const u8 *tag, unsigned int tag_len)
{
	u8 mac[SOTTO_HMAC_LEN];

	sotto_hmac_sign(hmac, data, len, mac);
	return memcmp(mac, tag, tag_len) ? -EBADMSG : 0;
}

int sotto_crypto_init(void)
{
	return 0;
}

void sotto_crypto_exit(void)
{
}
