// SPDX-License-Identifier: GPL-2.0-or-later
/* The head of a backup's file: from a passphrase to its key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "backup_head.h"

/* Where they stand in the file, in all releases to come. */
enum { AT_FORMAT = 12, AT_SALT = 16, AT_PASSES = 32, AT_MEMORY = 40 };

/* As little work as is allowed, or the test would take minutes. */
static void make_light(uint8_t head[BACKUP_HEAD_LEN])
{
	backup_head_make(head);
	memset(head + AT_PASSES, 0, 16);
	head[AT_PASSES] = 1;
	head[AT_MEMORY + 1] = 0x20;	/* 8 KiB */
}

static void each_backup_has_a_salt_of_its_own(void **state)
{
	uint8_t a[BACKUP_HEAD_LEN], b[BACKUP_HEAD_LEN];

	backup_head_make(a);
	backup_head_make(b);
	assert_int_equal(backup_head_check(a), 0);
	assert_memory_equal(a, "sotto backup\1\0\0\0", AT_SALT);
	assert_memory_not_equal(a + AT_SALT, b + AT_SALT, 16);
	memcpy(b + AT_SALT, a + AT_SALT, 16);
	assert_memory_equal(a, b, sizeof(a));
}

static void a_guess_costs_256_mib(void **state)
{
	uint8_t head[BACKUP_HEAD_LEN];

	backup_head_make(head);
	assert_memory_equal(head + AT_PASSES, "\3\0\0\0\0\0\0\0", 8);
	assert_memory_equal(head + AT_MEMORY, "\0\0\0\x10\0\0\0\0", 8);
}

static void what_cannot_be_a_head_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int error;
	} wrong[] = {
		{ 0, 'S', -EINVAL }, { 11, 'x', -EINVAL }, { AT_FORMAT, 0, -EINVAL },
		{ AT_FORMAT, 2, -EPROTO }, { AT_FORMAT + 3, 1, -EPROTO },
		{ AT_PASSES, 0, -EINVAL }, { AT_PASSES, 17, -E2BIG }, { AT_PASSES + 7, 1, -E2BIG },
		{ AT_MEMORY + 3, 0, -EINVAL }, { AT_MEMORY + 3, 0x41, -E2BIG },
		{ AT_MEMORY + 7, 1, -E2BIG },
	};
	uint8_t head[BACKUP_HEAD_LEN];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		backup_head_make(head);
		head[wrong[i].at] = wrong[i].value;
		assert_int_equal(backup_head_check(head), wrong[i].error);
	}
}

static void the_key_is_of_passphrase_and_head(void **state)
{
	uint8_t head[BACKUP_HEAD_LEN], one[BACKUP_KEY_LEN], two[BACKUP_KEY_LEN];

	make_light(head);
	assert_int_equal(backup_head_check(head), 0);
	assert_int_equal(backup_key(head, "a passphrase", one), 0);
	assert_int_equal(backup_key(head, "a passphrase", two), 0);
	assert_memory_equal(one, two, sizeof(one));
	assert_int_equal(backup_key(head, "a Passphrase", two), 0);
	assert_memory_not_equal(one, two, sizeof(one));
	head[AT_SALT]++;
	assert_int_equal(backup_key(head, "a passphrase", two), 0);
	assert_memory_not_equal(one, two, sizeof(one));
	head[AT_SALT]--;
	head[AT_PASSES] = 2;
	assert_int_equal(backup_key(head, "a passphrase", two), 0);
	assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_backup_has_a_salt_of_its_own),
		cmocka_unit_test(a_guess_costs_256_mib),
		cmocka_unit_test(what_cannot_be_a_head_is_refused),
		cmocka_unit_test(the_key_is_of_passphrase_and_head),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("cli backup", tests, NULL, NULL);
}
