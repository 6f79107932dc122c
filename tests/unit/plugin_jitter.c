// SPDX-License-Identifier: GPL-2.0-or-later
/* The plugin's jitter buffer: order, loss, delay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "jitter.h"

static struct jitter j;

static int setup(void **state)
{
	jitter_init(&j);
	return 0;
}

static enum jitter_put put(uint16_t seq)
{
	uint8_t data[2] = { seq >> 8, seq & 0xff };

	return jitter_put(&j, seq, data, sizeof(data));
}

/* The sequence number played, -1 for a made up frame, -2 for none due. */
static int get(void)
{
	const uint8_t *data;
	size_t len;

	switch (jitter_get(&j, &data, &len)) {
	case JITTER_PACKET:
		assert_int_equal(len, 2);
		return data[0] << 8 | data[1];
	case JITTER_CONCEAL:
		return -1;
	default:
		return -2;
	}
}

/* Fill up to where playing begins and play until only @left are in store. */
static void run_in(uint16_t first, unsigned int n)
{
	for (unsigned int i = 0; i < JITTER_START; i++)
		assert_int_equal(put(first + i), JITTER_QUEUED);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(get(), (uint16_t)(first + i));
		assert_int_equal(put(first + JITTER_START + i), JITTER_QUEUED);
	}
}

static void nothing_is_due_before_enough_has_come(void **state)
{
	assert_int_equal(get(), -2);
	for (unsigned int i = 0; i + 1 < JITTER_START; i++) {
		put(i);
		assert_int_equal(get(), -2);
	}
	put(JITTER_START - 1);
	for (unsigned int i = 0; i < JITTER_START; i++)
		assert_int_equal(get(), i);
}

static void packets_are_played_in_order_whatever_the_arrival(void **state)
{
	static const uint16_t arrival[] = { 102, 100, 101, 104, 103, 107, 106, 105 };

	for (size_t i = 0; i < sizeof(arrival) / sizeof(*arrival); i++)
		assert_int_equal(put(arrival[i]), JITTER_QUEUED);
	for (int seq = 100; seq <= 107; seq++)
		assert_int_equal(get(), seq);
	assert_int_equal(j.reordered, 5);
	assert_int_equal(j.late, 0);
}

static void the_sequence_number_wraps(void **state)
{
	run_in(65530, 20);
	assert_int_equal(j.restarts, 0);
}

static void a_lost_packet_is_concealed_once(void **state)
{
	run_in(0, 5);
	/* 5, 6, 7 are in store; 8 is lost. */
	put(9);
	put(10);
	assert_int_equal(get(), 5);
	assert_int_equal(get(), 6);
	assert_int_equal(get(), 7);
	assert_int_equal(get(), -1);
	assert_int_equal(get(), 9);
	assert_int_equal(get(), 10);
}

static void a_packet_after_its_turn_is_late(void **state)
{
	run_in(0, 5);
	put(9);
	put(10);
	for (int i = 0; i < 4; i++)
		get();
	assert_int_equal(put(8), JITTER_LATE);
	assert_int_equal(j.late, 1);
	assert_int_equal(get(), 9);
}

static void a_duplicate_is_dropped_played_or_not(void **state)
{
	run_in(0, 5);
	assert_int_equal(put(6), JITTER_DUPLICATE);
	assert_int_equal(put(2), JITTER_DUPLICATE);
	assert_int_equal(j.duplicates, 2);
	assert_int_equal(j.late, 0);
	assert_int_equal(get(), 5);
	assert_int_equal(get(), 6);
	assert_int_equal(get(), 7);
}

static void a_delayed_stream_waits_and_loses_nothing(void **state)
{
	run_in(0, 5);
	for (int i = 5; i < 8; i++)
		assert_int_equal(get(), i);
	/* Two frames of nothing: the packets are only late. */
	assert_int_equal(get(), -1);
	assert_int_equal(get(), -1);
	for (int i = 8; i < 40; i++) {
		put(i);
		assert_int_equal(get(), i);
	}
	assert_int_equal(j.late, 0);
}

static void an_outage_is_paid_for_once(void **state)
{
	run_in(0, 5);
	for (int i = 5; i < 8; i++)
		assert_int_equal(get(), i);
	for (int i = 0; i < 10; i++)
		assert_int_equal(get(), -1);
	/* 8..17 are lost; what comes next is played at once. */
	put(18);
	assert_int_equal(get(), 18);
	assert_int_equal(jitter_depth(&j), 0);
}

static void after_a_long_outage_the_stream_begins_anew(void **state)
{
	run_in(0, 5);
	for (int i = 0; i < 3; i++)
		get();
	for (int i = 0; i < JITTER_OUTAGE + 10; i++)
		assert_int_equal(get(), -1);
	assert_int_equal(j.restarts, 1);
	/* It gathers again, and what it lacks meanwhile is counted as made up. */
	put(5000);
	assert_int_equal(get(), -1);
	put(5001);
	put(5002);
	assert_int_equal(get(), 5000);
}

