/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is derived from a master key and salt: session keys (RFC 3711 4.3,
 * RFC 6188, RFC 6904, RFC 7714 11), and from a session salt: a packet's IV.
 */
#ifndef SOTTO_KDF_H
#define SOTTO_KDF_H

#include <linux/sotto.h>
#include <linux/types.h>
#include <linux/unaligned.h>

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

/**
 * sotto_cm_iv() - Initial counter of AES-CM (RFC 3711 4.1.1).
 * @iv: filled in
 * @salt: session salt, 14 bytes
 * @ssrc: SSRC of the packet
 * @index: 48 bits for SRTP, 31 bits for SRTCP
 *
 * Context: any.
 */
static inline void sotto_cm_iv(u8 iv[16], const u8 *salt, u32 ssrc, u64 index)
{
	u64 low = (u64)get_unaligned_be32(salt + 8) << 32 |
		  (u64)get_unaligned_be16(salt + 12) << 16;

	put_unaligned_be64(get_unaligned_be64(salt) ^ ssrc, iv);
	put_unaligned_be64(low ^ index << 16, iv + 8);
}

/**
 * sotto_gcm_iv() - Nonce of AES-GCM (RFC 7714 8.1, 9.1).
 * @iv: filled in
 * @salt: session salt, 12 bytes
 * @ssrc: SSRC of the packet
 * @index: 48 bits for SRTP, 31 bits for SRTCP
 *
 * SRTP's ROC and sequence stand where SRTCP's zeros and index do, so that one
 * function makes both.
 *
 * Context: any.
 */
static inline void sotto_gcm_iv(u8 iv[12], const u8 *salt, u32 ssrc, u64 index)
{
	put_unaligned_be64(get_unaligned_be64(salt) ^ ((u64)ssrc << 16 | index >> 32), iv);
	put_unaligned_be32(get_unaligned_be32(salt + 8) ^ (u32)index, iv + 8);
}

#endif /* SOTTO_KDF_H */
