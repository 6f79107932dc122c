// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commit to Conf2ACK: the key agreement itself, RFC 6189 4.2, 4.4.1, 4.6.
 *
 * What cannot be tied to the peer by the hash chain is dropped. What is tied to
 * it and still wrong ends the exchange with its Error.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "confirm.h"
#include "secrets.h"
#include "session.h"

#define EXPIRY_NEVER	0xffffffff

static const uint8_t *hello_zid(const struct zrtp_hello_msg *msg)
{
	struct zrtp_hello hello;

	return zrtp_hello_parse(msg->data, msg->len, &hello) ? NULL : hello.zid;
}

/* The 256 bits that bind an initiator to its DHPart2, RFC 6189 4.4.1.1. */
static int compute_hvi(enum zrtp_hash hash, const struct zrtp_dhpart_msg *dhpart2,
		       const struct zrtp_hello_msg *responder_hello, uint8_t hvi[ZRTP_HVI_LEN])
{
	const struct zrtp_part parts[] = {
		{ dhpart2->data, dhpart2->len },
		{ responder_hello->data, responder_hello->len },
	};
	uint8_t full[ZRTP_HASH_MAX];
	int r = zrtp_digest(hash, parts, 2, full);

	if (!r)
		memcpy(hvi, full, ZRTP_HVI_LEN);
	return r;
}

/* Our DHPart1 or DHPart2; makes the key pair unless one of that kind is at hand. */
static int make_dhpart(struct zrtp_session *s, enum zrtp_role role, struct zrtp_dhpart_msg *out)
{
	uint8_t random[ZRTP_DH_RANDOM_LEN];
	struct zrtp_secret_ids stand_in;
	struct zrtp_dhpart part = { .h1 = s->chain.h[1] };
	int r = 0;

	if (s->dh.agreement != s->suite.agreement) {
		zrtp_random(s, random, sizeof(random));
		r = zrtp_dh_generate(&s->dh, s->suite.agreement, s->suite.cipher, random);
		sodium_memzero(random, sizeof(random));
		if (r)
			return r;
	}
	zrtp_random(s, &stand_in, sizeof(stand_in));
	r = zrtp_secret_ids_fill(s->suite.hash, &s->peer, role, s->chain.h[3], &stand_in, &part.ids);
	if (r)
		return r;
	part.pv = s->dh.pv;
	part.pv_len = s->dh.pv_len;
	r = zrtp_dhpart_build(out->data, sizeof(out->data), role == ZRTP_ROLE_INITIATOR ?
			      ZRTP_MSG_DHPART2 : ZRTP_MSG_DHPART1, &part, s->chain.h[0]);
	if (r < 0)
		return r;
	out->len = r;
	return 0;
}

static int send_commit(struct zrtp_session *s, uint64_t now)
{
	s->role = ZRTP_ROLE_INITIATOR;
	zrtp_enter(s, ZRTP_STATE_COMMIT);
	zrtp_send_t2(s, now, s->commit, s->commit_len);
	return 0;
}

/* Multistream and Preshared mode: Confirm1 is the answer to Commit. */
static bool without_dh(const struct zrtp_session *s)
{
	return s->mult || s->prsh;
}

int zrtp_commit_make(struct zrtp_session *s, const struct zrtp_commit *commit)
{
	int r = zrtp_commit_build(s->commit, sizeof(s->commit), commit, s->chain.h[1]);

	if (r < 0)
		return r;
	s->commit_len = r;
	return 0;
}

static int initiate_dh(struct zrtp_session *s, uint64_t now)
{
	uint8_t hvi[ZRTP_HVI_LEN];
	struct zrtp_commit commit = {
		.form = ZRTP_COMMIT_DH,
		.h2 = s->chain.h[2],
		.zid = s->peer.own_zid,
		.hvi = hvi,
	};
	int r;

	s->prsh = false;
	zrtp_negotiate(&s->offer, &s->peer_offer, &s->suite);
	r = make_dhpart(s, ZRTP_ROLE_INITIATOR, &s->dhpart2);
	r = r ?: compute_hvi(s->suite.hash, &s->dhpart2, &s->peer_hello, hvi);
	if (r)
		return r;
	zrtp_suite_blocks(&s->suite, commit.blocks);
	r = zrtp_commit_make(s, &commit);
	return r ?: send_commit(s, now);
}

