// SPDX-License-Identifier: GPL-2.0-or-later
/* What sotto --json writes: RFC 8259, and nothing that a terminal obeys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static char *text;
static size_t size;

static struct json begin(void)
{
	FILE *out = open_memstream(&text, &size);
	struct json j;

	assert_non_null(out);
	json_begin(&j, out);
	return j;
}

static void expect(struct json *j, const char *wanted)
{
	json_end(j);
	fclose(j->out);
	assert_string_equal(text, wanted);
	free(text);
}

static void nothing_but_the_schema(void **state)
{
	struct json j = begin();

	expect(&j, "{\"schema\":1}\n");
}

static void commas_stand_between_values_only(void **state)
{
	struct json j = begin();

	json_array(&j, "a");
	json_array_end(&j);
	json_array(&j, "b");
	json_object(&j, NULL);
	json_bool(&j, "c", true);
	json_bool(&j, "d", false);
	json_object_end(&j);
	json_object(&j, NULL);
	json_object_end(&j);
	json_null(&j, NULL);
	json_array_end(&j);
	json_text(&j, "e", "");
	assert_int_equal(j.depth, 1);
	expect(&j, "{\"schema\":1,\"a\":[],\"b\":[{\"c\":true,\"d\":false},{},null],\"e\":\"\"}\n");
}

static void numbers_are_whole_and_exact(void **state)
{
	struct json j = begin();

	json_unsigned(&j, "most", UINT64_MAX);
	json_signed(&j, "least", INT64_MIN);
	json_time(&j, "never", 0);
	json_time(&j, "time", 1700000000000042);
	expect(&j, "{\"schema\":1,\"most\":18446744073709551615,\"least\":-9223372036854775808,"
	       "\"never\":null,\"time\":1700000000.000042}\n");
}

static void empty_text_may_be_null(void **state)
{
	struct json j = begin();

	json_text_or_null(&j, "a", "");
	json_text_or_null(&j, "b", "x");
	expect(&j, "{\"schema\":1,\"a\":null,\"b\":\"x\"}\n");
}

static const struct {
	const char *in;
	const char *out;
} strings[] = {
	{ "plain", "plain" },
	{ "\"\\/", "\\\"\\\\/" },
	{ "\b\f\n\r\t\x01\x1f", "\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f" },
	{ "\x1b]0;x\x07", "\\u001b]0;x\\u0007" },
	{ "\x7f\xc2\x80\xc2\x9b\xc2\xa0", "\\u007f\\u0080\\u009b\xc2\xa0" },
	{ "gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x98\x80",
	  "gr\xc3\xbc\xc3\x9f dich \xe2\x82\xac \xf0\x9f\x98\x80" },
	/* Not UTF-8: alone, cut, overlong, a surrogate, beyond U+10FFFF. */
	{ "\x80", "\\ufffd" },
	{ "\xe2\x82", "\\ufffd\\ufffd" },
	{ "\xc0\xaf", "\\ufffd\\ufffd" },
	{ "\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd" },
	{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd" },
	{ "\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd" },
	{ "\xff\"", "\\ufffd\\\"" },
};

static void text_is_escaped(void **state)
{
	char wanted[128], key[64];

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct json j = begin();

		snprintf(wanted, sizeof(wanted), "{\"schema\":1,\"k%s\":\"%s\"}\n", strings[i].out,
			 strings[i].out);
		snprintf(key, sizeof(key), "k%s", strings[i].in);
		json_text(&j, key, strings[i].in);
		expect(&j, wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_the_schema),
		cmocka_unit_test(commas_stand_between_values_only),
		cmocka_unit_test(numbers_are_whole_and_exact),
		cmocka_unit_test(empty_text_may_be_null),
		cmocka_unit_test(text_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
