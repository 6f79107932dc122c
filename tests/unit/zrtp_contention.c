// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two streams of one call: one waits for the other, Commits on both are settled, and what
 * has waited joins the call.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "message.h"
#include "session.h"
#include "zrtp_sim.h"

#define CALL_MS		5000
#define HVI_AT		(12 + 32 + 12 + 5 * 4)	/* in Commit, RFC 6189 5.4 */

/* One call, and what its exchange has left behind. */
struct call {
	struct sim sim;
	struct zrtp_action secured[2];
};

static int setup(void **state)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return -1;
	sim_init(&call->sim, 7);
	*state = call;
	return 0;
}

static int teardown(void **state)
{
	struct call *call = *state;

	sim_free(&call->sim);
	free(call);
	return 0;
}

static void know_nobody(struct sim *sim)
{
	for (int i = 0; i < 2; i++)
		memset(sim->end[i].peer.peer_zid, 0, ZRTP_ZID_LEN);
}

/* The first stream is secure, and there are sessions for a second, of which nothing is told. */
static void second_stream(struct call *call, uint64_t seed)
{
	struct sim *sim = &call->sim;

	sim_engines(sim, seed);
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	for (int i = 0; i < 2; i++) {
		call->secured[i] = sim->end[i].secured;
		sim->end[i].answer_peer = false;
	}
	sim_engines(sim, seed + 1);
	know_nobody(sim);
}

static void join(struct call *call, int end)
{
	struct sim *sim = &call->sim;
	struct zrtp_peer peer = { 0 };

	memcpy(peer.own_zid, sim->end[end].peer.own_zid, ZRTP_ZID_LEN);
	memcpy(peer.peer_zid, sim->end[!end].peer.own_zid, ZRTP_ZID_LEN);
	assert_int_equal(zrtp_session_join(sim->end[end].session, sim->now,
					   &call->secured[end].secure.master, &peer), 0);
	sim_act(sim, end);
}

static bool both_asked(const struct sim *sim)
{
	return sim->end[ALICE].asked && sim->end[BOB].asked;
}

static void assert_joined(const struct call *call)
{
	const struct sim *sim = &call->sim;

	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i];

		assert_true(e->secure && e->secured.secure.multistream);
		assert_false(e->retained);
		assert_int_equal(e->sent_type[ZRTP_MSG_DHPART1] + e->sent_type[ZRTP_MSG_DHPART2],
				 0);
		assert_memory_equal(e->secured.secure.master.key,
				    call->secured[i].secure.master.key, ZRTP_HASH_MAX);
	}
	assert_true(sim_same_key(&sim->end[ALICE].tx, &sim->end[BOB].rx));
	assert_true(sim_same_key(&sim->end[BOB].tx, &sim->end[ALICE].rx));
}

/* Both have said Hello before either knows that it is a stream of a call. */
static void what_waits_says_hello_and_joins(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;

	for (int first = 0; first < 2; first++) {
		second_stream(call, 10 + 2 * first);
		sim_start(sim, ALICE);
		sim_start(sim, BOB);
		assert_true(sim_run_until(sim, sim->now + CALL_MS, both_asked));
		sim_run(sim, 1000);
		assert_int_equal(sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT] +
				 sim->end[BOB].sent_type[ZRTP_MSG_COMMIT], 0);
		join(call, first);
		sim_run(sim, 500);
		assert_false(sim->end[ALICE].secure || sim->end[BOB].secure);
		join(call, !first);
		sim_run(sim, CALL_MS);
		assert_joined(call);
	}
}

/* One of them only answers: nothing of it is heard before it joins. */
static void who_only_answers_joins(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;

	second_stream(call, 20);
	sim_start(sim, ALICE);
	sim_run(sim, 500);
	assert_int_equal(sim->end[BOB].asked, 1);
	assert_int_equal(sim->end[BOB].sent, 0);
	join(call, BOB);
	sim_run(sim, 1000);
	join(call, ALICE);
	sim_run(sim, CALL_MS);
	assert_joined(call);
}

static void only_who_is_asked_for_joins(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;
	struct zrtp_session *s;
	struct zrtp_master *master;
	struct zrtp_peer peer = { 0 };

	second_stream(call, 30);
	s = sim->end[ALICE].session;
	master = &call->secured[ALICE].secure.master;
	memcpy(peer.own_zid, sim->end[ALICE].peer.own_zid, ZRTP_ZID_LEN);
	memcpy(peer.peer_zid, sim->end[BOB].peer.own_zid, ZRTP_ZID_LEN);
	assert_int_equal(zrtp_session_join(s, sim->now, master, &peer), -EINVAL);	/* nobody */
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	assert_true(sim_run_until(sim, sim->now + CALL_MS, both_asked));
	peer.peer_zid[0] ^= 1;
	assert_int_equal(zrtp_session_join(s, sim->now, master, &peer), -EINVAL);
	peer.peer_zid[0] ^= 1;
	peer.own_zid[0] ^= 1;
	assert_int_equal(zrtp_session_join(s, sim->now, master, &peer), -EINVAL);
	peer.own_zid[0] ^= 1;
	sodium_memzero(master->key, sizeof(master->key));
	assert_int_equal(zrtp_session_join(s, sim->now, master, &peer), -EINVAL);
	assert_int_equal(s->state, ZRTP_STATE_DISCOVERY);
}

