// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole exchanges between two engines over a good network.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "session.h"
#include "zrtp_sim.h"

static int setup(void **state)
{
	static struct sim sim;

	sim_init(&sim, 1);
	*state = &sim;
	return 0;
}

static int teardown(void **state)
{
	sim_free(*state);
	return 0;
}

static void call(struct sim *sim)
{
	sim_start(sim, ALICE);
	sim_run(sim, 20000);
}

static void assert_agreed(const struct sim *sim)
{
	if (!sim_agreed(sim))
		sim_print(sim);
	assert_true(sim_agreed(sim));
}

static void one_end_starts_and_both_are_secure(void **state)
{
	struct sim *sim = *state;
	const struct zrtp_action *a = &sim->end[ALICE].secured, *b = &sim->end[BOB].secured;

	call(sim);
	assert_agreed(sim);
	assert_int_equal(a->secure.role, ZRTP_ROLE_INITIATOR);
	assert_int_equal(b->secure.role, ZRTP_ROLE_RESPONDER);
	assert_int_equal(a->secure.suite.agreement, ZRTP_KA_X255);
	assert_int_equal(a->secure.suite.auth_tag, ZRTP_AUTH_GCM);
	assert_string_equal(a->secure.peer_client_id, "sim bob         ");
	assert_false(a->secure.secrets_matched);
	assert_false(a->secure.secrets_mismatch);
	assert_false(a->secure.peer_verified);
	assert_false(a->secure.peer_disclosure);
	assert_false(sim->end[ALICE].retain.retain.has_rs2);
	assert_int_equal(sim->end[ALICE].retain.retain.expiry_s, 0xffffffff);
	/* A good network needs no repetition: 10 one-way trips of 10 ms. */
	assert_int_equal(sim->now, 1000 + 10 * 10);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_HELLO], 1);
	assert_int_equal(sim->end[BOB].sent_type[ZRTP_MSG_HELLO], 1);
}

/* Each row of the tables, alone against a peer that has everything. */
static void each_suite_agrees(void **state)
{
	static const struct zrtp_suite suites[] = {
		{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_DH3K, ZRTP_SAS_B32 },
		{ ZRTP_HASH_S384, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS32, ZRTP_KA_DH3K, ZRTP_SAS_B256 },
		{ ZRTP_HASH_S256, ZRTP_CIPHER_AES3, ZRTP_AUTH_GCM,  ZRTP_KA_DH3K, ZRTP_SAS_B32 },
		{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_GCM,  ZRTP_KA_X255, ZRTP_SAS_B32 },
		{ ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B256 },
		{ ZRTP_HASH_S256, ZRTP_CIPHER_AES3, ZRTP_AUTH_HS32, ZRTP_KA_X255, ZRTP_SAS_B256 },
		{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_GCM,  ZRTP_KA_EC25, ZRTP_SAS_B32 },
		{ ZRTP_HASH_S512, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_EC25, ZRTP_SAS_B256 },
		{ ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_GCM,  ZRTP_KA_EC38, ZRTP_SAS_B32 },
		{ ZRTP_HASH_S512, ZRTP_CIPHER_AES3, ZRTP_AUTH_GCM,  ZRTP_KA_X448, ZRTP_SAS_B32 },
	};
	struct sim *sim = *state;

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		const struct zrtp_suite *s = &suites[i];
		struct zrtp_config *c = &sim->end[ALICE].config;
		const struct zrtp_srtp *tx = &sim->end[ALICE].tx;

		c->hashes[0] = s->hash;
		c->ciphers[0] = s->cipher;
		c->auth_tags[0] = s->auth_tag;
		c->agreements[0] = s->agreement;
		c->sas_types[0] = s->sas_type;
		/* The faster first choice wins: both must want it. */
		sim->end[BOB].config.agreements[0] = s->agreement;
		sim_engines(sim, 100 + i);
		call(sim);
		assert_agreed(sim);
		assert_memory_equal(&sim->end[BOB].secured.secure.suite, s, sizeof(*s));
		assert_int_equal(tx->cipher, s->cipher);
		assert_int_equal(tx->key_len, s->cipher == ZRTP_CIPHER_AES3 ? 32 : 16);
		assert_int_equal(tx->salt_len, s->auth_tag == ZRTP_AUTH_GCM ? 12 : 14);
	}
}

