// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "journal.h"
#include "log.h"
#include "media.h"
#include "metrics.h"

#define ROUNDS_MAX	64	/* of calls_run(), in case something is due forever */

_Static_assert(DUE_NEVER == CLOCK_NEVER, "what is never due is in no heap");

static const struct engine_events engine_events = {
	.action = calls_zrtp,
	.heard = calls_heard,
	.signalled = calls_signalled,
};

int calls_new(struct calls **out, struct store *store, struct record *record, uint16_t port,
	      const struct calls_watch *watch, void *arg)
{
	struct calls *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->store = store;
	c->record = record;
	c->port = port;
	c->watch = watch;
	c->arg = arg;
	c->last = &c->lines;
	c->turns_at = CLOCK_NEVER;
	r = finder_new(c) ?: engine_new(&c->engine, &engine_events, c);
	if (r) {
		calls_free(c);
		return r;
	}
	*out = c;
	return 0;
}

static void line_free(struct line *line)
{
	if (line->media >= 0)
		close(line->media);	/* not revoked: after a restart the holder goes on */
	sodium_free(line->call);	/* wipes */
	free(line);
}

void calls_free(struct calls *c)
{
	struct line *line;

	if (!c)
		return;
	while ((line = c->lines)) {
		c->lines = line->next;
		line_free(line);
	}
	engine_free(c->engine);
	dues_free(&c->dues);
	finder_free(c);
	free(c);
}

struct kernel *calls_kernel(const struct calls *c)
{
	return c->kernel;
}

void calls_strangers(struct calls *c, bool allowed)
{
	c->strangers = allowed;
}

struct line *calls_first(const struct calls *c)
{
	return c->lines;
}

void line_ranks(struct calls *c, struct line *line, enum line_rank rank)
{
	int r = 0;

	if (line->call->shown || line->rank >= rank)
		return;
	line->rank = rank;
	/* Saying again how it is settles it. */
	if (line->flow.flags & SOTTO_FLOW_F_EMBRYONIC)
		r = sotto_flow_set_state(kernel_requests(c->kernel), line->flow.id, SOTTO_DIR_RX,
					 line->flow.rx);
	if (r)
		log_debug("a flow could not be kept: %s", strerror(-r));
}

/*
 * One of those that only the network knows of makes room, chosen at random among those
 * that claim least: a flood of strangers is its own rival, not our peers'.
 */
static void evict_unshown(struct calls *c)
{
	uint32_t n[RANK_ZID + 1] = { 0 }, at;
	enum line_rank rank = RANK_STRANGER;
	struct line *line;

	for (line = c->lines; line; line = line->next)
		if (!line->call->shown && !line->first)
			n[line->rank]++;
	if (n[RANK_STRANGER] + n[RANK_ADDRESS] + n[RANK_ZID] < UNSHOWN_MAX)
		return;
	while (!n[rank])
		rank++;
	at = randombytes_uniform(n[rank]);
	for (line = c->lines; line; line = line->next)
		if (!line->call->shown && !line->first && line->rank == rank && !at--)
			break;
	line_drop_flow(c, line);
	line_remove(c, line);
}

/* Missed calls stay for long, but not for ever more: the oldest, at the head, goes first. */
static void evict_missed(struct calls *c)
{
	struct line *line, *oldest = NULL;
	size_t n = 0;

	for (line = c->lines; line; line = line->next) {
		if (!call_is_missed(line->call))
			continue;
		oldest = oldest ?: line;
		n++;
	}
	if (n < MISSED_MAX)
		return;
	line_drop_flow(c, oldest);
	c->watch->removed(oldest, c->arg);
	line_remove(c, oldest);
}

struct line *line_new(struct calls *c, enum call_kind kind)
{
	struct line *line;

