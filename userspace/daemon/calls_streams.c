// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several streams of one call, as the sound and the picture of a softphone's: each is a flow
 * and a line of its own, and all but one belong to the line that people see.
 *
 * The first agrees on keys by DH, the others have theirs from what that has left behind, in
 * ZRTP's Multistream mode (RFC 6189 4.4.3): one SAS, nothing to compare twice. Whose stream a
 * flow is, its Hello says: who bears the ZID of a call's other end, and shows by the exchange
 * to have the call's secret, is another stream of it. Until then a flow that a program has to
 * the host of a call is likely to be one, and not shown apart.
 *
 * Between two ZIDs only one first exchange goes on at a time (RFC 6189 4.4.1): the others
 * wait for their turn, which is to leave the engine without its answer to who that is.
 * Whoever only claims a ZID, from a host that nobody here has to do with, keeps nobody waiting.
 */
#include "calls_priv.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "log.h"

#define TURN_MS		12000	/* of a first exchange, while others wait for it */

static bool same_owner(const struct line *a, const struct line *b)
{
	return !a->call->has_uid || !b->call->has_uid || a->call->uid == b->call->uid;
}

static bool same_zid(const uint8_t a[ZRTP_ZID_LEN], const uint8_t b[ZRTP_ZID_LEN])
{
	return !memcmp(a, b, ZRTP_ZID_LEN);
}

static bool is_a_call(const struct line *line)
{
	return !line->first && line->call->kind == CALL_PROGRAM && line->has_flow &&
	       line->call->progress != CALL_ENDED;
}

/* And does not do so anew. */
static bool has_agreed(const struct line *call)
{
	return call->call->security.secure && !call->securing;
}

/* The call whose keys a session with the other end's Hello @line->zid can be made from. */
static struct line *call_with(const struct calls *c, const struct line *line)
{
	for (struct line *call = c->lines; call; call = call->next)
		if (call != line && is_a_call(call) && has_agreed(call) && call->call->has_zid &&
		    call->call->can_rekey && same_owner(call, line) &&
		    same_zid(call->call->peer_zid, line->zid))
			return call;
	return NULL;
}

struct line *stream_likely_call(const struct calls *c, const struct line *line)
{
	if (line->apart || line->call->security.secure)
		return NULL;
	for (struct line *call = c->lines; call; call = call->next)
		if (call != line && is_a_call(call) && call->call->progress == CALL_ACTIVE &&
		    same_owner(call, line) && !line_is_own(call) &&
		    !sodium_is_zero(call->call->own_zid, ZRTP_ZID_LEN) &&
		    addr_same_host(&call->flow.remote, &line->flow.remote) &&
		    (call->call->security.secure ? call->call->can_rekey :
						   call->session && !call->over && !call->no_zrtp))
			return call;
	return NULL;
}

const struct line *line_stream(const struct line *line, const struct line *after)
{
	const struct line *next = after == line ? line->calls->lines : after ? after->next : NULL;

	if (!after)
		return line;
	if (!line->has_streams)
		return NULL;
	while (next && (next->first != line || !next->has_flow ||
			next->call->progress == CALL_ENDED))
		next = next->next;
	return next;
}

void stream_of(struct line *line, struct line *call)
{
	line->first = call;
	if (call)
		call->has_streams = true;
}

void stream_split(struct line *line)
{
	if (!line->first)
		return;
	line_changed(line->first);
	line->first = NULL;
	line->call->stream = false;
	line->call->shown = line->call->progress == CALL_ACTIVE;
	line_changed(line);
}

/* It is not likely to be anybody's stream any more, whatever it turns out to be. */
static void begin_apart(struct calls *c, struct line *line)
{
	_cleanup_peer_ struct peer *p = peer_new();

	stream_split(line);
	line_touch(line);
	line->apart = true;
	/* Our ZID may be that for somebody else. */
	if (p && line->has_zid && !store_find_zid(c->store, line->zid, p))
		memcpy(line->call->own_zid, p->own_zid, ZRTP_ZID_LEN);
	if (rekey_limited(&line->rekey.their_limit, clock_ms())) {
		line_session_close(c, line);
		line->over = true;
	} else if (line->call->progress != CALL_UNBORN) {
		line_begin_program(c, line);
	} else {
		line->securing = !line_session(c, line);
	}
}

