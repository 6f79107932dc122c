// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the DH result to every key of the session, RFC 6189 4.4.1.4 and 4.5.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "algo.h"
#include "bytes.h"
#include "keys.h"

#define ALGORITHM_ID	"ZRTP-HMAC-KDF"
#define CONTEXT_MAX	(2 * ZRTP_ZID_LEN + ZRTP_HASH_MAX)
#define LABEL_MAX	32

/** struct kdf - s0 with all that stays the same over the derivations from it */
struct kdf {
	enum zrtp_hash hash;
	uint8_t s0[ZRTP_HASH_MAX];
	uint8_t context[CONTEXT_MAX];
	size_t context_len;
};

int zrtp_kdf(enum zrtp_hash hash, const uint8_t *ki, size_t ki_len, const char *label,
	     const uint8_t *context, size_t context_len, uint32_t bits, uint8_t *out)
{
	uint8_t input[4 + LABEL_MAX + 1 + CONTEXT_MAX + 4];
	uint8_t mac[ZRTP_HASH_MAX];
	size_t label_len = strlen(label);
	size_t n = 0;
	int r;

	if (label_len > LABEL_MAX || context_len > CONTEXT_MAX || bits > zrtp_hash_len(hash) * 8)
		return -EINVAL;
	put_be32(input, 1);
	n += 4;
	memcpy(input + n, label, label_len);
	n += label_len;
	input[n++] = 0;
	memcpy(input + n, context, context_len);
	n += context_len;
	put_be32(input + n, bits);
	n += 4;

	r = zrtp_hmac(hash, ki, ki_len, input, n, mac);
	if (!r)
		memcpy(out, mac, bits / 8);
	sodium_memzero(mac, sizeof(mac));
	return r;
}

static int derive(const struct kdf *kdf, const char *label, size_t octets, uint8_t *out)
{
	return zrtp_kdf(kdf->hash, kdf->s0, zrtp_hash_len(kdf->hash), label,
			kdf->context, kdf->context_len, octets * 8, out);
}

/* KDF_Context with total_hash, which goes over @n messages. */
static int compute_context(struct kdf *kdf, const struct zrtp_transcript *t, size_t n)
{
	memcpy(kdf->context, t->zid_initiator, ZRTP_ZID_LEN);
	memcpy(kdf->context + ZRTP_ZID_LEN, t->zid_responder, ZRTP_ZID_LEN);
	kdf->context_len = 2 * ZRTP_ZID_LEN + zrtp_hash_len(kdf->hash);
	return zrtp_digest(kdf->hash, t->messages, n, kdf->context + 2 * ZRTP_ZID_LEN);
}

/* RFC 6189 4.4.1.4. */
static int compute_s0(struct kdf *kdf, const struct zrtp_transcript *t,
		      const struct zrtp_shared *shared)
{
	uint8_t counter[4], len1[4], len2[4], len3[4];
	int r = compute_context(kdf, t, 4);

	if (r)
		return r;
	put_be32(counter, 1);
	put_be32(len1, shared->s1.len);
	put_be32(len2, shared->s2.len);
	put_be32(len3, shared->s3.len);

	const struct zrtp_part parts[] = {
		{ counter, sizeof(counter) },
		shared->dh_result,
		{ ALGORITHM_ID, strlen(ALGORITHM_ID) },
		{ kdf->context, kdf->context_len },	/* ZIDi, ZIDr, total_hash */
		{ len1, sizeof(len1) }, shared->s1,
		{ len2, sizeof(len2) }, shared->s2,
		{ len3, sizeof(len3) }, shared->s3,
	};

	return zrtp_digest(kdf->hash, parts, sizeof(parts) / sizeof(parts[0]), kdf->s0);
}

/* RFC 6189 4.5.3. */
static int derive_stream(const struct kdf *kdf, const struct zrtp_suite *suite,
			 struct zrtp_keys *out)
{
	static const struct {
		const char *key, *salt, *mac, *zrtp;
	} label[2] = {
		[ZRTP_KEYS_INITIATOR] = {
			"Initiator SRTP master key", "Initiator SRTP master salt",
			"Initiator HMAC key", "Initiator ZRTP key",
		},
		[ZRTP_KEYS_RESPONDER] = {
			"Responder SRTP master key", "Responder SRTP master salt",
			"Responder HMAC key", "Responder ZRTP key",
		},
	};
	size_t key_len = zrtp_algo(ZRTP_KIND_CIPHER, suite->cipher)->len;
	size_t salt_len = zrtp_algo(ZRTP_KIND_AUTH_TAG, suite->auth_tag)->len;
	int r;

