/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_NOWHERE_H
#define SOTTO_PLUGIN_NOWHERE_H

#include <stdbool.h>

#include <pipewire/pipewire.h>

/*
 * A session manager makes the last sink left the default one, whatever its
 * properties say (WirePlumber 0.4 and 0.5 choose by priority.session among all
 * that are there). If that were the call, every program on the desktop would be
 * heard at the other end. So while a call is there, so is a sink that leads
 * nowhere, with a priority above the call's and below anything else's: the
 * default of last resort. The call's nodes exist only while it does.
 */
#define CALL_PRIORITY		"-1000"
#define NOWHERE_PRIORITY	"-500"	/* a node without the property counts as -1 or 0 */

struct nowhere;

/**
 * nowhere_new() - make the sink
 * @core: connection to the PipeWire server
 * @changed: called when it has become ready or has gone (somebody removed it)
 * @data: for @changed
 * @out: set to the sink; the caller ends it with nowhere_free()
 *
 * Return: 0 or a negative errno.
 */
int nowhere_new(struct pw_core *core, void (*changed)(void *data, bool ready), void *data,
		struct nowhere **out);
void nowhere_free(struct nowhere *w);

#endif
