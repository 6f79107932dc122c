/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet index estimation and replay window (RFC 3711 3.3.1, 3.3.2). No locks.
 */
#ifndef SOTTO_REPLAY_H
#define SOTTO_REPLAY_H

#include <linux/sotto.h>
#include <linux/types.h>

#define SOTTO_INDEX_MAX		((1ULL << 48) - 1)	/* ROC and sequence of SRTP */
#define SOTTO_RTCP_INDEX_MAX	((1U << 31) - 1)

/* A ring of this many words holds a window of the default size. */
#define SOTTO_REPLAY_WORDS	4

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

enum sotto_replay_verdict sotto_replay_check(const struct sotto_replay *r, u64 index);
void sotto_replay_mark(struct sotto_replay *r, u64 index);

u64 sotto_index_guess(u64 highest, u16 seq);

#endif /* SOTTO_REPLAY_H */
