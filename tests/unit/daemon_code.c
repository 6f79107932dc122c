// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole calls over a pretended kernel: what two persons have agreed on before the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "daemon_world.h"
#include "peers.h"

static const uint8_t code[PEER_CODE_LEN] = "ours", other_code[PEER_CODE_LEN] = "not ours";

static struct store *store_of(int end)
{
	return world.end[end].store;
}

static void agree(int end, const char *name, const uint8_t *secret, bool weak)
{
	uint64_t id;

	assert_true(peers_agree(store_of(end), WORLD_UID + end, name, NULL, WORLD_PORT, secret,
				weak, &id) >= 0);
}

static void agree_both(bool weak)
{
	world_pair_both();
	agree(ALICE, "Bob", code, weak);
	agree(BOB, "Alice", code, weak);
}

static void hang_up(void)
{
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
}

static void assert_verified(bool verified)
{
	for (int end = ALICE; end <= BOB; end++) {
		assert_int_equal(call_alarm(world_call(end)), CALL_ALARM_NONE);
		assert_int_equal(call_verified(world_call(end)), verified);
		assert_int_equal(call_their_verified(world_call(end)), verified);
	}
}

static void a_code_verifies_the_first_call_before_the_answer(void **state)
{
	agree_both(false);
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	assert_string_equal(world_call(BOB)->name, "Alice");
	assert_string_equal(world_call(BOB)->claim, "");
	assert_verified(true);
	world_answer(BOB);
	assert_verified(true);
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_VERIFY], 0);
	for (int end = ALICE; end <= BOB; end++) {
		_cleanup_peer_ struct peer *p = world_peer(end, end == ALICE ? "Bob" : "Alice");

		assert_true(p->verified && p->by_code && p->has_rs1 && !p->tentative);
		assert_false(p->has_code);	/* it has done its work */
	}
	hang_up();
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
	assert_true(world_call(BOB)->security.verified_before);
	assert_false(world_call(BOB)->security.code_matched);
}

static void a_phrase_does_so_too(void **state)
{
	agree_both(true);
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
}

/* RFC 6189 7.1: the flag tells the other end that the SAS was compared. */
static void the_flag_of_the_sas_is_set_for_the_sas_only(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL;
	struct zrtp_peer out;

	agree_both(false);
	world_talk(ALICE, "Bob", BOB);
	p = world_peer(ALICE, "Bob");
	peer_secrets(p, 1, &out);
	assert_true(p->verified);
	assert_false(out.verified);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	q = world_peer(ALICE, "Bob");
	peer_secrets(q, 1, &out);
	assert_false(q->by_code);
	assert_true(out.verified);
}

static void a_caller_is_known_by_it_from_anywhere(void **state)
{
	world_pair(ALICE, "Bob", BOB);
	agree(ALICE, "Bob", code, false);
	agree(BOB, "Alice", code, false);	/* she has no address for him */
	world_readdress(ALICE, 77);
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(BOB)->name, "Alice");
	assert_verified(true);
	world_answer(BOB);
	hang_up();
	world_talk(BOB, "Alice", ALICE);
	assert_verified(true);
}

/* From anywhere only a single code is tried, and none that can be guessed. */
static void nobody_is_tried_with_several_or_with_a_phrase(void **state)
{
	world_pair(ALICE, "Bob", BOB);
	agree(ALICE, "Bob", code, false);
	agree(BOB, "Carol", NULL, false);
	agree(BOB, "Alice", code, true);
	world_readdress(ALICE, 77);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(3000);
		assert_null(world_line(BOB));
		assert_int_equal(world_call(ALICE)->reason, CALL_NOT_ALLOWED);
		world_run(CALL_LINGER_MS + CALL_BYE_MS);
		agree(BOB, "Alice", code, false);
		agree(BOB, "Carol", other_code, false);
	}
}

static void assert_not_bound(bool code_stays)
{
	_cleanup_peer_ struct peer *p = world_peer(ALICE, "Bob");

	assert_false(p->has_zid || p->has_rs1 || p->verified);
	assert_true(p->mismatch);
	assert_int_equal(p->has_code, code_stays);
}

static void another_code_is_an_alarm_and_nobody_is_bound(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	agree_both(false);
	for (int i = 0; i < 2; i++) {	/* another one, and none */
		agree(BOB, "Alice", i ? NULL : other_code, false);
		world_talk(ALICE, "Bob", BOB);
		assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_CODE);
		assert_string_equal(world_call(ALICE)->name, "");
		assert_string_equal(world_call(ALICE)->claim, "Bob");
		assert_false(call_verified(world_call(ALICE)));
		hang_up();
		assert_not_bound(true);
	}
	agree(BOB, "Alice", code, false);	/* now it is typed there */
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
	p = world_peer(ALICE, "Bob");
	assert_false(p->mismatch);
}

/* Whoever was there once may guess a phrase until the next call. */
static void a_phrase_is_good_for_one_attempt(void **state)
{
	agree_both(true);
	agree(BOB, "Alice", other_code, true);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_CODE);
	assert_int_equal(call_alarm(world_call(BOB)), CALL_ALARM_CODE);
	hang_up();
	assert_not_bound(false);
	agree(BOB, "Alice", code, true);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_CODE);
	assert_string_equal(world_call(ALICE)->name, "");
	hang_up();
	assert_not_bound(false);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	assert_string_equal(world_call(ALICE)->name, "Bob");
}

static void a_new_code_ends_the_alarm_about_the_old_one(void **state)
{
	agree_both(true);
	agree(BOB, "Alice", other_code, true);
	world_talk(ALICE, "Bob", BOB);
	hang_up();
	agree_both(true);
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
}

