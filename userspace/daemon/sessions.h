/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ZRTP sessions of all calls, in the worker: orders come in, what the sessions do
 * is told by a callback. No I/O, no clock.
 */
#ifndef SOTTOD_SESSIONS_H
#define SOTTOD_SESSIONS_H

#include "wire.h"

#define SESSIONS_MAX	4096	/* sottod has two for a call, and 2048 calls */

struct sessions;

/**
 * sessions_cb - one action of a session, in order
 * @id: as WIRE_OPEN gave it
 * @action: valid during the callback; wiped after it
 */
typedef void (*sessions_cb)(uint64_t id, const struct zrtp_action *action, void *arg);

/** sessions_new() - The caller owns @out, free with sessions_free(). 0 or a negative errno. */
int sessions_new(struct sessions **out, sessions_cb cb, void *arg);
void sessions_free(struct sessions *s);	/* wipes */

/**
 * sessions_order() - Do what is ordered.
 * @order: for a session; what concerns no open session concerns nobody
 *
 * A session that cannot be opened says so by ZRTP_ACTION_FAILED.
 */
void sessions_order(struct sessions *s, uint64_t now, const struct wire_order *order);

/** sessions_run() - Do what is due. @now: monotonic ms */
void sessions_run(struct sessions *s, uint64_t now);

/** sessions_deadline() - When sessions_run() has something to do, monotonic ms. */
uint64_t sessions_deadline(const struct sessions *s);

#endif
