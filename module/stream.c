// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: what is known of one SSRC in one direction.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "session_priv.h"

/*
 * A program that duplicates packets has each refused once in between; one that
 * has begun anew inside the window has them refused in a row.
 */
#define REPEATS_OF_A_RESTART	16

static struct hlist_head *bucket(struct sotto_session_dir *dir, u32 ssrc)
{
	return &dir->streams[hash_32(ssrc, ilog2(SOTTO_STREAM_BUCKETS))];
}

/**
 * sotto_streams_init() - Begin with no stream.
 * @dir: not yet visible to others
 *
 * Context: any.
 */
void sotto_streams_init(struct sotto_session_dir *dir)
{
	spin_lock_init(&dir->lock);
	for (unsigned int i = 0; i < SOTTO_STREAM_BUCKETS; i++)
		INIT_HLIST_HEAD(&dir->streams[i]);
}

static void stream_free(struct sotto_stream *stream)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stream->by_key); i++)
		for (unsigned int rtcp = 0; rtcp < 2; rtcp++)
			sotto_replay_end(&stream->by_key[i].seen[rtcp]);
	kfree(stream);
}

static void stream_free_rcu(struct rcu_head *rcu)
{
	stream_free(container_of(rcu, struct sotto_stream, rcu));
}

/**
 * sotto_streams_free() - Free all streams.
 * @dir: no longer visible to others, a grace period ago
 *
 * Context: any.
 */
void sotto_streams_free(struct sotto_session_dir *dir)
{
	struct sotto_stream *stream;
	struct hlist_node *next;

	for (unsigned int i = 0; i < SOTTO_STREAM_BUCKETS; i++)
		hlist_for_each_entry_safe(stream, next, &dir->streams[i], node)
			stream_free(stream);
}

/**
 * sotto_stream_find() - Find the stream of an SSRC.
 * @dir: direction
 * @ssrc: host byte order
 *
 * Context: any, under rcu_read_lock(), which also keeps the stream.
 * Return: the stream or NULL.
 */
struct sotto_stream *sotto_stream_find(struct sotto_session_dir *dir, u32 ssrc)
{
	struct sotto_stream *stream;

	hlist_for_each_entry_rcu(stream, bucket(dir, ssrc), node)
		if (stream->ssrc == ssrc)
			return stream;
	return NULL;
}

/* The generation of the oldest key that lives; all before are wiped. */
static u32 oldest_generation(const struct sotto_session_dir *dir)
{
	u32 oldest = U32_MAX;

	for (unsigned int i = 0; i < ARRAY_SIZE(dir->slot); i++) {
		const struct sotto_key *key = rcu_dereference(dir->slot[i]);

		if (key)
			oldest = min(oldest, key->generation);
	}
	return oldest;
}

/*
 * Makes room by removing one stream that no living key has seen. While a key
 * lives its streams stay: a forgotten index is a reused nonce on tx, and a
 * replay accepted on rx. So does one whose ROC was told and that is yet to come: the
 * indices before may have been used elsewhere. Under dir->lock.
 */
static bool evict_one(struct sotto_session_dir *dir)
{
	u32 oldest = oldest_generation(dir);
	struct sotto_stream *stream;

	for (unsigned int i = 0; i < SOTTO_STREAM_BUCKETS; i++) {
		hlist_for_each_entry(stream, &dir->streams[i], node) {
			spin_lock(&stream->lock);
			stream->evicted = (stream->heard || !stream->preset) &&
					  stream->by_key[0].generation < oldest &&
					  stream->by_key[1].generation < oldest;
			spin_unlock(&stream->lock);
			if (!stream->evicted)
				continue;
			hlist_del_rcu(&stream->node);
			call_rcu(&stream->rcu, stream_free_rcu);
			dir->stream_count--;
			return true;
		}
	}
	return false;
}

/**
 * sotto_stream_get() - Find the stream of an SSRC or make it.
 * @dir: direction
 * @ssrc: host byte order; on rx of a packet that has authenticated
 *
 * Context: any but hardirq, under rcu_read_lock(), which also keeps the stream.
 * Return: the stream, ERR_PTR(-ENOSPC) if there are too many, ERR_PTR(-ENOMEM).
 */