void stream_failed(struct calls *c, struct line *line)
{
	log_debug("call %llu: a stream cannot join it", (unsigned long long)line->id);
	line->alone = true;
	begin_apart(c, line);
}

#define SWAP(a, b) do {			\
	__typeof__(a) swapped = (a);	\
	(a) = (b);			\
	(b) = swapped;			\
} while (0)

/* Two streams of one call change places; the call stays where it is. */
static void change_places(struct line *a, struct line *b)
{
	SWAP(a->flow, b->flow);
	SWAP(a->has_flow, b->has_flow);
	SWAP(a->session, b->session);
	SWAP(a->started, b->started);
	SWAP(a->has_zid, b->has_zid);
	for (size_t i = 0; i < ZRTP_ZID_LEN; i++)
		SWAP(a->zid[i], b->zid[i]);
	SWAP(a->waits, b->waits);
	SWAP(a->contends, b->contends);
	SWAP(a->asked, b->asked);
	SWAP(a->joins, b->joins);
	SWAP(a->turn_ends, b->turn_ends);
	SWAP(a->securing, b->securing);
	SWAP(a->over, b->over);
	SWAP(a->agreed, b->agreed);
	SWAP(a->heard, b->heard);
	SWAP(a->no_zrtp, b->no_zrtp);
	SWAP(a->quiet_since, b->quiet_since);
	SWAP(a->media_seen, b->media_seen);
	SWAP(a->rekey, b->rekey);
	SWAP(a->call->rekey, b->call->rekey);
	SWAP(a->call->heard, b->call->heard);
	SWAP(a->call->tx_since, b->call->tx_since);
	SWAP(a->call->rx_since, b->call->rx_since);
	SWAP(a->call->has_hello, b->call->has_hello);
	SWAP(a->signalled, b->signalled);
	SWAP(a->false_hello, b->false_hello);
	for (size_t i = 0; i < ZRTP_HELLO_HASH_LEN; i++) {
		SWAP(a->call->peer_hello[i], b->call->peer_hello[i]);
		SWAP(a->hello[i], b->hello[i]);
	}
	SWAP(a->call->control, b->call->control);
	line_changed(a);
	line_changed(b);
}

/* What the engine waits to be told. */
static void answer(struct calls *c, struct line *line, uint64_t now)
{
	struct zrtp_peer secrets;
	int r = line_identify(c, line, line->zid, &secrets);

	line->waits = false;
	line->asked = line->contends;	/* its Commit comes again at once */
	line->contends = false;
	line->turn_ends = now + TURN_MS;
	if (line->turn_ends < c->turns_at)
		c->turns_at = line->turn_ends;
	if (!r)
		r = engine_peer(c->engine, line->session, &secrets);
	sodium_memzero(&secrets, sizeof(secrets));
	if (r) {
		log_errno(r, "who calls could not be looked up");
		line_refuse(c, line);
	}
	line_changed(line);
}

static void join(struct calls *c, struct line *line, struct line *call)
{
	struct zrtp_peer peer = { 0 };
	int r;

	line_touch(line);
	if (line->started && !same_zid(line->call->own_zid, call->call->own_zid)) {
		stream_of(line, call);	/* with the ZID that the call's other end has seen */
		line_begin_program(c, line);
		return;
	}
	memcpy(line->call->own_zid, call->call->own_zid, ZRTP_ZID_LEN);
	memcpy(peer.own_zid, call->call->own_zid, ZRTP_ZID_LEN);
	memcpy(peer.peer_zid, line->zid, ZRTP_ZID_LEN);
	line->waits = false;
	line->contends = false;
	line->joins = true;
	r = engine_join(c->engine, line->session, &call->call->master, &peer);
	if (r) {
		log_errno(r, "a stream cannot join its call");
		stream_failed(c, line);
	}
}

