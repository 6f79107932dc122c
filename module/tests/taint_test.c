// SPDX-License-Identifier: GPL-2.0-only
/*
 * taint.c: a socket that was secure is known again, also when the table is full.
 */
#include "suites.h"
#include "taint.h"

static int taint_setup(struct kunit *test)
{
	struct sotto_taint *taint = kunit_kzalloc(test, sizeof(*taint), GFP_KERNEL);

	if (!taint)
		return -ENOMEM;
	test->priv = taint;
	return sotto_taint_init(taint);
}

static void taint_teardown(struct kunit *test)
{
	if (test->priv)
		sotto_taint_exit(test->priv);
}

static void only_those_added_are_known(struct kunit *test)
{
	struct sotto_taint *taint = test->priv;

	KUNIT_EXPECT_FALSE(test, sotto_taint_may_have(taint, htons(7000)));
	KUNIT_EXPECT_FALSE(test, sotto_taint_has(taint, 5));
	sotto_taint_add(taint, 5, htons(7000));
	KUNIT_EXPECT_TRUE(test, sotto_taint_may_have(taint, htons(7000)));
	KUNIT_EXPECT_FALSE(test, sotto_taint_may_have(taint, htons(7002)));
	KUNIT_EXPECT_TRUE(test, sotto_taint_has(taint, 5));
	/* The same slot, another socket. */
	KUNIT_EXPECT_FALSE(test, sotto_taint_has(taint, 5 + SOTTO_TAINT_SLOTS));
	sotto_taint_add(taint, 5 + SOTTO_TAINT_SLOTS, htons(7000));
	KUNIT_EXPECT_TRUE(test, sotto_taint_has(taint, 5 + SOTTO_TAINT_SLOTS));
}

static void a_full_table_knows_everybody(struct kunit *test)
{
	struct sotto_taint *taint = test->priv;
	u64 print = 1;

	while (!taint->full && print <= SOTTO_TAINT_SLOTS)
		sotto_taint_add(taint, print++, htons(7000));
	KUNIT_EXPECT_TRUE(test, taint->full);
	KUNIT_EXPECT_TRUE(test, sotto_taint_has(taint, 10 * SOTTO_TAINT_SLOTS));
	sotto_taint_add(taint, 10 * SOTTO_TAINT_SLOTS, htons(7004));
	KUNIT_EXPECT_TRUE(test, sotto_taint_may_have(taint, htons(7004)));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(only_those_added_are_known),
	KUNIT_CASE(a_full_table_knows_everybody),
	{}
};

struct kunit_suite sotto_taint_suite = {
	.name = "sotto_taint",
	.init = taint_setup,
	.exit = taint_teardown,
	.test_cases = cases,
};
