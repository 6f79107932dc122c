// SPDX-License-Identifier: GPL-2.0-or-later
/* One call: progress and security, which are never mixed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "call.h"
#include "clock.h"

#define NOW	100000ULL
#define WALL	1800000000000000ULL

/* A call in any state; if @secure, as initiator. */
static struct call make(enum call_progress progress, bool secure)
{
	struct call c;

	call_init(&c, CALL_DIRECT);
	c.progress = progress;
	c.shown = progress != CALL_UNBORN;
	if (secure) {
		c.security.role = ZRTP_ROLE_INITIATOR;
		c.security.suite.sas_type = ZRTP_SAS_B32;
		memcpy(c.security.sas, "\x12\x34\x56\x78", 4);
		call_secured(&c, NOW, WALL);
	}
	return c;
}

static void they_say(struct call *c, uint8_t progress, uint8_t reason, uint8_t flags)
{
	c->control.their = (struct control_state){ progress, reason, flags };
	c->control.their_sequence++;
	call_their_state(c, NOW, WALL);
}

enum event { THEY_CALL, THEY_RING, THEY_ANSWER, THEY_END, WE_ANSWER, WE_END, EVENTS };

static void happen(struct call *c, enum event event)
{
	switch (event) {
	case THEY_CALL:
		they_say(c, CONTROL_CALLING, 0, 0);
		break;
	case THEY_RING:
		they_say(c, CONTROL_RINGING, 0, 0);
		break;
	case THEY_ANSWER:
		they_say(c, CONTROL_ACTIVE, 0, 0);
		break;
	case THEY_END:
		they_say(c, CONTROL_ENDED, CONTROL_REASON_BUSY, 0);
		break;
	case WE_ANSWER:
		call_activate(c, NOW, WALL);
		break;
	case WE_END:
		call_end(c, NOW, CALL_HANGUP, CALL_BY_US);
		break;
	case EVENTS:
		fail();
	}
}

/* A table is read better in letters. */
#define U	CALL_UNBORN
#define C	CALL_CALLING
#define R	CALL_RINGING
#define A	CALL_ACTIVE
#define E	CALL_ENDED

/* Whatever happens, for each progress and with or without security. */
static void every_transition(void **state)
{
	static const uint8_t to[CALL_ENDED + 1][EVENTS] = {
		/* they:  call	ring	answer	end	we: answer, end */
		[U]	= { U,	U,	U,	E,	A,	E },
		[C]	= { A,	C,	A,	E,	A,	E },
		[R]	= { R,	R,	R,	E,	A,	E },
		[A]	= { A,	A,	A,	E,	A,	E },
		[E]	= { E,	E,	E,	E,	E,	E },
	};

	for (int secure = 0; secure < 2; secure++)
		for (int from = CALL_UNBORN; from <= CALL_ENDED; from++)
			for (int event = 0; event < EVENTS; event++) {
				struct call c = make(from, secure);

				happen(&c, event);
				if (c.progress != to[from][event])
					fail_msg("secure %d: from %d by %d to %d", secure, from,
						 event, c.progress);
				assert_int_equal(c.security.secure, secure);
				assert_int_equal(call_verified(&c), false);
			}
}

static void security_does_not_move_progress(void **state)
{
	for (int progress = CALL_UNBORN; progress <= CALL_ENDED; progress++) {
		struct call c = make(progress, true);

		assert_int_equal(c.progress, progress);
		c.security.typed_right = true;
		call_say(&c, NOW);
		assert_int_equal(c.progress, progress);
	}
}

static void the_first_end_is_the_one_that_counts(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	call_end(&c, NOW, CALL_LOST, CALL_BY_NOBODY);
	they_say(&c, CONTROL_ENDED, CONTROL_REASON_HANGUP, 0);
	call_end(&c, NOW + 1, CALL_HANGUP, CALL_BY_US);
	assert_int_equal(c.reason, CALL_LOST);
	assert_int_equal(c.by, CALL_BY_NOBODY);
}

static void reasons_of_the_other_end(void **state)
{
	static const struct { uint8_t reason; enum call_by by; } ends[] = {
		{ CONTROL_REASON_NONE, CALL_BY_NOBODY },
		{ CONTROL_REASON_HANGUP, CALL_BY_THEM },
		{ CONTROL_REASON_DECLINED, CALL_BY_THEM },
		{ CONTROL_REASON_BUSY, CALL_BY_THEM },
		{ CONTROL_REASON_NO_ANSWER, CALL_BY_NOBODY },
		{ CONTROL_REASON_FAILED, CALL_BY_NOBODY },
		{ CONTROL_REASON_NOT_ALLOWED, CALL_BY_THEM },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct call c = make(CALL_CALLING, true);

		they_say(&c, CONTROL_ENDED, ends[i].reason, 0);
		assert_int_equal(c.reason, ends[i].reason);
		assert_int_equal(c.by, ends[i].by);
	}
}

