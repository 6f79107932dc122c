// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fresh keys for a running call: its program has begun its sequence anew, or a key
 * has been used nearly as often as it may.
 *
 * Another exchange on the same flow, in ZRTP's Multistream mode: the SAS and what is
 * known of the peer stay, nobody is asked, nothing rings. A session beside the call's
 * own makes it, so that the call loses nothing when it fails. Make before break:
 *
 *	both	the new rx key is installed beside the old one before the other end
 *		can send with it
 *	both	tx changes by ZRTP's own order: the responder's at Confirm2, the
 *		initiator's when it knows that the responder has the keys
 *	both	the old rx key goes a moment after the other end has used the new one
 *
 * Whatever is lost or killed in between, each end then receives what the other sends.
 */
#include "calls_priv.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "clock.h"
#include "log.h"

#define LIFE_MS		12000	/* of an exchange; ZRTP's own repetitions end before */
#define GRACE_MS	1000	/* for packets that are still under way with the old key */
#define SETTLE_MS	3000	/* for the other end to show that it uses the new one */
#define AGAIN_MS	1000	/* after one that failed; doubles */
#define TRIES_MAX	4	/* then something must happen before we try again */
#define LIMIT_EVERY_MS	10000
#define LIMIT_BURST	4
#define STUCK_MS	200	/* without a packet, while the kernel refuses some */

void rekey_init(struct line *line)
{
	line->rekey = (struct rekey){ .old_rx = CLOCK_NEVER, .give_up = CLOCK_NEVER };
}

/* So many at once, and then one in a while: each place is worth LIMIT_EVERY_MS. */
bool rekey_limited(uint64_t *limit, uint64_t now)
{
	if (*limit > now + (LIMIT_BURST - 1) * LIMIT_EVERY_MS)
		return true;
	*limit = (*limit > now ? *limit : now) + LIMIT_EVERY_MS;
	return false;
}

static uint64_t limit_ends(uint64_t limit)
{
	uint64_t burst = (LIMIT_BURST - 1) * LIMIT_EVERY_MS;

	return limit > burst ? limit - burst : 0;
}

static bool is_possible(const struct calls *c, const struct line *line)
{
	const struct call *call = line->call;

	return c->kernel && line->has_flow && call->can_rekey && call->security.secure &&
	       call->progress != CALL_ENDED;
}

static void close_session(struct calls *c, struct line *line)
{
	struct rekey *r = &line->rekey;

	if (r->session)
		engine_close(c->engine, r->session);
	r->session = 0;
	r->ours = false;
	r->keyed = false;
	r->give_up = CLOCK_NEVER;
}

void rekey_close(struct calls *c, struct line *line)
{
	close_session(c, line);
	line->rekey.old_rx = CLOCK_NEVER;
	line->rekey.settling = false;
}

void rekey_want(struct calls *c, struct line *line, const char *why)
{
	if (!is_possible(c, line)) {
		log_debug("call %llu: %s, and the other end cannot change keys",
			  (unsigned long long)line->id, why);
		return;
	}
	log_debug("call %llu: %s", (unsigned long long)line->id, why);
	line->call->rekey = true;
	line->rekey.tries = 0;
	line_changed(line);	/* recorded: the next sottod would do it */
}

/* The keys that are installed stay: the other end may be using them. */
static void failed(struct calls *c, struct line *line)
{
	struct rekey *r = &line->rekey;
	bool ours = r->ours;

	close_session(c, line);
	metrics_count(METRIC_REKEYS_FAILED);
	if (!ours)
		return;
	r->again = clock_ms() + ((uint64_t)AGAIN_MS << r->tries);
	if (++r->tries < TRIES_MAX)
		return;
	log_warning("call %llu: the other end does not agree on fresh keys",
		    (unsigned long long)line->id);
	line->call->rekey = false;
	line_changed(line);
}

void rekey_lost(struct calls *c, struct line *line)
{
	if (line->rekey.session)
		failed(c, line);
}

