// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dishonest peer for one engine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "digest.h"
#include "negotiate.h"
#include "zrtp_mallory.h"

#define REQUIRE(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);	\
		abort();						\
	}								\
} while (0)

static void keep(struct mallory *m, const struct zrtp_action *a)
{
	struct zrtp_packet pkt;

	REQUIRE(!zrtp_packet_parse(a->packet.data, a->packet.len, &pkt));
	m->sent++;
	m->sent_bytes += a->packet.len;
	m->seen[pkt.type].count++;
	memcpy(m->seen[pkt.type].msg, pkt.msg, pkt.msg_len);
	m->seen[pkt.type].len = pkt.msg_len;
}

static void drain(struct mallory *m)
{
	struct zrtp_action a;

	while (zrtp_session_next(m->victim, &a) > 0) {
		switch (a.type) {
		case ZRTP_ACTION_SEND:
			keep(m, &a);
			break;
		case ZRTP_ACTION_PEER:
			m->asked++;
			if (m->mute)
				break;
			memcpy(m->victim_peer.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
			REQUIRE(!zrtp_session_peer(m->victim, m->now, &m->victim_peer));
			break;
		case ZRTP_ACTION_KEY_RX:	m->has_rx = true; m->rx = a.srtp; break;
		case ZRTP_ACTION_KEY_TX:	m->has_tx = true; m->tx = a.srtp; break;
		case ZRTP_ACTION_RX_SECURE:	m->rx_secure = true; break;
		case ZRTP_ACTION_TX_SECURE:	m->tx_secure = true; break;
		case ZRTP_ACTION_SECURE:	m->secure = true; m->secured = a; break;
		case ZRTP_ACTION_RETAIN:
			m->retained = true;
			m->retain = a;
			break;
		case ZRTP_ACTION_FAILED:
			m->failed = true;
			m->error = a.error.code;
			m->error_remote = a.error.remote;
			break;
		case ZRTP_ACTION_RELAY:
			m->relays++;
			m->relay = a;
			break;
		case ZRTP_ACTION_CLEARED:	m->cleared++; break;
		case ZRTP_ACTION_TX_CLEAR:	m->tx_clear++; break;
		case ZRTP_ACTION_CLEAR_REFUSED:	m->refused++; break;
		default:
			break;
		}
	}
}

void mallory_init(struct mallory *m, enum zrtp_agreement agreement, bool start)
{
	static const uint8_t h0[ZRTP_IMAGE_LEN] = "mallory's nonce";
	const uint8_t random[ZRTP_DH_RANDOM_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	memset(m, 0, sizeof(*m));
	m->config = (struct zrtp_config) { .client_id = "victim", .ssrc = 1111 };
	m->now = 1000;
	m->ssrc = 2222;
	memset(m->zid, 0x3a, ZRTP_ZID_LEN);
	memset(m->victim_peer.own_zid, 0x71, ZRTP_ZID_LEN);
	m->suite = (struct zrtp_suite) {
		ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, agreement, ZRTP_SAS_B32,
	};
	m->config.agreements[0] = agreement;
	zrtp_chain_init(&m->chain, h0);
	REQUIRE(!zrtp_dh_generate(&m->dh, agreement, ZRTP_CIPHER_AES1, random));
	mallory_begin(m, start);
}

void mallory_begin(struct mallory *m, bool start)
{
	const uint8_t seed[ZRTP_SEED_LEN] = { 42 };

	zrtp_session_free(m->victim);
	REQUIRE(!zrtp_session_new(&m->victim, &m->config, seed));
	if (start) {
		REQUIRE(!zrtp_session_start(m->victim, m->now, &m->victim_peer));
		drain(m);
	}
}

void mallory_free(struct mallory *m)
{
	zrtp_session_free(m->victim);
	m->victim = NULL;
}

int mallory_send(struct mallory *m, const uint8_t *msg, size_t len)
{
	uint8_t packet[ZRTP_PACKET_MAX], changed[ZRTP_PACKET_MAX];
	enum zrtp_message type;
	int n, r;

	memcpy(changed, msg, len);
	if (m->flip && !zrtp_message_type(msg, len, &type) && type == m->flip_type &&
	    m->flip_bit < len * 8)
		changed[m->flip_bit / 8] ^= 1 << m->flip_bit % 8;
	n = zrtp_packet_build(packet, sizeof(packet), 7, m->ssrc, changed, len);
	REQUIRE(n > 0);
	m->received_bytes += n;
	r = zrtp_session_packet(m->victim, m->now, packet, n);
	drain(m);
	return r;
}

int mallory_ack(struct mallory *m, enum zrtp_message type)
{
	uint8_t msg[ZRTP_MESSAGE_HEADER_LEN];
	int n = zrtp_ack_build(msg, sizeof(msg), type);

	return mallory_send(m, msg, n);
}

int mallory_error(struct mallory *m, enum zrtp_error code)
{
	uint8_t msg[ZRTP_ERROR_LEN];
	int n = zrtp_error_build(msg, sizeof(msg), code);

	return mallory_send(m, msg, n);
}

void mallory_wait(struct mallory *m, uint64_t ms)
{
	uint64_t end = m->now + ms;

	drain(m);	/* what the test itself has asked the engine for */
	while (zrtp_session_deadline(m->victim) <= end) {
		uint64_t due = zrtp_session_deadline(m->victim);

		m->now = due > m->now ? due : m->now;
		REQUIRE(!zrtp_session_tick(m->victim, m->now));
		drain(m);
	}
	m->now = end;
}

int mallory_hello(struct mallory *m, const char *version)
{
	struct zrtp_hello hello = {
		.version = (const uint8_t *)version,
		.client_id = (const uint8_t *)"mallory         ",
		.h3 = m->chain.h[3],
		.zid = m->zid,
		.mitm = m->mitm,
	};
	const uint8_t *blocks[ZRTP_KINDS];
	int n;

	zrtp_suite_blocks(&m->suite, blocks);
	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		hello.blocks[kind] = blocks[kind];
		hello.counts[kind] = 1;
	}
	if (m->mult)
		hello.blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)ZRTP_MULT_BLOCK;
	n = zrtp_hello_build(m->hello, sizeof(m->hello), &hello, m->chain.h[2]);
	REQUIRE(n > 0);
	m->hello_len = n;
	return mallory_send(m, m->hello, n);
}

