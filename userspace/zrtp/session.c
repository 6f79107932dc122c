// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The protocol as one table of (state, message) to handler, and what drives it:
 * packets in, timers, actions out.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "session.h"

/* Any Error is answered with ErrorACK; what else comes of it is by state. */
static int any_error(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);
static int error_error_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt);

/*
 * What is not here is dropped without an answer. A message that repeats the one
 * that brought us into a state is answered with the same bytes as before.
 */
static const zrtp_handler handlers[ZRTP_STATES][ZRTP_MESSAGES] = {
	[ZRTP_STATE_LISTEN] = {
		[ZRTP_MSG_HELLO]	= zrtp_listen_hello,
		[ZRTP_MSG_HELLO_ACK]	= zrtp_listen_hello_ack,
		[ZRTP_MSG_COMMIT]	= zrtp_discovery_commit,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_DISCOVERY] = {
		[ZRTP_MSG_HELLO]	= zrtp_discovery_hello,
		[ZRTP_MSG_HELLO_ACK]	= zrtp_discovery_hello_ack,
		[ZRTP_MSG_COMMIT]	= zrtp_discovery_commit,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_COMMIT] = {
		[ZRTP_MSG_HELLO]	= zrtp_later_hello,
		[ZRTP_MSG_COMMIT]	= zrtp_commit_commit,
		[ZRTP_MSG_DHPART1]	= zrtp_commit_dhpart1,
		[ZRTP_MSG_CONFIRM1]	= zrtp_commit_confirm1,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_DHPART1] = {
		[ZRTP_MSG_HELLO]	= zrtp_later_hello,
		[ZRTP_MSG_COMMIT]	= zrtp_dhpart1_commit,
		[ZRTP_MSG_DHPART2]	= zrtp_dhpart1_dhpart2,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_DHPART2] = {
		[ZRTP_MSG_HELLO]	= zrtp_later_hello,
		[ZRTP_MSG_CONFIRM1]	= zrtp_dhpart2_confirm1,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_CONFIRM1] = {
		[ZRTP_MSG_HELLO]	= zrtp_later_hello,
		[ZRTP_MSG_COMMIT]	= zrtp_confirm1_commit,
		[ZRTP_MSG_DHPART2]	= zrtp_confirm1_dhpart2,
		[ZRTP_MSG_CONFIRM2]	= zrtp_confirm1_confirm2,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_CONFIRM2] = {
		[ZRTP_MSG_HELLO]	= zrtp_later_hello,
		[ZRTP_MSG_CONF2ACK]	= zrtp_confirm2_conf2ack,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_SECURE] = {		/* no Error ends what is agreed */
		[ZRTP_MSG_HELLO]	= zrtp_secure_hello,
		[ZRTP_MSG_CONFIRM2]	= zrtp_secure_confirm2,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_GOCLEAR]	= zrtp_secure_goclear,
		[ZRTP_MSG_SASRELAY]	= zrtp_secure_sasrelay,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_CLEARING] = {
		[ZRTP_MSG_CONFIRM2]	= zrtp_secure_confirm2,
		[ZRTP_MSG_ERROR]	= zrtp_clearing_error,
		[ZRTP_MSG_GOCLEAR]	= zrtp_secure_goclear,
		[ZRTP_MSG_CLEAR_ACK]	= zrtp_clearing_clear_ack,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_CLEAR] = {
		[ZRTP_MSG_HELLO]	= zrtp_secure_hello,
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_GOCLEAR]	= zrtp_clear_goclear,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_ERROR] = {
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_ERROR_ACK]	= error_error_ack,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
	[ZRTP_STATE_OVER] = {
		[ZRTP_MSG_ERROR]	= any_error,
		[ZRTP_MSG_PING]		= zrtp_any_ping,
	},
};

/*
 * The nth draw is the stream of the nth subkey of the seed: repeatable in a
 * test, and no two draws ever overlap.
 */
void zrtp_random(struct zrtp_session *s, void *buf, size_t len)
{
	uint8_t key[randombytes_SEEDBYTES];

	crypto_kdf_derive_from_key(key, sizeof(key), s->draws++, "zrtprand", s->seed);
	randombytes_buf_deterministic(buf, len, key);
	sodium_memzero(key, sizeof(key));
}

struct zrtp_action *zrtp_act(struct zrtp_session *s, enum zrtp_action_type type)
{
	struct zrtp_action *action = &s->queue[(s->head + s->queued++) % ZRTP_ACTIONS_MAX].action;

	memset(action, 0, sizeof(*action));
	action->type = type;
	return action;
}

