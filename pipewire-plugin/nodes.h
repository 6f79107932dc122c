/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_NODES_H
#define SOTTO_PLUGIN_NODES_H

#include <pipewire/pipewire.h>

#include "media.h"

/*
 * A call as other programs see it: a microphone that says what the other end
 * says, and a loudspeaker that the other end hears.
 *
 *	node.description	Call with NAME, for both
 *	object.path		sotto.call.N.source and sotto.call.N.sink: a target to name
 *	node.name		the same and something random, so that what a session
 *				manager remembers of one call never applies to another
 */
struct nodes;

/**
 * nodes_new() - make both nodes
 * @core: connection to the PipeWire server
 * @loop: the main loop, on which this is called
 * @number: of the call
 * @name: of the other end, UTF-8, may be empty
 * @media: the call's speech; must outlive the nodes
 * @out: set to the nodes; the caller ends them with nodes_free()
 *
 * Return: 0 or a negative errno.
 */
int nodes_new(struct pw_core *core, struct pw_loop *loop, unsigned int number,
	      const char *name, struct media *media, struct nodes **out);
void nodes_free(struct nodes *n);

#endif
