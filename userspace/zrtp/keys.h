/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the DH result to every key of the session, RFC 6189 4.4.1.4 and 4.5.
 */
#ifndef ZRTP_KEYS_H
#define ZRTP_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "message.h"

/**
 * struct zrtp_keys - what follows from one s0; all of it is secret but @sas_value
 *
 * Indices: ZRTP_KEYS_INITIATOR for what the initiator sends, _RESPONDER for
 * what the responder sends.
 *
 * @mac: keys of confirm_mac and clear_mac, as long as the negotiated hash
 * @zrtp: keys that encrypt Confirm1 and Confirm2
 * @master: ZRTPSess; like @rs1 and @sas_value not of an exchange in Multistream mode
 */
#define ZRTP_KEYS_INITIATOR	0
#define ZRTP_KEYS_RESPONDER	1
struct zrtp_keys {
	struct zrtp_srtp srtp[2];
	uint8_t mac[2][ZRTP_HASH_MAX];
	uint8_t zrtp[2][ZRTP_KEY_MAX];
	uint8_t rs1[ZRTP_SECRET_LEN];
	uint8_t sas_value[4];
	uint8_t master[ZRTP_HASH_MAX];
};

/**
 * struct zrtp_transcript - what both sides have seen of an exchange
 * @messages: Hello of the responder, Commit, DHPart1, DHPart2; the first two where
 *	there is no DH
 */
struct zrtp_transcript {
	const uint8_t *zid_initiator;
	const uint8_t *zid_responder;
	struct zrtp_part messages[4];
};

/** struct zrtp_shared - the DH result and the secrets that both sides have; len 0 for none */
struct zrtp_shared {
	struct zrtp_part dh_result;
	struct zrtp_part s1, s2, s3;
};

/**
 * zrtp_kdf() - RFC 6189 4.5.1.
 * @bits: octets of @out times 8, at most the hash's
 *
 * Return: 0, -EINVAL, -EIO.
 */
int zrtp_kdf(enum zrtp_hash hash, const uint8_t *ki, size_t ki_len, const char *label,
	     const uint8_t *context, size_t context_len, uint32_t bits, uint8_t *out);

/** zrtp_keys_derive() - All keys of a DH mode exchange; the caller wipes @out. 0, -EIO. */
int zrtp_keys_derive(const struct zrtp_suite *suite, const struct zrtp_transcript *transcript,
		     const struct zrtp_shared *shared, struct zrtp_keys *out);

/**
 * zrtp_keys_derive_more() - The keys of a Multistream mode exchange, RFC 6189 4.4.3.2.
 * @master: ZRTPSess, as long as the suite's hash
 * @out: without rs1, SAS and master; the caller wipes it
 *
 * Return: 0, -EIO.
 */
int zrtp_keys_derive_more(const struct zrtp_suite *suite, const struct zrtp_transcript *transcript,
			  const uint8_t *master, struct zrtp_keys *out);

/**
 * zrtp_keys_derive_preshared() - All keys of a Preshared mode exchange, RFC 6189 4.4.2.4.
 * @preshared_key: as long as the suite's hash; the caller wipes it
 * @out: the caller wipes it
 *
 * Return: 0, -EIO.
 */
int zrtp_keys_derive_preshared(const struct zrtp_suite *suite,
			       const struct zrtp_transcript *transcript,
			       const uint8_t *preshared_key, struct zrtp_keys *out);

/**
 * zrtp_kdf_of_call() - Keys of ZRTPSess in which no stream has a part, RFC 6189 4.7.2.1, 7.3.1.
 * @role: our role in the exchange that @master comes from
 * @len: octets of @out
 *
 * Return: 0, -EINVAL, -EIO.
 */
int zrtp_kdf_of_call(const struct zrtp_master *master, enum zrtp_role role,
		     const uint8_t own_zid[ZRTP_ZID_LEN], const uint8_t peer_zid[ZRTP_ZID_LEN],
		     const char *label, size_t len, uint8_t *out);

#endif /* ZRTP_KEYS_H */
