// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of softphones, which know nothing of sottod, over a pretended kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "calls_priv.h"
#include "daemon_world.h"

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
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
		world_assert_secured(end);
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
	world_assert_ended(ALICE, CALL_REASON_NONE, CALL_BY_NOBODY);
	world_assert_no_trace(ALICE);
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
	world_assert_secured(ALICE);		/* Hello went on */
	world_assert_secured(BOB);
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

/* RFC 6189 11: not an alarm, since the keys are right; but people are to know. */
static void a_far_end_that_passes_keys_on_is_told(void **state)
{
	struct zrtp_action again = { .type = ZRTP_ACTION_SECURE };
	const struct call *call;

	world_programs_secured();
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
		world_programs_secured();
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

	world_programs_secured();
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
	world_assert_secured(ALICE);
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
	world_assert_secured(ALICE);
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
	world_assert_secured(ALICE);
	world_assert_secured(BOB);
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("sottod and programs", tests, NULL, NULL);
}
