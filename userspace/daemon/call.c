// SPDX-License-Identifier: GPL-2.0-or-later
#include "call.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"

void call_init(struct call *c, enum call_kind kind)
{
	uint32_t ssrc;

	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->give_up = CLOCK_NEVER;
	c->remove = CLOCK_NEVER;
	randombytes_buf(c->cookie, sizeof(c->cookie));
	randombytes_buf(&ssrc, sizeof(ssrc));
	control_init(&c->control, ssrc);
}

static bool is_over(const struct call *c)
{
	return c->progress == CALL_ENDED;
}

void call_begin(struct call *c, uint64_t now)
{
	c->outgoing = true;
	c->progress = CALL_CALLING;
	c->give_up = now + CALL_HELLO_MS;
}

void call_secured(struct call *c, uint64_t now, uint64_t wall)
{
	c->security.secure = true;
	c->security.since = wall;
	c->heard = now;
	if (c->progress == CALL_CALLING)
		c->give_up = now + CALL_RING_MS + CALL_RING_GRACE_MS;
	call_say(c, now);
}

void call_ring(struct call *c, uint64_t now)
{
	c->progress = CALL_RINGING;
	c->give_up = now + CALL_RING_MS;
	call_say(c, now);
}

void call_activate(struct call *c, uint64_t now, uint64_t wall)
{
	if (c->progress >= CALL_ACTIVE)
		return;
	c->progress = CALL_ACTIVE;
	c->since = wall;
	c->give_up = CLOCK_NEVER;
	call_say(c, now);
}

bool call_is_missed(const struct call *c)
{
	return is_over(c) && c->shown && c->kind == CALL_DIRECT && !c->outgoing &&
	       !c->since && (c->by != CALL_BY_US || c->reason == CALL_BUSY);
}

/* Who was away is to learn of it; nobody waits for the rest. */
static uint64_t linger(const struct call *c)
{
	if (!c->shown)
		return CALL_BYE_MS;
	return call_is_missed(c) ? CALL_MISSED_MS : CALL_LINGER_MS;
}

void call_end(struct call *c, uint64_t now, enum call_reason reason, enum call_by by)
{
	if (is_over(c))
		return;
	c->progress = CALL_ENDED;
	c->reason = reason;
	c->by = by;
	c->give_up = now + CALL_BYE_MS;
	c->remove = now + linger(c);
	call_say(c, now);
}

static enum call_by who_ended(enum call_reason reason)
{
	return reason == CALL_NO_ANSWER || reason == CALL_FAILED || reason == CALL_REASON_NONE ?
	       CALL_BY_NOBODY : CALL_BY_THEM;
}

void call_their_state(struct call *c, uint64_t now, uint64_t wall)
{
	const struct control_state *their = &c->control.their;

	if (their->progress == CONTROL_ENDED)
		call_end(c, now, (enum call_reason)their->reason,
			 who_ended((enum call_reason)their->reason));
	else if (c->progress == CALL_CALLING && their->progress == CONTROL_RINGING)
		c->give_up = now + CALL_RING_MS + CALL_RING_GRACE_MS;
	else if (c->progress == CALL_CALLING)	/* answered, or they call us as we call them */
		call_activate(c, now, wall);
	call_say(c, now);	/* what they say of the SAS changes what we may say */
}

void call_heard(struct call *c, uint64_t when)
{
	if (when > c->heard)
		c->heard = when;
}

static void direction(uint64_t *since, bool secure, uint64_t wall)
{
	if (!secure)
		*since = 0;
	else if (!*since)
		*since = wall;
}

void call_directions(struct call *c, bool tx, bool rx, uint64_t wall)
{
	direction(&c->tx_since, tx, wall);
	direction(&c->rx_since, rx, wall);
}

void call_forget_keys(struct call *c)
{
	sodium_memzero(&c->master, sizeof(c->master));
	c->can_rekey = false;
	c->rekey = false;
}