int mallory_commit(struct mallory *m, const uint8_t *hvi)
{
	struct zrtp_commit commit = { .h2 = m->chain.h[2], .zid = m->zid, .hvi = hvi };
	int n;

	zrtp_suite_blocks(&m->suite, commit.blocks);
	n = zrtp_commit_build(m->commit, sizeof(m->commit), &commit, m->chain.h[1]);
	REQUIRE(n > 0);
	m->commit_len = n;
	return mallory_send(m, m->commit, n);
}

void mallory_make_dhpart(struct mallory *m, enum zrtp_role role, const uint8_t *pv)
{
	struct zrtp_dhpart part = { .h1 = m->chain.h[1], .pv = pv ? pv : m->dh.pv,
				    .pv_len = m->dh.pv_len };
	const char *name = role == ZRTP_ROLE_INITIATOR ? "Initiator" : "Responder";
	uint8_t mac[ZRTP_HASH_MAX];
	int n;

	if (m->has_pbx) {
		REQUIRE(!zrtp_hmac(m->suite.hash, m->pbx, sizeof(m->pbx), (const uint8_t *)name,
				   strlen(name), mac));
		memcpy(part.ids.pbx, mac, sizeof(part.ids.pbx));
	}
	n = zrtp_dhpart_build(m->dhpart, sizeof(m->dhpart), role == ZRTP_ROLE_INITIATOR ?
				  ZRTP_MSG_DHPART2 : ZRTP_MSG_DHPART1, &part, m->chain.h[0]);

	REQUIRE(n > 0);
	m->dhpart_len = n;
}

void mallory_hvi(const struct mallory *m, uint8_t hvi[ZRTP_HVI_LEN])
{
	const struct zrtp_part parts[] = {
		{ m->dhpart, m->dhpart_len },
		{ m->seen[ZRTP_MSG_HELLO].msg, m->seen[ZRTP_MSG_HELLO].len },
	};

	REQUIRE(!zrtp_digest(m->suite.hash, parts, 2, hvi));	/* S256: 256 bits already */
}

void mallory_derive(struct mallory *m, enum zrtp_role role)
{
	bool initiator = role == ZRTP_ROLE_INITIATOR;
	const struct mallory_seen *theirs =
		&m->seen[initiator ? ZRTP_MSG_DHPART1 : ZRTP_MSG_DHPART2];
	struct zrtp_part own = { m->dhpart, m->dhpart_len }, other = { theirs->msg, theirs->len };
	const struct zrtp_transcript t = {
		.zid_initiator = initiator ? m->zid : m->victim_peer.own_zid,
		.zid_responder = initiator ? m->victim_peer.own_zid : m->zid,
		.messages = {
			initiator ? (struct zrtp_part) { m->seen[ZRTP_MSG_HELLO].msg,
							 m->seen[ZRTP_MSG_HELLO].len } :
				    (struct zrtp_part) { m->hello, m->hello_len },
			initiator ? (struct zrtp_part) { m->commit, m->commit_len } :
				    (struct zrtp_part) { m->seen[ZRTP_MSG_COMMIT].msg,
							 m->seen[ZRTP_MSG_COMMIT].len },
			initiator ? other : own,
			initiator ? own : other,
		},
	};
	uint8_t result[ZRTP_PV_MAX];
	struct zrtp_dhpart part;

	REQUIRE(!zrtp_dhpart_parse(theirs->msg, theirs->len, m->dh.pv_len, &part));
	REQUIRE(!zrtp_dh_derive(&m->dh, part.pv, result));
	/* If the victim has one as well, it is the same. */
	bool pbx = m->has_pbx && m->victim_peer.has_pbx;
	const struct zrtp_shared shared = {
		.dh_result = { result, m->dh.pv_len },
		.s3 = { m->pbx, pbx ? sizeof(m->pbx) : 0 },
	};

	REQUIRE(!zrtp_keys_derive(&m->suite, &t, &shared, &m->keys));
}

