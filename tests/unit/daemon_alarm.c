// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole calls between sottods, over a pretended kernel: what is an alarm, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "daemon_world.h"

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
}

static void another_machine_under_a_known_name_is_an_alarm(void **state)
{
	_cleanup_peer_ struct peer *before, *after, *last;

	world_meet();
	before = world_peer(ALICE, "Bob");
	world_reinstall(BOB);
	world_pair(BOB, "Alice", ALICE);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_false(call_verified(world_call(ALICE)));
	assert_string_equal(world_call(ALICE)->name, "");
	assert_string_equal(world_call(ALICE)->claim, "Bob");
	world_finish(ALICE);
	after = world_peer(ALICE, "Bob");
	assert_memory_equal(after->peer_zid, before->peer_zid, ZRTP_ZID_LEN);
	assert_memory_equal(after->rs1, before->rs1, ZRTP_SECRET_LEN);
	assert_true(after->verified);
	assert_int_equal(world_rows(ALICE), 1);	/* nor anything of the other one */

	/* The persons compare: then it is Bob. */
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world_finish(ALICE);
	last = world_peer(ALICE, "Bob");
	assert_memory_not_equal(last->peer_zid, before->peer_zid, ZRTP_ZID_LEN);
	world_talk(ALICE, "Bob", BOB);
	assert_true(call_verified(world_call(ALICE)));
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

/* Carol, whom Alice has talked to without naming her, answers in Bob's place. */
static void a_known_voice_does_not_get_another_ones_name(void **state)
{
	_cleanup_peer_ struct peer *before = NULL, *after = NULL, *nameless = peer_new();

	world_meet();
	before = world_peer(ALICE, "Bob");
	world_pair(CAROL, "Alice", ALICE);
	calls_strangers(calls_of(ALICE), true);
	world_talk(CAROL, "Alice", ALICE);
	world_finish(ALICE);
	world_run(CALL_LINGER_MS);
	assert_int_equal(world_rows(ALICE), 2);
	/* She would not mind that she is shown a ZID that is meant for him. */
	assert_int_equal(store_get(world.end[ALICE].store, before->id + 1, nameless), 0);
	memcpy(before->own_zid, nameless->own_zid, ZRTP_ZID_LEN);
	assert_int_equal(store_put(world.end[ALICE].store, before), 0);

	world_readdress(BOB, 50);
	world_readdress(CAROL, 2);
	world_talk(ALICE, "Bob", CAROL);
	assert_true(world_call(ALICE)->security.matched);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_string_equal(world_call(ALICE)->name, "");
	assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	world_finish(ALICE);
	after = world_peer(ALICE, "Bob");
	assert_memory_equal(after->peer_zid, before->peer_zid, ZRTP_ZID_LEN);
	assert_true(after->verified);
}

static void meet_carol(int end, const char *name)
{
	world_pair(end, "Carol", CAROL);
	world_pair(CAROL, name, end);
	world_talk(end, "Carol", CAROL);
	assert_int_equal(world_verify(end, CAROL), 1);
	assert_int_equal(world_verify(CAROL, end), 1);
	world_finish(end);
}

/* Carol has secrets with both and is verified by both: no secret of hers makes her another. */
static void a_friend_of_both_in_between_bears_her_own_name(void **state)
{
	_cleanup_peer_ struct peer *bob = NULL, *carol = NULL;

	world_meet();
	meet_carol(ALICE, "Alice");
	meet_carol(BOB, "Bob");

	/* She calls Bob from where Alice was seen last. */
	world_readdress(ALICE, 60);
	world_readdress(CAROL, 1);
	world_talk(CAROL, "Bob", BOB);
	assert_true(world_call(BOB)->security.matched);
	assert_string_equal(world_call(BOB)->name, "Carol");
	world_finish(CAROL);

	/* And answers where Alice looks for Bob, though shown a ZID that is meant for him. */
	bob = world_peer(ALICE, "Bob");
	carol = world_peer(ALICE, "Carol");
	memcpy(bob->own_zid, carol->own_zid, ZRTP_ZID_LEN);
	assert_int_equal(store_put(world.end[ALICE].store, bob), 0);
	world_readdress(BOB, 50);
	world_readdress(CAROL, 2);
	world_talk(ALICE, "Bob", CAROL);
	assert_true(world_call(ALICE)->security.matched);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_false(call_verified(world_call(ALICE)));
	assert_string_equal(world_call(ALICE)->name, "Carol");
	assert_string_equal(world_call(ALICE)->claim, "Bob");
}

static void other_secrets_are_an_alarm_and_freeze_what_is_kept(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL;

	world_meet();
	p = world_peer(BOB, "Alice");
	world_spoil_secrets(ALICE, "Bob");
	world_talk(ALICE, "Bob", BOB);
	world_assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_ALARM], 1);
	world_finish(ALICE);
	q = world_peer(BOB, "Alice");
	assert_memory_equal(p->rs1, q->rs1, ZRTP_SECRET_LEN);
	assert_memory_equal(p->rs2, q->rs2, ZRTP_SECRET_LEN);
	assert_true(q->mismatch);

	world_talk(BOB, "Alice", ALICE);
	world_assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	world_finish(ALICE);
	world_talk(ALICE, "Bob", BOB);
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	assert_true(world_call(ALICE)->security.matched);
	assert_true(call_verified(world_call(BOB)));
}