int zrtp_initiate(struct zrtp_session *s, uint64_t now)
{
	int r;

	if (s->mult) {
		r = zrtp_more_commit(s);
	} else if (zrtp_preshared_wanted(s)) {
		zrtp_negotiate(&s->offer, &s->peer_offer, &s->suite);
		s->prsh = true;
		r = zrtp_preshared_commit(s);
	} else {
		return initiate_dh(s, now);
	}
	return r ?: send_commit(s, now);
}

/*
 * Is this Commit the peer's, and is its Hello what we received? Then: what does
 * it choose?
 *
 * Return: ZRTP_ERROR_NONE, the code to fail with, or -EBADMSG to drop it.
 */
static int judge_commit(const struct zrtp_session *s, const struct zrtp_packet *pkt,
			struct zrtp_commit *commit, struct zrtp_suite *suite)
{
	if (zrtp_commit_parse(pkt->msg, pkt->msg_len, commit))
		return -EBADMSG;
	if (!s->peer_known || !zrtp_chain_leads(commit->h2, 1, s->peer_h3))
		return -EBADMSG;
	if (!zrtp_chain_mac_valid(commit->h2, s->peer_hello.data, s->peer_hello.len))
		return ZRTP_ERROR_HELLO_MISMATCH;
	if (memcmp(commit->zid, hello_zid(&s->peer_hello), ZRTP_ZID_LEN))
		return ZRTP_ERROR_HELLO_MISMATCH;
	return s->mult ? zrtp_more_suite(s, commit, suite) :
			 zrtp_suite_from_commit(&s->offer, commit, suite);
}

static int make_confirm(struct zrtp_session *s);

static int send_confirm1(struct zrtp_session *s, uint64_t now)
{
	int r = make_confirm(s);

	if (r)
		return r;
	zrtp_enter(s, ZRTP_STATE_CONFIRM1);
	s->idle = now + ZRTP_RESPONDER_IDLE;
	zrtp_send(s, s->confirm, sizeof(s->confirm));
	return 0;
}

static int agree_without_dh(struct zrtp_session *s)
{
	return s->mult ? zrtp_more_agree(s) : zrtp_preshared_agree(s);
}

/*
 * RFC 6189 4.4.2.3: a Commit that names a secret which we lack is answered with one of
 * our own, in DH mode; it wins.
 */
static int turn_the_tables(struct zrtp_session *s, uint64_t now)
{
	if (s->passive)
		return zrtp_fail(s, now, ZRTP_ERROR_NO_SHARED_SECRET);
	return initiate_dh(s, now);
}

static int respond(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt,
		   const struct zrtp_commit *commit, const struct zrtp_suite *suite)
{
	int r;

	memcpy(s->commit, pkt->msg, pkt->msg_len);
	s->commit_len = pkt->msg_len;
	memcpy(s->peer_h2, commit->h2, ZRTP_IMAGE_LEN);
	s->suite = *suite;
	s->role = ZRTP_ROLE_RESPONDER;
	s->prsh = commit->form == ZRTP_COMMIT_PRSH;
	if (without_dh(s)) {
		r = agree_without_dh(s);
		if (r == -ENOKEY)
			return turn_the_tables(s, now);
		return r ?: send_confirm1(s, now);
	}
	r = make_dhpart(s, ZRTP_ROLE_RESPONDER, &s->dhpart1);
	if (r)
		return r;
	zrtp_enter(s, ZRTP_STATE_DHPART1);
	s->idle = now + ZRTP_RESPONDER_IDLE;
	zrtp_send(s, s->dhpart1.data, s->dhpart1.len);
	return 0;
}

int zrtp_discovery_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	struct zrtp_commit commit;
	struct zrtp_suite suite;
	int r;

	if (s->peer_asked && !s->peer_known)
		return zrtp_contends(s, pkt);
	r = judge_commit(s, pkt, &commit, &suite);
	if (r < 0)
		return r;
	return r ? zrtp_fail(s, now, r) : respond(s, now, pkt, &commit, &suite);
}

