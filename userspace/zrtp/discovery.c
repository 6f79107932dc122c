// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hello, HelloACK and Ping: who is there and what can it do, RFC 6189 4.1.
 */
#include <errno.h>
#include <string.h>

#include "session.h"

int zrtp_hello_make(struct zrtp_session *s)
{
	uint8_t blocks[ZRTP_KINDS][ZRTP_ALGOS_MAX * ZRTP_BLOCK_LEN];
	struct zrtp_hello hello = {
		.version = (const uint8_t *)ZRTP_VERSION,
		.client_id = (const uint8_t *)s->client_id,
		.h3 = s->chain.h[3],
		.zid = s->peer.own_zid,
	};
	int len;

	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		hello.counts[kind] = zrtp_offer_blocks(&s->offer, kind, blocks[kind]);
		hello.blocks[kind] = blocks[kind];
	}
	len = zrtp_hello_build(s->own_hello.data, sizeof(s->own_hello.data), &hello,
			       s->chain.h[2]);
	if (len < 0)
		return len;
	s->own_hello.len = len;
	return 0;
}

static void ask_peer(struct zrtp_session *s, const uint8_t *zid)
{
	struct zrtp_action *action;

	if (s->peer_asked && !memcmp(s->asked_zid, zid, ZRTP_ZID_LEN))
		return;
	s->peer_asked = true;
	memcpy(s->asked_zid, zid, ZRTP_ZID_LEN);
	action = zrtp_act(s, ZRTP_ACTION_PEER);
	memcpy(action->peer_zid, zid, ZRTP_ZID_LEN);
}

/* Does what the owner told us concern whoever sent the stored Hello? If not, ask. */
static void know_peer(struct zrtp_session *s, const uint8_t *zid)
{
	s->peer_known = s->peer_told && !memcmp(s->peer.peer_zid, zid, ZRTP_ZID_LEN);
	if (s->peer_known)
		s->peer_asked = false;
	else
		ask_peer(s, zid);
}

static bool is_stored(const struct zrtp_session *s, const struct zrtp_packet *pkt)
{
	return s->peer_hello.len == pkt->msg_len &&
	       !memcmp(s->peer_hello.data, pkt->msg, pkt->msg_len);
}

/*
 * The latest Hello counts until a Commit binds one: the peer may have been
 * started again, or have stepped down to our version.
 */
static void store(struct zrtp_session *s, const struct zrtp_packet *pkt,
		  const struct zrtp_hello *hello)
{
	memcpy(s->peer_hello.data, pkt->msg, pkt->msg_len);
	s->peer_hello.len = pkt->msg_len;
	memcpy(s->peer_h3, hello->h3, ZRTP_IMAGE_LEN);
	s->peer_mitm = hello->mitm;
	zrtp_offer_from_hello(hello, &s->peer_offer);
	know_peer(s, hello->zid);
}

/*
 * RFC 6189 4.4.3: all streams of a call bear the ZID of the first. Only who knows
 * it can say such a Hello, and none that says it can be wrong in another way.
 */
static bool is_of_the_call(const struct zrtp_packet *pkt, const uint8_t *zid)
{
	struct zrtp_offer offer;
	struct zrtp_hello hello;

	if (zrtp_hello_parse(pkt->msg, pkt->msg_len, &hello) ||
	    zrtp_version_compare(hello.version) < 0 || memcmp(hello.zid, zid, ZRTP_ZID_LEN))
		return false;
	zrtp_offer_from_hello(&hello, &offer);
	return offer.multistream;
}

/* Say our Hello again, to somebody else than the one who acknowledged it. */
static void begin_again(struct zrtp_session *s, uint64_t now)
{
	s->hello_answered = false;
	zrtp_send(s, s->own_hello.data, s->own_hello.len);
	zrtp_timer_start(&s->t1, now, ZRTP_T1_FIRST);
}

void zrtp_hello_forget(struct zrtp_session *s, uint64_t now)
{
	s->peer_hello.len = 0;
	s->peer_known = false;
	s->peer_asked = false;
	if (s->state == ZRTP_STATE_DISCOVERY)
		begin_again(s, now);
	s->hello_answered = false;
	s->ack_owed = false;
	s->repeats = 0;
}

