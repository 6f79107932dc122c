// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole calls over a pretended kernel: several devices of a person, several lines of two.
 *
 * Carol's host is Bob's laptop here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon_world.h"
#include "peers.h"

#define LAPTOP	CAROL

static void pair_devices(void)
{
	world_pair(ALICE, "Bob/phone", BOB);
	world_pair(ALICE, "Bob/laptop", LAPTOP);
	world_pair(BOB, "Alice", ALICE);
	world_pair(LAPTOP, "Alice", ALICE);
}

static void hang_up(int end)
{
	world_hangup(end);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
}

static void meet(const char *name, int device)
{
	world_talk(ALICE, name, device);
	assert_int_equal(world_verify(ALICE, device), 1);
	assert_int_equal(world_verify(device, ALICE), 1);
	hang_up(ALICE);
}

static void assert_talks_to(const char *name, bool verified)
{
	assert_string_equal(world_call(ALICE)->name, name);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	assert_int_equal(call_verified(world_call(ALICE)), verified);
}

static void each_device_is_met_by_itself(void **state)
{
	_cleanup_peer_ struct peer *phone = NULL, *laptop = NULL;

	pair_devices();
	meet("Bob/phone", BOB);
	world_talk(ALICE, "Bob/laptop", LAPTOP);
	assert_talks_to("Bob/laptop", false);	/* that the phone is, proves nothing */
	assert_int_equal(world_verify(ALICE, LAPTOP), 1);
	hang_up(ALICE);
	phone = world_peer(ALICE, "Bob/phone");
	laptop = world_peer(ALICE, "Bob/laptop");
	assert_true(phone->verified && laptop->verified);
	assert_memory_equal(phone->own_zid, laptop->own_zid, ZRTP_ZID_LEN);
	assert_memory_not_equal(phone->peer_zid, laptop->peer_zid, ZRTP_ZID_LEN);
	assert_memory_not_equal(phone->rs1, laptop->rs1, ZRTP_SECRET_LEN);
	world_talk(LAPTOP, "Alice", ALICE);
	assert_talks_to("Bob/laptop", true);
}

static bool it_rings(void)
{
	return world_line(LAPTOP) && world_call(LAPTOP)->progress == CALL_RINGING;
}

static void a_person_is_called_where_she_is(void **state)
{
	pair_devices();
	meet("Bob/phone", BOB);
	meet("Bob/laptop", LAPTOP);
	meet("Bob/phone", BOB);		/* the last one goes first */
	world_kill(BOB);
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_until(it_rings, 20000);
	world_answer(LAPTOP);
	assert_talks_to("Bob/laptop", true);
	hang_up(ALICE);
	world_start(BOB);
	world_talk(ALICE, "Bob", LAPTOP);	/* where he was last */
}

static void a_device_is_called_and_no_other(void **state)
{
	pair_devices();
	meet("Bob/laptop", LAPTOP);
	world_kill(BOB);
	assert_int_equal(world_dial(ALICE, "Bob/phone"), 0);
	world_run(CALL_HELLO_MS + 1000);
	assert_int_equal(world_call(ALICE)->reason, CALL_UNREACHABLE);
	assert_int_equal(world.end[LAPTOP].added, 1);	/* of meeting it */
	assert_int_equal(world_dial(ALICE, "Bob/tablet"), -ENOENT);
	assert_int_equal(world_dial(ALICE, "Bo"), -ENOENT);
	world_start(BOB);
}

/* He has plugged it in where the phone was. */
static void swap_addresses(void)
{
	world_readdress(BOB, 90);
	world_readdress(LAPTOP, 2);
}

static void another_device_at_an_address_is_no_alarm(void **state)
{
	pair_devices();
	meet("Bob/phone", BOB);
	meet("Bob/laptop", LAPTOP);
	swap_addresses();
	for (int i = 0; i < 3; i++) {
		world_talk(ALICE, "Bob/phone", LAPTOP);
		assert_talks_to("Bob/laptop", true);
		assert_string_equal(world_call(LAPTOP)->name, "Alice");
		assert_true(call_verified(world_call(LAPTOP)));
		hang_up(ALICE);
	}
}

/* Its ZID is sent in clear: somebody shows it who does not have its secrets. */
static void unless_it_cannot_show_that_it_is_one(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	pair_devices();
	meet("Bob/phone", BOB);
	meet("Bob/laptop", LAPTOP);
	p = world_peer(ALICE, "Bob/laptop");
	p->expires = 1;			/* so that nothing has to be shown to be the laptop */
	assert_int_equal(store_put(world.end[ALICE].store, p), 0);
	swap_addresses();
	world_talk(ALICE, "Bob/phone", LAPTOP);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_false(call_verified(world_call(ALICE)));
}

