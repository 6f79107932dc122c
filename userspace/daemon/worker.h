/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker: reads what the network has sent, and nothing else has it to do with
 * sottod than one socket.
 */
#ifndef SOTTOD_WORKER_H
#define SOTTOD_WORKER_H

#include <stdint.h>

struct worker;

/**
 * worker_new() - Stand ready on a socket to sottod, and say so.
 * @out: the caller owns it, free with worker_free()
 * @fd: SOCK_SEQPACKET; stays the caller's
 * @locks: WIRE_LOCK_*, that hold by now
 *
 * Return: 0 or a negative errno.
 */
int worker_new(struct worker **out, int fd, uint32_t locks);
void worker_free(struct worker *w);	/* wipes */

/**
 * worker_step() - Do all that has been ordered and all that is due.
 * @now: monotonic ms
 *
 * Waits only for room in the socket, if that is a blocking one. Return: 0; -EPIPE:
 * sottod has gone; -EBADMSG: it says what this worker does not know; another
 * negative errno.
 */
int worker_step(struct worker *w, uint64_t now);

/** worker_deadline() - When to call it at the latest, monotonic ms. */
uint64_t worker_deadline(const struct worker *w);

#endif
