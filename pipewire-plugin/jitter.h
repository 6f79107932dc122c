/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_JITTER_H
#define SOTTO_PLUGIN_JITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec.h"

#define JITTER_SLOTS		64	/* packets, a power of two: 1.28 s */
#define JITTER_START		3	/* packets gathered before the first is played */
#define JITTER_MAX_DEPTH	10	/* more is thrown away at once: delay is capped */
#define JITTER_TRIM_AFTER	250	/* frames with depth to spare before one goes */
#define JITTER_OUTAGE		50	/* frames of nothing after which the stream is over */

enum jitter_put {
	JITTER_QUEUED,
	JITTER_DUPLICATE,	/* was here before, played or not */
	JITTER_LATE,		/* its turn has passed */
	JITTER_STRAY,		/* far from the stream; two of them in a row restart it */
	JITTER_TOO_LONG,	/* no packet of ours */
};

enum jitter_get {
	JITTER_WAIT,		/* nothing is due yet, the stream has only begun */
	JITTER_PACKET,		/* decode this */
	JITTER_CONCEAL,		/* something is due and is not here */
};

struct jitter_slot {
	uint64_t seq;		/* extended; what the slot holds or last held */
	bool full;
	uint16_t len;
	uint8_t data[CODEC_MAX_PACKET];
};

/**
 * struct jitter - packets in the order in which they were sent
 *
 * Packets come in by arrival, one goes out per 20 ms of playing. Lost is only
 * what later packets have overtaken; with nothing at all in the buffer the
 * stream is taken for delayed and waits, so that the delay grows by itself to
 * what the network needs. If for %JITTER_TRIM_AFTER frames there was always
 * more than %JITTER_START in store, one frame is left out and the delay shrinks.
 *
 * Plain data without locks or allocation: one thread uses it.
 */
struct jitter {
	struct jitter_slot slots[JITTER_SLOTS];
	uint64_t next;		/* extended sequence number to be played next */
	uint64_t highest;	/* newest that came */
	bool started;		/* next and highest mean something */
	bool gathering;		/* until JITTER_START packets are here */
	bool played;		/* something has been played since jitter_init() */
	unsigned int starved;	/* frames concealed in a row while nothing was here */
	unsigned int window;	/* frames in the present trimming window */
	unsigned int window_min;/* smallest depth in it */
	uint16_t stray_next;	/* sequence number that would make a stray a restart */
	bool stray;

	/* Counters, never reset. */
	uint64_t reordered;
	uint64_t duplicates;
	uint64_t late;
	uint64_t dropped;	/* thrown away to cap or shrink the delay */
	uint64_t restarts;
};

/** jitter_init() - an empty buffer that has played nothing */
void jitter_init(struct jitter *j);

/** jitter_restart() - forget the stream, not the counters; another SSRC begins */
void jitter_restart(struct jitter *j);

/**
 * jitter_put() - a packet has arrived
 * @j: buffer
 * @seq: its RTP sequence number
 * @data: its payload, copied
 * @len: length in bytes
 */
enum jitter_put jitter_put(struct jitter *j, uint16_t seq, const uint8_t *data, size_t len);

/**
 * jitter_get() - 20 ms are due
 * @j: buffer
 * @data: set to the payload for %JITTER_PACKET; good until the next call
 * @len: set to its length
 */
enum jitter_get jitter_get(struct jitter *j, const uint8_t **data, size_t *len);

/** jitter_depth() - frames between what is played and the newest packet */
unsigned int jitter_depth(const struct jitter *j);

#endif
