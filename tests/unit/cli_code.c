// SPDX-License-Identifier: GPL-2.0-or-later
/* What two people agree on before their first call: both ends come to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "ask.h"
#include "code.h"

#define ALPHABET	"ybndrfg8ejkmcpqxot1uwisza345h769"

/* Of the bytes 0 to 9, by Python's hashlib.blake2b with the keys that code.c names. */
#define KNOWN		"yyyo-ryar-ywdy-qnyj-daez"
#define KNOWN_SECRET	"9db861f7c945d22548af56d3d40812c9503016b6d289f40af8b3686a05aa91f1"

static void assert_secret(const uint8_t secret[CODE_SECRET_LEN], const char *hex)
{
	char text[2 * CODE_SECRET_LEN + 1];

	sodium_bin2hex(text, sizeof(text), secret, CODE_SECRET_LEN);
	assert_string_equal(text, hex);
}

static void a_code_is_what_others_make_of_it(void **state)
{
	uint8_t secret[CODE_SECRET_LEN];

	assert_int_equal(code_read(KNOWN, secret), 0);
	assert_secret(secret, KNOWN_SECRET);
}

static void a_code_that_is_made_can_be_typed(void **state)
{
	char text[CODE_TEXT_MAX], last[CODE_TEXT_MAX] = "";
	uint8_t secret[CODE_SECRET_LEN], typed[CODE_SECRET_LEN];

	for (int i = 0; i < 1000; i++) {
		code_make(text, secret);
		assert_int_equal(strlen(text), CODE_TEXT_MAX - 1);
		for (size_t k = 0; text[k]; k++)
			assert_true(k % 5 == 4 ? text[k] == '-' : !!strchr(ALPHABET, text[k]));
		assert_int_equal(code_read(text, typed), 0);
		assert_memory_equal(secret, typed, sizeof(secret));
		assert_string_not_equal(text, last);
		memcpy(last, text, sizeof(last));
	}
}

/* All of the 80 bits are random: each character has been each of the alphabet. */
static void no_character_is_always_the_same(void **state)
{
	uint32_t seen[CODE_TEXT_MAX] = { 0 };
	uint8_t secret[CODE_SECRET_LEN];
	char text[CODE_TEXT_MAX];

	for (int i = 0; i < 2000; i++) {
		code_make(text, secret);
		for (size_t k = 0; text[k]; k++)
			if (text[k] != '-')
				seen[k] |= 1u << (strchr(ALPHABET, text[k]) - ALPHABET);
	}
	for (size_t k = 0; k < CODE_TEXT_MAX - 1; k++)
		assert_int_equal(seen[k], k % 5 == 4 ? 0 : UINT32_MAX);
}

static void a_code_may_be_typed_carelessly(void **state)
{
	static const char *const typed[] = {
		"yyyoryarywdyqnyjdaez", "  YYYO RYAR YWDY QNYJ DAEZ\t", "yyy0-ryar-ywdy-qnyj-dae2",
		"y-y-y-o--ryarywdyqnyjdaez-", "YYYo ryarYWDY-qnyj daeZ",
	};
	uint8_t secret[CODE_SECRET_LEN];

	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		assert_int_equal(code_read(typed[i], secret), 0);
		assert_secret(secret, KNOWN_SECRET);
	}
}

static void one_wrong_character_is_noticed(void **state)
{
	uint8_t secret[CODE_SECRET_LEN] = { 0 };
	static const uint8_t nothing[CODE_SECRET_LEN];
	char text[CODE_TEXT_MAX];

	for (size_t k = 0; k < CODE_TEXT_MAX - 1; k++) {
		if (k % 5 == 4)
			continue;
		for (const char *c = ALPHABET; *c; c++) {
			if (*c == KNOWN[k])
				continue;
			memcpy(text, KNOWN, sizeof(text));
			text[k] = *c;
			assert_int_equal(code_read(text, secret), -EBADMSG);
		}
	}
	memcpy(text, KNOWN, sizeof(text));	/* two that were swapped */
	text[0] = KNOWN[3];
	text[3] = KNOWN[0];
	assert_int_equal(code_read(text, secret), -EBADMSG);
	assert_memory_equal(secret, nothing, sizeof(secret));
}

