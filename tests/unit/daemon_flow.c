// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole calls between two sottods, over a pretended kernel: their progress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "calls_priv.h"
#include "daemon_dir.h"
#include "daemon_world.h"

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
}

static void assert_secured(int end)
{
	const struct world_flow *f = world_flow_of(end);

	assert_non_null(f);
	assert_int_equal(f->flow.tx, SOTTO_STATE_SECURE);
	assert_int_equal(f->flow.rx, SOTTO_STATE_SECURE);
}

static void assert_ended(int end, enum call_reason reason, enum call_by by)
{
	const struct call *call = world_call(end);

	assert_int_equal(call->progress, CALL_ENDED);
	assert_int_equal(call->reason, reason);
	assert_int_equal(call->by, by);
}

/* Nothing is left in the kernel or in the runtime directory. */
static void assert_no_trace(int end)
{
	char dir[256];

	assert_int_equal(world_flows(end), 0);
	snprintf(dir, sizeof(dir), "%s/calls", world.end[end].dir);
	assert_int_equal(dir_files(dir), 0);
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
	assert_secured(ALICE);
	assert_secured(BOB);
	assert_true(!world_call(ALICE)->since && !world_call(BOB)->since);

	world_answer(BOB);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	assert_true(world_call(ALICE)->since && world_call(BOB)->since);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_CANCEL], 1);
	world_run(60000);	/* it stays, by signs of life alone */
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);

	world_hangup(ALICE);
	assert_ended(ALICE, CALL_HANGUP, CALL_BY_US);
	assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
	world_run(3000);
	assert_no_trace(ALICE);
	assert_no_trace(BOB);
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
	assert_ended(BOB, CALL_DECLINED, CALL_BY_US);
	assert_ended(ALICE, CALL_DECLINED, CALL_BY_THEM);
	assert_int_equal(calls_answer(calls_of(BOB), world_line(BOB), WORLD_UID + BOB), -EBADFD);
	assert_int_equal(calls_hangup(calls_of(BOB), world_line(BOB)), -EBADFD);
	world_run(5000);
	assert_no_trace(ALICE);
	assert_no_trace(BOB);
}

static void the_caller_gives_up(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	assert_ended(ALICE, CALL_HANGUP, CALL_BY_US);
	assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_CANCEL], 1);
}

static void nobody_answers(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	world_run(CALL_RING_MS - 3000);
	assert_int_equal(world_call(BOB)->progress, CALL_RINGING);
	world_run(3000);
	assert_ended(BOB, CALL_NO_ANSWER, CALL_BY_NOBODY);
	assert_ended(ALICE, CALL_NO_ANSWER, CALL_BY_NOBODY);
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
	assert_ended(ALICE, CALL_UNREACHABLE, CALL_BY_NOBODY);
	assert_true(world.end[ALICE].zrtp_sent > 20);
	assert_no_trace(ALICE);
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
	assert_ended(CAROL, CALL_BUSY, CALL_BY_THEM);
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
	assert_ended(ALICE, CALL_LOST, CALL_BY_NOBODY);
	assert_ended(BOB, CALL_LOST, CALL_BY_NOBODY);
	world_run(CALL_BYE_MS);
	assert_no_trace(ALICE);
	assert_no_trace(BOB);
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
	assert_secured(ALICE);
	assert_secured(BOB);
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
		assert_no_trace(ALICE);
		assert_no_trace(BOB);
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
		assert_ended(ALICE, CALL_HANGUP, CALL_BY_THEM);
		world_run(CALL_LINGER_MS + CALL_BYE_MS);
		assert_no_trace(ALICE);
		assert_no_trace(BOB);
	}
}

/* After SIGKILL. */

