/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet index estimation and replay window (RFC 3711 3.3.1, 3.3.2). No locks. What is
 * on every packet's way is inline.
 */
#ifndef SOTTO_REPLAY_H
#define SOTTO_REPLAY_H

#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/sotto.h>
#include <linux/types.h>

#define SOTTO_INDEX_MAX		((1ULL << 48) - 1)	/* ROC and sequence of SRTP */
#define SOTTO_RTCP_INDEX_MAX	((1U << 31) - 1)

/* A ring of this many words holds a window of the default size. */
#define SOTTO_REPLAY_WORDS	4
#define SOTTO_WORD_BITS	64

/**
 * struct sotto_replay - which of the last indices were seen
 * @next: one more than the highest index that was seen; 0: none
 * @window: how many of the last indices are told apart
 * @mask: words of @ring less one; they are a power of two
 * @ring: bits, index modulo their number; @own, or memory for a bigger window
 * @own: enough for the default
 *
 * All zero is one that sotto_replay_begin() may begin, and nothing else.
 */
struct sotto_replay {
	u64 next;
	u32 window;
	u32 mask;
	u64 *ring;
	u64 own[SOTTO_REPLAY_WORDS];
};

int sotto_replay_begin(struct sotto_replay *r, unsigned int window);
void sotto_replay_end(struct sotto_replay *r);

enum sotto_replay_verdict {
	SOTTO_REPLAY_FRESH,
	SOTTO_REPLAY_SEEN,
	SOTTO_REPLAY_OLD,	/* before the window: seen or not, nobody knows */
};

static inline u64 *sotto_replay_word(const struct sotto_replay *r, u64 index)
{
	return &r->ring[(index / SOTTO_WORD_BITS) & r->mask];
}

/**
 * sotto_replay_check() - May a packet with this index be accepted?
 * @r: window that was begun
 * @index: SRTP or SRTCP index
 *
 * Context: any; the caller serialises uses of @r.
 * Return: FRESH if it was not seen, SEEN, or OLD if it lies before the window.
 */
static inline enum sotto_replay_verdict sotto_replay_check(const struct sotto_replay *r, u64 index)
{
	if (index >= r->next)
		return SOTTO_REPLAY_FRESH;
	if (r->next - index > r->window)
		return SOTTO_REPLAY_OLD;
	if (*sotto_replay_word(r, index) & BIT_ULL(index % SOTTO_WORD_BITS))
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
static inline void sotto_replay_mark(struct sotto_replay *r, u64 index)
{
	if (index >= r->next) {
		/* Words that the window moves into still hold what left it. */
		u64 last = r->next ? (r->next - 1) / SOTTO_WORD_BITS : 0;
		u64 fresh = min_t(u64, index / SOTTO_WORD_BITS - last, (u64)r->mask + 1);

		for (u64 i = 1; i <= fresh; i++)
			r->ring[(last + i) & r->mask] = 0;
		r->next = index + 1;
	}
	*sotto_replay_word(r, index) |= BIT_ULL(index % SOTTO_WORD_BITS);
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
static inline u64 sotto_index_guess(u64 highest, u16 seq)
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

#endif /* SOTTO_REPLAY_H */
