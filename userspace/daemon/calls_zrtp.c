// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls_priv.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "journal.h"
#include "log.h"
#include "metrics.h"

/* Of those that nobody here was told of there may be any number. */
static void note_for_call(const struct line *line, enum journal_event event, const char *reason)
{
	if (line->first)
		line = line->first;
	if (line->call->shown)
		journal_call(event, line->id, reason);
}

static void note_secure(const struct line *line)
{
	metrics_count(METRIC_HANDSHAKES_SECURE);
	note_for_call(line, JOURNAL_CALL_SECURE, NULL);
}

static void note_failed(const struct line *line, enum metric_failure why)
{
	metrics_failed(why);
	note_for_call(line, JOURNAL_CALL_FAILED, metrics_failure_name(why));
}

void line_failed(struct calls *c, struct line *line, enum metric_failure why)
{
	bool joins = line->joins;

	if (!line->over)	/* else it has been counted */
		note_failed(line, why);
	line->securing = false;
	line->over = true;
	line_changed(line);
	if (joins && !line->call->security.secure) {
		stream_failed(c, line);
		return;
	}
	if (line->call->progress == CALL_UNBORN) {
		line_drop_flow(c, line);
		call_end(line->call, clock_ms(), CALL_FAILED, CALL_BY_NOBODY);
	} else if (line->call->kind == CALL_DIRECT) {
		line_end(c, line, CALL_FAILED, CALL_BY_NOBODY);
	}
	/* A program's flow stays as its rule wants it: held, or in clear. */
}

void line_refuse(struct calls *c, struct line *line)
{
	int r = engine_refuse(c->engine, line->session);

	if (r)
		log_debug("the other end was not told: %s", strerror(-r));
	if (r || (line->call->kind == CALL_PROGRAM && line->call->progress != CALL_UNBORN)) {
		line_failed(c, line, METRIC_FAILED_HERE);
		return;
	}
	note_failed(line, METRIC_FAILED_HERE);
	line->securing = false;
	line->over = true;
	line->call->refusing = true;
	line_end(c, line, CALL_FAILED, CALL_BY_NOBODY);
}

/* What the kernel refuses here leaves a flow that is held: it fails closed. */
static bool kernel_did(struct calls *c, struct line *line, int r, const char *what)
{
	if (!r)
		return true;
	log_errno(r, "%s failed, %s", what, c->kernel ? kernel_error(c->kernel) : "no kernel");
	line_failed(c, line, METRIC_FAILED_KERNEL);
	return false;
}

static void send_zrtp(struct calls *c, struct line *line, const struct zrtp_action *action)
{
	int r;

	if (!stranger_may_have(c, line, action->packet.len))
		return;
	r = kernel_send(c->kernel, line->flow.id, SOTTO_PACKET_ZRTP, action->packet.data,
			action->packet.len);

	if (r)	/* as good as lost on the way: the engine repeats it */
		log_debug("a ZRTP packet was not sent: %s", strerror(-r));
}

static void install(struct calls *c, struct line *line, enum sotto_dir dir,
		    const struct zrtp_action *action)
{
	kernel_did(c, line, kernel_key(c->kernel, line->flow.id, dir, &action->srtp),
		   "installing a key");
}

static void set_state(struct calls *c, struct line *line, enum sotto_dir dir,
		      enum sotto_state state)
{
	int r = sotto_flow_set_state(kernel_requests(c->kernel), line->flow.id, dir, state);

	if (!kernel_did(c, line, r, "moving a flow"))
		return;
	if (dir == SOTTO_DIR_RX)
		line->flow.rx = state;
	else
		line->flow.tx = state;
	line_changed(line);
}

static void rx_secure(struct calls *c, struct line *line)
{
	/* RFC 6189 4.6: no media of the initiator's leaves any more until Conf2ACK. */
	if (line->flow.tx == SOTTO_STATE_CLEAR)
		set_state(c, line, SOTTO_DIR_TX, SOTTO_STATE_HOLD);
	set_state(c, line, SOTTO_DIR_RX, SOTTO_STATE_SECURE);
}