/* What we say. */

static void nothing_is_said_before_security_or_birth(void **state)
{
	struct call c = make(CALL_CALLING, false);

	call_activate(&c, NOW, WALL);
	call_end(&c, NOW, CALL_HANGUP, CALL_BY_US);
	assert_int_equal(c.control.own_sequence, 0);
	c = make(CALL_UNBORN, true);
	assert_int_equal(c.control.own_sequence, 0);
}

static void what_the_channel_does_not_carry_is_said_as_failed(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	call_end(&c, NOW, CALL_LOST, CALL_BY_NOBODY);
	assert_int_equal(c.control.own.reason, CONTROL_REASON_FAILED);
	assert_int_equal(c.control.own.progress, CONTROL_ENDED);
	c = make(CALL_ACTIVE, true);
	call_end(&c, NOW, CALL_HANGUP, CALL_BY_US);
	assert_int_equal(c.control.own.reason, CONTROL_REASON_HANGUP);
}

static void flags_follow_the_person(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	assert_int_equal(c.control.own.flags, 0);
	assert_int_equal(call_verify(&c, "zz"), 0);
	call_say(&c, NOW);
	assert_int_equal(c.control.own.flags, CONTROL_F_WRONG);
	c.security.typed_wrong = false;
	c.security.typed_right = true;
	call_say(&c, NOW);
	assert_int_equal(c.control.own.flags, CONTROL_F_VERIFIED);
	they_say(&c, CONTROL_ACTIVE, 0, CONTROL_F_WRONG);
	assert_int_equal(c.control.own.flags, 0);	/* in doubt there is in doubt here */
}

static void they_are_believed_only_without_a_wrong_half(void **state)
{
	struct call c = make(CALL_ACTIVE, false);

	they_say(&c, CONTROL_ACTIVE, 0, CONTROL_F_VERIFIED);
	assert_false(call_their_verified(&c));
	c = make(CALL_ACTIVE, true);
	they_say(&c, CONTROL_ACTIVE, 0, CONTROL_F_VERIFIED);
	assert_true(call_their_verified(&c));
	assert_false(call_verified(&c));	/* that is their affair */
	they_say(&c, CONTROL_ACTIVE, 0, CONTROL_F_VERIFIED | CONTROL_F_WRONG);
	assert_false(call_their_verified(&c));
	assert_int_equal(call_alarm(&c), CALL_ALARM_SAS_WRONG_THERE);
}

/* The SAS. */

static void each_role_says_one_half_and_types_the_other(void **state)
{
	char text[2 * ZRTP_SAS_HALF_MAX];
	struct zrtp_sas sas;
	bool whole;

	for (enum zrtp_sas_type type = ZRTP_SAS_B32; type <= ZRTP_SAS_B256; type++)
		for (int role = ZRTP_ROLE_INITIATOR; role <= ZRTP_ROLE_RESPONDER; role++) {
			struct call c = make(CALL_ACTIVE, true);
			const char *own, *other;

			c.security.role = role;
			c.security.suite.sas_type = type;
			assert_int_equal(zrtp_sas_render(type, c.security.sas, &sas), 0);
			own = role == ZRTP_ROLE_INITIATOR ? sas.first : sas.second;
			other = role == ZRTP_ROLE_INITIATOR ? sas.second : sas.first;
			assert_string_not_equal(own, other);

			assert_int_equal(call_sas(&c, text, &whole), 0);
			assert_string_equal(text, own);
			assert_false(whole);
			/* One's own proves nothing. */
			assert_int_equal(call_verify(&c, own), 0);
			assert_int_equal(call_sas(&c, text, &whole), 0);
			assert_string_equal(text, own);
			assert_false(whole);
			assert_int_equal(call_verify(&c, other), 1);
			assert_int_equal(call_sas(&c, text, &whole), 0);
			assert_true(whole);
			assert_non_null(strstr(text, sas.first));
			assert_non_null(strstr(text, sas.second));
			assert_true(call_verified(&c));
		}
}

static void there_is_no_sas_before_security(void **state)
{
	struct call c = make(CALL_CALLING, false);
	char text[2 * ZRTP_SAS_HALF_MAX] = "";
	bool whole;

	assert_int_equal(call_sas(&c, text, &whole), -EBADFD);
	assert_string_equal(text, "");
	assert_int_equal(call_verify(&c, "yy"), -EBADFD);
	assert_int_equal(c.security.wrong, 0);
}

