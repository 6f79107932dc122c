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

static void assert_alarms(enum call_alarm alice, enum call_alarm bob)
{
	assert_int_equal(call_alarm(world_call(ALICE)), alice);
	assert_int_equal(call_alarm(world_call(BOB)), bob);
}

/* Hang up, and let both ends forget what can be seen. */
static void finish(int end)
{
	world_hangup(end);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	assert_null(world_line(ALICE));
	assert_null(world_line(BOB));
}

static void meet_and_verify(void)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	finish(ALICE);
}

static int count(const struct peer *p, void *arg)
{
	++*(int *)arg;
	return 0;
}

static int rows(int end)
{
	int n = 0;

	assert_int_equal(store_each(world.end[end].store, count, &n), 0);
	return n;
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
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

static void each_call_has_a_sas_of_its_own(void **state)
{
	static const uint8_t none[4];
	uint8_t first[4];

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	memcpy(first, world_call(ALICE)->security.sas, sizeof(first));
	assert_memory_not_equal(first, none, sizeof(first));
	finish(ALICE);
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
	assert_alarms(CALL_ALARM_SAS_WRONG, CALL_ALARM_SAS_WRONG_THERE);
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_ALARM], 1);
	assert_int_equal(world.end[BOB].asked[CALLS_ASK_ALARM], 1);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));	/* though Bob typed right */
	assert_false(call_their_verified(world_call(ALICE)));
	assert_false(call_their_verified(world_call(BOB)));
	p = world_peer(ALICE, "Bob");
	assert_false(p->verified);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
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
	assert_alarms(CALL_ALARM_SAS_WRONG, CALL_ALARM_SAS_WRONG_THERE);
	finish(ALICE);
	/* The next call asks anew, and nothing counts as verified before. */
	world_talk(ALICE, "Bob", BOB);
	assert_false(world_call(ALICE)->security.verified_before);
	assert_int_equal(world_verify(ALICE, BOB), 1);
}

static void a_wrong_half_takes_back_what_earlier_calls_proved(void **state)
{
	meet_and_verify();
	world_talk(ALICE, "Bob", BOB);
	assert_true(call_verified(world_call(ALICE)));
	assert_int_equal(calls_verify(calls_of(ALICE), world_line(ALICE), "zzz"), 0);
	assert_false(call_verified(world_call(ALICE)));
	finish(ALICE);
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

	meet_and_verify();
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
	meet_and_verify();
	world_ring(BOB, "Alice", ALICE);	/* and it does not matter who calls */
	for (int end = ALICE; end <= BOB; end++) {
		assert_string_equal(world_call(end)->name, end == ALICE ? "Bob" : "Alice");
		assert_string_equal(world_call(end)->claim, "");
		assert_true(world_call(end)->security.verified_before);
		assert_true(world_call(end)->security.matched);
		assert_true(call_verified(world_call(end)));
	}
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

static void a_call_from_another_address_does_too(void **state)
{
	meet_and_verify();
	world_readdress(ALICE, 77);
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(BOB)->name, "Alice");
	assert_true(call_verified(world_call(BOB)));
	world_answer(BOB);
	finish(ALICE);
	world_ring(BOB, "Alice", ALICE);	/* where she was last */
	assert_true(call_verified(world_call(BOB)));
}