static void a_restarted_sottod_knows_the_call(void **state)
{
	struct call before;
	struct world_flow flow;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	before = *world_call(ALICE);
	flow = *world_flow_of(ALICE);

	world_kill(ALICE);
	world_run(5000);
	world_start(ALICE);
	world_run(500);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	assert_memory_equal(world_call(ALICE)->security.sas, before.security.sas, 4);
	assert_true(call_verified(world_call(ALICE)));
	assert_true(call_their_verified(world_call(ALICE)));
	assert_int_equal(world_call(ALICE)->since, before.since);
	assert_int_equal(world_call(ALICE)->security.since, before.security.since);
	assert_int_equal(world_call(ALICE)->uid, WORLD_UID + ALICE);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	/* The media had no reason to stop: same flow, same keys. */
	assert_int_equal(world_flow_of(ALICE)->flow.id, flow.flow.id);
	assert_memory_equal(world_flow_of(ALICE)->current, flow.current, sizeof(flow.current));
	assert_secured(ALICE);
	world_run(30000);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	world_hangup(ALICE);
	assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
}

static void a_restarted_sottod_still_rings_and_verifies(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	world_kill(BOB);
	world_run(3000);
	world_start(BOB);
	world_run(500);
	assert_int_equal(world_call(BOB)->progress, CALL_RINGING);
	world_answer(BOB);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	assert_true(call_verified(world_call(BOB)));
}

static void only_the_holder_gets_the_socket_again(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_true(calls_acquire(calls_of(ALICE), world_line(ALICE), ":1.1") >= 0);
	world_run(100);
	world_kill(ALICE);
	world_start(ALICE);
	assert_int_equal(calls_acquire(calls_of(ALICE), world_line(ALICE), ":1.2"), -EBUSY);
	assert_true(calls_acquire(calls_of(ALICE), world_line(ALICE), ":1.1") >= 0);
}

static void wrong_halves_are_remembered_over_a_restart(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	for (int i = 0; i < CALL_WRONG_MAX; i++)
		assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	world_run(100);
	world_kill(ALICE);
	world_start(ALICE);
	world_run(100);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SAS_WRONG);
	assert_int_equal(world_verify(ALICE, BOB), -EACCES);
}

static void what_ended_meanwhile_has_ended(void **state)
{
	char calls[256];

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_kill(ALICE);
	world_unplug(ALICE);
	world_start(ALICE);
	world_run(100);
	assert_null(world_line(ALICE));
	snprintf(calls, sizeof(calls), "%s/calls", world.end[ALICE].dir);
	assert_int_equal(dir_files(calls), 0);
	world_run(20000);
	assert_ended(BOB, CALL_LOST, CALL_BY_NOBODY);
}

static void an_unfinished_dial_is_not_left_in_the_kernel(void **state)
{
	world_pair_both();
	world.cut = true;
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(1000);
	world_kill(ALICE);
	assert_int_equal(world_flows(ALICE), 1);
	world_start(ALICE);
	world_run(100);
	assert_int_equal(world_flows(ALICE), 0);
}

static void lost_notices_are_made_up_for(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_unplug(ALICE);
	calls_kernel_events.resync(calls_of(ALICE));
	world_run(100);
	assert_ended(ALICE, CALL_FAILED, CALL_BY_NOBODY);
}

/* Each thing that a notice tells: here it is lost, and the dump shows it. */
static bool lose_conf2ack(int from, const uint8_t *zrtp, size_t len)
{
	return !memcmp(zrtp + 16, "Conf2ACK", 8);
}

static bool waits_for_conf2ack(int end)
{
	const struct world_flow *f = world.end[end].flow;

	return f->flow.id && f->flow.rx == SOTTO_STATE_SECURE && f->flow.tx == SOTTO_STATE_HOLD;
}

static bool someone_waits_for_conf2ack(void)
{
	return waits_for_conf2ack(ALICE) || waits_for_conf2ack(BOB);
}