void call_forget_retained(struct call *c)
{
	bool tentative = c->retain.tentative;

	sodium_memzero(&c->retain, sizeof(c->retain));
	c->retain.tentative = tentative;
}

/* What the two ends do not know of each other, the channel does not carry. */
static enum control_reason wire_reason(enum call_reason reason)
{
	switch (reason) {
	case CALL_CLOSED:
		return CONTROL_REASON_HANGUP;
	case CALL_SILENT:
		return CONTROL_REASON_NONE;
	default:
		return reason > CALL_NOT_ALLOWED ? CONTROL_REASON_FAILED :
						   (enum control_reason)reason;
	}
}

void call_say(struct call *c, uint64_t now)
{
	struct control_state say = {
		.progress = c->progress,
		.reason = is_over(c) ? wire_reason(c->reason) : CONTROL_REASON_NONE,
	};

	if (!c->security.secure || c->progress == CALL_UNBORN)
		return;
	if (call_verified(c))
		say.flags |= CONTROL_F_VERIFIED;
	if (c->security.typed_wrong)
		say.flags |= CONTROL_F_WRONG;
	control_say(&c->control, now, &say);
}

static int render(const struct call *c, struct zrtp_sas *out)
{
	if (!c->security.secure)
		return -EBADFD;
	return zrtp_sas_render(c->security.suite.sas_type, c->security.sas, out);
}

static const char *own_half(const struct call *c, const struct zrtp_sas *sas)
{
	return c->security.role == ZRTP_ROLE_INITIATOR ? sas->first : sas->second;
}

static const char *other_half(const struct call *c, const struct zrtp_sas *sas)
{
	return c->security.role == ZRTP_ROLE_INITIATOR ? sas->second : sas->first;
}

int call_sas(const struct call *c, char text[2 * ZRTP_SAS_HALF_MAX], bool *whole)
{
	struct zrtp_sas sas;
	int r = render(c, &sas);

	if (r)
		return r;
	*whole = c->security.typed_right;
	if (*whole)
		snprintf(text, 2 * ZRTP_SAS_HALF_MAX, "%s%s%s", sas.first,
			 c->security.suite.sas_type == ZRTP_SAS_B256 ? " " : "", sas.second);
	else
		snprintf(text, 2 * ZRTP_SAS_HALF_MAX, "%s", own_half(c, &sas));
	sodium_memzero(&sas, sizeof(sas));
	return 0;
}

int call_verify(struct call *c, const char *typed)
{
	struct call_security *s = &c->security;
	struct zrtp_sas sas;
	int r = render(c, &sas);

	if (r)
		return r;
	if (s->wrong >= CALL_WRONG_MAX) {
		r = -EACCES;
	} else if (zrtp_sas_half_equal(other_half(c, &sas), typed)) {
		s->typed_right = true;
		s->typed_wrong = false;
		r = 1;
	} else {
		s->typed_right = false;
		s->typed_wrong = true;
		s->wrong++;
	}
	sodium_memzero(&sas, sizeof(sas));
	return r;
}

static bool wrong_there(const struct call *c)
{
	return c->control.their.flags & CONTROL_F_WRONG;
}

enum call_alarm call_alarm(const struct call *c)
{
	const struct call_security *s = &c->security;

	if (!s->secure)
		return c->false_hello ? CALL_ALARM_SIGNALLING : CALL_ALARM_NONE;
	if (s->typed_wrong)
		return CALL_ALARM_SAS_WRONG;
	if (wrong_there(c))
		return CALL_ALARM_SAS_WRONG_THERE;
	if (s->relayed)		/* compared or not: the peer is not the one who speaks */
		return CALL_ALARM_RELAYED;
	if (c->false_hello)	/* no SAS says anything of a stream that has agreed on nothing */
		return CALL_ALARM_SIGNALLING;
	if (s->typed_right)
		return CALL_ALARM_NONE;
	if (s->somebody_else)
		return CALL_ALARM_SOMEBODY_ELSE;
	if (s->mismatch)
		return CALL_ALARM_MISMATCH;
	if (s->code_wrong)
		return CALL_ALARM_CODE;
	if (s->false_hello)
		return CALL_ALARM_SIGNALLING;
	return s->weaker ? CALL_ALARM_WEAKER : CALL_ALARM_NONE;
}

