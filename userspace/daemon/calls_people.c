// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "journal.h"
#include "log.h"
#include "media.h"
#include "peers.h"

/* Two ends call each other: what the network has begun becomes what was asked for here. */
static void take_over(struct calls *c, struct line *line, struct line *theirs)
{
	line->flow = theirs->flow;
	line->has_flow = true;
	line->session = theirs->session;
	line->started = theirs->started;
	memcpy(line->zid, theirs->zid, ZRTP_ZID_LEN);
	line->has_zid = theirs->has_zid;
	line->waits = theirs->waits;
	line->contends = theirs->contends;
	line->turn_ends = theirs->turn_ends;
	line->securing = theirs->securing;
	line->agreed = theirs->agreed;
	theirs->session = 0;
	theirs->has_flow = false;
	memcpy(line->call->own_zid, theirs->call->own_zid, ZRTP_ZID_LEN);
	line_remove(c, theirs);
}

/* A flow with these addresses is there already. Return: 0 when it is ours now. */
static int claim_flow(struct calls *c, struct line *line, struct sotto_flow *flow)
{
	struct line *other;
	int r = kernel_find_flow(c->kernel, flow);

	if (r)
		return r;
	other = calls_find_flow(c, flow->id);
	if (other && other->call->progress == CALL_UNBORN) {
		take_over(c, line, other);
		return sotto_flow_set_cookie(kernel_requests(c->kernel), flow->id,
					     line->call->cookie, CALL_COOKIE_LEN);
	}
	if (other && other->call->progress != CALL_ENDED)
		return -EBUSY;
	/* What is left of an earlier call: its keys are not ours to use. */
	if (other)
		line_drop_flow(c, other);
	else
		r = sotto_flow_del(kernel_requests(c->kernel), flow->id);
	return r ?: -EAGAIN;
}

static int make_flow(struct calls *c, struct line *line, const struct sotto_addr *remote)
{
	struct sotto_flow flow = { .remote = *remote, .cookie_len = CALL_COOKIE_LEN };
	int r = -EAGAIN;

	for (int tries = 0; r == -EAGAIN && tries < 2; tries++) {
		/* Address any: the routes choose. */
		memset(&flow.local, 0, sizeof(flow.local));
		flow.remote = *remote;
		flow.local.sa.sa_family = remote->sa.sa_family;
		if (remote->sa.sa_family == AF_INET)
			flow.local.in.sin_port = htons(c->port);
		else
			flow.local.in6.sin6_port = htons(c->port);
		memcpy(flow.cookie, line->call->cookie, CALL_COOKIE_LEN);
		r = sotto_flow_new(kernel_requests(c->kernel), &flow);
		if (r == -EEXIST)
			r = claim_flow(c, line, &flow);
	}
	if (r)
		return r;
	line->flow = flow;
	line->has_flow = true;
	return 0;
}

static int try_at(struct calls *c, struct line *line, const struct line_try *try)
{
	_cleanup_peer_ struct peer *p = peer_new();
	int r;

	if (!p)
		return -ENOMEM;
	r = store_get(c->store, try->peer_id, p) ?: make_flow(c, line, &try->addr);
	if (r)
		return r;
	line_expect(line, p);
	if (!line->session)
		r = line_session(c, line);
	return r ?: line_start(c, line);
}

void line_try_next(struct calls *c, struct line *line)
{
	int r = -EHOSTUNREACH;

	for (size_t n = 0; n < line->n_tries; n++) {
		const struct line_try *try = &line->tries[line->next_try];

		line->next_try = (line->next_try + 1) % line->n_tries;
		line_drop_flow(c, line);
		r = try_at(c, line, try);
		if (!r)
			break;
		log_debug("one address of a peer cannot be tried: %s", strerror(-r));
	}
	if (r)
		line_end(c, line, CALL_UNREACHABLE, CALL_BY_NOBODY);
	line_changed(line);
}

static void add_try(struct line *line, uint64_t peer_id, const struct sotto_addr *addr)
{
	for (size_t i = 0; i < line->n_tries; i++)
		if (addr_same(&line->tries[i].addr, addr))
			return;
	if (line->n_tries < LINE_TRIES_MAX)
		line->tries[line->n_tries++] = (struct line_try){ *addr, peer_id };
}

/* Where it was last, then where people said it would be. */
static int add_tries(const struct calls *c, struct line *line, uint64_t id)
{
	_cleanup_peer_ struct peer *p = peer_new();
	int r = p ? store_get(c->store, id, p) : -ENOMEM;

	if (r)
		return r;
	if (p->last.sa.sa_family != AF_UNSPEC)
		add_try(line, id, &p->last);
	for (size_t i = 0; i < p->n_hints; i++)
		add_try(line, id, &p->hints[i]);
	return 0;
}