/* What became of a Hello. */
enum heard {
	HEARD_BAD, HEARD_FALSE, HEARD_LOW, HEARD_HIGH, HEARD_OWN_ZID, HEARD_AGAIN, HEARD_NEW,
};

/* RFC 6189 8.1; not told of each that somebody forges. */
static enum heard refuse_false(struct zrtp_session *s)
{
	if (!s->false_told)
		zrtp_act(s, ZRTP_ACTION_FALSE_HELLO);
	s->false_told = true;
	return HEARD_FALSE;
}

static enum heard hear(struct zrtp_session *s, const struct zrtp_packet *pkt,
		       struct zrtp_hello *hello)
{
	const uint8_t *version;
	int order;

	if (zrtp_hello_version(pkt->msg, pkt->msg_len, &version))
		return HEARD_BAD;
	if (zrtp_hello_is_false(s, pkt->msg, pkt->msg_len))
		return refuse_false(s);
	order = zrtp_version_compare(version);
	if (s->mult && !is_of_the_call(pkt, s->peer.peer_zid))
		return HEARD_BAD;
	if (order < 0)
		return HEARD_LOW;
	if (zrtp_hello_parse(pkt->msg, pkt->msg_len, hello))
		return order > 0 ? HEARD_HIGH : HEARD_BAD;
	if (s->own_hello.len && !memcmp(hello->zid, s->peer.own_zid, ZRTP_ZID_LEN))
		return HEARD_OWN_ZID;
	if (order > 0)
		return HEARD_HIGH;
	s->peer_speaks = true;
	if (is_stored(s, pkt))
		return HEARD_AGAIN;
	store(s, pkt, hello);
	return HEARD_NEW;
}

/* Everything that a Commit of ours needs: RFC 6189 5.4. */
static int commit_if_ready(struct zrtp_session *s, uint64_t now)
{
	if (s->state != ZRTP_STATE_DISCOVERY || s->passive || !s->hello_answered ||
	    !s->peer_hello.len || !s->peer_known)
		return 0;
	return zrtp_initiate(s, now);
}

int zrtp_discover(struct zrtp_session *s, uint64_t now)
{
	struct zrtp_hello hello;

	if (!s->peer_hello.len)
		return 0;
	if (zrtp_hello_parse(s->peer_hello.data, s->peer_hello.len, &hello))
		return -EPROTO;
	if (!memcmp(hello.zid, s->peer.own_zid, ZRTP_ZID_LEN))
		return zrtp_fail(s, now, ZRTP_ERROR_EQUAL_ZID);
	know_peer(s, hello.zid);
	return commit_if_ready(s, now);
}

/* ZRTP_REPEATS_MAX says why. */
static bool may_repeat(struct zrtp_session *s, uint64_t now)
{
	if (++s->repeats <= ZRTP_REPEATS_MAX)
		return true;
	if (s->repeats % 2 || now < s->repeat_due)
		return false;
	s->repeat_due = now + ZRTP_T1_SLOW;
	return true;
}

/*
 * One Hello back for each one that came, no timer, no Commit. The HelloACK
 * waits until the peer has ours, because it would stop the repetitions that
 * this side lives from. It is given as often as it is asked for: nobody that
 * listens answers it.
 */
int zrtp_listen_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	struct zrtp_hello hello;

	switch (hear(s, pkt, &hello)) {
	case HEARD_BAD:
		return -EBADMSG;
	case HEARD_FALSE:
		return 0;	/* no answer; the owner has been told */
	case HEARD_LOW:
		return zrtp_fail(s, now, ZRTP_ERROR_VERSION);
	case HEARD_OWN_ZID:
		return zrtp_fail(s, now, ZRTP_ERROR_EQUAL_ZID);
	case HEARD_HIGH:
		if (s->own_hello.len)
			zrtp_send(s, s->own_hello.data, s->own_hello.len);
		else if (!zrtp_hello_parse(pkt->msg, pkt->msg_len, &hello))
			ask_peer(s, hello.zid);
		else
			return -EBADMSG;
		return 0;
	case HEARD_NEW:
		s->hello_answered = false;
		s->ack_owed = true;
		s->repeats = 0;
		if (!s->peer_known)
			return 0;	/* zrtp_session_peer() goes on */
		break;
	case HEARD_AGAIN:
		if (!s->peer_known)
			return 0;
		/* What acknowledged our Hello may have been anybody's: that is said as well. */
		if (s->hello_answered)
			zrtp_send_ack(s, ZRTP_MSG_HELLO_ACK);
		if (!may_repeat(s, now))
			return 0;
		break;
	}
	zrtp_send(s, s->own_hello.data, s->own_hello.len);
	return 0;
}

