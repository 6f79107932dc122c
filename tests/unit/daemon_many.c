// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A thousand calls of softphones at a time, between two hosts, each of another person: all
 * begin in the same moment, each is secured by as many key agreements as one alone, and when
 * all are, nearly nothing is done for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "daemon_world.h"

#define CALLS		1000
#define FIRST_PORT	10000
#define FIRST_UID	20000
#define IDLE_MS		60000

/*
 * In a minute: signs of life leave every 5 s, on the second, and arrive 10 ms later; the
 * worker is asked six times whether it works; at some moment each call is looked at that may
 * have fallen silent.
 */
#define IDLE_STEPS	(60 * 2 + 2 * 6 + 60)

static unsigned int secure(int end)
{
	unsigned int n = 0;

	for (const struct line *line = calls_first(world.end[end].calls); line; line = line->next)
		n += line->call->security.secure && line->call->progress == CALL_ACTIVE &&
		     !line->first;
	return n;
}

static unsigned int many;
static unsigned int agreements;

/* In the place of libsodium's: each half of a key agreement is counted. */

int __real_crypto_scalarmult(unsigned char *q, const unsigned char *n, const unsigned char *p);
int __wrap_crypto_scalarmult(unsigned char *q, const unsigned char *n, const unsigned char *p);
int __real_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);

int __wrap_crypto_scalarmult(unsigned char *q, const unsigned char *n, const unsigned char *p)
{
	agreements++;
	return __real_crypto_scalarmult(q, n, p);
}

int __wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n)
{
	agreements++;
	return __real_crypto_scalarmult_base(q, n);
}

static bool all_are_secure(void)
{
	return secure(ALICE) == many && secure(BOB) == many;
}

/* Both ends of all of them in the same moment. */
static void begin(unsigned int n)
{
	many = n;
	agreements = 0;
	for (unsigned int i = 0; i < n; i++) {
		world_program_starts_at(ALICE, BOB, FIRST_PORT + 2 * i, FIRST_UID + i);
		world_program_starts_at(BOB, ALICE, FIRST_PORT + 2 * i, FIRST_UID + i);
	}
}

/* Return: ms until all are secure. */
static uint64_t secured_after(unsigned int n)
{
	uint64_t since = world.now;

	begin(n);
	world_until(all_are_secure, 10000);
	return world.now - since;
}

/* And once all are secure nearly nothing is done for them. */
static void a_thousand_begin_at_once_and_nobody_waits(void **state)
{
	uint64_t ms = secured_after(1), steps;
	unsigned int alone = agreements;

	assert_int_equal(world_teardown(state), 0);
	assert_int_equal(world_setup(state), 0);
	assert_true(alone >= 4);	/* a key and a secret at each end */
	assert_true(secured_after(CALLS) <= ms);
	print_message("%u calls: %u parts of key agreements, one alone: %u; %llu ms\n", CALLS,
		      agreements, alone, (unsigned long long)ms);
	assert_true(agreements <= CALLS * alone);

	world_run(10000);
	steps = world.steps;
	world_run(IDLE_MS);
	print_message("in a minute of %u calls something is done at %llu moments\n", CALLS,
		      (unsigned long long)(world.steps - steps));
	assert_true(world.steps - steps <= IDLE_STEPS);
	assert_true(all_are_secure());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_thousand_begin_at_once_and_nobody_waits,
						world_setup, world_teardown),
	};

	return cmocka_run_group_tests_name("daemon many", tests, NULL, NULL);
}