static void an_empty_half_is_wrong(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	assert_int_equal(call_verify(&c, ""), 0);
	assert_int_equal(call_alarm(&c), CALL_ALARM_SAS_WRONG);
}

static void alarms_in_order_and_in_words(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	c.security.weaker = true;
	assert_int_equal(call_alarm(&c), CALL_ALARM_WEAKER);
	c.security.mismatch = true;
	assert_int_equal(call_alarm(&c), CALL_ALARM_MISMATCH);
	c.security.somebody_else = true;
	assert_int_equal(call_alarm(&c), CALL_ALARM_SOMEBODY_ELSE);
	c.security.typed_right = true;
	assert_int_equal(call_alarm(&c), CALL_ALARM_NONE);
	assert_true(call_verified(&c));
	c.security.relayed = true;		/* no comparison makes that good */
	assert_int_equal(call_alarm(&c), CALL_ALARM_RELAYED);
	assert_false(call_verified(&c));
	c.control.their.flags = CONTROL_F_WRONG;
	assert_int_equal(call_alarm(&c), CALL_ALARM_SAS_WRONG_THERE);
	c.security.typed_wrong = true;
	assert_int_equal(call_alarm(&c), CALL_ALARM_SAS_WRONG);
	for (int alarm = CALL_ALARM_MISMATCH; alarm <= CALL_ALARM_WEAKER; alarm++) {
		assert_true(strlen(call_alarm_name(alarm)) > 0);
		assert_true(strlen(call_alarm_text(alarm)) > 40);	/* what to do */
	}
	assert_string_equal(call_alarm_text(CALL_ALARM_NONE), "");
}

/* What may be kept. */

static void secrets_wait_for_the_answer_or_the_comparison(void **state)
{
	struct call c = make(CALL_RINGING, true);

	assert_false(call_retain_due(&c));
	c.retain.there = true;
	assert_false(call_retain_due(&c));	/* of whom? */
	c.has_zid = true;
	assert_false(call_retain_due(&c));	/* not answered */
	c.since = WALL;
	assert_true(call_retain_due(&c));
	c.retain.frozen = true;
	assert_false(call_retain_due(&c));
	c.security.typed_right = true;
	assert_true(call_retain_due(&c));
	c.security.typed_right = c.retain.frozen = false;
	c.security.somebody_else = c.security.matched = true;
	assert_false(call_retain_due(&c));
	c.security.somebody_else = false;
	c.security.weaker = c.security.mismatch = true;	/* an alarm that stands */
	assert_true(call_retain_due(&c));
	c.security.matched = c.security.mismatch = false;
	assert_false(call_retain_due(&c));
	c.security.typed_right = true;
	assert_true(call_retain_due(&c));
}

/* Time. */

static void deadlines_by_progress(void **state)
{
	struct call c = make(CALL_UNBORN, false);

	call_begin(&c, NOW);
	assert_int_equal(call_due(&c, NOW + CALL_HELLO_MS - 1, true), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + CALL_HELLO_MS, true), CALL_DUE_UNREACHABLE);
	assert_int_equal(call_deadline(&c, true), NOW + CALL_HELLO_MS);

	c = make(CALL_UNBORN, true);
	call_ring(&c, NOW);
	c.heard = NOW + CALL_RING_MS;
	assert_int_equal(call_due(&c, NOW + CALL_RING_MS - 1, true), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + CALL_RING_MS, true), CALL_DUE_NO_ANSWER);

	/* The end that calls waits a little longer than the one that rings. */
	c = make(CALL_CALLING, true);
	they_say(&c, CONTROL_RINGING, 0, 0);
	c.heard = NOW + CALL_RING_MS;
	assert_int_equal(call_due(&c, NOW + CALL_RING_MS, true), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + CALL_RING_MS + CALL_RING_GRACE_MS, true),
			 CALL_DUE_NO_ANSWER);

	c = make(CALL_ACTIVE, true);
	call_heard(&c, NOW + 7);
	call_heard(&c, NOW + 3);	/* an older one changes nothing */
	assert_int_equal(call_due(&c, NOW + 7 + CALL_LOST_MS - 1, true), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + 7 + CALL_LOST_MS, true), CALL_DUE_LOST);
}

static void an_active_call_may_last(void **state)
{
	struct call c = make(CALL_CALLING, true);

	they_say(&c, CONTROL_ACTIVE, 0, 0);
	call_heard(&c, NOW + 1000000000);
	assert_int_equal(call_due(&c, NOW + 1000000000, true), CALL_DUE_NOTHING);
}

