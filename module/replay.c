// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet index estimation and replay window.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "replay.h"

#define WORD_BITS	64

static u64 *word_of(const struct sotto_replay *r, u64 index)
{
	return &r->ring[(index / WORD_BITS) & r->mask];
}

/*
 * The word that the newest index falls into may also hold bits of the oldest: the
 * ring must be a whole word longer than the window.
 */
static unsigned int words_for(unsigned int window)
{
	unsigned int words = SOTTO_REPLAY_WORDS;

	BUILD_BUG_ON(SOTTO_WINDOW_DEFAULT + WORD_BITS > SOTTO_REPLAY_WORDS * WORD_BITS);

	while (window + WORD_BITS > words * WORD_BITS)
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

/**
 * sotto_replay_check() - May a packet with this index be accepted?
 * @r: window that was begun
 * @index: SRTP or SRTCP index
 *
 * Context: any; the caller serialises uses of @r.
 * Return: FRESH if it was not seen, SEEN, or OLD if it lies before the window.
 */
enum sotto_replay_verdict sotto_replay_check(const struct sotto_replay *r, u64 index)
{
	if (index >= r->next)
		return SOTTO_REPLAY_FRESH;
	if (r->next - index > r->window)
		return SOTTO_REPLAY_OLD;
	if (*word_of(r, index) & BIT_ULL(index % WORD_BITS))
		return SOTTO_REPLAY_SEEN;
	return SOTTO_REPLAY_FRESH;
}

/**
 * sotto_replay_mark() - Remember an index as seen.
 * @r: window that was begun
 * @index: one that sotto_replay_check() called FRESH
 *
 * Context: any; the caller serialises uses of @r.
 */
void sotto_replay_mark(struct sotto_replay *r, u64 index)
{
	if (index >= r->next) {
		/* Words that the window moves into still hold what left it. */
		u64 last = r->next ? (r->next - 1) / WORD_BITS : 0;
		u64 fresh = min_t(u64, index / WORD_BITS - last, (u64)r->mask + 1);

		for (u64 i = 1; i <= fresh; i++)
			r->ring[(last + i) & r->mask] = 0;
		r->next = index + 1;
	}
	*word_of(r, index) |= BIT_ULL(index % WORD_BITS);
}

/**
 * sotto_index_guess() - Estimate the index of a packet (RFC 3711 3.3.1).
 * @highest: highest index of this SSRC so far
 * @seq: sequence number in the packet's header
 *
 * Takes the index nearest to @highest whose low 16 bits are @seq. There is
 * nothing before ROC 0, so that a late @seq there counts as a jump ahead.
 *
 * Context: any. Return: the index; above SOTTO_INDEX_MAX when the ROC has run out.
 */
u64 sotto_index_guess(u64 highest, u16 seq)
{
	u64 roc = highest >> 16;
	u16 last = highest;

	if (last < 0x8000) {
		if (seq - last > 0x8000 && roc)
			roc--;
	} else if (last - 0x8000 > seq) {
		roc++;
	}
	return roc << 16 | seq;
}