static void a_second_call_uses_the_retained_secret(void **state)
{
	struct sim *sim = *state;
	uint8_t first[ZRTP_SECRET_LEN];

	call(sim);
	sim_store(sim);
	memcpy(first, sim->end[ALICE].peer.rs1, sizeof(first));
	sim->end[ALICE].peer.verified = true;
	sim_engines(sim, 2);
	call(sim);
	assert_agreed(sim);
	assert_int_equal(sim->end[ALICE].asked, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(sim->end[i].secured.secure.secrets_matched);
		assert_false(sim->end[i].secured.secure.secrets_mismatch);
		assert_true(sim->end[i].retain.retain.has_rs2);
		assert_memory_equal(sim->end[i].retain.retain.rs2, first, sizeof(first));
		assert_false(sim->end[i].retain.retain.frozen);
	}
	/* The V flag is what the other side says of itself. */
	assert_true(sim->end[BOB].secured.secure.peer_verified);
	assert_false(sim->end[ALICE].secured.secure.peer_verified);
}

static void the_same_seed_repeats_every_octet(void **state)
{
	struct sim *sim = *state;
	struct zrtp_srtp tx;

	call(sim);
	tx = sim->end[ALICE].tx;
	sim_free(sim);
	sim_init(sim, 1);
	call(sim);
	assert_memory_equal(&tx, &sim->end[ALICE].tx, sizeof(tx));
	sim_free(sim);
	sim_init(sim, 2);
	call(sim);
	assert_memory_not_equal(tx.key, sim->end[ALICE].tx.key, tx.key_len);
}

/* A nonce, an IV and a DH secret that were the same would betray each other. */
static void no_random_octets_are_drawn_twice(void **state)
{
	struct sim *sim = *state;
	struct zrtp_session *s = sim->end[ALICE].session;
	uint8_t draw[64][32];

	for (int i = 0; i < 64; i++) {
		zrtp_random(s, draw[i], sizeof(draw[i]));
		assert_memory_not_equal(draw[i], s->chain.h[0], 32);
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(draw[i], draw[j], 32);
	}
}

struct repeated {
	uint8_t first[ZRTP_MESSAGES][ZRTP_PACKET_MAX];
	size_t len[ZRTP_MESSAGES];
	unsigned int repetitions;
	bool has_seq;
	uint16_t seq;
};

static bool watch_repetitions(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct repeated *r = sim->arg;
	struct zrtp_packet pkt;

	if (from != ALICE || zrtp_packet_parse(packet, *len, &pkt))
		return false;
	assert_int_equal(pkt.seq, r->has_seq ? (uint16_t)(r->seq + 1) : 0xfffd);
	r->has_seq = true;
	r->seq = pkt.seq;
	if (r->len[pkt.type]) {
		r->repetitions++;
		assert_int_equal(pkt.msg_len, r->len[pkt.type]);
		assert_memory_equal(pkt.msg, r->first[pkt.type], pkt.msg_len);
	}
	memcpy(r->first[pkt.type], pkt.msg, pkt.msg_len);
	r->len[pkt.type] = pkt.msg_len;
	return false;
}

/* RFC 6189 5 and 6: the message is the same, the packet has the next number; it wraps. */
static void repetitions_are_identical_but_for_the_sequence_number(void **state)
{
	static struct repeated r;
	struct sim *sim = *state;

	sim->end[ALICE].session->seq = 0xfffd;
	sim->hook = watch_repetitions;
	sim->arg = &r;
	sim_start(sim, ALICE);
	sim_run(sim, 20000);
	assert_true(r.repetitions > 20);
	assert_true(r.seq < 0x8000);
}

static void a_lost_update_is_healed_by_rs2(void **state)
{
	struct sim *sim = *state;
	struct zrtp_peer bob;

	call(sim);
	sim_store(sim);
	bob = sim->end[BOB].peer;
	sim_engines(sim, 4);
	call(sim);
	sim_store(sim);
	sim->end[BOB].peer = bob;	/* Bob's machine died before it stored the second */
	sim_engines(sim, 5);
	call(sim);
	assert_agreed(sim);
	for (int i = 0; i < 2; i++) {
		assert_true(sim->end[i].secured.secure.secrets_matched);
		assert_false(sim->end[i].secured.secure.secrets_mismatch);
	}
	/* And with the roles turned: Bob begins. */
	sim->end[BOB].peer = bob;
	sim_engines(sim, 6);
	sim_start(sim, BOB);
	sim_run(sim, 20000);
	assert_agreed(sim);
	assert_true(sim->end[ALICE].secured.secure.secrets_matched);
	assert_true(sim->end[BOB].secured.secure.secrets_matched);
}

