/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes by on a telephone's ports beside calls: exchanges of other protocols as
 * they are on the wire, made from a seed.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <linux/sotto.h>

#include "kshim.h"
#include "tuple.h"

#define TRAFFIC_MAX	1500

/** struct traffic - an exchange, and the packet of it that comes next */
struct traffic {
	const struct traffic_kind *kind;
	uint64_t rng;
	struct sotto_tuple tuple;	/* of the exchange */
	unsigned int step;		/* packets of it so far, repeated ones not */
	unsigned int steps;
	uint32_t own[8];		/* the protocol's state */

	struct sotto_tuple ends;	/* of the packet */
	enum sotto_dir dir;
	unsigned int after_ms;		/* until the next */
	unsigned int len;
	u8 data[TRAFFIC_MAX];
};

/** struct traffic_kind - a protocol */
struct traffic_kind {
	const char *name;
	void (*begin)(struct traffic *t);
	void (*make)(struct traffic *t);	/* packet t->step; again: as a sender repeats it */
	bool begins_as_rtp;			/* each of its packets: "require" stops it */
};

extern const struct traffic_kind traffic_kinds[];
extern const unsigned int traffic_kinds_n;

uint32_t traffic_random(uint64_t *rng);

/** traffic_begin() - An exchange that nobody has had; @n: its kind, and @seed all the rest. */
void traffic_begin(struct traffic *t, unsigned int n, uint64_t seed);

/** traffic_next() - The next packet, or false at the end. */
bool traffic_next(struct traffic *t);

/** traffic_again() - The packet that has been lost, as its sender repeats it. */
void traffic_again(struct traffic *t);

#endif
