// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SIGKILL of sottod and of its worker at random moments of calls: the store opens, no
 * peer is lost, no secure flow falls, and the next call has no mismatch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon_world.h"

#define MOMENTS		200
#define CALL_MS		3000	/* dialled, answered after a second, then media */
#define HANDSHAKE_MS	120
#define SEED		1

static bool is_secure(int end)
{
	const struct world_flow *f = world_flow_of(end);

	return f && f->flow.tx == SOTTO_STATE_SECURE && f->flow.rx == SOTTO_STATE_SECURE;
}

static bool both_secure(void)
{
	return is_secure(ALICE) && is_secure(BOB);
}

static bool runs(int end)
{
	return world_line(end) && world_call(end)->progress == CALL_ACTIVE && is_secure(end);
}

static unsigned int chance(unsigned int n)
{
	return random() % n;
}

/* So far into a call; Bob answers when it has rung for a while. */
static void call_for(uint64_t ms)
{
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(ms < 1000 ? ms : 1000);
	if (ms < 1000)
		return;
	if (world_line(BOB) && world_call(BOB)->progress == CALL_RINGING)
		assert_int_equal(calls_answer(world.end[BOB].calls, world_line(BOB),
					      WORLD_UID + BOB), 0);
	world_run(ms - 1000);
}

static void kill_something(void)
{
	int end = chance(2) ? ALICE : BOB;

	if (chance(2)) {
		world_kill(end);
		world_run(chance(500));	/* nobody is there */
		world_start(end);
	} else {
		world_kill_worker(end);
		world_run(chance(500));
		world_start_worker(end);
	}
}

static bool media_goes_both_ways(void)
{
	unsigned int alice = world.end[ALICE].understood, bob = world.end[BOB].understood;

	world_run(500);
	return world.end[ALICE].understood > alice + 15 && world.end[BOB].understood > bob + 15;
}

static void end_all(void)
{
	for (int end = ALICE; end <= BOB; end++)
		if (world_line(end) && world_call(end)->progress != CALL_ENDED)
			calls_hangup(world.end[end].calls, world_line(end));
	world_run(CALL_RING_MS + CALL_LINGER_MS + 5000);
}

static void assert_know_each_other(int end, const char *name)
{
	_cleanup_peer_ struct peer *p = world_peer(end, name);	/* or it fails */

	assert_true(p->has_zid && p->has_rs1 && p->verified);
	assert_false(p->mismatch);
}

static void nothing_is_lost(void **state)
{
	unsigned int ran = 0, handshakes = 0;

	srandom(SEED);
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	end_all();
	world.media = true;
	for (int n = 0; n < MOMENTS; n++) {
		bool running;

		/* Every other one while keys are agreed. */
		call_for(chance(n % 2 ? HANDSHAKE_MS : CALL_MS));
		running = runs(ALICE) && runs(BOB);
		ran += running;
		handshakes += !both_secure();
		kill_something();
		if (running) {
			assert_true(runs(ALICE) && runs(BOB));
			assert_true(media_goes_both_ways());
		}
		end_all();
		assert_know_each_other(ALICE, "Bob");
		assert_know_each_other(BOB, "Alice");
		world_ring(ALICE, "Bob", BOB);
		for (int end = ALICE; end <= BOB; end++) {
			assert_true(world_call(end)->security.matched);
			assert_true(world_call(end)->security.verified_before);
			assert_int_equal(call_alarm(world_call(end)), CALL_ALARM_NONE);
		}
		end_all();
	}
	print_message("%d moments: %u in handshakes, %u in running calls\n", MOMENTS, handshakes,
		      ran);
	assert_true(handshakes > 20 && ran > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_lost, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
