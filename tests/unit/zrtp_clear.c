// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Back to RTP in clear by GoClear, RFC 6189 4.7.2: who may bring it about, what becomes of
 * the keys, and that no person is left to believe in what is not there any more.
 */
#include <errno.h>
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

#define CALL_MS		60000
#define REPEATED_MS	9450	/* RFC 6189 6: the whole of T2's schedule */

static int setup(void **state)
{
	struct sim *sim;

	if (sim_setup(state, 13))
		return -1;
	sim = *state;
	sim->end[ALICE].config.allow_clear = true;
	sim->end[BOB].config.allow_clear = true;
	sim_engines(sim, 13);
	return 0;
}

static void call(struct sim *sim, uint64_t seed)
{
	sim_engines(sim, seed);
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
}

static int go_clear(struct sim *sim, int who)
{
	int r = zrtp_session_go_clear(sim->end[who].session, sim->now);

	sim_act(sim, who);
	return r;
}

static int confirm(struct sim *sim, int who)
{
	int r = zrtp_session_clear_confirmed(sim->end[who].session);

	sim_act(sim, who);
	return r;
}

static bool both_clear(const struct sim *sim)
{
	return sim->end[ALICE].cleared && sim->end[BOB].cleared;
}

static void either_end_goes_clear_and_the_other_is_asked(void **state)
{
	struct sim *sim = *state;

	for (int who = 0; who < 2; who++) {
		struct sim_end *one = &sim->end[who], *other = &sim->end[!who];

		call(sim, 20 + who);
		for (int i = 0; i < 2; i++)
			assert_true(sim->end[i].secured.secure.peer_allow_clear);
		assert_int_equal(go_clear(sim, who), 0);
		assert_int_equal(one->cleared, 0);	/* not before ClearACK */
		assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
		assert_false(one->cleared_by_peer);
		assert_true(other->cleared_by_peer);
		/* The one has asked for it. The other hears nothing for as long as it takes. */
		assert_int_equal(one->tx_clear, 1);
		sim_run_until(sim, sim->now + 600000, NULL);
		assert_int_equal(other->tx_clear, 0);
		assert_int_equal(confirm(sim, !who), 0);
		assert_int_equal(other->tx_clear, 1);
		assert_int_equal(confirm(sim, !who), -EINVAL);
		assert_int_equal(other->tx_clear, 1);
		assert_false(one->failed || other->failed);
	}
}

static void both_press_the_button_at_once(void **state)
{
	struct sim *sim = *state;

	call(sim, 1);
	assert_int_equal(go_clear(sim, ALICE), 0);
	assert_int_equal(go_clear(sim, BOB), 0);
	assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
	sim_run_until(sim, sim->now + 60000, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim->end[i].cleared, 1);
		assert_int_equal(sim->end[i].tx_clear, 1);
		assert_int_equal(sim->end[i].sent_type[ZRTP_MSG_GOCLEAR], 1);
	}
}

static void goclear_and_clearack_may_be_lost(void **state)
{
	static const enum zrtp_message types[] = { ZRTP_MSG_GOCLEAR, ZRTP_MSG_CLEAR_ACK };
	struct sim *sim = *state;

	for (int i = 0; i < 2; i++) {
		call(sim, 30 + i);
		sim_lose(sim, types[i], 4);
		assert_int_equal(go_clear(sim, BOB), 0);
		assert_true(sim_run_until(sim, sim->now + REPEATED_MS, both_clear));
		assert_int_equal(sim->end[ALICE].cleared, 1);
		assert_int_equal(sim->end[BOB].sent_type[ZRTP_MSG_GOCLEAR], 5);
	}
}

/* Nobody answers: the keys end all the same, and the button has been pressed. */
static void an_unanswered_goclear_ends_the_keys(void **state)
{
	struct sim *sim = *state;
	struct sim_end *alice = &sim->end[ALICE];

	call(sim, 1);
	sim_lose(sim, ZRTP_MSG_GOCLEAR, 1000);
	assert_int_equal(go_clear(sim, ALICE), 0);
	sim_run_until(sim, sim->now + REPEATED_MS - 1, NULL);
	assert_int_equal(alice->cleared, 0);
	sim_run_until(sim, sim->now + 2000, NULL);
	assert_int_equal(alice->cleared, 1);
	assert_int_equal(alice->tx_clear, 1);
	assert_int_equal(alice->sent_type[ZRTP_MSG_GOCLEAR], 11);
	assert_int_equal(sim->end[BOB].cleared, 0);
	assert_true(sim->end[BOB].rx_secure && sim->end[BOB].tx_secure);
}

