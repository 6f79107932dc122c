/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of our engines and one libbzrtp, joined by a queue, in simulated time.
 */
#ifndef BZRTP_LINK_H
#define BZRTP_LINK_H

#include "bzrtp_theirs.h"
#include "packet.h"
#include "zrtp.h"

#define LINK_QUEUE_MAX	64

struct datagram {
	bool for_us;
	size_t len;
	uint8_t data[ZRTP_PACKET_MAX];
};

/** struct our_end - our engine, with what it told; @peer outlives the calls */
struct our_end {
	struct zrtp_session *session;
	struct zrtp_config config;
	struct zrtp_peer peer;
	struct zrtp_srtp rx, tx;
	struct zrtp_action secured, retain;
	bool secure, failed;
	unsigned int false_hellos, sent;
	enum zrtp_error error;
};

/** struct link - both, and the network between them */
struct link {
	struct our_end us;
	struct their_end them;
	uint64_t now;
	struct datagram queue[LINK_QUEUE_MAX];
	unsigned int head, queued;
	bool drop_our_hello_ack;	/* libbzrtp then never commits */
	enum {
		LINK_NOT_SIGNALLED,
		LINK_SIGNALLED,		/* each knows the other's Hello hash */
		LINK_THEIRS_FALSE,	/* we have another of theirs */
		LINK_OURS_FALSE,	/* they have another of ours */
	} signalling;
	unsigned int loss_percent;
	uint32_t rng;
};

void link_open(struct link *link);
void link_close(struct link *link);

/** link_can() - Does the installed libbzrtp know all of @suite? */
bool link_can(const struct zrtp_suite *suite);

/**
 * link_call() - One exchange from new engines.
 * @suite: they offer this alone, we prefer it
 * @role: ours: as initiator we start and they cannot commit; as responder they
 *	start and we only answer; NONE lets both commit
 * @seed: of our engine
 */
void link_call(struct link *link, const struct zrtp_suite *suite, enum zrtp_role role,
	       uint8_t seed);

/**
 * link_more() - A second exchange of the call that link_call() has made, in
 * Multistream mode: what libbzrtp does for a second stream.
 * @role: as in link_call()
 */
void link_more(struct link *link, enum zrtp_role role, uint8_t seed);

/** link_store() - Do what RETAIN said. libbzrtp's cache did so by itself. */
void link_store(struct link *link);

#endif /* BZRTP_LINK_H */