static int begin(struct calls *c, struct line *line, bool ours)
{
	const struct call *call = line->call;
	struct zrtp_peer peer = { 0 };
	struct rekey *r = &line->rekey;
	uint32_t ssrc;
	int err;

	close_session(c, line);
	randombytes_buf(&ssrc, sizeof(ssrc));
	err = engine_open(c->engine, c->last_session + 1, ssrc);
	if (err)
		return err;
	r->session = ++c->last_session;
	r->ours = ours;
	r->give_up = clock_ms() + LIFE_MS;
	memcpy(peer.own_zid, call->own_zid, ZRTP_ZID_LEN);
	memcpy(peer.peer_zid, call->peer_zid, ZRTP_ZID_LEN);
	err = engine_multistream(c->engine, r->session, &call->master, &peer);
	if (!err && ours)
		err = engine_start(c->engine, r->session, &peer);
	return err;
}

static void try(struct calls *c, struct line *line, bool ours)
{
	int err = begin(c, line, ours);

	if (!err)
		return;
	log_errno(err, "fresh keys cannot be agreed on");
	failed(c, line);
}

/* May keys be replaced that the other end has perhaps not taken up yet? */
static bool is_settled(const struct rekey *r, uint64_t now)
{
	return !r->settling || now >= r->settled;
}

void rekey_asked(struct calls *c, struct line *line)
{
	struct rekey *r = &line->rekey;
	uint64_t now = clock_ms();

	/* It repeats its Hello: what cannot be now can be a little later. */
	if (!is_possible(c, line) || r->keyed || !is_settled(r, now) ||
	    rekey_limited(&r->their_limit, now))
		return;
	try(c, line, false);
}

static bool kernel_did(struct calls *c, struct line *line, int err, const char *what)
{
	if (!err)
		return true;
	log_errno(err, "%s failed, %s", what, kernel_error(c->kernel));
	failed(c, line);
	return false;
}

/* The key that the other end has ceased to use is wiped. */
static int drop_old_rx(struct calls *c, struct line *line)
{
	int err = sotto_flow_set_state(kernel_requests(c->kernel), line->flow.id, SOTTO_DIR_RX,
				       SOTTO_STATE_SECURE);

	line->rekey.old_rx = CLOCK_NEVER;
	line->rekey.settling = false;
	return err;
}

/* A "next" that is in use must not be replaced: then it is the current one by now. */
static void install_rx(struct calls *c, struct line *line, const struct zrtp_action *action)
{
	struct sotto_flow flow;
	int err = sotto_flow_get(kernel_requests(c->kernel), line->flow.id, &flow);

	if (!err && flow.flags & SOTTO_FLOW_F_NEXT_HEARD)
		err = drop_old_rx(c, line);
	err = err ?: kernel_key(c->kernel, line->flow.id, SOTTO_DIR_RX, &action->srtp);
	if (kernel_did(c, line, err, "installing a fresh key"))
		line->rekey.keyed = true;
}

static void switch_tx(struct calls *c, struct line *line)
{
	int err = sotto_flow_set_state(kernel_requests(c->kernel), line->flow.id, SOTTO_DIR_TX,
				       SOTTO_STATE_SECURE);

	if (!kernel_did(c, line, err, "changing to a fresh key"))
		return;
	line->flow.tx = SOTTO_STATE_SECURE;
	/* Where no media flows this shows the other end that we use it. */
	control_resume(&line->call->control, clock_ms());
}

static void done(struct calls *c, struct line *line, const struct zrtp_action *action)
{
	struct rekey *r = &line->rekey;
	uint64_t session = r->session, now = clock_ms();

	metrics_count(METRIC_REKEYS_SECURE);
	stream_spent(c, line, &action->secure.master);
	line->call->rekey = false;
	line_changed(line);
	/* It answers what is repeated, in the place of the one before. */
	if (line->session)
		engine_close(c->engine, line->session);
	line->session = session;
	line->agreed = true;
	r->session = 0;
	close_session(c, line);
	r->tries = 0;
	r->settling = true;
	r->settled = now + SETTLE_MS;
	/* The initiator has just learnt that the responder sends with its new key. */
	if (action->secure.role == ZRTP_ROLE_INITIATOR)
		r->old_rx = now + GRACE_MS;
	log_debug("call %llu has fresh keys", (unsigned long long)line->id);
}