	evict_unshown(c);
	evict_missed(c);
	if (!finder_has_room(c) || dues_room(&c->dues, LINES_MAX))
		return NULL;
	line = calloc(1, sizeof(*line));
	if (!line)
		return NULL;
	line->call = sodium_malloc(sizeof(*line->call));
	if (!line->call) {
		free(line);
		return NULL;
	}
	call_init(line->call, kind);
	line->id = ++c->last_id;
	line->media = -1;
	rekey_init(line);
	line->calls = c;
	*c->last = line;
	c->last = &line->next;
	finder_add(line);
	return line;
}

void line_remove(struct calls *c, struct line *line)
{
	struct line **at = &c->lines;

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	if (c->last == &line->next)
		c->last = at;
	streams_forget(c, line);
	line_session_close(c, line);
	finder_remove(line);
	due_set(&c->dues, &line->due, DUE_NEVER);
	line_free(line);
}

void line_changed(struct line *line)
{
	line->changed = true;
	line_touch(line);
}

void line_end(struct calls *c, struct line *line, enum call_reason reason, enum call_by by)
{
	line = stream_ends(c, line);
	call_end(line->call, clock_ms(), reason, by);
	line_changed(line);
}

bool line_is_busy(const struct calls *c, const struct line *but, uint32_t uid)
{
	for (const struct line *line = c->lines; line; line = line->next) {
		const struct call *call = line->call;

		if (line != but && call->kind == CALL_DIRECT && call->has_uid &&
		    call->uid == uid && call->progress > CALL_UNBORN &&
		    call->progress < CALL_ENDED)
			return true;
	}
	return false;
}

int line_session(struct calls *c, struct line *line)
{
	uint32_t ssrc;
	int r;

	line_session_close(c, line);
	randombytes_buf(&ssrc, sizeof(ssrc));
	r = engine_open(c->engine, c->last_session + 1, ssrc);
	if (r)
		return r;
	line->session = ++c->last_session;
	r = line_expect_hello(c, line);
	if (r)	/* none that would take whatever Hello comes */
		line_session_close(c, line);
	else
		metrics_count(METRIC_HANDSHAKES);
	return r;
}

int line_start(struct calls *c, struct line *line)
{
	struct zrtp_peer greeting = { 0 };
	int r;

	memcpy(greeting.own_zid, line->call->own_zid, ZRTP_ZID_LEN);
	r = engine_start(c->engine, line->session, &greeting);
	line->started = line->started || !r;
	line->securing = !r;
	return r;
}

void line_session_gone(struct line *line)
{
	line->session = 0;
	line->started = false;
	line->has_zid = false;
	line->waits = false;
	line->contends = false;
	line->asked = false;
	line->joins = false;
	line->turn_ends = 0;
	line->agreed = false;
}

void line_session_close(struct calls *c, struct line *line)
{
	if (line->session)
		engine_close(c->engine, line->session);
	line_session_gone(line);
	line->securing = false;
	line->over = false;
	line->no_zrtp = false;
	rekey_close(c, line);
}

void line_drop_flow(struct calls *c, struct line *line)
{
	int r = 0;

	line_session_close(c, line);
	if (!line->has_flow)
		return;
	line->has_flow = false;
	call_forget_keys(line->call);
	if (c->kernel)
		r = sotto_flow_del(kernel_requests(c->kernel), line->flow.id);
	if (r && r != -ENOENT)
		log_errno(r, "a flow could not be deleted: %s", kernel_error(c->kernel));
	r = record_remove(c->record, line->call->cookie);
	if (r)
		log_errno(r, "a call's record could not be removed");
}

/* The kernel knows better than we do whether anything has come. */
static void maybe_lost(struct calls *c, struct line *line, uint64_t now)
{
	struct sotto_flow flow;
	int r;

	if (!c->kernel) {	/* we are deaf, not the call */
		call_heard(line->call, now);
		return;
	}
	r = sotto_flow_get(kernel_requests(c->kernel), line->flow.id, &flow);
	if (!r && flow.idle_rx_ms < CALL_LOST_MS) {
		call_heard(line->call, now - flow.idle_rx_ms);
		return;
	}
	line_end(c, line, CALL_LOST, CALL_BY_NOBODY);
}

