// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: what is known of one SSRC in one direction.
 */
#include <linux/minmax.h>
#include <linux/slab.h>

#include "session_priv.h"

/*
 * A program that duplicates packets has each refused once in between; one that
 * has begun anew inside the window has them refused in a row.
 */
#define REPEATS_OF_A_RESTART	16

const struct sotto_stream sotto_stream_never_heard;

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
 * sotto_stream_make() - Make the stream of an SSRC that has none.
 * @dir: direction
 * @ssrc: host byte order; on rx of a packet that has authenticated
 *
 * Context: BH off, under rcu_read_lock(), which also keeps the stream.
 * Return: the stream, ERR_PTR(-ENOSPC) if there are too many, ERR_PTR(-ENOMEM).
 */
struct sotto_stream *sotto_stream_make(struct sotto_session_dir *dir, u32 ssrc)
{
	struct sotto_stream *stream;

	spin_lock(&dir->lock);
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
	hlist_add_head_rcu(&stream->node, sotto_stream_bucket(dir, ssrc));
	dir->stream_count++;
out:
	spin_unlock(&dir->lock);
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

	local_bh_disable();
	do {
		stream = sotto_stream_get(dir, ssrc);
		if (IS_ERR(stream)) {
			err = PTR_ERR(stream);
			break;
		}
		err = 0;
		spin_lock(&stream->lock);
		if (stream->evicted) {
			/* In this moment: the next look finds none. */
			err = -EAGAIN;
		} else if (stream->heard) {
			err = -EBUSY;
		} else {
			stream->preset = true;
			stream->highest = (u64)roc << 16;
		}
		spin_unlock(&stream->lock);
	} while (err == -EAGAIN);
	local_bh_enable();
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

/**
 * sotto_stream_begin() - Begin the part of a stream that belongs to a key.
 * @own: at the key's place
 * @key: it
 *
 * Context: BH off, under the stream's lock.
 * Return: @own; ERR_PTR(-ENOKEY) if a newer key has its place; ERR_PTR(-ENOMEM).
 */
struct sotto_stream_key *sotto_stream_begin(struct sotto_stream_key *own,
					    const struct sotto_key *key)
{
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

/**
 * sotto_stream_repeat() - A packet of the program is refused; has its sequence begun anew?
 * @stream: stream of its SSRC
 * @jumped: it lies before the window
 * @note: restart is set if so
 *
 * Context: BH off, under the stream's lock.
 */
void sotto_stream_repeat(struct sotto_stream *stream, bool jumped,
			 struct sotto_srtp_note *note)
{
	if (stream->restart_told)
		return;
	if (jumped || ++stream->repeats >= REPEATS_OF_A_RESTART) {
		stream->restart_told = true;
		note->restart = true;
	}
}