struct sotto_stream *sotto_stream_get(struct sotto_session_dir *dir, u32 ssrc)
{
	struct sotto_stream *stream = sotto_stream_find(dir, ssrc);

	if (likely(stream))
		return stream;

	spin_lock_bh(&dir->lock);
	/* Another CPU may have made it in the meantime: two would both begin at 0. */
	stream = sotto_stream_find(dir, ssrc);
	if (stream)
		goto out;
	if (dir->stream_count >= SOTTO_STREAMS_MAX && !evict_one(dir)) {
		stream = ERR_PTR(-ENOSPC);
		goto out;
	}
	stream = kzalloc(sizeof(*stream), GFP_ATOMIC | __GFP_NOWARN);
	if (!stream) {
		stream = ERR_PTR(-ENOMEM);
		goto out;
	}
	stream->ssrc = ssrc;
	spin_lock_init(&stream->lock);
	hlist_add_head_rcu(&stream->node, bucket(dir, ssrc));
	dir->stream_count++;
out:
	spin_unlock_bh(&dir->lock);
	return stream;
}

/**
 * sotto_stream_preset() - Tell the ROC of the first packet of an SSRC.
 * @dir: direction
 * @ssrc: host byte order
 * @roc: rollover counter
 *
 * Context: any but hardirq, under rcu_read_lock().
 * Return: 0; -EBUSY if there was an RTP packet of it; -ENOSPC; -ENOMEM.
 */
int sotto_stream_preset(struct sotto_session_dir *dir, u32 ssrc, u32 roc)
{
	struct sotto_stream *stream;
	int err;

	do {
		stream = sotto_stream_get(dir, ssrc);
		if (IS_ERR(stream))
			return PTR_ERR(stream);
		err = 0;
		spin_lock_bh(&stream->lock);
		if (stream->evicted) {
			/* In this moment: the next look finds none. */
			err = -EAGAIN;
		} else if (stream->heard) {
			err = -EBUSY;
		} else {
			stream->preset = true;
			stream->highest = (u64)roc << 16;
		}
		spin_unlock_bh(&stream->lock);
	} while (err == -EAGAIN);
	return err;
}

/**
 * sotto_streams_each() - Go through the SSRCs of a direction.
 * @dir: direction
 * @fn: called for each that has sent RTP or has a ROC; an error ends it
 * @arg: for @fn
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: 0, or what @fn returned.
 */
int sotto_streams_each(struct sotto_session_dir *dir,
		       int (*fn)(const struct sotto_stream_info *info, void *arg), void *arg)
{
	struct sotto_stream *stream;
	int err;

	for (unsigned int i = 0; i < SOTTO_STREAM_BUCKETS; i++) {
		hlist_for_each_entry_rcu(stream, &dir->streams[i], node) {
			struct sotto_stream_info info = { .ssrc = stream->ssrc };
			bool known;

			spin_lock_bh(&stream->lock);
			known = stream->heard || stream->preset;
			info.heard = stream->heard;
			info.roc = stream->highest >> 16;
			info.seq = stream->highest;
			spin_unlock_bh(&stream->lock);
			err = known ? fn(&info, arg) : 0;
			if (err)
				return err;
		}
	}
	return 0;
}

/*
 * The part of a stream that belongs to @key, begun afresh if an older key had
 * its place. ERR_PTR(-ENOKEY) if a newer key has it: @key was replaced while this
 * packet was under way and must not be used again. ERR_PTR(-ENOMEM) for a big window.
 * Under stream->lock.
 */
static struct sotto_stream_key *stream_key(struct sotto_stream *stream,
					   const struct sotto_key *key)
{
	struct sotto_stream_key *own = &stream->by_key[key->place];

	if (likely(own->generation == key->generation))
		return own;
	if (own->generation > key->generation)
		return ERR_PTR(-ENOKEY);
	/* The first packet of this SSRC with this key. */
	if (sotto_replay_begin(&own->seen[0], key->options.window) ||
	    sotto_replay_begin(&own->seen[1], SOTTO_WINDOW_DEFAULT))
		return ERR_PTR(-ENOMEM);
	own->rtcp_next = 0;
	own->generation = key->generation;
	return own;
}