/* Nobody here has to do with that host: whoever it is only claims to be somebody. */
static bool only_claims(const struct line *line, const struct line *other)
{
	return line->call->progress == CALL_UNBORN &&
	       !addr_same_host(&line->flow.remote, &other->flow.remote);
}

static bool blocks(const struct line *other, const struct line *line, uint64_t now)
{
	return other != line && other->session && other->has_zid && other->securing &&
	       !other->waits && !other->joins && now < other->turn_ends &&
	       same_zid(other->zid, line->zid) && !only_claims(other, line);
}

/*
 * Of a stream where this end has said Hello and one where it only answers, both ends let the
 * same go first: where the end with the higher ZID has said it. Else each could wait for the
 * other. Of two of the same kind the first goes, and a Commit settles it.
 */
static bool goes_before(const struct line *line, const struct line *other)
{
	const struct line *ours = line->started ? line : other;
	bool higher = memcmp(ours->call->own_zid, line->zid, ZRTP_ZID_LEN) > 0;

	return line->started != other->started && line->started == higher;
}

/* Both wait, and the other has its turn before: where the other end has begun it goes on. */
static bool waits_before(const struct line *other, const struct line *line)
{
	if (other == line || !other->waits || !same_zid(other->zid, line->zid) ||
	    only_claims(other, line))
		return false;
	if (other->contends != line->contends)
		return other->contends;
	return goes_before(other, line);
}

/* What loses against each Commit that there is. */
static const struct zrtp_contend weakest;

static bool is_blocked(struct calls *c, struct line *line, uint64_t now)
{
	bool blocked = false;

	for (struct line *other = c->lines; other; other = other->next) {
		blocked = blocked || waits_before(other, line);
		if (!blocks(other, line, now))
			continue;
		blocked = true;
		if (other->asked || only_claims(line, other) || !goes_before(line, other))
			continue;
		other->asked = !engine_contend(c->engine, other->session, &weakest);
	}
	return blocked;
}

/* Is at the other end of @call somebody else than on this stream, which was likely to be its? */
static bool is_another(const struct line *call, const struct line *line)
{
	if (call->call->security.secure)
		return !call->call->has_zid || !same_zid(call->call->peer_zid, line->zid);
	return call->has_zid && !same_zid(call->zid, line->zid);
}

/* A call that agrees anew does so by itself. */
static bool may_join(const struct line *line)
{
	return line->call->kind == CALL_PROGRAM && !line->alone &&
	       (!line->call->security.secure || line->call->stream);
}

static void take_turn(struct calls *c, struct line *line, uint64_t now)
{
	struct line *call = may_join(line) ? call_with(c, line) : NULL;

	if (call) {
		join(c, line, call);
		return;
	}
	if (line->first && (has_agreed(line->first) || is_another(line->first, line))) {
		begin_apart(c, line);
		return;
	}
	if (is_blocked(c, line, now))
		return;
	call = line->first;
	if (call) {	/* this one goes first, and is what people are shown of the call */
		change_places(call, line);
		line = call;
	}
	answer(c, line, now);
}

void stream_asked(struct calls *c, struct line *line, const uint8_t zid[ZRTP_ZID_LEN])
{
	line->no_zrtp = false;	/* it speaks after all */
	memcpy(line->zid, zid, ZRTP_ZID_LEN);
	line->has_zid = true;
	line->waits = true;
	line->contends = false;
	c->waiting = true;
	line_changed(line);
	take_turn(c, line, clock_ms());
}

void stream_contends(struct calls *c, struct line *line, const struct zrtp_contend *theirs)
{
	uint64_t now = clock_ms();
	int r;

	if (!line->waits)
		return;
	line->contends = true;
	c->turns = true;
	for (const struct line *other = c->lines; other; other = other->next) {
		if (!blocks(other, line, now) || only_claims(line, other))
			continue;
		r = engine_contend(c->engine, other->session, theirs);
		if (r)
			log_debug("a contention was not settled: %s", strerror(-r));
	}
}

void stream_yielded(struct line *line)
{
	line->waits = !line->agreed;
	line->turn_ends = 0;
	line->calls->waiting = true;
	line->calls->turns = true;
}

