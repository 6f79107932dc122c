/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel_packets.c (the exchange) and kernel_made.c (the packets) share.
 */
#ifndef SOTTO_FUZZ_KERNEL_PACKETS_H
#define SOTTO_FUZZ_KERNEL_PACKETS_H

#include "kernel_model.h"
#include "kernel_random.h"
#include "kernel_wire.h"

#define SSRCS		8	/* of one key, in each direction */
#define MADE_MAX	WIRE_PAYLOAD_MAX
#define MARKER		"said in confidence"

/* A sender's streams. */
struct streams {
	uint32_t ssrc[SSRCS];
	uint16_t seq[SSRCS];
};

struct made {
	size_t len;
	bool rtcp;
	bool control;
	uint8_t data[MADE_MAX + 64];
};

void streams_begin(struct streams *s, struct dice *d);
/* Plain RTP or RTCP of one of the streams: CSRCs, extensions, padding, any length. */
void make_rtp(struct streams *s, struct dice *d, struct made *out);
void make_rtcp(struct streams *s, struct dice *d, bool control, struct made *out);
/* ZRTP, STUN, DTLS, TURN, noise: whole or broken. */
void make_other(struct dice *d, struct made *out);
/* Bits, bytes, lengths, header fields: at least one byte is another, or one is missing. */
void mutate(struct dice *d, struct made *m);

#endif /* SOTTO_FUZZ_KERNEL_PACKETS_H */
