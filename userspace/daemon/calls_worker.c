// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The worker, in which every ZRTP session lives, comes and goes.
 *
 * What is secure needs no session: the kernel has the keys, and what the other end
 * repeats is answered as after a restart of sottod.
 */
#include "calls_priv.h"

#include "log.h"

static void interrupted(struct calls *c, struct line *line)
{
	metrics_failed(METRIC_FAILED_WORKER);	/* said once, of the worker */
	line_changed(line);
	if (line->call->progress == CALL_UNBORN) {
		/* Nobody here has heard of it: the other end says it again. */
		line_drop_flow(c, line);
		line_remove(c, line);
	} else if (line->call->kind == CALL_DIRECT) {
		line->securing = false;
		line_end(c, line, CALL_INTERRUPTED, CALL_BY_NOBODY);
	}
	/* A softphone's is still to be secured, as soon as there is another worker. */
}

static void lose_sessions(struct calls *c)
{
	struct line *line, *next;

	for (line = c->lines; line; line = next) {
		next = line->next;
		rekey_lost(c, line);
		if (!line->session)
			continue;
		line_session_gone(line);
		if (line->securing)
			interrupted(c, line);
	}
}

/* That of which the session was lost, and what has come while there was no worker. */
static bool waits(const struct line *line)
{
	return line->call->kind == CALL_PROGRAM && line->has_flow && !line->session &&
	       line->call->progress != CALL_ENDED && !line_is_own(line) &&
	       (line->securing || (!line->call->security.secure && !line->over));
}

static void begin_again(struct calls *c)
{
	for (struct line *line = c->lines; line; line = line->next)
		if (waits(line))
			line_begin_program(c, line);
}

void calls_use_worker(struct calls *c, int fd)
{
	engine_use(c->engine, fd);
	calls_touch_all(c);
	lose_sessions(c);
	if (fd >= 0)
		begin_again(c);
}

const char *calls_worker_fault(const struct calls *c)
{
	return engine_fault(c->engine);
}

uint32_t calls_worker_locks(const struct calls *c)
{
	return engine_locks(c->engine);
}