static void spend(struct calls *c, struct line *call, const uint8_t nonce[ZRTP_NONCE_LEN])
{
	for (struct line *line = c->lines; line; line = line->next) {
		if (line != call && line->first != call)
			continue;
		zrtp_master_spend(&line->call->master, nonce);
		line_changed(line);
	}
}

void stream_spent(struct calls *c, struct line *line, const struct zrtp_master *master)
{
	if (master->n_nonces)
		spend(c, line->first ?: line, master->nonces[master->n_nonces - 1]);
}

/* Whatever was shown or is known of it as a call of its own is not so any more. */
static void become_stream(struct calls *c, struct line *line, struct line *call)
{
	struct call *own = line->call;

	if (own->shown)
		c->watch->removed(line, c->arg);
	for (struct line *other = c->lines; other; other = other->next)
		if (other->first == line)
			stream_of(other, call);
	own->shown = false;
	line->told_progress = CALL_UNBORN;
	line->told_alarm = CALL_ALARM_NONE;
	line->told_secure = false;
	line->told_note = NULL;
	stream_of(line, call);
	own->stream = true;
	memcpy(own->of, call->call->cookie, CALL_COOKIE_LEN);
	own->peer_id = 0;
	own->named_id = 0;
	own->code_id = 0;
	memset(own->name, 0, sizeof(own->name));
	memset(own->claim, 0, sizeof(own->claim));
	call_forget_retained(own);
}

int stream_secured(struct calls *c, struct line *line, const struct zrtp_action *action)
{
	struct line *call = line->first ?: call_with(c, line);
	struct call *own = line->call;
	uint64_t now = clock_ms();

	if (!call || !call->call->security.secure || call->call->progress == CALL_ENDED ||
	    !same_zid(call->call->peer_zid, action->secure.peer_zid) ||
	    !same_zid(call->call->own_zid, action->secure.own_zid))
		return -ESTALE;
	become_stream(c, line, call);
	memcpy(own->own_zid, action->secure.own_zid, ZRTP_ZID_LEN);
	memcpy(own->peer_zid, action->secure.peer_zid, ZRTP_ZID_LEN);
	own->has_zid = true;
	own->master = call->call->master;
	own->can_rekey = true;
	own->uid = call->call->uid;
	own->has_uid = call->call->has_uid;
	call->call->security.disclosed |= action->secure.peer_disclosure;
	memcpy(&own->security, &call->call->security, sizeof(own->security));
	call_heard(own, now);
	call_activate(own, now, clock_wall_us());
	call_say(own, now);
	stream_spent(c, line, &action->secure.master);
	line_changed(call);
	line_changed(line);
	return 0;
}

void streams_renew(struct calls *c, struct line *call)
{
	if (!call->has_streams)
		return;
	for (struct line *line = c->lines; line; line = line->next)
		if (line->first == call && line->call->security.secure)
			line->call->master = call->call->master;
}

void streams_mirror(struct calls *c, struct line *call)
{
	if (!call->has_streams)
		return;
	for (struct line *line = c->lines; line; line = line->next) {
		if (line->first != call || !line->call->security.secure ||
		    !memcmp(&line->call->security, &call->call->security,
			    sizeof(call->call->security)))
			continue;
		memcpy(&line->call->security, &call->call->security, sizeof(line->call->security));
		call_say(line->call, clock_ms());
		line_changed(line);
	}
}

/* One that goes on when the line's own flow does not. */
static struct line *another_stream(const struct calls *c, const struct line *call)
{
	if (!call->has_streams)
		return NULL;
	for (struct line *line = c->lines; line; line = line->next)
		if (line->first == call && line->has_flow && line->call->security.secure &&
		    line->call->progress != CALL_ENDED)
			return line;
	return NULL;
}

/* The record of a stream goes, and that of its call tells of its flow from now on. */
static void take_flow(struct calls *c, struct line *call)
{
	int r = c->kernel ? sotto_flow_set_cookie(kernel_requests(c->kernel), call->flow.id,
						  call->call->cookie, CALL_COOKIE_LEN) : 0;

	if (r && r != -ENOENT)	/* the next sottod would take it for a call of its own */
		log_errno(r, "marking a flow failed, %s", kernel_error(c->kernel));
}

