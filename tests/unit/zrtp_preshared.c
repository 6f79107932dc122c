// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new call from the secret of the last one: Preshared mode, RFC 6189 4.4.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "session.h"
#include "zrtp_mallory.h"
#include "zrtp_sim.h"

#define CALL_MS	60000

static int setup(void **state)
{
	struct sim *sim;

	if (sim_setup(state, 11))
		return -1;
	sim = *state;
	sim->end[ALICE].config.preshared = true;
	sim->end[BOB].config.preshared = true;
	sim_engines(sim, 11);
	return 0;
}

/* A call of strangers, from which both keep a secret that may be used without DH. */
static void first_call(struct sim *sim, uint64_t seed)
{
	for (int i = 0; i < 2; i++)
		sim->end[i].peer = (struct zrtp_peer) { .own_zid = { 1 + i } };
	sim_engines(sim, seed);
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	assert_false(sim->end[ALICE].secured.secure.preshared);
	sim_store(sim);
	for (int i = 0; i < 2; i++) {
		sim->end[i].peer.preshare = true;
		sim->end[i].peer.verified = true;
	}
}

static void next_call(struct sim *sim, int who, uint64_t seed)
{
	sim_engines(sim, seed);
	sim_start(sim, who);
	sim_run(sim, CALL_MS);
	if (!sim_agreed(sim))
		sim_print(sim);
	assert_true(sim_agreed(sim));
}

static unsigned int dhparts(const struct sim *sim)
{
	unsigned int n = 0;

	for (int i = 0; i < 2; i++)
		n += sim->end[i].sent_type[ZRTP_MSG_DHPART1] +
		     sim->end[i].sent_type[ZRTP_MSG_DHPART2];
	return n;
}

static void assert_preshared(const struct sim *sim, bool preshared)
{
	assert_int_equal(dhparts(sim) == 0, preshared);
	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i];

		assert_int_equal(e->secured.secure.preshared, preshared);
		assert_int_equal(e->secured.secure.suite.agreement == ZRTP_KA_PRSH, preshared);
		assert_false(e->secured.secure.multistream);
		assert_true(e->retained);
	}
}

static void the_next_call_needs_no_dh(void **state)
{
	struct sim *sim = *state;
	struct zrtp_srtp before;
	uint8_t sas[4];

	for (int who = 0; who < 2; who++) {
		first_call(sim, 20 + who);
		before = sim->end[ALICE].tx;
		memcpy(sas, sim->end[ALICE].secured.secure.sas_value, sizeof(sas));
		next_call(sim, who, 30 + who);
		assert_preshared(sim, true);
		assert_int_equal(sim->end[who].secured.secure.role, ZRTP_ROLE_INITIATOR);
		assert_false(sim_same_key(&sim->end[ALICE].tx, &before));
		assert_memory_not_equal(sim->end[ALICE].secured.secure.sas_value, sas, 4);
		for (int i = 0; i < 2; i++) {
			assert_true(sim->end[i].secured.secure.secrets_matched);
			assert_false(sim->end[i].secured.secure.secrets_mismatch);
			assert_true(sim->end[i].secured.secure.peer_verified);
		}
	}
}

/* RFC 6189 4.6.1: rs1 is new, and rs2 stays what it was. */
static void rs2_stays_when_rs1_is_renewed(void **state)
{
	uint8_t rs1[ZRTP_SECRET_LEN], rs2[ZRTP_SECRET_LEN];
	struct sim *sim = *state;

	first_call(sim, 12);
	next_call(sim, ALICE, 1);
	sim_store(sim);
	assert_false(sim->end[ALICE].peer.has_rs2);	/* as after the first */
	for (int i = 0; i < 2; i++)
		sim->end[i].peer.preshare = false;
	next_call(sim, ALICE, 2);			/* with DH */
	assert_preshared(sim, false);
	sim_store(sim);
	memcpy(rs1, sim->end[ALICE].peer.rs1, sizeof(rs1));
	memcpy(rs2, sim->end[ALICE].peer.rs2, sizeof(rs2));
	for (int i = 0; i < 2; i++)
		sim->end[i].peer.preshare = true;
	next_call(sim, ALICE, 3);
	assert_preshared(sim, true);
	sim_store(sim);
	for (int i = 0; i < 2; i++) {
		assert_memory_not_equal(sim->end[i].peer.rs1, rs1, sizeof(rs1));
		assert_true(sim->end[i].peer.has_rs2);
		assert_memory_equal(sim->end[i].peer.rs2, rs2, sizeof(rs2));
	}
}

