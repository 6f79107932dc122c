// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole calls between two sottods, over a pretended kernel: their progress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include <sodium.h>

#include "calls_priv.h"
#include "daemon_world.h"

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
}

static bool bob_rings(void)
{
	struct line *line = world_line(BOB);

	return line && line->call->progress == CALL_RINGING;
}

static void a_call_rings_is_answered_and_hung_up(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	assert_true(world_call(ALICE)->outgoing);
	assert_false(world_call(BOB)->outgoing);
	assert_int_equal(world_call(ALICE)->control.their.progress, CONTROL_RINGING);
	assert_int_equal(world_call(BOB)->control.their.progress, CONTROL_CALLING);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_RING], 1);
	world_assert_secured(ALICE);
	world_assert_secured(BOB);
	assert_true(!world_call(ALICE)->since && !world_call(BOB)->since);

	world_answer(BOB);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	assert_true(world_call(ALICE)->since && world_call(BOB)->since);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_CANCEL], 1);
	world_run(60000);	/* it stays, by signs of life alone */
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);

	world_hangup(ALICE);
	world_assert_ended(ALICE, CALL_HANGUP, CALL_BY_US);
	world_assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
	world_run(3000);
	world_assert_no_trace(ALICE);
	world_assert_no_trace(BOB);
	assert_non_null(world_line(ALICE));	/* its reason can still be read */
	world_run(CALL_LINGER_MS);
	assert_null(world_line(ALICE));
	assert_null(world_line(BOB));
	assert_int_equal(world.end[ALICE].removed, 1);
	assert_int_equal(world.end[BOB].removed, 1);
	assert_int_equal(world.end[ALICE].refused, 0);
}

static void no_socket_before_the_answer_and_one_holder_after(void **state)
{
	struct line *alice, *bob;

	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	alice = world_line(ALICE);
	bob = world_line(BOB);
	assert_int_equal(calls_acquire(calls_of(ALICE), alice, ":1.1"), -EBADFD);
	assert_int_equal(calls_acquire(calls_of(BOB), bob, ":1.1"), -EBADFD);
	world_answer(BOB);
	assert_true(calls_acquire(calls_of(BOB), bob, ":1.1") >= 0);
	assert_int_equal(calls_acquire(calls_of(BOB), bob, ":1.2"), -EBUSY);
	calls_release(calls_of(BOB), bob);
	assert_true(calls_acquire(calls_of(BOB), bob, ":1.2") >= 0);
	world_hangup(ALICE);
	assert_int_equal(bob->media, -1);	/* taken back */
	assert_int_equal(calls_acquire(calls_of(BOB), bob, ":1.2"), -EBADFD);
}

static void declined(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	assert_int_equal(calls_decline(calls_of(BOB), world_line(BOB)), 0);
	world_run(500);
	world_assert_ended(BOB, CALL_DECLINED, CALL_BY_US);
	world_assert_ended(ALICE, CALL_DECLINED, CALL_BY_THEM);
	assert_int_equal(calls_answer(calls_of(BOB), world_line(BOB), WORLD_UID + BOB), -EBADFD);
	assert_int_equal(calls_hangup(calls_of(BOB), world_line(BOB)), -EBADFD);
	world_run(5000);
	world_assert_no_trace(ALICE);
	world_assert_no_trace(BOB);
}

static void the_caller_gives_up(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	world_assert_ended(ALICE, CALL_HANGUP, CALL_BY_US);
	world_assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_CANCEL], 1);
}

static void nobody_answers(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	world_run(CALL_RING_MS - 3000);
	assert_int_equal(world_call(BOB)->progress, CALL_RINGING);
	world_run(3000);
	world_assert_ended(BOB, CALL_NO_ANSWER, CALL_BY_NOBODY);
	world_assert_ended(ALICE, CALL_NO_ANSWER, CALL_BY_NOBODY);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_CANCEL], 1);
}

/* Who comes home reads who has called, of all but a flood; then it is forgotten. */
static void missed_calls_are_kept_and_bounded(void **state)
{
	const struct call *kept;

	world_pair_both();
	for (unsigned int n = 1; n <= MISSED_MAX + 2; n++) {
		world_ring(ALICE, "Bob", BOB);
		world_hangup(ALICE);
		world_run(CALL_BYE_MS);
		world.now += CALL_LINGER_MS;
		world_run(10);
		assert_null(world_line(ALICE));
		assert_int_equal(world_missed(BOB), n < MISSED_MAX ? n : MISSED_MAX);
	}
	kept = calls_first(calls_of(BOB))->call;
	assert_true(sodium_is_zero((void *)&kept->master, sizeof(kept->master)));
	assert_true(sodium_is_zero(kept->retain.rs1, ZRTP_SECRET_LEN));
	assert_true(sodium_is_zero(kept->retain.rs2, ZRTP_SECRET_LEN));
	assert_int_equal(world.end[BOB].removed, 2);
	world.now += CALL_MISSED_MS;	/* a night in which nothing happens */
	world_run(10);
	assert_int_equal(world_missed(BOB), 0);
	assert_int_equal(world.end[BOB].removed, MISSED_MAX + 2);
}