/*
 * Commit contention, RFC 6189 4.2: DH goes before Preshared, a telephone before a PBX;
 * else the lower hvi, or the lower nonce, is discarded.
 */
static bool ours_stands(const struct zrtp_session *s, const struct zrtp_commit *ours,
			const struct zrtp_commit *theirs)
{
	if (ours->form != theirs->form)
		return ours->form == ZRTP_COMMIT_DH;
	if (ours->form == ZRTP_COMMIT_DH)
		return memcmp(ours->hvi, theirs->hvi, ZRTP_HVI_LEN) > 0;
	if (ours->form == ZRTP_COMMIT_PRSH && s->peer_mitm)
		return true;
	return memcmp(ours->nonce, theirs->nonce, ZRTP_NONCE_LEN) > 0;
}

int zrtp_commit_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	struct zrtp_commit ours, commit;
	struct zrtp_suite suite;
	int r = judge_commit(s, pkt, &commit, &suite);

	if (r < 0)
		return r;
	if (zrtp_commit_parse(s->commit, s->commit_len, &ours))
		return -EPROTO;
	if (ours.form == ZRTP_COMMIT_DH && commit.form == ZRTP_COMMIT_PRSH)
		return -EBADMSG;	/* discarded, whatever is in it */
	if (r)
		return zrtp_fail(s, now, r);
	if (ours_stands(s, &ours, &commit))
		return 0;
	return respond(s, now, pkt, &commit, &suite);
}

int zrtp_dhpart1_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (pkt->msg_len != s->commit_len || memcmp(pkt->msg, s->commit, s->commit_len))
		return -EBADMSG;
	zrtp_send(s, s->dhpart1.data, s->dhpart1.len);
	return 0;
}

/*
 * All keys from our key pair and the peer's public value.
 *
 * Return: ZRTP_ERROR_NONE, ZRTP_ERROR_DH_BAD_PV, or a negative errno.
 */
static int agree(struct zrtp_session *s, const struct zrtp_dhpart *peer_part)
{
	bool initiator = s->role == ZRTP_ROLE_INITIATOR;
	const struct zrtp_hello_msg *hello_i = initiator ? &s->own_hello : &s->peer_hello;
	const struct zrtp_hello_msg *hello_r = initiator ? &s->peer_hello : &s->own_hello;
	const struct zrtp_transcript transcript = {
		.zid_initiator = hello_zid(hello_i),
		.zid_responder = hello_zid(hello_r),
		.messages = {
			{ hello_r->data, hello_r->len },
			{ s->commit, s->commit_len },
			{ s->dhpart1.data, s->dhpart1.len },
			{ s->dhpart2.data, s->dhpart2.len },
		},
	};
	uint8_t result[ZRTP_PV_MAX];
	struct zrtp_match match;
	int r;

	r = zrtp_secrets_match(s->suite.hash, &s->peer, initiator ? ZRTP_ROLE_RESPONDER :
			       ZRTP_ROLE_INITIATOR, s->peer_h3, &peer_part->ids, &match);
	if (r)
		return r;
	s->secrets_matched = match.s1;
	s->rs2_matched = match.s1 == s->peer.rs2;
	s->secrets_mismatch = match.mismatch;
	s->aux_matched = match.s2;
	s->pbx_matched = match.s3;

	r = zrtp_dh_derive(&s->dh, peer_part->pv, result);
	if (!r) {
		const struct zrtp_shared shared = {
			.dh_result = { result, zrtp_dh_result_len(&s->dh) },
			.s1 = { match.s1, match.s1 ? ZRTP_SECRET_LEN : 0 },
			.s2 = { match.s2, match.s2_len },
			.s3 = { match.s3, match.s3 ? ZRTP_SECRET_LEN : 0 },
		};

		r = zrtp_keys_derive(&s->suite, &transcript, &shared, &s->keys);
	}
	sodium_memzero(result, sizeof(result));
	sodium_memzero(&s->dh, sizeof(s->dh));
	return r == -EKEYREJECTED ? ZRTP_ERROR_DH_BAD_PV : r;
}

