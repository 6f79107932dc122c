// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preshared mode, RFC 6189 4.4.2: keys of a new call from the secret of the last one,
 * without DH.
 *
 * What differs from an exchange with DH; the messages themselves are exchange.c's. An
 * eavesdropper that gets hold of rs1 can read such a call, which DH would prevent: so it
 * is offered, and used with a peer, only where the owner says so.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "bytes.h"
#include "session.h"

/* Which secrets besides rs1 go into the key; the initiator takes all that it has. */
struct mix {
	bool aux, pbx;
};

static int preshared_key(const struct zrtp_session *s, const struct mix *mix,
			 uint8_t key[ZRTP_HASH_MAX])
{
	const struct zrtp_peer *peer = &s->peer;
	size_t aux_len = mix->aux ? peer->aux_len : 0;
	size_t pbx_len = mix->pbx ? ZRTP_SECRET_LEN : 0;
	uint8_t len1[4], len2[4], len3[4];
	const struct zrtp_part parts[] = {
		{ len1, sizeof(len1) }, { peer->rs1, ZRTP_SECRET_LEN },
		{ len2, sizeof(len2) }, { peer->aux, aux_len },
		{ len3, sizeof(len3) }, { peer->pbx, pbx_len },
	};

	put_be32(len1, ZRTP_SECRET_LEN);
	put_be32(len2, aux_len);
	put_be32(len3, pbx_len);
	return zrtp_digest(s->suite.hash, parts, sizeof(parts) / sizeof(parts[0]), key);
}

static int compute_key_id(enum zrtp_hash hash, const uint8_t *key, uint8_t out[ZRTP_KEY_ID_LEN])
{
	uint8_t mac[ZRTP_HASH_MAX];
	int r = zrtp_hmac(hash, key, zrtp_hash_len(hash), (const uint8_t *)ZRTP_PRSH_BLOCK,
			  ZRTP_BLOCK_LEN, mac);

	if (!r)
		memcpy(out, mac, ZRTP_KEY_ID_LEN);
	sodium_memzero(mac, sizeof(mac));
	return r;
}

static int key_id_of(const struct zrtp_session *s, const struct mix *mix,
		     uint8_t out[ZRTP_KEY_ID_LEN])
{
	uint8_t key[ZRTP_HASH_MAX];
	int r = preshared_key(s, mix, key);

	r = r ?: compute_key_id(s->suite.hash, key, out);
	sodium_memzero(key, sizeof(key));
	return r;
}

/* The peer may never have stored a tentative rs1: DH will tell. */
static bool may_preshare(const struct zrtp_session *s)
{
	return s->offer.preshared && s->peer.preshare && s->peer.has_rs1 && !s->peer.tentative;
}

bool zrtp_preshared_wanted(const struct zrtp_session *s)
{
	return may_preshare(s) && s->peer_offer.preshared;
}

int zrtp_preshared_commit(struct zrtp_session *s)
{
	const struct mix all = { s->peer.aux_len, s->peer.has_pbx };
	uint8_t nonce[ZRTP_NONCE_LEN], key_id[ZRTP_KEY_ID_LEN];
	struct zrtp_commit commit = {
		.form = ZRTP_COMMIT_PRSH,
		.h2 = s->chain.h[2],
		.zid = s->peer.own_zid,
		.nonce = nonce,
		.key_id = key_id,
	};
	int r;

	s->suite.agreement = ZRTP_KA_PRSH;
	zrtp_random(s, nonce, sizeof(nonce));
	r = key_id_of(s, &all, key_id);
	if (r)
		return r;
	zrtp_suite_blocks(&s->suite, commit.blocks);
	return zrtp_commit_make(s, &commit);
}

/* RFC 6189 4.4.2.3: all that we have first, then without the one, the other, or both. */
static int find_mix(const struct zrtp_session *s, const uint8_t *key_id, struct mix *out)
{
	bool aux = s->peer.aux_len, pbx = s->peer.has_pbx;
	const struct mix tries[] = {
		{ aux, pbx }, { false, pbx }, { aux, false }, { false, false },
	};
	uint8_t mine[ZRTP_KEY_ID_LEN];
	int r;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		r = key_id_of(s, &tries[i], mine);
		if (r)
			return r;
		if (!sodium_memcmp(mine, key_id, ZRTP_KEY_ID_LEN)) {
			*out = tries[i];
			return 0;
		}
	}
	return -ENOKEY;
}

int zrtp_preshared_agree(struct zrtp_session *s)
{
	const struct zrtp_transcript transcript = zrtp_more_transcript(s);
	uint8_t key[ZRTP_HASH_MAX];
	struct zrtp_commit commit;
	struct mix mix;
	int r;

	if (zrtp_commit_parse(s->commit, s->commit_len, &commit))
		return -EPROTO;
	if (!may_preshare(s))
		return -ENOKEY;
	r = find_mix(s, commit.key_id, &mix);
	if (r)
		return r;
	r = preshared_key(s, &mix, key);
	r = r ?: zrtp_keys_derive_preshared(&s->suite, &transcript, key, &s->keys);
	sodium_memzero(key, sizeof(key));
	s->secrets_matched = true;
	s->secrets_mismatch = false;
	s->aux_matched = mix.aux;
	s->pbx_matched = mix.pbx;
	return r;
}