/* The message never changes when it is repeated; the header's sequence number does. */
void zrtp_send(struct zrtp_session *s, const uint8_t *msg, size_t len)
{
	struct zrtp_queued *q = &s->queue[(s->head + s->queued) % ZRTP_ACTIONS_MAX];
	struct zrtp_action *action = zrtp_act(s, ZRTP_ACTION_SEND);

	action->packet.data = q->packet;
	action->packet.len = zrtp_packet_build(q->packet, sizeof(q->packet), s->seq++, s->ssrc,
					       msg, len);
	s->told += action->packet.len;
}

void zrtp_send_ack(struct zrtp_session *s, enum zrtp_message type)
{
	uint8_t ack[ZRTP_MESSAGE_HEADER_LEN];

	zrtp_ack_build(ack, sizeof(ack), type);
	zrtp_send(s, ack, sizeof(ack));
}

void zrtp_send_t2(struct zrtp_session *s, uint64_t now, const uint8_t *msg, size_t len)
{
	s->t2_msg = msg;
	s->t2_len = len;
	zrtp_timer_start(&s->t2, now, ZRTP_T2_FIRST);
	zrtp_send(s, msg, len);
}

void zrtp_enter(struct zrtp_session *s, enum zrtp_state state)
{
	s->state = state;
	zrtp_timer_stop(&s->t1);
	zrtp_timer_stop(&s->t2);
	s->idle = ZRTP_NEVER;
	s->doubt = ZRTP_NEVER;
}

bool zrtp_in_progress(const struct zrtp_session *s)
{
	return s->state >= ZRTP_STATE_COMMIT && s->state <= ZRTP_STATE_CONFIRM2;
}

void zrtp_wipe(struct zrtp_session *s)
{
	uint8_t own_zid[ZRTP_ZID_LEN];

	memcpy(own_zid, s->peer.own_zid, sizeof(own_zid));
	sodium_memzero(&s->peer, sizeof(s->peer));
	memcpy(s->peer.own_zid, own_zid, sizeof(own_zid));
	sodium_memzero(&s->dh, sizeof(s->dh));
	sodium_memzero(&s->keys, sizeof(s->keys));
	sodium_memzero(&s->master, sizeof(s->master));
	sodium_memzero(&s->chain, sizeof(s->chain));
	sodium_memzero(&s->peer_confirm, sizeof(s->peer_confirm));
	sodium_memzero(s->seed, sizeof(s->seed));
}

static void tell_failed(struct zrtp_session *s, enum zrtp_error code, bool remote)
{
	struct zrtp_action *action = zrtp_act(s, ZRTP_ACTION_FAILED);

	action->error.code = code;
	action->error.remote = remote;
}

void zrtp_end(struct zrtp_session *s, enum zrtp_error code, bool remote)
{
	tell_failed(s, code, remote);
	zrtp_wipe(s);
	zrtp_enter(s, ZRTP_STATE_OVER);
}

int zrtp_fail(struct zrtp_session *s, uint64_t now, enum zrtp_error code)
{
	bool repeat = s->state != ZRTP_STATE_LISTEN;

	zrtp_error_build(s->error, sizeof(s->error), code);
	if (!repeat) {
		zrtp_send(s, s->error, sizeof(s->error));
		zrtp_end(s, code, false);
		return 0;
	}
	tell_failed(s, code, false);
	zrtp_wipe(s);
	zrtp_enter(s, ZRTP_STATE_ERROR);
	zrtp_send_t2(s, now, s->error, sizeof(s->error));
	return 0;
}

/*
 * Neither an Error nor a malformed message nor a wrong MAC proves that the peer sent it.
 * RFC 6189 9 wants such packets unused while correct ones still come, so the
 * exchange gets some time to go on, and fails when it does not.
 */
void zrtp_doubt(struct zrtp_session *s, uint64_t now, enum zrtp_error code, bool remote)
{
	if (s->doubt != ZRTP_NEVER)
		return;
	s->doubt = now + ZRTP_DOUBT_MS;
	s->doubt_code = code;
	s->doubt_remote = remote;
}

int zrtp_malformed(struct zrtp_session *s, uint64_t now)
{
	if (zrtp_in_progress(s))
		zrtp_doubt(s, now, ZRTP_ERROR_MALFORMED, false);
	return -EBADMSG;
}

static int any_error(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	uint32_t code;

	if (zrtp_error_parse(pkt->msg, pkt->msg_len, &code))
		return -EBADMSG;
	zrtp_send_ack(s, ZRTP_MSG_ERROR_ACK);
	if (s->state == ZRTP_STATE_DISCOVERY || zrtp_in_progress(s))
		zrtp_doubt(s, now, code, true);
	return 0;
}

