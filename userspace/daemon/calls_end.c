// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a program's call ends, which nobody signals to us: its socket is closed, for a long
 * time nothing goes either way, or nobody is at the other end any more.
 */
#include "calls_priv.h"

#include "clock.h"

void line_closed(struct calls *c, struct line *line)
{
	const struct call *call = line->call;

	if (call->kind != CALL_PROGRAM || call->progress == CALL_ENDED)
		return;
	if (call->progress != CALL_UNBORN) {
		line_end(c, line, CALL_CLOSED, CALL_BY_US);
		return;
	}
	line_drop_flow(c, line);
	line_remove(c, line);
}

/*
 * Anybody who sees the call can send such an error, so it counts only where nothing that is
 * authentic has come for as long as a call takes to be lost. What the program sends brings
 * the next one.
 */
void line_refused(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	const struct call *call = line->call;
	uint64_t idle = flow->idle_rx_ms == SOTTO_IDLE_NEVER ? clock_ms() - call->heard :
							       flow->idle_rx_ms;

	if (call->kind == CALL_PROGRAM && call->progress == CALL_ACTIVE && call->security.secure &&
	    idle >= CALL_LOST_MS)
		line_end(c, line, CALL_LOST, CALL_BY_NOBODY);
}

static bool may_fall_silent(const struct calls *c, const struct line *line)
{
	return c->kernel && line->has_flow && line->call->kind == CALL_PROGRAM &&
	       line->call->security.secure && line->call->progress == CALL_ACTIVE;
}

/* The kernel counts; asking it so seldom costs less than being told. */
void silence_run(struct calls *c, struct line *line, uint64_t now)
{
	struct sotto_flow flow;
	uint64_t media;

	if (!may_fall_silent(c, line)) {
		line->quiet_since = 0;
		return;
	}
	if (line->quiet_since && now < silence_deadline(c, line))
		return;
	/* What has gone will be told. */
	if (sotto_flow_get(kernel_requests(c->kernel), line->flow.id, &flow)) {
		line->quiet_since = now;
		return;
	}
	media = flow.stats[SOTTO_A_STATS_TX_PROTECTED] + flow.stats[SOTTO_A_STATS_RX_UNPROTECTED];
	if (line->quiet_since && media == line->media_seen)
		line_end(c, line, CALL_SILENT, CALL_BY_NOBODY);
	line->media_seen = media;
	line->quiet_since = now;
}

uint64_t silence_deadline(const struct calls *c, const struct line *line)
{
	if (!may_fall_silent(c, line))
		return CLOCK_NEVER;
	return line->quiet_since ? line->quiet_since + CALL_SILENT_MS : 0;
}
