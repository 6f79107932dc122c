// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When to send again, RFC 6189 6.
 */
#include "timers.h"
#include "zrtp.h"

void zrtp_timer_stop(struct zrtp_timer *timer)
{
	timer->due = ZRTP_NEVER;
}

void zrtp_timer_start(struct zrtp_timer *timer, uint64_t now, uint32_t first)
{
	timer->started = now;
	timer->interval = first;
	timer->due = now + first;
	timer->tries = 0;
}

static void rearm(struct zrtp_timer *timer, uint64_t now, uint32_t cap)
{
	timer->interval = timer->interval * 2 < cap ? timer->interval * 2 : cap;
	timer->due = now + timer->interval;
	timer->tries++;
}

enum zrtp_due zrtp_t1_due(struct zrtp_timer *timer, uint64_t now, bool known)
{
	if (now < timer->due)
		return ZRTP_DUE_NOTHING;
	rearm(timer, now, ZRTP_T1_CAP);
	if (timer->tries < ZRTP_T1_TRIES)
		return ZRTP_DUE_SEND;
	if (!known || now >= timer->started + ZRTP_T1_KNOWN_SPAN) {
		timer->interval = ZRTP_T1_SLOW;
		timer->due = now + ZRTP_T1_SLOW;
	}
	return timer->tries == ZRTP_T1_TRIES ? ZRTP_DUE_LAST_SEND : ZRTP_DUE_SEND;
}

enum zrtp_due zrtp_t2_due(struct zrtp_timer *timer, uint64_t now)
{
	if (now < timer->due)
		return ZRTP_DUE_NOTHING;
	if (timer->tries == ZRTP_T2_TRIES) {
		zrtp_timer_stop(timer);
		return ZRTP_DUE_EXHAUSTED;
	}
	rearm(timer, now, ZRTP_T2_CAP);
	return ZRTP_DUE_SEND;
}