/* Who begins is @first in the calls that @loser does not store, and the other in the last. */
static void lose_thrice(struct sim *sim, int first, int loser)
{
	uint8_t random = 20;
	struct zrtp_peer kept;

	sim_engines(sim, random++);
	sim_start(sim, first);
	sim_run(sim, 20000);
	sim_store(sim);
	kept = sim->end[loser].peer;
	for (int i = 0; i < 4; i++) {
		sim_engines(sim, random++);
		sim_start(sim, i < 3 ? first : !first);
		sim_run(sim, 20000);
		assert_agreed(sim);
		for (int j = 0; j < 2; j++) {
			assert_true(sim->end[j].secured.secure.secrets_matched);
			assert_false(sim->end[j].secured.secure.secrets_mismatch);
		}
		sim_store(sim);
		sim->end[loser].peer = kept;
	}
}

static void updates_lost_in_call_after_call_are_no_alarm(void **state)
{
	struct sim *sim = *state;

	call(sim);
	sim_store(sim);
	for (int i = 0; i < 4; i++)
		lose_thrice(sim, i & 1, i >> 1);
}

static void a_spoilt_cache_is_an_alarm_and_freezes(void **state)
{
	struct sim *sim = *state;

	call(sim);
	sim_store(sim);
	sim->end[BOB].peer.rs1[5] ^= 1;
	sim_engines(sim, 7);
	call(sim);
	assert_agreed(sim);
	for (int i = 0; i < 2; i++) {
		assert_true(sim->end[i].secured.secure.secrets_mismatch);
		assert_false(sim->end[i].secured.secure.secrets_matched);
		assert_true(sim->end[i].retain.retain.frozen);
	}
}

static void a_lost_cache_alarms_only_who_remembers(void **state)
{
	struct sim *sim = *state;

	call(sim);
	sim_store(sim);
	sim->end[BOB].peer.has_rs1 = false;
	sim->end[ALICE].peer.verified = true;
	sim_engines(sim, 8);
	call(sim);
	assert_agreed(sim);
	assert_true(sim->end[ALICE].secured.secure.secrets_mismatch);
	assert_true(sim->end[ALICE].retain.retain.frozen);
	assert_false(sim->end[BOB].secured.secure.secrets_mismatch);
	assert_false(sim->end[BOB].retain.retain.frozen);
	/* She verified another key than this one. */
	assert_false(sim->end[BOB].secured.secure.peer_verified);
}

static void auxsecret_matches_only_when_both_have_it(void **state)
{
	struct sim *sim = *state;

	for (int i = 0; i < 2; i++) {
		memcpy(sim->end[i].peer.aux, "correct horse", 13);
		sim->end[i].peer.aux_len = 13;
		memcpy(sim->end[i].peer.peer_zid, sim->end[!i].peer.own_zid, ZRTP_ZID_LEN);
	}
	call(sim);
	assert_agreed(sim);
	assert_true(sim->end[ALICE].secured.secure.aux_matched);
	assert_true(sim->end[BOB].secured.secure.aux_matched);

	sim->end[BOB].peer.aux[0] ^= 1;
	sim_engines(sim, 9);
	call(sim);
	assert_agreed(sim);
	assert_false(sim->end[ALICE].secured.secure.aux_matched);
	assert_false(sim->end[BOB].secured.secure.aux_matched);
}

static bool mismatched(const uint8_t a[ZRTP_ZID_LEN], const uint8_t b[ZRTP_ZID_LEN])
{
	return memcmp(a, b, ZRTP_ZID_LEN);
}

/* Alice calls Carol's ZID and Bob answers: Carol's secrets must not be used. */
static void secrets_hold_only_for_their_zid(void **state)
{
	struct sim *sim = *state;
	struct zrtp_peer *peer = &sim->end[ALICE].peer;

	memset(peer->peer_zid, 0xca, ZRTP_ZID_LEN);
	memset(peer->rs1, 0x11, ZRTP_SECRET_LEN);
	peer->has_rs1 = true;
	call(sim);
	assert_agreed(sim);
	assert_int_equal(sim->end[ALICE].asked, 1);
	assert_false(sim->end[ALICE].secured.secure.secrets_mismatch);
	assert_false(mismatched(sim->end[ALICE].secured.secure.peer_zid,
				sim->end[BOB].peer.own_zid));
}

