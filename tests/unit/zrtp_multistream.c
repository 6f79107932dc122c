// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * More keys of a call that has some: Multistream mode, RFC 6189 4.4.3.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "chain.h"
#include "message.h"
#include "negotiate.h"
#include "session.h"
#include "zrtp_sim.h"

#define CALL_MS		60000
#define TAG_AT		(ZRTP_HEADER_LEN + 64)	/* in a packet with Commit */

/** struct last - what the first exchange has told, which sim_more() forgets */
struct last {
	struct zrtp_srtp rx[2], tx[2];
	struct zrtp_action secured[2];
};

static int setup(void **state)
{
	return sim_setup(state, 7);
}

static void first_exchange(struct sim *sim, struct last *last)
{
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	for (int i = 0; i < 2; i++) {
		last->rx[i] = sim->end[i].rx;
		last->tx[i] = sim->end[i].tx;
		last->secured[i] = sim->end[i].secured;
	}
}

/* Both have the same new keys, and nothing but keys is new. */
static void assert_rekeyed(struct sim *sim, const struct last *last)
{
	if (!sim_agreed(sim))
		sim_print(sim);
	assert_true(sim_agreed(sim));
	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i];
		const struct zrtp_master *before = &last->secured[i].secure.master;
		const struct zrtp_master *after = &e->secured.secure.master;

		assert_false(sim_same_key(&e->rx, &last->rx[i]));
		assert_false(sim_same_key(&e->tx, &last->tx[i]));
		assert_true(e->secured.secure.multistream);
		assert_false(e->retained);
		assert_int_equal(e->asked, 0);
		assert_memory_equal(&e->secured.secure.suite, &before->suite,
				    sizeof(before->suite));
		assert_memory_equal(after->key, before->key, sizeof(after->key));
		assert_int_equal(after->n_nonces, before->n_nonces + 1);
		assert_int_equal(e->sent_type[ZRTP_MSG_DHPART1] + e->sent_type[ZRTP_MSG_DHPART2],
				 0);
	}
}

static void a_first_exchange_leaves_what_the_next_needs(void **state)
{
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	for (int i = 0; i < 2; i++) {
		assert_false(last.secured[i].secure.multistream);
		assert_true(last.secured[i].secure.peer_multistream);
		assert_int_equal(last.secured[i].secure.master.n_nonces, 0);
	}
	assert_memory_equal(&last.secured[ALICE].secure.master, &last.secured[BOB].secure.master,
			    sizeof(struct zrtp_master));
}

static void either_end_begins_and_both_have_new_keys(void **state)
{
	struct sim *sim = *state;
	struct last last;

	for (int who = 0; who < 2; who++) {
		sim_engines(sim, 10 + who);
		first_exchange(sim, &last);
		sim_more(sim, 20 + who);
		sim_start(sim, who);
		sim_run(sim, CALL_MS);
		assert_rekeyed(sim, &last);
		assert_int_equal(sim->end[who].secured.secure.role, ZRTP_ROLE_INITIATOR);
		assert_int_equal(sim->end[!who].sent_type[ZRTP_MSG_COMMIT], 0);
	}
}

static void both_begin_and_one_is_the_initiator(void **state)
{
	struct sim *sim = *state;
	int roles[3] = { 0 };
	struct last last;

	for (int i = 0; i < 16; i++) {
		sim_engines(sim, 100 + i);
		first_exchange(sim, &last);
		sim_more(sim, 200 + i);
		sim_start(sim, ALICE);
		sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_rekeyed(sim, &last);
		assert_true(sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT] &&
			    sim->end[BOB].sent_type[ZRTP_MSG_COMMIT]);
		roles[sim->end[ALICE].secured.secure.role]++;
	}
	assert_true(roles[ZRTP_ROLE_INITIATOR] && roles[ZRTP_ROLE_RESPONDER]);
}

static void again_and_again_each_time_other_keys(void **state)
{
	struct sim *sim = *state;
	struct zrtp_srtp seen[20];
	struct last last;

	first_exchange(sim, &last);
	for (int i = 0; i < 20; i++) {
		sim_more(sim, 300 + i);
		sim_start(sim, i % 2);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		seen[i] = sim->end[ALICE].tx;
		for (int j = 0; j < i; j++)
			assert_false(sim_same_key(&seen[i], &seen[j]));
	}
	assert_int_equal(sim->end[ALICE].secured.secure.master.n_nonces, ZRTP_NONCES_KEPT);
}

