// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay.c beside models that are slow and obvious.
 */
#include <linux/prandom.h>
#include <linux/slab.h>

#include "replay.h"
#include "suites.h"

#define STEPS	1000000
#define KEPT	1024	/* indices that the model remembers, newest first */

/* A list of what was accepted. */
struct model {
	u64 seen[KEPT];
	unsigned int n;
	u64 highest;
};

static enum sotto_replay_verdict model_check(const struct model *m, u64 index)
{
	unsigned int kept = min_t(unsigned int, m->n, KEPT);

	if (!m->n || index > m->highest)
		return SOTTO_REPLAY_FRESH;
	if (m->highest - index >= SOTTO_REPLAY_WINDOW)
		return SOTTO_REPLAY_OLD;
	for (unsigned int i = 0; i < kept; i++)
		if (m->seen[i] == index)
			return SOTTO_REPLAY_SEEN;
	return SOTTO_REPLAY_FRESH;
}

static void window_is_that_of_the_model(struct kunit *test)
{
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	struct sotto_replay r = {};
	struct rnd_state rnd;

	KUNIT_ASSERT_NOT_NULL(test, m);
	prandom_seed_state(&rnd, 1);
	for (unsigned int i = 0; i < STEPS; i++) {
		u32 back = prandom_u32_state(&rnd) % (SOTTO_REPLAY_WINDOW + 40);
		u32 ahead = prandom_u32_state(&rnd) % 100 ? 4 : 400;
		u64 index = m->highest + prandom_u32_state(&rnd) % ahead;
		enum sotto_replay_verdict want;

		index = index > back ? index - back : 0;
		want = model_check(m, index);
		KUNIT_ASSERT_EQ(test, sotto_replay_check(&r, index), want);
		if (want != SOTTO_REPLAY_FRESH)
			continue;
		sotto_replay_mark(&r, index);
		m->seen[m->n++ % KEPT] = index;
		m->highest = max(m->highest, index);
	}
	/* It has moved, and not by a few jumps only. */
	KUNIT_EXPECT_GT(test, m->n, STEPS / 100);
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
	KUNIT_CASE(window_is_that_of_the_model),
	KUNIT_CASE(guess_finds_what_is_within_half_a_cycle),
	{}
};

struct kunit_suite sotto_replay_suite = {
	.name = "sotto_replay",
	.test_cases = cases,
};