/* Whose telephone is to ring, if any? */
static bool find_owner(struct calls *c, struct line *line)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct call *call = line->call;

	if (!p)
		return false;
	if ((*call->name && !store_get(c->store, call->peer_id, p)) ||
	    (call->named_id && !store_get(c->store, call->named_id, p))) {
		call->uid = p->uid;
		call->has_uid = true;
		call->auto_answer = *call->name && p->auto_answer && call_verified(call);
		return true;
	}
	return c->strangers;
}

/* An incoming direct call is secure, and only now anybody here hears of it. */
static void admit(struct calls *c, struct line *line)
{
	struct call *call = line->call;
	uint64_t now = clock_ms();

	if (!find_owner(c, line)) {
		call_end(call, now, CALL_NOT_ALLOWED, CALL_BY_US);
	} else if (call->has_uid && line_is_busy(c, line, call->uid)) {
		call->shown = true;	/* as one that was missed */
		call_end(call, now, CALL_BUSY, CALL_BY_US);
	} else {
		call->shown = true;
		call_ring(call, now);
		if (call->auto_answer)
			call_activate(call, now, clock_wall_us());
	}
}

/* The kernel keeps for the next sottod what a flow is about. */
static bool mark(struct calls *c, struct line *line)
{
	int r = sotto_flow_set_cookie(kernel_requests(c->kernel), line->flow.id,
				      line->call->cookie, CALL_COOKIE_LEN);

	return kernel_did(c, line, r, "marking a flow");
}

static void secure(struct calls *c, struct line *line, const struct zrtp_action *action)
{
	struct call *call = line->call;
	int r;

	line->securing = false;
	line->no_zrtp = false;
	line_changed(line);
	if (action->secure.multistream || line->joins) {
		/* The worker does not choose what becomes a stream of a call. */
		r = action->secure.multistream && line->joins ? stream_secured(c, line, action) :
								-EPROTO;
		line->agreed = !r && mark(c, line);
		if (line->agreed)
			note_secure(line);
		if (r)
			line_failed(c, line, METRIC_FAILED_HERE);
		else
			line_agreed_hello(c, line, action->secure.peer_hello);
		return;
	}
	line->agreed = true;
	call->security.role = action->secure.role;
	call->security.suite = action->secure.suite;
	memcpy(call->security.sas, action->secure.sas_value, sizeof(call->security.sas));
	memcpy(call->own_zid, action->secure.own_zid, ZRTP_ZID_LEN);
	memcpy(call->peer_zid, action->secure.peer_zid, ZRTP_ZID_LEN);
	call->has_zid = true;
	call->security.matched = action->secure.secrets_matched;
	call->security.mismatch = action->secure.secrets_mismatch;
	call->security.code_matched = action->secure.aux_matched && call->code_id;
	call->security.disclosed = action->secure.peer_disclosure;
	call->master = action->secure.master;
	call->can_rekey = action->secure.peer_multistream;
	r = line_weigh(c, line);
	if (r) {
		log_errno(r, "a peer's row could not be read");
		line_failed(c, line, METRIC_FAILED_STORE);
		return;
	}
	call_secured(call, clock_ms(), clock_wall_us());
	line_agreed_hello(c, line, action->secure.peer_hello);
	streams_renew(c, line);
	if (!mark(c, line))
		return;
	if (call->kind == CALL_DIRECT && call->progress == CALL_UNBORN)
		admit(c, line);
	else if (call->kind == CALL_PROGRAM)
		line_show_program(line);
	if (!line->over)
		note_secure(line);
}

static void keep_later(struct line *line, const struct zrtp_action *action)
{
	struct call_retain *retain = &line->call->retain;

	memcpy(retain->rs1, action->retain.rs1, ZRTP_SECRET_LEN);
	memcpy(retain->rs2, action->retain.rs2, ZRTP_SECRET_LEN);
	retain->has_rs2 = action->retain.has_rs2;
	retain->expiry_s = action->retain.expiry_s;
	retain->frozen = action->retain.frozen;
	retain->there = true;
}

/*
 * There are keys, and somebody at the other end begins anew. A softphone's far end
 * that has never been heard with them may have lost them before they were complete;
 * else only who has them can have others.
 */
