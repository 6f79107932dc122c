// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole calls between sottods, over a pretended kernel: who is at the other end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "daemon_world.h"

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
}

/* The SAS. */

static void each_end_sees_that_the_other_has_verified(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_memory_equal(world_call(ALICE)->security.sas, world_call(BOB)->security.sas, 4);
	assert_false(call_verified(world_call(ALICE)));
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_VERIFY], 1);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_true(call_verified(world_call(ALICE)));
	assert_true(call_their_verified(world_call(BOB)));
	assert_false(call_verified(world_call(BOB)));
	assert_false(call_their_verified(world_call(ALICE)));
	assert_int_equal(world_verify(BOB, ALICE), 1);
	assert_true(call_their_verified(world_call(ALICE)));
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

static void each_call_has_a_sas_of_its_own(void **state)
{
	static const uint8_t none[4];
	uint8_t first[4];

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	memcpy(first, world_call(ALICE)->security.sas, sizeof(first));
	assert_memory_not_equal(first, none, sizeof(first));
	world_finish(ALICE);
	world_talk(ALICE, "Bob", BOB);
	assert_memory_not_equal(first, world_call(ALICE)->security.sas, sizeof(first));
	assert_memory_equal(world_call(BOB)->security.sas, world_call(ALICE)->security.sas,
			    sizeof(first));
}

/* Alice means to call Bob, but Carol answers, and calls Bob herself. */
static void somebody_in_between_is_found_by_the_sas(void **state)
{
	struct zrtp_sas alices, bobs;

	world_pair(ALICE, "Bob", CAROL);
	world_pair(CAROL, "Bob", BOB);
	calls_strangers(calls_of(CAROL), true);
	calls_strangers(calls_of(BOB), true);
	world_talk(CAROL, "Bob", BOB);
	world_talk(ALICE, "Bob", CAROL);
	assert_memory_not_equal(world_call(ALICE)->security.sas, world_call(BOB)->security.sas, 4);
	zrtp_sas_render(ZRTP_SAS_B32, world_call(ALICE)->security.sas, &alices);
	zrtp_sas_render(ZRTP_SAS_B32, world_call(BOB)->security.sas, &bobs);
	if (!strcmp(alices.second, bobs.second))
		skip();		/* once in a thousand: she was lucky */
	assert_int_equal(world_verify(ALICE, BOB), 0);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SAS_WRONG);
}

static void a_wrong_half_alarms_both_ends_until_it_is_right(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	world_run(500);
	world_assert_alarms(CALL_ALARM_SAS_WRONG, CALL_ALARM_SAS_WRONG_THERE);
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_ALARM], 1);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_ALARM], 1);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));	/* though Bob typed right */
	assert_false(call_their_verified(world_call(ALICE)));
	assert_false(call_their_verified(world_call(BOB)));
	p = world_peer(ALICE, "Bob");
	assert_false(p->verified);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	assert_true(call_verified(world_call(ALICE)));
	assert_true(call_verified(world_call(BOB)));
}

static void three_wrong_halves_end_the_asking(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	for (int i = 0; i < CALL_WRONG_MAX; i++)
		assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	world_run(500);
	assert_int_equal(world_verify(ALICE, BOB), -EACCES);
	assert_false(call_verified(world_call(ALICE)));
	world_assert_alarms(CALL_ALARM_SAS_WRONG, CALL_ALARM_SAS_WRONG_THERE);
	world_finish(ALICE);
	/* The next call asks anew, and nothing counts as verified before. */
	world_talk(ALICE, "Bob", BOB);
	assert_false(world_call(ALICE)->security.verified_before);
	assert_int_equal(world_verify(ALICE, BOB), 1);
}

static void a_wrong_half_takes_back_what_earlier_calls_proved(void **state)
{
	world_meet();
	world_talk(ALICE, "Bob", BOB);
	assert_true(call_verified(world_call(ALICE)));
	assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	assert_false(call_verified(world_call(ALICE)));
	world_finish(ALICE);
	world_talk(ALICE, "Bob", BOB);
	assert_false(world_call(ALICE)->security.verified_before);
	assert_false(call_verified(world_call(ALICE)));
}

static void an_ended_call_cannot_be_verified(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	assert_int_equal(calls_verify(calls_of(BOB), world_line(BOB), "zzz"), -EBADFD);
}

static void earlier_verification_does_not_uncover_the_hidden_half(void **state)
{
	char text[2 * ZRTP_SAS_HALF_MAX];
	bool whole;

	world_meet();
	world_talk(ALICE, "Bob", BOB);
	assert_true(call_verified(world_call(ALICE)));
	assert_int_equal(call_sas(world_call(ALICE), text, &whole), 0);
	assert_false(whole);
	assert_int_equal(strlen(text), 2);
}

/* Names. */

