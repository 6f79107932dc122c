// SPDX-License-Identifier: GPL-2.0-or-later
/* What sotto shows to people: nothing that others have named steers a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"
#include "utf8.h"

#define SECOND	1000000ULL
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

static const struct {
	const char *in;
	const char *out;
	int columns;
} shown[] = {
	{ "", "", 0 },
	{ "Zo\xc3\xab", "Zo\xc3\xab", 3 },
	{ "a\nb\tc", "a?b?c", 5 },
	{ "\x1b[2J", "?[2J", 4 },
	{ "\xc2\x9b" "31m", "?31m", 4 },			/* C1: CSI in one character */
	{ "\x7f", "?", 1 },
	{ "bob\xe2\x80\xae" "x", "bob?x", 5 },		/* right to left from here */
	{ "\xe2\x80\x8b" "bob", "?bob", 4 },		/* no width */
	{ "\xe2\x81\xa6" "bob", "?bob", 4 },		/* isolate */
	{ "\xd8\x9c\xef\xbb\xbf", "??", 2 },
	{ "\xff" "a\xc3", "?a?", 3 },
};

static void what_steers_becomes_a_question_mark(void **state)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		assert_int_equal(text_put(out, shown[i].in), shown[i].columns);
		fclose(out);
		assert_string_equal(text, shown[i].out);
		assert_int_equal(text_width(shown[i].in), shown[i].columns);
		free(text);
	}
}

/* Each text of up to three bytes, against the ranges of RFC 3629 section 4. */
static size_t expected(const uint8_t *p, uint32_t *c)
{
	bool tail1 = p[1] >= 0x80 && p[1] <= 0xbf;
	bool tail2 = tail1 && p[2] >= 0x80 && p[2] <= 0xbf;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf && tail1) {
		*c = (p[0] - 0xc0) * 0x40 + p[1] - 0x80;
		return 2;
	}
	if (p[0] >= 0xe0 && p[0] <= 0xef && tail2 && !(p[0] == 0xe0 && p[1] < 0xa0) &&
	    !(p[0] == 0xed && p[1] > 0x9f)) {
		*c = (p[0] - 0xe0) * 0x1000 + (p[1] - 0x80) * 0x40 + p[2] - 0x80;
		return 3;
	}
	*c = UTF8_BAD;
	return 1;
}

static void utf8_is_read_as_the_rfc_says(void **state)
{
	for (unsigned int i = 0x010000; i < 0x1000000; i++) {
		const uint8_t bytes[4] = { i >> 16, i >> 8, i };
		uint32_t c, wanted;
		size_t len = expected(bytes, &wanted);

		if (utf8_next((const char *)bytes, &c) != len || c != wanted)
			fail_msg("%06x", i);
	}
}

static const struct {
	uint64_t us;
	const char *text;
} durations[] = {
	{ 0, "0 s" },
	{ MINUTE - 1, "59 s" },
	{ MINUTE, "1 min 0 s" },
	{ HOUR - 1, "59 min 59 s" },
	{ HOUR, "1 h 0 min" },
	{ 2 * DAY - 1, "47 h 59 min" },
	{ 2 * DAY, "2 days" },
	{ UINT64_MAX, "213503982 days" },
};

static void durations_in_two_units(void **state)
{
	char text[TEXT_TIME_MAX];

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		text_duration(durations[i].us, text);
		assert_string_equal(text, durations[i].text);
	}
}

static void the_time_today_and_the_date_before(void **state)
{
	const uint64_t noon = 1700049600 * SECOND;	/* 2023-11-15 12:00 UTC */
	char text[TEXT_TIME_MAX];

	setenv("TZ", "UTC", 1);
	tzset();
	text_time(noon - 12 * HOUR, noon, text);
	assert_string_equal(text, "00:00:00");
	text_time(noon - 12 * HOUR - 1, noon, text);
	assert_string_equal(text, "2023-11-14 23:59");
	text_time(noon - 365 * DAY, noon, text);
	assert_string_equal(text, "2022-11-15 12:00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_steers_becomes_a_question_mark),
		cmocka_unit_test(utf8_is_read_as_the_rfc_says),
		cmocka_unit_test(durations_in_two_units),
		cmocka_unit_test(the_time_today_and_the_date_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
