/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the worker (worker.h) running: starts its process, buries it, starts another.
 */
#ifndef SOTTOD_KEEPER_H
#define SOTTOD_KEEPER_H

#include <systemd/sd-event.h>

#include "calls.h"

struct keeper;

/**
 * keeper_start() - Start the worker, for as long as the keeper lives.
 * @out: the caller owns it, free with keeper_free()
 * @path: of the program; or "unix:" and a socket at which systemd starts one for whoever
 *	connects, which then has a unit of its own
 *
 * SIGCHLD must be blocked. What cannot be started is tried again every second. Return: 0
 * or a negative errno.
 */
int keeper_start(struct keeper **out, sd_event *loop, const char *path, struct calls *calls);
void keeper_free(struct keeper *k);	/* ends the worker */

/** keeper_look() - After everything that happens: a worker at fault is killed. */
void keeper_look(struct keeper *k);

/** keeper_trouble() - Why there is no worker, a sentence; NULL while there is one. */
const char *keeper_trouble(const struct keeper *k);

#endif