static void a_chain_of_calls_has_other_keys_each_time(void **state)
{
	struct zrtp_srtp seen[10];
	struct sim *sim = *state;

	first_call(sim, 12);
	for (int i = 0; i < 10; i++) {
		next_call(sim, i % 2, 40 + i);
		assert_preshared(sim, true);
		sim_store(sim);
		seen[i] = sim->end[ALICE].tx;
		for (int j = 0; j < i; j++)
			assert_false(sim_same_key(&seen[i], &seen[j]));
	}
}

/* The same nonce again: the responder's Hello makes the keys differ. */
static void a_nonce_said_twice_makes_no_key_twice(void **state)
{
	static const uint8_t seed[ZRTP_SEED_LEN] = { 5 };
	struct zrtp_srtp before = { 0 };
	struct sim *sim = *state;

	first_call(sim, 12);
	for (int i = 0; i < 2; i++) {
		struct sim_end *a = &sim->end[ALICE];

		sim_engines(sim, 50 + i);
		zrtp_session_free(a->session);
		assert_int_equal(zrtp_session_new(&a->session, &a->config, seed), 0);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_preshared(sim, true);
		assert_false(i && sim_same_key(&before, &a->tx));
		before = a->tx;		/* nothing is stored: rs1 is the same again */
	}
}

/* Each of the conditions, at each end, taken away in turn. */
static void without_a_good_secret_there_is_dh(void **state)
{
	struct sim *sim = *state;

	for (int lack = 0; lack < 4; lack++) {
		for (int who = 0; who < 2; who++) {
			struct sim_end *e = &sim->end[who];

			first_call(sim, 60 + lack);
			e->config.preshared = lack != 0;
			e->peer.preshare = lack != 1;
			e->peer.has_rs1 = lack != 2;
			e->peer.tentative = lack == 3;
			next_call(sim, ALICE, 70 + 2 * lack + who);
			e->config.preshared = true;
			assert_preshared(sim, false);
			/* A responder that may not wins with a Commit of its own. */
			if (who == BOB && lack)
				assert_int_equal(sim->end[BOB].secured.secure.role,
						 ZRTP_ROLE_INITIATOR);
		}
	}
}

static void a_spoilt_secret_falls_back_to_dh_with_an_alarm(void **state)
{
	struct sim *sim = *state;

	for (int both = 0; both < 2; both++) {
		first_call(sim, 80 + both);
		sim->end[BOB].peer.rs1[7] ^= 1;
		sim_engines(sim, 82 + both);
		sim_start(sim, ALICE);
		if (both)
			sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_preshared(sim, false);
		for (int i = 0; i < 2; i++)
			assert_true(sim->end[i].secured.secure.secrets_mismatch &&
				    sim->end[i].retain.retain.frozen);
	}
}

/* What only the initiator, only the responder, or both have besides rs1. */
static void aux_and_pbx_go_in_when_both_have_them(void **state)
{
	struct sim *sim = *state;

	for (int have = 0; have < 16; have++) {
		bool aux[2] = { have & 1, have & 2 }, pbx[2] = { have & 4, have & 8 };
		/* The initiator takes all that it has: what the other lacks leaves no key. */
		bool found = (!aux[ALICE] || aux[BOB]) && (!pbx[ALICE] || pbx[BOB]);

		first_call(sim, 100 + have);
		for (int i = 0; i < 2; i++) {
			memset(sim->end[i].peer.aux, 0xa0, ZRTP_AUX_MAX);
			memset(sim->end[i].peer.pbx, 0xb0, ZRTP_SECRET_LEN);
			sim->end[i].peer.aux_len = aux[i] ? 20 : 0;
			sim->end[i].peer.has_pbx = pbx[i];
		}
		next_call(sim, ALICE, 120 + have);
		assert_preshared(sim, found);
		for (int i = 0; i < 2; i++)
			assert_int_equal(sim->end[i].secured.secure.aux_matched,
					 aux[ALICE] && aux[BOB]);
	}
}

