// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SAS as people see and type it. Every rendering is compared with
 * libbzrtp's in tests/interop.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sas.h"
#include "zrtp.h"

static const uint8_t value[4] = { 0xd2, 0x69, 0xb0, 0x71 };

static void a_known_value_renders_as_published(void **state)
{
	struct zrtp_sas sas;

	assert_int_equal(zrtp_sas_render(ZRTP_SAS_B32, value, &sas), 0);
	assert_string_equal(sas.first, "4j");
	assert_string_equal(sas.second, "w5");
	assert_int_equal(zrtp_sas_render(ZRTP_SAS_B256, value, &sas), 0);
	assert_string_equal(sas.first, "standard");
	assert_string_equal(sas.second, "guitarist");
	assert_int_equal(zrtp_sas_render(0, value, &sas), -EINVAL);
}

static void each_word_fits_and_is_there_once(void **state)
{
	for (int i = 0; i < 256; i++) {
		assert_in_range(strlen(zrtp_words_even[i]), 3, ZRTP_SAS_HALF_MAX - 1);
		assert_in_range(strlen(zrtp_words_odd[i]), 3, ZRTP_SAS_HALF_MAX - 1);
		for (int j = 0; j < 256; j++) {
			assert_true(i == j || strcasecmp(zrtp_words_even[i], zrtp_words_even[j]));
			assert_true(i == j || strcasecmp(zrtp_words_odd[i], zrtp_words_odd[j]));
			assert_true(strcasecmp(zrtp_words_even[i], zrtp_words_odd[j]));
		}
	}
}

static void slips_of_the_hand_are_forgiven(void **state)
{
	assert_true(zrtp_sas_half_equal("4j", "4j"));
	assert_true(zrtp_sas_half_equal("4j", " 4J\n"));
	assert_true(zrtp_sas_half_equal("o1", "0l"));
	assert_true(zrtp_sas_half_equal("uz", "V2"));
	assert_true(zrtp_sas_half_equal("Oakland", "oakland"));
	assert_true(zrtp_sas_half_equal("vapor", "\tVapor "));
}

static void a_wrong_half_is_wrong(void **state)
{
	assert_false(zrtp_sas_half_equal("4j", "4k"));
	assert_false(zrtp_sas_half_equal("4j", "4"));
	assert_false(zrtp_sas_half_equal("4j", "4jw5"));
	assert_false(zrtp_sas_half_equal("4j", ""));
	assert_false(zrtp_sas_half_equal("4j", "  "));
	assert_false(zrtp_sas_half_equal("4j", "4 j"));
	assert_false(zrtp_sas_half_equal("", ""));
	assert_false(zrtp_sas_half_equal("standard", "guitarist"));
	/* Look-alikes are the alphabet's affair, not the words'. */
	assert_false(zrtp_sas_half_equal("vapor", "uapor"));
	assert_false(zrtp_sas_half_equal("standard",
		"standardstandardstandardstandardstandardstandardstandard"));
}

static void every_single_wrong_character_is_wrong(void **state)
{
	static const char alphabet[] = "ybndrfg8ejkmcpqxot1uwisza345h769";

	for (int a = 0; a < 32; a++) {
		for (int b = 0; b < 32; b++) {
			const char half[] = { alphabet[a], 'y', 0 };
			const char typed[] = { alphabet[b], 'y', 0 };

			assert_int_equal(zrtp_sas_half_equal(half, typed), a == b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_value_renders_as_published),
		cmocka_unit_test(each_word_fits_and_is_there_once),
		cmocka_unit_test(slips_of_the_hand_are_forgiven),
		cmocka_unit_test(a_wrong_half_is_wrong),
		cmocka_unit_test(every_single_wrong_character_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
