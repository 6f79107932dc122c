/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to send again, RFC 6189 6. No clock: the time is told. All in ms.
 */
#ifndef ZRTP_TIMERS_H
#define ZRTP_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#define ZRTP_T1_FIRST		50
#define ZRTP_T1_CAP		200
#define ZRTP_T1_TRIES		20
#define ZRTP_T1_KNOWN_SPAN	12000	/* at least, once the peer is known to speak ZRTP */
#define ZRTP_T1_SLOW		1000	/* for as long as the owner wants to be heard */
#define ZRTP_T2_FIRST		150
#define ZRTP_T2_CAP		1200
#define ZRTP_T2_TRIES		10
#define ZRTP_RESPONDER_IDLE	10000

/**
 * struct zrtp_timer - one retransmission schedule
 * @due: when to act, ZRTP_NEVER when stopped
 * @started: when the message was first sent
 * @interval: what was waited last
 * @tries: retransmissions so far
 */
struct zrtp_timer {
	uint64_t due;
	uint64_t started;
	uint32_t interval;
	unsigned int tries;
};

/* What a timer that is due asks for. */
enum zrtp_due { ZRTP_DUE_NOTHING, ZRTP_DUE_SEND, ZRTP_DUE_LAST_SEND, ZRTP_DUE_EXHAUSTED };

void zrtp_timer_stop(struct zrtp_timer *timer);

/** zrtp_timer_start() - The message has just been sent; @first until the first repetition. */
void zrtp_timer_start(struct zrtp_timer *timer, uint64_t now, uint32_t first);

/**
 * zrtp_t1_due() - Hello's schedule.
 * @known: the peer has shown that it speaks ZRTP
 *
 * Return: NOTHING, SEND, or once LAST_SEND with the last repetition of the fast
 * schedule; after it goes on slowly.
 */
enum zrtp_due zrtp_t1_due(struct zrtp_timer *timer, uint64_t now, bool known);

/** zrtp_t2_due() - Everything else's schedule. Return: NOTHING, SEND or EXHAUSTED. */
enum zrtp_due zrtp_t2_due(struct zrtp_timer *timer, uint64_t now);

#endif /* ZRTP_TIMERS_H */
