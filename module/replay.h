/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packet index estimation and replay window (RFC 3711 3.3.1, 3.3.2). Pure: no
 * locks, no allocation.
 */
#ifndef SOTTO_REPLAY_H
#define SOTTO_REPLAY_H

#include <linux/types.h>

#define SOTTO_INDEX_MAX		((1ULL << 48) - 1)	/* ROC and sequence of SRTP */
#define SOTTO_RTCP_INDEX_MAX	((1U << 31) - 1)

#define SOTTO_REPLAY_WINDOW	128	/* packets; RFC 3711 3.3.2 asks for 64 */
/* A ring of words holds the window: one more than it spans, rounded up. */
#define SOTTO_REPLAY_WORDS	4

/**
 * struct sotto_replay - which of the last indices were seen
 * @next: one more than the highest index that was seen; 0: none
 * @seen: bit ring, index modulo its size
 *
 * All zero is a fresh window.
 */
struct sotto_replay {
	u64 next;
	u64 seen[SOTTO_REPLAY_WORDS];
};

enum sotto_replay_verdict {
	SOTTO_REPLAY_FRESH,
	SOTTO_REPLAY_SEEN,
	SOTTO_REPLAY_OLD,	/* before the window: seen or not, nobody knows */
};

enum sotto_replay_verdict sotto_replay_check(const struct sotto_replay *r, u64 index);
void sotto_replay_mark(struct sotto_replay *r, u64 index);

u64 sotto_index_guess(u64 highest, u16 seq);

#endif /* SOTTO_REPLAY_H */
