// SPDX-License-Identifier: GPL-2.0-or-later
/* due.c: whatever is set and unset, the first is the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "due.h"

#define MANY	300

static void nothing_is_never_due(void **state)
{
	struct dues all = { 0 };

	assert_null(due_first(&all));
	assert_true(due_first_at(&all) == DUE_NEVER);
	dues_free(&all);
}

static uint64_t earliest(const struct due *one, size_t n)
{
	uint64_t first = DUE_NEVER;

	for (size_t i = 0; i < n; i++)
		if (one[i].place && one[i].at < first)
			first = one[i].at;
	return first;
}

/* Set, set anew and unset at random: as a look at each of them says. */
static void the_first_is_the_first(void **state)
{
	struct due one[MANY] = { 0 };
	struct dues all = { 0 };

	srandom(1);
	assert_int_equal(dues_room(&all, MANY), 0);
	for (int i = 0; i < 100000; i++) {
		struct due *some = &one[random() % MANY];

		due_set(&all, some, random() % 3 ? (uint64_t)random() % 1000 : DUE_NEVER);
		assert_true(due_first_at(&all) == earliest(one, MANY));
		if (due_first(&all))
			assert_true(due_first(&all)->at == due_first_at(&all));
	}
	for (int i = 0; i < MANY; i++)
		due_set(&all, &one[i], DUE_NEVER);
	assert_null(due_first(&all));
	dues_free(&all);
}

static void they_come_in_their_order(void **state)
{
	struct due one[MANY] = { 0 };
	struct dues all = { 0 };
	uint64_t last = 0;

	assert_int_equal(dues_room(&all, MANY), 0);
	for (int i = 0; i < MANY; i++)
		due_set(&all, &one[i], (uint64_t)i * 7919 % 1009);
	for (int i = 0; i < MANY; i++) {
		struct due *first = due_first(&all);

		assert_non_null(first);
		assert_true(first->at >= last);
		last = first->at;
		due_set(&all, first, DUE_NEVER);
	}
	assert_null(due_first(&all));
	dues_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_never_due),
		cmocka_unit_test(the_first_is_the_first),
		cmocka_unit_test(they_come_in_their_order),
	};

	return cmocka_run_group_tests_name("daemon due", tests, NULL, NULL);
}
