// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel crypto API, behind one small interface.
 *
 * On x86 and arm64 of 6.1 the fast AES is registered twice: as an internal
 * synchronous algorithm named "__ctr(aes)", that may be called only where SIMD
 * registers are usable, and wrapped as an asynchronous one. The wrapper would
 * queue a packet and return -EINPROGRESS. We ask for the internal one itself,
 * with the asynchronous flag masked out, and use a second transform where SIMD
 * is not usable: nothing here can be deferred, and no hardware queue is taken.
 * Kernels without the internal names have a synchronous fast "ctr(aes)".
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <crypto/aead.h>
#include <crypto/aes.h>
#include <crypto/algapi.h>
#include <crypto/hash.h>
#include <crypto/internal/simd.h>
#include <crypto/sha1.h>
#include <crypto/skcipher.h>
#include <linux/error-injection.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/version.h>
#include <asm/simd.h>

#include "crypto.h"
#include "uninit.h"

/* Since 6.17 HMAC-SHA1, since 7.0 a block of AES is a library: fast, and it cannot fail. */
#define HMAC_LIBRARY	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0))
#define AES_LIBRARY	(LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0))

/* Not loaded by the crypto API itself once the portable ones are there. */
MODULE_SOFTDEP("pre: aesni_intel sha1_ssse3 aes_ce_blk sha1_ce ctr gcm");

/* Of a GCM request with what its driver appends; the portable one takes 600. */
#define GCM_REQUEST_ROOM	2048

/*
 * A driver that appends something to its request may put that into a scatterlist, so
 * that it cannot lie on a mapped stack: the portable one does. One per CPU; the lock is
 * for PREEMPT_RT, where another task may come in between, and is never contended
 * elsewhere. The fast drivers append nothing.
 */
struct gcm_scratch {
	spinlock_t lock;	/* guards req */
	struct aead_request *req;
};

static DEFINE_PER_CPU(struct gcm_scratch, gcm_scratch);

/* Whether this kernel has the internal names; asking anew would run modprobe. */
static bool have_fast_cm;
static bool have_fast_gcm;

static struct crypto_sync_skcipher *alloc_cm(bool fast)
{
	return fast ? crypto_alloc_sync_skcipher("__ctr(aes)", CRYPTO_ALG_INTERNAL,
						 CRYPTO_ALG_INTERNAL)
		    : crypto_alloc_sync_skcipher("ctr(aes)", 0, 0);
}

static struct crypto_aead *alloc_gcm(bool fast)
{
	struct crypto_aead *tfm;

	tfm = fast ? crypto_alloc_aead("__gcm(aes)", CRYPTO_ALG_INTERNAL,
				       CRYPTO_ALG_INTERNAL | CRYPTO_ALG_ASYNC)
		   : crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	if (!IS_ERR(tfm) &&
	    sizeof(struct aead_request) + crypto_aead_reqsize(tfm) > GCM_REQUEST_ROOM) {
		crypto_free_aead(tfm);
		return ERR_PTR(-EMSGSIZE);
	}
	return tfm;
}

static int new_cm(bool fast, const u8 *key, unsigned int key_len,
		  struct crypto_sync_skcipher **out)
{
	struct crypto_sync_skcipher *tfm = alloc_cm(fast);
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_sync_skcipher_setkey(tfm, key, key_len);
	if (err) {
		crypto_free_sync_skcipher(tfm);
		return err;
	}
	*out = tfm;
	return 0;
}

static int new_gcm(bool fast, const u8 *key, unsigned int key_len, struct crypto_aead **out)
{
	struct crypto_aead *tfm = alloc_gcm(fast);
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	err = crypto_aead_setkey(tfm, key, key_len);
	if (!err)
		err = crypto_aead_setauthsize(tfm, SOTTO_GCM_TAG_LEN);
	if (err) {
		crypto_free_aead(tfm);
		return err;
	}
	*out = tfm;
	return 0;
}

/**
 * sotto_cm_init() - Make an AES counter mode cipher.
 * @cm: filled in
 * @key: AES key; copied
 * @key_len: 16 or 32
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_cm_init(struct sotto_cm *cm, const u8 *key, unsigned int key_len)
{
	int err;

	*cm = (struct sotto_cm){};
	err = new_cm(false, key, key_len, &cm->slow);
	if (!err && have_fast_cm)
		err = new_cm(true, key, key_len, &cm->fast);
	if (err)
		sotto_cm_exit(cm);
	return err;
}

/**
 * sotto_cm_exit() - Wipe and free a cipher.
 * @cm: no packet uses it any more
 *
 * Context: process, may sleep.
 */
void sotto_cm_exit(struct sotto_cm *cm)
{
	if (cm->fast)
		crypto_free_sync_skcipher(cm->fast);
	if (cm->slow)
		crypto_free_sync_skcipher(cm->slow);
	*cm = (struct sotto_cm){};
}

