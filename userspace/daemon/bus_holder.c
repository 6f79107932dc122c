// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* Somebody on the bus who has the socket of a call. */
struct bus_holder {
	struct bus_holder *next;
	struct bus *bus;
	uint64_t line_id;
	sd_bus_track *track;
};

static void holder_free(struct bus_holder *h)
{
	sd_bus_track_unref(h->track);
	free(h);
}

void bus_holder_drop(struct bus *b, uint64_t line_id)
{
	struct bus_holder **at = &b->holders, *h;

	while ((h = *at) && h->line_id != line_id)
		at = &h->next;
	if (!h)
		return;
	*at = h->next;
	holder_free(h);
}

static void release(struct bus *b, uint64_t line_id)
{
	struct line *line = calls_find(b->calls, line_id);

	bus_holder_drop(b, line_id);
	if (line)
		calls_release(b->calls, line);
}

static int on_gone(sd_bus_track *track, void *data)
{
	struct bus_holder *h = data;

	release(h->bus, h->line_id);
	return 0;
}

int bus_holder_add(struct bus *b, const struct line *line, const char *name)
{
	struct bus_holder *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return -ENOMEM;
	h->bus = b;
	h->line_id = line->id;
	r = sd_bus_track_new(b->bus, &h->track, on_gone, h);
	if (r >= 0)
		r = sd_bus_track_add_name(h->track, name);
	if (r < 0) {
		holder_free(h);
		return r;
	}
	h->next = b->holders;
	b->holders = h;
	return 0;
}

/* Whoever had a socket before a restart has it still, unless she has left as well. */
void bus_holders_resume(struct bus *b)
{
	for (struct line *line = calls_first(b->calls); line; line = line->next)
		if (*line->call->holder && bus_holder_add(b, line, line->call->holder))
			calls_release(b->calls, line);
}

void bus_holders_free(struct bus *b)
{
	struct bus_holder *h;

	while ((h = b->holders)) {
		b->holders = h->next;
		holder_free(h);
	}
}
