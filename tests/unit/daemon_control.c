// SPDX-License-Identifier: GPL-2.0-or-later
/* The control channel, Documentation/control-channel.rst. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "clock.h"
#include "control.h"

/* The document's drawing, octet by octet. */
static const uint8_t drawn[CONTROL_LEN] = {
	0x80, 204, 0, 7,
	0x11, 0x22, 0x33, 0x44,
	'S', 'O', 'T', 'O',
	1, 4, 3, 2,
	0x00, 0x00, 0x01, 0x02,
	0x00, 0x00, 0x03, 0x04,
	0, 0, 0, 0,
	0, 0, 0, 0,
};

static const struct control_packet meant = {
	.ssrc = 0x11223344,
	.version = 1,
	.state = { CONTROL_ENDED, CONTROL_REASON_BUSY, CONTROL_F_WRONG },
	.sequence = 0x102,
	.acknowledged = 0x304,
};

static const struct control_state calling = { .progress = CONTROL_CALLING };
static const struct control_state ringing = { .progress = CONTROL_RINGING };
static const struct control_state over = { CONTROL_ENDED, CONTROL_REASON_HANGUP, 0 };

static void packet_is_as_drawn(void **state)
{
	uint8_t out[CONTROL_LEN];

	memset(out, 0xff, sizeof(out));
	control_build(out, &meant);
	assert_memory_equal(out, drawn, sizeof(out));
}

static void packet_is_read_as_drawn(void **state)
{
	struct control_packet p;

	assert_int_equal(control_parse(drawn, sizeof(drawn), &p), 0);
	assert_int_equal(p.ssrc, meant.ssrc);
	assert_int_equal(p.version, 1);
	assert_int_equal(p.state.progress, CONTROL_ENDED);
	assert_int_equal(p.state.reason, CONTROL_REASON_BUSY);
	assert_int_equal(p.state.flags, CONTROL_F_WRONG);
	assert_int_equal(p.sequence, 0x102);
	assert_int_equal(p.acknowledged, 0x304);
}

/* One octet changed: what it says then, or that it says nothing. */
static int parse_with(size_t at, uint8_t value, struct control_packet *p)
{
	uint8_t data[CONTROL_LEN];

	memcpy(data, drawn, sizeof(data));
	data[at] = value;
	return control_parse(data, sizeof(data), p);
}

static void malformed_packets_are_refused(void **state)
{
	static const struct { size_t at; uint8_t value; } wrong[] = {
		{ 0, 0x00 }, { 0, 0x40 }, { 0, 0xa0 }, { 0, 0x81 }, { 0, 0x9f },
		{ 1, 200 }, { 1, 205 },
		{ 2, 1 }, { 3, 6 }, { 3, 8 },
		{ 8, 's' }, { 9, 'X' }, { 10, 'X' }, { 11, 'P' },
		{ 13, 0 }, { 13, 5 }, { 13, 255 },
	};
	struct control_packet p;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (parse_with(wrong[i].at, wrong[i].value, &p) != -EBADMSG)
			fail_msg("octet %zu = %u is taken", wrong[i].at, wrong[i].value);
}

static void sequence_nought_is_refused(void **state)
{
	struct control_packet zero = meant, p;
	uint8_t data[CONTROL_LEN];

	zero.sequence = 0;
	control_build(data, &zero);
	assert_int_equal(control_parse(data, sizeof(data), &p), -EBADMSG);
}

static void every_other_length_is_refused(void **state)
{
	uint8_t data[2 * CONTROL_LEN] = { 0 };
	struct control_packet p;

	memcpy(data, drawn, sizeof(drawn));
	for (size_t len = 0; len <= sizeof(data); len++)
		assert_int_equal(control_parse(data, len, &p), len == CONTROL_LEN ? 0 : -EBADMSG);
}

static void unknown_reasons_and_flags_are_forgiven(void **state)
{
	struct control_packet p;

	assert_int_equal(parse_with(14, 7, &p), 0);
	assert_int_equal(p.state.reason, CONTROL_REASON_FAILED);
	assert_int_equal(parse_with(15, 0xff, &p), 0);
	assert_int_equal(p.state.flags, CONTROL_F_ALL);
	assert_int_equal(parse_with(15, 0xfc, &p), 0);
	assert_int_equal(p.state.flags, 0);
	/* A reason says nothing while the call goes on. */
	assert_int_equal(parse_with(13, CONTROL_ACTIVE, &p), 0);
	assert_int_equal(p.state.reason, CONTROL_REASON_NONE);
	/* What is reserved may be used one day. */
	assert_int_equal(parse_with(31, 9, &p), 0);
}

