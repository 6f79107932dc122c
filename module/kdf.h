/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is derived from a master key and salt: session keys (RFC 3711 4.3,
 * RFC 6188, RFC 6904, RFC 7714 11), and from a session salt: a packet's IV.
 */
#ifndef SOTTO_KDF_H
#define SOTTO_KDF_H

#include <linux/sotto.h>
#include <linux/types.h>

#define SOTTO_KEY_LEN_MAX	32
#define SOTTO_SALT_LEN_MAX	14
#define SOTTO_AUTH_KEY_LEN	20	/* HMAC-SHA1 */

/**
 * struct sotto_profile_params - the numbers of a protection profile
 * @key_len: bytes of master key and of session key
 * @salt_len: bytes of master salt and of session salt
 * @auth_key_len: bytes of HMAC key; 0: the cipher authenticates
 * @tag_len: bytes of tag, [0] SRTP, [1] SRTCP. The _32 suites keep 80 bits for
 *	SRTCP (RFC 3711 5.2, RFC 4568 6.2)
 */
struct sotto_profile_params {
	u8 key_len;
	u8 salt_len;
	u8 auth_key_len;
	u8 tag_len[2];
};

/* NULL for a profile that does not exist. */
const struct sotto_profile_params *sotto_profile_params(enum sotto_profile profile);

/* Session keys of one half, RTP or RTCP. Wipe after use. */
struct sotto_session_keys {
	u8 key[SOTTO_KEY_LEN_MAX];
	u8 salt[SOTTO_SALT_LEN_MAX];
	u8 auth[SOTTO_AUTH_KEY_LEN];
};

int sotto_kdf(const struct sotto_profile_params *params, const u8 *master, const u8 *salt,
	      bool rtcp, struct sotto_session_keys *out);

/*
 * Of the header extension's elements (RFC 6904 4.3): always of AES-CM, with a key as
 * long as the profile's, also beside GCM (RFC 7714 8.3). @out->key and @out->salt are
 * filled in, the salt with its SOTTO_SALT_LEN_MAX bytes.
 */
int sotto_kdf_ext(const struct sotto_profile_params *params, const u8 *master, const u8 *salt,
		  struct sotto_session_keys *out);

void sotto_cm_iv(u8 iv[16], const u8 *salt, u32 ssrc, u64 index);
void sotto_gcm_iv(u8 iv[12], const u8 *salt, u32 ssrc, u64 index);

#endif /* SOTTO_KDF_H */