/* Return: is it still there? */
static bool unreachable(struct calls *c, struct line *line)
{
	if (line->call->progress == CALL_UNBORN) {
		line_drop_flow(c, line);
		line_remove(c, line);
		return false;
	}
	line_end(c, line, CALL_UNREACHABLE, CALL_BY_NOBODY);
	return true;
}

/* Likewise. */
static bool do_due(struct calls *c, struct line *line, uint64_t now)
{
	switch (call_due(line->call, now, line->has_flow)) {
	case CALL_DUE_NOTHING:
		break;
	case CALL_DUE_UNREACHABLE:
		return unreachable(c, line);
	case CALL_DUE_NO_ANSWER:
		line_end(c, line, CALL_NO_ANSWER, CALL_BY_NOBODY);
		break;
	case CALL_DUE_LOST:
		maybe_lost(c, line, now);
		break;
	case CALL_DUE_BYE:
		line_drop_flow(c, line);
		break;
	case CALL_DUE_REMOVE:
		line_drop_flow(c, line);
		if (line->call->shown)
			c->watch->removed(line, c->arg);
		line_remove(c, line);
		return false;
	}
	return true;
}

static void say_due(struct calls *c, struct line *line, uint64_t now)
{
	uint8_t packet[CONTROL_LEN];
	int r;

	if (!line->has_flow || !line->call->security.secure)
		return;
	if (!control_next(&line->call->control, now, packet))
		return;
	/* What is lost here is repeated like what is lost on the way; without a kernel too. */
	r = c->kernel ? kernel_send(c->kernel, line->flow.id, SOTTO_PACKET_CONTROL, packet,
				    sizeof(packet)) : -ENODEV;
	if (r)
		log_debug("a control packet was not sent: %s", strerror(-r));
}

/* What a person's agent is asked for when the progress becomes another. */
static void ask_for_progress(struct calls *c, struct line *line)
{
	const struct call *call = line->call;

	if (line->told_progress == CALL_RINGING)
		c->watch->ask(line, CALLS_ASK_CANCEL, c->arg);
	if (call->progress == CALL_RINGING)
		c->watch->ask(line, CALLS_ASK_RING, c->arg);
}

/*
 * A program's call runs before it is secure, and its person looks at the program. That it
 * encrypts by itself is none of her business.
 */
static void ask_for_security(struct calls *c, struct line *line)
{
	const struct call *call = line->call;
	bool secure = call->progress == CALL_ACTIVE && call->security.secure;
	const char *note = line_is_own(line) ? "" : line_note(line);

	if (secure && !line->told_secure)
		c->watch->ask(line, call_verified(call) ? CALLS_ASK_SECURE : CALLS_ASK_VERIFY,
			      c->arg);
	if (*note && (!line->told_note || strcmp(note, line->told_note)))
		c->watch->ask(line, CALLS_ASK_NOTE, c->arg);
	line->told_secure = secure;
	line->told_note = note;
}

/* For who watches the machine. */
static void note_news(const struct line *line, enum call_alarm alarm)
{
	const struct call *call = line->call;

	if (line->told_progress == CALL_UNBORN)
		metrics_count(call->kind == CALL_DIRECT ? METRIC_CALLS_DIRECT :
							  METRIC_CALLS_PROGRAM);
	if (line->told_alarm != alarm && alarm != CALL_ALARM_NONE) {
		metrics_alarm(alarm);
		journal_call(JOURNAL_CALL_ALARM, line->id, call_alarm_name(alarm));
	}
	if (line->told_progress != call->progress && call->progress == CALL_ENDED) {
		metrics_ended(call->reason);
		journal_call(JOURNAL_CALL_ENDED, line->id, metrics_reason_name(call->reason));
	}
}