int mallory_confirm(struct mallory *m, enum zrtp_role role, const struct zrtp_confirm_body *body)
{
	const uint8_t iv[ZRTP_IV_LEN] = { 9 };
	uint8_t msg[ZRTP_CONFIRM_LEN];
	int n = zrtp_confirm_seal(&m->suite, &m->keys, role, iv, body, msg, sizeof(msg));

	REQUIRE(n > 0);
	return mallory_send(m, msg, n);
}

void mallory_secure(struct mallory *m, enum zrtp_role role, struct zrtp_confirm_body *body)
{
	memcpy(body->h0, m->chain.h[0], ZRTP_IMAGE_LEN);
	if (role == ZRTP_ROLE_INITIATOR) {
		mallory_until_dhpart1(m, NULL);
		REQUIRE(!mallory_send(m, m->dhpart, m->dhpart_len));
		mallory_derive(m, role);
		REQUIRE(!mallory_confirm(m, role, body));
	} else {
		mallory_discover(m);
		mallory_make_dhpart(m, role, NULL);
		REQUIRE(!mallory_send(m, m->dhpart, m->dhpart_len));
		mallory_derive(m, role);
		REQUIRE(!mallory_confirm(m, role, body));
		REQUIRE(!mallory_ack(m, ZRTP_MSG_CONF2ACK));
	}
	REQUIRE(m->secure);
}

int mallory_seal(struct mallory *m, enum zrtp_role role, enum zrtp_message type,
		 const uint8_t *body, size_t len)
{
	uint8_t sealed[ZRTP_CONFIRM_BODY_MAX], msg[ZRTP_PACKET_MAX], mac[ZRTP_HASH_MAX];
	const uint8_t iv[ZRTP_IV_LEN] = { 17 };
	int side = role == ZRTP_ROLE_INITIATOR ? ZRTP_KEYS_INITIATOR : ZRTP_KEYS_RESPONDER;
	const struct zrtp_confirm confirm = {
		.mac = mac, .iv = iv, .body = sealed, .body_len = len,
	};

	REQUIRE(len <= sizeof(sealed));
	REQUIRE(!zrtp_cfb(m->suite.cipher, m->keys.zrtp[side], iv, true, body, len, sealed));
	REQUIRE(!zrtp_hmac(m->suite.hash, m->keys.mac[side], zrtp_hash_len(m->suite.hash), sealed,
			   len, mac));
	return mallory_send(m, msg, zrtp_confirm_build(msg, sizeof(msg), type, &confirm));
}

int mallory_goclear(struct mallory *m, enum zrtp_role role)
{
	uint8_t msg[ZRTP_GOCLEAR_LEN], mac[ZRTP_HASH_MAX];

	REQUIRE(!zrtp_hmac(m->suite.hash, m->keys.mac[role == ZRTP_ROLE_INITIATOR ?
			   ZRTP_KEYS_INITIATOR : ZRTP_KEYS_RESPONDER],
			   zrtp_hash_len(m->suite.hash), (const uint8_t *)"GoClear ", 8, mac));
	return mallory_send(m, msg, zrtp_goclear_build(msg, sizeof(msg), mac));
}

void mallory_discover(struct mallory *m)
{
	REQUIRE(!mallory_hello(m, ZRTP_VERSION));
	REQUIRE(m->seen[ZRTP_MSG_HELLO].count);
	REQUIRE(!mallory_ack(m, ZRTP_MSG_HELLO_ACK));
	REQUIRE(m->seen[ZRTP_MSG_HELLO_ACK].count);
}

void mallory_until_dhpart1(struct mallory *m, const uint8_t *pv)
{
	uint8_t hvi[ZRTP_HVI_LEN];

	mallory_discover(m);
	mallory_make_dhpart(m, ZRTP_ROLE_INITIATOR, pv);
	mallory_hvi(m, hvi);
	REQUIRE(!mallory_commit(m, hvi));
	REQUIRE(m->seen[ZRTP_MSG_DHPART1].count == 1);
}

void mallory_run_as_initiator(struct mallory *m)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	uint8_t hvi[ZRTP_HVI_LEN];

	memcpy(body.h0, m->chain.h[0], ZRTP_IMAGE_LEN);
	mallory_hello(m, ZRTP_VERSION);
	mallory_ack(m, ZRTP_MSG_HELLO_ACK);
	mallory_make_dhpart(m, ZRTP_ROLE_INITIATOR, NULL);
	if (!m->seen[ZRTP_MSG_HELLO].count)
		return;
	mallory_hvi(m, hvi);
	mallory_commit(m, hvi);
	mallory_send(m, m->dhpart, m->dhpart_len);
	if (!m->seen[ZRTP_MSG_DHPART1].count)
		return;
	mallory_derive(m, ZRTP_ROLE_INITIATOR);
	mallory_confirm(m, ZRTP_ROLE_INITIATOR, &body);
}
