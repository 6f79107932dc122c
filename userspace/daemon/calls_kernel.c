// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "log.h"
#include "media.h"
#include "peers.h"

/* Our own sockets and nobody else's: a softphone could use our port as well. */
static bool is_direct(const struct calls *c, const struct sotto_flow *flow)
{
	return addr_port(&flow->local) == c->port && !(flow->flags & SOTTO_FLOW_F_FORWARD) &&
	       (flow->flags & SOTTO_FLOW_F_AGENT || !flow->has_uid || flow->uid == geteuid());
}

static struct line *line_of_flow(struct calls *c, const struct sotto_flow *flow)
{
	bool direct = is_direct(c, flow);
	struct line *line = line_new(c, direct ? CALL_DIRECT : CALL_PROGRAM);

	if (!line)
		return NULL;
	line->flow = *flow;
	line->has_flow = true;
	if (!direct && flow->has_uid) {
		line->call->uid = flow->uid;
		line->call->has_uid = true;
	}
	return line;
}

void line_show_program(struct line *line)
{
	if (line->call->progress != CALL_UNBORN)
		return;
	line->call->shown = !line->first;
	call_activate(line->call, clock_ms(), clock_wall_us());
	line_changed(line);
}

/*
 * Our ZID for somebody without a name: the one that whoever was met there has seen, or what
 * both retain would be of no use. Who it is only the other end's Hello tells. Once we have
 * said one it stays, for all streams of a call need the same.
 * @p: with a fresh ZID
 */
static int greet_unnamed(struct calls *c, struct line *line, struct peer *p)
{
	int r;

	if (!sodium_is_zero(line->call->own_zid, ZRTP_ZID_LEN))
		return 0;
	r = line->call->has_uid ? peers_met_at(c->store, line->call->uid, &line->flow.remote,
						   p) : -ENOENT;

	if (r && r != -ENOENT)
		return r;
	memcpy(line->call->own_zid, p->own_zid, ZRTP_ZID_LEN);
	return 0;
}

/* Which ZID of ours, and who is likely to be there? */
static int greet(struct calls *c, struct line *line)
{
	_cleanup_peer_ struct peer *p = peer_new();	/* a fresh ZID if it stays empty */
	int r = p ? 0 : -ENOMEM;

	if (!r && line->call->has_uid)
		r = peers_expected(c->store, line->call->uid, &line->flow.remote, p);
	if (r && r != -ENOENT)
		return r;
	if (r || !p->id)
		return greet_unnamed(c, line, p);
	line_expect(line, p);
	return 0;
}

/* A softphone's flow: we speak ZRTP for it, and it knows nothing of that. */
void line_begin_program(struct calls *c, struct line *line)
{
	int r = 0;

	if (!line->first && !line->call->shown)
		stream_of(line, stream_likely_call(c, line));
	if (line->first)
		memcpy(line->call->own_zid, line->first->call->own_zid, ZRTP_ZID_LEN);
	else
		r = greet(c, line);
	r = r ?: line_session(c, line) ?: line_start(c, line);
	if (r) {	/* it is held, or in clear, as its rule says */
		if (r != -ENOTCONN)	/* the next worker will */
			log_errno(r, "a program's flow cannot be secured");
		stream_split(line);
		return;
	}
	line_show_program(line);
}

static void flow_new(struct calls *c, const struct sotto_flow *flow)
{
	struct line *line;

	/* What only the network wants waits until it says Hello. */
	if (calls_find_flow(c, flow->id) || flow->flags & SOTTO_FLOW_F_EMBRYONIC ||
	    flow->action == SOTTO_ACTION_BYPASS || is_direct(c, flow))
		return;
	/* A program has claimed it, for keys of its own (libsotto). */
	if (flow->flags & SOTTO_FLOW_F_AGENT || flow->cookie_len)
		return;
	line = line_of_flow(c, flow);
	if (!line)
		log_warning("too many calls: a program's flow is not secured");
	else if (line_is_own(line))
		line_show_program(line);	/* its own ZRTP must not meet ours */
	else
		line_begin_program(c, line);
}