static void only_where_both_allow_it_and_once_secure(void **state)
{
	struct sim *sim = *state;

	assert_int_equal(go_clear(sim, ALICE), -EINVAL);
	for (int who = 0; who < 2; who++) {
		sim->end[who].config.allow_clear = false;
		call(sim, 40 + who);
		assert_false(sim->end[!who].secured.secure.peer_allow_clear);
		assert_int_equal(go_clear(sim, ALICE), -EPERM);
		assert_int_equal(go_clear(sim, BOB), -EPERM);
		assert_int_equal(confirm(sim, ALICE), -EINVAL);
		assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_GOCLEAR] +
				 sim->end[BOB].sent_type[ZRTP_MSG_GOCLEAR], 0);
		sim->end[who].config.allow_clear = true;
	}
}

/* A call of mallory's as initiator, with an engine that is as @m->config says. */
static void secure_with(struct mallory *m, bool enrollment)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000, .allow_clear = true,
					  .enrollment = enrollment };

	mallory_secure(m, ZRTP_ROLE_INITIATOR, &body);
}

static void secure_call(struct mallory *m, bool allow_clear, bool enrollment)
{
	mallory_init(m, ZRTP_KA_X255, false);
	m->config.allow_clear = allow_clear;
	mallory_begin(m, false);
	secure_with(m, enrollment);
}

static void assert_still_secure(const struct mallory *m)
{
	assert_int_equal(m->cleared + m->tx_clear, 0);
	assert_int_equal(m->seen[ZRTP_MSG_CLEAR_ACK].count, 0);
	assert_false(m->failed);
	assert_int_equal(m->victim->state, ZRTP_STATE_SECURE);
}

static void a_goclear_with_a_wrong_mac_is_not_obeyed(void **state)
{
	for (size_t bit = 12 * 8; bit <= ZRTP_GOCLEAR_LEN * 8; bit++) {
		bool none = bit == ZRTP_GOCLEAR_LEN * 8;	/* the control */
		struct mallory m;

		secure_call(&m, true, false);
		m.flip = !none;
		m.flip_type = ZRTP_MSG_GOCLEAR;
		m.flip_bit = bit;
		assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_INITIATOR), none ? 0 : -EBADMSG);
		if (!none)
			assert_still_secure(&m);
		else
			assert_int_equal(m.cleared, 1);
		assert_int_equal(m.seen[ZRTP_MSG_CLEAR_ACK].count, none);
		assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 0);
		mallory_free(&m);
	}
}

/* Each side has a MAC of its own: what we said ourselves is no GoClear of the peer's. */
static void our_own_goclear_is_not_obeyed(void **state)
{
	struct mallory m;

	secure_call(&m, true, false);
	assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_RESPONDER), -EBADMSG);
	assert_still_secure(&m);
	mallory_free(&m);
}

/* Nor is one of another call, which everybody on the way has heard. */
static void a_goclear_of_another_call_is_not_obeyed(void **state)
{
	struct zrtp_keys before;
	struct mallory m;

	secure_call(&m, true, false);
	before = m.keys;
	mallory_free(&m);
	mallory_init(&m, ZRTP_KA_X255, false);
	m.config.allow_clear = true;
	memset(m.config.client_id, 'x', 5);	/* another Hello: other keys */
	mallory_begin(&m, false);
	secure_with(&m, false);
	m.keys = before;
	assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_INITIATOR), -EBADMSG);
	assert_still_secure(&m);
	mallory_free(&m);
}

/* As under a rule that says `require`: refused, and told once. */
static void where_it_is_not_allowed_an_authentic_one_is_refused(void **state)
{
	struct mallory m;

	secure_call(&m, false, false);
	for (unsigned int i = 1; i <= 3; i++) {
		assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_INITIATOR), 0);
		assert_still_secure(&m);
		assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, i);
		assert_int_equal(get_be32(m.seen[ZRTP_MSG_ERROR].msg + 12),
				 ZRTP_ERROR_GOCLEAR_REFUSED);
		assert_int_equal(m.refused, 1);
	}
	assert_int_equal(zrtp_session_clear_confirmed(m.victim), -EINVAL);
	mallory_wait(&m, 60000);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 3);
	mallory_free(&m);
}