/**
 * sotto_gcm_init() - Make an AES-GCM cipher with 16-byte tags.
 * @gcm: filled in
 * @key: AES key; copied
 * @key_len: 16 or 32
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_gcm_init(struct sotto_gcm *gcm, const u8 *key, unsigned int key_len)
{
	int err;

	*gcm = (struct sotto_gcm){};
	err = new_gcm(false, key, key_len, &gcm->slow);
	if (!err && have_fast_gcm)
		err = new_gcm(true, key, key_len, &gcm->fast);
	if (err)
		sotto_gcm_exit(gcm);
	return err;
}

/**
 * sotto_gcm_exit() - Wipe and free a cipher.
 * @gcm: no packet uses it any more
 *
 * Context: process, may sleep.
 */
void sotto_gcm_exit(struct sotto_gcm *gcm)
{
	crypto_free_aead(gcm->fast);
	crypto_free_aead(gcm->slow);
	*gcm = (struct sotto_gcm){};
}

#if HMAC_LIBRARY
struct sotto_hmac_key {
	struct hmac_sha1_key sha1;
};

static int hmac_setkey(struct sotto_hmac_key *key, const u8 *raw, unsigned int len)
{
	hmac_sha1_preparekey(&key->sha1, raw, len);
	return 0;
}

static void hmac_free(struct sotto_hmac_key *key)
{
}

static int hmac_compute(const struct sotto_hmac_key *key, const u8 *data, unsigned int len,
			u8 mac[SOTTO_HMAC_LEN])
{
	hmac_sha1(&key->sha1, data, len, mac);
	return 0;
}

static const char *hmac_driver(const struct sotto_hmac_key *key)
{
	return "the kernel's library";
}
#else
struct sotto_hmac_key {
	struct crypto_shash *tfm;
};

static int hmac_setkey(struct sotto_hmac_key *key, const u8 *raw, unsigned int len)
{
	/* A synchronous interface: there is nothing to mask out. */
	struct crypto_shash *tfm = crypto_alloc_shash("hmac(sha1)", 0, 0);

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	key->tfm = tfm;
	return crypto_shash_setkey(tfm, raw, len);
}

static void hmac_free(struct sotto_hmac_key *key)
{
	if (key->tfm)
		crypto_free_shash(key->tfm);
}

static int hmac_compute(const struct sotto_hmac_key *key, const u8 *data, unsigned int len,
			u8 mac[SOTTO_HMAC_LEN])
{
	SHASH_DESC_ON_STACK(desc, key->tfm);
	int err;

	desc->tfm = key->tfm;
	err = crypto_shash_digest(desc, data, len, mac);
	shash_desc_zero(desc);
	return err;
}

static const char *hmac_driver(const struct sotto_hmac_key *key)
{
	return crypto_tfm_alg_driver_name(crypto_shash_tfm(key->tfm));
}
#endif

/**
 * sotto_hmac_init() - Make a keyed HMAC-SHA1.
 * @hmac: filled in
 * @key: copied
 * @key_len: bytes
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_hmac_init(struct sotto_hmac *hmac, const u8 *key, unsigned int key_len)
{
	int err;

	hmac->key = kzalloc(sizeof(*hmac->key), GFP_KERNEL);
	if (!hmac->key)
		return -ENOMEM;
	err = hmac_setkey(hmac->key, key, key_len);
	if (err)
		sotto_hmac_exit(hmac);
	return err;
}

/**
 * sotto_hmac_exit() - Wipe and free an HMAC.
 * @hmac: no packet uses it any more
 *
 * Context: process, may sleep.
 */
void sotto_hmac_exit(struct sotto_hmac *hmac)
{
	if (hmac->key)
		hmac_free(hmac->key);
	kfree_sensitive(hmac->key);
	*hmac = (struct sotto_hmac){};
}

/**
 * sotto_cm_xor() - XOR the AES-CM keystream into data.
 * @cm: cipher
 * @iv: initial counter; undefined afterwards
 * @data: directly mapped
 * @len: bytes; 0 is allowed
 *
 * Context: process or softirq. Return: 0 or a negative errno of the cipher; then
 * the content of @data is undefined.
 */
int sotto_cm_xor(const struct sotto_cm *cm, u8 iv[SOTTO_CM_IV_LEN], u8 *data, unsigned int len)
{
	SYNC_SKCIPHER_REQUEST_ON_STACK(req, cm->slow);
	struct scatterlist sg;
	int err;

	if (!len)
		return 0;
	sg_init_one(&sg, data, len);
	skcipher_request_set_sync_tfm(req, cm->fast && crypto_simd_usable() ? cm->fast
									    : cm->slow);
	skcipher_request_set_callback(req, 0, NULL, NULL);
	skcipher_request_set_crypt(req, &sg, &sg, len, iv);
	err = crypto_skcipher_encrypt(req);
	skcipher_request_zero(req);
	return err;
}

