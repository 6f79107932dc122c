// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each code of RFC 6189 table 8 has words of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "zrtp.h"

static void each_code_has_its_own_text(void **state)
{
	static const uint16_t codes[] = {
		0, 0x10, 0x20, 0x30, 0x40, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x61, 0x62, 0x63,
		0x70, 0x80, 0x90, 0x91, 0xa0, 0xb0, 0x100,
	};
	const char *unknown = zrtp_error_text(0xdead);

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		assert_string_not_equal(zrtp_error_text(codes[i]), unknown);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(zrtp_error_text(codes[i]),
						zrtp_error_text(codes[j]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_has_its_own_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
