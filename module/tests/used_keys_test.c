// SPDX-License-Identifier: GPL-2.0-only
/*
 * used_keys.c: a key is known again by all of it, whatever its lengths.
 */
#include <linux/random.h>

#include "suites.h"
#include "used_keys.h"

static int suite_init(struct kunit_suite *suite)
{
	return sotto_used_keys_init();
}

static void suite_exit(struct kunit_suite *suite)
{
	sotto_used_keys_exit();
}

static void a_key_is_taken_once(struct kunit *test)
{
	u8 master[32], salt[14];
	u64 print;

	get_random_bytes(master, sizeof(master));
	get_random_bytes(salt, sizeof(salt));
	print = sotto_key_print(master, sizeof(master), salt, sizeof(salt));
	KUNIT_EXPECT_EQ(test, sotto_used_keys_add(print), 0);
	KUNIT_EXPECT_EQ(test, sotto_used_keys_add(print), -EEXIST);
	KUNIT_EXPECT_EQ(test, sotto_key_print(master, sizeof(master), salt, sizeof(salt)), print);
}

static void every_byte_counts(struct kunit *test)
{
	u8 master[32] = {}, salt[14] = {};
	u64 print = sotto_key_print(master, sizeof(master), salt, sizeof(salt));

	for (unsigned int i = 0; i < sizeof(master); i++) {
		master[i] = 1;
		KUNIT_EXPECT_NE(test, print,
				sotto_key_print(master, sizeof(master), salt, sizeof(salt)));
		master[i] = 0;
	}
	for (unsigned int i = 0; i < sizeof(salt); i++) {
		salt[i] = 1;
		KUNIT_EXPECT_NE(test, print,
				sotto_key_print(master, sizeof(master), salt, sizeof(salt)));
		salt[i] = 0;
	}
}

/* A 12-byte salt is a 14-byte one that ends in zeros: it derives the same keys. */
static void a_salt_filled_up_is_the_same(struct kunit *test)
{
	u8 master[16] = { 7 }, salt[14] = { 9 };

	KUNIT_EXPECT_EQ(test, sotto_key_print(master, sizeof(master), salt, 12),
			sotto_key_print(master, sizeof(master), salt, 14));
}

static void many_keys_are_all_remembered(struct kunit *test)
{
	for (u64 i = 1; i <= 10000; i++)
		KUNIT_ASSERT_EQ(test, sotto_used_keys_add(i), 0);
	for (u64 i = 1; i <= 10000; i++)
		KUNIT_ASSERT_EQ(test, sotto_used_keys_add(i), -EEXIST);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_key_is_taken_once),
	KUNIT_CASE(every_byte_counts),
	KUNIT_CASE(a_salt_filled_up_is_the_same),
	KUNIT_CASE(many_keys_are_all_remembered),
	{}
};

struct kunit_suite sotto_used_keys_suite = {
	.name = "sotto_used_keys",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.test_cases = cases,
};