static void each_suite_goes_on_as_it_was(void **state)
{
	static const struct zrtp_suite suites[] = {
		{ ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_GCM, ZRTP_KA_X255, ZRTP_SAS_B256 },
		{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS32, ZRTP_KA_DH3K, ZRTP_SAS_B32 },
	};
	struct sim *sim = *state;
	struct last last;

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		for (int end = 0; end < 2; end++) {
			struct zrtp_config *config = &sim->end[end].config;

			config->hashes[0] = suites[i].hash;
			config->ciphers[0] = suites[i].cipher;
			config->auth_tags[0] = suites[i].auth_tag;
			config->agreements[0] = suites[i].agreement;
			config->sas_types[0] = suites[i].sas_type;
		}
		sim_engines(sim, 400 + i);
		first_exchange(sim, &last);
		sim_more(sim, 500 + i);
		sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_rekeyed(sim, &last);
		assert_memory_equal(&sim->end[ALICE].secured.secure.suite, &suites[i],
				    sizeof(suites[i]));
	}
}

static void each_message_may_be_lost(void **state)
{
	static const enum zrtp_message types[] = {
		ZRTP_MSG_HELLO, ZRTP_MSG_HELLO_ACK, ZRTP_MSG_COMMIT, ZRTP_MSG_CONFIRM1,
		ZRTP_MSG_CONFIRM2, ZRTP_MSG_CONF2ACK,
	};
	struct sim *sim = *state;
	struct last last;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		sim_engines(sim, 600 + i);
		first_exchange(sim, &last);
		sim_more(sim, 700 + i);
		sim_lose(sim, types[i], 3);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_int_equal(sim->lose_times, 0);
		assert_rekeyed(sim, &last);
	}
}

/* Whatever the network does: the same keys at both ends, or none but told so. */
static void in_any_weather(void **state)
{
	struct sim *sim = *state;
	struct last last;
	int agreed = 0;

	for (uint64_t seed = 1; seed <= 300; seed++) {
		sim->loss_percent = sim->dup_percent = sim->jitter_ms = 0;
		sim->delay_ms = 10;
		sim_engines(sim, seed);
		first_exchange(sim, &last);
		sim_more(sim, seed);
		sim->loss_percent = seed % 30;
		sim->dup_percent = seed % 20;
		sim->jitter_ms = seed % 150;
		sim_start(sim, ALICE);
		if (seed % 3 == 0)
			sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		if (sim->end[ALICE].secure && sim->end[BOB].secure)
			assert_rekeyed(sim, &last);
		agreed += sim->end[ALICE].secure && sim->end[BOB].secure;
	}
	assert_true(agreed > 290);
}

static void srtp_counts_as_conf2ack(void **state)
{
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	sim_more(sim, 1);
	sim_lose(sim, ZRTP_MSG_CONF2ACK, 1000);
	sim_start(sim, ALICE);
	sim_run(sim, 2000);
	assert_true(sim->end[BOB].secure && !sim->end[ALICE].secure);
	assert_false(sim->end[ALICE].tx_secure);
	assert_int_equal(zrtp_session_srtp_authenticated(sim->end[ALICE].session, sim->now), 0);
	sim_act(sim, ALICE);
	assert_rekeyed(sim, &last);
}

static void without_the_master_nobody_gets_keys(void **state)
{
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	sim->end[BOB].secured.secure.master.key[0] ^= 1;
	sim_more(sim, 1);
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	for (int i = 0; i < 2; i++) {
		assert_true(sim->end[i].failed);
		assert_false(sim->end[i].has_rx || sim->end[i].has_tx);
	}
	assert_int_equal(sim->end[ALICE].error, ZRTP_ERROR_CONFIRM_MAC);
}

/* RFC 6189 4.4.3: all streams have the ZID of the first. */
static void another_zid_is_not_heard(void **state)
{
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	sim->end[ALICE].peer.own_zid[0] ^= 1;
	memcpy(sim->end[BOB].peer.peer_zid, "somebody els", ZRTP_ZID_LEN);
	sim_more(sim, 1);
	/* sim_more() has told Bob of the other ZID: take that back. */
	zrtp_session_free(sim->end[BOB].session);
	assert_int_equal(zrtp_session_new(&sim->end[BOB].session, &sim->end[BOB].config,
					  (uint8_t[ZRTP_SEED_LEN]) { 9 }), 0);
	sim->end[BOB].peer.peer_zid[0] ^= 1;
	assert_int_equal(zrtp_session_multistream(sim->end[BOB].session,
						  &last.secured[BOB].secure.master,
						  &sim->end[BOB].peer), 0);
	sim_start(sim, ALICE);
	sim_run(sim, 5000);
	assert_int_equal(sim->end[BOB].sent, 0);
	assert_int_equal(sim->end[ALICE].no_zrtp, 1);
}

