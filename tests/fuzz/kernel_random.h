/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers that look random and are the same for the same seed (xorshift64*).
 */
#ifndef SOTTO_FUZZ_KERNEL_RANDOM_H
#define SOTTO_FUZZ_KERNEL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline struct dice dice_of(uint64_t seed)
{
	return (struct dice){ .state = seed * 2 + 1 };
}

static inline uint64_t roll64(struct dice *d)
{
	d->state ^= d->state >> 12;
	d->state ^= d->state << 25;
	d->state ^= d->state >> 27;
	return d->state * 0x2545f4914f6cdd1dull;
}

/* 0..n-1 */
static inline unsigned int roll(struct dice *d, unsigned int n)
{
	return (roll64(d) >> 32) % n;
}

/* true in @percent of all cases */
static inline bool chance(struct dice *d, unsigned int percent)
{
	return roll(d, 100) < percent;
}

static inline void roll_bytes(struct dice *d, void *out, size_t len)
{
	uint8_t *at = out;

	for (size_t i = 0; i < len; i++)
		at[i] = roll64(d) >> 56;
}

#endif /* SOTTO_FUZZ_KERNEL_RANDOM_H */