bool call_proved(const struct call *c)
{
	return c->security.typed_right || c->security.code_matched;
}

bool call_verified(const struct call *c)
{
	const struct call_security *s = &c->security;

	return s->secure && call_alarm(c) == CALL_ALARM_NONE &&
	       (call_proved(c) || (s->verified_before && s->matched));
}

bool call_their_verified(const struct call *c)
{
	return c->security.secure && c->control.their.flags & CONTROL_F_VERIFIED &&
	       !wrong_there(c);
}

bool call_frozen(const struct call *c)
{
	const struct call_security *s = &c->security;

	if (call_proved(c))
		return false;
	return s->somebody_else || c->retain.frozen ||
	       (!s->matched && (s->mismatch || s->weaker || s->code_wrong || s->false_hello));
}

bool call_retain_due(const struct call *c)
{
	if (!c->retain.there || !c->has_zid || call_frozen(c))
		return false;
	/*
	 * Where both ends had the secret, both replace it at once. After a first
	 * meeting both keep it from the answer on: were one to keep what the other
	 * has thrown away, the next call would begin with an alarm.
	 */
	return c->security.matched || c->security.typed_right || c->since;
}

/*
 * Where both had one, rs2 makes up for a loss. After a first meeting one end may have
 * stored a secret, and the other never have learnt that it should:
 *
 *	a sotto		stores it when it is active, and says so
 *	an initiator	by RFC 6189 4.6.1 at Conf2ACK, and only then sends anything
 *	a responder	at Confirm2, which it has acknowledged
 *
 * Whoever has compared the SAS wants the alarm, whatever happened.
 */
bool call_other_keeps(const struct call *c, bool heard)
{
	if (c->security.matched || c->security.typed_right)
		return true;
	if (c->kind == CALL_DIRECT)
		return c->control.their.progress == CONTROL_ACTIVE;
	return heard || c->security.role == ZRTP_ROLE_INITIATOR;
}

/* A program's other end need not be sotto: its silence means nothing unless it has spoken. */
static bool can_be_lost(const struct call *c)
{
	return c->security.secure && !is_over(c) && c->progress != CALL_UNBORN &&
	       (c->kind == CALL_DIRECT || c->control.their_sequence);
}

static uint64_t lost_at(const struct call *c)
{
	return can_be_lost(c) ? c->heard + CALL_LOST_MS : CLOCK_NEVER;
}

/* Of a call that has ended: the other end knows, or cannot be told. */
static bool nothing_to_say(const struct call *c)
{
	return c->security.secure ? control_settled(&c->control) : !c->refusing;
}

enum call_due call_due(const struct call *c, uint64_t now, bool flow)
{
	if (is_over(c)) {
		if (flow && (now >= c->give_up || nothing_to_say(c)))
			return CALL_DUE_BYE;
		return now >= c->remove ? CALL_DUE_REMOVE : CALL_DUE_NOTHING;
	}
	if (now >= lost_at(c))
		return CALL_DUE_LOST;
	if (now < c->give_up)
		return CALL_DUE_NOTHING;
	return c->security.secure ? CALL_DUE_NO_ANSWER : CALL_DUE_UNREACHABLE;
}

static uint64_t first_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t call_deadline(const struct call *c, bool flow)
{
	uint64_t due = c->security.secure && flow ? c->control.due : CLOCK_NEVER;

	if (is_over(c)) {
		if (!flow)
			return c->remove;
		if (nothing_to_say(c))
			return 0;
		return first_of(due, c->give_up);
	}
	return first_of(due, first_of(lost_at(c), c->give_up));
}