static bool both_committed(const struct sim *sim)
{
	return sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT] &&
	       sim->end[BOB].sent_type[ZRTP_MSG_COMMIT];
}

/* Over many seeds both ends commit at once; each outcome of the tie must be seen. */
static void commit_contention_has_one_initiator(void **state)
{
	struct sim *sim = *state;
	int contended = 0, won[2] = { 0 };

	for (int seed = 0; seed < 24; seed++) {
		sim_engines(sim, 1000 + seed);
		sim_start(sim, ALICE);
		sim_start(sim, BOB);
		sim_run(sim, 20000);
		assert_agreed(sim);
		if (!both_committed(sim))
			continue;
		contended++;
		won[sim->end[BOB].secured.secure.role == ZRTP_ROLE_INITIATOR]++;
	}
	assert_true(contended >= 20);
	assert_true(won[ALICE] && won[BOB]);
}

struct sniffed {
	uint8_t hvi[2][ZRTP_HVI_LEN];
	bool seen[2];
};

static bool sniff_hvi(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct sniffed *s = sim->arg;
	struct zrtp_packet pkt;
	struct zrtp_commit commit;

	if (!zrtp_packet_parse(packet, *len, &pkt) && pkt.type == ZRTP_MSG_COMMIT &&
	    !zrtp_commit_parse(pkt.msg, pkt.msg_len, &commit)) {
		memcpy(s->hvi[from], commit.hvi, ZRTP_HVI_LEN);
		s->seen[from] = true;
	}
	return true;
}

static void the_lower_hvi_is_discarded(void **state)
{
	struct sim *sim = *state;
	struct sniffed s = { 0 };

	sim->hook = sniff_hvi;
	sim->arg = &s;
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, 20000);
	assert_agreed(sim);
	assert_true(s.seen[ALICE] && s.seen[BOB]);
	assert_int_equal(sim->end[ALICE].secured.secure.role,
			 memcmp(s.hvi[ALICE], s.hvi[BOB], ZRTP_HVI_LEN) > 0 ?
			 ZRTP_ROLE_INITIATOR : ZRTP_ROLE_RESPONDER);
}

static bool drop_conf2ack(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;

	return zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_CONF2ACK;
}

static bool bob_secure(const struct sim *sim)
{
	return sim->end[BOB].secure;
}

static void the_initiator_sends_no_srtp_before_conf2ack(void **state)
{
	struct sim *sim = *state;

	sim->hook = drop_conf2ack;
	sim_start(sim, ALICE);
	assert_true(sim_run_until(sim, sim->now + 5000, bob_secure));
	sim_run_until(sim, sim->now + 500, NULL);
	assert_true(sim->end[BOB].tx_secure);
	assert_true(sim->end[ALICE].rx_secure);
	assert_false(sim->end[ALICE].tx_secure);
	assert_false(sim->end[ALICE].retained);
	/* The first packet that authenticates counts as Conf2ACK. */
	assert_int_equal(zrtp_session_srtp_authenticated(sim->end[ALICE].session, sim->now), 0);
	sim_act(sim, ALICE);
	assert_true(sim->end[ALICE].tx_secure);
	assert_agreed(sim);
	/* It may be told again and again. */
	assert_int_equal(zrtp_session_srtp_authenticated(sim->end[ALICE].session, sim->now), 0);
}

static bool drop_confirm2(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;

	return zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_CONFIRM2;
}

static void the_responder_sends_no_srtp_before_confirm2(void **state)
{
	struct sim *sim = *state;

	sim->hook = drop_confirm2;
	sim_start(sim, ALICE);
	sim_run_until(sim, sim->now + 1000, NULL);
	assert_true(sim->end[ALICE].has_tx);
	assert_false(sim->end[BOB].has_tx);
	assert_false(sim->end[BOB].tx_secure);
	assert_false(sim->end[BOB].retained);
	/* SRTP cannot stand in for Confirm2 at the responder. */
	assert_int_equal(zrtp_session_srtp_authenticated(sim->end[BOB].session, sim->now), 0);
	sim_act(sim, BOB);
	assert_false(sim->end[BOB].has_tx);
	sim_run_until(sim, sim->now + 20000, NULL);
	assert_false(sim->end[BOB].tx_secure);
	assert_true(sim->end[ALICE].failed && sim->end[BOB].failed);
	assert_int_equal(sim->end[ALICE].error, ZRTP_ERROR_TIMEOUT);
}

