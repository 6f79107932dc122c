// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"

#define BUFFER		(1024 * 1024)	/* of the socket, if the kernel allows it */
#define ANSWERS_MAX	256		/* in a row */
#define PING_MS		10000		/* while there are sessions */
#define PONG_MS		15000

/**
 * struct engine
 * @open: sessions
 * @room: of the socket; packets may fill half of it
 * @ping: when to ask whether the worker still works
 * @pong: when it has to have answered
 */
struct engine {
	const struct engine_events *events;
	void *arg;
	int fd;
	const char *fault;
	uint32_t locks;
	unsigned int open;
	int room;
	uint64_t ping;
	uint64_t pong;
	struct wire_desk *desk;
};

int engine_new(struct engine **out, const struct engine_events *events, void *arg)
{
	struct engine *e;

	if (sodium_init() < 0)
		return -ENOSYS;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->events = events;
	e->arg = arg;
	e->fd = -1;
	e->ping = e->pong = CLOCK_NEVER;
	e->desk = sodium_malloc(sizeof(*e->desk));
	if (!e->desk) {
		engine_free(e);
		return -ENOMEM;
	}
	*out = e;
	return 0;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	engine_use(e, -1);
	sodium_free(e->desk);	/* wipes */
	free(e);
}

/* More than the default only spares packets: what it is in the end is asked. */
static int make_room(int fd)
{
	const int wanted = BUFFER;
	socklen_t len = sizeof(int);
	int room = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof(wanted)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted));
	return getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, &len) ? 0 : room;
}

void engine_use(struct engine *e, int fd)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = fd;
	e->fault = NULL;
	e->locks = 0;
	e->open = 0;
	e->ping = e->pong = CLOCK_NEVER;
	e->room = fd >= 0 ? make_room(fd) : 0;
}

bool engine_is_there(const struct engine *e)
{
	return e->fd >= 0 && !e->fault;
}

const char *engine_fault(const struct engine *e)
{
	return e->fault;
}

uint32_t engine_locks(const struct engine *e)
{
	return e->locks;
}

static bool has_left(const struct engine *e, int room)
{
	int waiting;

	return !ioctl(e->fd, SIOCOUTQ, &waiting) && waiting <= room;
}

/* What has to arrive has the other half of the socket. */
static bool is_crowded(const struct engine *e)
{
	return !has_left(e, e->room / 2);
}

bool engine_is_busy(const struct engine *e)
{
	return !engine_is_there(e) || !has_left(e, e->room / 4);
}

