// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "peers.h"

#define FOREVER	UINT32_MAX	/* RFC 6189 4.9: such a secret never expires */

static uint64_t wall_s(void)
{
	return clock_wall_us() / 1000000;
}

static void set_name(char to[PEER_NAME_MAX], const char *name)
{
	memset(to, 0, PEER_NAME_MAX);
	snprintf(to, PEER_NAME_MAX, "%s", name);
}

void line_expect(struct line *line, const struct peer *p)
{
	struct call *call = line->call;

	call->named_id = p->id;
	call->code_id = p->has_code ? p->id : 0;
	memcpy(call->own_zid, p->own_zid, ZRTP_ZID_LEN);
	set_name(call->claim, p->name);	/* until the exchange has proved it */
}

/* What to show to somebody whom we have not met: never what others see. */
static int greet_stranger(struct calls *c, struct line *line, struct zrtp_peer *out)
{
	_cleanup_peer_ struct peer *p = peer_new();	/* with a fresh ZID */
	struct call *call = line->call;
	int r;

	if (!p)
		return -ENOMEM;
	if (!call->named_id && call->kind == CALL_DIRECT) {
		/* Whom we call at this address gets to see the same ZID. */
		r = peers_claimed(c->store, &line->flow.remote, p);
		if (r && r != -ENOENT)
			return r;
		if (!r)
			line_ranks(c, line, RANK_ADDRESS);
	}
	memset(out, 0, sizeof(*out));
	if (!call->named_id && !line->started)
		memcpy(call->own_zid, p->own_zid, ZRTP_ZID_LEN);
	memcpy(out->own_zid, call->own_zid, ZRTP_ZID_LEN);
	return 0;
}

/* Whoever it is, a code may tell: the one of whom we call, or of whoever waits for a call. */
static int give_code(struct calls *c, struct line *line, struct zrtp_peer *out)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct call *call = line->call;
	int r;

	if (!p)
		return -ENOMEM;
	call->code_id = 0;
	if (call->named_id)
		r = store_get(c->store, call->named_id, p);
	else
		r = peers_coded(c->store, &line->flow.remote, p);
	if (r == -ENOENT || (!r && !p->has_code))
		return 0;
	if (r)
		return r;
	memcpy(out->aux, p->code, PEER_CODE_LEN);
	out->aux_len = PEER_CODE_LEN;
	call->code_id = p->id;
	return 0;
}

int line_identify(struct calls *c, struct line *line, const uint8_t zid[ZRTP_ZID_LEN],
		  struct zrtp_peer *out)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct call *call = line->call;
	int r;

	if (!p)
		return -ENOMEM;
	r = store_find_zid(c->store, zid, p);
	if (r == -ENOENT) {
		r = greet_stranger(c, line, out);
	} else if (!r) {
		if (!call->named_id && !line->started)	/* else we have said Hello already */
			memcpy(call->own_zid, p->own_zid, ZRTP_ZID_LEN);
		peer_secrets(p, wall_s(), out);
		memcpy(out->own_zid, call->own_zid, ZRTP_ZID_LEN);
		line_ranks(c, line, RANK_ZID);
	}
	if (!r && (*p->name || p->has_code))
		call->code_id = p->has_code ? p->id : 0;
	else if (!r)
		r = give_code(c, line, out);
	if (!r)
		memcpy(out->peer_zid, zid, ZRTP_ZID_LEN);
	return r;
}

/*
 * The code of row @p was not the other end's. One that a person has chosen can be guessed
 * from now on by whoever was there: it is of no more use, and that stays an alarm.
 */
static int code_failed(struct calls *c, struct call *call, struct peer *p)
{
	bool alarm = p->id == call->peer_id || !p->has_zid;	/* else it is not about this row */

	call->security.code_wrong = true;
	if ((!alarm || p->mismatch) && !p->code_weak)
		return 0;
	p->mismatch |= alarm;
	if (p->code_weak)
		peer_agree_code(p, NULL, false);
	return store_put(c->store, p);
}

/* The row of the ZID at the other end, and what it says of this call. */
static int weigh_met(struct calls *c, struct call *call, struct peer *p)
{
	struct call_security *s = &call->security;
	int r = 0;

	call->peer_id = p->id;
	if (!call->has_uid || call->uid == p->uid)
		set_name(call->name, p->name);
	s->verified_before = p->verified;
	s->weaker = p->has_suite && suite_weaker(&s->suite, &p->strongest);
	if (s->code_matched) {
		s->mismatch = false;
		return 0;
	}
	if (s->mismatch && !p->mismatch) {
		p->mismatch = true;	/* stands until the SAS has been compared */
		r = store_put(c->store, p);
	}
	s->mismatch = s->mismatch || p->mismatch;
	if (!r && call->code_id == p->id && !s->matched)
		r = code_failed(c, call, p);
	return r;
}