static void a_program_that_never_spoke_is_not_lost(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	c.kind = CALL_PROGRAM;
	assert_int_equal(call_due(&c, NOW + 2 * CALL_LOST_MS, true), CALL_DUE_NOTHING);
	c.control.their_sequence = 1;	/* there is a sottod at the other end */
	assert_int_equal(call_due(&c, NOW + 2 * CALL_LOST_MS, true), CALL_DUE_LOST);
}

static void an_end_is_said_three_seconds_and_read_thirty(void **state)
{
	struct call c = make(CALL_ACTIVE, true);

	call_end(&c, NOW, CALL_HANGUP, CALL_BY_US);
	assert_int_equal(call_due(&c, NOW + CALL_BYE_MS - 1, true), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + CALL_BYE_MS, true), CALL_DUE_BYE);
	assert_int_equal(call_due(&c, NOW + CALL_LINGER_MS - 1, false), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + CALL_LINGER_MS, false), CALL_DUE_REMOVE);
	/* Missed: who was away can read of it for long; what was declined is settled. */
	c = make(CALL_RINGING, true);
	c.outgoing = false;
	call_end(&c, NOW, CALL_NO_ANSWER, CALL_BY_NOBODY);
	assert_true(call_is_missed(&c));
	assert_int_equal(call_due(&c, NOW + CALL_MISSED_MS - 1, false), CALL_DUE_NOTHING);
	assert_int_equal(call_due(&c, NOW + CALL_MISSED_MS, false), CALL_DUE_REMOVE);
	c = make(CALL_RINGING, true);
	c.outgoing = false;
	call_end(&c, NOW, CALL_DECLINED, CALL_BY_US);
	assert_false(call_is_missed(&c));
	assert_int_equal(call_due(&c, NOW + CALL_LINGER_MS, false), CALL_DUE_REMOVE);
	/* What was never secure has nothing to say, and what nobody saw nothing to read. */
	c = make(CALL_CALLING, false);
	c.shown = false;
	call_end(&c, NOW, CALL_UNREACHABLE, CALL_BY_NOBODY);
	assert_int_equal(call_due(&c, NOW, true), CALL_DUE_BYE);
	assert_int_equal(call_due(&c, NOW + CALL_BYE_MS, false), CALL_DUE_REMOVE);
}

/* call_deadline() and call_due() speak of the same moment: the loop neither spins nor sleeps. */
static void nothing_is_due_before_the_deadline(void **state)
{
	for (int progress = CALL_CALLING; progress <= CALL_ENDED; progress++)
		for (int secure = 0; secure < 2; secure++)
			for (int flow = 0; flow < 2; flow++) {
				struct call c = make(CALL_ACTIVE, secure);
				uint64_t deadline;

				c.progress = progress == CALL_ENDED ? CALL_ACTIVE : progress;
				c.give_up = NOW + 5000;
				c.control.due = CLOCK_NEVER;
				if (progress == CALL_ENDED)
					call_end(&c, NOW, CALL_FAILED, CALL_BY_NOBODY);
				c.control.due = CLOCK_NEVER;
				deadline = call_deadline(&c, flow);
				if (deadline)
					assert_int_equal(call_due(&c, deadline - 1, flow),
							 CALL_DUE_NOTHING);
				assert_int_not_equal(call_due(&c, deadline, flow),
						     CALL_DUE_NOTHING);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_transition),
		cmocka_unit_test(security_does_not_move_progress),
		cmocka_unit_test(the_first_end_is_the_one_that_counts),
		cmocka_unit_test(reasons_of_the_other_end),
		cmocka_unit_test(nothing_is_said_before_security_or_birth),
		cmocka_unit_test(what_the_channel_does_not_carry_is_said_as_failed),
		cmocka_unit_test(flags_follow_the_person),
		cmocka_unit_test(they_are_believed_only_without_a_wrong_half),
		cmocka_unit_test(each_role_says_one_half_and_types_the_other),
		cmocka_unit_test(there_is_no_sas_before_security),
		cmocka_unit_test(an_empty_half_is_wrong),
		cmocka_unit_test(alarms_in_order_and_in_words),
		cmocka_unit_test(secrets_wait_for_the_answer_or_the_comparison),
		cmocka_unit_test(deadlines_by_progress),
		cmocka_unit_test(an_active_call_may_last),
		cmocka_unit_test(a_program_that_never_spoke_is_not_lost),
		cmocka_unit_test(an_end_is_said_three_seconds_and_read_thirty),
		cmocka_unit_test(nothing_is_due_before_the_deadline),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sottod call", tests, NULL, NULL);
}