/* Alice has committed on this stream, and Bob waits: he is told of it, once. */
static void alice_commits(struct call *call, uint64_t seed, struct zrtp_contend *hers)
{
	struct sim *sim = &call->sim;

	sim_engines(sim, seed);
	know_nobody(sim);
	sim->end[ALICE].answer_peer = true;
	sim->end[BOB].answer_peer = false;
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, 1000);
	assert_int_equal(sim->end[ALICE].session->state, ZRTP_STATE_COMMIT);
	assert_true(sim->end[ALICE].sent_type[ZRTP_MSG_COMMIT] > 1);
	assert_int_equal(sim->end[BOB].contended, 1);
	assert_true(sim->end[BOB].contend.dh);
	assert_memory_equal(sim->end[BOB].contend.value, sim->end[ALICE].session->commit + HVI_AT,
			    ZRTP_HVI_LEN);
	*hers = sim->end[BOB].contend;
}

static void the_lower_hvi_waits_for_the_other_stream(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;
	struct zrtp_contend other;
	struct zrtp_session *s;

	for (int lower = 0; lower < 2; lower++) {
		alice_commits(call, 40 + lower, &other);
		s = sim->end[ALICE].session;
		/* By one in the last octet: as numbers they are compared. */
		for (int i = ZRTP_HVI_LEN - 1; i >= 0; i--) {
			other.value[i] += lower ? 1 : -1;
			if (other.value[i] != (lower ? 0 : 255))
				break;
		}
		assert_int_equal(zrtp_session_contend(s, sim->now, &other), 0);
		sim_act(sim, ALICE);
		assert_int_equal(sim->end[ALICE].yielded, lower);
		assert_int_equal(s->state, lower ? ZRTP_STATE_DISCOVERY : ZRTP_STATE_COMMIT);
	}
	/* What was told of Bob, his secrets among it, is not kept for when its turn comes. */
	assert_true(sodium_is_zero((void *)&s->dh, sizeof(s->dh)));
	assert_int_equal(zrtp_session_contend(s, sim->now, &other), -EINVAL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(zrtp_session_peer(sim->end[i].session, sim->now,
						   &sim->end[i].peer), 0);
		sim_act(sim, i);
	}
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
}

static void preshared_mode_gives_way_to_dh(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;
	struct zrtp_contend other;

	alice_commits(call, 50, &other);
	memset(&other, 0xff, sizeof(other));
	other.dh = false;
	assert_int_equal(zrtp_session_contend(sim->end[ALICE].session, sim->now, &other), 0);
	sim_act(sim, ALICE);
	assert_int_equal(sim->end[ALICE].yielded, 0);
}

/* An exchange that the other end has answered goes on. */
static void what_is_answered_does_not_yield(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;
	struct zrtp_contend strongest = { .dh = true };

	memset(strongest.value, 0xff, sizeof(strongest.value));
	sim_start(sim, ALICE);
	sim_start(sim, BOB);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	for (int i = 0; i < 2; i++)
		assert_int_equal(zrtp_session_contend(sim->end[i].session, sim->now, &strongest),
				 -EINVAL);
}

/* Somebody else's Commit, with whatever hvi, tells nobody to wait. */
static void only_who_said_the_hello_can_contend(void **state)
{
	struct call *call = *state;
	struct sim *sim = &call->sim;
	uint8_t commit[ZRTP_COMMIT_LEN];
	size_t len;

	alice_commits(call, 60, &(struct zrtp_contend){ 0 });
	len = sim->end[ALICE].session->commit_len;
	memcpy(commit, sim->end[ALICE].session->commit, len);
	commit[HVI_AT] ^= 1;
	commit[12] ^= 1;	/* H2 */
	assert_int_equal(sim_forge(sim, BOB, sim->end[ALICE].config.ssrc, commit, len), -EBADMSG);
	commit[12] ^= 1;
	commit[12 + 32] ^= 1;	/* ZID */
	assert_int_equal(sim_forge(sim, BOB, sim->end[ALICE].config.ssrc, commit, len), -EBADMSG);
	sim_act(sim, BOB);
	assert_int_equal(sim->end[BOB].contended, 1);
	assert_int_equal(sim->end[BOB].sent_type[ZRTP_MSG_DHPART1], 0);
}

/* RFC 6189 4.7.2.1: a GoClear on each stream, whose order the two ends need not see alike. */
static void each_stream_that_goes_clear_renews_zrtpsess(void **state)
{
	struct call *call = *state;
	struct zrtp_master master[2], once;

	second_stream(call, 70);
	for (int i = 0; i < 2; i++) {
		const struct zrtp_action *a = &call->secured[i];

		master[i] = a->secure.master;
		for (int n = 0; n < 2; n++) {
			if (n)
				once = master[i];
			assert_int_equal(zrtp_master_renew(&master[i], a->secure.role,
							   a->secure.own_zid, a->secure.peer_zid),
					 0);
		}
		assert_memory_not_equal(once.key, master[i].key, sizeof(once.key));
		call->secured[i].secure.master = master[i];
	}
	assert_memory_equal(master[0].key, master[1].key, sizeof(master[0].key));
	sim_start(&call->sim, ALICE);
	sim_start(&call->sim, BOB);
	assert_true(sim_run_until(&call->sim, call->sim.now + CALL_MS, both_asked));
	join(call, ALICE);
	join(call, BOB);
	sim_run(&call->sim, CALL_MS);
	assert_joined(call);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_waits_says_hello_and_joins),
		T(who_only_answers_joins),
		T(only_who_is_asked_for_joins),
		T(the_lower_hvi_waits_for_the_other_stream),
		T(preshared_mode_gives_way_to_dh),
		T(what_is_answered_does_not_yield),
		T(only_who_said_the_hello_can_contend),
		T(each_stream_that_goes_clear_renews_zrtpsess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