ALLOW_ERROR_INJECTION(sotto_cm_xor, ERRNO);

static __always_inline int gcm_run(struct aead_request *req, struct crypto_aead *tfm, bool seal,
				   u8 *iv, struct scatterlist *sg, unsigned int aad_len,
				   unsigned int len)
{
	aead_request_set_tfm(req, tfm);
	aead_request_set_callback(req, 0, NULL, NULL);
	aead_request_set_ad(req, aad_len);
	aead_request_set_crypt(req, sg, sg, seal ? len : len + SOTTO_GCM_TAG_LEN, iv);
	return seal ? crypto_aead_encrypt(req) : crypto_aead_decrypt(req);
}

static noinline int gcm_run_apart(struct crypto_aead *tfm, bool seal, u8 *iv,
				  struct scatterlist *sg, unsigned int aad_len, unsigned int len)
{
	struct gcm_scratch *scratch = raw_cpu_ptr(&gcm_scratch);
	int err;

	spin_lock_bh(&scratch->lock);
	err = gcm_run(scratch->req, tfm, seal, iv, sg, aad_len, len);
	spin_unlock_bh(&scratch->lock);
	return err;
}

static __always_inline int gcm_crypt(const struct sotto_gcm *gcm, bool seal, u8 *iv, u8 *data,
				     unsigned int aad_len, unsigned int len)
{
	struct crypto_aead *tfm = gcm->fast && crypto_simd_usable() ? gcm->fast : gcm->slow;
	struct scatterlist sg[2] sotto_uninit;
	struct aead_request req sotto_uninit;

	/* The tag as an entry of its own: drivers look for where it begins. */
	sg[0].page_link = 0;
	sg[1].page_link = 0;
	sg_init_marker(sg, ARRAY_SIZE(sg));
	sg_set_buf(&sg[0], data, aad_len + len);
	sg_set_buf(&sg[1], data + aad_len + len, SOTTO_GCM_TAG_LEN);
	if (unlikely(crypto_aead_reqsize(tfm)))
		return gcm_run_apart(tfm, seal, iv, sg, aad_len, len);
	return gcm_run(&req, tfm, seal, iv, sg, aad_len, len);
}

/**
 * sotto_gcm_seal() - Encrypt and authenticate in place.
 * @gcm: cipher
 * @iv: nonce, never used before with this key; undefined afterwards
 * @data: directly mapped: @aad_len bytes that stay in clear, @len bytes that
 *	are encrypted, SOTTO_GCM_TAG_LEN bytes of room for the tag
 * @aad_len: bytes
 * @len: bytes; 0 is allowed
 *
 * Context: process or softirq. Return: 0 or a negative errno of the cipher; then
 * the content of @data is undefined.
 */
int sotto_gcm_seal(const struct sotto_gcm *gcm, u8 iv[SOTTO_GCM_IV_LEN], u8 *data,
		   unsigned int aad_len, unsigned int len)
{
	return gcm_crypt(gcm, true, iv, data, aad_len, len);
}

ALLOW_ERROR_INJECTION(sotto_gcm_seal, ERRNO);

/**
 * sotto_gcm_open() - Verify and decrypt in place.
 * @gcm: cipher
 * @iv: nonce; undefined afterwards
 * @data: directly mapped, laid out as for sotto_gcm_seal()
 * @aad_len: bytes
 * @len: bytes of ciphertext without its tag
 *
 * Context: process or softirq. Return: 0; -EBADMSG if it does not authenticate;
 * another negative errno of the cipher. After an error the content of @data is
 * undefined: most drivers decrypt before they compare.
 */
int sotto_gcm_open(const struct sotto_gcm *gcm, u8 iv[SOTTO_GCM_IV_LEN], u8 *data,
		   unsigned int aad_len, unsigned int len)
{
	return gcm_crypt(gcm, false, iv, data, aad_len, len);
}

/**
 * sotto_hmac_sign() - HMAC-SHA1 over data.
 * @hmac: keyed HMAC
 * @data: any memory
 * @len: bytes
 * @mac: filled in, SOTTO_HMAC_LEN bytes
 *
 * Context: process or softirq. Return: 0 or a negative errno of the hash.
 */
int sotto_hmac_sign(const struct sotto_hmac *hmac, const u8 *data, unsigned int len,
		    u8 mac[SOTTO_HMAC_LEN])
{
	return hmac_compute(hmac->key, data, len, mac);
}

ALLOW_ERROR_INJECTION(sotto_hmac_sign, ERRNO);