/* A packet of the program is refused; has its sequence begun anew? */
static void note_repeat(struct sotto_stream *stream, bool jumped,
			struct sotto_srtp_note *note)
{
	if (stream->restart_told)
		return;
	if (jumped || ++stream->repeats >= REPEATS_OF_A_RESTART) {
		stream->restart_told = true;
		note->restart = true;
	}
}

static int tx_rtp(struct sotto_stream *stream, const struct sotto_key *key, u16 seq,
		  u64 *index, struct sotto_srtp_note *note)
{
	struct sotto_stream_key *own;
	enum sotto_replay_verdict verdict;

	if (stream->evicted)
		return -ENOSPC;
	own = stream_key(stream, key);
	if (IS_ERR(own))
		return PTR_ERR(own);

	*index = stream->heard ? sotto_index_guess(stream->highest, seq)
			       : stream->highest | seq;
	if (*index > SOTTO_INDEX_MAX) {
		note->exhausted = true;
		return -EKEYEXPIRED;
	}
	verdict = sotto_replay_check(&own->seen[0], *index);
	if (verdict != SOTTO_REPLAY_FRESH) {
		note_repeat(stream, verdict == SOTTO_REPLAY_OLD, note);
		return -EALREADY;
	}
	sotto_replay_mark(&own->seen[0], *index);
	stream->highest = stream->heard ? max(stream->highest, *index) : *index;
	stream->heard = true;
	stream->restart_told = false;
	stream->repeats = 0;
	return 0;
}

/**
 * sotto_stream_tx_rtp() - Allot the index of an RTP packet that leaves.
 * @stream: stream of its SSRC
 * @key: the current tx key
 * @seq: its sequence number
 * @index: filled in if 0 is returned; it is never given out again under @key
 * @note: restart and exhausted are set as they happen
 *
 * Context: any but hardirq, under rcu_read_lock().
 * Return: 0; -EALREADY if the index was used before or lies before the window;
 * -EKEYEXPIRED if the ROC has run out; -ENOMEM for a big window; -ENOKEY or -ENOSPC
 * if key or stream were replaced while this packet was under way.
 */
int sotto_stream_tx_rtp(struct sotto_stream *stream, const struct sotto_key *key, u16 seq,
			u64 *index, struct sotto_srtp_note *note)
{
	int err;

	spin_lock_bh(&stream->lock);
	err = tx_rtp(stream, key, seq, index, note);
	spin_unlock_bh(&stream->lock);
	return err;
}

static int tx_rtcp(struct sotto_stream *stream, const struct sotto_key *key, u64 *index,
		   struct sotto_srtp_note *note)
{
	struct sotto_stream_key *own;

	if (stream->evicted)
		return -ENOSPC;
	own = stream_key(stream, key);
	if (IS_ERR(own))
		return PTR_ERR(own);
	if (own->rtcp_next > SOTTO_RTCP_INDEX_MAX) {
		note->exhausted = true;
		return -EKEYEXPIRED;
	}
	*index = own->rtcp_next++;
	return 0;
}

/**
 * sotto_stream_tx_rtcp() - Allot the index of an RTCP packet that leaves.
 * @stream: stream of its SSRC
 * @key: the current tx key
 * @index: filled in if 0 is returned; it is never given out again under @key
 * @note: exhausted is set if it is
 *
 * Context: any but hardirq, under rcu_read_lock().
 * Return: 0; -EKEYEXPIRED after 2^31; -ENOKEY or -ENOSPC as sotto_stream_tx_rtp().
 */
int sotto_stream_tx_rtcp(struct sotto_stream *stream, const struct sotto_key *key,
			 u64 *index, struct sotto_srtp_note *note)
{
	int err;

	spin_lock_bh(&stream->lock);
	err = tx_rtcp(stream, key, index, note);
	spin_unlock_bh(&stream->lock);
	return err;
}

/**
 * sotto_stream_rx_guess() - Which indices may an RTP packet have?
 * @stream: stream of its SSRC, NULL if there is none
 * @seq: its sequence number
 * @guess: filled in, the likelier first
 *
 * With nothing accepted yet the ROC is the one that was told, or 0; or one more if the
 * sender wrapped before we heard it: then its sequence number is a low one.
 *
 * Context: any but hardirq, under rcu_read_lock(). Changes nothing.
 * Return: how many.
 */