/* Another device of the person whom we called is who was meant, if it shows that it is that. */
static bool is_device_of(const struct call *call, const struct peer *met, const struct peer *named)
{
	return met->id && call->security.matched && met->uid == named->uid && *met->name && *named->name &&
	       peer_same_person(met->name, named->name);
}

/*
 * The row that was called, or that is looked for at this address.
 * @met: the row of the ZID at the other end, with id 0 for none
 */
static int weigh_named(struct calls *c, struct line *line, struct peer *p, const struct peer *met)
{
	struct call *call = line->call;
	int r;

	if (call->named_id)
		r = store_get(c->store, call->named_id, p);
	else if (!*call->name)
		r = peers_claimed(c->store, &line->flow.remote, p);
	else
		return 0;
	if (r == -ENOENT) {	/* forgotten meanwhile, or there was none */
		call->named_id = 0;
		return 0;
	}
	if (r)
		return r;
	call->named_id = is_device_of(call, met, p) ? met->id : p->id;
	if (call->named_id == call->peer_id)
		return 0;
	if (call->security.code_matched && !*call->name) {
		set_name(call->name, p->name);
		return 0;
	}
	set_name(call->claim, p->name);
	call->security.somebody_else = p->has_zid;
	/* That a secret was matched would be another row's: it says nothing of this name. */
	if (call->code_id == p->id)
		return code_failed(c, call, p);
	/* It was burnt on an earlier call. */
	call->security.code_wrong = !p->has_zid && p->mismatch;
	return 0;
}

int line_weigh(struct calls *c, struct line *line)
{
	_cleanup_peer_ struct peer *met = peer_new();
	_cleanup_peer_ struct peer *named = peer_new();
	struct call *call = line->call;
	int r;

	if (!met || !named)
		return -ENOMEM;
	if (call->security.code_matched)	/* whoever it is, it is the one of this row */
		call->named_id = call->code_id;
	call->peer_id = 0;
	set_name(call->name, "");
	set_name(call->claim, "");
	r = store_find_zid(c->store, call->peer_zid, met);
	if (!r)
		r = weigh_met(c, call, met);
	else if (r == -ENOENT)
		r = 0;
	return r ?: weigh_named(c, line, named, met);
}

/*
 * Does the name belong to this ZID from now on? Who calls a name binds it to
 * whoever answers for the first time; who is called, and whoever had met
 * somebody else under this name, only after the SAS or by the code.
 */
static bool may_bind(const struct call *call)
{
	if (!call->named_id || call->named_id == call->peer_id)
		return false;
	return call_proved(call) || (call->outgoing && !call->security.somebody_else &&
				     !call->security.code_wrong);
}

/* What was learnt of somebody without a name goes under a name. */
static int move_under_name(struct calls *c, uint64_t named_id, struct peer *p)
{
	_cleanup_peer_ struct peer *named = peer_new();
	int r = named ? store_get(c->store, named_id, named) : -ENOMEM;

	if (r)
		return r;
	p->id = named->id;
	p->uid = named->uid;
	set_name(p->name, named->name);
	memcpy(p->hints, named->hints, sizeof(p->hints));
	p->n_hints = named->n_hints;
	p->auto_answer = named->auto_answer;
	peer_agree_code(p, named->has_code ? named->code : NULL, named->code_weak);
	return 0;
}

/* The row to write: @p is filled with it. @from is set to the row that goes, or 0. */
static int choose_row(struct calls *c, const struct call *call, struct peer *p, uint64_t *from)
{
	int r = call->peer_id ? store_get(c->store, call->peer_id, p) : -ENOENT;

	*from = 0;
	if (r && r != -ENOENT)
		return r;
	if (!r && !*p->name && may_bind(call)) {
		*from = p->id;
		return move_under_name(c, call->named_id, p);
	}
	if (!r)
		return 0;
	if (may_bind(call))
		return store_get(c->store, call->named_id, p);
	if (!call->has_uid)
		return -ENOENT;
	p->uid = call->uid;	/* somebody without a name */
	return 0;
}

static void fill_secrets(struct peer *p, const struct call_retain *retain)
{
	p->has_rs1 = retain->expiry_s;
	p->has_rs2 = retain->expiry_s && retain->has_rs2;
	memset(p->rs1, 0, sizeof(p->rs1));
	memset(p->rs2, 0, sizeof(p->rs2));
	if (p->has_rs1)
		memcpy(p->rs1, retain->rs1, ZRTP_SECRET_LEN);
	if (p->has_rs2)
		memcpy(p->rs2, retain->rs2, ZRTP_SECRET_LEN);
	p->expires = retain->expiry_s == FOREVER ? PEER_NEVER_EXPIRES :
						   wall_s() + retain->expiry_s;
}