/* The network was first: whose softphone it is shows when that has its socket. */
static void learn_owner(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	struct call *call;
	int r = 0;

	if (line->first)
		line = line->first;
	call = line->call;
	if (call->kind != CALL_PROGRAM || call->has_uid || !flow->has_uid)
		return;
	call->uid = flow->uid;
	call->has_uid = true;
	if (call->security.secure)	/* the name may be another person's for it */
		r = line_weigh(c, line);
	if (r)
		log_errno(r, "a peer's row could not be read");
	line_changed(line);
}

static void flow_gone(struct calls *c, struct line *line)
{
	int r;

	line->has_flow = false;
	line_session_close(c, line);
	line = stream_ends(c, line);
	r = record_remove(c->record, line->call->cookie);
	if (r)
		log_errno(r, "a call's record could not be removed");
	call_forget_keys(line->call);
	if (line->call->progress == CALL_UNBORN)
		line_remove(c, line);
	else if (line->call->kind == CALL_DIRECT)
		line_end(c, line, CALL_FAILED, CALL_BY_NOBODY);
	else	/* its program has stopped */
		line_end(c, line, CALL_REASON_NONE, CALL_BY_NOBODY);
}

static void flow_state(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	bool dead = flow->tx == SOTTO_STATE_DEAD || flow->rx == SOTTO_STATE_DEAD;

	line->flow = *flow;
	line_changed(line);
	if (line_is_own(line)) {
		line_session_close(c, line);
		stream_split(line);
	}
	if (dead && line->call->kind == CALL_DIRECT)
		line_end(c, line, CALL_FAILED, CALL_BY_NOBODY);
}

static void flow_moved(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	int r = 0;

	line->flow = *flow;
	line_changed(line);
	c->turns = true;	/* from there others may have to be waited for */
	if (line->call->peer_id)	/* there we look for it the next time */
		r = line_keep(c, line);
	if (r)
		log_errno(r, "where a peer is now could not be stored");
	if (line->media < 0)
		return;
	r = media_follow(line->media, &flow->remote);
	if (r)
		log_errno(r, "a call's socket could not follow its peer");
}

/* With which key, the flow's flags tell. */
static void rx_first(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	line->heard = true;
	line_changed(line);
	rekey_see(c, line, flow);
	if (line->session && !(flow->flags & SOTTO_FLOW_F_NEXT_HEARD))
		engine_srtp_authenticated(c->engine, line->session);
}

static void on_event(struct calls *c, const struct sotto_notice *notice)
{
	struct line *line = calls_find_flow(c, notice->flow.id);

	c->flows_changed = true;
	if (!line && notice->event == SOTTO_EVENT_FLOW_NEW)
		flow_new(c, &notice->flow);
	if (!line)
		return;
	learn_owner(c, line, &notice->flow);
	switch (notice->event) {
	case SOTTO_EVENT_FLOW_NEW:	/* a program has taken up what a Hello had begun */
		line->flow = notice->flow;
		line_changed(line);
		break;
	case SOTTO_EVENT_FLOW_GONE:
		flow_gone(c, line);
		break;
	case SOTTO_EVENT_FLOW_STATE:
		flow_state(c, line, &notice->flow);
		break;
	case SOTTO_EVENT_RX_FIRST:
		call_heard(line->call, clock_ms());
		rx_first(c, line, &notice->flow);
		break;
	case SOTTO_EVENT_TX_RESTART:
		rekey_want(c, line, "its program has begun its sequence anew");
		break;
	case SOTTO_EVENT_KEY_LIFE:
		rekey_want(c, line, "a key is nearly used up");
		break;
	case SOTTO_EVENT_SOURCE:
		flow_moved(c, line, &notice->flow);
		break;
	case SOTTO_EVENT_CLOSED:
		line_closed(c, line);
		break;
	case SOTTO_EVENT_REFUSED:
		line_refused(c, line, &notice->flow);
		break;
	default:
		log_debug("event %s on flow %llu", sotto_event_name(notice->event),
			  (unsigned long long)notice->flow.id);
		break;
	}
}

