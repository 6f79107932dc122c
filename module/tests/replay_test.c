// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay.c beside models that are slow and obvious.
 */
#include <linux/bitops.h>
#include <linux/prandom.h>
#include <linux/vmalloc.h>

#include "replay.h"
#include "suites.h"

#define STEPS	1000000

/* A bit for every index there was. */
struct model {
	unsigned long *seen;
	u64 room;
	unsigned int window;
	bool any;
	u64 highest;
};

static enum sotto_replay_verdict model_check(const struct model *m, u64 index)
{
	if (!m->any || index > m->highest)
		return SOTTO_REPLAY_FRESH;
	if (m->highest - index >= m->window)
		return SOTTO_REPLAY_OLD;
	return test_bit(index, m->seen) ? SOTTO_REPLAY_SEEN : SOTTO_REPLAY_FRESH;
}

/* Mostly on by a little, or back into the window and a bit beyond; seldom far ahead. */
static u64 model_step(const struct model *m, struct rnd_state *rnd)
{
	u32 kind = prandom_u32_state(rnd) % 2000;
	u32 n = prandom_u32_state(rnd);
	u32 back;

	if (kind == 0)
		return m->highest + n % (3 * m->window);
	if (kind < 1000)
		return m->highest + n % 3;
	back = n % (m->window + m->window / 8);
	return m->highest > back ? m->highest - back : 0;
}

static const unsigned int windows[] = { 64, 128, 1000, 32768 };

static void window_name(const unsigned int *window, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u packets", *window);
}

KUNIT_ARRAY_PARAM(window, windows, window_name);

static void window_is_that_of_the_model(struct kunit *test)
{
	struct model m = { .window = *(const unsigned int *)test->param_value };
	struct sotto_replay r = {};
	unsigned int count[3] = {};
	struct rnd_state rnd;

	m.room = 2 * STEPS + STEPS / 400 * (u64)m.window;
	m.seen = vzalloc(BITS_TO_LONGS(m.room) * sizeof(long));
	KUNIT_ASSERT_NOT_NULL(test, m.seen);
	prandom_seed_state(&rnd, m.window);
	KUNIT_EXPECT_EQ(test, sotto_replay_begin(&r, m.window), 0);
	for (unsigned int i = 0; i < STEPS; i++) {
		u64 index = model_step(&m, &rnd);
		enum sotto_replay_verdict want = model_check(&m, index);

		if (index >= m.room || sotto_replay_check(&r, index) != want) {
			KUNIT_FAIL(test, "step %u, index %llu, highest %llu", i, index, m.highest);
			break;
		}
		count[want]++;
		if (want != SOTTO_REPLAY_FRESH)
			continue;
		sotto_replay_mark(&r, index);
		__set_bit(index, m.seen);
		m.highest = max(m.highest, index);
		m.any = true;
	}
	/* Each verdict was put to the test. */
	for (unsigned int v = 0; v < ARRAY_SIZE(count); v++)
		KUNIT_EXPECT_GT(test, count[v], STEPS / 100);
	sotto_replay_end(&r);
	vfree(m.seen);
}

static void guess_finds_what_is_within_half_a_cycle(struct kunit *test)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, 2);
	for (unsigned int i = 0; i < STEPS; i++) {
		u64 highest = 65536 + ((u64)prandom_u32_state(&rnd) << 15);
		u64 index = highest + prandom_u32_state(&rnd) % 65535 - 32767;

		KUNIT_ASSERT_EQ(test, sotto_index_guess(highest, index), index);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(window_is_that_of_the_model, window_gen_params),
	KUNIT_CASE(guess_finds_what_is_within_half_a_cycle),
	{}
};

struct kunit_suite sotto_replay_suite = {
	.name = "sotto_replay",
	.test_cases = cases,
};