void rekey_zrtp(struct calls *c, struct line *line, const struct zrtp_action *action)
{
	struct rekey *r = &line->rekey;
	int err;

	switch (action->type) {
	case ZRTP_ACTION_SEND:
		err = kernel_send(c->kernel, line->flow.id, SOTTO_PACKET_ZRTP,
				  action->packet.data, action->packet.len);
		if (err)
			log_debug("a ZRTP packet was not sent: %s", strerror(-err));
		break;
	case ZRTP_ACTION_KEY_RX:
		install_rx(c, line, action);
		break;
	case ZRTP_ACTION_KEY_TX:
		err = kernel_key(c->kernel, line->flow.id, SOTTO_DIR_TX, &action->srtp);
		kernel_did(c, line, err, "installing a fresh key");
		break;
	case ZRTP_ACTION_RX_SECURE:	/* the old key still receives as well */
		break;
	case ZRTP_ACTION_TX_SECURE:
		switch_tx(c, line);
		break;
	case ZRTP_ACTION_SECURE:
		done(c, line, action);
		break;
	case ZRTP_ACTION_ANEW:	/* the other sottod has been started again */
		if (action->anew.same_call && !r->keyed)
			rekey_asked(c, line);
		break;
	case ZRTP_ACTION_NO_ZRTP:
	case ZRTP_ACTION_FAILED:
		failed(c, line);
		break;
	case ZRTP_ACTION_PEER:	/* none of these comes in Multistream mode */
	case ZRTP_ACTION_CONTEND:
	case ZRTP_ACTION_YIELDED:
	case ZRTP_ACTION_RETAIN:
	case ZRTP_ACTION_CLEARED:	/* nor this, which no session here allows */
	case ZRTP_ACTION_TX_CLEAR:
	case ZRTP_ACTION_CLEAR_REFUSED:
	case ZRTP_ACTION_RELAY:
	case ZRTP_ACTION_FALSE_HELLO:
		break;
	}
}

void rekey_see(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	struct rekey *r = &line->rekey;

	if (!(flow->flags & SOTTO_FLOW_F_NEXT_HEARD))
		return;
	/* As good as Conf2ACK, RFC 6189 4.6. */
	if (r->session && r->keyed)
		engine_srtp_authenticated(c->engine, r->session);
	if (r->old_rx == CLOCK_NEVER)
		r->old_rx = clock_ms() + GRACE_MS;
}

void rekey_look(struct calls *c, struct line *line, const struct sotto_flow *flow)
{
	uint64_t refused = flow->stats[SOTTO_A_STATS_DROP_TX_REPEAT];

	if (refused > line->flow.stats[SOTTO_A_STATS_DROP_TX_REPEAT] &&
	    flow->idle_tx_ms >= STUCK_MS && !line->call->rekey)
		rekey_want(c, line, "its program is not heard any more");
}

/* When this end begins an exchange, if it wants one. */
static uint64_t begins(const struct line *line)
{
	const struct rekey *r = &line->rekey;
	uint64_t at = r->again;

	if (!line->call->rekey || r->session)
		return CLOCK_NEVER;
	if (r->settling && r->settled > at)
		at = r->settled;
	if (limit_ends(r->own_limit) > at)
		at = limit_ends(r->own_limit);
	return at;
}

void rekey_run(struct calls *c, struct line *line, uint64_t now)
{
	struct rekey *r = &line->rekey;
	int err;

	if (!is_possible(c, line)) {
		if (r->session && line->call->progress == CALL_ENDED)
			close_session(c, line);
		return;
	}
	if (now >= r->old_rx) {
		err = drop_old_rx(c, line);
		if (err)
			log_errno(err, "an old key could not be wiped, %s",
				  kernel_error(c->kernel));
	}
	if (r->session && now >= r->give_up)
		failed(c, line);
	if (now >= begins(line) && !rekey_limited(&r->own_limit, now))
		try(c, line, true);
}

uint64_t rekey_deadline(const struct calls *c, const struct line *line)
{
	const struct rekey *r = &line->rekey;
	uint64_t first = begins(line);

	if (!is_possible(c, line))
		return CLOCK_NEVER;
	if (r->old_rx < first)
		first = r->old_rx;
	return r->give_up < first ? r->give_up : first;
}
