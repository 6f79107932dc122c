// SPDX-License-Identifier: GPL-2.0-only
/*
 * Session keys from a master key and salt, IVs from a session salt.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "crypto.h"
#include "kdf.h"

static const struct sotto_profile_params profiles[] = {
	[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80] = { 16, 14, SOTTO_AUTH_KEY_LEN, { 10, 10 } },
	[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32] = { 16, 14, SOTTO_AUTH_KEY_LEN, {  4, 10 } },
	[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80] = { 32, 14, SOTTO_AUTH_KEY_LEN, { 10, 10 } },
	[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32] = { 32, 14, SOTTO_AUTH_KEY_LEN, {  4, 10 } },
	[SOTTO_PROFILE_AEAD_AES_128_GCM]	= { 16, 12, 0, { 16, 16 } },
	[SOTTO_PROFILE_AEAD_AES_256_GCM]	= { 32, 12, 0, { 16, 16 } },
};

/**
 * sotto_profile_params() - The numbers of a protection profile.
 * @profile: any value
 *
 * Context: any. Return: constant, or NULL if there is no such profile.
 */
const struct sotto_profile_params *sotto_profile_params(enum sotto_profile profile)
{
	if (profile >= ARRAY_SIZE(profiles) || !profiles[profile].key_len)
		return NULL;
	return &profiles[profile];
}

/* RFC 3711 4.3.2; RFC 6904 4.3 for the header extension. */
enum label {
	LABEL_KEY,
	LABEL_AUTH,
	LABEL_SALT,
	LABELS_PER_HALF,
	LABEL_EXT_KEY = 2 * LABELS_PER_HALF,
	LABEL_EXT_SALT,
};

/*
 * RFC 3711 4.3.1 and 4.3.3 with a key derivation rate of 0: the label stands in
 * byte 7 of the 112-bit x, and the counter in the last two bytes begins at 0.
 */
static int derive(const struct sotto_profile_params *params, const u8 *master, const u8 *salt,
		  u8 label, u8 *out, unsigned int len)
{
	u8 iv[16] = {};
	int err;

	/* A salt of 96 bits is filled up with zeros on the right (RFC 7714 11). */
	memcpy(iv, salt, params->salt_len);
	iv[7] ^= label;
	err = sotto_aes_keystream(master, params->key_len, iv, out, len);
	memzero_explicit(iv, sizeof(iv));
	return err;
}

/**
 * sotto_kdf() - Derive the session keys of RTP or of RTCP.
 * @params: profile
 * @master: master key, params->key_len bytes
 * @salt: master salt, params->salt_len bytes
 * @rtcp: for SRTCP
 * @out: filled in; the caller wipes it, also after an error
 *
 * Context: any. Return: 0, or a negative errno of the cipher.
 */
int sotto_kdf(const struct sotto_profile_params *params, const u8 *master, const u8 *salt,
	      bool rtcp, struct sotto_session_keys *out)
{
	u8 base = rtcp ? LABELS_PER_HALF : 0;
	int err;

	err = derive(params, master, salt, base + LABEL_KEY, out->key, params->key_len);
	if (!err)
		err = derive(params, master, salt, base + LABEL_AUTH, out->auth,
			     params->auth_key_len);
	if (!err)
		err = derive(params, master, salt, base + LABEL_SALT, out->salt,
			     params->salt_len);
	return err;
}

/**
 * sotto_kdf_ext() - Derive the session keys of the header extension.
 * @params: profile
 * @master: master key, params->key_len bytes
 * @salt: master salt, params->salt_len bytes
 * @out: key and salt are filled in; the caller wipes it, also after an error
 *
 * GCM's salt is shorter than what AES-CM takes. Neither RFC says how to fill it up;
 * with zeros, as libsrtp2 does.
 *
 * Context: any. Return: 0, or a negative errno of the cipher.
 */
int sotto_kdf_ext(const struct sotto_profile_params *params, const u8 *master, const u8 *salt,
		  struct sotto_session_keys *out)
{
	int err;

	memset(out->salt, 0, sizeof(out->salt));
	err = derive(params, master, salt, LABEL_EXT_KEY, out->key, params->key_len);
	if (!err)
		err = derive(params, master, salt, LABEL_EXT_SALT, out->salt, params->salt_len);
	return err;
}