/* What @c sends at @now; fails the test when it sends nothing. */
static struct control_packet sent(struct control *c, uint64_t now)
{
	struct control_packet p;
	uint8_t data[CONTROL_LEN];

	assert_true(control_next(c, now, data));
	assert_int_equal(control_parse(data, sizeof(data), &p), 0);
	return p;
}

/* As it goes in sottod, where the worker reads it. */
static bool take(struct control *c, uint64_t now, const uint8_t *data, size_t len)
{
	struct control_packet p;

	return !control_parse(data, len, &p) && control_receive(c, now, &p);
}

static bool receive(struct control *c, uint64_t now, struct control_state state, uint32_t sequence,
		    uint32_t acknowledged)
{
	struct control_packet p = { 5, CONTROL_VERSION, state, sequence, acknowledged };
	uint8_t data[CONTROL_LEN];

	control_build(data, &p);
	return take(c, now, data, sizeof(data));
}

static void nothing_is_sent_before_anything_is_said(void **state)
{
	uint8_t data[CONTROL_LEN];
	struct control c;

	control_init(&c, 7);
	assert_false(control_next(&c, 1000000, data));
	assert_int_equal(receive(&c, 1000000, calling, 1, 0), 1);
	assert_false(control_next(&c, 1000000, data));
	control_resume(&c, 1000000);
	assert_false(control_next(&c, 1000000, data));
}

static void unanswered_it_is_repeated_ever_more_slowly(void **state)
{
	static const uint64_t at[] = { 1000, 1200, 1600, 2400, 4000, 5600, 7200 };
	struct control_packet p;
	uint8_t data[CONTROL_LEN];
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		assert_int_equal(c.due, at[i]);
		assert_false(control_next(&c, at[i] - 1, data));
		p = sent(&c, at[i]);
		assert_int_equal(p.sequence, 1);
		assert_int_equal(p.ssrc, 7);
	}
}

static void acknowledged_it_is_a_sign_of_life(void **state)
{
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	assert_int_equal(receive(&c, 1050, ringing, 1, 1), 1);
	assert_int_equal(sent(&c, 1050).acknowledged, 1);	/* news is answered at once */
	assert_int_equal(c.due, 6000);	/* on the second, as every call's */
	sent(&c, 6000);
	assert_int_equal(c.due, 6000 + 5000);
	assert_false(control_settled(&c));
}

static void an_acknowledgement_alone_stops_the_repeating(void **state)
{
	struct control c;

	control_init(&c, 7);
	assert_int_equal(receive(&c, 900, ringing, 1, 0), 1);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	assert_int_equal(receive(&c, 1100, ringing, 1, 1), 0);
	assert_int_equal(c.due, 6000);
}

static void the_highest_sequence_wins(void **state)
{
	struct control c;

	control_init(&c, 7);
	assert_int_equal(receive(&c, 1, over, 3, 0), 1);
	assert_int_equal(receive(&c, 2, ringing, 2, 0), 0);
	assert_int_equal(receive(&c, 2, ringing, 3, 0), 0);
	assert_int_equal(c.their.progress, CONTROL_ENDED);
	assert_int_equal(c.their_sequence, 3);
}

static void what_was_never_said_cannot_be_acknowledged(void **state)
{
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	receive(&c, 1050, ringing, 1, 2);
	assert_int_equal(c.acknowledged, 0);
	sent(&c, 1050);
	assert_int_equal(c.due, 1250);
}

static void an_old_acknowledgement_does_not_count_for_news(void **state)
{
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	control_say(&c, 1010, &over);
	receive(&c, 1020, ringing, 1, 1);
	assert_int_equal(sent(&c, 1020).sequence, 2);
	assert_false(control_settled(&c));
	assert_int_equal(c.due, 1220);
}

static void saying_the_same_again_says_nothing(void **state)
{
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	control_say(&c, 1010, &calling);
	assert_int_equal(c.own_sequence, 1);
	assert_int_equal(c.due, 1200);
}

