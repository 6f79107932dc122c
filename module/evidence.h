/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What speaks for a 5-tuple's being a call, before there is a flow.
 */
#ifndef SOTTO_EVIDENCE_H
#define SOTTO_EVIDENCE_H

#include <linux/siphash.h>
#include <linux/sotto.h>
#include <linux/spinlock.h>

#include "rtp.h"
#include "tuple.h"

#define SOTTO_EVIDENCE_SLOTS	256
#define SOTTO_EVIDENCE_WAYS	8	/* slots in which a tuple may be */

/**
 * struct sotto_evidence_slot - one 5-tuple under observation
 * @tuple: which
 * @when: jiffies of the last packet
 * @ssrc: of the RTP packets
 * @seq: of the last one
 * @pt: of the last one
 * @rtp: packets that followed one another so far
 * @dtls: a DTLS handshake has ended in this direction
 */
struct sotto_evidence_slot {
	struct sotto_tuple tuple;
	unsigned long when;
	u32 ssrc;
	u16 seq;
	u8 pt;
	u8 rtp;
	bool dtls;
};

/**
 * struct sotto_evidence - the tuples under observation
 * @lock: guards @slot
 * @key: keeps outsiders from choosing the slot
 * @slot: by hash, several to a hash, so that calls that begin together do not push each
 *	other out; a newcomer takes the place of the oldest of them. Apart by who asked,
 *	so that the network cannot push out what a program began
 */
struct sotto_evidence {
	spinlock_t lock;	/* see above */
	siphash_key_t key;
	struct sotto_evidence_slot *slot[__SOTTO_DIR_MAX];
};

int sotto_evidence_init(struct sotto_evidence *ev);	/* may sleep; 0 or -ENOMEM */
void sotto_evidence_exit(struct sotto_evidence *ev);

/* One RTP packet more. True when the tuple is a call. Any context but hardirq. */
bool sotto_evidence_rtp(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			enum sotto_dir dir, const struct sotto_rtp_info *info);

/* One DTLS datagram more. True when a handshake has ended in both directions. */
bool sotto_evidence_dtls(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			 enum sotto_dir dir, const u8 *data, unsigned int len);

#endif /* SOTTO_EVIDENCE_H */