static void a_lost_first_packet_is_made_up_for(void **state)
{
	int waits;

	world.lose = lose_conf2ack;
	world.media = true;
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_until(someone_waits_for_conf2ack, 2000);
	waits = waits_for_conf2ack(ALICE) ? ALICE : BOB;
	world.end[waits].deaf = true;
	world_run(1000);
	assert_int_equal(world_flow_of(waits)->flow.tx, SOTTO_STATE_HOLD);
	world_overrun(waits);
	assert_int_equal(world_flow_of(waits)->flow.tx, SOTTO_STATE_SECURE);
	world_run(500);
	assert_secured(ALICE);
	assert_secured(BOB);
	assert_true(world.end[!waits].understood);
}

static void lost_births_and_deaths_of_flows_are_made_up_for(void **state)
{
	world.end[ALICE].deaf = true;
	world_program_starts(ALICE, BOB);
	world_run(100);
	assert_null(world_line(ALICE));
	world_overrun(ALICE);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_secured(ALICE);
	assert_secured(BOB);
	world.end[ALICE].deaf = true;
	world_program_stops(ALICE);
	world_run(100);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	world_overrun(ALICE);
	assert_ended(ALICE, CALL_REASON_NONE, CALL_BY_NOBODY);
}

static void a_lost_death_of_keys_is_made_up_for(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.end[ALICE].deaf = true;
	world_flow_of(ALICE)->flow.tx = SOTTO_STATE_DEAD;
	world_run(100);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	world_overrun(ALICE);
	assert_ended(ALICE, CALL_FAILED, CALL_BY_NOBODY);
}

static void a_lost_move_of_the_peer_is_made_up_for(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.end[ALICE].deaf = true;
	world_readdress(BOB, 99);
	world_run(10000);
	assert_false(addr_same(&world_line(ALICE)->flow.remote, &world.end[BOB].wire));
	world_overrun(ALICE);
	assert_true(addr_same(&world_line(ALICE)->flow.remote, &world.end[BOB].wire));
	p = world_peer(ALICE, "Bob");
	assert_true(addr_same(&p->last, &world.end[BOB].wire));
}