static int error_error_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (pkt->msg_len != ZRTP_MESSAGE_HEADER_LEN)
		return -EBADMSG;
	zrtp_enter(s, ZRTP_STATE_OVER);
	return 0;
}

int zrtp_session_new(struct zrtp_session **out, const struct zrtp_config *config,
		     const uint8_t seed[ZRTP_SEED_LEN])
{
	uint8_t h0[ZRTP_IMAGE_LEN];
	struct zrtp_offer offer;
	struct zrtp_session *s;
	size_t id_len = strnlen(config->client_id, sizeof(config->client_id));
	int r;

	if (id_len > ZRTP_CLIENT_ID_LEN)
		return -EINVAL;
	r = zrtp_offer_from_config(config, &offer);
	if (r)
		return r;
	if (sodium_init() < 0)
		return -ENOMEM;
	s = sodium_malloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	memset(s, 0, sizeof(*s));
	s->passive = config->passive;
	s->allow_clear = config->allow_clear;
	s->disclosure = config->disclosure;
	s->ssrc = config->ssrc;
	s->offer = offer;
	memset(s->client_id, ' ', sizeof(s->client_id));
	memcpy(s->client_id, config->client_id, id_len);
	memcpy(s->seed, seed, ZRTP_SEED_LEN);

	zrtp_random(s, h0, sizeof(h0));
	zrtp_chain_init(&s->chain, h0);
	sodium_memzero(h0, sizeof(h0));
	zrtp_random(s, s->endpoint_hash, sizeof(s->endpoint_hash));
	zrtp_random(s, &s->seq, sizeof(s->seq));
	/* libbzrtp takes a wrapped number for an old packet: begin in the lower half. */
	s->seq &= 0x7fff;
	zrtp_enter(s, ZRTP_STATE_LISTEN);
	*out = s;
	return 0;
}

void zrtp_session_free(struct zrtp_session *s)
{
	sodium_free(s);	/* wipes */
}

int zrtp_finish(struct zrtp_session *s, uint64_t now, int r)
{
	if (!r || r == -EBADMSG)
		return r;
	zrtp_fail(s, now, ZRTP_ERROR_SOFTWARE);
	return 0;
}

bool zrtp_queue_has_room(const struct zrtp_session *s)
{
	return ZRTP_ACTIONS_MAX - s->queued >= ZRTP_ACTIONS_PER_CALL;
}

/*
 * Whom we call, unless our owner has told us of somebody who calls. Our Hello may be made
 * already, for the signalling: then it keeps its ZID.
 */
static int take_peer(struct zrtp_session *s, const struct zrtp_peer *peer)
{
	uint8_t own_zid[ZRTP_ZID_LEN];

	if (s->peer_told)
		return 0;
	memcpy(own_zid, s->own_hello.len ? s->peer.own_zid : peer->own_zid, ZRTP_ZID_LEN);
	s->peer = *peer;
	memcpy(s->peer.own_zid, own_zid, ZRTP_ZID_LEN);
	s->peer_told = !sodium_is_zero(peer->peer_zid, ZRTP_ZID_LEN);
	return s->own_hello.len ? 0 : zrtp_hello_make(s);
}

int zrtp_session_start(struct zrtp_session *s, uint64_t now, const struct zrtp_peer *peer)
{
	int r;

	if (s->started || s->state != ZRTP_STATE_LISTEN || peer->aux_len > ZRTP_AUX_MAX)
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	s->started = true;
	s->proven = true;
	r = take_peer(s, peer);
	if (r)
		return zrtp_finish(s, now, r);
	zrtp_enter(s, ZRTP_STATE_DISCOVERY);
	if (!s->hello_answered) {
		zrtp_send(s, s->own_hello.data, s->own_hello.len);
		zrtp_timer_start(&s->t1, now, ZRTP_T1_FIRST);
	}
	return zrtp_finish(s, now, zrtp_discover(s, now));
}

int zrtp_session_peer(struct zrtp_session *s, uint64_t now, const struct zrtp_peer *peer)
{
	uint8_t own_zid[ZRTP_ZID_LEN];
	int r = 0;

	if (!s->peer_asked || peer->aux_len > ZRTP_AUX_MAX ||
	    memcmp(peer->peer_zid, s->asked_zid, ZRTP_ZID_LEN))
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	memcpy(own_zid, s->peer.own_zid, ZRTP_ZID_LEN);
	s->peer = *peer;
	s->peer_told = true;
	if (s->own_hello.len)
		memcpy(s->peer.own_zid, own_zid, ZRTP_ZID_LEN);
	else
		r = zrtp_hello_make(s);
	s->peer_asked = false;
	if (!r && s->state == ZRTP_STATE_LISTEN)
		zrtp_send(s, s->own_hello.data, s->own_hello.len);
	return zrtp_finish(s, now, r ?: zrtp_discover(s, now));
}