static void a_name_is_a_claim_until_it_is_proved(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(ALICE)->name, "");
	assert_string_equal(world_call(ALICE)->claim, "Bob");
	assert_string_equal(world_call(BOB)->name, "");
	assert_string_equal(world_call(BOB)->claim, "Alice");
	assert_int_equal(world_call(BOB)->uid, WORLD_UID + BOB);
	world_answer(BOB);
	assert_string_equal(world_call(ALICE)->name, "Bob");	/* she called him */
	assert_string_equal(world_call(BOB)->name, "");		/* anybody may have called */
	assert_int_equal(world_verify(BOB, ALICE), 1);
	assert_string_equal(world_call(BOB)->name, "Alice");
	assert_string_equal(world_call(BOB)->claim, "");
}

static void a_second_call_shows_name_and_verified_before(void **state)
{
	world_meet();
	world_ring(BOB, "Alice", ALICE);	/* and it does not matter who calls */
	for (int end = ALICE; end <= BOB; end++) {
		assert_string_equal(world_call(end)->name, end == ALICE ? "Bob" : "Alice");
		assert_string_equal(world_call(end)->claim, "");
		assert_true(world_call(end)->security.verified_before);
		assert_true(world_call(end)->security.matched);
		assert_true(call_verified(world_call(end)));
	}
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

static void a_call_from_another_address_does_too(void **state)
{
	world_meet();
	world_readdress(ALICE, 77);
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(BOB)->name, "Alice");
	assert_true(call_verified(world_call(BOB)));
	world_answer(BOB);
	world_finish(ALICE);
	world_ring(BOB, "Alice", ALICE);	/* where she was last */
	assert_true(call_verified(world_call(BOB)));
}

static void a_peer_is_found_again_though_never_verified(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_finish(BOB);
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	assert_false(world_call(ALICE)->security.verified_before);
	assert_true(world_call(ALICE)->security.matched);
	assert_true(world_call(BOB)->security.matched);
	assert_false(call_verified(world_call(ALICE)));
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

static void a_stranger_does_not_ring(void **state)
{
	world_pair(CAROL, "Bob", BOB);
	assert_int_equal(world_dial(CAROL, "Bob"), 0);
	world_run(3000);
	assert_null(world_line(BOB));
	assert_int_equal(world.end[BOB].added, 0);
	assert_int_equal(world_call(CAROL)->progress, CALL_ENDED);
	assert_int_equal(world_call(CAROL)->reason, CALL_NOT_ALLOWED);
	world_run(5000);
	assert_null(calls_first(calls_of(BOB)));
	assert_int_equal(world_flows(BOB), 0);
}

static void a_stranger_rings_where_that_is_allowed(void **state)
{
	world_pair(CAROL, "Bob", BOB);
	calls_strangers(calls_of(BOB), true);
	world_ring(CAROL, "Bob", BOB);
	assert_string_equal(world_call(BOB)->name, "");
	assert_string_equal(world_call(BOB)->claim, "");
	assert_false(world_call(BOB)->has_uid);
	world_answer(BOB);
	assert_int_equal(world_call(BOB)->uid, WORLD_UID + BOB);
	assert_int_equal(world_call(CAROL)->progress, CALL_ACTIVE);
}

static void somebody_at_a_friends_address_is_still_a_stranger(void **state)
{
	world_meet();
	world_pair(CAROL, "Bob", BOB);
	world.end[ALICE].wire.in.sin_addr.s_addr = htonl(0x7f0001c8);
	world_readdress(CAROL, 1);	/* where Alice was */
	assert_int_equal(world_dial(CAROL, "Bob"), 0);
	world_run(3000);
	assert_null(world_line(BOB));
	assert_int_equal(world_call(CAROL)->reason, CALL_NOT_ALLOWED);
}

/* ZIDs. */

static void each_peer_sees_another_zid_and_always_the_same(void **state)
{
	uint8_t to_bob[ZRTP_ZID_LEN], to_carol[ZRTP_ZID_LEN];

	world_pair_both();
	world_pair(ALICE, "Carol", CAROL);
	world_pair(CAROL, "Alice", ALICE);
	world_talk(ALICE, "Bob", BOB);
	memcpy(to_bob, world.end[ALICE].last_hello_zid, ZRTP_ZID_LEN);
	world_finish(ALICE);
	world_talk(ALICE, "Carol", CAROL);
	memcpy(to_carol, world.end[ALICE].last_hello_zid, ZRTP_ZID_LEN);
	assert_memory_not_equal(to_bob, to_carol, ZRTP_ZID_LEN);
	world_finish(ALICE);
	world_run(CALL_LINGER_MS);
	world_talk(BOB, "Alice", ALICE);
	assert_memory_equal(world.end[ALICE].last_hello_zid, to_bob, ZRTP_ZID_LEN);
	assert_memory_equal(world_call(BOB)->peer_zid, to_bob, ZRTP_ZID_LEN);
	world_finish(ALICE);
	world_talk(CAROL, "Alice", ALICE);
	assert_memory_equal(world.end[ALICE].last_hello_zid, to_carol, ZRTP_ZID_LEN);
}

static void a_stranger_sees_a_fresh_zid_each_time(void **state)
{
	uint8_t seen[3][ZRTP_ZID_LEN];

	world_pair(CAROL, "Bob", BOB);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(world_dial(CAROL, "Bob"), 0);
		world_run(CALL_LINGER_MS + 5000);
		memcpy(seen[i], world.end[BOB].last_hello_zid, ZRTP_ZID_LEN);
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(seen[i], seen[k], ZRTP_ZID_LEN);
	}
}

