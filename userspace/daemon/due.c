// SPDX-License-Identifier: GPL-2.0-or-later
#include "due.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int dues_room(struct dues *all, size_t n)
{
	size_t room = all->room ?: 16;
	struct due **more;

	if (n <= all->room)
		return 0;
	while (room < n)
		room *= 2;
	more = reallocarray(all->heap, room, sizeof(struct due *));
	if (!more)
		return -ENOMEM;
	all->heap = more;
	all->room = room;
	return 0;
}

void dues_free(struct dues *all)
{
	free(all->heap);
	*all = (struct dues){ 0 };
}

/* Places begin with 1: those below @place are 2 * @place and the next. */
static void put(struct dues *all, size_t place, struct due *one)
{
	all->heap[place - 1] = one;
	one->place = place;
}

static bool is_before(const struct dues *all, size_t a, size_t b)
{
	return all->heap[a - 1]->at < all->heap[b - 1]->at;
}

static void exchange(struct dues *all, size_t a, size_t b)
{
	struct due *one = all->heap[a - 1];

	put(all, a, all->heap[b - 1]);
	put(all, b, one);
}

static void settle(struct dues *all, size_t place)
{
	while (place > 1 && is_before(all, place, place / 2)) {
		exchange(all, place, place / 2);
		place /= 2;
	}
	for (;;) {
		size_t first = place, below = 2 * place;

		for (size_t i = below; i <= below + 1 && i <= all->n; i++)
			if (is_before(all, i, first))
				first = i;
		if (first == place)
			return;
		exchange(all, place, first);
		place = first;
	}
}

void due_set(struct dues *all, struct due *one, uint64_t at)
{
	size_t place = one->place;

	one->at = at;
	if (at == DUE_NEVER) {
		if (!place)
			return;
		if (place != all->n)
			exchange(all, place, all->n);
		all->n--;
		one->place = 0;
		if (place <= all->n)
			settle(all, place);
		return;
	}
	if (!place) {
		put(all, ++all->n, one);
		place = all->n;
	}
	settle(all, place);
}

struct due *due_first(const struct dues *all)
{
	return all->n ? all->heap[0] : NULL;
}

uint64_t due_first_at(const struct dues *all)
{
	return all->n ? all->heap[0]->at : DUE_NEVER;
}
