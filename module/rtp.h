/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RTP and RTCP header parsing, RFC 7983 classification. Pure functions over
 * (pointer, length).
 */
#ifndef SOTTO_RTP_H
#define SOTTO_RTP_H

#include <linux/types.h>

/* Classes of the state table in Documentation/architecture.rst. */
enum sotto_class {
	SOTTO_CLASS_RTP,	/* 128..191, not RTCP */
	SOTTO_CLASS_RTCP,	/* 128..191, payload type 192..223 (RFC 5761) */
	SOTTO_CLASS_ZRTP,	/* version 0, ZRTP's magic cookie */
	SOTTO_CLASS_STUN,	/* bare: right cookie, exact length, no DATA */
	SOTTO_CLASS_TURN,	/* STUN with DATA, or exact channel data that holds RTP */
	SOTTO_CLASS_DTLS,	/* 20..63 */
	SOTTO_CLASS_OTHER,
};

enum sotto_class sotto_classify(const u8 *data, unsigned int len);

struct sotto_rtp_info {
	u32 ssrc;
	u32 timestamp;
	u16 seq;
	u8 pt;
	unsigned int header_len;	/* fixed header, CSRCs, extension */
	unsigned int ext_off;		/* offset of the extension header, 0 for none */
	unsigned int padding;		/* count in the last byte if P is set (plain packets) */
};

/* -EINVAL when the header does not fit @len. @padding is not checked here. */
int sotto_rtp_parse(const u8 *data, unsigned int len, struct sotto_rtp_info *info);

/* First RTCP header; -EINVAL when it does not fit. */
int sotto_rtcp_parse(const u8 *data, unsigned int len, u32 *ssrc);

/* A plain RTCP packet that is the agents' control channel: APP named SOTO. */
bool sotto_rtcp_is_control(const u8 *data, unsigned int len);

#endif /* SOTTO_RTP_H */
