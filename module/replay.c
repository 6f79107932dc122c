// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packet index estimation and replay window.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "replay.h"

#define WORD_BITS	64

static unsigned int word_of(u64 index)
{
	return (index / WORD_BITS) % SOTTO_REPLAY_WORDS;
}

/**
 * sotto_replay_check() - May a packet with this index be accepted?
 * @r: window
 * @index: SRTP or SRTCP index
 *
 * Context: any; the caller serialises uses of @r.
 * Return: FRESH if it was not seen, SEEN, or OLD if it lies before the window.
 */
enum sotto_replay_verdict sotto_replay_check(const struct sotto_replay *r, u64 index)
{
	if (index >= r->next)
		return SOTTO_REPLAY_FRESH;
	if (r->next - index > SOTTO_REPLAY_WINDOW)
		return SOTTO_REPLAY_OLD;
	if (r->seen[word_of(index)] & BIT_ULL(index % WORD_BITS))
		return SOTTO_REPLAY_SEEN;
	return SOTTO_REPLAY_FRESH;
}

/**
 * sotto_replay_mark() - Remember an index as seen.
 * @r: window
 * @index: one that sotto_replay_check() called FRESH
 *
 * Context: any; the caller serialises uses of @r.
 */
void sotto_replay_mark(struct sotto_replay *r, u64 index)
{
	/*
	 * The word that the newest index falls into may also hold bits of the
	 * oldest: the ring must be a whole word longer than the window.
	 */
	BUILD_BUG_ON(SOTTO_REPLAY_WINDOW + WORD_BITS > SOTTO_REPLAY_WORDS * WORD_BITS);

	if (index >= r->next) {
		/* Words that the window moves into still hold what left it. */
		u64 last = r->next ? (r->next - 1) / WORD_BITS : 0;
		u64 fresh = min_t(u64, index / WORD_BITS - last, SOTTO_REPLAY_WORDS);

		for (u64 i = 1; i <= fresh; i++)
			r->seen[(last + i) % SOTTO_REPLAY_WORDS] = 0;
		r->next = index + 1;
	}
	r->seen[word_of(index)] |= BIT_ULL(index % WORD_BITS);
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