static void both_begin_and_one_is_the_initiator(void **state)
{
	struct sim *sim = *state;
	int roles[3] = { 0 };

	for (int i = 0; i < 16; i++) {
		struct zrtp_commit ours;
		const struct zrtp_session *s;

		first_call(sim, 200 + i);
		sim_engines(sim, 220 + i);
		sim_start(sim, ALICE);
		sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_preshared(sim, true);
		assert_true(sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT] &&
			    sim->end[BOB].sent_type[ZRTP_MSG_COMMIT]);
		roles[sim->end[ALICE].secured.secure.role]++;
		/* Whoever lost has the winner's Commit. */
		s = sim->end[BOB].session;
		assert_int_equal(zrtp_commit_parse(s->commit, s->commit_len, &ours), 0);
	}
	assert_true(roles[ZRTP_ROLE_INITIATOR] && roles[ZRTP_ROLE_RESPONDER]);
}

static bool in_commit(const struct sim *sim)
{
	return sim->end[ALICE].session->state == ZRTP_STATE_COMMIT;
}

static bool no_commits(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;

	return zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_COMMIT;
}

/*
 * Alice's Commit is out, then Bob's comes with a nonce that is all @nonce. A telephone
 * goes before a PBX, whose Hello has the M flag, whatever the nonces say.
 */
static void contention(struct sim *sim, uint8_t nonce, bool bob_is_a_pbx, bool alice_stands)
{
	struct zrtp_session *alice;
	uint8_t commit[ZRTP_COMMIT_LEN], nonces[ZRTP_NONCE_LEN];
	struct zrtp_commit c;
	int len;

	sim_engines(sim, nonce);
	alice = sim->end[ALICE].session;
	sim->hook = no_commits;
	sim_start(sim, ALICE);
	assert_true(sim_run_until(sim, sim->now + 5000, in_commit));
	assert_true(alice->prsh);
	alice->peer_mitm = bob_is_a_pbx;
	assert_int_equal(zrtp_commit_parse(alice->commit, alice->commit_len, &c), 0);
	memset(nonces, nonce, sizeof(nonces));
	c.nonce = nonces;
	c.h2 = sim->end[BOB].session->chain.h[2];
	c.zid = sim->end[BOB].peer.own_zid;
	len = zrtp_commit_build(commit, sizeof(commit), &c, sim->end[BOB].session->chain.h[1]);
	assert_int_equal(sim_forge(sim, ALICE, 77, commit, len), 0);
	assert_int_equal(alice->state == ZRTP_STATE_COMMIT, alice_stands);
	assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_CONFIRM1], !alice_stands);
	sim->hook = NULL;
}

static void the_lower_nonce_is_discarded_and_so_is_a_pbxs(void **state)
{
	struct sim *sim = *state;

	first_call(sim, 12);
	contention(sim, 0x00, false, true);
	contention(sim, 0xff, false, false);
	contention(sim, 0x00, true, true);
	contention(sim, 0xff, true, true);
}

/* Ours in Preshared mode gives way to DH, whatever stands in hvi and nonce. */
static void a_dh_commit_wins_against_ours(void **state)
{
	struct sim *sim = *state;

	for (int i = 0; i < 8; i++) {
		first_call(sim, 300 + i);
		sim->end[BOB].peer.preshare = false;
		sim_engines(sim, 310 + i);
		sim_start(sim, ALICE);
		sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_preshared(sim, false);
		assert_int_equal(sim->end[BOB].secured.secure.role, ZRTP_ROLE_INITIATOR);
	}
}

static void each_message_may_be_lost(void **state)
{
	static const enum zrtp_message types[] = {
		ZRTP_MSG_HELLO, ZRTP_MSG_HELLO_ACK, ZRTP_MSG_COMMIT, ZRTP_MSG_CONFIRM1,
		ZRTP_MSG_CONFIRM2, ZRTP_MSG_CONF2ACK,
	};
	struct sim *sim = *state;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		first_call(sim, 400 + i);
		sim_lose(sim, types[i], 3);
		next_call(sim, ALICE, 410 + i);
		assert_int_equal(sim->lose_times, 0);
		assert_preshared(sim, true);
	}
}