/* An attacker who has been noticed once goes away: the alarm does not. */
static void an_alarm_stands_though_the_secrets_meet_again(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL;

	world_meet();
	p = world_peer(ALICE, "Bob");
	world_spoil_secrets(ALICE, "Bob");
	world_talk(ALICE, "Bob", BOB);
	world_finish(ALICE);
	q = world_peer(ALICE, "Bob");
	assert_true(q->mismatch);
	memcpy(q->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_int_equal(store_put(world.end[ALICE].store, q), 0);
	world_talk(ALICE, "Bob", BOB);
	assert_true(world_call(ALICE)->security.matched);
	world_assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_false(call_verified(world_call(ALICE)));
	world_finish(ALICE);
	world_talk(ALICE, "Bob", BOB);
	world_assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_true(call_verified(world_call(ALICE)));
}

static void expire(int end, const char *name)
{
	_cleanup_peer_ struct peer *p = world_peer(end, name);

	p->expires = 1;
	assert_int_equal(store_put(world.end[end].store, p), 0);
}

/* Nobody is alarmed that nothing met where nothing was kept; it proves nothing either. */
static void expired_secrets_prove_nothing(void **state)
{
	world_meet();
	expire(ALICE, "Bob");
	expire(BOB, "Alice");
	world_talk(ALICE, "Bob", BOB);
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	assert_true(world_call(ALICE)->security.verified_before);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));
}