/* All keys are there: our Confirm, and what GoClear needs of them later. */
static int make_confirm(struct zrtp_session *s)
{
	uint8_t iv[ZRTP_IV_LEN];
	struct zrtp_confirm_body body = {
		/* A flag about another key than the one in use would be a lie. */
		.verified = s->peer.verified && s->secrets_matched,
		.allow_clear = s->allow_clear,
		.disclosure = s->disclosure,
		.expiry_s = EXPIRY_NEVER,
	};
	int r;

	memcpy(body.h0, s->chain.h[0], ZRTP_IMAGE_LEN);
	zrtp_random(s, iv, sizeof(iv));
	r = zrtp_confirm_seal(&s->suite, &s->keys, s->role, iv, &body,
			      s->confirm, sizeof(s->confirm));
	sodium_memzero(&body, sizeof(body));
	return r < 0 ? r : zrtp_clear_prepare(s);
}

/* The initiator has the responder's public value. */
int zrtp_commit_dhpart1(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	struct zrtp_dhpart part;
	int r;

	if (zrtp_dhpart_parse(pkt->msg, pkt->msg_len, s->dh.pv_len, &part))
		return zrtp_malformed(s, now);
	if (!zrtp_chain_leads(part.h1, 2, s->peer_h3))
		return -EBADMSG;
	memcpy(s->peer_h1, part.h1, ZRTP_IMAGE_LEN);
	/* A responder sends no Commit: its H2 follows from H1, RFC 6189 9. */
	zrtp_chain_next(s->peer_h1, s->peer_h2);
	if (!zrtp_chain_mac_valid(s->peer_h2, s->peer_hello.data, s->peer_hello.len))
		return zrtp_fail(s, now, ZRTP_ERROR_HELLO_MISMATCH);

	memcpy(s->dhpart1.data, pkt->msg, pkt->msg_len);
	s->dhpart1.len = pkt->msg_len;
	r = agree(s, &part);
	if (r)
		return r < 0 ? r : zrtp_fail(s, now, r);
	zrtp_enter(s, ZRTP_STATE_DHPART2);
	zrtp_send_t2(s, now, s->dhpart2.data, s->dhpart2.len);
	return 0;
}

/* The responder has the initiator's public value, and holds it to its commitment. */
int zrtp_dhpart1_dhpart2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	uint8_t hvi[ZRTP_HVI_LEN];
	struct zrtp_commit commit;
	struct zrtp_dhpart part;
	int r;

	if (zrtp_dhpart_parse(pkt->msg, pkt->msg_len, s->dh.pv_len, &part))
		return zrtp_malformed(s, now);
	if (!zrtp_chain_leads(part.h1, 1, s->peer_h2))
		return -EBADMSG;
	memcpy(s->peer_h1, part.h1, ZRTP_IMAGE_LEN);
	if (!zrtp_chain_mac_valid(s->peer_h1, s->commit, s->commit_len))
		return zrtp_fail(s, now, ZRTP_ERROR_MALFORMED);

	memcpy(s->dhpart2.data, pkt->msg, pkt->msg_len);
	s->dhpart2.len = pkt->msg_len;
	r = zrtp_commit_parse(s->commit, s->commit_len, &commit);
	r = r ?: compute_hvi(s->suite.hash, &s->dhpart2, &s->own_hello, hvi);
	if (r)
		return r;
	if (sodium_memcmp(hvi, commit.hvi, ZRTP_HVI_LEN))
		return zrtp_fail(s, now, ZRTP_ERROR_DH_BAD_HVI);
	s->proven = true;	/* hvi takes in our Hello */
	r = agree(s, &part);
	if (r > 0)
		return zrtp_fail(s, now, r);
	return r ?: send_confirm1(s, now);
}

/* Without DH: our Confirm1 was lost. */
int zrtp_confirm1_commit(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (!without_dh(s) || pkt->msg_len != s->commit_len ||
	    memcmp(pkt->msg, s->commit, s->commit_len))
		return -EBADMSG;
	zrtp_send(s, s->confirm, sizeof(s->confirm));
	return 0;
}