/**
 * sotto_hmac_verify() - Compare a tag with the HMAC-SHA1 over data.
 * @hmac: keyed HMAC
 * @data: any memory
 * @len: bytes
 * @tag: the leftmost bytes of the MAC, as they arrived
 * @tag_len: 1..SOTTO_HMAC_LEN
 *
 * Context: process or softirq; takes as long for a wrong tag as for a right one.
 * Return: 0; -EBADMSG if it differs; another negative errno of the hash.
 */
int sotto_hmac_verify(const struct sotto_hmac *hmac, const u8 *data, unsigned int len,
		      const u8 *tag, unsigned int tag_len)
{
	u8 mac[SOTTO_HMAC_LEN];
	int err;

	err = sotto_hmac_sign(hmac, data, len, mac);
	if (!err && crypto_memneq(mac, tag, tag_len))
		err = -EBADMSG;
	/* Of a forged packet it is what the forger wants to know. */
	memzero_explicit(mac, sizeof(mac));
	return err;
}

#if AES_LIBRARY
struct block_cipher {
	struct aes_enckey key;
};

static int block_setkey(struct block_cipher *aes, const u8 *key, unsigned int len)
{
	return aes_prepareenckey(&aes->key, key, len);
}
#else
struct block_cipher {
	struct crypto_aes_ctx key;
};

static int block_setkey(struct block_cipher *aes, const u8 *key, unsigned int len)
{
	return aes_expandkey(&aes->key, key, len);
}
#endif

/**
 * sotto_aes_keystream() - AES counter mode keystream of a passing key.
 * @key: AES key
 * @key_len: 16 or 32
 * @iv: initial counter; undefined afterwards
 * @out: filled in, any memory
 * @len: bytes, at most 65536 blocks
 *
 * Context: any. Return: 0, or -EINVAL for a bad @key_len.
 */
int sotto_aes_keystream(const u8 *key, unsigned int key_len, u8 iv[SOTTO_CM_IV_LEN],
			u8 *out, unsigned int len)
{
	struct block_cipher aes;
	u8 block[AES_BLOCK_SIZE];
	int err;

	err = block_setkey(&aes, key, key_len);
	while (!err && len) {
		unsigned int n = min_t(unsigned int, len, sizeof(block));

		aes_encrypt(&aes.key, block, iv);
		memcpy(out, block, n);
		crypto_inc(iv, SOTTO_CM_IV_LEN);
		out += n;
		len -= n;
	}
	memzero_explicit(block, sizeof(block));
	memzero_explicit(&aes, sizeof(aes));
	return err;
}

/**
 * sotto_crypto_init() - Prepare the requests and find the fast drivers.
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_crypto_init(void)
{
	struct crypto_sync_skcipher *cm;
	struct crypto_aead *gcm;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct gcm_scratch *scratch = per_cpu_ptr(&gcm_scratch, cpu);

		spin_lock_init(&scratch->lock);
		scratch->req = kzalloc_node(GCM_REQUEST_ROOM, GFP_KERNEL, cpu_to_node(cpu));
		if (!scratch->req) {
			sotto_crypto_exit();
			return -ENOMEM;
		}
	}

	cm = alloc_cm(true);
	have_fast_cm = !IS_ERR(cm);
	if (have_fast_cm)
		crypto_free_sync_skcipher(cm);
	gcm = alloc_gcm(true);
	have_fast_gcm = !IS_ERR(gcm);
	if (have_fast_gcm)
		crypto_free_aead(gcm);
	return 0;
}

/**
 * sotto_crypto_exit() - Wipe and free the requests.
 *
 * Context: process; every cipher is gone.
 */
void sotto_crypto_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct gcm_scratch *scratch = per_cpu_ptr(&gcm_scratch, cpu);

		kfree_sensitive(scratch->req);
		scratch->req = NULL;
	}
}

static const char *cm_driver(const struct crypto_sync_skcipher *tfm)
{
	return tfm ? crypto_tfm_alg_driver_name(crypto_skcipher_tfm((void *)&tfm->base)) : "none";
}

static const char *gcm_driver(struct crypto_aead *tfm)
{
	return tfm ? crypto_tfm_alg_driver_name(crypto_aead_tfm(tfm)) : "none";
}

/**
 * sotto_crypto_report() - Say in the kernel log which drivers do the work.
 * @cm: any cipher
 * @gcm: any cipher
 * @hmac: any HMAC
 *
 * Context: process.
 */
void sotto_crypto_report(const struct sotto_cm *cm, const struct sotto_gcm *gcm,
			 const struct sotto_hmac *hmac)
{
	pr_info("AES-CM by %s, else %s; AES-GCM by %s, else %s; HMAC by %s\n",
		cm_driver(cm->fast), cm_driver(cm->slow),
		gcm_driver(gcm->fast), gcm_driver(gcm->slow),
		hmac_driver(hmac->key));
}
