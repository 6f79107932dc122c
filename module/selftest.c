// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load-time self-test: the published vectors through the very drivers that
 * packets will take. A wrong driver would send noise at best.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "crypto.h"
#include "kdf.h"
#include "selftest.h"
#include "vectors.h"

/* The packet functions want directly mapped memory: not the stack, not .rodata. */
struct work {
	u8 data[128];
	u8 iv[SOTTO_CM_IV_LEN];
	struct sotto_session_keys keys;
};

static int test_kdf(const struct sotto_kdf_vector *v, struct work *w)
{
	const struct sotto_profile_params *params = sotto_profile_params(v->profile);
	int err;

	err = sotto_kdf(params, v->master, v->salt, false, &w->keys);
	if (err)
		return err;
	if (memcmp(w->keys.key, v->key, params->key_len) ||
	    memcmp(w->keys.salt, v->session_salt, params->salt_len) ||
	    memcmp(w->keys.auth, v->auth, params->auth_key_len))
		return -EBADMSG;
	return 0;
}

static int test_kdf_ext(const struct sotto_kdf_ext_vector *v, struct work *w)
{
	const struct sotto_profile_params *params = sotto_profile_params(v->profile);
	int err;

	err = sotto_kdf_ext(params, v->master, v->salt, &w->keys);
	if (err)
		return err;
	return memcmp(w->keys.key, v->key, params->key_len) ||
	       memcmp(w->keys.salt, v->session_salt, params->salt_len) ? -EBADMSG : 0;
}

static int test_cm(const struct sotto_cm *cm, const struct sotto_cm_vector *v, struct work *w)
{
	int err;

	memcpy(w->iv, v->iv, sizeof(v->iv));
	memset(w->data, 0, sizeof(v->keystream));
	err = sotto_cm_xor(cm, w->iv, w->data, sizeof(v->keystream));
	if (err)
		return err;
	return memcmp(w->data, v->keystream, sizeof(v->keystream)) ? -EBADMSG : 0;
}

/* Seals, opens, and sees a flipped bit refused. */
static int test_gcm(const struct sotto_gcm *gcm, const struct sotto_gcm_vector *v,
		    struct work *w)
{
	unsigned int aad_len = sizeof(v->aad), len = v->plain_len;
	u8 *body = w->data + aad_len;
	int err;

	memcpy(w->data, v->aad, aad_len);
	memcpy(body, v->plain, len);
	sotto_gcm_iv(w->iv, v->salt, v->ssrc, v->index);
	err = sotto_gcm_seal(gcm, w->iv, w->data, aad_len, len);
	if (err)
		return err;
	if (memcmp(body, v->sealed, len + SOTTO_GCM_TAG_LEN))
		return -EBADMSG;

	sotto_gcm_iv(w->iv, v->salt, v->ssrc, v->index);
	err = sotto_gcm_open(gcm, w->iv, w->data, aad_len, len);
	if (err)
		return err;
	if (memcmp(body, v->plain, len))
		return -EBADMSG;

	memcpy(body, v->sealed, len + SOTTO_GCM_TAG_LEN);
	body[len + SOTTO_GCM_TAG_LEN - 1] ^= 1;
	sotto_gcm_iv(w->iv, v->salt, v->ssrc, v->index);
	return sotto_gcm_open(gcm, w->iv, w->data, aad_len, len) == -EBADMSG ? 0 : -EBADMSG;
}

/* And a wrong tag refused. */
static int test_hmac(const struct sotto_hmac *hmac, const struct sotto_hmac_vector *v)
{
	u8 wrong[SOTTO_HMAC_LEN];
	int err;

	err = sotto_hmac_verify(hmac, v->data, sizeof(v->data), v->mac, sizeof(v->mac));
	if (err)
		return err;
	memcpy(wrong, v->mac, sizeof(wrong));
	wrong[0] ^= 1;
	return sotto_hmac_verify(hmac, v->data, sizeof(v->data), wrong,
				 sizeof(wrong)) == -EBADMSG ? 0 : -EBADMSG;
}

static int test_kdfs(struct work *w)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_kdf_vectors); i++) {
		int err = test_kdf(&sotto_kdf_vectors[i], w);

		if (err) {
			pr_err("self-test %s: key derivation: %d\n",
			       sotto_kdf_vectors[i].source, err);
			return err;
		}
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_kdf_ext_vectors); i++) {
		int err = test_kdf_ext(&sotto_kdf_ext_vectors[i], w);

		if (err) {
			pr_err("self-test %s: key derivation: %d\n",
			       sotto_kdf_ext_vectors[i].source, err);
			return err;
		}
	}
	return 0;
}

/* @cm: left for the report; the caller frees it. */
static int test_cms(struct sotto_cm *cm, struct work *w)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_cm_vectors); i++) {
		const struct sotto_cm_vector *v = &sotto_cm_vectors[i];
		struct sotto_cm slow;
		int err;

		sotto_cm_exit(cm);
		err = sotto_cm_init(cm, v->key, v->key_len);
		if (!err)
			err = test_cm(cm, v, w);
		if (!err) {
			slow = (struct sotto_cm){ .slow = cm->slow };
			err = test_cm(&slow, v, w);
		}
		if (err) {
			pr_err("self-test %s: AES-CM: %d\n", v->source, err);
			return err;
		}
	}
	return 0;
}

static int test_gcms(struct sotto_gcm *gcm, struct work *w)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_gcm_vectors); i++) {
		const struct sotto_gcm_vector *v = &sotto_gcm_vectors[i];
		struct sotto_gcm slow;
		int err;

		sotto_gcm_exit(gcm);
		err = sotto_gcm_init(gcm, v->key, v->key_len);
		if (!err)
			err = test_gcm(gcm, v, w);
		if (!err) {
			slow = (struct sotto_gcm){ .slow = gcm->slow };
			err = test_gcm(&slow, v, w);
		}
		if (err) {
			pr_err("self-test %s: AES-GCM: %d\n", v->source, err);
			return err;
		}
	}
	return 0;
}

static int test_hmacs(struct sotto_hmac *hmac)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_hmac_vectors); i++) {
		const struct sotto_hmac_vector *v = &sotto_hmac_vectors[i];
		int err;

		sotto_hmac_exit(hmac);
		err = sotto_hmac_init(hmac, v->key, sizeof(v->key));
		if (!err)
			err = test_hmac(hmac, v);
		if (err) {
			pr_err("self-test %s: HMAC-SHA1: %d\n", v->source, err);
			return err;
		}
	}
	return 0;
}

/**
 * sotto_selftest() - Run the vectors and say which drivers ran them.
 *
 * Context: process, may sleep; after sotto_session_module_init().
 * Return: 0; -EBADMSG on a mismatch; another negative errno.
 */
int sotto_selftest(void)
{
	struct sotto_hmac hmac = {};
	struct sotto_gcm gcm = {};
	struct sotto_cm cm = {};
	struct work *w;
	int err;

	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	err = test_kdfs(w);
	if (!err)
		err = test_cms(&cm, w);
	if (!err)
		err = test_gcms(&gcm, w);
	if (!err)
		err = test_hmacs(&hmac);
	if (!err)
		sotto_crypto_report(&cm, &gcm, &hmac);
	sotto_cm_exit(&cm);
	sotto_gcm_exit(&gcm);
	sotto_hmac_exit(&hmac);
	kfree(w);
	return err;
}