/* RFC 6189 7.3.1: E implies not A, at whichever end. */
static void during_enrolment_nothing_goes_clear(void **state)
{
	struct mallory m;

	secure_call(&m, true, true);
	assert_false(m.secured.secure.peer_allow_clear);
	assert_int_equal(zrtp_session_go_clear(m.victim, m.now), -EPERM);
	assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_INITIATOR), 0);
	assert_still_secure(&m);
	assert_int_equal(m.refused, 1);
	mallory_free(&m);
}

static void a_refusal_of_ours_leaves_the_keys(void **state)
{
	struct sim *sim = *state;
	struct sim_end *alice = &sim->end[ALICE];

	sim->end[BOB].config.allow_clear = false;
	call(sim, 1);
	alice->session->peer_allow_clear = true;	/* as a forged flag would, if it could */
	assert_int_equal(go_clear(sim, ALICE), 0);
	sim_run_until(sim, sim->now + 60000, NULL);
	assert_int_equal(alice->refused_remote, 1);
	assert_int_equal(alice->cleared + alice->tx_clear, 0);
	assert_true(alice->tx_secure);
	assert_int_equal(alice->session->state, ZRTP_STATE_SECURE);
	assert_int_equal(sim->end[BOB].cleared, 0);
	assert_int_equal(sim->end[BOB].refused, 1);
}

/* Another Error is no answer to it: anybody could send one. */
static void no_other_error_is_an_answer(void **state)
{
	struct sim *sim = *state;
	uint8_t error[ZRTP_ERROR_LEN];

	call(sim, 1);
	assert_int_equal(go_clear(sim, ALICE), 0);
	zrtp_error_build(error, sizeof(error), ZRTP_ERROR_SOFTWARE);
	assert_int_equal(sim_forge(sim, ALICE, 5, error, sizeof(error)), 0);
	assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
	assert_int_equal(sim->end[ALICE].refused_remote, 0);
}

/* ClearACK without a GoClear, and GoClear before there are keys. */
static void out_of_place_both_are_dropped(void **state)
{
	uint8_t goclear[ZRTP_GOCLEAR_LEN];
	const uint8_t zeros[ZRTP_MAC_LEN] = { 0 };
	struct mallory m;

	zrtp_goclear_build(goclear, sizeof(goclear), zeros);
	mallory_init(&m, ZRTP_KA_X255, false);
	m.config.allow_clear = true;
	mallory_begin(&m, false);
	assert_int_equal(mallory_send(&m, goclear, sizeof(goclear)), -EBADMSG);
	assert_int_equal(mallory_ack(&m, ZRTP_MSG_CLEAR_ACK), -EBADMSG);
	mallory_until_dhpart1(&m, NULL);
	assert_int_equal(mallory_send(&m, goclear, sizeof(goclear)), -EBADMSG);
	assert_int_equal(mallory_ack(&m, ZRTP_MSG_CLEAR_ACK), -EBADMSG);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	assert_int_equal(mallory_send(&m, goclear, sizeof(goclear)), -EBADMSG);
	mallory_free(&m);

	secure_call(&m, true, false);
	assert_int_equal(mallory_ack(&m, ZRTP_MSG_CLEAR_ACK), -EBADMSG);
	assert_still_secure(&m);
	mallory_free(&m);
}

static void renew(struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		struct sim_end *e = &sim->end[i];

		assert_int_equal(zrtp_master_renew(&e->secured.secure.master,
						   e->secured.secure.role,
						   e->secured.secure.own_zid,
						   e->secured.secure.peer_zid), 0);
	}
}

/* RFC 6189 4.7.2.1: the way back is Multistream mode from a new ZRTPSess. */
static void they_go_secure_again_with_a_new_zrtpsess(void **state)
{
	struct sim *sim = *state;
	uint8_t master[ZRTP_HASH_MAX];
	struct zrtp_srtp before;

	call(sim, 1);
	before = sim->end[ALICE].tx;
	for (int round = 0; round < 3; round++) {
		memcpy(master, sim->end[ALICE].secured.secure.master.key, sizeof(master));
		assert_int_equal(go_clear(sim, round % 2), 0);
		assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
		renew(sim);
		assert_memory_not_equal(sim->end[ALICE].secured.secure.master.key, master, 32);
		assert_memory_equal(sim->end[ALICE].secured.secure.master.key,
				    sim->end[BOB].secured.secure.master.key, 32);
		sim_more(sim, 50 + round);
		sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_false(sim_same_key(&sim->end[ALICE].tx, &before));
		before = sim->end[ALICE].tx;
	}
}

