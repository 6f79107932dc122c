// SPDX-License-Identifier: GPL-2.0-or-later
#include "worker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <sodium.h>

#include "dialogs.h"
#include "sessions.h"

#define ORDERS_MAX	64	/* in a row, before what is due has its turn */

/** struct worker - @error: the first one, while sending */
struct worker {
	struct sessions *sessions;
	int fd;
	int error;
	struct wire_desk *desk;
	struct dialogs dialogs;
};

static void answer(struct worker *w, const struct wire_answer *a)
{
	size_t len = wire_put_answer(w->desk->out, a);
	ssize_t n;

	if (w->error)
		return;
	do
		n = len ? send(w->fd, w->desk->out, len, MSG_NOSIGNAL) : -1;
	while (n < 0 && len && errno == EINTR);
	if (n < 0)
		w->error = len ? -errno : -EBADMSG;
	sodium_memzero(w->desk->out, len);
}

static void on_action(uint64_t id, const struct zrtp_action *action, void *arg)
{
	struct worker *w = arg;
	struct wire_answer *a = &w->desk->answer;

	a->type = WIRE_ACTION;
	a->id = id;
	a->action = *action;
	answer(w, a);
	sodium_memzero(a, sizeof(*a));
}

int worker_new(struct worker **out, int fd, uint32_t locks)
{
	struct wire_answer ready = { .type = WIRE_READY, .locks = locks };
	struct worker *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->fd = fd;
	r = sessions_new(&w->sessions, on_action, w);
	w->desk = r ? NULL : sodium_malloc(sizeof(*w->desk));
	if (!r && !w->desk)
		r = -ENOMEM;
	if (!r) {
		answer(w, &ready);
		r = w->error;
	}
	if (r)
		worker_free(w);
	else
		*out = w;
	return r;
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	sessions_free(w->sessions);
	sodium_free(w->desk);
	free(w);
}

/* What is no control packet is nobody's. */
static void read_control(struct worker *w, const struct wire_order *o)
{
	struct wire_answer heard = { .type = WIRE_HEARD, .id = o->id };

	if (!control_parse(o->packet.data, o->packet.len, &heard.control))
		answer(w, &heard);
}

/* What is no SIP is nobody's. */
static void read_signalling(struct worker *w, const struct wire_order *o)
{
	struct wire_answer signalled = { .type = WIRE_SIGNALLED };
	struct sip_media media[SIP_MEDIA_MAX];
	struct sip_message message;
	size_t n;

	if (sip_parse(o->packet.data, o->packet.len, &message))
		return;
	n = dialogs_message(&w->dialogs, o->sent, &message, media);
	for (size_t i = 0; i < n; i++) {
		signalled.media = media[i];
		answer(w, &signalled);
	}
}

static void do_order(struct worker *w, uint64_t now, const struct wire_order *o)
{
	const struct wire_answer pong = { .type = WIRE_PONG, .id = o->id };

	if (o->type == WIRE_PING)
		answer(w, &pong);
	else if (o->type == WIRE_CONTROL)
		read_control(w, o);
	else if (o->type == WIRE_SIGNALLING)
		read_signalling(w, o);
	else
		sessions_order(w->sessions, now, o);
}

/* Return: 1 when there may be more, 0, or a negative errno. */
static int take_order(struct worker *w, uint64_t now)
{
	struct wire_desk *d = w->desk;
	ssize_t len = recv(w->fd, d->in, WIRE_MAX, MSG_DONTWAIT | MSG_TRUNC);
	int r;

	if (len < 0)
		return errno == EAGAIN ? 0 : errno == EINTR ? 1 : -errno;
	if (!len)
		return -EPIPE;
	r = len > WIRE_MAX ? -EBADMSG : wire_get_order(d->in, len, &d->order);
	if (!r)
		do_order(w, now, &d->order);
	sodium_memzero(&d->order, sizeof(d->order));
	sodium_memzero(d->in, WIRE_MAX);
	return r ?: w->error ?: 1;
}

int worker_step(struct worker *w, uint64_t now)
{
	int r = 1;

	for (int n = 0; r > 0 && n < ORDERS_MAX; n++)
		r = take_order(w, now);
	if (r < 0)
		return r;
	sessions_run(w->sessions, now);
	return w->error;
}

uint64_t worker_deadline(const struct worker *w)
{
	return sessions_deadline(w->sessions);
}
