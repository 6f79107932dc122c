// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One of our engines and one libbzrtp, joined by a queue, in simulated time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "bzrtp_link.h"

#define CALL_MS		15000
#define STEP_MS		10
#define OUR_SSRC	0x0badcafe
#define OUR_SSRC_MORE	0x0badbeef

#define REQUIRE(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #x);	\
		abort();						\
	}								\
} while (0)

static void enqueue(struct link *link, bool for_us, const uint8_t *data, size_t len)
{
	struct datagram *d = &link->queue[(link->head + link->queued) % LINK_QUEUE_MAX];

	/* Any generator will do that repeats itself from its seed. */
	link->rng = link->rng * 1664525 + 1013904223;
	if ((link->rng >> 16) % 100 < link->loss_percent)
		return;
	REQUIRE(link->queued < LINK_QUEUE_MAX && len <= sizeof(d->data));
	link->queued++;
	d->for_us = for_us;
	d->len = len;
	memcpy(d->data, data, len);
}

static void from_them(void *arg, const uint8_t *data, size_t len)
{
	enqueue(arg, true, data, len);
}

static void our_actions(struct link *link)
{
	struct our_end *u = &link->us;
	struct zrtp_packet pkt;
	struct zrtp_action a;

	while (zrtp_session_next(u->session, &a) > 0) {
		switch (a.type) {
		case ZRTP_ACTION_SEND:
			REQUIRE(!zrtp_packet_parse(a.packet.data, a.packet.len, &pkt));
			if (link->drop_our_hello_ack && pkt.type == ZRTP_MSG_HELLO_ACK)
				break;
			enqueue(link, false, a.packet.data, a.packet.len);
			u->sent++;
			break;
		case ZRTP_ACTION_FALSE_HELLO:
			u->false_hellos++;
			break;
		case ZRTP_ACTION_PEER:
			/* Only ever one peer: a ZID that we do not know yet is its first. */
			memcpy(u->peer.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
			REQUIRE(!zrtp_session_peer(u->session, link->now, &u->peer));
			break;
		case ZRTP_ACTION_KEY_RX:
			u->rx = a.srtp;
			break;
		case ZRTP_ACTION_KEY_TX:
			u->tx = a.srtp;
			break;
		case ZRTP_ACTION_SECURE:
			u->secure = true;
			u->secured = a;
			break;
		case ZRTP_ACTION_RETAIN:
			u->retain = a;
			break;
		case ZRTP_ACTION_FAILED:
			u->failed = true;
			u->error = a.error.code;
			break;
		default:
			break;
		}
	}
}

static void deliver(struct link *link)
{
	while (link->queued) {
		struct datagram d = link->queue[link->head];

		link->head = (link->head + 1) % LINK_QUEUE_MAX;
		link->queued--;
		if (d.for_us) {
			zrtp_session_packet(link->us.session, link->now, d.data, d.len);
			our_actions(link);
		} else {
			their_packet(&link->them, d.data, d.len);
		}
	}
}

void link_open(struct link *link)
{
	memset(link, 0, sizeof(*link));
	link->now = 1000;
	link->rng = 1;
	memcpy(link->us.peer.own_zid, "our own ZID.", ZRTP_ZID_LEN);
	snprintf(link->us.config.client_id, sizeof(link->us.config.client_id), "sotto");
	link->us.config.ssrc = OUR_SSRC;
	their_open(&link->them, ":memory:");
	link->them.send = from_them;
	link->them.arg = link;
}

void link_close(struct link *link)
{
	zrtp_session_free(link->us.session);
	their_close(&link->them);
}

static void our_new(struct link *link, const struct zrtp_suite *suite, uint8_t seed_octet)
{
	struct our_end fresh = { .config = link->us.config, .peer = link->us.peer };
	uint8_t seed[ZRTP_SEED_LEN] = { seed_octet };

	fresh.config.hashes[0] = suite->hash;
	fresh.config.ciphers[0] = suite->cipher;
	fresh.config.auth_tags[0] = suite->auth_tag;
	fresh.config.agreements[0] = suite->agreement;
	fresh.config.sas_types[0] = suite->sas_type;
	zrtp_session_free(link->us.session);
	link->us = fresh;
	REQUIRE(!zrtp_session_new(&link->us.session, &link->us.config, seed));
}

bool link_can(const struct zrtp_suite *s)
{
	return they_know(THEIR_HASH, zrtp_algo(ZRTP_KIND_HASH, s->hash)->block) &&
	       they_know(THEIR_CIPHER, zrtp_algo(ZRTP_KIND_CIPHER, s->cipher)->block) &&
	       they_know(THEIR_AUTH_TAG, zrtp_algo(ZRTP_KIND_AUTH_TAG, s->auth_tag)->block) &&
	       they_know(THEIR_AGREEMENT, zrtp_algo(ZRTP_KIND_AGREEMENT, s->agreement)->block) &&
	       they_know(THEIR_SAS, zrtp_algo(ZRTP_KIND_SAS, s->sas_type)->block);
}

static void their_new(struct link *link, const struct zrtp_suite *suite)
{
	struct their_offer offer;

	strcpy(offer.hash, zrtp_algo(ZRTP_KIND_HASH, suite->hash)->block);
	strcpy(offer.cipher, zrtp_algo(ZRTP_KIND_CIPHER, suite->cipher)->block);
	strcpy(offer.auth_tag, zrtp_algo(ZRTP_KIND_AUTH_TAG, suite->auth_tag)->block);
	strcpy(offer.agreement, zrtp_algo(ZRTP_KIND_AGREEMENT, suite->agreement)->block);
	strcpy(offer.sas_type, zrtp_algo(ZRTP_KIND_SAS, suite->sas_type)->block);
	their_start(&link->them, &offer, link->now);
}

/* What SDP would do before the first packet. */
static void signal_hellos(struct link *link)
{
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
	char text[ZRTP_HELLO_HASH_TEXT];

	REQUIRE(!zrtp_session_hello_hash(link->us.session, link->us.peer.own_zid, hash));
	hash[31] ^= link->signalling == LINK_OURS_FALSE;
	REQUIRE(!zrtp_hello_hash_format(hash, text, sizeof(text)));
	their_expect_hello(&link->them, text);
	their_hello_hash(&link->them, text, sizeof(text));
	REQUIRE(!zrtp_hello_hash_parse(text, hash));
	hash[31] ^= link->signalling == LINK_THEIRS_FALSE;
	REQUIRE(!zrtp_session_expect_hello(link->us.session, link->now, hash));
}

static void run(struct link *link, const bool *they_are_secure)
{
	uint64_t end = link->now + CALL_MS;

	while (link->now < end && !(link->us.secure && *they_are_secure) && !link->us.failed) {
		deliver(link);
		link->now += STEP_MS;
		their_tick(&link->them, link->now);
		zrtp_session_tick(link->us.session, link->now);
		our_actions(link);
	}
}

void link_call(struct link *link, const struct zrtp_suite *suite, enum zrtp_role role,
	       uint8_t seed)
{
	link->queued = 0;
	link->drop_our_hello_ack = role == ZRTP_ROLE_INITIATOR;
	our_new(link, suite, seed);
	their_new(link, suite);
	if (link->signalling)
		signal_hellos(link);
	if (role != ZRTP_ROLE_RESPONDER)
		REQUIRE(!zrtp_session_start(link->us.session, link->now, &link->us.peer));
	our_actions(link);
	run(link, &link->them.secure);
}

void link_more(struct link *link, enum zrtp_role role, uint8_t seed_octet)
{
	struct our_end fresh = { .config = link->us.config, .peer = link->us.peer };
	struct zrtp_master master = link->us.secured.secure.master;
	uint8_t seed[ZRTP_SEED_LEN] = { seed_octet };

	link->queued = 0;
	link->drop_our_hello_ack = role == ZRTP_ROLE_INITIATOR;
	fresh.config.ssrc = OUR_SSRC_MORE;
	zrtp_session_free(link->us.session);
	link->us = fresh;
	REQUIRE(!zrtp_session_new(&link->us.session, &link->us.config, seed));
	REQUIRE(!zrtp_session_multistream(link->us.session, &master, &link->us.peer));
	their_more(&link->them, link->now);
	if (role != ZRTP_ROLE_RESPONDER)
		REQUIRE(!zrtp_session_start(link->us.session, link->now, &link->us.peer));
	our_actions(link);
	run(link, &link->them.more_secure);
}

void link_store(struct link *link)
{
	struct zrtp_peer *p = &link->us.peer;

	memcpy(p->rs1, link->us.retain.retain.rs1, ZRTP_SECRET_LEN);
	memcpy(p->rs2, link->us.retain.retain.rs2, ZRTP_SECRET_LEN);
	p->has_rs1 = true;
	p->has_rs2 = link->us.retain.retain.has_rs2;
}