static void anew(struct calls *c, struct line *line, bool same_call)
{
	if (line->call->kind == CALL_PROGRAM && !line->heard) {
		if (!rekey_limited(&line->rekey.their_limit, clock_ms()))
			line_begin_program(c, line);
	} else if (same_call && !line->rekey.session) {
		rekey_asked(c, line);
	}
}

/* A PBX may say how our own SAS is to be shown; nobody here trusts one with another SAS. */
static void relayed(struct line *line, const struct zrtp_action *action)
{
	if (action->relay.what == ZRTP_RELAY_SCHEME) {
		line->call->security.suite.sas_type = action->relay.sas_type;
		line_changed(line);
	} else if (action->relay.what == ZRTP_RELAY_REFUSED &&
		   action->relay.error == ZRTP_ERROR_MITM) {
		line->call->security.relayed = true;
		line_changed(line);
	}
}

/*
 * Whoever has taken the worker over has the keys of what is being agreed. Those of a call
 * that is secure he shall not replace: the engine has nothing to say of them any more.
 */
static bool may_still(const struct line *line, enum zrtp_action_type type)
{
	return !line->agreed || type == ZRTP_ACTION_SEND || type == ZRTP_ACTION_ANEW ||
	       type == ZRTP_ACTION_CLEAR_REFUSED || type == ZRTP_ACTION_RELAY;
}

void calls_zrtp(uint64_t session, const struct zrtp_action *action, void *arg)
{
	struct calls *c = arg;
	struct line *line = line_of_session(c, session);

	if (!line || !c->kernel || !line->has_flow)
		return;
	if (line->call->progress == CALL_ENDED) {
		if (line->call->refusing && action->type == ZRTP_ACTION_SEND)
			send_zrtp(c, line, action);
		return;
	}
	if (session == line->rekey.session) {
		rekey_zrtp(c, line, action);
		return;
	}
	if (!may_still(line, action->type)) {
		log_warning("call %llu is secure, and the worker wants to change it",
			    (unsigned long long)line->id);
		return;
	}
	switch (action->type) {
	case ZRTP_ACTION_SEND:
		send_zrtp(c, line, action);
		break;
	case ZRTP_ACTION_PEER:
		stream_asked(c, line, action->peer_zid);
		break;
	case ZRTP_ACTION_NO_ZRTP:
		line->no_zrtp = true;
		metrics_count(METRIC_HANDSHAKES_UNANSWERED);
		stream_split(line);
		line_changed(line);
		if (line->n_tries > 1)
			line_try_next(c, line);
		break;
	case ZRTP_ACTION_KEY_RX:
		install(c, line, SOTTO_DIR_RX, action);
		break;
	case ZRTP_ACTION_KEY_TX:
		install(c, line, SOTTO_DIR_TX, action);
		break;
	case ZRTP_ACTION_RX_SECURE:
		rx_secure(c, line);
		break;
	case ZRTP_ACTION_TX_SECURE:
		set_state(c, line, SOTTO_DIR_TX, SOTTO_STATE_SECURE);
		break;
	case ZRTP_ACTION_RETAIN:
		keep_later(line, action);
		break;
	case ZRTP_ACTION_SECURE:
		secure(c, line, action);
		break;
	case ZRTP_ACTION_ANEW:
		anew(c, line, action->anew.same_call);
		break;
	case ZRTP_ACTION_CONTEND:
		stream_contends(c, line, &action->contend);
		break;
	case ZRTP_ACTION_YIELDED:
		stream_yielded(line);
		break;
	case ZRTP_ACTION_CLEAR_REFUSED:
		log_info("call %llu: the far end asked to go on in clear, and was refused",
			 (unsigned long long)line->id);
		break;
	case ZRTP_ACTION_RELAY:	/* no peer here is a PBX that somebody has enrolled with */
		relayed(line->first ?: line, action);
		break;
	case ZRTP_ACTION_FALSE_HELLO:
		line_false_hello(line);
		break;
	case ZRTP_ACTION_FAILED:
		line_failed(c, line, metrics_failure_of(action->error.code, action->error.remote));
		break;
	case ZRTP_ACTION_CLEARED:	/* no session here allows it: nothing leaves in clear */
	case ZRTP_ACTION_TX_CLEAR:
		line_failed(c, line, METRIC_FAILED_HERE);
		break;
	}
}
