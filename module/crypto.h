/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that touches the kernel crypto API. Knows no RTP.
 *
 * The packet functions never sleep and never allocate, in process context or in
 * softirq. Their data lies in one linear piece that the page tables map
 * directly (kmalloc, skb head): not on the stack, not in vmalloc memory.
 */
#ifndef SOTTO_CRYPTO_H
#define SOTTO_CRYPTO_H

#include <linux/types.h>

struct crypto_aead;
struct crypto_sync_skcipher;
struct sotto_hmac_key;

#define SOTTO_CM_IV_LEN		16
#define SOTTO_GCM_IV_LEN	12
#define SOTTO_GCM_TAG_LEN	16
#define SOTTO_HMAC_LEN		20

/*
 * Where SIMD is usable the fast transform works, elsewhere the slow one, which
 * every machine has. On a machine without SIMD there is no fast one.
 */
struct sotto_cm {
	struct crypto_sync_skcipher *fast;
	struct crypto_sync_skcipher *slow;
};

struct sotto_gcm {
	struct crypto_aead *fast;
	struct crypto_aead *slow;
};

struct sotto_hmac {
	struct sotto_hmac_key *key;	/* as this kernel's HMAC has it */
};

/* Process context. After an error nothing is held; *_exit() of all-zero is nothing. */
int sotto_cm_init(struct sotto_cm *cm, const u8 *key, unsigned int key_len);
void sotto_cm_exit(struct sotto_cm *cm);
int sotto_gcm_init(struct sotto_gcm *gcm, const u8 *key, unsigned int key_len);
void sotto_gcm_exit(struct sotto_gcm *gcm);
int sotto_hmac_init(struct sotto_hmac *hmac, const u8 *key, unsigned int key_len);
void sotto_hmac_exit(struct sotto_hmac *hmac);

/* An @iv is used up: its content is undefined afterwards. */

/* XORs the keystream of AES in counter mode into @data. */
int sotto_cm_xor(const struct sotto_cm *cm, u8 iv[SOTTO_CM_IV_LEN], u8 *data,
		 unsigned int len);

/* @data: @aad_len in clear, @len to encrypt, then room for the tag. */
int sotto_gcm_seal(const struct sotto_gcm *gcm, u8 iv[SOTTO_GCM_IV_LEN], u8 *data,
		   unsigned int aad_len, unsigned int len);
/* @data: @aad_len in clear, @len encrypted, then the tag. -EBADMSG destroys @data. */
int sotto_gcm_open(const struct sotto_gcm *gcm, u8 iv[SOTTO_GCM_IV_LEN], u8 *data,
		   unsigned int aad_len, unsigned int len);

int sotto_hmac_sign(const struct sotto_hmac *hmac, const u8 *data, unsigned int len,
		    u8 mac[SOTTO_HMAC_LEN]);

/* -EBADMSG if the leftmost @tag_len bytes of that are not @tag. */
int sotto_hmac_verify(const struct sotto_hmac *hmac, const u8 *data, unsigned int len,
		      const u8 *tag, unsigned int tag_len);

/* AES keystream of a key that is used once (key derivation); slow, no transform. */
int sotto_aes_keystream(const u8 *key, unsigned int key_len, u8 iv[SOTTO_CM_IV_LEN],
			u8 *out, unsigned int len);

int sotto_crypto_init(void);
void sotto_crypto_exit(void);
/* Says in the kernel log which drivers do the work. */
void sotto_crypto_report(const struct sotto_cm *cm, const struct sotto_gcm *gcm,
			 const struct sotto_hmac *hmac);

#endif /* SOTTO_CRYPTO_H */