int zrtp_confirm1_dhpart2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (without_dh(s) || pkt->msg_len != s->dhpart2.len ||
	    memcmp(pkt->msg, s->dhpart2.data, s->dhpart2.len))
		return -EBADMSG;
	zrtp_send(s, s->confirm, sizeof(s->confirm));
	return 0;
}

static bool chain_ok(const struct zrtp_session *s)
{
	const struct zrtp_dhpart_msg *dhpart = s->role == ZRTP_ROLE_INITIATOR ? &s->dhpart1 :
										&s->dhpart2;

	if (without_dh(s))
		return zrtp_more_chain_ok(s, s->peer_confirm.h0);
	return zrtp_chain_leads(s->peer_confirm.h0, 1, s->peer_h1) &&
	       zrtp_chain_mac_valid(s->peer_confirm.h0, dhpart->data, dhpart->len);
}

/*
 * Open the peer's Confirm; with H0 in hand, check the last MAC of its chain.
 *
 * Return: 0 when it is right; 1 when it was dealt with; negative errno.
 */
static int open_confirm(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	bool initiator = s->role == ZRTP_ROLE_INITIATOR;
	int r = zrtp_confirm_open(&s->suite, &s->keys, initiator ? ZRTP_ROLE_RESPONDER :
				  ZRTP_ROLE_INITIATOR, pkt->msg, pkt->msg_len, &s->peer_confirm);

	switch (r) {
	case 0:
		break;
	case -EACCES:
		zrtp_doubt(s, now, ZRTP_ERROR_CONFIRM_MAC, false);
		return 1;
	case -EBADMSG:
		return zrtp_malformed(s, now);
	case -EPROTO:
		zrtp_fail(s, now, ZRTP_ERROR_MALFORMED);
		return 1;
	default:
		return r;
	}
	/* RFC 6189 7.2: a signature goes with DH only. */
	if (!chain_ok(s) || (without_dh(s) && s->peer_confirm.signature_words)) {
		zrtp_fail(s, now, ZRTP_ERROR_MALFORMED);
		return 1;
	}
	s->proven = true;
	return 0;
}

static void install_keys(struct zrtp_session *s)
{
	int tx = s->role == ZRTP_ROLE_INITIATOR ? ZRTP_KEYS_INITIATOR : ZRTP_KEYS_RESPONDER;

	zrtp_act(s, ZRTP_ACTION_KEY_RX)->srtp = s->keys.srtp[!tx];
	zrtp_act(s, ZRTP_ACTION_KEY_TX)->srtp = s->keys.srtp[tx];
	zrtp_act(s, ZRTP_ACTION_RX_SECURE);
}

/*
 * RFC 6189 4.6.1: the old rs1 becomes rs2, but not in Preshared mode, so that a secret of DH
 * stays at hand. Nor does rs1 where rs2 was the one in use: that one both ends have, and the
 * rs1 that nobody answered to may be ours alone. With it in rs2 an end that loses the new
 * secret in two calls running would be met with an alarm.
 */
static void retain(struct zrtp_session *s)
{
	struct zrtp_action *action = zrtp_act(s, ZRTP_ACTION_RETAIN);
	bool stays = s->prsh || s->rs2_matched;
	const uint8_t *rs2 = stays ? s->peer.rs2 : s->peer.rs1;

	memcpy(action->retain.peer_zid, hello_zid(&s->peer_hello), ZRTP_ZID_LEN);
	memcpy(action->retain.rs1, s->keys.rs1, ZRTP_SECRET_LEN);
	memcpy(action->retain.rs2, rs2, ZRTP_SECRET_LEN);
	action->retain.has_rs2 = stays ? s->peer.has_rs2 : s->peer.has_rs1;
	action->retain.expiry_s = s->peer_confirm.expiry_s;	/* ours is the maximum */
	action->retain.frozen = s->secrets_mismatch;
}