/* In any weather, with good and spoilt caches: the same keys at both ends, or none. */
static void in_any_weather(void **state)
{
	struct sim *sim = *state;
	int agreed = 0, preshared = 0;

	for (uint64_t seed = 1; seed <= 300; seed++) {
		sim->loss_percent = sim->dup_percent = sim->jitter_ms = 0;
		first_call(sim, seed);
		if (seed % 5 == 0)
			sim->end[seed % 2].peer.rs1[0] ^= 1;
		sim_engines(sim, 1000 + seed);
		sim->loss_percent = seed % 30;
		sim->dup_percent = seed % 20;
		sim->jitter_ms = seed % 150;
		sim_start(sim, ALICE);
		if (seed % 3 == 0)
			sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		if (sim->end[ALICE].secure && sim->end[BOB].secure) {
			if (!sim_agreed(sim))
				sim_print(sim);
			assert_true(sim_agreed(sim));
			agreed++;
			preshared += sim->end[ALICE].secured.secure.preshared;
		}
	}
	assert_true(agreed > 290);
	assert_true(preshared > 200);
}

/* The key id is what it is checked against: any other names no secret of ours. */
static bool change_key_id(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;
	struct zrtp_commit commit;
	uint8_t *msg = packet + ZRTP_HEADER_LEN;

	if (zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_COMMIT ||
	    zrtp_commit_parse(msg, pkt.msg_len, &commit) || commit.form != ZRTP_COMMIT_PRSH)
		return true;
	msg[92] ^= 1;
	zrtp_chain_mac(sim->end[from].session->chain.h[1], msg, pkt.msg_len - ZRTP_MAC_LEN,
		       msg + pkt.msg_len - ZRTP_MAC_LEN);
	sim_reseal(packet, *len);
	return true;
}

static void another_key_id_is_answered_with_dh(void **state)
{
	struct sim *sim = *state;

	first_call(sim, 12);
	sim->hook = change_key_id;
	next_call(sim, ALICE, 1);
	assert_preshared(sim, false);
	/* Nothing is wrong with the secret itself. */
	assert_true(sim->end[BOB].secured.secure.secrets_matched);
}

static void a_passive_end_says_that_it_has_no_secret(void **state)
{
	struct sim *sim = *state;

	first_call(sim, 12);
	sim->end[BOB].config.passive = true;
	sim->end[BOB].peer.preshare = false;
	sim_engines(sim, 1);
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, CALL_MS);
	assert_int_equal(sim->end[BOB].error, ZRTP_ERROR_NO_SHARED_SECRET);
	assert_int_equal(sim->end[ALICE].error, ZRTP_ERROR_NO_SHARED_SECRET);
	assert_true(sim->end[ALICE].error_remote);
	assert_false(sim->end[ALICE].has_rx || sim->end[BOB].has_rx);
}

/* Who knows the key id, which is the same each time, and not the secret gets nowhere. */
static void a_replayed_commit_earns_one_confirm1(void **state)
{
	uint8_t hello[ZRTP_HELLO_MAX], commit[ZRTP_COMMIT_LEN];
	struct sim *sim = *state;
	size_t hello_len, commit_len;
	struct sim_end *bob = &sim->end[BOB];

	first_call(sim, 12);
	next_call(sim, ALICE, 1);	/* not stored: the key id is good again */
	hello_len = bob->session->peer_hello.len;
	memcpy(hello, bob->session->peer_hello.data, hello_len);
	commit_len = bob->session->commit_len;
	memcpy(commit, bob->session->commit, commit_len);
	sim_engines(sim, 2);
	assert_int_equal(sim_forge(sim, BOB, 3, hello, hello_len), 0);
	assert_int_equal(sim_forge(sim, BOB, 3, commit, commit_len), 0);
	sim_run_until(sim, sim->now + 30000, NULL);
	assert_int_equal(bob->sent_type[ZRTP_MSG_CONFIRM1], 1);
	assert_true(bob->failed && !bob->secure && !bob->has_rx);
	/* The Error, which answers nothing that it has heard, stays within bounds too. */
	assert_true(bob->sent_bytes <= 5 * (hello_len + commit_len + 2 * ZRTP_OVERHEAD));
}