static bool alice_asked(const struct sim *sim)
{
	return sim->end[ALICE].asked;
}

static void nothing_is_committed_before_the_owner_names_the_peer(void **state)
{
	struct sim *sim = *state;

	sim->end[ALICE].answer_peer = false;
	sim_start(sim, ALICE);
	assert_true(sim_run_until(sim, sim->now + 1000, alice_asked));
	sim_run_until(sim, sim->now + 2000, NULL);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT], 0);
	assert_int_equal(sim->end[ALICE].asked, 1);
	/* The secrets of somebody else. */
	sim->end[ALICE].peer.peer_zid[0] ^= 1;
	assert_int_equal(zrtp_session_peer(sim->end[ALICE].session, sim->now,
					   &sim->end[ALICE].peer), -EINVAL);
	sim->end[ALICE].peer.peer_zid[0] ^= 1;
	assert_int_equal(zrtp_session_peer(sim->end[ALICE].session, sim->now,
					   &sim->end[ALICE].peer), 0);
	sim_act(sim, ALICE);
	sim_run(sim, 1000);
	assert_agreed(sim);
	/* An answer that nobody asked for. */
	assert_int_equal(zrtp_session_peer(sim->end[ALICE].session, sim->now,
					   &sim->end[ALICE].peer), -EINVAL);
}

static void a_passive_end_never_commits(void **state)
{
	struct sim *sim = *state;

	sim->end[ALICE].config.passive = true;
	sim_engines(sim, 10);
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, 20000);
	assert_agreed(sim);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT], 0);
	assert_int_equal(sim->end[ALICE].secured.secure.role, ZRTP_ROLE_RESPONDER);
}

static bool drop_all(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	return false;
}

static void a_silent_peer_is_told_once_and_hello_goes_on_slowly(void **state)
{
	struct sim *sim = *state;

	sim->hook = drop_all;
	sim_start(sim, ALICE);
	sim_run_until(sim, sim->now + 3749, NULL);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_HELLO], 20);
	assert_int_equal(sim->end[ALICE].no_zrtp, 0);
	sim_run_until(sim, sim->now + 1, NULL);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_HELLO], 21);
	assert_int_equal(sim->end[ALICE].no_zrtp, 1);
	sim_run_until(sim, sim->now + 40000, NULL);
	assert_int_equal(sim->end[ALICE].no_zrtp, 1);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_HELLO], 21 + 40);
	assert_false(sim->end[ALICE].failed);
	/* A callee that comes late is still heard. */
	sim->hook = NULL;
	sim_run(sim, 5000);
	assert_agreed(sim);
}

/* Bob's engine dies after it acknowledged, and comes back with another Hello. */
static void a_peer_that_starts_again_during_discovery_is_found(void **state)
{
	struct sim *sim = *state;

	sim->end[ALICE].config.passive = true;
	sim_engines(sim, 11);
	sim_start(sim, ALICE);
	sim_run_until(sim, sim->now + 100, NULL);
	zrtp_session_free(sim->end[BOB].session);
	uint8_t seed[ZRTP_SEED_LEN] = { 77 };

	assert_int_equal(zrtp_session_new(&sim->end[BOB].session, &sim->end[BOB].config, seed), 0);
	sim_start(sim, BOB);
	sim_run(sim, 20000);
	assert_agreed(sim);
}

static void an_endless_error_is_not_sent(void **state)
{
	struct sim *sim = *state;

	sim->end[ALICE].peer.own_zid[0] = sim->end[BOB].peer.own_zid[0];
	memcpy(sim->end[ALICE].peer.own_zid, sim->end[BOB].peer.own_zid, ZRTP_ZID_LEN);
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim->hook = NULL;
	sim_run(sim, 1000);
	assert_true(sim->end[ALICE].failed);
	assert_int_equal(sim->end[ALICE].error, ZRTP_ERROR_EQUAL_ZID);
	/* Acknowledged: one is enough. */
	sim_run_until(sim, sim->now + 30000, NULL);
	assert_true(sim->end[ALICE].sent_type[ZRTP_MSG_ERROR] <= 2);
	assert_int_equal(zrtp_session_deadline(sim->end[ALICE].session), ZRTP_NEVER);
	assert_int_equal(zrtp_session_deadline(sim->end[BOB].session), ZRTP_NEVER);
}

