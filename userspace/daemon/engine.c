// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"

#define CLIENT_ID	"sotto " SOTTO_VERSION
#define WAITING_MAX	32	/* orders per session */

_Static_assert(sizeof(CLIENT_ID) <= ZRTP_CLIENT_ID_LEN + 1, "RFC 6189 5.2");

enum order_type { ORDER_MULTISTREAM, ORDER_START, ORDER_PEER, ORDER_PACKET, ORDER_AUTHENTICATED };

struct order {
	struct order *next;
	enum order_type type;
	struct zrtp_peer *peer;	/* ORDER_START, ORDER_PEER, ORDER_MULTISTREAM: in locked memory */
	struct zrtp_master *master;	/* ORDER_MULTISTREAM: likewise */
	size_t len;
	uint8_t data[];		/* ORDER_PACKET */
};

struct session {
	struct session *next;
	uint64_t id;
	struct zrtp_session *zrtp;
	struct order *first;
	struct order **last;
	size_t waiting;
	bool closed;
};

struct engine {
	struct session *sessions;
	engine_cb cb;
	void *arg;
	bool running;		/* closed sessions stay in the list meanwhile */
};

int engine_new(struct engine **out, engine_cb cb, void *arg)
{
	struct engine *e;

	if (sodium_init() < 0)
		return -ENOSYS;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->cb = cb;
	e->arg = arg;
	*out = e;
	return 0;
}

static void order_free(struct order *o)
{
	sodium_free(o->peer);	/* wipes */
	sodium_free(o->master);
	free(o);
}

static struct order *take_order(struct session *s)
{
	struct order *o = s->first;

	if (!o)
		return NULL;
	s->first = o->next;
	if (!s->first)
		s->last = &s->first;
	s->waiting--;
	return o;
}

static void session_free(struct session *s)
{
	struct order *o;

	while ((o = take_order(s)))
		order_free(o);
	zrtp_session_free(s->zrtp);
	free(s);
}

void engine_free(struct engine *e)
{
	struct session *s;

	if (!e)
		return;
	while ((s = e->sessions)) {
		e->sessions = s->next;
		session_free(s);
	}
	free(e);
}

static struct session *find(const struct engine *e, uint64_t id)
{
	struct session *s = e->sessions;

	while (s && (s->id != id || s->closed))
		s = s->next;
	return s;
}

int engine_open(struct engine *e, uint64_t id, uint32_t ssrc)
{
	struct zrtp_config config = { .client_id = CLIENT_ID, .ssrc = ssrc };
	uint8_t seed[ZRTP_SEED_LEN];
	struct session *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->id = id;
	s->last = &s->first;
	randombytes_buf(seed, sizeof(seed));
	r = zrtp_session_new(&s->zrtp, &config, seed);
	sodium_memzero(seed, sizeof(seed));
	if (r) {
		session_free(s);
		return r;
	}
	s->next = e->sessions;
	e->sessions = s;
	return 0;
}

static void *locked_copy(const void *secret, size_t len)
{
	void *copy = sodium_malloc(len);

	if (copy)
		memcpy(copy, secret, len);
	return copy;
}

static int give_order(struct engine *e, uint64_t id, enum order_type type,
		      const struct zrtp_master *master, const struct zrtp_peer *peer,
		      const void *data, size_t len)
{
	struct session *s = find(e, id);
	struct order *o;

	if (!s)
		return -ENOENT;
	if (s->waiting >= WAITING_MAX)
		return -ENOBUFS;
	o = calloc(1, sizeof(*o) + len);
	if (!o)
		return -ENOMEM;
	if (peer)
		o->peer = locked_copy(peer, sizeof(*peer));
	if (master)
		o->master = locked_copy(master, sizeof(*master));
	if ((peer && !o->peer) || (master && !o->master)) {
		order_free(o);
		return -ENOMEM;
	}
	o->type = type;
	o->len = len;
	if (len)
		memcpy(o->data, data, len);
	*s->last = o;
	s->last = &o->next;
	s->waiting++;
	return 0;
}

int engine_multistream(struct engine *e, uint64_t id, const struct zrtp_master *master,
		       const struct zrtp_peer *peer)
{
	return give_order(e, id, ORDER_MULTISTREAM, master, peer, NULL, 0);
}

int engine_start(struct engine *e, uint64_t id, const struct zrtp_peer *peer)
{
	return give_order(e, id, ORDER_START, NULL, peer, NULL, 0);
}

int engine_peer(struct engine *e, uint64_t id, const struct zrtp_peer *peer)
{
	return give_order(e, id, ORDER_PEER, NULL, peer, NULL, 0);
}

int engine_packet(struct engine *e, uint64_t id, const uint8_t *data, size_t len)
{
	return give_order(e, id, ORDER_PACKET, NULL, NULL, data, len);
}

int engine_srtp_authenticated(struct engine *e, uint64_t id)
{
	return give_order(e, id, ORDER_AUTHENTICATED, NULL, NULL, NULL, 0);
}

static void sweep(struct engine *e)
{
	struct session **at = &e->sessions, *s;

	while ((s = *at)) {
		if (!s->closed) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		session_free(s);
	}
}

void engine_close(struct engine *e, uint64_t id)
{
	struct session *s = find(e, id);

	if (!s)
		return;
	s->closed = true;
	if (!e->running)
		sweep(e);
}

static void tell(struct engine *e, struct session *s)
{
	struct zrtp_action action;

	while (!s->closed && zrtp_session_next(s->zrtp, &action) > 0)
		e->cb(s->id, &action, e->arg);
	sodium_memzero(&action, sizeof(action));
}

/*
 * What the engine refuses concerns the packet or the moment, never the owner:
 * a session that fails says so by ZRTP_ACTION_FAILED.
 */
static void carry_out(struct session *s, uint64_t now, const struct order *o)
{
	switch (o->type) {
	case ORDER_MULTISTREAM:
		zrtp_session_multistream(s->zrtp, o->master, o->peer);
		break;
	case ORDER_START:
		zrtp_session_start(s->zrtp, now, o->peer);
		break;
	case ORDER_PEER:
		zrtp_session_peer(s->zrtp, now, o->peer);
		break;
	case ORDER_PACKET:
		zrtp_session_packet(s->zrtp, now, o->data, o->len);
		break;
	case ORDER_AUTHENTICATED:
		zrtp_session_srtp_authenticated(s->zrtp, now);
		break;
	}
}

static void run_session(struct engine *e, struct session *s, uint64_t now)
{
	struct order *o;

	while (!s->closed && (o = take_order(s))) {
		carry_out(s, now, o);
		order_free(o);
		tell(e, s);
	}
	if (!s->closed && now >= zrtp_session_deadline(s->zrtp)) {
		zrtp_session_tick(s->zrtp, now);
		tell(e, s);
	}
}

void engine_run(struct engine *e, uint64_t now)
{
	e->running = true;
	for (struct session *s = e->sessions; s; s = s->next)
		run_session(e, s, now);
	e->running = false;
	sweep(e);
}

uint64_t engine_deadline(const struct engine *e)
{
	uint64_t first = CLOCK_NEVER, due;

	for (const struct session *s = e->sessions; s; s = s->next) {
		if (s->closed)
			continue;
		due = s->first ? 0 : zrtp_session_deadline(s->zrtp);
		if (due < first)
			first = due;
	}
	return first;
}
