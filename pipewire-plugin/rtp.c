// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTP headers: RFC 3550 section 5.1. Pure functions over (pointer, length).
 */
#include "rtp.h"

#include <errno.h>

#include "bytes.h"

#define RTP_VERSION		2
#define RTP_VERSION_SHIFT	6
#define RTP_PADDING		0x20
#define RTP_EXTENSION		0x10
#define RTP_CSRC_COUNT		0x0f
#define RTP_MARKER		0x80
#define RTP_PAYLOAD_TYPE	0x7f

void rtp_build(const struct rtp_header *h, uint8_t *out)
{
	out[0] = RTP_VERSION << RTP_VERSION_SHIFT;
	out[1] = (h->marker ? RTP_MARKER : 0) | (h->payload_type & RTP_PAYLOAD_TYPE);
	put_be16(out + 2, h->seq);
	put_be32(out + 4, h->timestamp);
	put_be32(out + 8, h->ssrc);
}

int rtp_parse(const uint8_t *pkt, size_t len, struct rtp_header *h,
	      const uint8_t **payload, size_t *payload_len)
{
	size_t start = RTP_HEADER_LEN;
	size_t padding = 0;

	if (len < start || pkt[0] >> RTP_VERSION_SHIFT != RTP_VERSION)
		return -EBADMSG;
	start += 4 * (size_t)(pkt[0] & RTP_CSRC_COUNT);
	if (pkt[0] & RTP_EXTENSION) {
		if (len < start + 4)
			return -EBADMSG;
		start += 4 + 4 * (size_t)get_be16(pkt + start + 2);
	}
	if (len < start)
		return -EBADMSG;
	if (pkt[0] & RTP_PADDING) {
		/* The last byte counts the padding, itself included. */
		padding = len > start ? pkt[len - 1] : 0;
		if (padding == 0 || padding > len - start)
			return -EBADMSG;
	}
	h->marker = pkt[1] & RTP_MARKER;
	h->payload_type = pkt[1] & RTP_PAYLOAD_TYPE;
	h->seq = get_be16(pkt + 2);
	h->timestamp = get_be32(pkt + 4);
	h->ssrc = get_be32(pkt + 8);
	*payload = pkt + start;
	*payload_len = len - start - padding;
	return 0;
}

bool rtp_is_rtcp(const uint8_t *pkt, size_t len)
{
	return len >= 2 && pkt[1] >= 192 && pkt[1] <= 223;
}