/* Alarms. */

/* What is kept. */

static void who_is_declined_on_a_first_call_leaves_nothing(void **state)
{
	_cleanup_peer_ struct peer *alices = NULL, *bobs = NULL;

	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	assert_int_equal(calls_decline(calls_of(BOB), world_line(BOB)), 0);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	alices = world_peer(ALICE, "Bob");
	bobs = world_peer(BOB, "Alice");
	assert_false(alices->has_zid || alices->has_rs1 || bobs->has_zid || bobs->has_rs1);
}

static void who_is_forgotten_while_talking_leaves_nothing(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	world_meet();
	p = world_peer(ALICE, "Bob");
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(store_forget(world.end[ALICE].store, p->id), 0);
	calls_forgot(calls_of(ALICE), p->id);
	world_run(100);
	assert_string_equal(world_call(ALICE)->name, "");
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	world_verify(ALICE, BOB);
	world_finish(ALICE);
	assert_int_equal(world_rows(ALICE), 0);
}

static void mark_auto_answer(int end, const char *name)
{
	_cleanup_peer_ struct peer *p = world_peer(end, name);

	p->auto_answer = true;
	assert_int_equal(store_put(world.end[end].store, p), 0);
}

static void only_the_verified_are_answered_unattended(void **state)
{
	world_pair_both();
	mark_auto_answer(BOB, "Alice");
	world_talk(ALICE, "Bob", BOB);		/* it rang: Bob had to answer */
	world_finish(ALICE);
	world_talk(ALICE, "Bob", BOB);		/* met, but not verified */
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world_finish(ALICE);
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(2000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	world_finish(ALICE);
	world_spoil_secrets(BOB, "Alice");
	world_talk(ALICE, "Bob", BOB);		/* it rang: who it is, is in doubt */
}

static void programs_talk(int first, int second)
{
	world_program_starts(first, second);
	world_run(20);
	world_program_starts(second, first);
	world_run(2000);
	assert_true(world_call(ALICE)->security.secure && world_call(BOB)->security.secure);
}

static void programs_stop(void)
{
	world_program_stops(ALICE);
	world_program_stops(BOB);
	world_run(CALL_LINGER_MS + 1000);
}

/* Nobody has named anybody: the ends of programs' calls know each other by their ZIDs. */
static void a_programs_peer_is_known_again_whoever_begins(void **state)
{
	programs_talk(ALICE, BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	programs_stop();
	for (int i = 0; i < 4; i++) {
		programs_talk(i & 1 ? BOB : ALICE, i & 1 ? ALICE : BOB);
		for (int end = ALICE; end <= BOB; end++) {
			assert_int_equal(call_alarm(world_call(end)), CALL_ALARM_NONE);
			assert_true(call_verified(world_call(end)));
		}
		programs_stop();
	}
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(each_end_sees_that_the_other_has_verified),
		WORLD(each_call_has_a_sas_of_its_own),
		WORLD(somebody_in_between_is_found_by_the_sas),
		WORLD(a_wrong_half_alarms_both_ends_until_it_is_right),
		WORLD(three_wrong_halves_end_the_asking),
		WORLD(a_wrong_half_takes_back_what_earlier_calls_proved),
		WORLD(an_ended_call_cannot_be_verified),
		WORLD(earlier_verification_does_not_uncover_the_hidden_half),
		WORLD(a_name_is_a_claim_until_it_is_proved),
		WORLD(a_second_call_shows_name_and_verified_before),
		WORLD(a_call_from_another_address_does_too),
		WORLD(a_peer_is_found_again_though_never_verified),
		WORLD(a_stranger_does_not_ring),
		WORLD(a_stranger_rings_where_that_is_allowed),
		WORLD(somebody_at_a_friends_address_is_still_a_stranger),
		WORLD(each_peer_sees_another_zid_and_always_the_same),
		WORLD(a_stranger_sees_a_fresh_zid_each_time),
		WORLD(who_is_declined_on_a_first_call_leaves_nothing),
		WORLD(who_is_forgotten_while_talking_leaves_nothing),
		WORLD(only_the_verified_are_answered_unattended),
		WORLD(a_programs_peer_is_known_again_whoever_begins),
	};

	return cmocka_run_group_tests_name("sottod trust", tests, NULL, NULL);
}