static void tell(struct calls *c, struct line *line)
{
	struct call *call = line->call;
	enum call_alarm alarm = call_alarm(call);

	if (!call->shown)
		return;
	if (call->progress == CALL_ENDED && !call->ended)
		call->ended = clock_wall_us();
	note_news(line, alarm);
	if (line->told_progress == CALL_UNBORN)
		c->watch->added(line, c->arg);
	else
		c->watch->changed(line, c->arg);
	if (line->told_progress != call->progress)
		ask_for_progress(c, line);
	ask_for_security(c, line);
	if (line->told_alarm != alarm && alarm != CALL_ALARM_NONE)
		c->watch->ask(line, CALLS_ASK_ALARM, c->arg);
	line->told_progress = call->progress;
	line->told_alarm = alarm;
}

/* Whatever has happened to a call: first on disk, then told. */
static void flush(struct calls *c, struct line *line)
{
	struct call *call = line->call;
	int r;

	line->changed = false;
	if (call_retain_due(call) ||
	    (call->retain.tentative && call_other_keeps(call, line->heard)) ||
	    (call->since && call->peer_id && !line->dated)) {
		r = line_keep(c, line);
		if (r)
			log_errno(r, "what belongs to a peer could not be stored");
	}
	/* It stays for hours; what has not become due by its end never will. */
	if (call_is_missed(call) && !call_retain_due(call))
		call_forget_retained(call);
	if (call->progress == CALL_ENDED)
		calls_release(c, line);
	call_directions(call, line->has_flow && line->flow.tx == SOTTO_STATE_SECURE,
			line->has_flow && line->flow.rx == SOTTO_STATE_SECURE, clock_wall_us());
	if (call->security.secure && line->has_flow) {
		r = record_write(c->record, call);
		if (r)
			log_errno(r, "a call could not be recorded; it would be unknown after a restart");
	}
	if (line->first) {
		line_changed(line->first);
	} else {
		call->false_hello = line_has_false_hello(line);
		streams_mirror(c, line);
	}
	tell(c, line);
}

static uint64_t first_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t line_deadline(const struct calls *c, const struct line *line)
{
	return first_of(first_of(call_deadline(line->call, line->has_flow),
				 rekey_deadline(c, line)), silence_deadline(c, line));
}

static void look_at(struct calls *c, struct line *line, uint64_t now)
{
	stream_look(c, line);
	rekey_run(c, line, now);
	say_due(c, line, now);
	silence_run(c, line, now);
	if (!do_due(c, line, now))
		return;
	if (line->changed)
		flush(c, line);
	due_set(&c->dues, &line->due, line_deadline(c, line));
}

/* All to which something has happened, and for which it is time. */
static void run_once(struct calls *c, uint64_t now)
{
	struct line *line;

	engine_run(c->engine, now);
	streams_run(c, now);
	while (due_first_at(&c->dues) <= now) {
		line = (struct line *)due_first(&c->dues);
		line_touch(line);
		due_set(&c->dues, &line->due, DUE_NEVER);
	}
	while ((line = c->touched)) {	/* the first to be touched goes first */
		c->touched = line->touched_next;
		line->touched_next = c->at_work;
		c->at_work = line;
	}
	while ((line = c->at_work)) {
		c->at_work = line->touched_next;
		line->touched = false;
		look_at(c, line, now);
	}
}

static uint64_t flows_due(const struct calls *c)
{
	return c->flows_changed ? c->flows_told + FLOWS_MS : CLOCK_NEVER;
}

static void tell_flows(struct calls *c, uint64_t now)
{
	if (now < flows_due(c))
		return;
	c->flows_changed = false;
	c->flows_told = now;
	c->watch->flows_changed(c->arg);
}

void calls_run(struct calls *c)
{
	uint64_t now = clock_ms();
	int rounds = 0;

	c->notices = 0;
	do {
		run_once(c, now);
		tell_flows(c, now);
	} while (calls_deadline(c) <= now && ++rounds < ROUNDS_MAX);
}

uint64_t calls_deadline(const struct calls *c)
{
	if (c->touched)
		return 0;
	return first_of(first_of(engine_deadline(c->engine), flows_due(c)),
			first_of(streams_deadline(c), due_first_at(&c->dues)));
}
