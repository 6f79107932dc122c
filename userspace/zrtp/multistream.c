// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Multistream mode, RFC 6189 4.4.3: more keys of a call that has some, without DH.
 *
 * What differs from a first exchange; the messages themselves are exchange.c's. Both
 * sides put in something new, the responder its Hello and the initiator its nonce,
 * so that no keys are ever made twice.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "nonces.h"
#include "session.h"

static bool is_whole(const struct zrtp_master *master)
{
	return zrtp_algo(ZRTP_KIND_HASH, master->suite.hash) &&
	       zrtp_algo(ZRTP_KIND_CIPHER, master->suite.cipher) &&
	       zrtp_algo(ZRTP_KIND_AUTH_TAG, master->suite.auth_tag) &&
	       zrtp_algo(ZRTP_KIND_AGREEMENT, master->suite.agreement) &&
	       zrtp_algo(ZRTP_KIND_SAS, master->suite.sas_type) &&
	       !sodium_is_zero(master->key, zrtp_hash_len(master->suite.hash)) &&
	       master->n_nonces <= ZRTP_NONCES_KEPT;
}

static void take_master(struct zrtp_session *s, const struct zrtp_master *master,
			const struct zrtp_peer *peer)
{
	s->mult = true;
	s->master = *master;
	s->suite = master->suite;
	memcpy(s->peer.own_zid, peer->own_zid, ZRTP_ZID_LEN);
	memcpy(s->peer.peer_zid, peer->peer_zid, ZRTP_ZID_LEN);
	s->peer_told = true;
}

int zrtp_session_multistream(struct zrtp_session *s, const struct zrtp_master *master,
			     const struct zrtp_peer *peer)
{
	if (s->started || s->own_hello.len || s->state != ZRTP_STATE_LISTEN)
		return -EINVAL;
	if (sodium_is_zero(peer->peer_zid, ZRTP_ZID_LEN) || !is_whole(master))
		return -EINVAL;
	take_master(s, master, peer);
	return zrtp_hello_make(s);
}

int zrtp_session_join(struct zrtp_session *s, uint64_t now, const struct zrtp_master *master,
		      const struct zrtp_peer *peer)
{
	int r = 0;

	if (!s->peer_asked || s->mult || memcmp(peer->peer_zid, s->asked_zid, ZRTP_ZID_LEN) ||
	    !is_whole(master))
		return -EINVAL;
	/* RFC 6189 4.4.3: the same ZID for all streams. */
	if (s->own_hello.len && memcmp(peer->own_zid, s->peer.own_zid, ZRTP_ZID_LEN))
		return -EINVAL;
	if (s->peer_hello.len && !s->peer_offer.multistream)
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	take_master(s, master, peer);
	s->peer_asked = false;
	if (!s->own_hello.len)
		r = zrtp_hello_make(s);
	if (!r && s->state == ZRTP_STATE_LISTEN)
		zrtp_send(s, s->own_hello.data, s->own_hello.len);
	return zrtp_finish(s, now, r ?: zrtp_discover(s, now));
}

int zrtp_more_commit(struct zrtp_session *s)
{
	uint8_t nonce[ZRTP_NONCE_LEN];
	struct zrtp_commit commit = {
		.form = ZRTP_COMMIT_MULT,
		.h2 = s->chain.h[2],
		.zid = s->peer.own_zid,
		.nonce = nonce,
	};

	zrtp_random(s, nonce, sizeof(nonce));
	s->suite = s->master.suite;
	zrtp_suite_blocks(&s->suite, commit.blocks);
	commit.blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)ZRTP_MULT_BLOCK;
	return zrtp_commit_make(s, &commit);
}

/*
 * The algorithms are those of the first exchange: the RFC says SHOULD, and nobody
 * gets a weaker tag by rekeying. The SAS type means nothing here.
 */
enum zrtp_error zrtp_more_suite(const struct zrtp_session *s, const struct zrtp_commit *commit,
				struct zrtp_suite *suite)
{
	static const struct {
		enum zrtp_kind kind;
		enum zrtp_error refusal;
	} same[] = {
		{ ZRTP_KIND_HASH, ZRTP_ERROR_HASH },
		{ ZRTP_KIND_CIPHER, ZRTP_ERROR_CIPHER },
		{ ZRTP_KIND_AUTH_TAG, ZRTP_ERROR_AUTH_TAG },
	};
	const uint8_t *blocks[ZRTP_KINDS];

	if (commit->form != ZRTP_COMMIT_MULT)
		return ZRTP_ERROR_AGREEMENT;
	zrtp_suite_blocks(&s->master.suite, blocks);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (memcmp(commit->blocks[same[i].kind], blocks[same[i].kind], ZRTP_BLOCK_LEN))
			return same[i].refusal;
	if (zrtp_master_has_spent(&s->master, commit->nonce))
		return ZRTP_ERROR_NONCE;
	*suite = s->master.suite;
	return ZRTP_ERROR_NONE;
}

struct zrtp_transcript zrtp_more_transcript(const struct zrtp_session *s)
{
	bool initiator = s->role == ZRTP_ROLE_INITIATOR;
	const struct zrtp_hello_msg *hello_r = initiator ? &s->peer_hello : &s->own_hello;

	return (struct zrtp_transcript) {
		.zid_initiator = initiator ? s->peer.own_zid : s->peer.peer_zid,
		.zid_responder = initiator ? s->peer.peer_zid : s->peer.own_zid,
		.messages = {
			{ hello_r->data, hello_r->len },
			{ s->commit, s->commit_len },
		},
	};
}

int zrtp_more_agree(struct zrtp_session *s)
{
	const struct zrtp_transcript transcript = zrtp_more_transcript(s);

	return zrtp_keys_derive_more(&s->suite, &transcript, s->master.key, &s->keys);
}

/*
 * Without DH there is no DHPart, so H0 closes a longer stretch at once: a responder has shown
 * only its Hello, an initiator its Commit as well (RFC 6189 9).
 */
bool zrtp_more_chain_ok(const struct zrtp_session *s, const uint8_t h0[ZRTP_IMAGE_LEN])
{
	uint8_t h1[ZRTP_IMAGE_LEN], h2[ZRTP_IMAGE_LEN];

	zrtp_chain_next(h0, h1);
	zrtp_chain_next(h1, h2);
	if (s->role == ZRTP_ROLE_RESPONDER)
		return !memcmp(h2, s->peer_h2, ZRTP_IMAGE_LEN) &&
		       zrtp_chain_mac_valid(h1, s->commit, s->commit_len);
	return zrtp_chain_leads(h2, 1, s->peer_h3) &&
	       zrtp_chain_mac_valid(h2, s->peer_hello.data, s->peer_hello.len);
}

void zrtp_more_master(const struct zrtp_session *s, struct zrtp_master *out)
{
	struct zrtp_commit commit;

	if (!s->mult) {
		memset(out, 0, sizeof(*out));
		out->suite = s->suite;
		memcpy(out->key, s->keys.master, sizeof(out->key));
		return;
	}
	*out = s->master;
	if (zrtp_commit_parse(s->commit, s->commit_len, &commit))
		return;
	zrtp_master_spend(out, commit.nonce);
}
