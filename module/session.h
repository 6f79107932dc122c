/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of a flow and its per-SSRC streams. Knows no skb and no netfilter.
 */
#ifndef SOTTO_SESSION_H
#define SOTTO_SESSION_H

#include <linux/sotto.h>
#include <linux/types.h>

#include "ext.h"

struct netlink_ext_ack;

/* One per flow, embedded in it; defined in session_priv.h for srtp.c. */
struct sotto_session {
	struct sotto_session_state *state;
};

/**
 * struct sotto_key_params - what KEY_NEW brings
 * Pointers into the netlink message; the caller wipes that message.
 */
struct sotto_key_params {
	enum sotto_dir dir;
	enum sotto_profile profile;
	const u8 *master;
	unsigned int master_len;
	const u8 *salt;
	unsigned int salt_len;
	const u8 *mki;
	unsigned int mki_len;
};

/**
 * struct sotto_options - how packets look, beside their profile and MKI
 * @window: replay window of SRTP, SOTTO_WINDOW_MIN..SOTTO_WINDOW_MAX packets
 * @cryptex: as the uapi says
 * @pad_size: plain RTP payloads are padded to this size at least
 * @pad_multiple: and to a multiple of this; 0 or 1: to none
 * @enc_ext: elements of header extensions that are encrypted
 */
struct sotto_options {
	u32 window;
	enum sotto_cryptex cryptex;
	u16 pad_size;
	u8 pad_multiple;
	struct sotto_ext_ids enc_ext;
};

/**
 * struct sotto_key_info - what is told of a key: nothing that is secret
 * @options: those that its flow had when it was installed
 * @mki_len: bytes; 0: none
 */
struct sotto_key_info {
	struct sotto_options options;
	u8 mki_len;
};

/**
 * struct sotto_stream_info - what is known of one SSRC in one direction
 * @ssrc: SSRC
 * @roc: of its highest packet, or the one that its first packet is to have
 * @seq: of its highest packet, valid if @heard
 * @heard: there was an RTP packet
 */
struct sotto_stream_info {
	u32 ssrc;
	u32 roc;
	u16 seq;
	bool heard;
};

int sotto_session_init(struct sotto_session *s, gfp_t gfp);
/* Wipes keys after a grace period; the packets in flight finish. */
void sotto_session_destroy(struct sotto_session *s);

/* Process context, may sleep; callers serialise the control calls of one session. */
int sotto_session_key_new(struct sotto_session *s, const struct sotto_key_params *p,
			  struct netlink_ext_ack *extack);
/* next becomes current, the old current is wiped; 0 if only a current exists; -ENOKEY for none. */
int sotto_session_key_promote(struct sotto_session *s, enum sotto_dir dir);
int sotto_session_key_del(struct sotto_session *s, enum sotto_dir dir, enum sotto_slot slot);
bool sotto_session_has_key(const struct sotto_session *s, enum sotto_dir dir, enum sotto_slot slot);
bool sotto_session_next_heard(const struct sotto_session *s);
enum sotto_profile sotto_session_profile(const struct sotto_session *s, enum sotto_dir dir);
/* Of the current key. False if there is none. */
bool sotto_session_key_info(const struct sotto_session *s, enum sotto_dir dir,
			    struct sotto_key_info *out);

/* Of the keys that are installed from now on. Any context but hardirq. */
void sotto_session_options_get(const struct sotto_session *s, struct sotto_options *out);
void sotto_session_options_set(struct sotto_session *s, const struct sotto_options *options);

/* Process context; -EBUSY after its first packet, -ENOSPC, -ENOMEM. */
int sotto_session_roc_set(struct sotto_session *s, enum sotto_dir dir, u32 ssrc, u32 roc);
/* Calls @fn for each SSRC under rcu_read_lock() until it returns an error, which it returns. */
int sotto_session_streams(const struct sotto_session *s, enum sotto_dir dir,
			  int (*fn)(const struct sotto_stream_info *info, void *arg), void *arg);

int sotto_session_module_init(void);	/* registry of used tx keys, caches */
void sotto_session_module_exit(void);

#endif /* SOTTO_SESSION_H */