static void complete(struct zrtp_session *s)
{
	struct zrtp_action *action;
	struct zrtp_hello hello;

	s->peer_allow_clear = zrtp_clear_allowed_by_peer(s);
	s->enrolling = s->peer_confirm.enrollment;
	if (!s->mult)	/* RFC 6189 4.6.1 */
		retain(s);
	action = zrtp_act(s, ZRTP_ACTION_SECURE);
	action->secure.suite = s->suite;
	action->secure.role = s->role;
	memcpy(action->secure.own_zid, s->peer.own_zid, ZRTP_ZID_LEN);
	if (!zrtp_hello_parse(s->peer_hello.data, s->peer_hello.len, &hello)) {
		memcpy(action->secure.peer_zid, hello.zid, ZRTP_ZID_LEN);
		memcpy(action->secure.peer_client_id, hello.client_id, ZRTP_CLIENT_ID_LEN);
	}
	crypto_hash_sha256(action->secure.peer_hello, s->peer_hello.data, s->peer_hello.len);
	memcpy(action->secure.sas_value, s->keys.sas_value, sizeof(s->keys.sas_value));
	action->secure.secrets_matched = s->secrets_matched;
	action->secure.secrets_mismatch = s->secrets_mismatch;
	action->secure.aux_matched = s->aux_matched;
	action->secure.hello_signalled = s->hello_expected;
	action->secure.pbx_matched = s->pbx_matched;
	action->secure.peer_verified = s->peer_confirm.verified;
	action->secure.peer_disclosure = s->peer_confirm.disclosure;
	action->secure.peer_allow_clear = s->peer_allow_clear;
	action->secure.peer_signature = s->peer_confirm.signature_words;
	action->secure.peer_mitm = s->peer_mitm;
	action->secure.peer_enrollment = s->enrolling && s->peer_mitm;
	action->secure.multistream = s->mult;
	action->secure.preshared = s->prsh;
	action->secure.peer_multistream = s->peer_offer.multistream;
	zrtp_more_master(s, &action->secure.master);
	zrtp_relay_keep(s);
	zrtp_enter(s, ZRTP_STATE_SECURE);
}

int zrtp_dhpart2_confirm1(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	int r = open_confirm(s, now, pkt);

	if (r)
		return r < 0 ? r : 0;
	r = make_confirm(s);
	if (r)
		return r;
	install_keys(s);
	zrtp_enter(s, ZRTP_STATE_CONFIRM2);
	zrtp_send_t2(s, now, s->confirm, sizeof(s->confirm));
	return 0;
}

/* Without DH the responder has answered our Commit with all that it has to say. */
int zrtp_commit_confirm1(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	int r;

	if (!without_dh(s))
		return -EBADMSG;
	r = agree_without_dh(s);
	return r ?: zrtp_dhpart2_confirm1(s, now, pkt);
}

int zrtp_confirm1_confirm2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	int r = open_confirm(s, now, pkt);

	if (r)
		return r < 0 ? r : 0;
	crypto_hash_sha256(s->peer_confirm_hash, pkt->msg, pkt->msg_len);
	install_keys(s);
	zrtp_act(s, ZRTP_ACTION_TX_SECURE);
	zrtp_send_ack(s, ZRTP_MSG_CONF2ACK);
	complete(s);
	return 0;
}

/* Conf2ACK, or @pkt NULL: a packet that authenticated with our rx key. */
int zrtp_confirm2_conf2ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (pkt && pkt->msg_len != ZRTP_MESSAGE_HEADER_LEN)
		return -EBADMSG;
	zrtp_act(s, ZRTP_ACTION_TX_SECURE);
	complete(s);
	return 0;
}

/* Our Conf2ACK was lost. An initiator has had no Confirm2, so none is the same. */
int zrtp_secure_confirm2(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	uint8_t hash[ZRTP_IMAGE_LEN];

	crypto_hash_sha256(hash, pkt->msg, pkt->msg_len);
	if (memcmp(hash, s->peer_confirm_hash, sizeof(hash)))
		return -EBADMSG;
	zrtp_send_ack(s, ZRTP_MSG_CONF2ACK);
	return 0;
}