static void fill_trust(struct peer *p, const struct call_security *s)
{
	if (s->typed_wrong) {
		p->verified = false;
		p->by_code = false;
		p->verified_since = 0;
		return;
	}
	if (!s->typed_right && !s->code_matched)
		return;
	if (!p->verified)
		p->verified_since = wall_s();
	p->by_code = !s->typed_right && (p->by_code || !p->verified);
	p->verified = true;
	p->mismatch = false;
	if (s->typed_right) {
		p->strongest = s->suite;
		p->has_suite = true;
	}
}

static void fill_suite(struct peer *p, const struct zrtp_suite *seen)
{
	if (p->has_suite)
		suite_raise(&p->strongest, seen);
	else
		p->strongest = *seen;
	p->has_suite = true;
}

/*
 * Where to call it the next time. A softphone's port is no place for that, but its host
 * is likely to be: a softphone's call to it is known by it too.
 */
static void fill_last(const struct calls *c, struct peer *p, const struct line *line)
{
	if (line->call->kind == CALL_PROGRAM && addr_same_host(&p->last, &line->flow.remote))
		return;
	p->last = line->flow.remote;
	if (line->call->kind == CALL_PROGRAM)
		addr_set_port(&p->last, c->port);
}

static void fill(const struct calls *c, struct peer *p, const struct line *line)
{
	const struct call *call = line->call;
	bool other = !p->has_zid || memcmp(p->peer_zid, call->peer_zid, ZRTP_ZID_LEN);

	if (other) {	/* what was kept was somebody else's */
		p->verified = false;
		p->verified_since = 0;
		p->mismatch = false;
		p->has_rs1 = false;
		p->has_rs2 = false;
		p->has_suite = false;
	}
	if (call->since)
		p->last_call = call->since / 1000000;
	fill_trust(p, &call->security);
	if (call_frozen(call))	/* nor is this where to look for her the next time */
		return;
	memcpy(p->peer_zid, call->peer_zid, ZRTP_ZID_LEN);
	memcpy(p->own_zid, call->own_zid, ZRTP_ZID_LEN);
	p->has_zid = true;
	fill_last(c, p, line);
	fill_suite(p, &call->security.suite);
	if (call_retain_due(call)) {
		fill_secrets(p, &call->retain);
		p->tentative = true;
	}
	if (call_other_keeps(call, line->heard))
		p->tentative = false;
	if (p->has_code && p->verified && !p->tentative)
		peer_agree_code(p, NULL, false);	/* it has done its work at both ends */
}

int line_keep(struct calls *c, struct line *line)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct call *call = line->call;
	bool retained = call_retain_due(call);
	uint64_t from;
	int r;

	if (!p)
		return -ENOMEM;
	if (!call->has_zid)	/* not known yet, or forgotten */
		return 0;
	/* Nothing is kept of somebody whom nobody here has met. */
	if (!call->peer_id && !retained && !call->security.typed_right)
		return 0;
	r = choose_row(c, call, p, &from);
	if (r == -ENOENT)	/* it is not known yet whose call this is */
		return 0;
	if (r)
		return r;
	fill(c, p, line);
	r = from ? store_merge(c->store, p, from) : store_put(c->store, p);
	if (r)
		return r;
	line->dated = call->since;
	if (retained)
		sodium_memzero(&call->retain, sizeof(call->retain));
	call->retain.tentative = p->tentative;
	call->peer_id = p->id;
	if (*p->name && p->uid == call->uid) {
		set_name(call->name, p->name);
		if (call->named_id == p->id)
			set_name(call->claim, "");
	}
	c->watch->peer_changed(p->id, c->arg);
	return 0;
}

void calls_forgot(struct calls *c, uint64_t id)
{
	for (struct line *line = c->lines; line; line = line->next) {
		struct call *call = line->call;

		if (call->peer_id != id && call->named_id != id)
			continue;
		if (call->peer_id == id) {
			call->peer_id = 0;
			call->has_zid = false;	/* this call leaves no trace either */
			set_name(call->name, "");
			sodium_memzero(&call->retain, sizeof(call->retain));
		}
		if (call->code_id == id)
			call->code_id = 0;
		if (call->named_id == id) {
			call->named_id = 0;
			set_name(call->claim, "");
		}
		line_changed(line);
	}
}