struct line *stream_ends(struct calls *c, struct line *line)
{
	struct line *other = line->first ? NULL : another_stream(c, line);

	if (!other)
		return line;
	change_places(line, other);
	take_flow(c, line);
	return other;
}

static void orphan(struct calls *c, struct line *line)
{
	int r;

	line->call->stream = false;
	line->call->shown = true;
	r = line_weigh(c, line);
	if (r)
		log_errno(r, "a peer's row could not be read");
	line_changed(line);
}

void streams_link(struct calls *c)
{
	for (struct line *line = c->lines; line; line = line->next) {
		if (!line->call->stream || line->first)
			continue;
		for (struct line *call = c->lines; call; call = call->next)
			if (is_a_call(call) && !call->call->stream &&
			    !memcmp(call->call->cookie, line->call->of, CALL_COOKIE_LEN))
				stream_of(line, call);
		if (!line->first)
			orphan(c, line);
	}
}

void streams_forget(struct calls *c, const struct line *call)
{
	c->turns = true;	/* nobody waits for it any more */
	if (!call->has_streams)
		return;
	for (struct line *line = c->lines; line; line = line->next)
		if (line->first == call)
			stream_split(line);
}

/* A call that has ended had no other stream with keys: what would have been one is a call. */
static void follow(struct line *line, const struct line *call)
{
	if (line->first == call && call->call->progress == CALL_ENDED &&
	    line->call->progress != CALL_ENDED)
		stream_split(line);
}

/* Whatever of a line decides whether another has its turn, as a number. */
enum { IN_EXCHANGE = 1, WAITS = 2, CONTENDS = 4, HAS_KEYS = 8, UNBORN = 16 };

static unsigned int turn_of(const struct line *line)
{
	unsigned int turn = 0;

	if (line->session && line->has_zid && line->securing && !line->joins)
		turn |= IN_EXCHANGE;
	if (line->waits)
		turn |= WAITS;
	if (line->contends)
		turn |= CONTENDS;
	if (is_a_call(line) && has_agreed(line))
		turn |= HAS_KEYS;
	if (line->call->progress == CALL_UNBORN)
		turn |= UNBORN;
	return turn;
}

/* One that has only begun to wait lets nobody go on whom it kept from it before. */
static bool only_waits(unsigned int before, unsigned int turn)
{
	return !(before & ~UNBORN) && (turn & ~UNBORN) == (IN_EXCHANGE | WAITS);
}

void stream_look(struct calls *c, struct line *line)
{
	unsigned int turn = turn_of(line);

	if (turn != line->turn && !only_waits(line->turn, turn))
		c->turns = true;
	line->turn = turn;
	if (line->first)
		follow(line, line->first);
	if (!line->has_streams || line->call->progress != CALL_ENDED)
		return;
	for (struct line *other = c->lines; other; other = other->next)
		follow(other, line);
}

/* When the next of those that are in their turn keeps nobody waiting any more. */
static uint64_t turn_ends(const struct calls *c, uint64_t now)
{
	uint64_t first = CLOCK_NEVER;

	for (const struct line *line = c->lines; line; line = line->next)
		if (turn_of(line) & IN_EXCHANGE && !line->waits && line->turn_ends > now &&
		    line->turn_ends < first)
			first = line->turn_ends;
	return first;
}

void streams_run(struct calls *c, uint64_t now)
{
	if (now < streams_deadline(c))
		return;
	c->waiting = false;
	c->turns = false;
	for (struct line *line = c->lines; line; line = line->next) {
		if (line->waits)
			take_turn(c, line, now);
		c->waiting = c->waiting || line->waits;
	}
	c->turns_at = turn_ends(c, now);
}

uint64_t streams_deadline(const struct calls *c)
{
	if (!c->waiting)
		return CLOCK_NEVER;
	return c->turns ? 0 : c->turns_at;
}
