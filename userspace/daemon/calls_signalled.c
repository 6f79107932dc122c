// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What SIP messages have said of the far ends of programs' calls: the one Hello that may come
 * from there, RFC 6189 8.1. It is said before the flow begins, mostly, and holds for every
 * session there until keys are agreed; then it is held against the Hello that these belong to.
 */
#include "calls_priv.h"

#include <errno.h>
#include <string.h>

#include "addr.h"
#include "clock.h"
#include "log.h"

#define SIGNALLED_MS	(5 * 60 * 1000)	/* until the first packet, at most */

void calls_signalling(struct calls *c, bool sent, const uint8_t *data, size_t len)
{
	int r;

	if (!len || len > WIRE_SIGNALLING_MAX)
		return;
	r = engine_signalling(c->engine, sent, data, len);
	if (r)
		log_debug("a packet of SIP was not read: %s", strerror(-r));
}

static void to_addr(const struct sip_media *media, struct sotto_addr *out)
{
	memset(out, 0, sizeof(*out));
	out->sa.sa_family = media->ipv6 ? AF_INET6 : AF_INET;
	if (media->ipv6)
		memcpy(&out->in6.sin6_addr, media->addr, sizeof(out->in6.sin6_addr));
	else
		memcpy(&out->in.sin_addr, media->addr, sizeof(out->in.sin_addr));
	addr_set_port(out, media->port);
}

static struct signalled *find(struct calls *c, const struct sotto_addr *remote)
{
	uint64_t now = clock_ms();

	for (size_t i = 0; i < SIGNALLED_MAX; i++)
		if (c->signalled[i].until > now && addr_same(&c->signalled[i].remote, remote))
			return &c->signalled[i];
	return NULL;
}

/* The one that would be the first to be of no more use. */
static struct signalled *place(struct calls *c)
{
	struct signalled *first = &c->signalled[0];

	for (size_t i = 1; i < SIGNALLED_MAX; i++)
		if (c->signalled[i].until < first->until)
			first = &c->signalled[i];
	return first;
}

/* Whatever was said before of another Hello is of no more use. */
static void take(struct line *line, const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	if (line->signalled && !memcmp(line->hello, hash, sizeof(line->hello)))
		return;
	line->signalled = true;
	line->false_hello = false;
	memcpy(line->hello, hash, sizeof(line->hello));
}

static void raise_alarm(struct line *line)
{
	struct line *call = line->first ?: line;

	call->call->security.false_hello = true;
	line_changed(call);
}

/* Keys have been agreed, with whoever said the Hello that is known from then. */
static bool is_whom_it_agreed_with(struct line *line, const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	return line->call->has_hello &&
	       !memcmp(line->call->peer_hello, hash, ZRTP_HELLO_HASH_LEN);
}

/* Return: has it agreed, or is it to agree, with that one? */
static bool tell_line(struct calls *c, struct line *line, const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	if (line->call->security.secure && line->call->has_hello) {
		if (is_whom_it_agreed_with(line, hash))
			return true;
		raise_alarm(line);
		return false;
	}
	take(line, hash);
	line_changed(line);
	/* An exchange that goes on is compared when it has come to its end. */
	if (line->session && engine_expect(c->engine, line->session, hash))
		log_warning("call %llu: what SIP says of its far end could not be told",
			    (unsigned long long)line->id);
	return false;
}

/* Flows that are there already. Return: has one agreed with that very Hello? */
static bool tell_lines(struct calls *c, const struct sotto_addr *remote,
		       const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	bool agreed = false;

	for (struct line *line = c->lines; line; line = line->next)
		if (line->call->kind == CALL_PROGRAM && line->has_flow &&
		    line->call->progress != CALL_ENDED && addr_same(&line->flow.remote, remote))
			agreed |= tell_line(c, line, hash);
	return agreed;
}

/* A message without a hash takes back what another has said. */
void calls_signalled(const struct sip_media *media, void *arg)
{
	struct calls *c = arg;
	struct signalled *known;
	struct sotto_addr remote;

	to_addr(media, &remote);
	known = find(c, &remote);
	if (known)
		known->until = 0;
	if (!media->has_hash || tell_lines(c, &remote, media->hash))
		return;
	/* Also where there is a flow: that may end, and another begin, before anything is agreed. */
	known = place(c);
	known->remote = remote;
	memcpy(known->hash, media->hash, sizeof(known->hash));
	known->until = clock_ms() + SIGNALLED_MS;
}

int line_expect_hello(struct calls *c, struct line *line)
{
	const struct signalled *known = line->call->kind == CALL_PROGRAM ?
					find(c, &line->flow.remote) : NULL;

	if (known)
		take(line, known->hash);
	return line->signalled ? engine_expect(c->engine, line->session, line->hello) : 0;
}

void line_false_hello(struct line *line)
{
	line->false_hello = true;
	/* SIP has named it as a program's here: somebody has to be told. */
	if (line->call->kind == CALL_PROGRAM)
		line_show_program(line);
	line_changed(line);
}

void line_agreed_hello(struct calls *c, struct line *line, const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	struct signalled *known = find(c, &line->flow.remote);

	line->false_hello = false;
	line->call->has_hello = true;
	memcpy(line->call->peer_hello, hash, ZRTP_HELLO_HASH_LEN);
	if (line->signalled && !is_whom_it_agreed_with(line, line->hello))
		raise_alarm(line);
	else if (known)
		known->until = 0;	/* the next flow from there may be of the next call */
}

bool line_has_false_hello(const struct line *call)
{
	for (const struct line *one = line_stream(call, NULL); one; one = line_stream(call, one))
		if (one->false_hello)
			return true;
	return false;
}