static void nobody_is_there(void **state)
{
	world_pair_both();
	world_kill(BOB);
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(CALL_HELLO_MS - 1000);
	assert_int_equal(world_call(ALICE)->progress, CALL_CALLING);
	world_run(1500);
	world_assert_ended(ALICE, CALL_UNREACHABLE, CALL_BY_NOBODY);
	assert_true(world.end[ALICE].zrtp_sent > 20);
	world_assert_no_trace(ALICE);
	world_start(BOB);
}

static void in_another_call(void **state)
{
	world_pair_both();
	world_pair(CAROL, "Bob", BOB);
	world_pair(BOB, "Carol", CAROL);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_dial(ALICE, "Bob"), -EBUSY);
	assert_int_equal(world_dial(CAROL, "Bob"), 0);
	world_run(3000);
	world_assert_ended(CAROL, CALL_BUSY, CALL_BY_THEM);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_RING], 1);	/* for Alice only */
	world_run(CALL_LINGER_MS + 1000);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
}

static void the_network_is_lost(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.cut = true;
	world_run(9000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	world_run(7000);
	world_assert_ended(ALICE, CALL_LOST, CALL_BY_NOBODY);
	world_assert_ended(BOB, CALL_LOST, CALL_BY_NOBODY);
	world_run(CALL_BYE_MS);
	world_assert_no_trace(ALICE);
	world_assert_no_trace(BOB);
}

static void a_gap_is_not_a_loss(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.cut = true;
	world_run(8000);
	world.cut = false;
	world_run(30000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
}

static void both_call_each_other(void **state)
{
	world_pair_both();
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	assert_int_equal(world_dial(BOB, "Alice"), 0);
	world_run(3000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	assert_int_equal(world.end[ALICE].added, 1);
	assert_int_equal(world.end[BOB].added, 1);
	assert_int_equal(world_flows(ALICE), 1);
	assert_int_equal(world_flows(BOB), 1);
	world_assert_secured(ALICE);
	world_assert_secured(BOB);
}

/* The second one dials while the first one's Hello is already answered. */
static void both_call_each_other_one_a_little_later(void **state)
{
	world_pair_both();
	for (uint64_t late = 5; late <= 60; late += 5) {
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(late);
		assert_int_equal(world_dial(BOB, "Alice"), 0);
		world_run(3000);
		assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
		assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
		world_hangup(ALICE);
		world_run(CALL_LINGER_MS + CALL_BYE_MS);
		assert_null(world_line(ALICE));
		assert_null(world_line(BOB));
		world_assert_no_trace(ALICE);
		world_assert_no_trace(BOB);
	}
}

static void who_is_called_while_it_rings_answers(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	assert_int_equal(world_dial(BOB, "Alice"), 0);
	world_run(500);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world.end[BOB].added, 1);
}

static void a_bad_network_only_takes_longer(void **state)
{
	world_pair_both();
	for (int i = 0; i < 20; i++) {
		world.loss_percent = 30;
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_until(bob_rings, 30000);
		world_run(4000);
		assert_int_equal(calls_answer(calls_of(BOB), world_line(BOB), WORLD_UID + BOB), 0);
		world_run(5000);
		assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
		assert_int_equal(calls_hangup(calls_of(BOB), world_line(BOB)), 0);
		world.loss_percent = 0;
		world_run(2000);
		world_assert_ended(ALICE, CALL_HANGUP, CALL_BY_THEM);
		world_run(CALL_LINGER_MS + CALL_BYE_MS);
		world_assert_no_trace(ALICE);
		world_assert_no_trace(BOB);
	}
}

static unsigned int lines_of(int end)
{
	unsigned int n = 0;

	for (struct line *line = calls_first(calls_of(end)); line; line = line->next)
		n++;
	return n;
}

/* 40 000 Hellos from as many addresses, twenty in each ms: they are each other's rivals. */
static void calls_come_through_a_flood_of_strangers(void **state)
{
	uint64_t sent;
	int calls = 0;

	world_pair_both();
	sent = world.end[BOB].zrtp_sent;
	for (uint32_t n = 1; n <= 40000; n++) {
		world_stranger(BOB, n);
		if (n % 20)
			continue;
		assert_true(lines_of(BOB) <= 32 + 1 + 2);	/* calls that have ended linger */
		assert_true(world_flows(BOB) <= WORLD_EMBRYONIC + 32 + 3);
		if (n % 20000 == 10000)	/* the first time they have never met */
			assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(1);
		if (n % 20000 != 10000 + 8000)
			continue;
		assert_int_equal(world_call(BOB)->progress, CALL_RINGING);
		assert_true(world_call(BOB)->security.secure);
		assert_int_equal(calls_answer(calls_of(BOB), world_line(BOB), WORLD_UID + BOB), 0);
		world_run(200);
		assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
		calls++;
		world_hangup(ALICE);
	}
	assert_int_equal(calls, 2);
	/* An answer each, and what the calls took. */
	assert_true(world.end[BOB].zrtp_sent - sent < 40000 + 2 * 100);
	world_run(60000);
	assert_null(calls_first(calls_of(BOB)));
}

/* Each says Hello and commits, in the right chain: all that can be had without an answer. */
static void strangers_that_commit_have_a_rate_together(void **state)
{
	const unsigned int seconds = 3, each_ms = 10;
	struct world_end *bob = &world.end[BOB];
	uint64_t octets, sent, begun;

	world_pair_both();
	begun = world.now;
	octets = bob->zrtp_octets;
	sent = bob->zrtp_sent;
	for (uint32_t n = 1; n <= seconds * 1000 * each_ms; n++) {
		world_stranger(BOB, n);
		world_stranger_commits(BOB, n);
		if (n % each_ms == 0)
			world_run(1);
	}
	/* The clock may have gone on a little between two packets. */
	assert_in_range(bob->zrtp_octets - octets, 10000,
			524288 + (world.now - begun + 10) * 262144 / 1000);
	assert_true(bob->zrtp_sent - sent > 1000);
	assert_in_range(bob->committed, 100, 100 + seconds * 50 + 1);
	assert_int_equal(world_dial(ALICE, "Bob"), 0);	/* who is known comes through */
	world_run(400);
	assert_int_equal(world_call(BOB)->progress, CALL_RINGING);
}

static void a_peer_that_moves_is_followed(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_true(calls_acquire(calls_of(ALICE), world_line(ALICE), ":1.1") >= 0);
	world_readdress(BOB, 99);
	world_run(30000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	assert_true(addr_same(&world_line(ALICE)->flow.remote, &world.end[BOB].wire));
	world_hangup(BOB);
	world_assert_ended(ALICE, CALL_HANGUP, CALL_BY_THEM);
	/* And is looked for there the next time. */
	p = world_peer(ALICE, "Bob");
	assert_true(addr_same(&p->last, &world.end[BOB].wire));
}

static void without_a_kernel_nothing_is_dialled(void **state)
{
	world_pair_both();
	assert_int_equal(calls_use_kernel(calls_of(ALICE), NULL), 0);
	assert_int_equal(world_dial(ALICE, "Bob"), -ENODEV);
	assert_null(world_line(ALICE));
}

/* The module is gone, and what is owed to the other end cannot be said: the loop must not spin. */
static void without_a_kernel_a_call_waits(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.end[ALICE].deaf = true;
	assert_int_equal(calls_use_kernel(calls_of(ALICE), NULL), 0);
	world_run(14000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_call_rings_is_answered_and_hung_up),
		WORLD(no_socket_before_the_answer_and_one_holder_after),
		WORLD(declined),
		WORLD(the_caller_gives_up),
		WORLD(nobody_answers),
		WORLD(missed_calls_are_kept_and_bounded),
		WORLD(nobody_is_there),
		WORLD(in_another_call),
		WORLD(the_network_is_lost),
		WORLD(a_gap_is_not_a_loss),
		WORLD(both_call_each_other),
		WORLD(both_call_each_other_one_a_little_later),
		WORLD(who_is_called_while_it_rings_answers),
		WORLD(a_bad_network_only_takes_longer),
		WORLD(calls_come_through_a_flood_of_strangers),
		WORLD(strangers_that_commit_have_a_rate_together),
		WORLD(a_peer_that_moves_is_followed),
		WORLD(without_a_kernel_nothing_is_dialled),
		WORLD(without_a_kernel_a_call_waits),
	};

	return cmocka_run_group_tests_name("sottod calls", tests, NULL, NULL);
}
