// SPDX-License-Identifier: GPL-2.0-or-later
#include "sessions.h"

#include <errno.h>
#include <stdlib.h>

#include <sodium.h>

#include "due.h"

#define HINTS		4096	/* a power of two */
#define CLIENT_ID	"sotto " SOTTO_VERSION

_Static_assert(ZRTP_NEVER == DUE_NEVER, "as sessions_deadline() says it");
_Static_assert(sizeof(CLIENT_ID) <= ZRTP_CLIENT_ID_LEN + 1, "RFC 6189 5.2");

/** struct session - @due: first, when it has something to do */
struct session {
	struct due due;
	struct session *next;
	uint64_t id;
	struct zrtp_session *zrtp;
};

/** struct sessions - @hint: by id, where a session has been found; NULL or one of ours */
struct sessions {
	struct session *first;
	struct session *hint[HINTS];
	struct dues dues;
	size_t n;
	sessions_cb cb;
	void *arg;
};

int sessions_new(struct sessions **out, sessions_cb cb, void *arg)
{
	struct sessions *s;

	if (sodium_init() < 0)
		return -ENOSYS;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->cb = cb;
	s->arg = arg;
	*out = s;
	return 0;
}

static void close_session(struct sessions *s, struct session **at)
{
	struct session *one = *at;

	*at = one->next;
	s->n--;
	if (s->hint[one->id % HINTS] == one)
		s->hint[one->id % HINTS] = NULL;
	due_set(&s->dues, &one->due, DUE_NEVER);
	zrtp_session_free(one->zrtp);
	free(one);
}

void sessions_free(struct sessions *s)
{
	if (!s)
		return;
	while (s->first)
		close_session(s, &s->first);
	dues_free(&s->dues);
	free(s);
}

/* Where the pointer to it is; to NULL if there is none. */
static struct session **find(struct sessions *s, uint64_t id)
{
	struct session **at = &s->first;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static struct session *session_of(struct sessions *s, uint64_t id)
{
	struct session **hint = &s->hint[id % HINTS];

	if (!*hint || (*hint)->id != id)
		*hint = *find(s, id);
	return *hint;
}

static int open_session(struct sessions *s, uint64_t id, uint32_t ssrc)
{
	struct zrtp_config config = { .client_id = CLIENT_ID, .ssrc = ssrc };
	uint8_t seed[ZRTP_SEED_LEN];
	struct session *one;
	int r;

	if (session_of(s, id))
		return -EEXIST;
	if (s->n >= SESSIONS_MAX)
		return -ENOSPC;
	r = dues_room(&s->dues, s->n + 1);
	if (r)
		return r;
	one = calloc(1, sizeof(*one));
	if (!one)
		return -ENOMEM;
	randombytes_buf(seed, sizeof(seed));
	r = zrtp_session_new(&one->zrtp, &config, seed);
	sodium_memzero(seed, sizeof(seed));
	if (r) {
		free(one);
		return r;
	}
	one->id = id;
	one->next = s->first;
	s->first = one;
	s->hint[id % HINTS] = one;
	s->n++;
	return 0;
}

static void tell(struct sessions *s, struct session *one)
{
	struct zrtp_action action;

	while (zrtp_session_next(one->zrtp, &action) > 0)
		s->cb(one->id, &action, s->arg);
	sodium_memzero(&action, sizeof(action));
	due_set(&s->dues, &one->due, zrtp_session_deadline(one->zrtp));
}

/*
 * What the engine refuses concerns the packet or the moment, never the owner:
 * a session that fails says so by ZRTP_ACTION_FAILED.
 */
static void carry_out(struct zrtp_session *zrtp, uint64_t now, const struct wire_order *o)
{
	switch (o->type) {
	case WIRE_MULTISTREAM:
		zrtp_session_multistream(zrtp, &o->master, &o->peer);
		break;
	case WIRE_START:
		zrtp_session_start(zrtp, now, &o->peer);
		break;
	case WIRE_PEER:
		zrtp_session_peer(zrtp, now, &o->peer);
		break;
	case WIRE_JOIN:
		zrtp_session_join(zrtp, now, &o->master, &o->peer);
		break;
	case WIRE_CONTEND:
		zrtp_session_contend(zrtp, now, &o->contend);
		break;
	case WIRE_REFUSE:
		zrtp_session_refuse(zrtp, now);
		break;
	case WIRE_PACKET:
		zrtp_session_packet(zrtp, now, o->packet.data, o->packet.len);
		break;
	case WIRE_EXPECT:
		zrtp_session_expect_hello(zrtp, now, o->hash);
		break;
	case WIRE_AUTHENTICATED:
		zrtp_session_srtp_authenticated(zrtp, now);
		break;
	case WIRE_OPEN:
	case WIRE_CLOSE:
	case WIRE_CONTROL:
	case WIRE_PING:
	case WIRE_SIGNALLING:
		break;
	}
}

void sessions_order(struct sessions *s, uint64_t now, const struct wire_order *order)
{
	static const struct zrtp_action failed = {
		.type = ZRTP_ACTION_FAILED,
		.error.code = ZRTP_ERROR_SOFTWARE,
	};
	struct session *one;

	if (order->type == WIRE_OPEN) {
		if (open_session(s, order->id, order->ssrc))
			s->cb(order->id, &failed, s->arg);
		return;
	}
	one = session_of(s, order->id);
	if (!one)
		return;
	if (order->type == WIRE_CLOSE) {
		close_session(s, find(s, order->id));
		return;
	}
	carry_out(one->zrtp, now, order);
	tell(s, one);
}

void sessions_run(struct sessions *s, uint64_t now)
{
	/* None has its turn for ever. */
	for (size_t n = s->n; n && due_first_at(&s->dues) <= now; n--) {
		struct session *one = (struct session *)due_first(&s->dues);

		zrtp_session_tick(one->zrtp, now);
		tell(s, one);
	}
}

uint64_t sessions_deadline(const struct sessions *s)
{
	return due_first_at(&s->dues);
}