/* A forged Commit that names no secret, and a DHPart1 to our own: bounded all the same. */
static void a_blind_preshared_commit_earns_five_times_its_bytes_at_most(void **state)
{
	for (int i = 0; i < 2; i++) {
		const uint8_t nonce[ZRTP_NONCE_LEN] = { 1 }, key_id[ZRTP_KEY_ID_LEN] = { 2 };
		struct zrtp_commit commit = { .form = ZRTP_COMMIT_PRSH, .nonce = nonce,
					      .key_id = key_id };
		struct mallory m;
		int len;

		mallory_init(&m, i ? ZRTP_KA_DH3K : ZRTP_KA_X255, false);
		mallory_discover(&m);
		commit.h2 = m.chain.h[2];
		commit.zid = m.zid;
		zrtp_suite_blocks(&m.suite, commit.blocks);
		commit.blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)ZRTP_PRSH_BLOCK;
		len = zrtp_commit_build(m.commit, sizeof(m.commit), &commit, m.chain.h[1]);
		assert_int_equal(mallory_send(&m, m.commit, len), 0);
		assert_int_equal(m.seen[ZRTP_MSG_COMMIT].count, 1);
		assert_false(m.failed);
		mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
		assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
		assert_true(m.seen[ZRTP_MSG_DHPART2].count >= 1);
		mallory_wait(&m, 60000);
		assert_true(m.seen[ZRTP_MSG_DHPART2].count >= 4);	/* and loss is met */
		assert_true(m.failed);
		assert_true(m.sent_bytes <= 5 * m.received_bytes);
		mallory_free(&m);
	}
}

static void no_secret_outlives_its_use(void **state)
{
	struct sim *sim = *state;
	uint8_t rs1[ZRTP_SECRET_LEN];

	first_call(sim, 12);
	memcpy(rs1, sim->end[ALICE].peer.rs1, sizeof(rs1));
	sim_engines(sim, 1);
	sim_start(sim, ALICE);
	assert_true(sim_holds(sim->end[ALICE].session, rs1, sizeof(rs1)));	/* it can be found */
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	assert_preshared(sim, true);
	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i];

		assert_false(sim_holds(e->session, rs1, sizeof(rs1)));
		assert_false(sim_holds(e->session, e->retain.retain.rs1, ZRTP_SECRET_LEN));
		assert_false(sim_holds(e->session, e->secured.secure.master.key, 32));
		assert_false(sim_holds(e->session, e->tx.key, e->tx.key_len));
	}
}

static void more_keys_come_from_it_as_from_any_call(void **state)
{
	struct sim *sim = *state;

	first_call(sim, 12);
	next_call(sim, ALICE, 1);
	assert_preshared(sim, true);
	sim_more(sim, 2);
	sim_start(sim, BOB);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	assert_true(sim->end[ALICE].secured.secure.multistream);
	assert_false(sim->end[ALICE].secured.secure.preshared);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, sim_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_next_call_needs_no_dh),
		T(rs2_stays_when_rs1_is_renewed),
		T(a_chain_of_calls_has_other_keys_each_time),
		T(a_nonce_said_twice_makes_no_key_twice),
		T(without_a_good_secret_there_is_dh),
		T(a_spoilt_secret_falls_back_to_dh_with_an_alarm),
		T(aux_and_pbx_go_in_when_both_have_them),
		T(both_begin_and_one_is_the_initiator),
		T(the_lower_nonce_is_discarded_and_so_is_a_pbxs),
		T(a_dh_commit_wins_against_ours),
		T(each_message_may_be_lost),
		T(in_any_weather),
		T(another_key_id_is_answered_with_dh),
		T(a_passive_end_says_that_it_has_no_secret),
		T(a_replayed_commit_earns_one_confirm1),
		T(a_blind_preshared_commit_earns_five_times_its_bytes_at_most),
		T(no_secret_outlives_its_use),
		T(more_keys_come_from_it_as_from_any_call),
	};

	return cmocka_run_group_tests_name("zrtp preshared", tests, NULL, NULL);
}