static void a_weaker_suite_is_an_alarm(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	world_meet();
	p = world_peer(ALICE, "Bob");
	p->strongest.agreement = ZRTP_KA_EC38;
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	for (int i = 0; i < 2; i++) {	/* and not only the first time */
		world_talk(ALICE, "Bob", BOB);
		world_assert_alarms(CALL_ALARM_WEAKER, CALL_ALARM_NONE);
		assert_false(call_verified(world_call(ALICE)));
		world_finish(ALICE);
	}
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

/* Bob has become weaker and has lost what would show that it is he. */
static void a_weaker_suite_freezes_what_is_kept(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL, *last = NULL;

	world_meet();
	expire(ALICE, "Bob");
	p = world_peer(ALICE, "Bob");
	p->strongest.agreement = ZRTP_KA_EC38;
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_WEAKER);
	world_finish(ALICE);
	q = world_peer(ALICE, "Bob");
	assert_memory_equal(q->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_int_equal(q->expires, p->expires);
	assert_int_equal(q->strongest.agreement, ZRTP_KA_EC38);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	world_finish(ALICE);
	last = world_peer(ALICE, "Bob");
	assert_memory_not_equal(last->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_int_not_equal(last->strongest.agreement, ZRTP_KA_EC38);
}

/* Whoever shows a known ZID from elsewhere, without the secrets, is not called there. */
static void an_alarm_freezes_the_address_and_the_suite_too(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL, *last = NULL;

	world_meet();
	world_spoil_secrets(ALICE, "Bob");
	p = world_peer(ALICE, "Bob");
	p->strongest.hash = ZRTP_HASH_S256;
	p->strongest.agreement = ZRTP_KA_DH3K;
	p->strongest.cipher = ZRTP_CIPHER_AES1;
	p->strongest.auth_tag = ZRTP_AUTH_HS32;
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	world_readdress(BOB, 99);
	world_talk(BOB, "Alice", ALICE);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_MISMATCH);
	assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	world_finish(BOB);
	q = world_peer(ALICE, "Bob");
	assert_true(q->mismatch && !q->verified);
	assert_true(addr_same(&q->last, &p->last));
	assert_int_equal(q->strongest.auth_tag, ZRTP_AUTH_HS32);
	assert_memory_equal(q->own_zid, p->own_zid, ZRTP_ZID_LEN);
	world_talk(BOB, "Alice", ALICE);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	world_finish(BOB);
	last = world_peer(ALICE, "Bob");
	assert_true(addr_same(&last->last, &world.end[BOB].wire));
	assert_int_equal(last->strongest.auth_tag, ZRTP_AUTH_GCM);
}

/*
 * Without an attacker there is never an alarm, wherever the network was cut,
 * whichever end was killed, and whoever hung up.
 */
static void nothing_but_an_attack_brings_an_alarm(void **state)
{
	world_pair_both();
	for (uint64_t cut = 5; cut < 240; cut += 5) {
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(cut);
		world.cut = true;
		if (cut % 3 == 0) {
			int victim = cut % 2 ? ALICE : BOB;

			world_kill(victim);
			world_start(victim);
		}
		world_run(120000);
		world.cut = false;
		world_run(1000);
		assert_null(world_line(ALICE));
		assert_null(world_line(BOB));
		world_ring(BOB, "Alice", ALICE);
		world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		if (cut % 4) {
			world_answer(ALICE);
			world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		}
		world_finish(cut % 4 ? ALICE : BOB);
	}
}

/* The same for two who have never met before; each time they forget each other again. */
static void nor_does_a_first_meeting_that_is_cut(void **state)
{
	for (uint64_t cut = 5; cut < 400; cut += 5) {
		bool answered = false;

		assert_int_equal(world_teardown(state), 0);
		assert_int_equal(world_setup(state), 0);
		world_pair_both();
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		for (uint64_t at = 0; at < cut; at += 5) {
			world_run(5);
			if (!answered && world_line(BOB) &&
			    world_call(BOB)->progress == CALL_RINGING && at > cut / 2)
				answered = !calls_answer(world.end[BOB].calls, world_line(BOB),
							 WORLD_UID + BOB);
		}
		world.cut = true;
		world_run(2000);
		/* He answers what he has heard ringing, and nobody is there any more. */
		if (!answered && world_line(BOB) && world_call(BOB)->progress == CALL_RINGING)
			calls_answer(world.end[BOB].calls, world_line(BOB), WORLD_UID + BOB);
		world_run(120000);
		world.cut = false;
		world_run(1000);
		for (int again = 0; again < 2; again++) {
			if (again)
				world_ring(ALICE, "Bob", BOB);
			else
				world_ring(BOB, "Alice", ALICE);
			world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
			world_answer(again ? BOB : ALICE);
			world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
			world_finish(ALICE);
		}
		/* By now they know each other, and that each does. */
		world_reinstall(BOB);
		world_pair(BOB, "Alice", ALICE);
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(2000);
		assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	}
}

/* Of a first meeting's last messages all are lost that one end sends. */
static const char *lost_type;

static bool lose(int from, const uint8_t *zrtp, size_t len)
{
	return !memcmp(zrtp + 16, lost_type, 8);
}

static bool lost_any;

static bool is_cut(int from, const uint8_t *zrtp, size_t len)
{
	lost_any |= lose(from, zrtp, len);
	world.cut |= lost_any;	/* and whatever else would come after it */
	return lost_any;
}

static void nor_does_one_whose_last_messages_are_lost(void **state)
{
	static const char *const types[] = {
		"Commit  ", "DHPart1 ", "DHPart2 ", "Confirm1", "Confirm2", "Conf2ACK",
	};

	for (int program = 0; program < 2; program++) {
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			assert_int_equal(world_teardown(state), 0);
			assert_int_equal(world_setup(state), 0);
			world_pair_both();
			lost_type = types[i];
			lost_any = false;
			world.lose = is_cut;
			if (program) {
				world_program_starts(ALICE, BOB);
				world_program_starts(BOB, ALICE);
			} else {
				assert_int_equal(world_dial(ALICE, "Bob"), 0);
			}
			world_run(1000);
			assert_true(lost_any);
			if (!program && world_line(BOB) &&
			    world_call(BOB)->progress == CALL_RINGING)
				calls_answer(world.end[BOB].calls, world_line(BOB),
					     WORLD_UID + BOB);
			world_run(2000);
			world_program_stops(ALICE);
			world_program_stops(BOB);
			world_run(120000);
			world.cut = false;
			world.lose = NULL;
			world_run(1000);
			if (program) {
				world_program_starts(ALICE, BOB);
				world_program_starts(BOB, ALICE);
				world_run(3000);
				assert_true(world_call(ALICE)->security.secure);
				assert_true(world_call(BOB)->security.secure);
			} else {
				world_ring(BOB, "Alice", ALICE);
			}
			world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		}
	}
}

/* Bob answers, and Alice never hears of it. */
static void an_answer_that_is_lost_again_and_again_is_no_alarm(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_finish(ALICE);
	for (int i = 0; i < 4; i++) {
		world_ring(ALICE, "Bob", BOB);
		world_assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		world.cut = true;
		world_answer(BOB);
		world_run(120000);
		world.cut = false;
	}
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(another_machine_under_a_known_name_is_an_alarm),
		WORLD(a_known_voice_does_not_get_another_ones_name),
		WORLD(a_friend_of_both_in_between_bears_her_own_name),
		WORLD(other_secrets_are_an_alarm_and_freeze_what_is_kept),
		WORLD(an_alarm_stands_though_the_secrets_meet_again),
		WORLD(expired_secrets_prove_nothing),
		WORLD(a_weaker_suite_is_an_alarm),
		WORLD(a_weaker_suite_freezes_what_is_kept),
		WORLD(an_alarm_freezes_the_address_and_the_suite_too),
		WORLD(nothing_but_an_attack_brings_an_alarm),
		WORLD(nor_does_a_first_meeting_that_is_cut),
		WORLD(nor_does_one_whose_last_messages_are_lost),
		WORLD(an_answer_that_is_lost_again_and_again_is_no_alarm),
	};

	return cmocka_run_group_tests_name("sottod alarms", tests, NULL, NULL);
}