const char *call_progress_name(enum call_progress progress)
{
	switch (progress) {
	case CALL_UNBORN:	return "";
	case CALL_CALLING:	return "calling";
	case CALL_RINGING:	return "ringing";
	case CALL_ACTIVE:	return "active";
	case CALL_ENDED:	return "ended";
	}
	return "";
}

const char *call_reason_name(enum call_reason reason)
{
	switch (reason) {
	case CALL_REASON_NONE:	return "";
	case CALL_HANGUP:	return "hangup";
	case CALL_DECLINED:	return "declined";
	case CALL_BUSY:		return "busy";
	case CALL_NO_ANSWER:	return "no-answer";
	case CALL_FAILED:	return "failed";
	case CALL_NOT_ALLOWED:	return "not-allowed";
	case CALL_UNREACHABLE:	return "unreachable";
	case CALL_LOST:		return "lost";
	case CALL_INTERRUPTED:	return "interrupted";
	case CALL_CLOSED:	return "closed";
	case CALL_SILENT:	return "silent";
	}
	return "failed";
}

const char *call_by_name(enum call_by by)
{
	switch (by) {
	case CALL_BY_NOBODY:	return "";
	case CALL_BY_US:	return "us";
	case CALL_BY_THEM:	return "them";
	}
	return "";
}

const char *call_alarm_name(enum call_alarm alarm)
{
	switch (alarm) {
	case CALL_ALARM_NONE:			return "";
	case CALL_ALARM_MISMATCH:
	case CALL_ALARM_SOMEBODY_ELSE:		return "mismatch";
	case CALL_ALARM_SAS_WRONG:		return "sas-wrong";
	case CALL_ALARM_SAS_WRONG_THERE:	return "sas-wrong-there";
	case CALL_ALARM_RELAYED:		return "relayed";
	case CALL_ALARM_WEAKER:			return "weaker";
	case CALL_ALARM_CODE:			return "code";
	case CALL_ALARM_SIGNALLING:		return "signalling";
	}
	return "";
}

const char *call_alarm_text(enum call_alarm alarm)
{
	switch (alarm) {
	case CALL_ALARM_NONE:
		return "";
	case CALL_ALARM_MISMATCH:
		return "The other end does not have the secret from your last call. Somebody may be "
		       "in between, or it was installed anew. Verify before you say anything that "
		       "matters; if the halves differ, hang up.";
	case CALL_ALARM_SOMEBODY_ELSE:
		return "Another machine answers than the one you have met under this name. Somebody "
		       "may be in between, or it was installed anew. Verify before you say anything "
		       "that matters; if the halves differ, hang up.";
	case CALL_ALARM_SAS_WRONG:
		return "The half that you typed is not the one that belongs to this call. Ask to hear "
		       "it again and type it once more; if it stays wrong, somebody is in between: "
		       "say nothing that matters, hang up, and meet another way.";
	case CALL_ALARM_SAS_WRONG_THERE:
		return "At the other end the half that you said was typed wrong. Say it again, "
		       "slowly; if it stays wrong, somebody is in between: say nothing that matters, "
		       "hang up, and meet another way.";
	case CALL_ALARM_SIGNALLING:
		return "Whoever answers on the ports of this call is not the one whom the SIP message "
		       "has named. Somebody is in between, or has changed that message: say nothing "
		       "that matters, hang up, and call again another way.";
	case CALL_ALARM_RELAYED:
		return "A machine in the middle of this call says that it passes it on to somebody "
		       "else: it hears all that is said. You have not agreed to trust it. Say nothing "
		       "that matters, hang up, and call without it.";
	case CALL_ALARM_WEAKER:
		return "The encryption is weaker than on earlier calls with this peer. Somebody may "
		       "have tampered with it. Verify before you say anything that matters; "
		       "if the halves differ, hang up.";
	case CALL_ALARM_CODE:
		return "The other end does not have the code that you agreed on. It may not have been "
		       "typed there, or somebody is in between. Verify before you say anything that "
		       "matters, or hang up and agree on a new one with: sotto pair --show";
	}
	return "";
}