/* A softphone's exchange is cut off by a restart at any moment: it begins again. */
static void a_program_is_secured_though_sottod_dies_meanwhile(void **state)
{
	for (uint64_t at = 1; at < 200; at += 3) {
		int victim = at % 2;

		world_program_starts(ALICE, BOB);
		world_program_starts(BOB, ALICE);
		world_run(at);
		world_kill(victim);
		for (int i = 0; i < WORLD_FLOWS; i++)	/* held is held */
			assert_int_not_equal(world.end[victim].flow[i].flow.tx, SOTTO_STATE_CLEAR);
		world_run(50);
		world_start(victim);
		world.media = true;
		world_run(30000);
		assert_secured(ALICE);
		assert_secured(BOB);
		assert_memory_equal(&world_flow_of(ALICE)->current[SOTTO_DIR_TX],
				    &world_flow_of(BOB)->current[SOTTO_DIR_RX],
				    sizeof(struct zrtp_srtp));
		assert_memory_equal(&world_flow_of(BOB)->current[SOTTO_DIR_TX],
				    &world_flow_of(ALICE)->current[SOTTO_DIR_RX],
				    sizeof(struct zrtp_srtp));
		assert_memory_equal(world_call(ALICE)->security.sas, world_call(BOB)->security.sas,
				    4);
		world.media = false;
		world_program_stops(ALICE);
		world_program_stops(BOB);
		world_run(CALL_LINGER_MS + 1000);
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
	assert_ended(ALICE, CALL_HANGUP, CALL_BY_THEM);
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

/* Softphones, which know nothing of all this. */

static void programs_are_secured_without_being_asked(void **state)
{
	world_program_starts(ALICE, BOB);
	world_run(20);
	world_program_starts(BOB, ALICE);
	world_run(2000);
	for (int end = ALICE; end <= BOB; end++) {
		assert_int_equal(world_call(end)->kind, CALL_PROGRAM);
		assert_int_equal(world_call(end)->progress, CALL_ACTIVE);
		assert_int_equal(world_call(end)->uid, WORLD_UID + end);
		assert_true(world_call(end)->security.secure);
		assert_secured(end);
		assert_int_equal(world.end[end].added, 1);
		assert_int_equal(world.end[end].asked[CALLS_ASK_RING], 0);
		assert_int_equal(world.end[end].asked[CALLS_ASK_VERIFY], 1);
		assert_int_equal(world.end[end].asked[CALLS_ASK_NOTE], 0);
		/* It is the program's to end, and its socket is the program's. */
		assert_int_equal(calls_hangup(calls_of(end), world_line(end)), -EBADFD);
		assert_int_equal(calls_acquire(calls_of(end), world_line(end), ":1.1"), -EBADFD);
	}
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_true(call_their_verified(world_call(BOB)));
	world_program_stops(ALICE);
	world_run(100);
	assert_ended(ALICE, CALL_REASON_NONE, CALL_BY_NOBODY);
	assert_no_trace(ALICE);
}

/* Nobody looks at sotto while a softphone calls: it is for sotto to say so. */
static void that_a_programs_call_is_secure_is_told(void **state)
{
	for (unsigned int n = 1; n <= 2; n++) {
		world_program_starts(ALICE, BOB);
		world_program_starts(BOB, ALICE);
		world_run(2000);
		assert_int_equal(world.end[ALICE].asked[CALLS_ASK_VERIFY], 1);
		assert_int_equal(world.end[ALICE].asked[CALLS_ASK_SECURE], n - 1);
		if (n == 1) {
			assert_int_equal(world_verify(ALICE, BOB), 1);
			assert_int_equal(world_verify(BOB, ALICE), 1);
		}
		world_program_stops(ALICE);
		world_program_stops(BOB);
		world_run(40000);
	}
}

static void a_program_whose_far_end_is_silent_stays_held(void **state)
{
	const struct world_flow *f;

	world_kill(BOB);
	world_program_starts(ALICE, BOB);
	world_run(120000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_false(world_call(ALICE)->security.secure);
	f = world_flow_of(ALICE);
	assert_int_equal(f->flow.tx, SOTTO_STATE_HOLD);
	assert_int_equal(f->flow.rx, SOTTO_STATE_HOLD);
	assert_string_equal(line_note(world_line(ALICE)), "no-zrtp");
	assert_non_null(strstr(line_note_text(world_line(ALICE)), "nothing is sent"));
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_NOTE], 1);
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_VERIFY], 0);
	world_start(BOB);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_secured(ALICE);		/* Hello went on */
	assert_secured(BOB);
	assert_string_equal(line_note(world_line(ALICE)), "");
	assert_string_equal(line_note_text(world_line(ALICE)), "");
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_VERIFY], 1);
}

/* Where the rule prefers, the call is in clear, and that is what the person is told. */
static void a_program_whose_far_end_is_silent_is_said_to_be_in_clear(void **state)
{
	world_kill(BOB);
	world_program_starts(ALICE, BOB);
	world_program_is(ALICE, SOTTO_STATE_CLEAR);
	world_run(3000);
	assert_string_equal(line_note(world_line(ALICE)), "");	/* Hellos are still under way */
	world_run(2000);
	assert_string_equal(line_note(world_line(ALICE)), "no-zrtp");
	assert_non_null(strstr(line_note_text(world_line(ALICE)), "can listen"));
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_NOTE], 1);
}

/* Its own ZRTP must not meet ours. */
static void a_program_that_encrypts_by_itself_is_left_alone(void **state)
{
	uint64_t sent;

	world_kill(BOB);
	world_program_starts(ALICE, BOB);
	world_run(100);
	assert_true(world.end[ALICE].zrtp_sent > 0);
	world_program_is(ALICE, SOTTO_STATE_OWN);
	world_run(20);
	sent = world.end[ALICE].zrtp_sent;
	world_run(10000);
	assert_int_equal(world.end[ALICE].zrtp_sent, sent);
	assert_string_equal(line_note(world_line(ALICE)), "own");
	assert_non_null(strstr(line_note_text(world_line(ALICE)), "cannot vouch"));
}

