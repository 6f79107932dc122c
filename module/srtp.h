/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protect and unprotect one packet (RFC 3711, 6188, 6904, 7714, 9335). Works on linear,
 * private memory; knows no skb and no netfilter.
 */
#ifndef SOTTO_SRTP_H
#define SOTTO_SRTP_H

#include "session.h"

/* What the packet brought to light besides its verdict. */
struct sotto_srtp_note {
	u32 ssrc;
	bool newest;		/* rx: nothing sent later has been accepted before */
	bool first;		/* rx: first packet that authenticated with this key */
	bool restart;		/* tx: the sequence jumped backwards on the same SSRC */
	bool key_life;		/* 15/16 of the key's packets are used; said once */
	bool exhausted;		/* the key is used up: the direction is dead */
	enum sotto_slot slot;	/* rx: which key it was */
};

/*
 * Bytes that protecting may add at most. RTP: 255 of padding, 4 of an empty extension,
 * MKI, tag; RTCP has 4 of E-flag and index instead of the first two.
 */
#define SOTTO_SRTP_OVERHEAD_MAX	(255 + 4 + SOTTO_MKI_MAX + 16)
#define SOTTO_SRTCP_OVERHEAD_MAX (4 + SOTTO_MKI_MAX + 16)

/**
 * sotto_srtp_overhead() - Bytes that protecting adds to a packet with the current tx key.
 * Context: any, under rcu_read_lock(). Return: bytes, -ENOKEY, -EINVAL malformed.
 */
int sotto_srtp_overhead(const struct sotto_session *s, bool rtcp, const u8 *data,
			unsigned int len);

/**
 * sotto_srtp_knows() - Has anything of this packet's SSRC been accepted before?
 * Reads its header only. Context: any, under rcu_read_lock().
 */
bool sotto_srtp_knows(const struct sotto_session *s, bool rtcp, const u8 *data, unsigned int len);

/**
 * sotto_srtp_protect() - RTP to SRTP or RTCP to SRTCP, in place.
 * @s: session with a current tx key
 * @rtcp: what it is, as rtp.c classified it
 * @data: linear and private; @room bytes behind @len
 * @len: in: plain length; out: protected length
 * @room: what sotto_srtp_overhead() said, or more
 * @note: filled in
 *
 * Context: softirq or process with BH off, under rcu_read_lock(); never sleeps.
 * Return: 0; -ENOKEY no current key; -EINVAL malformed; -EALREADY index used
 * before; -ENOSPC too many streams; -EKEYEXPIRED exhausted; -ENOBUFS there is another
 * key meanwhile, which needs more room; another errno from the cipher. After an
 * error @data must not leave: its content is undefined.
 */
int sotto_srtp_protect(struct sotto_session *s, bool rtcp, u8 *data, unsigned int *len,
		       unsigned int room, struct sotto_srtp_note *note);

/**
 * sotto_srtp_unprotect() - SRTP to RTP or SRTCP to RTCP, in place.
 *
 * Return: 0; -ENOKEY; -EINVAL malformed or too short; -EBADMSG does not
 * authenticate; -EALREADY replayed or too old; -ENOSPC; -EKEYEXPIRED; another
 * errno from the cipher. No stream state changes unless it returns 0.
 */
int sotto_srtp_unprotect(struct sotto_session *s, bool rtcp, u8 *data, unsigned int *len,
			 struct sotto_srtp_note *note);

#endif /* SOTTO_SRTP_H */
