/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of a session, for session.c, stream.c and srtp.c only.
 *
 *	session state
 *	  dir[tx], dir[rx]
 *	    slot[current], slot[next]	keys, RCU
 *	    streams			one per SSRC, RCU; outlive a change of slot
 *	      by_key[0], by_key[1]	what belongs to (key, SSRC)
 */
#ifndef SOTTO_SESSION_PRIV_H
#define SOTTO_SESSION_PRIV_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "crypto.h"
#include "kdf.h"
#include "replay.h"
#include "session.h"
#include "srtp.h"

/* RFC 3711 9.2: packets that one master key may protect. */
#define SOTTO_LIFE_RTP		BIT_ULL(48)
#define SOTTO_LIFE_RTCP		BIT_ULL(31)

#define SOTTO_STREAMS_MAX	64	/* SSRCs per flow and direction */
#define SOTTO_STREAM_BUCKETS	16

/* What RTP and RTCP have each of their own under one master key. */
struct sotto_key_half {
	struct sotto_cm cm;	/* used if params->auth_key_len */
	struct sotto_hmac hmac;
	struct sotto_gcm gcm;	/* used if not */
	u8 salt[SOTTO_SALT_LEN_MAX];
	atomic64_t spent;	/* packets */
};

/* Of the elements of header extensions: RTP only, AES-CM with every profile. */
struct sotto_key_ext {
	struct sotto_cm cm;
	u8 salt[SOTTO_SALT_LEN_MAX];
};

/* Bits of flags. */
#define SOTTO_KEY_HEARD		0	/* a packet has authenticated */
#define SOTTO_KEY_AGED		1	/* 15/16 of its life: 1 RTP, 2 RTCP */

/**
 * struct sotto_key - one master key at work; constant but for spent and flags
 * @free: wipes it after a grace period
 * @params: profile
 * @profile: the same by name
 * @print: sotto_key_print()
 * @generation: grows with each key of its direction, never 0
 * @place: which sotto_stream.by_key is its own; two live keys never share one
 * @flags: SOTTO_KEY_*
 * @half: [0] RTP, [1] RTCP
 * @options: those that its flow had when it was installed
 * @grows: these make RTP packets longer
 * @has_ext: elements of header extensions are encrypted, @ext has the key
 * @mki_len: 0: none
 * @mki: follows each packet
 */
struct sotto_key {
	struct rcu_work free;
	const struct sotto_profile_params *params;
	enum sotto_profile profile;
	u64 print;
	u32 generation;
	u8 place;
	unsigned long flags;
	struct sotto_key_half half[2];
	struct sotto_options options;
	bool grows;
	bool has_ext;
	struct sotto_key_ext ext;
	u8 mki_len;
	u8 mki[SOTTO_MKI_MAX];
};

/* What belongs to (key, SSRC). Older than the key of its place: to be begun afresh. */
struct sotto_stream_key {
	u32 generation;
	u32 rtcp_next;		/* tx: next SRTCP index */
	struct sotto_replay seen[2];	/* [0] RTP, tx too; [1] RTCP, rx only */
};

/**
 * struct sotto_stream - one SSRC in one direction
 * @node: in sotto_session_dir.streams
 * @rcu: frees it
 * @ssrc: constant
 * @heard: @highest is valid
 * @evicted: found by RCU but gone: its indices must not be used
 * @preset: @highest has the ROC of the first packet that is yet to come
 * @restart_told: the agent knows that the program began anew
 * @repeats: packets refused in a row
 * @highest: highest RTP index; survives a change of slot (RFC 3711 3.3.1)
 * @by_key: at sotto_key.place
 */
struct sotto_stream {
	struct hlist_node node;
	struct rcu_head rcu;
	u32 ssrc;
	spinlock_t lock;	/* guards what follows */
	bool heard;
	bool evicted;
	bool preset;
	bool restart_told;
	u8 repeats;
	u64 highest;
	struct sotto_stream_key by_key[2];
};

struct sotto_session_dir {
	struct sotto_key __rcu *slot[__SOTTO_SLOT_MAX];
	u32 generation;		/* of the newest key; control calls only */
	spinlock_t lock;	/* guards adding to and removing from streams */
	unsigned int stream_count;
	struct hlist_head streams[SOTTO_STREAM_BUCKETS];
};

struct sotto_session_state {
	struct rcu_work free;
	struct sotto_session_dir dir[__SOTTO_DIR_MAX];
	spinlock_t options_lock;	/* guards options */
	struct sotto_options options;	/* of the next key */
};

/* session.c */
int sotto_key_spend(struct sotto_key *key, bool rtcp, u64 index, struct sotto_srtp_note *note);

/* stream.c; all under rcu_read_lock(), those that find or number a packet with BH off. */
void sotto_streams_init(struct sotto_session_dir *dir);
void sotto_streams_free(struct sotto_session_dir *dir);	/* no reader left */
struct sotto_stream *sotto_stream_make(struct sotto_session_dir *dir, u32 ssrc);
int sotto_stream_preset(struct sotto_session_dir *dir, u32 ssrc, u32 roc);
int sotto_streams_each(struct sotto_session_dir *dir,
		       int (*fn)(const struct sotto_stream_info *info, void *arg), void *arg);

#define SOTTO_GUESSES_MAX	2
struct sotto_stream_key *sotto_stream_begin(struct sotto_stream_key *own,
					    const struct sotto_key *key);
void sotto_stream_repeat(struct sotto_stream *stream, bool jumped, struct sotto_srtp_note *note);

extern const struct sotto_stream sotto_stream_never_heard;

static inline struct hlist_head *sotto_stream_bucket(struct sotto_session_dir *dir, u32 ssrc)
{
	return &dir->streams[hash_32(ssrc, ilog2(SOTTO_STREAM_BUCKETS))];
}

/**
 * sotto_stream_find() - Find the stream of an SSRC.
 * @dir: direction
 * @ssrc: host byte order
 *
 * Context: any, under rcu_read_lock(), which also keeps the stream.
 * Return: the stream or NULL.
 */
static inline struct sotto_stream *sotto_stream_find(struct sotto_session_dir *dir, u32 ssrc)
{
	struct sotto_stream *stream;

	hlist_for_each_entry_rcu(stream, sotto_stream_bucket(dir, ssrc), node)
		if (stream->ssrc == ssrc)
			return stream;
	return NULL;
}

/**
 * sotto_stream_get() - Find the stream of an SSRC or make it.
 * @dir: direction
 * @ssrc: host byte order; on rx of a packet that has authenticated
 *
 * Context: BH off, under rcu_read_lock(), which also keeps the stream.
 * Return: as sotto_stream_make().
 */
static inline struct sotto_stream *sotto_stream_get(struct sotto_session_dir *dir, u32 ssrc)
{
	struct sotto_stream *stream = sotto_stream_find(dir, ssrc);

	return likely(stream) ? stream : sotto_stream_make(dir, ssrc);
}

#endif /* SOTTO_SESSION_PRIV_H */