/* Its keys are not ours to agree on: nothing is said, nothing that comes is answered. */
static void a_program_with_keys_of_its_own_is_left_alone(void **state)
{
	static const uint32_t flags[] = { SOTTO_FLOW_F_AGENT, 0 };

	for (unsigned int i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		world_program_claims(ALICE, BOB, flags[i]);
		world_program_starts(BOB, ALICE);
		world_run(2000);
		assert_true(world.end[BOB].zrtp_sent > 0);
		assert_int_equal(world.end[ALICE].zrtp_sent, 0);
		assert_null(world_line(ALICE));
		/* The next sottod sees the flow in a dump. */
		world_kill(ALICE);
		world_start(ALICE);
		world_run(2000);
		assert_int_equal(world.end[ALICE].zrtp_sent, 0);
		assert_null(world_line(ALICE));
		assert_int_equal(world_flows(ALICE), 1);
		world_program_stops(ALICE);
		world_program_stops(BOB);
		world_run(1000);
	}
}

/* As the session of @end would tell. */
static void session_tells(int end, const struct zrtp_action *action)
{
	calls_zrtp(world_line(end)->session, action, world.end[end].calls);
}

static void programs_are_secured(void)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_secured(ALICE);
	assert_secured(BOB);
}

/* RFC 6189 11: not an alarm, since the keys are right; but people are to know. */
static void a_far_end_that_passes_keys_on_is_told(void **state)
{
	struct zrtp_action again = { .type = ZRTP_ACTION_SECURE };
	const struct call *call;

	programs_are_secured();
	call = world_line(ALICE)->call;
	assert_string_equal(line_note(world_line(ALICE)), "");
	again.secure.role = call->security.role;
	again.secure.suite = call->security.suite;
	memcpy(again.secure.sas_value, call->security.sas, sizeof(call->security.sas));
	memcpy(again.secure.own_zid, call->own_zid, ZRTP_ZID_LEN);
	memcpy(again.secure.peer_zid, call->peer_zid, ZRTP_ZID_LEN);
	again.secure.master = call->master;
	again.secure.peer_disclosure = true;
	world_line(ALICE)->agreed = false;	/* it is told once only */
	session_tells(ALICE, &again);
	assert_string_equal(line_note(world_line(ALICE)), "discloses");
	assert_non_null(strstr(line_note_text(world_line(ALICE)), "may hear"));
	assert_int_equal(call_alarm(call), CALL_ALARM_NONE);
	assert_string_equal(line_note(world_line(BOB)), "");
}

/* Not even if the session, which reads what the network sends, says that it was agreed. */
static void nothing_goes_clear_whatever_the_session_says(void **state)
{
	static const enum zrtp_action_type types[] = {
		ZRTP_ACTION_CLEAR_REFUSED, ZRTP_ACTION_CLEARED, ZRTP_ACTION_TX_CLEAR,
	};

	for (int early = 0; early < 2; early++) {
		programs_are_secured();
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			const struct zrtp_action action = { .type = types[i] };
			const struct world_flow *f = world_flow_of(ALICE);

			/* As it is before it knows that all is agreed. */
			if (early)
				world_line(ALICE)->agreed = false;
			session_tells(ALICE, &action);
			world_run(100);
			assert_int_equal(f->flow.tx, SOTTO_STATE_SECURE);
			assert_int_equal(f->flow.rx, SOTTO_STATE_SECURE);
		}
		world_program_stops(ALICE);
		world_program_stops(BOB);
		world_run(60000);
	}
}