static void a_full_queue_refuses_and_loses_nothing(void **state)
{
	struct sim *sim = *state;
	struct zrtp_session *s = sim->end[BOB].session;
	uint8_t ping[24] = "\x50\x5a\x00\x06Ping    1.10endpoint";
	uint8_t packet[64];
	struct zrtp_action action;
	int len = zrtp_packet_build(packet, sizeof(packet), 1, 9, ping, sizeof(ping));
	int taken = 0, n = 0;

	while (!zrtp_session_packet(s, 1000, packet, len))
		taken++;
	assert_int_equal(zrtp_session_packet(s, 1000, packet, len), -EBUSY);
	assert_int_equal(zrtp_session_tick(s, 1000), -EBUSY);
	while (zrtp_session_next(s, &action) > 0)
		n++;
	assert_int_equal(n, taken);
	assert_int_equal(zrtp_session_packet(s, 1000, packet, len), 0);
}

static void a_ping_is_answered(void **state)
{
	struct sim *sim = *state;
	uint8_t ping[24] = "\x50\x5a\x00\x06Ping    1.10endpoint";
	struct zrtp_action action;
	struct zrtp_packet pkt;
	uint8_t packet[64], random_hash[8];
	int len = zrtp_packet_build(packet, sizeof(packet), 1, 0x01020304, ping, sizeof(ping));

	/* To a stranger, nothing of our ZID. */
	assert_int_equal(zrtp_session_packet(sim->end[BOB].session, sim->now, packet, len), 0);
	assert_int_equal(zrtp_session_next(sim->end[BOB].session, &action), 1);
	assert_int_equal(action.type, ZRTP_ACTION_SEND);
	assert_int_equal(zrtp_packet_parse(action.packet.data, action.packet.len, &pkt), 0);
	assert_int_equal(pkt.type, ZRTP_MSG_PING_ACK);
	assert_memory_equal(pkt.msg + 12, "1.10", 4);
	assert_memory_equal(pkt.msg + 24, "endpoint", 8);
	assert_int_equal(get_be32(pkt.msg + 32), 0x01020304);
	memcpy(random_hash, pkt.msg + 16, 8);
	assert_memory_not_equal(random_hash, sim->end[BOB].peer.own_zid, 8);
	assert_memory_not_equal(random_hash, "\0\0\0\0\0\0\0", 8);

	call(sim);
	assert_agreed(sim);
	assert_int_equal(zrtp_session_packet(sim->end[BOB].session, sim->now, packet, len), 0);
	assert_int_equal(zrtp_session_next(sim->end[BOB].session, &action), 1);
	assert_int_equal(zrtp_packet_parse(action.packet.data, action.packet.len, &pkt), 0);
	assert_memory_equal(pkt.msg + 16, sim->end[BOB].peer.own_zid, 8);
}

/* A Hello with the address of one, to the other: neither has begun, both could answer on. */
static void two_that_listen_do_not_answer_each_other_for_ever(void **state)
{
	uint8_t hello[ZRTP_HELLO_MAX], h0[ZRTP_IMAGE_LEN] = { 5 };
	struct zrtp_hello say = { .version = (const uint8_t *)ZRTP_VERSION,
				  .client_id = (const uint8_t *)"0123456789abcdef",
				  .zid = (const uint8_t *)"somebody els" };
	struct zrtp_chain chain;
	struct sim *sim = *state;
	int len;

	for (unsigned int delay = 1; delay <= 1000; delay *= 10) {
		sim_engines(sim, delay);
		sim->delay_ms = delay;
		zrtp_chain_init(&chain, h0);
		say.h3 = chain.h[3];
		len = zrtp_hello_build(hello, sizeof(hello), &say, chain.h[2]);
		assert_int_equal(sim_forge(sim, BOB, 1, hello, len), 0);
		assert_int_equal(sim->end[BOB].sent_type[ZRTP_MSG_HELLO], 1);
		sim_run_until(sim, sim->now + 600000, NULL);
		assert_true(sim->end[ALICE].sent + sim->end[BOB].sent <=
			    2 * (ZRTP_REPEATS_MAX + 2));
	}
}