static void a_stray_packet_is_ignored_and_two_restart(void **state)
{
	run_in(0, 5);
	assert_int_equal(put(30000), JITTER_STRAY);
	assert_int_equal(put(40000), JITTER_STRAY);
	assert_int_equal(get(), 5);
	assert_int_equal(put(30000), JITTER_STRAY);
	assert_int_equal(put(30001), JITTER_QUEUED);
	assert_int_equal(j.restarts, 1);
	put(30002);
	put(30003);
	assert_int_equal(get(), 30001);
}

static void strays_with_the_stream_between_them_do_not_restart(void **state)
{
	run_in(0, 5);
	assert_int_equal(put(30000), JITTER_STRAY);
	assert_int_equal(put(8), JITTER_QUEUED);
	assert_int_equal(put(30001), JITTER_STRAY);
	assert_int_equal(get(), 5);
	assert_int_equal(j.restarts, 0);
}

static void depth_is_bounded(void **state)
{
	/* Nobody plays for a while: what is too much goes, the newest stays. */
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(put(i), JITTER_QUEUED);
		assert_in_range(jitter_depth(&j), 1, JITTER_SLOTS);
	}
	assert_int_equal(get(), 1000 - JITTER_MAX_DEPTH);
	assert_in_range(jitter_depth(&j), 0, JITTER_MAX_DEPTH);
}

static void spare_delay_is_taken_back_frame_by_frame(void **state)
{
	unsigned int last;
	int seq = 0;

	for (int i = 0; i < JITTER_START + 4; i++)
		put(seq++);
	last = jitter_depth(&j);
	for (int i = 0; i < 10 * JITTER_TRIM_AFTER; i++) {
		assert_true(get() >= 0);
		put(seq++);
		assert_in_range(last - jitter_depth(&j), 0, 1);
		last = jitter_depth(&j);
	}
	assert_int_equal(jitter_depth(&j), JITTER_START);
	assert_int_equal(j.dropped, 4);
}

static void needed_delay_is_kept(void **state)
{
	int seq = 0;

	for (int i = 0; i < JITTER_START; i++)
		put(seq++);
	/* The network hands on six at a time. */
	for (int i = 0; i < 10 * JITTER_TRIM_AFTER; i++) {
		get();
		if (i % 6 == 0) {
			for (int k = 0; k < 6; k++)
				put(seq++);
		}
	}
	assert_int_equal(j.dropped, 0);
}

static void a_packet_that_is_too_long_is_refused(void **state)
{
	uint8_t data[CODEC_MAX_PACKET + 1] = { 0 };

	assert_int_equal(jitter_put(&j, 1, data, sizeof(data)), JITTER_TOO_LONG);
	assert_int_equal(jitter_put(&j, 1, data, sizeof(data) - 1), JITTER_QUEUED);
}

/* Whatever comes in: only what was put, once, in order, until a restart. */
static void any_network_gives_each_packet_at_most_once_in_order(void **state)
{
	for (unsigned int seed = 1; seed < 200; seed++) {
		unsigned int rng = seed;
		uint64_t restarts = 0;
		int last = -1;

		jitter_init(&j);
		for (int i = 0; i < 3000; i++) {
			unsigned int r = rand_r(&rng);
			int got;

			if (r % 10 > 0)
				put(i + (int)(r / 16 % 9) - 4);
			if (r % 50 == 1)
				put(r / 64 % 65536);
			if (r % 11 == 0)
				continue;
			got = get();
			if (j.restarts != restarts)
				last = -1;
			restarts = j.restarts;
			if (got < 0)
				continue;
			if (last >= 0)
				assert_true((int16_t)(got - last) > 0);
			last = got;
			assert_in_range(jitter_depth(&j), 0, JITTER_SLOTS);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_due_before_enough_has_come, setup),
		cmocka_unit_test_setup(packets_are_played_in_order_whatever_the_arrival, setup),
		cmocka_unit_test_setup(the_sequence_number_wraps, setup),
		cmocka_unit_test_setup(a_lost_packet_is_concealed_once, setup),
		cmocka_unit_test_setup(a_packet_after_its_turn_is_late, setup),
		cmocka_unit_test_setup(a_duplicate_is_dropped_played_or_not, setup),
		cmocka_unit_test_setup(a_delayed_stream_waits_and_loses_nothing, setup),
		cmocka_unit_test_setup(an_outage_is_paid_for_once, setup),
		cmocka_unit_test_setup(after_a_long_outage_the_stream_begins_anew, setup),
		cmocka_unit_test_setup(a_stray_packet_is_ignored_and_two_restart, setup),
		cmocka_unit_test_setup(strays_with_the_stream_between_them_do_not_restart, setup),
		cmocka_unit_test_setup(depth_is_bounded, setup),
		cmocka_unit_test_setup(spare_delay_is_taken_back_frame_by_frame, setup),
		cmocka_unit_test_setup(needed_delay_is_kept, setup),
		cmocka_unit_test_setup(a_packet_that_is_too_long_is_refused, setup),
		cmocka_unit_test_setup(any_network_gives_each_packet_at_most_once_in_order, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