/* Alice means to call Bob, but Carol answers. */
static void somebody_in_between_does_not_have_it(void **state)
{
	world_pair(ALICE, "Bob", CAROL);
	agree(ALICE, "Bob", code, false);
	calls_strangers(world.end[CAROL].calls, true);
	world_talk(ALICE, "Bob", CAROL);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_CODE);
	assert_string_equal(world_call(ALICE)->name, "");
	hang_up();
	assert_not_bound(true);
}

/* Nor does somebody whom she has talked to without naming her get a name by it. */
static void nor_does_a_known_voice(void **state)
{
	_cleanup_peer_ struct peer *nameless = peer_new(), *named = NULL;

	world_pair(CAROL, "Alice", ALICE);
	calls_strangers(world.end[ALICE].calls, true);
	calls_strangers(world.end[CAROL].calls, true);
	world_talk(CAROL, "Alice", ALICE);
	hang_up();
	world_pair(ALICE, "Bob", CAROL);
	agree(ALICE, "Bob", code, false);
	/* She would not mind that she is shown a ZID that is meant for him. */
	assert_int_equal(store_get(store_of(ALICE), 1, nameless), 0);
	named = world_peer(ALICE, "Bob");
	memcpy(named->own_zid, nameless->own_zid, ZRTP_ZID_LEN);
	assert_int_equal(store_put(store_of(ALICE), named), 0);
	for (int i = 0; i < 2; i++) {
		world_talk(ALICE, "Bob", CAROL);
		assert_true(world_call(ALICE)->security.matched);
		assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_CODE);
		assert_string_equal(world_call(ALICE)->name, "");
		hang_up();
		assert_not_bound(true);
	}
}

static void a_new_code_settles_what_another_machine_would_alarm(void **state)
{
	_cleanup_peer_ struct peer *before, *after;

	agree_both(false);
	world_talk(ALICE, "Bob", BOB);
	hang_up();
	before = world_peer(ALICE, "Bob");
	world_reinstall(BOB);
	world_pair(BOB, "Alice", ALICE);
	agree(ALICE, "Bob", code, false);
	agree(BOB, "Alice", code, false);
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	after = world_peer(ALICE, "Bob");
	assert_memory_not_equal(before->peer_zid, after->peer_zid, ZRTP_ZID_LEN);
	hang_up();
	world_talk(BOB, "Alice", ALICE);
	assert_verified(true);
}

static void and_what_other_secrets_would(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	agree_both(false);
	world_talk(ALICE, "Bob", BOB);
	hang_up();
	p = world_peer(ALICE, "Bob");
	memset(p->rs1, 1, sizeof(p->rs1));
	memset(p->rs2, 1, sizeof(p->rs2));
	assert_int_equal(store_put(store_of(ALICE), p), 0);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_MISMATCH);
	hang_up();
	agree(ALICE, "Bob", code, false);
	agree(BOB, "Alice", code, false);
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
	hang_up();
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
	assert_true(world_call(ALICE)->security.matched);
}

static void a_call_that_was_declined_leaves_it_for_the_next(void **state)
{
	agree_both(false);
	world_ring(ALICE, "Bob", BOB);
	assert_int_equal(calls_decline(world.end[BOB].calls, world_line(BOB)), 0);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	world_talk(ALICE, "Bob", BOB);
	assert_verified(true);
}

static void a_wrong_half_goes_before_it(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	agree_both(false);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(calls_verify(world.end[ALICE].calls, world_line(ALICE), "zzz"), 0);
	world_run(500);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SAS_WRONG);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));
	p = world_peer(ALICE, "Bob");
	assert_false(p->verified || p->by_code);
}

/* Wherever the network is cut, the next call has no alarm that nobody has caused. */
static void a_first_call_that_is_cut_brings_no_alarm(void **state)
{
	for (uint64_t cut = 5; cut < 200; cut += 5) {
		bool answered = false;

		assert_int_equal(world_teardown(state), 0);
		assert_int_equal(world_setup(state), 0);
		agree_both(cut % 2);
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		for (uint64_t at = 0; at < cut; at += 5) {
			world_run(5);
			if (!answered && at > cut / 2 && world_line(BOB) &&
			    world_call(BOB)->progress == CALL_RINGING)
				answered = !calls_answer(world.end[BOB].calls, world_line(BOB),
							 WORLD_UID + BOB);
		}
		world.cut = true;
		world_run(120000);
		world.cut = false;
		world_run(1000);
		for (int again = 0; again < 2; again++) {
			world_talk(again ? ALICE : BOB, again ? "Bob" : "Alice", again ? BOB : ALICE);
			assert_verified(true);
			hang_up();
		}
	}
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_code_verifies_the_first_call_before_the_answer),
		WORLD(a_phrase_does_so_too),
		WORLD(the_flag_of_the_sas_is_set_for_the_sas_only),
		WORLD(a_caller_is_known_by_it_from_anywhere),
		WORLD(nobody_is_tried_with_several_or_with_a_phrase),
		WORLD(another_code_is_an_alarm_and_nobody_is_bound),
		WORLD(a_phrase_is_good_for_one_attempt),
		WORLD(a_new_code_ends_the_alarm_about_the_old_one),
		WORLD(somebody_in_between_does_not_have_it),
		WORLD(nor_does_a_known_voice),
		WORLD(a_new_code_settles_what_another_machine_would_alarm),
		WORLD(and_what_other_secrets_would),
		WORLD(a_call_that_was_declined_leaves_it_for_the_next),
		WORLD(a_wrong_half_goes_before_it),
		WORLD(a_first_call_that_is_cut_brings_no_alarm),
	};

	return cmocka_run_group_tests_name("sottod code", tests, NULL, NULL);
}
