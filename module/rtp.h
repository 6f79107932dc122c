/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RTP and RTCP header parsing, RFC 7983 classification. Pure functions over
 * (pointer, length).
 */
#ifndef SOTTO_RTP_H
#define SOTTO_RTP_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/unaligned.h>

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

enum sotto_class sotto_classify_other(const u8 *data, unsigned int len);

/**
 * sotto_classify() - Say what a datagram is by its first bytes (RFC 7983).
 * @data: UDP payload
 * @len: its length; 0 is allowed
 *
 * Whatever begins like RTP is RTP, however short: under "require" a fragment of
 * a header must not pass because it fails to parse.
 *
 * Context: any. Return: the class.
 */
static inline enum sotto_class sotto_classify(const u8 *data, unsigned int len)
{
	if (unlikely(!len || (data[0] & 0xc0) != 0x80))
		return sotto_classify_other(data, len);
	return len >= 2 && data[1] >= 192 && data[1] <= 223 ? SOTTO_CLASS_RTCP : SOTTO_CLASS_RTP;
}

struct sotto_rtp_info {
	u32 ssrc;
	u32 timestamp;
	u16 seq;
	u8 pt;
	unsigned int header_len;	/* fixed header, CSRCs, extension */
	unsigned int ext_off;		/* offset of the extension header, 0 for none */
	unsigned int padding;		/* count in the last byte if P is set (plain packets) */
};

#define SOTTO_RTP_HEADER_LEN	12

int sotto_rtp_parse_ext(const u8 *data, unsigned int len, struct sotto_rtp_info *info);

/**
 * sotto_rtp_parse() - Read an RTP header (RFC 3550 5.1).
 * @data: RTP or SRTP packet: the header is in clear in both
 * @len: its length
 * @info: filled in; undefined after an error
 *
 * @info->padding is the last byte as it stands: of an SRTP packet it is noise.
 *
 * Context: any. Return: 0, or -EINVAL when it is not version 2 or when CSRCs or
 * the extension reach past @len.
 */
static inline int sotto_rtp_parse(const u8 *data, unsigned int len, struct sotto_rtp_info *info)
{
	if (len < SOTTO_RTP_HEADER_LEN || (data[0] & 0xc0) != 0x80)
		return -EINVAL;

	info->pt = data[1] & 0x7f;
	info->seq = get_unaligned_be16(data + 2);
	info->timestamp = get_unaligned_be32(data + 4);
	info->ssrc = get_unaligned_be32(data + 8);
	info->padding = data[0] & 0x20 ? data[len - 1] : 0;
	info->ext_off = 0;
	info->header_len = SOTTO_RTP_HEADER_LEN + 4 * (data[0] & 0x0f);
	if (info->header_len > len)
		return -EINVAL;
	return data[0] & 0x10 ? sotto_rtp_parse_ext(data, len, info) : 0;
}

/* First RTCP header; -EINVAL when it does not fit. */
int sotto_rtcp_parse(const u8 *data, unsigned int len, u32 *ssrc);

/* A plain RTCP packet that is the agents' control channel: APP named SOTO. */
bool sotto_rtcp_is_control(const u8 *data, unsigned int len);

#endif /* SOTTO_RTP_H */
