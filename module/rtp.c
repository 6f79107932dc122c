// SPDX-License-Identifier: GPL-2.0-only
/*
 * RTP and RTCP header parsing, RFC 7983 classification.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "rtp.h"

#define RTP_EXT_HEADER_LEN	4
#define RTCP_HEADER_LEN		8
#define RTCP_APP_NAME_OFF	8
#define RTCP_PT_APP		204
#define ZRTP_COOKIE_OFF		4
#define ZRTP_COOKIE		0x5a525450	/* "ZRTP" */
#define STUN_HEADER_LEN		20
#define STUN_COOKIE_OFF		4
#define STUN_COOKIE		0x2112a442
#define STUN_ATTR_DATA		0x0013
#define CHANNEL_HEADER_LEN	4
#define CONTROL_NAME		0x534f544f	/* SOTTO_CONTROL_NAME */

static bool is_version_2(u8 first)
{
	return (first & 0xc0) == 0x80;
}

/*
 * Walks a whole STUN message (RFC 8489 5, 14). What is not exactly one well
 * formed message is OTHER: a hole in the rule for STUN would be a way out.
 */
static enum sotto_class classify_stun(const u8 *data, unsigned int len)
{
	enum sotto_class class = SOTTO_CLASS_STUN;
	unsigned int off = STUN_HEADER_LEN;

	if (len < STUN_HEADER_LEN || len % 4 ||
	    get_unaligned_be32(data + STUN_COOKIE_OFF) != STUN_COOKIE ||
	    get_unaligned_be16(data + 2) != len - STUN_HEADER_LEN)
		return SOTTO_CLASS_OTHER;

	while (off < len) {
		/* At least 4 bytes are left: len and off are multiples of 4. */
		unsigned int value_len = get_unaligned_be16(data + off + 2);

		if (get_unaligned_be16(data + off) == STUN_ATTR_DATA)
			class = SOTTO_CLASS_TURN;
		off += 4;
		if (value_len > len - off)
			return SOTTO_CLASS_OTHER;
		off += (value_len + 3) & ~3U;
	}
	return class;
}

/* Channel data (RFC 8656 12.4) that a relay would send on as RTP or RTCP. */
static bool is_channel_rtp(const u8 *data, unsigned int len)
{
	return len > CHANNEL_HEADER_LEN &&
	       get_unaligned_be16(data + 2) == len - CHANNEL_HEADER_LEN &&
	       is_version_2(data[CHANNEL_HEADER_LEN]);
}

/**
 * sotto_classify_other() - What a datagram is that does not begin like RTP.
 * @data: UDP payload
 * @len: its length; 0 is allowed
 *
 * Context: any. Return: the class.
 */
enum sotto_class sotto_classify_other(const u8 *data, unsigned int len)
{
	if (!len)
		return SOTTO_CLASS_OTHER;

	switch (data[0]) {
	case 0 ... 3:
		return classify_stun(data, len);
	case 16 ... 19:
		if (len >= ZRTP_COOKIE_OFF + 4 &&
		    get_unaligned_be32(data + ZRTP_COOKIE_OFF) == ZRTP_COOKIE)
			return SOTTO_CLASS_ZRTP;
		return SOTTO_CLASS_OTHER;
	case 20 ... 63:
		return SOTTO_CLASS_DTLS;
	case 64 ... 79:
		return is_channel_rtp(data, len) ? SOTTO_CLASS_TURN : SOTTO_CLASS_OTHER;
	default:
		return SOTTO_CLASS_OTHER;
	}
}

/**
 * sotto_rtp_parse_ext() - Read the header of an RTP extension (RFC 3550 5.3.1).
 * @data: RTP or SRTP packet
 * @len: its length
 * @info: all but the extension has been read
 *
 * Context: any. Return: 0, or -EINVAL when it reaches past @len.
 */
int sotto_rtp_parse_ext(const u8 *data, unsigned int len, struct sotto_rtp_info *info)
{
	info->ext_off = info->header_len;
	if (len - info->ext_off < RTP_EXT_HEADER_LEN)
		return -EINVAL;
	info->header_len += RTP_EXT_HEADER_LEN + 4 * get_unaligned_be16(data + info->ext_off + 2);
	return info->header_len > len ? -EINVAL : 0;
}

/**
 * sotto_rtcp_parse() - Read the first RTCP header (RFC 3550 6.4).
 * @data: RTCP or SRTCP packet: its first 8 bytes are in clear in both
 * @len: its length
 * @ssrc: SSRC of the sender
 *
 * Context: any. Return: 0, or -EINVAL when it is not version 2, has no SSRC or
 * is longer than @len.
 */
int sotto_rtcp_parse(const u8 *data, unsigned int len, u32 *ssrc)
{
	unsigned int first_len;

	if (len < RTCP_HEADER_LEN || !is_version_2(data[0]))
		return -EINVAL;
	first_len = 4 * (get_unaligned_be16(data + 2) + 1);
	if (first_len < RTCP_HEADER_LEN || first_len > len)
		return -EINVAL;
	*ssrc = get_unaligned_be32(data + 4);
	return 0;
}

/**
 * sotto_rtcp_is_control() - Is this the agents' control channel?
 * @data: plain RTCP packet
 * @len: its length
 *
 * Whatever begins with an APP named SOTO is theirs, also with something behind
 * it: what the kernel takes out on receipt and what it refuses from a program
 * must be the same. The agent checks the rest.
 *
 * Context: any.
 */
bool sotto_rtcp_is_control(const u8 *data, unsigned int len)
{
	return len >= RTCP_APP_NAME_OFF + 4 && is_version_2(data[0]) &&
	       data[1] == RTCP_PT_APP &&
	       get_unaligned_be32(data + RTCP_APP_NAME_OFF) == CONTROL_NAME;
}