int zrtp_listen_hello_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (pkt->msg_len != ZRTP_MESSAGE_HEADER_LEN || !s->peer_known)
		return -EBADMSG;
	s->hello_answered = true;
	if (s->ack_owed)
		zrtp_send_ack(s, ZRTP_MSG_HELLO_ACK);
	s->ack_owed = false;
	return 0;
}

int zrtp_discovery_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	bool had_one = s->peer_hello.len;
	struct zrtp_hello hello;

	switch (hear(s, pkt, &hello)) {
	case HEARD_BAD:
		return -EBADMSG;
	case HEARD_FALSE:
		return 0;	/* no answer; the owner has been told */
	case HEARD_LOW:
		zrtp_doubt(s, now, ZRTP_ERROR_VERSION, false);
		return 0;
	case HEARD_OWN_ZID:
		return zrtp_fail(s, now, ZRTP_ERROR_EQUAL_ZID);
	case HEARD_HIGH:
	case HEARD_AGAIN:
		break;
	case HEARD_NEW:
		/*
		 * Whoever acknowledged our Hello before need not be who speaks now: where
		 * either has been started anew, it was another's, or another Hello.
		 */
		if (had_one && s->hello_answered)
			begin_again(s, now);
		else if (s->hello_answered)
			zrtp_send(s, s->own_hello.data, s->own_hello.len);
		break;
	}
	if (s->hello_answered && s->peer_hello.len)
		zrtp_timer_stop(&s->t1);
	zrtp_send_ack(s, ZRTP_MSG_HELLO_ACK);
	return commit_if_ready(s, now);
}

/*
 * Nothing shows whose it is. As long as the peer's own Hello has not come, ours goes on:
 * who only listens would never hear of us, and both would wait.
 */
int zrtp_discovery_hello_ack(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (pkt->msg_len != ZRTP_MESSAGE_HEADER_LEN)
		return -EBADMSG;
	s->hello_answered = true;
	if (s->peer_hello.len)
		zrtp_timer_stop(&s->t1);
	return commit_if_ready(s, now);
}

/* Our HelloACK was lost; a Hello that differs is not from our peer any more. */
int zrtp_later_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	if (!is_stored(s, pkt))
		return s->mult ? zrtp_secure_hello(s, now, pkt) : -EBADMSG;
	zrtp_send_ack(s, ZRTP_MSG_HELLO_ACK);
	return 0;
}

/*
 * Once there are keys, a Hello that differs may begin another exchange: our owner
 * decides. So it does while one in Multistream mode is under way: whoever began that
 * one may have been started again.
 */
int zrtp_secure_hello(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	struct zrtp_hello stored, hello;

	if (is_stored(s, pkt)) {
		zrtp_send_ack(s, ZRTP_MSG_HELLO_ACK);
		return 0;
	}
	if (zrtp_hello_parse(s->peer_hello.data, s->peer_hello.len, &stored) ||
	    zrtp_hello_parse(pkt->msg, pkt->msg_len, &hello))
		return -EBADMSG;
	zrtp_act(s, ZRTP_ACTION_ANEW)->anew.same_call = is_of_the_call(pkt, stored.zid);
	return 0;
}

/*
 * RFC 6189 5.16 wants an EndpointHash that stays the same between calls: the
 * ZID, which is per peer. Before we know who asks, a random one, or any sender
 * of a Ping could follow a person by it.
 */
int zrtp_any_ping(struct zrtp_session *s, uint64_t now, const struct zrtp_packet *pkt)
{
	uint8_t ack[ZRTP_PING_ACK_LEN];
	struct zrtp_ping ping;

	if (zrtp_ping_parse(pkt->msg, pkt->msg_len, &ping))
		return -EBADMSG;
	s->peer_speaks = true;
	zrtp_ping_ack_build(ack, sizeof(ack),
			    s->started || s->peer_told ? s->peer.own_zid : s->endpoint_hash,
			    ping.endpoint_hash, pkt->ssrc);
	zrtp_send(s, ack, sizeof(ack));
	return 0;
}