/* The first ZRTP packet from somewhere: a session that only answers. */
static struct line *stranger(struct calls *c, uint64_t flow_id)
{
	struct sotto_flow flow;
	struct line *line;

	if (engine_is_busy(c->engine))
		return NULL;	/* who means it says Hello again */
	if (sotto_flow_get(kernel_requests(c->kernel), flow_id, &flow))
		return NULL;	/* gone again */
	/* An adopted flow whose record is lost has keys that are not ours to judge. */
	if (flow.cookie_len)
		return NULL;
	line = line_of_flow(c, &flow);
	if (!line)
		return NULL;
	line->call->give_up = clock_ms() + UNBORN_MS;
	if (!line_session(c, line)) {
		line->securing = true;
		return line;
	}
	line_remove(c, line);
	return NULL;
}

static void on_zrtp(struct calls *c, const struct sotto_notice *notice)
{
	struct line *line = calls_find_flow(c, notice->flow_id) ?: stranger(c, notice->flow_id);

	if (!line || !stranger_may_commit(c, line, notice->data, notice->len))
		return;
	if (line->over && line->call->kind == CALL_PROGRAM && !line->call->security.secure &&
	    !rekey_limited(&line->rekey.their_limit, clock_ms()))
		line_begin_program(c, line);	/* the far end tries again */
	/* After a restart there is no session that could tell why it comes. */
	if (!line->session && !line->rekey.session)
		rekey_asked(c, line);
	if (line->rekey.session)
		engine_packet(c->engine, line->rekey.session, notice->data, notice->len);
	if (line->session)
		engine_packet(c->engine, line->session, notice->data, notice->len);
}

static void on_control(struct calls *c, const struct sotto_notice *notice)
{
	struct line *line = calls_find_flow(c, notice->flow_id);

	if (!line)
		return;
	line->heard = true;	/* the kernel has authenticated it */
	call_heard(line->call, clock_ms());
	/* What is not read now is said again. */
	engine_control(c->engine, notice->flow_id, notice->data, notice->len);
}

void calls_heard(uint64_t flow_id, const struct control_packet *packet, void *arg)
{
	struct calls *c = arg;
	struct line *line = calls_find_flow(c, flow_id);
	uint64_t now = clock_ms();

	if (!line || !line->call->security.secure ||
	    !control_receive(&line->call->control, now, packet))
		return;
	if (packet->state.progress == CONTROL_ENDED)
		line = stream_ends(c, line);
	call_their_state(line->call, now, clock_wall_us());
	line_changed(line);
}

static void on_notice(const struct sotto_notice *notice, void *arg)
{
	struct calls *c = arg;

	/* Before what waits for the engine outgrows its queues. */
	if (++c->notices >= NOTICES_MAX)
		calls_run(c);
	if (!notice->is_packet)
		on_event(c, notice);
	else if (notice->kind == SOTTO_PACKET_ZRTP)
		on_zrtp(c, notice);
	else if (notice->kind == SOTTO_PACKET_CONTROL)
		on_control(c, notice);
}

/* All flows of the kernel, for as long as we change some of them. */
struct flows {
	struct sotto_flow *flow;
	size_t n;
	size_t room;
};