static void a_peer_is_found_again_though_never_verified(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	finish(BOB);
	world_ring(ALICE, "Bob", BOB);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	assert_false(world_call(ALICE)->security.verified_before);
	assert_true(world_call(ALICE)->security.matched);
	assert_true(world_call(BOB)->security.matched);
	assert_false(call_verified(world_call(ALICE)));
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
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
	meet_and_verify();
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
	finish(ALICE);
	world_talk(ALICE, "Carol", CAROL);
	memcpy(to_carol, world.end[ALICE].last_hello_zid, ZRTP_ZID_LEN);
	assert_memory_not_equal(to_bob, to_carol, ZRTP_ZID_LEN);
	finish(ALICE);
	world_run(CALL_LINGER_MS);
	world_talk(BOB, "Alice", ALICE);
	assert_memory_equal(world.end[ALICE].last_hello_zid, to_bob, ZRTP_ZID_LEN);
	assert_memory_equal(world_call(BOB)->peer_zid, to_bob, ZRTP_ZID_LEN);
	finish(ALICE);
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

static void another_machine_under_a_known_name_is_an_alarm(void **state)
{
	_cleanup_peer_ struct peer *before, *after, *last;

	meet_and_verify();
	before = world_peer(ALICE, "Bob");
	world_reinstall(BOB);
	world_pair(BOB, "Alice", ALICE);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_false(call_verified(world_call(ALICE)));
	assert_string_equal(world_call(ALICE)->name, "");
	assert_string_equal(world_call(ALICE)->claim, "Bob");
	finish(ALICE);
	after = world_peer(ALICE, "Bob");
	assert_memory_equal(after->peer_zid, before->peer_zid, ZRTP_ZID_LEN);
	assert_memory_equal(after->rs1, before->rs1, ZRTP_SECRET_LEN);
	assert_true(after->verified);
	assert_int_equal(rows(ALICE), 1);	/* nor anything of the other one */

	/* The persons compare: then it is Bob. */
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	assert_string_equal(world_call(ALICE)->name, "Bob");
	assert_int_equal(world_verify(BOB, ALICE), 1);
	finish(ALICE);
	last = world_peer(ALICE, "Bob");
	assert_memory_not_equal(last->peer_zid, before->peer_zid, ZRTP_ZID_LEN);
	world_talk(ALICE, "Bob", BOB);
	assert_true(call_verified(world_call(ALICE)));
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

/* Carol, whom Alice has talked to without naming her, answers in Bob's place. */
static void a_known_voice_does_not_get_another_ones_name(void **state)
{
	_cleanup_peer_ struct peer *before = NULL, *after = NULL, *nameless = peer_new();

	meet_and_verify();
	before = world_peer(ALICE, "Bob");
	world_pair(CAROL, "Alice", ALICE);
	calls_strangers(calls_of(ALICE), true);
	world_talk(CAROL, "Alice", ALICE);
	finish(ALICE);
	world_run(CALL_LINGER_MS);
	assert_int_equal(rows(ALICE), 2);
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
	finish(ALICE);
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
	finish(end);
}

/* Carol has secrets with both and is verified by both: no secret of hers makes her another. */
static void a_friend_of_both_in_between_bears_her_own_name(void **state)
{
	_cleanup_peer_ struct peer *bob = NULL, *carol = NULL;

	meet_and_verify();
	meet_carol(ALICE, "Alice");
	meet_carol(BOB, "Bob");

	/* She calls Bob from where Alice was seen last. */
	world_readdress(ALICE, 60);
	world_readdress(CAROL, 1);
	world_talk(CAROL, "Bob", BOB);
	assert_true(world_call(BOB)->security.matched);
	assert_string_equal(world_call(BOB)->name, "Carol");
	finish(CAROL);

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

static void spoil_secrets(int end, const char *name)
{
	_cleanup_peer_ struct peer *p = world_peer(end, name);

	memset(p->rs1, 1, sizeof(p->rs1));
	memset(p->rs2, 2, sizeof(p->rs2));
	assert_int_equal(store_put(world.end[end].store, p), 0);
}

static void other_secrets_are_an_alarm_and_freeze_what_is_kept(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL;

	meet_and_verify();
	p = world_peer(BOB, "Alice");
	spoil_secrets(ALICE, "Bob");
	world_talk(ALICE, "Bob", BOB);
	assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_ALARM], 1);
	finish(ALICE);
	q = world_peer(BOB, "Alice");
	assert_memory_equal(p->rs1, q->rs1, ZRTP_SECRET_LEN);
	assert_memory_equal(p->rs2, q->rs2, ZRTP_SECRET_LEN);
	assert_true(q->mismatch);

	world_talk(BOB, "Alice", ALICE);
	assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	finish(ALICE);
	world_talk(ALICE, "Bob", BOB);
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	assert_true(world_call(ALICE)->security.matched);
	assert_true(call_verified(world_call(BOB)));
}

/* An attacker who has been noticed once goes away: the alarm does not. */
static void an_alarm_stands_though_the_secrets_meet_again(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL;

	meet_and_verify();
	p = world_peer(ALICE, "Bob");
	spoil_secrets(ALICE, "Bob");
	world_talk(ALICE, "Bob", BOB);
	finish(ALICE);
	q = world_peer(ALICE, "Bob");
	assert_true(q->mismatch);
	memcpy(q->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_int_equal(store_put(world.end[ALICE].store, q), 0);
	world_talk(ALICE, "Bob", BOB);
	assert_true(world_call(ALICE)->security.matched);
	assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
	assert_false(call_verified(world_call(ALICE)));
	finish(ALICE);
	world_talk(ALICE, "Bob", BOB);
	assert_alarms(CALL_ALARM_MISMATCH, CALL_ALARM_MISMATCH);
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
	meet_and_verify();
	expire(ALICE, "Bob");
	expire(BOB, "Alice");
	world_talk(ALICE, "Bob", BOB);
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
	assert_true(world_call(ALICE)->security.verified_before);
	assert_false(call_verified(world_call(ALICE)));
	assert_false(call_verified(world_call(BOB)));
}

static void a_weaker_suite_is_an_alarm(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	meet_and_verify();
	p = world_peer(ALICE, "Bob");
	p->strongest.agreement = ZRTP_KA_EC38;
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	for (int i = 0; i < 2; i++) {	/* and not only the first time */
		world_talk(ALICE, "Bob", BOB);
		assert_alarms(CALL_ALARM_WEAKER, CALL_ALARM_NONE);
		assert_false(call_verified(world_call(ALICE)));
		finish(ALICE);
	}
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
}

/* Bob has become weaker and has lost what would show that it is he. */
static void a_weaker_suite_freezes_what_is_kept(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL, *last = NULL;

	meet_and_verify();
	expire(ALICE, "Bob");
	p = world_peer(ALICE, "Bob");
	p->strongest.agreement = ZRTP_KA_EC38;
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_WEAKER);
	finish(ALICE);
	q = world_peer(ALICE, "Bob");
	assert_memory_equal(q->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_int_equal(q->expires, p->expires);
	assert_int_equal(q->strongest.agreement, ZRTP_KA_EC38);
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	finish(ALICE);
	last = world_peer(ALICE, "Bob");
	assert_memory_not_equal(last->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_int_not_equal(last->strongest.agreement, ZRTP_KA_EC38);
}

/* Whoever shows a known ZID from elsewhere, without the secrets, is not called there. */
static void an_alarm_freezes_the_address_and_the_suite_too(void **state)
{
	_cleanup_peer_ struct peer *p = NULL, *q = NULL, *last = NULL;

	meet_and_verify();
	spoil_secrets(ALICE, "Bob");
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
	finish(BOB);
	q = world_peer(ALICE, "Bob");
	assert_true(q->mismatch && !q->verified);
	assert_true(addr_same(&q->last, &p->last));
	assert_int_equal(q->strongest.auth_tag, ZRTP_AUTH_HS32);
	assert_memory_equal(q->own_zid, p->own_zid, ZRTP_ZID_LEN);
	world_talk(BOB, "Alice", ALICE);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	finish(BOB);
	last = world_peer(ALICE, "Bob");
	assert_true(addr_same(&last->last, &world.end[BOB].wire));
	assert_int_equal(last->strongest.auth_tag, ZRTP_AUTH_GCM);
}

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

	meet_and_verify();
	p = world_peer(ALICE, "Bob");
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(store_forget(world.end[ALICE].store, p->id), 0);
	calls_forgot(calls_of(ALICE), p->id);
	world_run(100);
	assert_string_equal(world_call(ALICE)->name, "");
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	world_verify(ALICE, BOB);
	finish(ALICE);
	assert_int_equal(rows(ALICE), 0);
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
	finish(ALICE);
	world_talk(ALICE, "Bob", BOB);		/* met, but not verified */
	assert_int_equal(world_verify(BOB, ALICE), 1);
	finish(ALICE);
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(2000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	finish(ALICE);
	spoil_secrets(BOB, "Alice");
	world_talk(ALICE, "Bob", BOB);		/* it rang: who it is, is in doubt */
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
		assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		if (cut % 4) {
			world_answer(ALICE);
			assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		}
		finish(cut % 4 ? ALICE : BOB);
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
			assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
			world_answer(again ? BOB : ALICE);
			assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
			finish(ALICE);
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
			assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		}
	}
}

/* Bob answers, and Alice never hears of it. */
static void an_answer_that_is_lost_again_and_again_is_no_alarm(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	finish(ALICE);
	for (int i = 0; i < 4; i++) {
		world_ring(ALICE, "Bob", BOB);
		assert_alarms(CALL_ALARM_NONE, CALL_ALARM_NONE);
		world.cut = true;
		world_answer(BOB);
		world_run(120000);
		world.cut = false;
	}
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

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
		WORLD(another_machine_under_a_known_name_is_an_alarm),
		WORLD(a_known_voice_does_not_get_another_ones_name),
		WORLD(a_friend_of_both_in_between_bears_her_own_name),
		WORLD(other_secrets_are_an_alarm_and_freeze_what_is_kept),
		WORLD(an_alarm_stands_though_the_secrets_meet_again),
		WORLD(expired_secrets_prove_nothing),
		WORLD(a_weaker_suite_is_an_alarm),
		WORLD(a_weaker_suite_freezes_what_is_kept),
		WORLD(an_alarm_freezes_the_address_and_the_suite_too),
		WORLD(who_is_declined_on_a_first_call_leaves_nothing),
		WORLD(who_is_forgotten_while_talking_leaves_nothing),
		WORLD(only_the_verified_are_answered_unattended),
		WORLD(nothing_but_an_attack_brings_an_alarm),
		WORLD(nor_does_a_first_meeting_that_is_cut),
		WORLD(nor_does_one_whose_last_messages_are_lost),
		WORLD(an_answer_that_is_lost_again_and_again_is_no_alarm),
		WORLD(a_programs_peer_is_known_again_whoever_begins),
	};

	return cmocka_run_group_tests_name("sottod trust", tests, NULL, NULL);
}