static int find_tries(const struct calls *c, struct line *line, const uint64_t *ids, int n,
		      const char *address)
{
	struct sotto_addr addr;
	int r = 0;

	if (address) {
		if (addr_parse(address, c->port, &addr))
			return -EINVAL;
		add_try(line, ids[0], &addr);
		return 0;
	}
	for (int i = 0; !r && i < n; i++)
		r = add_tries(c, line, ids[i]);
	return r ?: line->n_tries ? 0 : -EHOSTUNREACH;
}

/* Does this peer call us already, with whichever device? */
static struct line *find_their_call(const struct calls *c, uint32_t uid, const uint64_t *ids, int n)
{
	for (struct line *line = c->lines; line; line = line->next)
		for (int i = 0; i < n; i++)
			if (line->call->progress == CALL_RINGING && line->call->has_uid &&
			    line->call->uid == uid &&
			    (line->call->peer_id == ids[i] || line->call->named_id == ids[i]))
				return line;
	return NULL;
}

int calls_dial(struct calls *c, uint32_t uid, const char *name, const char *address,
	       struct line **out)
{
	uint64_t ids[PEERS_DEVICES_MAX];
	struct line *line;
	int n, r;

	if (!c->kernel)
		return -ENODEV;
	if (!engine_is_there(c->engine))
		return -ENOTCONN;
	n = peers_devices(c->store, uid, name, ids);
	if (n < 0)
		return n;
	line = find_their_call(c, uid, ids, n);
	if (line) {
		*out = line;
		return calls_answer(c, line, uid);
	}
	if (line_is_busy(c, NULL, uid))
		return -EBUSY;
	line = line_new(c, CALL_DIRECT);
	if (!line)
		return -ENOMEM;
	r = find_tries(c, line, ids, n, address);
	if (r) {
		line_remove(c, line);
		return r;
	}
	line->call->uid = uid;
	line->call->has_uid = true;
	line->call->shown = true;
	line->call->named_id = line->tries[0].peer_id;
	call_begin(line->call, clock_ms());
	line_try_next(c, line);
	*out = line;
	return 0;
}

int calls_answer(struct calls *c, struct line *line, uint32_t uid)
{
	if (line->call->progress != CALL_RINGING)
		return -EBADFD;
	if (!line->call->has_uid) {
		line->call->uid = uid;
		line->call->has_uid = true;
	}
	call_activate(line->call, clock_ms(), clock_wall_us());
	line_changed(line);
	return 0;
}

int calls_decline(struct calls *c, struct line *line)
{
	if (line->call->progress != CALL_RINGING)
		return -EBADFD;
	line_end(c, line, CALL_DECLINED, CALL_BY_US);
	return 0;
}

int calls_hangup(struct calls *c, struct line *line)
{
	/* A program's call is the program's to end. */
	if (line->call->kind != CALL_DIRECT || line->call->progress == CALL_ENDED)
		return -EBADFD;
	/* Who has begun to agree on keys with us need not wait for the rest of them. */
	if (line->has_zid && !line->call->security.secure &&
	    !engine_refuse(c->engine, line->session))
		line->call->refusing = true;
	line_end(c, line, line->call->progress == CALL_RINGING ? CALL_DECLINED : CALL_HANGUP,
		 CALL_BY_US);
	return 0;
}

int calls_verify(struct calls *c, struct line *line, const char *typed)
{
	int r, verdict;

	if (line->call->progress == CALL_ENDED)
		return -EBADFD;
	verdict = call_verify(line->call, typed);
	if (verdict < 0)
		return verdict;
	metrics_count(verdict ? METRIC_VERIFIED_RIGHT : METRIC_VERIFIED_WRONG);
	if (verdict)	/* else there is an alarm */
		journal_call(JOURNAL_CALL_VERIFIED, line->id, NULL);
	r = line_keep(c, line);
	if (r)
		log_errno(r, "the outcome of a comparison could not be stored");
	call_say(line->call, clock_ms());
	line_changed(line);
	return r ?: verdict;
}

int calls_acquire(struct calls *c, struct line *line, const char *holder)
{
	int fd;

	if (line->call->kind != CALL_DIRECT || line->call->progress != CALL_ACTIVE ||
	    !line->has_flow)
		return -EBADFD;
	if (*line->call->holder && strcmp(line->call->holder, holder))
		return -EBUSY;
	if (line->media >= 0)
		return -EBUSY;
	fd = media_connect(&line->flow.local, &line->flow.remote);
	if (fd < 0)
		return fd;
	line->media = fd;
	snprintf(line->call->holder, sizeof(line->call->holder), "%s", holder);
	line_changed(line);
	return fd;
}

void calls_release(struct calls *c, struct line *line)
{
	if (line->media >= 0)
		media_revoke(line->media);
	line->media = -1;
	if (!*line->call->holder)
		return;
	memset(line->call->holder, 0, sizeof(line->call->holder));
	line_changed(line);
}