static int give(struct engine *e, const struct wire_order *o)
{
	bool is_packet = o->type == WIRE_PACKET || o->type == WIRE_CONTROL ||
			 o->type == WIRE_SIGNALLING;
	ssize_t n = -1;
	size_t len;
	int r = 0;

	if (!engine_is_there(e))
		return -ENOTCONN;
	if (is_packet && is_crowded(e))
		return -ENOBUFS;
	len = wire_put_order(e->desk->out, o);
	if (!len)
		return -EINVAL;
	do
		n = send(e->fd, e->desk->out, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		r = errno == EAGAIN || errno == ENOMEM || errno == ENOBUFS ? -ENOBUFS : -ENOTCONN;
	if (r == -ENOTCONN)
		e->fault = ENGINE_CLOSED;
	sodium_memzero(e->desk->out, len);
	return r;
}

static int give_peer(struct engine *e, enum wire_order_type type, uint64_t id,
		     const struct zrtp_master *master, const struct zrtp_peer *peer)
{
	struct wire_order *o = &e->desk->order;
	int r;

	o->type = type;
	o->id = id;
	if (master)
		o->master = *master;
	o->peer = *peer;
	r = give(e, o);
	sodium_memzero(o, sizeof(*o));
	return r;
}

int engine_open(struct engine *e, uint64_t id, uint32_t ssrc)
{
	const struct wire_order o = { .type = WIRE_OPEN, .id = id, .ssrc = ssrc };
	int r = give(e, &o);

	if (r)
		return r;
	if (!e->open++ && e->pong == CLOCK_NEVER)
		e->ping = clock_ms() + PING_MS;
	return 0;
}

int engine_multistream(struct engine *e, uint64_t id, const struct zrtp_master *master,
		       const struct zrtp_peer *peer)
{
	return give_peer(e, WIRE_MULTISTREAM, id, master, peer);
}

int engine_start(struct engine *e, uint64_t id, const struct zrtp_peer *peer)
{
	return give_peer(e, WIRE_START, id, NULL, peer);
}

int engine_peer(struct engine *e, uint64_t id, const struct zrtp_peer *peer)
{
	return give_peer(e, WIRE_PEER, id, NULL, peer);
}

int engine_join(struct engine *e, uint64_t id, const struct zrtp_master *master,
		const struct zrtp_peer *peer)
{
	return give_peer(e, WIRE_JOIN, id, master, peer);
}

int engine_contend(struct engine *e, uint64_t id, const struct zrtp_contend *theirs)
{
	const struct wire_order o = { .type = WIRE_CONTEND, .id = id, .contend = *theirs };

	return give(e, &o);
}

int engine_refuse(struct engine *e, uint64_t id)
{
	const struct wire_order o = { .type = WIRE_REFUSE, .id = id };

	return give(e, &o);
}

int engine_packet(struct engine *e, uint64_t id, const uint8_t *data, size_t len)
{
	const struct wire_order o = { .type = WIRE_PACKET, .id = id, .packet = { data, len } };

	return give(e, &o);
}

int engine_srtp_authenticated(struct engine *e, uint64_t id)
{
	const struct wire_order o = { .type = WIRE_AUTHENTICATED, .id = id };

	return give(e, &o);
}

int engine_control(struct engine *e, uint64_t flow_id, const uint8_t *data, size_t len)
{
	const struct wire_order o = { .type = WIRE_CONTROL, .id = flow_id,
				      .packet = { data, len } };

	return give(e, &o);
}

int engine_expect(struct engine *e, uint64_t id, const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	struct wire_order o = { .type = WIRE_EXPECT, .id = id };

	memcpy(o.hash, hash, sizeof(o.hash));
	return give(e, &o);
}

int engine_signalling(struct engine *e, bool sent, const uint8_t *data, size_t len)
{
	const struct wire_order o = { .type = WIRE_SIGNALLING, .packet = { data, len },
				      .sent = sent };

	return give(e, &o);
}

void engine_close(struct engine *e, uint64_t id)
{
	const struct wire_order o = { .type = WIRE_CLOSE, .id = id };
	int r = give(e, &o);

	/* Or its sessions would become more and more. */
	if (r == -ENOBUFS)
		e->fault = "it does not read what it is told";
	if (!r && e->open && !--e->open && e->pong == CLOCK_NEVER)
		e->ping = CLOCK_NEVER;
}

static void on_ready(struct engine *e, uint32_t locks)
{
	if (e->locks)
		e->fault = "it says twice that it is ready";
	e->locks = locks;
	if (WIRE_LOCKS_NEEDED & ~locks)
		e->fault = "it is not locked in";
}

static void on_pong(struct engine *e, uint64_t now)
{
	e->pong = CLOCK_NEVER;
	e->ping = e->open ? now + PING_MS : CLOCK_NEVER;
}

static void tell(struct engine *e, uint64_t now, const struct wire_answer *a)
{
	if (a->type == WIRE_READY) {
		on_ready(e, a->locks);
		return;
	}
	if (!e->locks) {
		e->fault = "it speaks before it is locked in";
		return;
	}
	if (a->type == WIRE_PONG)
		on_pong(e, now);
	else if (a->type == WIRE_HEARD)
		e->events->heard(a->id, &a->control, e->arg);
	else if (a->type == WIRE_SIGNALLED)
		e->events->signalled(&a->media, e->arg);
	else
		e->events->action(a->id, &a->action, e->arg);
}

/* Return: is there perhaps more? */
static bool take_answer(struct engine *e, uint64_t now)
{
	struct wire_desk *d = e->desk;
	ssize_t len = recv(e->fd, d->in, WIRE_MAX, MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return errno == EINTR;
	if (len <= 0)
		e->fault = ENGINE_CLOSED;
	else if (len > WIRE_MAX || wire_get_answer(d->in, len, &d->answer))
		e->fault = "it says what it may not";
	else
		tell(e, now, &d->answer);
	sodium_memzero(&d->answer, sizeof(d->answer));
	sodium_memzero(d->in, WIRE_MAX);
	return true;
}

static void ping(struct engine *e, uint64_t now)
{
	const struct wire_order o = { .type = WIRE_PING };

	if (now >= e->pong)
		e->fault = "it does not answer";
	if (now < e->ping || !engine_is_there(e))
		return;
	e->ping = CLOCK_NEVER;
	if (give(e, &o))
		e->fault = e->fault ?: "it does not read what it is told";
	else
		e->pong = now + PONG_MS;
}

void engine_run(struct engine *e, uint64_t now)
{
	for (int n = 0; n < ANSWERS_MAX && engine_is_there(e) && take_answer(e, now); n++)
		;
	if (engine_is_there(e))
		ping(e, now);
}

uint64_t engine_deadline(const struct engine *e)
{
	if (!engine_is_there(e))
		return CLOCK_NEVER;
	return e->ping < e->pong ? e->ping : e->pong;
}