int zrtp_session_refuse(struct zrtp_session *s, uint64_t now)
{
	if (s->state > ZRTP_STATE_CONFIRM2)
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	return zrtp_fail(s, now, ZRTP_ERROR_UNAVAILABLE);
}

int zrtp_session_packet(struct zrtp_session *s, uint64_t now, const uint8_t *data, size_t len)
{
	struct zrtp_packet pkt;
	zrtp_handler handler;
	int r;

	if (zrtp_packet_parse(data, len, &pkt))
		return -EBADMSG;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	/* RFC 6189 4.1; once secure, the media itself tells the two sources apart. */
	if (pkt.ssrc == s->ssrc && s->state <= ZRTP_STATE_CONFIRM2)
		return s->mult ? -EBADMSG : zrtp_fail(s, now, ZRTP_ERROR_SSRC);
	s->heard += len;
	handler = handlers[s->state][pkt.type];
	r = handler ? handler(s, now, &pkt) : -EBADMSG;
	if (!r && s->idle != ZRTP_NEVER)
		s->idle = now + ZRTP_RESPONDER_IDLE;
	return zrtp_finish(s, now, r);
}

static void tick_t1(struct zrtp_session *s, uint64_t now)
{
	enum zrtp_due due = zrtp_t1_due(&s->t1, now, s->peer_speaks);

	if (due == ZRTP_DUE_NOTHING)
		return;
	zrtp_send(s, s->own_hello.data, s->own_hello.len);
	if (due == ZRTP_DUE_LAST_SEND && !s->peer_speaks)
		zrtp_act(s, ZRTP_ACTION_NO_ZRTP);
}

/* Whoever has forged a source address does not get us to repeat ourselves to it at length. */
static bool may_repeat(const struct zrtp_session *s)
{
	return s->proven ||
	       s->told + s->t2_len + ZRTP_OVERHEAD <= ZRTP_UNPROVEN_FACTOR * s->heard;
}

static void tick_t2(struct zrtp_session *s, uint64_t now)
{
	switch (zrtp_t2_due(&s->t2, now)) {
	case ZRTP_DUE_SEND:
		if (may_repeat(s))
			zrtp_send(s, s->t2_msg, s->t2_len);
		break;
	case ZRTP_DUE_EXHAUSTED:
		if (s->state == ZRTP_STATE_ERROR)
			zrtp_enter(s, ZRTP_STATE_OVER);
		else if (s->state == ZRTP_STATE_CLEARING)
			zrtp_clearing_unanswered(s);
		else
			zrtp_fail(s, now, ZRTP_ERROR_TIMEOUT);
		break;
	default:
		break;
	}
}

int zrtp_session_tick(struct zrtp_session *s, uint64_t now)
{
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	if (now >= s->doubt) {
		if (s->doubt_remote)
			zrtp_end(s, s->doubt_code, true);
		else
			zrtp_fail(s, now, s->doubt_code);
		return 0;
	}
	if (now >= s->idle) {
		/* Nothing has proven yet that the initiator is where its packets say. */
		if (s->state == ZRTP_STATE_DHPART1)
			zrtp_end(s, ZRTP_ERROR_TIMEOUT, false);
		else
			zrtp_fail(s, now, ZRTP_ERROR_TIMEOUT);
		return 0;
	}
	tick_t1(s, now);
	tick_t2(s, now);
	return 0;
}

int zrtp_session_srtp_authenticated(struct zrtp_session *s, uint64_t now)
{
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	if (s->state == ZRTP_STATE_CONFIRM2)
		return zrtp_finish(s, now, zrtp_confirm2_conf2ack(s, now, NULL));
	return 0;
}

int zrtp_session_next(struct zrtp_session *s, struct zrtp_action *out)
{
	struct zrtp_action *action = &s->queue[s->head].action;

	if (!s->queued)
		return 0;
	*out = *action;
	sodium_memzero(action, sizeof(*action));
	s->head = (s->head + 1) % ZRTP_ACTIONS_MAX;
	s->queued--;
	return 1;
}

uint64_t zrtp_session_deadline(const struct zrtp_session *s)
{
	const uint64_t due[] = { s->t1.due, s->t2.due, s->idle, s->doubt };
	uint64_t first = ZRTP_NEVER;

	for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++)
		first = due[i] < first ? due[i] : first;
	return first;
}
