// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two schedules of RFC 6189 6, to the millisecond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "timers.h"
#include "zrtp.h"

static void t1_is_twenty_tries_in_3750_ms_then_slow(void **state)
{
	struct zrtp_timer t;
	uint64_t now = 500, expected = 500;

	zrtp_timer_start(&t, now, ZRTP_T1_FIRST);
	for (int i = 1; i <= 20; i++) {
		expected += i == 1 ? 50 : i == 2 ? 100 : 200;
		assert_int_equal(t.due, expected);
		assert_int_equal(zrtp_t1_due(&t, t.due - 1, false), ZRTP_DUE_NOTHING);
		now = t.due;
		assert_int_equal(zrtp_t1_due(&t, now, false),
				 i == 20 ? ZRTP_DUE_LAST_SEND : ZRTP_DUE_SEND);
	}
	assert_int_equal(now, 500 + 3750);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(t.due, now + ZRTP_T1_SLOW);
		now = t.due;
		assert_int_equal(zrtp_t1_due(&t, now, false), ZRTP_DUE_SEND);
	}
}

static void t1_spans_12_s_when_the_peer_is_known(void **state)
{
	struct zrtp_timer t;
	uint64_t now = 0, longest = 0;

	zrtp_timer_start(&t, now, ZRTP_T1_FIRST);
	while (t.due < 12000) {
		if (t.due - now > longest)
			longest = t.due - now;
		now = t.due;
		zrtp_t1_due(&t, now, true);
	}
	assert_int_equal(longest, 200);
	now = t.due;
	zrtp_t1_due(&t, now, true);
	assert_int_equal(t.due, now + ZRTP_T1_SLOW);
}

static void t2_is_ten_tries_in_9450_ms(void **state)
{
	static const uint32_t waits[] = { 150, 300, 600, 1200, 1200, 1200, 1200, 1200, 1200, 1200 };
	struct zrtp_timer t;
	uint64_t now = 0;

	zrtp_timer_start(&t, now, ZRTP_T2_FIRST);
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(t.due, now + waits[i]);
		assert_int_equal(zrtp_t2_due(&t, t.due - 1), ZRTP_DUE_NOTHING);
		now = t.due;
		assert_int_equal(zrtp_t2_due(&t, now), ZRTP_DUE_SEND);
	}
	assert_int_equal(now, 9450);
	assert_int_equal(zrtp_t2_due(&t, t.due), ZRTP_DUE_EXHAUSTED);
	assert_int_equal(t.due, ZRTP_NEVER);
}

static void a_stopped_timer_is_never_due(void **state)
{
	struct zrtp_timer t;

	zrtp_timer_start(&t, 0, ZRTP_T2_FIRST);
	zrtp_timer_stop(&t);
	assert_int_equal(zrtp_t2_due(&t, 1000000), ZRTP_DUE_NOTHING);
	assert_int_equal(zrtp_t1_due(&t, 1000000, false), ZRTP_DUE_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t1_is_twenty_tries_in_3750_ms_then_slow),
		cmocka_unit_test(t1_spans_12_s_when_the_peer_is_known),
		cmocka_unit_test(t2_is_ten_tries_in_9450_ms),
		cmocka_unit_test(a_stopped_timer_is_never_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
