// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replay windows: their begin and their end.
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "replay.h"

/*
 * The word that the newest index falls into may also hold bits of the oldest: the
 * ring must be a whole word longer than the window.
 */
static unsigned int words_for(unsigned int window)
{
	unsigned int words = SOTTO_REPLAY_WORDS;

	BUILD_BUG_ON(SOTTO_WINDOW_DEFAULT + SOTTO_WORD_BITS > SOTTO_REPLAY_WORDS * SOTTO_WORD_BITS);

	while (window + SOTTO_WORD_BITS > words * SOTTO_WORD_BITS)
		words *= 2;
	return words;
}

/**
 * sotto_replay_begin() - Begin with nothing seen.
 * @r: all zero, or one that was begun before
 * @window: packets, SOTTO_WINDOW_MIN..SOTTO_WINDOW_MAX
 *
 * Only a window above the default takes memory: a bit for each packet, up to twice.
 *
 * Context: any but hardirq; the caller serialises uses of @r.
 * Return: 0, or -ENOMEM; then @r is as it was.
 */
int sotto_replay_begin(struct sotto_replay *r, unsigned int window)
{
	unsigned int words = words_for(window);
	u64 *ring = words > SOTTO_REPLAY_WORDS ? r->ring : r->own;

	if (words > SOTTO_REPLAY_WORDS && (!ring || r->mask + 1 != words)) {
		ring = kmalloc_array(words, sizeof(*ring), GFP_ATOMIC | __GFP_NOWARN);
		if (!ring)
			return -ENOMEM;
	}
	if (ring != r->ring)
		sotto_replay_end(r);
	memset(ring, 0, words * sizeof(*ring));
	r->next = 0;
	r->window = window;
	r->mask = words - 1;
	r->ring = ring;
	return 0;
}

/**
 * sotto_replay_end() - Let go of the memory of a window.
 * @r: all zero, or one that was begun; all zero is not what it is afterwards
 *
 * Context: any but hardirq; the caller serialises uses of @r.
 */
void sotto_replay_end(struct sotto_replay *r)
{
	if (r->ring != r->own)
		kfree(r->ring);
	r->ring = NULL;
}
