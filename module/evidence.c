// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence that a 5-tuple is a call. Bounded: a fixed table, nothing allocated.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>

#include "evidence.h"

#define RTP_PACKETS	2	/* that must follow one another */
#define RTP_GAP		16	/* packets that may be lost in between */
#define RTP_PAUSE	(2 * HZ)
#define DTLS_PAUSE	(60 * HZ)

#define DTLS_RECORD_LEN		13	/* RFC 6347 4.1 */
#define DTLS_EPOCH_OFFSET	3
#define DTLS_LENGTH_OFFSET	11
#define DTLS_HANDSHAKE		22

/**
 * sotto_evidence_init() - Begin with none.
 * @ev: filled in
 *
 * Context: process, may sleep. Return: 0 or -ENOMEM.
 */
int sotto_evidence_init(struct sotto_evidence *ev)
{
	spin_lock_init(&ev->lock);
	get_random_bytes(&ev->key, sizeof(ev->key));
	for (unsigned int i = 0; i < ARRAY_SIZE(ev->slot); i++) {
		ev->slot[i] = kvcalloc(SOTTO_EVIDENCE_SLOTS, sizeof(*ev->slot[i]), GFP_KERNEL);
		if (!ev->slot[i]) {
			sotto_evidence_exit(ev);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * sotto_evidence_exit() - Forget all.
 * @ev: nobody uses it any more
 *
 * Context: process.
 */
void sotto_evidence_exit(struct sotto_evidence *ev)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ev->slot); i++) {
		kvfree(ev->slot[i]);
		ev->slot[i] = NULL;
	}
}

/* The tuple's slot, or if it has none, the one among its own that was used least lately. */
static struct sotto_evidence_slot *slot_of(struct sotto_evidence *ev,
					   const struct sotto_tuple *tuple, enum sotto_dir dir)
{
	u64 hash = siphash(tuple, sizeof(*tuple), &ev->key);
	struct sotto_evidence_slot *way =
		&ev->slot[dir][hash * SOTTO_EVIDENCE_WAYS % SOTTO_EVIDENCE_SLOTS];
	struct sotto_evidence_slot *oldest = way;

	for (unsigned int i = 0; i < SOTTO_EVIDENCE_WAYS; i++, way++) {
		if (sotto_tuple_equal(&way->tuple, tuple))
			return way;
		if (!way->tuple.family)
			return way;	/* nobody has had it, nor those behind it */
		if (time_before(way->when, oldest->when))
			oldest = way;
	}
	return oldest;
}

static bool slot_is(const struct sotto_evidence_slot *slot, const struct sotto_tuple *tuple,
		    unsigned long pause)
{
	return sotto_tuple_equal(&slot->tuple, tuple) &&
	       time_before_eq(jiffies, slot->when + pause);
}

/* The tuple's slot, begun afresh if another tuple had it or it is too old. */
static struct sotto_evidence_slot *get_slot(struct sotto_evidence *ev,
					    const struct sotto_tuple *tuple,
					    enum sotto_dir dir, unsigned long pause)
{
	struct sotto_evidence_slot *slot = slot_of(ev, tuple, dir);

	if (!slot_is(slot, tuple, pause))
		*slot = (struct sotto_evidence_slot){ .tuple = *tuple };
	slot->when = jiffies;
	return slot;
}

/**
 * sotto_evidence_rtp() - Weigh one more RTP packet.
 * @ev: table
 * @tuple: its ends
 * @dir: its direction
 * @info: its header
 *
 * Context: any but hardirq.
 * Return: true when packets of one source have followed one another.
 */
bool sotto_evidence_rtp(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			enum sotto_dir dir, const struct sotto_rtp_info *info)
{
	struct sotto_evidence_slot *slot;
	bool enough;

	spin_lock_bh(&ev->lock);
	slot = get_slot(ev, tuple, dir, RTP_PAUSE);
	if (slot->rtp && slot->ssrc == info->ssrc &&
	    (u16)(info->seq - slot->seq - 1) < RTP_GAP)
		slot->rtp++;
	else
		slot->rtp = 1;
	slot->ssrc = info->ssrc;
	slot->seq = info->seq;
	slot->pt = info->pt;
	enough = slot->rtp >= RTP_PACKETS;
	if (enough)
		slot->rtp = 0;
	spin_unlock_bh(&ev->lock);
	return enough;
}

/*
 * A handshake record of epoch 1 or later: the sender's Finished, which it sends
 * once it has the keys (RFC 6347 4.1). Walks the records of one datagram.
 */
static bool has_finished(const u8 *data, unsigned int len)
{
	while (len >= DTLS_RECORD_LEN) {
		unsigned int n = DTLS_RECORD_LEN + (data[DTLS_LENGTH_OFFSET] << 8 |
						    data[DTLS_LENGTH_OFFSET + 1]);

		if (n > len)
			return false;
		if (data[0] == DTLS_HANDSHAKE &&
		    (data[DTLS_EPOCH_OFFSET] || data[DTLS_EPOCH_OFFSET + 1]))
			return true;
		data += n;
		len -= n;
	}
	return false;
}

/**
 * sotto_evidence_dtls() - Weigh one more DTLS datagram.
 * @ev: table
 * @tuple: its ends
 * @dir: its direction
 * @data: UDP payload
 * @len: bytes
 *
 * Context: any but hardirq.
 * Return: true when a handshake has ended in both directions.
 */
bool sotto_evidence_dtls(struct sotto_evidence *ev, const struct sotto_tuple *tuple,
			 enum sotto_dir dir, const u8 *data, unsigned int len)
{
	struct sotto_evidence_slot *other;
	bool both;

	if (!has_finished(data, len))
		return false;
	spin_lock_bh(&ev->lock);
	get_slot(ev, tuple, dir, DTLS_PAUSE)->dtls = true;
	other = slot_of(ev, tuple, !dir);
	both = slot_is(other, tuple, DTLS_PAUSE) && other->dtls;
	spin_unlock_bh(&ev->lock);
	return both;
}