	for (int side = 0; side < 2; side++) {
		struct zrtp_srtp *srtp = &out->srtp[side];

		srtp->cipher = suite->cipher;
		srtp->auth_tag = suite->auth_tag;
		srtp->key_len = key_len;
		srtp->salt_len = salt_len;
		r = derive(kdf, label[side].key, key_len, srtp->key);
		r = r ?: derive(kdf, label[side].salt, salt_len, srtp->salt);
		r = r ?: derive(kdf, label[side].mac, zrtp_hash_len(kdf->hash), out->mac[side]);
		r = r ?: derive(kdf, label[side].zrtp, key_len, out->zrtp[side]);
		if (r)
			return r;
	}
	return 0;
}

/* RFC 6189 4.5.2 and 4.6.1: what there is one of per call. */
static int derive_call(const struct kdf *kdf, struct zrtp_keys *out)
{
	uint8_t sashash[ZRTP_HASH_MAX];
	int r;

	r = derive(kdf, "retained secret", ZRTP_SECRET_LEN, out->rs1);
	r = r ?: derive(kdf, "ZRTP Session Key", zrtp_hash_len(kdf->hash), out->master);
	r = r ?: derive(kdf, "SAS", 32, sashash);
	if (!r)
		memcpy(out->sas_value, sashash, sizeof(out->sas_value));
	sodium_memzero(sashash, sizeof(sashash));
	return r;
}

int zrtp_keys_derive(const struct zrtp_suite *suite, const struct zrtp_transcript *transcript,
		     const struct zrtp_shared *shared, struct zrtp_keys *out)
{
	struct kdf kdf = { .hash = suite->hash };
	int r = compute_s0(&kdf, transcript, shared);

	r = r ?: derive_stream(&kdf, suite, out);
	r = r ?: derive_call(&kdf, out);
	sodium_memzero(&kdf, sizeof(kdf));
	if (r)
		sodium_memzero(out, sizeof(*out));
	return r;
}

/* Where there is no DH, s0 comes from a key of before; @call: so does what is of a call. */
static int derive_without_dh(const struct zrtp_suite *suite, const struct zrtp_transcript *t,
			     const uint8_t *key, const char *label, bool call,
			     struct zrtp_keys *out)
{
	struct kdf kdf = { .hash = suite->hash };
	size_t len = zrtp_hash_len(suite->hash);
	int r = compute_context(&kdf, t, 2);

	r = r ?: zrtp_kdf(suite->hash, key, len, label, kdf.context, kdf.context_len, len * 8,
			  kdf.s0);
	sodium_memzero(out, sizeof(*out));
	r = r ?: derive_stream(&kdf, suite, out);
	if (!r && call)
		r = derive_call(&kdf, out);
	sodium_memzero(&kdf, sizeof(kdf));
	if (r)
		sodium_memzero(out, sizeof(*out));
	return r;
}

int zrtp_keys_derive_more(const struct zrtp_suite *suite, const struct zrtp_transcript *transcript,
			  const uint8_t *master, struct zrtp_keys *out)
{
	return derive_without_dh(suite, transcript, master, "ZRTP MSK", false, out);
}

int zrtp_keys_derive_preshared(const struct zrtp_suite *suite,
			       const struct zrtp_transcript *transcript,
			       const uint8_t *preshared_key, struct zrtp_keys *out)
{
	return derive_without_dh(suite, transcript, preshared_key, "ZRTP PSK", true, out);
}

int zrtp_kdf_of_call(const struct zrtp_master *master, enum zrtp_role role,
		     const uint8_t own_zid[ZRTP_ZID_LEN], const uint8_t peer_zid[ZRTP_ZID_LEN],
		     const char *label, size_t len, uint8_t *out)
{
	bool initiator = role == ZRTP_ROLE_INITIATOR;
	uint8_t context[2 * ZRTP_ZID_LEN];

	if (!zrtp_algo(ZRTP_KIND_HASH, master->suite.hash) || role == ZRTP_ROLE_NONE)
		return -EINVAL;
	memcpy(context, initiator ? own_zid : peer_zid, ZRTP_ZID_LEN);
	memcpy(context + ZRTP_ZID_LEN, initiator ? peer_zid : own_zid, ZRTP_ZID_LEN);
	return zrtp_kdf(master->suite.hash, master->key, zrtp_hash_len(master->suite.hash), label,
			context, sizeof(context), len * 8, out);
}