unsigned int sotto_stream_rx_guess(struct sotto_stream *stream, u16 seq,
				   u64 guess[SOTTO_GUESSES_MAX])
{
	bool heard = false;
	u64 highest = 0;

	if (stream) {
		spin_lock_bh(&stream->lock);
		heard = stream->heard;
		highest = stream->highest;
		spin_unlock_bh(&stream->lock);
	}
	if (heard) {
		guess[0] = sotto_index_guess(highest, seq);
		return guess[0] <= SOTTO_INDEX_MAX;
	}
	guess[0] = highest | seq;
	guess[1] = guess[0] + (1ULL << 16);
	return seq < 0x8000 && guess[1] <= SOTTO_INDEX_MAX ? 2 : 1;
}

/**
 * sotto_stream_rx_check() - Was this packet accepted before?
 * @stream: stream of its SSRC
 * @key: the key that it is tried with
 * @rtcp: which index it is
 * @index: of the packet
 *
 * Asked before authenticating, to spend nothing on a replay; the answer that
 * counts is sotto_stream_rx_accept()'s.
 *
 * Context: any but hardirq, under rcu_read_lock(). Changes nothing.
 * Return: 0 or -EALREADY.
 */
int sotto_stream_rx_check(struct sotto_stream *stream, const struct sotto_key *key,
			  bool rtcp, u64 index)
{
	const struct sotto_stream_key *own = &stream->by_key[key->place];
	int err = 0;

	spin_lock_bh(&stream->lock);
	if (own->generation == key->generation &&
	    sotto_replay_check(&own->seen[rtcp], index) != SOTTO_REPLAY_FRESH)
		err = -EALREADY;
	spin_unlock_bh(&stream->lock);
	return err;
}

/**
 * sotto_stream_rx_newest() - Is this packet newer than all that were accepted?
 * @stream: stream of its SSRC
 * @key: the key that authenticated it
 * @rtcp: which index it is
 * @index: of the packet
 *
 * Context: any, under rcu_read_lock(). Changes nothing.
 */
bool sotto_stream_rx_newest(const struct sotto_stream *stream, const struct sotto_key *key,
			    bool rtcp, u64 index)
{
	const struct sotto_stream_key *own = &stream->by_key[key->place];

	if (!rtcp)
		return !READ_ONCE(stream->heard) || index > READ_ONCE(stream->highest);
	return READ_ONCE(own->generation) != key->generation ||
	       index >= READ_ONCE(own->seen[1].next);
}

static int rx_accept(struct sotto_stream *stream, const struct sotto_key *key, bool rtcp,
		     u64 index)
{
	struct sotto_stream_key *own;

	if (stream->evicted)
		return -ENOSPC;
	own = stream_key(stream, key);
	if (IS_ERR(own))
		return PTR_ERR(own);
	if (sotto_replay_check(&own->seen[rtcp], index) != SOTTO_REPLAY_FRESH)
		return -EALREADY;
	sotto_replay_mark(&own->seen[rtcp], index);
	if (!rtcp) {
		stream->highest = stream->heard ? max(stream->highest, index) : index;
		stream->heard = true;
	}
	return 0;
}

/**
 * sotto_stream_rx_accept() - Accept a packet that has authenticated.
 * @stream: stream of its SSRC
 * @key: the key that authenticated it
 * @rtcp: which index it is
 * @index: the index that authenticated
 *
 * Context: any but hardirq, under rcu_read_lock().
 * Return: 0; -EALREADY if another CPU has accepted the same packet meanwhile;
 * -ENOMEM for a big window; -ENOKEY or -ENOSPC if key or stream were replaced meanwhile.
 */
int sotto_stream_rx_accept(struct sotto_stream *stream, const struct sotto_key *key,
			   bool rtcp, u64 index)
{
	int err;

	spin_lock_bh(&stream->lock);
	err = rx_accept(stream, key, rtcp, index);
	spin_unlock_bh(&stream->lock);
	return err;
}
