// SPDX-License-Identifier: GPL-2.0-or-later
/* How a program's call ends, over a pretended kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "calls_priv.h"
#include "daemon_world.h"

static void assert_ended(int end, enum call_reason reason, enum call_by by)
{
	assert_int_equal(world_call(end)->progress, CALL_ENDED);
	assert_int_equal(world_call(end)->reason, reason);
	assert_int_equal(world_call(end)->by, by);
}

static void assert_secured(int end)
{
	assert_int_equal(world_call(end)->progress, CALL_ACTIVE);
	assert_int_equal(world_flow_of(end)->flow.tx, SOTTO_STATE_SECURE);
	assert_int_equal(world_flow_of(end)->flow.rx, SOTTO_STATE_SECURE);
}

static void programs_are_secured(void)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_secured(ALICE);
	assert_secured(BOB);
}

static void a_closed_socket_ends_the_call_at_both_ends(void **state)
{
	programs_are_secured();
	world_program_closes(ALICE);
	world_run(1000);
	assert_ended(ALICE, CALL_CLOSED, CALL_BY_US);
	assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
	assert_int_equal(world_flows(ALICE), 0);
	assert_int_equal(world_flows(BOB), 0);
}

static bool alices_is_over(void)
{
	return world_call(ALICE)->progress == CALL_ENDED;
}

static void who_says_nothing_any_more_has_ended(void **state)
{
	programs_are_secured();
	world.media = true;
	world_run(4 * CALL_SILENT_MS);
	assert_secured(ALICE);
	assert_secured(BOB);
	world.media = false;
	world_run(CALL_SILENT_MS - 1000);	/* on hold */
	assert_secured(ALICE);
	assert_secured(BOB);
	world_until(alices_is_over, CALL_SILENT_MS + 2000);
	assert_ended(ALICE, CALL_SILENT, CALL_BY_NOBODY);
	world_run(1000);
	assert_int_equal(world_call(BOB)->progress, CALL_ENDED);
	assert_int_equal(world_flows(ALICE), 0);
	assert_int_equal(world_flows(BOB), 0);
}

/* Held for minutes, then taken up again: one packet each way is a sign of life. */
static void a_word_now_and_then_is_enough(void **state)
{
	programs_are_secured();
	for (int i = 0; i < 10; i++) {
		world.media = true;
		world_run(100);
		world.media = false;
		world_run(CALL_SILENT_MS - 1000);
		assert_secured(ALICE);
		assert_secured(BOB);
	}
}

/* Anybody can send such an error: it is believed of an end that is not heard. */
static void who_is_not_there_and_not_heard_has_ended(void **state)
{
	world.end[BOB].mute = true;
	programs_are_secured();
	world.media = true;
	world_run(CALL_LOST_MS + 5000);
	world_program_is_refused(ALICE);
	world_run(1000);
	assert_secured(ALICE);
	world.media = false;
	world_run(CALL_LOST_MS - 2000);
	world_program_is_refused(ALICE);
	world_run(100);
	assert_secured(ALICE);
	world_run(5000);			/* on hold */
	assert_secured(ALICE);
	world_program_is_refused(ALICE);
	world_run(1000);
	assert_ended(ALICE, CALL_LOST, CALL_BY_NOBODY);
	world_run(5000);			/* the farewell that nobody takes */
	assert_int_equal(world_flows(ALICE), 0);
}

static void who_is_not_there_and_was_never_heard_has_ended(void **state)
{
	world.end[BOB].mute = true;
	programs_are_secured();
	world_program_is_refused(ALICE);
	world_run(1000);
	assert_secured(ALICE);
	world_run(CALL_LOST_MS);
	assert_secured(ALICE);
	world_program_is_refused(ALICE);
	world_run(1000);
	assert_ended(ALICE, CALL_LOST, CALL_BY_NOBODY);
}

/* The notice was lost: the flow itself still says it. */
static void a_lost_word_of_it_is_made_up_for(void **state)
{
	programs_are_secured();
	world.end[ALICE].deaf = true;
	world_program_closes(ALICE);
	world_run(1000);
	assert_secured(ALICE);
	world_overrun(ALICE);
	world_run(1000);
	assert_ended(ALICE, CALL_CLOSED, CALL_BY_US);
}

static void what_closed_while_sottod_was_away_has_ended(void **state)
{
	programs_are_secured();
	world_kill(ALICE);
	world_program_closes(ALICE);
	world_start(ALICE);
	world_run(1000);
	assert_ended(ALICE, CALL_CLOSED, CALL_BY_US);
	assert_ended(BOB, CALL_HANGUP, CALL_BY_THEM);
	assert_int_equal(world_flows(ALICE), 0);
}

static void a_call_of_sottos_own_is_not_a_programs(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_run(3 * CALL_SILENT_MS);		/* nothing but signs of life */
	assert_secured(ALICE);
	assert_secured(BOB);
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_closed_socket_ends_the_call_at_both_ends),
		WORLD(who_says_nothing_any_more_has_ended),
		WORLD(a_word_now_and_then_is_enough),
		WORLD(who_is_not_there_and_not_heard_has_ended),
		WORLD(who_is_not_there_and_was_never_heard_has_ended),
		WORLD(a_lost_word_of_it_is_made_up_for),
		WORLD(what_closed_while_sottod_was_away_has_ended),
		WORLD(a_call_of_sottos_own_is_not_a_programs),
	};

	return cmocka_run_group_tests_name("end of a program's call", tests, NULL, NULL);
}