static void an_acknowledged_end_is_the_last_word(void **state)
{
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &over);
	sent(&c, 1000);
	assert_false(control_settled(&c));
	receive(&c, 1050, over, 1, 1);
	assert_false(control_settled(&c));	/* they do not know that we know */
	sent(&c, 1050);
	assert_true(control_settled(&c));
	assert_true(c.due == CLOCK_NEVER);
	/* They have not heard it: their repetition is answered. */
	receive(&c, 1300, over, 2, 1);
	assert_int_equal(sent(&c, 1300).acknowledged, 2);
}

static void another_version_is_answered_but_not_believed(void **state)
{
	uint8_t data[CONTROL_LEN + 8] = { 0 };
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	receive(&c, 1050, ringing, 1, 1);
	sent(&c, 1050);
	memcpy(data, drawn, sizeof(drawn));
	data[12] = 2;
	data[3] = 9;
	assert_false(take(&c, 2000, data, sizeof(data)));
	assert_int_equal(c.their.progress, CONTROL_RINGING);
	assert_int_equal(sent(&c, 2000).version, 1);
	/* Two ends of different versions do not chase each other. */
	assert_false(take(&c, 2001, data, sizeof(data)));
	assert_false(control_next(&c, 2999, data));
	data[12] = 2;
	assert_false(take(&c, 3000, data, sizeof(data)));
	sent(&c, 3000);
}

static void after_a_restart_all_is_said_again(void **state)
{
	struct control c;

	control_init(&c, 7);
	control_say(&c, 1000, &calling);
	sent(&c, 1000);
	receive(&c, 1050, ringing, 1, 1);
	sent(&c, 1050);
	control_resume(&c, 3000);
	assert_int_equal(sent(&c, 3000).sequence, 1);
}

/* Both ends over a path that loses every other packet by chance. */
static void two_ends_agree_over_a_bad_path(void **state)
{
	struct control end[2];
	uint8_t data[CONTROL_LEN];
	uint32_t n = 0;

	control_init(&end[0], 1);
	control_init(&end[1], 2);
	control_say(&end[0], 0, &calling);
	control_say(&end[1], 3, &ringing);
	for (uint64_t now = 0; now < 8000; now++) {
		if (now == 5000) {
			assert_int_equal(end[0].their.progress, CONTROL_RINGING);
			assert_int_equal(end[1].their.progress, CONTROL_CALLING);
			control_say(&end[0], now, &over);
		}
		for (int i = 0; i < 2; i++)
			if (control_next(&end[i], now, data) && ++n * 2654435761U >> 31)
				take(&end[!i], now, data, sizeof(data));
		if (end[1].their.progress == CONTROL_ENDED)
			control_say(&end[1], now, &over);
	}
	assert_int_equal(end[1].their.progress, CONTROL_ENDED);
	assert_true(control_settled(&end[0]));
	assert_in_range(n, 8, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_is_as_drawn),
		cmocka_unit_test(packet_is_read_as_drawn),
		cmocka_unit_test(malformed_packets_are_refused),
		cmocka_unit_test(sequence_nought_is_refused),
		cmocka_unit_test(every_other_length_is_refused),
		cmocka_unit_test(unknown_reasons_and_flags_are_forgiven),
		cmocka_unit_test(nothing_is_sent_before_anything_is_said),
		cmocka_unit_test(unanswered_it_is_repeated_ever_more_slowly),
		cmocka_unit_test(acknowledged_it_is_a_sign_of_life),
		cmocka_unit_test(an_acknowledgement_alone_stops_the_repeating),
		cmocka_unit_test(the_highest_sequence_wins),
		cmocka_unit_test(what_was_never_said_cannot_be_acknowledged),
		cmocka_unit_test(an_old_acknowledgement_does_not_count_for_news),
		cmocka_unit_test(saying_the_same_again_says_nothing),
		cmocka_unit_test(an_acknowledged_end_is_the_last_word),
		cmocka_unit_test(another_version_is_answered_but_not_believed),
		cmocka_unit_test(after_a_restart_all_is_said_again),
		cmocka_unit_test(two_ends_agree_over_a_bad_path),
	};

	return cmocka_run_group_tests_name("sottod control", tests, NULL, NULL);
}
