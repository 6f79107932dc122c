/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ZRTP sessions of all calls, behind orders and answers: what is ordered is
 * queued, what comes of it is told by a callback from engine_run(). No order has
 * an effect before it returns, so that the sessions can live in another process.
 */
#ifndef SOTTOD_ENGINE_H
#define SOTTOD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "zrtp.h"

struct engine;

/**
 * engine_cb - one action of a session, in order
 * @id: as given to engine_open()
 * @action: valid during the callback; wiped after it
 */
typedef void (*engine_cb)(uint64_t id, const struct zrtp_action *action, void *arg);

/** engine_new() - The caller owns @out, free with engine_free(). 0 or -ENOMEM. */
int engine_new(struct engine **out, engine_cb cb, void *arg);
void engine_free(struct engine *e);	/* wipes */

/*
 * Orders. @id names a session and is used once. Return: 0; -ENOENT for no such
 * session; -ENOMEM; -ENOBUFS when it has so much waiting that a packet is as good
 * as lost on the way.
 */
int engine_open(struct engine *e, uint64_t id, uint32_t ssrc);
int engine_multistream(struct engine *e, uint64_t id, const struct zrtp_master *master,
		       const struct zrtp_peer *peer);
int engine_start(struct engine *e, uint64_t id, const struct zrtp_peer *peer);
int engine_peer(struct engine *e, uint64_t id, const struct zrtp_peer *peer);
int engine_packet(struct engine *e, uint64_t id, const uint8_t *data, size_t len);
int engine_srtp_authenticated(struct engine *e, uint64_t id);

/** engine_close() - No action comes any more, at once. */
void engine_close(struct engine *e, uint64_t id);

/** engine_run() - Do what is ordered and what is due. @now: monotonic ms */
void engine_run(struct engine *e, uint64_t now);

/** engine_deadline() - When engine_run() has something to do, monotonic ms. */
uint64_t engine_deadline(const struct engine *e);

#endif
