// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/replay.c against models that are slow and obvious, over a million
 * random steps from a fixed seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "kshim.h"
#include "replay.h"

#define STEPS	1000000

static u64 rng_state;

/* splitmix64: any generator does, but the same one each time. */
static u64 rng(void)
{
	u64 z = rng_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Remembers every index there was, from 0 to the highest. */
struct model {
	u8 *seen;
	u64 room;
	u64 window;
	s64 highest;
};

static enum sotto_replay_verdict model_check(const struct model *m, u64 index)
{
	if ((s64)index > m->highest)
		return SOTTO_REPLAY_FRESH;
	if ((u64)m->highest - index >= m->window)
		return SOTTO_REPLAY_OLD;
	return m->seen[index] ? SOTTO_REPLAY_SEEN : SOTTO_REPLAY_FRESH;
}

/* Mostly on by a little, or back into the window and a bit beyond; seldom far ahead. */
static u64 random_step(const struct model *m)
{
	u64 r = rng() % 10000;
	s64 next;

	if (r < 5000)
		next = m->highest + 1 + (s64)(rng() % 3);
	else if (r < 9000)
		next = m->highest - (s64)(rng() % (m->window + m->window / 8));
	else if (r < 9995)
		next = m->highest - (s64)(rng() % 16);
	else
		next = m->highest + (s64)(rng() % (3 * m->window));
	return next < 0 ? 0 : next;
}

static void window_is_that_of_the_model(void **state)
{
	struct model m = { .highest = -1, .window = *(const unsigned int *)*state };
	struct sotto_replay r = {};
	unsigned int count[3] = {};

	m.room = 3 * STEPS + STEPS / 1000 * m.window;
	m.seen = calloc(m.room, 1);
	assert_non_null(m.seen);
	assert_int_equal(sotto_replay_begin(&r, m.window), 0);
	rng_state = m.window;
	for (unsigned int i = 0; i < STEPS; i++) {
		u64 index = random_step(&m);
		enum sotto_replay_verdict want = model_check(&m, index);

		assert_true(index < m.room);
		if (sotto_replay_check(&r, index) != want)
			fail_msg("step %u, index %llu, highest %lld", i,
				 (unsigned long long)index, (long long)m.highest);
		count[want]++;
		if (want != SOTTO_REPLAY_FRESH)
			continue;
		sotto_replay_mark(&r, index);
		m.seen[index] = 1;
		m.highest = max(m.highest, (s64)index);
	}
	/* Each verdict was put to the test. */
	for (unsigned int v = 0; v < ARRAY_SIZE(count); v++)
		assert_true(count[v] > STEPS / 100);
	sotto_replay_end(&r);
	free(m.seen);
}

static void window_is_as_wide_as_it_says(void **state)
{
	static const unsigned int windows[] = { 64, 65, 127, 128, 129, 192, 193, 1000, 32768 };
	const u64 top = 100000;

	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		const unsigned int window = windows[i];
		struct sotto_replay r = {};

		for (unsigned int offset = 0; offset < 64; offset++) {
			/* Again and again: what was seen before is forgotten. */
			assert_int_equal(sotto_replay_begin(&r, window), 0);
			sotto_replay_mark(&r, top + offset);
			assert_int_equal(sotto_replay_check(&r, top + offset), SOTTO_REPLAY_SEEN);
			for (unsigned int back = 1; back < window; back++)
				assert_int_equal(sotto_replay_check(&r, top + offset - back),
						 SOTTO_REPLAY_FRESH);
			assert_int_equal(sotto_replay_check(&r, top + offset - window),
					 SOTTO_REPLAY_OLD);
		}
		sotto_replay_end(&r);
	}
}

static void only_a_big_window_takes_memory(void **state)
{
	struct sotto_replay r = {};

	kshim_fail_alloc(1);
	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_MIN), 0);
	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_DEFAULT), 0);
	sotto_replay_mark(&r, 5);
	assert_false(kshim_alloc_failed());

	/* Without memory it stays as it is. */
	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_MAX), -ENOMEM);
	assert_true(kshim_alloc_failed());
	assert_int_equal(r.window, SOTTO_WINDOW_DEFAULT);
	assert_int_equal(sotto_replay_check(&r, 5), SOTTO_REPLAY_SEEN);

	/* Bigger, the same once more, another size, and small again: ASan counts. */
	kshim_fail_alloc(0);
	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_MAX), 0);
	kshim_fail_alloc(1);
	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_MAX), 0);
	kshim_fail_alloc(0);
	assert_int_equal(sotto_replay_begin(&r, 1000), 0);
	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_DEFAULT), 0);
	sotto_replay_end(&r);
}

