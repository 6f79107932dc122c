/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The indices of a stream: allotted to what leaves, guessed of what arrives, accepted.
 * For srtp.c. Inline: one of each is on every packet's way.
 */
#ifndef SOTTO_STREAM_H
#define SOTTO_STREAM_H

#include "session_priv.h"

/*
 * The part of a stream that belongs to @key, begun afresh if an older key had
 * its place. ERR_PTR(-ENOKEY) if a newer key has it: @key was replaced while this
 * packet was under way and must not be used again. ERR_PTR(-ENOMEM) for a big window.
 * Under stream->lock.
 */
static __always_inline struct sotto_stream_key *sotto_stream_key(struct sotto_stream *stream,
								 const struct sotto_key *key)
{
	struct sotto_stream_key *own = &stream->by_key[key->place];

	return likely(own->generation == key->generation) ? own : sotto_stream_begin(own, key);
}

static __always_inline int sotto_stream_tx_rtp_locked(struct sotto_stream *stream,
						      const struct sotto_key *key, u16 seq,
						      u64 *index, struct sotto_srtp_note *note)
{
	struct sotto_stream_key *own;
	enum sotto_replay_verdict verdict;

	if (stream->evicted)
		return -ENOSPC;
	own = sotto_stream_key(stream, key);
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
		sotto_stream_repeat(stream, verdict == SOTTO_REPLAY_OLD, note);
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
 * Context: BH off, under rcu_read_lock().
 * Return: 0; -EALREADY if the index was used before or lies before the window;
 * -EKEYEXPIRED if the ROC has run out; -ENOMEM for a big window; -ENOKEY or -ENOSPC
 * if key or stream were replaced while this packet was under way.
 */
static __always_inline int sotto_stream_tx_rtp(struct sotto_stream *stream,
					       const struct sotto_key *key, u16 seq, u64 *index,
					       struct sotto_srtp_note *note)
{
	int err;

	spin_lock(&stream->lock);
	err = sotto_stream_tx_rtp_locked(stream, key, seq, index, note);
	spin_unlock(&stream->lock);
	return err;
}

static __always_inline int sotto_stream_tx_rtcp_locked(struct sotto_stream *stream,
						       const struct sotto_key *key, u64 *index,
						       struct sotto_srtp_note *note)
{
	struct sotto_stream_key *own;

	if (stream->evicted)
		return -ENOSPC;
	own = sotto_stream_key(stream, key);
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
 * Context: BH off, under rcu_read_lock().
 * Return: 0; -EKEYEXPIRED after 2^31; -ENOKEY or -ENOSPC as sotto_stream_tx_rtp().
 */
static __always_inline int sotto_stream_tx_rtcp(struct sotto_stream *stream,
						const struct sotto_key *key, u64 *index,
						struct sotto_srtp_note *note)
{
	int err;

	spin_lock(&stream->lock);
	err = sotto_stream_tx_rtcp_locked(stream, key, index, note);
	spin_unlock(&stream->lock);
	return err;
}

static __always_inline bool sotto_stream_has_seen(const struct sotto_stream *stream,
						  const struct sotto_key *key, bool rtcp,
						  u64 index)
{
	const struct sotto_stream_key *own = &stream->by_key[key->place];

	return own->generation == key->generation &&
	       sotto_replay_check(&own->seen[rtcp], index) != SOTTO_REPLAY_FRESH;
}

/* All that it may be, seen or not. */
static __always_inline int sotto_stream_guess(const struct sotto_stream *stream, u16 seq,
					      u64 guess[SOTTO_GUESSES_MAX])
{
	if (likely(stream->heard)) {
		guess[0] = sotto_index_guess(stream->highest, seq);
		return guess[0] <= SOTTO_INDEX_MAX;
	}
	guess[0] = stream->highest | seq;
	guess[1] = guess[0] + (1ULL << 16);
	return seq < 0x8000 && guess[1] <= SOTTO_INDEX_MAX ? 2 : 1;
}

/* Those that were seen before are out. Return: how many are left, -EALREADY for none. */
static __always_inline int sotto_stream_fresh(const struct sotto_stream *stream,
					      const struct sotto_key *key,
					      u64 guess[SOTTO_GUESSES_MAX], int n)
{
	int fresh = 0;

	for (int i = 0; i < n; i++)
		if (likely(!sotto_stream_has_seen(stream, key, false, guess[i])))
			guess[fresh++] = guess[i];
	return fresh ?: -EALREADY;
}

/**
 * sotto_stream_rx_rtp() - Which indices may an RTP packet have?
 * @stream: stream of its SSRC, NULL if there is none
 * @key: the key that it is to be tried with
 * @seq: its sequence number
 * @guess: filled in, the likelier first
 *
 * With nothing accepted yet the ROC is the one that was told, or 0; or one more if the
 * sender wrapped before we heard it: then its sequence number is a low one.
 *
 * Those that were accepted before are left out, to spend nothing on a replay; the
 * answer that counts is sotto_stream_rx_accept()'s.
 *
 * Context: BH off, under rcu_read_lock(). Changes nothing.
 * Return: how many; -EALREADY if it was accepted before; -EBADMSG if the ROC has run out.
 */
static __always_inline int sotto_stream_rx_rtp(struct sotto_stream *stream,
					       const struct sotto_key *key, u16 seq,
					       u64 guess[SOTTO_GUESSES_MAX])
{
	int n;

	if (unlikely(!stream))
		return sotto_stream_guess(&sotto_stream_never_heard, seq, guess);
	spin_lock(&stream->lock);
	n = sotto_stream_guess(stream, seq, guess);
	n = n ? sotto_stream_fresh(stream, key, guess, n) : -EBADMSG;
	spin_unlock(&stream->lock);
	return n;
}

/**
 * sotto_stream_rx_rtcp() - May an RTCP packet have this index?
 * @stream: stream of its SSRC
 * @key: the key that it is to be tried with
 * @index: that it claims
 *
 * Context: BH off, under rcu_read_lock(). Changes nothing.
 * Return: 0; -EALREADY if it was accepted before.
 */
static __always_inline int sotto_stream_rx_rtcp(struct sotto_stream *stream,
						const struct sotto_key *key, u64 index)
{
	bool seen;

	spin_lock(&stream->lock);
	seen = sotto_stream_has_seen(stream, key, true, index);
	spin_unlock(&stream->lock);
	return seen ? -EALREADY : 0;
}

static __always_inline int sotto_stream_rx_accept_locked(struct sotto_stream *stream,
							 const struct sotto_key *key, bool rtcp,
							 u64 index, bool *newest)
{
	struct sotto_stream_key *own;

	if (stream->evicted)
		return -ENOSPC;
	own = sotto_stream_key(stream, key);
	if (IS_ERR(own))
		return PTR_ERR(own);
	if (sotto_replay_check(&own->seen[rtcp], index) != SOTTO_REPLAY_FRESH)
		return -EALREADY;
	*newest = rtcp ? index >= own->seen[1].next : !stream->heard || index > stream->highest;
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
 * @newest: if 0 is returned: is it newer than all that were accepted before?
 *
 * Context: BH off, under rcu_read_lock().
 * Return: 0; -EALREADY if another CPU has accepted the same packet meanwhile;
 * -ENOMEM for a big window; -ENOKEY or -ENOSPC if key or stream were replaced meanwhile.
 */
static __always_inline int sotto_stream_rx_accept(struct sotto_stream *stream,
						  const struct sotto_key *key, bool rtcp,
						  u64 index, bool *newest)
{
	int err;

	spin_lock(&stream->lock);
	err = sotto_stream_rx_accept_locked(stream, key, rtcp, index, newest);
	spin_unlock(&stream->lock);
	return err;
}

#endif /* SOTTO_STREAM_H */
