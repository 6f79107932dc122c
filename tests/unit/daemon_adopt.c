// SPDX-License-Identifier: GPL-2.0-or-later
/* What a sottod knows again that was killed, or was not told, over a pretended kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon_dir.h"
#include "daemon_world.h"

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
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
	world_assert_secured(ALICE);
	world_run(30000);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	world_hangup(ALICE);
	world_assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
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
	world_assert_ended(BOB, CALL_LOST, CALL_BY_NOBODY);
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
	world_assert_ended(ALICE, CALL_FAILED, CALL_BY_NOBODY);
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
	world_assert_secured(ALICE);
	world_assert_secured(BOB);
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
	world_assert_secured(ALICE);
	world_assert_secured(BOB);
	world.end[ALICE].deaf = true;
	world_program_stops(ALICE);
	world_run(100);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	world_overrun(ALICE);
	world_assert_ended(ALICE, CALL_REASON_NONE, CALL_BY_NOBODY);
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
	world_assert_ended(ALICE, CALL_FAILED, CALL_BY_NOBODY);
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
		world_assert_secured(ALICE);
		world_assert_secured(BOB);
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

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("sottod adopts", tests, NULL, NULL);
}
