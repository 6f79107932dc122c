/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_CALLS_H
#define SOTTO_PLUGIN_CALLS_H

#include <pipewire/pipewire.h>

#include "hashlog.h"

/*
 * Each active call that sottod lists, with its socket, its media thread and its
 * two nodes, in that order of birth. All of it happens on the main loop.
 */
struct calls;

/**
 * calls_new() - begin to follow sottod's calls
 * @core: connection to the PipeWire server; must outlive the calls
 * @loop: the main loop
 * @hash_log: file for hashes of what is sent, or NULL
 * @stats_file: file for each call's counters at its end, or NULL
 * @out: set to the calls; the caller ends them with calls_free()
 *
 * Return: 0 or a negative errno.
 */
int calls_new(struct pw_core *core, struct pw_loop *loop, const char *hash_log,
	      const char *stats_file, struct calls **out);
void calls_free(struct calls *c);

#endif
