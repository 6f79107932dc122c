/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What speaks for a 5-tuple's being a call, before there is a flow, and what against it.
 */
#ifndef SOTTO_EVIDENCE_H
#define SOTTO_EVIDENCE_H

#include <linux/siphash.h>
#include <linux/sotto.h>
#include <linux/spinlock.h>

#include "rtp.h"
#include "tuple.h"

#define SOTTO_EVIDENCE_SLOTS	2048
#define SOTTO_EVIDENCE_WAYS	8	/* slots in which a tuple may be */
#define SOTTO_EVIDENCE_PACKETS	4	/* with which a call is found at the latest */
#define SOTTO_EVIDENCE_QUERIES	16	/* of one socket to one server, that wait together */

/**
 * struct sotto_evidence_packet - what is kept of an RTP packet
 * @ssrc: its source
 * @timestamp: its time, in units that only its program knows
 * @when: jiffies, their lower half
 * @seq: sequence number
 * @pt: payload type
 * @big: as much in it as in a piece of a picture
 */
struct sotto_evidence_packet {
	u32 ssrc;
	u32 timestamp;
	u32 when;
	u16 seq;
	u8 pt;
	bool big;
};

/**
 * struct sotto_evidence_slot - one 5-tuple under observation
 * @print: keyed hash of it, 0: nobody's
 * @when: jiffies of the last packet, their lower half
 * @count: how many of @packet or @query hold something
 * @dtls: a DTLS handshake has ended in this direction
 * @packet: RTP packets, the latest first
 * @query: ids of DNS queries, the latest first; in slots of their own
 */
struct sotto_evidence_slot {
	u64 print;
	u32 when;
	u8 count;
	bool dtls;
	union {
		struct sotto_evidence_packet packet[SOTTO_EVIDENCE_PACKETS - 1];
		u16 query[SOTTO_EVIDENCE_QUERIES];
	};
};

/**
 * struct sotto_evidence - the tuples under observation
 * @lock: guards @slot
 * @key: keeps outsiders from choosing the slot
 * @slot: by hash, several to a hash, so that calls that begin together do not push each
 *	other out; a newcomer takes the place of one of them at random. Apart by who asked,
 *	so that the network cannot push out what a program began. NULL until
 *	sotto_evidence_ready(), since most namespaces never need it
 */
struct sotto_evidence {
	spinlock_t lock;	/* see above */
	siphash_key_t key;
	struct sotto_evidence_slot *slot[__SOTTO_DIR_MAX];
};

void sotto_evidence_init(struct sotto_evidence *ev);
int sotto_evidence_ready(struct sotto_evidence *ev);	/* may sleep; 0 or -ENOMEM */
void sotto_evidence_exit(struct sotto_evidence *ev);

/* One RTP packet more. True when the tuple is a call. Any context but hardirq. */
bool sotto_evidence_rtp(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			enum sotto_dir dir, const struct sotto_rtp_info *info, unsigned int len);

/* One DTLS datagram more. True when a handshake has ended in both directions. */
bool sotto_evidence_dtls(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			 enum sotto_dir dir, const u8 *data, unsigned int len);

/* True when a datagram that begins as RTP does is DNS instead. Any context but hardirq. */
bool sotto_evidence_dns(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			enum sotto_dir dir, const u8 *data, unsigned int len);

#endif /* SOTTO_EVIDENCE_H */