/* Alice's Commit on its way is made into one that Bob has to refuse: its MAC comes last. */

static bool change_commit(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;

	if (zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_COMMIT)
		return true;
	memcpy(packet + TAG_AT, "HS32", ZRTP_BLOCK_LEN);
	sim_reseal(packet, *len);
	return true;
}

static void a_weaker_tag_is_refused(void **state)
{
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	sim_more(sim, 1);
	sim->hook = change_commit;
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_int_equal(sim->end[BOB].error, ZRTP_ERROR_AUTH_TAG);
	assert_false(sim->end[ALICE].has_rx || sim->end[BOB].has_rx);
}

/* RFC 6189 4.2: Mult and not Mult cannot meet. */
static void a_dh_commit_is_refused(void **state)
{
	struct zrtp_commit commit = { .form = ZRTP_COMMIT_DH };
	uint8_t hello[ZRTP_HELLO_MAX], msg[ZRTP_COMMIT_LEN], h0[ZRTP_IMAGE_LEN] = { 1 };
	const uint8_t hvi[ZRTP_HVI_LEN] = { 0 };
	struct sim *sim = *state;
	struct zrtp_chain chain;
	struct zrtp_hello say = { .version = (const uint8_t *)ZRTP_VERSION,
				  .client_id = (const uint8_t *)"0123456789abcdef" };
	struct last last;
	int len;

	first_exchange(sim, &last);
	sim_more(sim, 1);
	zrtp_chain_init(&chain, h0);
	say.h3 = chain.h[3];
	say.zid = sim->end[ALICE].peer.own_zid;
	say.blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)"X255Mult";
	say.counts[ZRTP_KIND_AGREEMENT] = 2;
	len = zrtp_hello_build(hello, sizeof(hello), &say, chain.h[2]);
	assert_int_equal(sim_forge(sim, BOB, 1, hello, len), 0);
	commit.h2 = chain.h[2];
	commit.zid = say.zid;
	commit.hvi = hvi;
	zrtp_suite_blocks(&last.secured[BOB].secure.suite, commit.blocks);
	len = zrtp_commit_build(msg, sizeof(msg), &commit, chain.h[1]);
	assert_int_equal(sim_forge(sim, BOB, 1, msg, len), 0);
	assert_int_equal(sim->end[BOB].error, ZRTP_ERROR_AGREEMENT);
}

/* RFC 6189 4.4.3.1: at once the end. */
static void a_nonce_is_good_once(void **state)
{
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	sim_more(sim, 1);
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_rekeyed(sim, &last);
	/* Alice's engine draws the same nonce from the same seed; Bob remembers it. */
	for (int round = 0; round < 2; round++) {
		static const uint8_t seed[ZRTP_SEED_LEN] = { 42 };
		struct sim_end *a = &sim->end[ALICE];
		struct zrtp_master master = a->secured.secure.master;

		sim_more(sim, 2 + round);
		zrtp_session_free(a->session);
		assert_int_equal(zrtp_session_new(&a->session, &a->config, seed), 0);
		assert_int_equal(zrtp_session_multistream(a->session, &master, &a->peer), 0);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		if (!round)
			assert_true(sim_agreed(sim));
	}
	assert_int_equal(sim->end[BOB].error, ZRTP_ERROR_NONCE);
	assert_int_equal(sim->end[ALICE].error, ZRTP_ERROR_NONCE);
	assert_true(sim->end[ALICE].error_remote);
}