static void a_strange_machine_at_one_still_is(void **state)
{
	_cleanup_peer_ struct peer *before = NULL, *after = NULL;

	pair_devices();
	meet("Bob/phone", BOB);
	meet("Bob/laptop", LAPTOP);
	before = world_peer(ALICE, "Bob/phone");
	world_reinstall(BOB);
	calls_strangers(world.end[BOB].calls, true);
	world_talk(ALICE, "Bob/phone", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	assert_string_equal(world_call(ALICE)->name, "");
	hang_up(ALICE);
	after = world_peer(ALICE, "Bob/phone");
	assert_memory_equal(before->peer_zid, after->peer_zid, ZRTP_ZID_LEN);
}

/*
 * Two peers have each other's addresses for a while. Carol's host is Carol's here. She is
 * shown the ZID that is Bob's to see, cannot know whose it is, and so has no secret for it.
 */
static void who_answers_in_anothers_place_is_not_in_doubt_later(void **state)
{
	_cleanup_peer_ struct peer *carol = NULL;

	world_pair_both();
	world_pair(ALICE, "Carol", CAROL);
	world_pair(CAROL, "Alice", ALICE);
	meet("Bob", BOB);
	meet("Carol", CAROL);
	swap_addresses();
	calls_strangers(world.end[CAROL].calls, true);
	world_talk(ALICE, "Bob", CAROL);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SOMEBODY_ELSE);
	hang_up(ALICE);
	carol = world_peer(ALICE, "Carol");
	assert_false(carol->mismatch);
	world_run(CALL_LINGER_MS);
	world_talk(CAROL, "Alice", ALICE);
	assert_talks_to("Carol", true);
}

/* Two persons have several lines with each other. */

static void assert_all_lines_are_secure(size_t lines)
{
	for (int end = ALICE; end <= BOB; end++) {
		size_t n = 0;

		for (struct line *l = calls_first(world.end[end].calls); l; l = l->next) {
			if (!l->call->shown || l->call->progress == CALL_ENDED)
				continue;
			n++;
			assert_true(l->call->security.secure);
			assert_int_equal(call_alarm(l->call), CALL_ALARM_NONE);
			assert_true(call_verified(l->call));
			assert_string_equal(l->call->name, end == ALICE ? "Bob" : "Alice");
		}
		assert_int_equal(n, lines);
	}
}

static struct line *direct_line(int end)
{
	for (struct line *l = calls_first(world.end[end].calls); l; l = l->next)
		if (l->call->shown && l->call->kind == CALL_DIRECT &&
		    l->call->progress != CALL_ENDED)
			return l;
	return NULL;
}

static void a_softphones_port_is_not_called(void **state)
{
	_cleanup_peer_ struct peer *p = NULL;

	world_pair_both();
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world_program_stops(ALICE);
	world_program_stops(BOB);
	world_run(120000);
	p = world_peer(ALICE, "Bob");
	assert_true(p->has_zid);
	assert_true(addr_same(&p->last, &world.end[BOB].wire));
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

static void lines_at_the_same_time_do_not_alarm_each_other(void **state)
{
	int from, to;

	world_pair_both();
	meet("Bob", BOB);
	for (int i = 0; i < 6; i++) {
		/* A softphone and a direct call, begun at once or one in the other's exchange. */
		world_program_starts(ALICE, BOB);
		world_program_starts(BOB, ALICE);
		world_run(25 * i);
		from = i % 2 ? BOB : ALICE;
		to = i % 2 ? ALICE : BOB;
		assert_int_equal(world_dial(from, i % 2 ? "Alice" : "Bob"), 0);
		world_run(2000);
		assert_non_null(direct_line(to));
		assert_int_equal(calls_answer(world.end[to].calls, direct_line(to), WORLD_UID + to),
				 0);
		world_run(3000);
		assert_all_lines_are_secure(2);
		world_program_stops(ALICE);
		world_program_stops(BOB);
		assert_int_equal(calls_hangup(world.end[from].calls, direct_line(from)), 0);
		world_run(120000);
	}
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(each_device_is_met_by_itself),
		WORLD(a_person_is_called_where_she_is),
		WORLD(a_device_is_called_and_no_other),
		WORLD(another_device_at_an_address_is_no_alarm),
		WORLD(unless_it_cannot_show_that_it_is_one),
		WORLD(a_strange_machine_at_one_still_is),
		WORLD(who_answers_in_anothers_place_is_not_in_doubt_later),
		WORLD(a_softphones_port_is_not_called),
		WORLD(lines_at_the_same_time_do_not_alarm_each_other),
	};

	return cmocka_run_group_tests_name("sottod devices", tests, NULL, NULL);
}