/* Who has kept the old one cannot read on. */
static void the_old_zrtpsess_is_of_no_use(void **state)
{
	struct sim *sim = *state;
	struct zrtp_master old;

	call(sim, 1);
	assert_int_equal(go_clear(sim, ALICE), 0);
	assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
	old = sim->end[ALICE].secured.secure.master;
	renew(sim);
	sim->end[ALICE].secured.secure.master = old;
	sim_more(sim, 2);
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	for (int i = 0; i < 2; i++) {
		assert_true(sim->end[i].failed);
		assert_int_equal(sim->end[i].error, ZRTP_ERROR_CONFIRM_MAC);
		assert_false(sim->end[i].has_rx);
	}
}

/* Of all keys, the session has nothing any more once the owner has them. */
static void no_key_is_left_after_it(void **state)
{
	struct sim *sim = *state;
	struct zrtp_srtp rx, tx;
	uint8_t mac[ZRTP_MAC_LEN];

	call(sim, 1);
	rx = sim->end[ALICE].rx;
	tx = sim->end[ALICE].tx;
	memcpy(mac, sim->end[ALICE].session->own_clear_mac, sizeof(mac));
	assert_true(sim_holds(sim->end[ALICE].session, mac, sizeof(mac)));
	assert_int_equal(go_clear(sim, BOB), 0);
	assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
	for (int i = 0; i < 2; i++) {
		const struct zrtp_session *s = sim->end[i].session;

		assert_false(sim_holds(s, rx.key, rx.key_len) || sim_holds(s, tx.key, tx.key_len));
		assert_false(sim_holds(s, sim->end[i].secured.secure.master.key, 32));
		assert_false(sim_holds(s, sim->end[i].retain.retain.rs1, ZRTP_SECRET_LEN));
	}
	assert_false(sim_holds(sim->end[ALICE].session, mac, sizeof(mac)));
}

/* A call that is in clear says so when the other side begins anew. */
static void a_new_hello_is_told(void **state)
{
	struct sim *sim = *state;
	struct zrtp_session *alice;
	struct zrtp_master master;
	struct zrtp_action a;

	call(sim, 1);
	assert_int_equal(go_clear(sim, ALICE), 0);
	assert_true(sim_run_until(sim, sim->now + 1000, both_clear));
	renew(sim);
	master = sim->end[BOB].secured.secure.master;
	assert_int_equal(zrtp_session_new(&alice, &sim->end[BOB].config,
					  (uint8_t[ZRTP_SEED_LEN]) { 3 }), 0);
	memcpy(sim->end[BOB].peer.peer_zid, sim->end[ALICE].peer.own_zid, ZRTP_ZID_LEN);
	assert_int_equal(zrtp_session_multistream(alice, &master, &sim->end[BOB].peer), 0);
	assert_int_equal(zrtp_session_start(alice, sim->now, &sim->end[BOB].peer), 0);
	assert_int_equal(zrtp_session_next(alice, &a), 1);
	assert_int_equal(zrtp_session_packet(sim->end[ALICE].session, sim->now, a.packet.data,
					     a.packet.len), 0);
	sim_act(sim, ALICE);
	assert_int_equal(sim->end[ALICE].anew, 1);
	zrtp_session_free(alice);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, sim_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(either_end_goes_clear_and_the_other_is_asked),
		T(both_press_the_button_at_once),
		T(goclear_and_clearack_may_be_lost),
		T(an_unanswered_goclear_ends_the_keys),
		T(only_where_both_allow_it_and_once_secure),
		cmocka_unit_test(a_goclear_with_a_wrong_mac_is_not_obeyed),
		cmocka_unit_test(our_own_goclear_is_not_obeyed),
		cmocka_unit_test(a_goclear_of_another_call_is_not_obeyed),
		cmocka_unit_test(where_it_is_not_allowed_an_authentic_one_is_refused),
		cmocka_unit_test(during_enrolment_nothing_goes_clear),
		T(a_refusal_of_ours_leaves_the_keys),
		T(no_other_error_is_an_answer),
		cmocka_unit_test(out_of_place_both_are_dropped),
		T(they_go_secure_again_with_a_new_zrtpsess),
		T(the_old_zrtpsess_is_of_no_use),
		T(no_key_is_left_after_it),
		T(a_new_hello_is_told),
	};

	return cmocka_run_group_tests_name("zrtp clear", tests, NULL, NULL);
}