/* Whoever listens is asked again and again over a path that lets nothing back for long. */
static bool nothing_back(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	const enum zrtp_message *held = sim->arg;
	struct zrtp_packet pkt;

	assert_int_equal(zrtp_packet_parse(packet, *len, &pkt), 0);
	return from == ALICE || pkt.type != *held || sim->now > 61000;
}

static void a_listener_answers_however_late_it_is_heard(void **state)
{
	static enum zrtp_message held[] = { ZRTP_MSG_HELLO, ZRTP_MSG_HELLO_ACK };
	struct sim *sim = *state;

	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		sim_engines(sim, i);
		sim->now = 1000;
		sim->hook = nothing_back;
		sim->arg = &held[i];
		sim_start(sim, ALICE);
		sim_run(sim, 65000);
		if (!sim_agreed(sim))
			sim_print(sim);
		assert_true(sim_agreed(sim));
	}
}

static void forge_hello_ack(struct sim *sim, int to)
{
	uint8_t ack[ZRTP_MESSAGE_HEADER_LEN];

	zrtp_ack_build(ack, sizeof(ack), ZRTP_MSG_HELLO_ACK);
	assert_int_equal(sim_forge(sim, to, 1, ack, sizeof(ack)), 0);
}

/* Somebody says the one thing that needs no knowledge, while Hellos are lost. */
static void a_forged_hello_ack_keeps_nobody_waiting(void **state)
{
	struct sim *sim = *state;

	/* Who calls has not been heard, and believes so. */
	sim_lose(sim, ZRTP_MSG_HELLO, 2);
	sim_start(sim, ALICE);
	forge_hello_ack(sim, ALICE);
	sim_run(sim, 60000);
	assert_agreed(sim);
	/* And then says it no more. */
	assert_true(sim->end[ALICE].sent_type[ZRTP_MSG_HELLO] <= 4);

	/* Who is called has not been heard. */
	sim_engines(sim, 1);
	sim_start(sim, ALICE);
	sim_lose(sim, ZRTP_MSG_HELLO, 1);
	sim_run_until(sim, sim->now + sim->delay_ms, NULL);
	assert_int_equal(sim->end[BOB].sent_type[ZRTP_MSG_HELLO], 1);
	forge_hello_ack(sim, BOB);
	sim_run(sim, 60000);
	assert_agreed(sim);
}

static void what_cannot_be_offered_is_refused(void **state)
{
	struct zrtp_config config = { .client_id = "x" };
	uint8_t seed[ZRTP_SEED_LEN] = { 0 };
	struct zrtp_session *s = NULL;

	config.agreements[0] = ZRTP_KA_MULT;	/* of no first exchange */
	assert_int_equal(zrtp_session_new(&s, &config, seed), -EINVAL);
	config.agreements[0] = ZRTP_KA_X255;
	config.agreements[1] = ZRTP_KA_X255;	/* twice */
	assert_int_equal(zrtp_session_new(&s, &config, seed), -EINVAL);
	assert_null(s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(one_end_starts_and_both_are_secure),
		T(each_suite_agrees),
		T(a_second_call_uses_the_retained_secret),
		T(the_same_seed_repeats_every_octet),
		T(no_random_octets_are_drawn_twice),
		T(repetitions_are_identical_but_for_the_sequence_number),
		T(a_lost_update_is_healed_by_rs2),
		T(updates_lost_in_call_after_call_are_no_alarm),
		T(a_spoilt_cache_is_an_alarm_and_freezes),
		T(a_lost_cache_alarms_only_who_remembers),
		T(auxsecret_matches_only_when_both_have_it),
		T(secrets_hold_only_for_their_zid),
		T(commit_contention_has_one_initiator),
		T(the_lower_hvi_is_discarded),
		T(the_initiator_sends_no_srtp_before_conf2ack),
		T(the_responder_sends_no_srtp_before_confirm2),
		T(nothing_is_committed_before_the_owner_names_the_peer),
		T(a_passive_end_never_commits),
		T(a_silent_peer_is_told_once_and_hello_goes_on_slowly),
		T(a_peer_that_starts_again_during_discovery_is_found),
		T(an_endless_error_is_not_sent),
		T(a_full_queue_refuses_and_loses_nothing),
		T(a_ping_is_answered),
		T(a_listener_answers_however_late_it_is_heard),
		T(a_forged_hello_ack_keeps_nobody_waiting),
		T(two_that_listen_do_not_answer_each_other_for_ever),
		T(what_cannot_be_offered_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