static void index_0_is_seen_once(void **state)
{
	struct sotto_replay r = {};

	assert_int_equal(sotto_replay_begin(&r, SOTTO_WINDOW_DEFAULT), 0);
	assert_int_equal(sotto_replay_check(&r, 0), SOTTO_REPLAY_FRESH);
	sotto_replay_mark(&r, 0);
	assert_int_equal(sotto_replay_check(&r, 0), SOTTO_REPLAY_SEEN);
	assert_int_equal(sotto_replay_check(&r, 1), SOTTO_REPLAY_FRESH);
}

/* The index with these low bits that lies nearest; the later of two equals. */
static u64 nearest(u64 highest, u16 seq)
{
	u64 best = 0, best_distance = UINT64_MAX;
	u64 roc = highest >> 16;

	for (u64 r = roc ? roc - 1 : 0; r <= roc + 1; r++) {
		u64 index = r << 16 | seq;
		u64 distance = index > highest ? index - highest : highest - index;

		if (distance <= best_distance) {
			best = index;
			best_distance = distance;
		}
	}
	return best;
}

static void guess_is_the_nearest_index(void **state)
{
	rng_state = 2;
	for (unsigned int i = 0; i < STEPS; i++) {
		u64 highest = rng() >> (16 + rng() % 32);
		u64 index = highest + rng() % 65536 - 32768;

		/* Half a cycle away on either side is as near: RFC 3711 leaves the ROC. */
		if ((s64)index < 0 || index == highest - 32768)
			continue;
		/* At ROC 0 there is no cycle before: what is late counts as ahead. */
		if (highest >> 16 == 0 && highest < 0x8000)
			continue;
		assert_true(sotto_index_guess(highest, index) == nearest(highest, index));
	}
}

static void guess_at_the_edges(void **state)
{
	/* highest, seq, index */
	static const u64 table[][3] = {
		{ 0, 0, 0 }, { 0, 1, 1 },
		/* Nothing before ROC 0. */
		{ 0, 0xffff, 0xffff }, { 5, 0x9000, 0x9000 },
		/* Over the edge, and back. */
		{ 0xffff, 0, 0x10000 }, { 0xffff, 0x7ffe, 0x17ffe }, { 0xffff, 0x7fff, 0x7fff },
		{ 0x10000, 0xffff, 0xffff }, { 0x10005, 0x8006, 0x8006 },
		{ 0x10005, 0x8005, 0x18005 },
		/* The last ROC, and what is past it. */
		{ SOTTO_INDEX_MAX - 1, 0xffff, SOTTO_INDEX_MAX },
		{ SOTTO_INDEX_MAX, 0, SOTTO_INDEX_MAX + 1 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		assert_true(sotto_index_guess(table[i][0], table[i][1]) == table[i][2]);
}

int main(void)
{
	static unsigned int windows[] = { 64, 128, 1000, 32768 };
#define MODEL_OF(i, name) { name, window_is_that_of_the_model, NULL, NULL, &windows[i] }
	const struct CMUnitTest tests[] = {
		MODEL_OF(0, "a window of 64 is that of the model"),
		MODEL_OF(1, "a window of 128 is that of the model"),
		MODEL_OF(2, "a window of 1000 is that of the model"),
		MODEL_OF(3, "a window of 32768 is that of the model"),
		cmocka_unit_test(only_a_big_window_takes_memory),
		cmocka_unit_test(window_is_as_wide_as_it_says),
		cmocka_unit_test(index_0_is_seen_once),
		cmocka_unit_test(guess_is_the_nearest_index),
		cmocka_unit_test(guess_at_the_edges),
	};

	return cmocka_run_group_tests_name("module replay", tests, NULL, NULL);
}
