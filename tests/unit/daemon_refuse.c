// SPDX-License-Identifier: GPL-2.0-or-later
/* Who agrees on keys with us is told when nothing will come of it (RFC 6189 5.9, 0xA0). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "calls_priv.h"
#include "daemon_world.h"

#define TYPE_AT		16	/* in a ZRTP packet */
#define CODE_AT		24
#define UNAVAILABLE	"\0\0\0\xa0"

static unsigned int errors_by[ENDS];
static bool no_acks;

/* No key agreement comes to its end. */
static bool lose(int from, const uint8_t *zrtp, size_t len)
{
	if (len > CODE_AT + 4 && !memcmp(zrtp + TYPE_AT, "Error   ", 8) &&
	    !memcmp(zrtp + CODE_AT, UNAVAILABLE, 4))
		errors_by[from]++;
	return !memcmp(zrtp + TYPE_AT, "DHPart", 6) ||
	       (no_acks && !memcmp(zrtp + TYPE_AT, "ErrorACK", 8));
}

static int setup(void **state)
{
	memset(errors_by, 0, sizeof(errors_by));
	no_acks = false;
	return world_setup(state);
}

static void who_hangs_up_early_says_so(void **state)
{
	for (int i = 0; i < 2; i++) {
		memset(errors_by, 0, sizeof(errors_by));
		no_acks = i;
		if (!i)
			world_pair_both();
		world.lose = lose;
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(500);
		assert_non_null(calls_first(world.end[BOB].calls));
		world_hangup(ALICE);
		/* Once, or until that has been heard, for three seconds. */
		world_run(5000);
		if (i)
			assert_in_range(errors_by[ALICE], 2, 10);
		else
			assert_int_equal(errors_by[ALICE], 1);
		assert_int_equal(world_flows(ALICE), 0);
		assert_int_equal(world_call(ALICE)->progress, CALL_ENDED);
		assert_int_equal(world_call(ALICE)->reason, CALL_HANGUP);
		/* Bob, who has not heard it ring, waits for no more of it; a late Error is
		 * somebody's who has said nothing else. */
		world_run(i * 20000);
		assert_null(calls_first(world.end[BOB].calls));
		assert_int_equal(world_flows(BOB), 0);
		assert_int_equal(world.end[BOB].added, 0);
		world_run(CALL_LINGER_MS);
	}
}

static void nobody_is_told_who_has_not_spoken(void **state)
{
	world_pair_both();
	world_kill(BOB);
	world.lose = lose;
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(500);
	world_hangup(ALICE);
	assert_int_equal(world_flows(ALICE), 0);
	assert_int_equal(errors_by[ALICE], 0);
	world_start(BOB);
}

/* Bob's store is spoilt: who calls cannot be looked up, and nobody is let in. */
static void who_cannot_be_looked_up_is_refused(void **state)
{
	char path[256];
	sqlite3 *db;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	snprintf(path, sizeof(path), "%s/peers.db", world.end[BOB].dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE peer SET box = x'00'", NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_changes(db) > 0);
	sqlite3_close(db);
	world.lose = lose;
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(3000);
	assert_true(errors_by[BOB] > 0);
	assert_int_equal(world_call(ALICE)->progress, CALL_ENDED);	/* not after 45 s */
	assert_int_equal(world_call(ALICE)->reason, CALL_FAILED);
	world_run(10000);
	assert_int_equal(world_flows(BOB), 0);
	assert_null(calls_first(world.end[BOB].calls));
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(who_hangs_up_early_says_so),
		T(nobody_is_told_who_has_not_spoken),
		T(who_cannot_be_looked_up_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
