/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When what is due: the first of many without looking at each. A binary heap of what its
 * owners have in their own structs.
 */
#ifndef SOTTOD_DUE_H
#define SOTTOD_DUE_H

#include <stddef.h>
#include <stdint.h>

#define DUE_NEVER	UINT64_MAX

/** struct due - @at: when, monotonic ms; @place: in the heap, from 1; 0: it is in none */
struct due {
	uint64_t at;
	size_t place;
};

/** struct dues - all zero: empty */
struct dues {
	struct due **heap;
	size_t n;
	size_t room;
};

/** dues_room() - Have room for @n. Return: 0 or -ENOMEM; then it is as it was. */
int dues_room(struct dues *all, size_t n);

/** dues_free() - The heap, not what is in it. */
void dues_free(struct dues *all);

/** due_set() - It is due then, or DUE_NEVER: it leaves the heap. There is room for it. */
void due_set(struct dues *all, struct due *one, uint64_t at);

/** due_first() - The first, or NULL. */
struct due *due_first(const struct dues *all);

/** due_first_at() - When the first is due, or DUE_NEVER. */
uint64_t due_first_at(const struct dues *all);

#endif