static int collect(const struct sotto_flow *flow, void *arg)
{
	struct flows *all = arg;
	struct sotto_flow *more;

	if (all->n == all->room) {
		all->room = all->room ? 2 * all->room : 16;
		more = reallocarray(all->flow, all->room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		all->flow = more;
	}
	all->flow[all->n++] = *flow;
	return 0;
}

/* Whom the record describes goes on as if nothing had happened. */
static int adopt(struct calls *c, const struct sotto_flow *flow)
{
	struct line *line = line_new(c, CALL_DIRECT);
	int r;

	if (!line)
		return -ENOSPC;
	r = flow->cookie_len == CALL_COOKIE_LEN ?
	    record_read(c->record, flow->cookie, line->call) : -ENOENT;
	if (r) {
		line_remove(c, line);
		return r;
	}
	line->has_flow = true;
	line->heard = true;	/* nobody knows it better any more */
	line->told_secure = call_verified(line->call);	/* who has not compared is asked again */
	rekey_look(c, line, flow);
	rekey_see(c, line, flow);
	line->flow = *flow;
	control_resume(&line->call->control, clock_ms());
	call_heard(line->call, clock_ms());	/* 15 s to be heard from anew */
	line_changed(line);
	return 0;
}

/* Whatever the notices would have told that were lost. */
static void catch_up(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	bool moved = !addr_same(&line->flow.remote, &flow->remote);

	learn_owner(c, line, flow);
	rekey_look(c, line, flow);
	flow_state(c, line, flow);
	if (moved)
		flow_moved(c, line, flow);
	if (flow->rx == SOTTO_STATE_SECURE && flow->stats[SOTTO_A_STATS_RX_UNPROTECTED])
		rx_first(c, line, flow);
	if (flow->flags & SOTTO_FLOW_F_CLOSED)
		line_closed(c, line);
}

static void found(struct calls *c, const struct sotto_flow *flow)
{
	struct line *line = calls_find_flow(c, flow->id);
	int r;

	if (line) {
		catch_up(c, line, flow);
		return;
	}
	r = adopt(c, flow);
	line = r ? NULL : calls_find_flow(c, flow->id);
	if (line && flow->flags & SOTTO_FLOW_F_CLOSED)
		line_closed(c, line);
	if (!r)
		return;
	if (!flow->cookie_len) {
		flow_new(c, flow);
		return;
	}
	/* It was never secure, or its record is spoilt: nobody could end it but us. */
	if (r != -ENOENT)
		log_errno(r, "a running call could not be adopted");
	if (!is_direct(c, flow))
		return;
	r = sotto_flow_del(kernel_requests(c->kernel), flow->id);
	if (r && r != -ENOENT)
		log_errno(r, "a flow could not be deleted: %s", kernel_error(c->kernel));
}

static int by_id(const void *a, const void *b)
{
	uint64_t one = ((const struct sotto_flow *)a)->id, other = ((const struct sotto_flow *)b)->id;

	return (one > other) - (one < other);
}

static bool is_among(const struct flows *all, uint64_t id)
{
	const struct sotto_flow key = { .id = id };

	return all->n && bsearch(&key, all->flow, all->n, sizeof(key), by_id);
}

static bool is_running(const uint8_t cookie[CALL_COOKIE_LEN], void *arg)
{
	const struct calls *c = arg;

	for (const struct line *line = c->lines; line; line = line->next)
		if (line->has_flow && !memcmp(line->call->cookie, cookie, CALL_COOKIE_LEN))
			return true;
	return false;
}

/* One whose flow the kernel does not have any more. */
static struct line *line_without(const struct calls *c, const struct flows *all)
{
	struct line *line = c->lines;

	while (line && (!line->has_flow || is_among(all, line->flow.id)))
		line = line->next;
	return line;
}

/* Make our picture that of the kernel. */
static int compare(struct calls *c)
{
	struct flows all = { 0 };
	struct line *line;
	int r = sotto_flow_dump(kernel_requests(c->kernel), collect, &all);

	if (!r && all.n)
		qsort(all.flow, all.n, sizeof(*all.flow), by_id);
	while (!r && (line = line_without(c, &all))) {
		line_touch(line);
		flow_gone(c, line);
	}
	for (size_t i = 0; !r && i < all.n; i++)
		found(c, &all.flow[i]);
	free(all.flow);
	if (!r)
		streams_link(c);
	return r ?: record_sweep(c->record, is_running, c);
}

static void on_resync(void *arg)
{
	struct calls *c = arg;
	int r = compare(c);

	log_debug("notices were lost; the flows have been compared");
	if (r)
		log_errno(r, "the kernel's flows could not be read: %s", kernel_error(c->kernel));
}

const struct kernel_events calls_kernel_events = {
	.notice = on_notice,
	.resync = on_resync,
};

int calls_use_kernel(struct calls *c, struct kernel *kernel)
{
	c->kernel = kernel;
	calls_touch_all(c);
	return kernel ? compare(c) : 0;
}