static void what_is_no_code_is_not_taken(void **state)
{
	static const char *const bad[] = {
		"", "-", "yyyo", "yyyo-ryar-ywdy-qnyj-dae", "yyyo-ryar-ywdy-qnyj-daezy",
		"yyyo-ryar-ywdy-qnyj-dae!", "yyyo-ryar-ywdy-qnyj-dae\xc3", "yyyo_ryar_ywdy_qnyj_daez",
	};
	uint8_t secret[CODE_SECRET_LEN];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(code_read(bad[i], secret), -EINVAL);
}

/* What this release makes of it: each other has to make the same. */
#define PHRASE_SECRET	"bab545cd3d7ddc3afeeb3a52a6d0305df112931a51a519d01ec4032d4dcac8ac"

static void a_phrase_is_what_the_other_end_makes_of_it(void **state)
{
	uint8_t one[CODE_SECRET_LEN], two[CODE_SECRET_LEN];

	assert_int_equal(phrase_stretch("the Z\xc3\xbcrich train was late", one), 0);
	assert_secret(one, PHRASE_SECRET);
	assert_int_equal(phrase_stretch(" The  z\xc3\xbcrich\ttrain WAS late ", two), 0);
	assert_memory_equal(one, two, sizeof(one));
	assert_int_equal(phrase_stretch("the z\xc3\xbcrichtrain was late", two), 0);
	assert_memory_not_equal(one, two, sizeof(one));
}

static void a_short_phrase_is_not_taken(void **state)
{
	uint8_t secret[CODE_SECRET_LEN];

	assert_int_equal(phrase_stretch("", secret), -EINVAL);
	assert_int_equal(phrase_stretch("fifteen letters", secret), -EINVAL);
	assert_int_equal(phrase_stretch("fif teen let ters             ", secret), -EINVAL);
	assert_int_equal(phrase_stretch("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"
					"\xc3\xbc\xc3\xbc", secret), -EINVAL);
}

/* What is typed. */

static int typed(const char *text, char *out, size_t room)
{
	int fds[2], r;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], text, strlen(text)), strlen(text));
	close(fds[1]);
	r = ask_line(fds[0], out, room);
	close(fds[0]);
	return r;
}

static void one_line_is_read_and_no_more(void **state)
{
	char line[8];

	assert_int_equal(typed("abc\ndef\n", line, sizeof(line)), 3);
	assert_string_equal(line, "abc");
	assert_int_equal(typed("abc", line, sizeof(line)), 3);
	assert_int_equal(typed("1234567\n", line, sizeof(line)), 7);
	assert_int_equal(typed("12345678\n", line, sizeof(line)), -EMSGSIZE);
	assert_int_equal(typed("\n", line, sizeof(line)), 0);
	assert_int_equal(typed("", line, sizeof(line)), 0);
	assert_string_equal(line, "");
	assert_int_equal(ask_line(-1, line, sizeof(line)), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_what_others_make_of_it),
		cmocka_unit_test(a_code_that_is_made_can_be_typed),
		cmocka_unit_test(no_character_is_always_the_same),
		cmocka_unit_test(a_code_may_be_typed_carelessly),
		cmocka_unit_test(one_wrong_character_is_noticed),
		cmocka_unit_test(what_is_no_code_is_not_taken),
		cmocka_unit_test(a_phrase_is_what_the_other_end_makes_of_it),
		cmocka_unit_test(a_short_phrase_is_not_taken),
		cmocka_unit_test(one_line_is_read_and_no_more),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("cli code", tests, NULL, NULL);
}
