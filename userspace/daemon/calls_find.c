// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which line has this number, flow or session, and which are to be looked at: neither takes
 * a look at each, so that one of a thousand calls costs as much as one alone.
 *
 * Flows and sessions pass from one line to another in many places. So this keeps no index
 * that each of them had to keep true, but where one was found last, and believes that only
 * if it is still so; else it looks at all lines, once.
 */
#include "calls_priv.h"

#include <errno.h>
#include <stdlib.h>

#define HINTS	4096	/* a power of two */

/**
 * struct finder
 * @table: all lines, in no order
 * @by_id: where in it one was found, or may be; and likewise for flows and sessions
 */
struct finder {
	struct line *table[LINES_MAX];
	size_t n;
	uint16_t by_id[HINTS];
	uint16_t by_flow[HINTS];
	uint16_t by_session[HINTS];
};

_Static_assert(LINES_MAX <= UINT16_MAX, "a place in the table is a uint16_t");

int finder_new(struct calls *c)
{
	c->finder = calloc(1, sizeof(*c->finder));
	return c->finder ? 0 : -ENOMEM;
}

void finder_free(struct calls *c)
{
	free(c->finder);
}

bool finder_has_room(const struct calls *c)
{
	return c->finder->n < LINES_MAX;
}

void finder_add(struct line *line)
{
	struct finder *f = line->calls->finder;

	line->place = f->n;
	f->table[f->n++] = line;
	line_touch(line);
}

/* Return: was it in this list? */
static bool untouch(struct line **at, const struct line *line)
{
	while (*at && *at != line)
		at = &(*at)->touched_next;
	if (!*at)
		return false;
	*at = line->touched_next;
	return true;
}

void finder_remove(struct line *line)
{
	struct calls *c = line->calls;
	struct finder *f = c->finder;
	struct line *last = f->table[--f->n];

	f->table[line->place] = last;
	last->place = line->place;
	if (line->touched && !untouch(&c->touched, line))
		untouch(&c->at_work, line);
}

void line_touch(struct line *line)
{
	struct calls *c = line->calls;

	if (line->touched)
		return;
	line->touched = true;
	line->touched_next = c->touched;
	c->touched = line;
}

void calls_touch_all(struct calls *c)
{
	for (struct line *line = c->lines; line; line = line->next)
		line_touch(line);
}

typedef bool (*line_is)(const struct line *line, uint64_t id);

static bool has_id(const struct line *line, uint64_t id)
{
	return line->id == id;
}

static bool has_flow(const struct line *line, uint64_t id)
{
	return line->has_flow && line->flow.id == id;
}

static bool has_session(const struct line *line, uint64_t id)
{
	return line->session == id || line->rekey.session == id;
}

/* Whoever finds a line may change it: it is to be looked at afterwards. */
static struct line *find(const struct calls *c, uint16_t hints[HINTS], line_is is, uint64_t id)
{
	uint16_t *hint = &hints[id % HINTS];
	struct line *line = *hint < c->finder->n ? c->finder->table[*hint] : NULL;

	if (!line || !is(line, id)) {
		line = c->lines;
		while (line && !is(line, id))
			line = line->next;
	}
	if (!line)
		return NULL;
	*hint = line->place;
	line_touch(line);
	return line;
}

struct line *calls_find(const struct calls *c, uint64_t id)
{
	return find(c, c->finder->by_id, has_id, id);
}

struct line *calls_find_flow(const struct calls *c, uint64_t flow_id)
{
	return find(c, c->finder->by_flow, has_flow, flow_id);
}

struct line *line_of_session(const struct calls *c, uint64_t session)
{
	return find(c, c->finder->by_session, has_session, session);
}