/* A secure session tells of a new exchange, and answers nothing. */
static void a_secure_end_tells_of_a_new_hello(void **state)
{
	uint8_t hello[ZRTP_HELLO_MAX], h0[ZRTP_IMAGE_LEN] = { 3 };
	struct sim *sim = *state;
	struct zrtp_chain chain;
	struct zrtp_hello say = { .version = (const uint8_t *)ZRTP_VERSION,
				  .client_id = (const uint8_t *)"0123456789abcdef",
				  .blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)"Mult",
				  .counts[ZRTP_KIND_AGREEMENT] = 1 };
	unsigned int sent;
	struct last last;
	int len;

	first_exchange(sim, &last);
	sent = sim->end[BOB].sent;
	zrtp_chain_init(&chain, h0);
	say.h3 = chain.h[3];
	say.zid = sim->end[ALICE].peer.own_zid;
	len = zrtp_hello_build(hello, sizeof(hello), &say, chain.h[2]);
	assert_int_equal(sim_forge(sim, BOB, 1, hello, len), 0);
	assert_int_equal(sim->end[BOB].anew, 1);
	say.zid = (const uint8_t *)"somebody els";
	len = zrtp_hello_build(hello, sizeof(hello), &say, chain.h[2]);
	assert_int_equal(sim_forge(sim, BOB, 1, hello, len), 0);
	assert_int_equal(sim->end[BOB].others, 1);
	say.zid = sim->end[ALICE].peer.own_zid;
	say.counts[ZRTP_KIND_AGREEMENT] = 0;	/* it could not do it */
	len = zrtp_hello_build(hello, sizeof(hello), &say, chain.h[2]);
	assert_int_equal(sim_forge(sim, BOB, 1, hello, len), 0);
	assert_int_equal(sim->end[BOB].others, 2);
	assert_int_equal(sim->end[BOB].anew, 1);
	assert_int_equal(sim->end[BOB].sent, sent);
}

static void our_own_packets_do_not_end_it(void **state)
{
	uint8_t ack[ZRTP_MESSAGE_HEADER_LEN];
	struct sim *sim = *state;
	struct last last;

	first_exchange(sim, &last);
	sim_more(sim, 1);
	sim_start(sim, ALICE);
	zrtp_ack_build(ack, sizeof(ack), ZRTP_MSG_HELLO_ACK);
	assert_int_equal(sim_forge(sim, ALICE, sim->end[ALICE].config.ssrc, ack, sizeof(ack)),
			 -EBADMSG);
	sim_run(sim, CALL_MS);
	assert_rekeyed(sim, &last);
}

static void only_a_new_session_can_be_one(void **state)
{
	struct sim *sim = *state;
	struct zrtp_master none = { 0 };
	struct last last;

	first_exchange(sim, &last);
	assert_int_equal(zrtp_session_multistream(sim->end[ALICE].session,
						  &last.secured[ALICE].secure.master,
						  &sim->end[ALICE].peer), -EINVAL);
	sim_engines(sim, 1);
	assert_int_equal(zrtp_session_multistream(sim->end[ALICE].session, &none,
						  &sim->end[ALICE].peer), -EINVAL);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, sim_teardown)

/* From its Hello on, the end in @arg has another H0 than the one that its chain hangs by. */
static bool another_h0(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_session *s = sim->end[from].session;

	if (from == *(int *)sim->arg && s->state < ZRTP_STATE_CONFIRM1)
		memset(s->chain.h[0], 0xa5, ZRTP_IMAGE_LEN);
	return true;
}

/* Who has the call's keys and yet not the Hello's and the Commit's author, RFC 6189 9. */
static void a_confirm_whose_h0_is_of_another_chain_is_refused(void **state)
{
	struct sim *sim = *state;
	struct last last;

	for (int forger = 0; forger < 2; forger++) {
		sim_engines(sim, 30 + forger);
		first_exchange(sim, &last);
		sim_more(sim, 40 + forger);
		sim->hook = another_h0;
		sim->arg = &forger;
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		sim->hook = NULL;
		assert_false(sim->end[!forger].secure);
		assert_true(sim->end[!forger].failed);
		assert_int_equal(sim->end[!forger].error, ZRTP_ERROR_MALFORMED);
		assert_false(sim->end[!forger].error_remote);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_first_exchange_leaves_what_the_next_needs),
		T(either_end_begins_and_both_have_new_keys),
		T(both_begin_and_one_is_the_initiator),
		T(again_and_again_each_time_other_keys),
		T(each_suite_goes_on_as_it_was),
		T(each_message_may_be_lost),
		T(in_any_weather),
		T(srtp_counts_as_conf2ack),
		T(without_the_master_nobody_gets_keys),
		T(another_zid_is_not_heard),
		T(a_weaker_tag_is_refused),
		T(a_dh_commit_is_refused),
		T(a_nonce_is_good_once),
		T(a_secure_end_tells_of_a_new_hello),
		T(our_own_packets_do_not_end_it),
		T(only_a_new_session_can_be_one),
		T(a_confirm_whose_h0_is_of_another_chain_is_refused),
	};

	return cmocka_run_group_tests_name("zrtp multistream", tests, NULL, NULL);
}