/* RFC 6189 7.3: what it offered is not shown; that it did is. */
static void a_machine_in_the_middle_that_says_so_is_an_alarm(void **state)
{
	struct zrtp_action scheme = { .type = ZRTP_ACTION_RELAY };
	struct zrtp_action refused = { .type = ZRTP_ACTION_RELAY };
	const struct call *call;
	uint8_t sas[4];

	programs_are_secured();
	call = world_line(ALICE)->call;
	memcpy(sas, call->security.sas, sizeof(sas));
	scheme.relay.what = ZRTP_RELAY_SCHEME;
	scheme.relay.sas_type = ZRTP_SAS_B256;
	session_tells(ALICE, &scheme);
	assert_int_equal(call->security.suite.sas_type, ZRTP_SAS_B256);
	assert_int_equal(call_alarm(call), CALL_ALARM_NONE);
	refused.relay.what = ZRTP_RELAY_REFUSED;
	refused.relay.error = ZRTP_ERROR_SAS_TYPE;	/* it is not understood: no more */
	session_tells(ALICE, &refused);
	assert_int_equal(call_alarm(call), CALL_ALARM_NONE);
	refused.relay.error = ZRTP_ERROR_MITM;
	session_tells(ALICE, &refused);
	assert_int_equal(call_alarm(call), CALL_ALARM_RELAYED);
	assert_memory_equal(call->security.sas, sas, sizeof(sas));
	assert_secured(ALICE);
}

static void a_programs_call_is_adopted_as_one(void **state)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(2000);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	world_kill(ALICE);
	world_start(ALICE);
	world_run(100);
	assert_int_equal(world_call(ALICE)->kind, CALL_PROGRAM);
	assert_true(call_verified(world_call(ALICE)));
	assert_secured(ALICE);
	assert_int_equal(calls_hangup(calls_of(ALICE), world_line(ALICE)), -EBADFD);
}

/* sottod comes when the program has sent already. */
static void a_program_that_was_there_first_is_secured_too(void **state)
{
	world_kill(ALICE);
	world_program_starts(ALICE, BOB);
	world_start(ALICE);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_secured(ALICE);
	assert_secured(BOB);
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
		WORLD(a_restarted_sottod_knows_the_call),
		WORLD(a_restarted_sottod_still_rings_and_verifies),
		WORLD(only_the_holder_gets_the_socket_again),
		WORLD(wrong_halves_are_remembered_over_a_restart),
		WORLD(what_ended_meanwhile_has_ended),
		WORLD(an_unfinished_dial_is_not_left_in_the_kernel),
		WORLD(lost_notices_are_made_up_for),
		WORLD(a_lost_first_packet_is_made_up_for),
		WORLD(lost_births_and_deaths_of_flows_are_made_up_for),
		WORLD(a_lost_death_of_keys_is_made_up_for),
		WORLD(a_lost_move_of_the_peer_is_made_up_for),
		WORLD(a_program_is_secured_though_sottod_dies_meanwhile),
		WORLD(calls_come_through_a_flood_of_strangers),
		WORLD(strangers_that_commit_have_a_rate_together),
		WORLD(a_peer_that_moves_is_followed),
		WORLD(programs_are_secured_without_being_asked),
		WORLD(that_a_programs_call_is_secure_is_told),
		WORLD(a_program_whose_far_end_is_silent_stays_held),
		WORLD(a_program_whose_far_end_is_silent_is_said_to_be_in_clear),
		WORLD(a_program_that_encrypts_by_itself_is_left_alone),
		WORLD(a_program_with_keys_of_its_own_is_left_alone),
		WORLD(a_far_end_that_passes_keys_on_is_told),
		WORLD(nothing_goes_clear_whatever_the_session_says),
		WORLD(a_machine_in_the_middle_that_says_so_is_an_alarm),
		WORLD(a_programs_call_is_adopted_as_one),
		WORLD(a_program_that_was_there_first_is_secured_too),
		WORLD(without_a_kernel_nothing_is_dialled),
		WORLD(without_a_kernel_a_call_waits),
	};

	return cmocka_run_group_tests_name("sottod calls", tests, NULL, NULL);
}
