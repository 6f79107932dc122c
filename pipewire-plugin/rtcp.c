// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RTCP: RFC 3550 section 6. Pure functions over (pointer, length).
 */
#include "rtcp.h"

#include <errno.h>
#include <string.h>

#include "bytes.h"

#define RTCP_VERSION	2
#define RTCP_PADDING	0x20
#define RTCP_COUNT	0x1f
#define RTCP_SR		200
#define RTCP_RR		201
#define RTCP_SDES	202
#define SDES_CNAME	1
#define SDES_CHUNK_LEN	8	/* packet header and the chunk's SSRC */
#define INFO_LEN	20
#define REPORT_LEN	24

static uint8_t *put_packet_header(uint8_t *p, unsigned int count, unsigned int type, size_t len)
{
	p[0] = RTCP_VERSION << 6 | count;
	p[1] = type;
	put_be16(p + 2, len / 4 - 1);
	return p + 4;
}

static uint8_t *put_info(uint8_t *p, const struct rtcp_sender_info *info)
{
	put_be32(p, info->ntp >> 32);
	put_be32(p + 4, info->ntp & 0xffffffff);
	put_be32(p + 8, info->timestamp);
	put_be32(p + 12, info->packets);
	put_be32(p + 16, info->octets);
	return p + INFO_LEN;
}

static uint8_t *put_report(uint8_t *p, const struct rtcp_report *r)
{
	put_be32(p, r->ssrc);
	put_be32(p + 4, (uint32_t)r->fraction_lost << 24 | ((uint32_t)r->lost & 0xffffff));
	put_be32(p + 8, r->highest_seq);
	put_be32(p + 12, r->jitter);
	put_be32(p + 16, r->lsr);
	put_be32(p + 20, r->dlsr);
	return p + REPORT_LEN;
}

size_t rtcp_build(uint32_t ssrc, const struct rtcp_sender_info *info,
		  const struct rtcp_report *report, const char *cname, uint8_t *out)
{
	size_t cname_len = strlen(cname);
	size_t report_len = RTCP_HEADER_LEN + (info ? INFO_LEN : 0) + (report ? REPORT_LEN : 0);
	/* The item list ends with one to four zero bytes, on a 32-bit boundary. */
	size_t sdes_len = (SDES_CHUNK_LEN + 2 + cname_len + 4) & ~(size_t)3;
	uint8_t *p = out;

	if (cname_len == 0 || cname_len > RTCP_MAX_CNAME)
		return 0;

	p = put_packet_header(p, report ? 1 : 0, info ? RTCP_SR : RTCP_RR, report_len);
	put_be32(p, ssrc);
	p += 4;
	if (info)
		p = put_info(p, info);
	if (report)
		p = put_report(p, report);

	memset(p, 0, sdes_len);
	p = put_packet_header(p, 1, RTCP_SDES, sdes_len);
	put_be32(p, ssrc);
	p[4] = SDES_CNAME;
	p[5] = cname_len;
	memcpy(p + 6, cname, cname_len);
	return report_len + sdes_len;
}

static void get_info(const uint8_t *p, struct rtcp_sender_info *info)
{
	info->ntp = (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
	info->timestamp = get_be32(p + 8);
	info->packets = get_be32(p + 12);
	info->octets = get_be32(p + 16);
}

static void get_report(const uint8_t *p, struct rtcp_report *r)
{
	uint32_t lost = get_be32(p + 4) & 0xffffff;

	r->ssrc = get_be32(p);
	r->fraction_lost = p[4];
	r->lost = lost & 0x800000 ? (int32_t)lost - 0x1000000 : (int32_t)lost;
	r->highest_seq = get_be32(p + 8);
	r->jitter = get_be32(p + 12);
	r->lsr = get_be32(p + 16);
	r->dlsr = get_be32(p + 20);
}

/* Read one SR or RR of @len bytes, header included. */
static int parse_report_packet(const uint8_t *p, size_t len, uint32_t ours,
			       struct rtcp_seen *seen)
{
	bool is_sr = p[1] == RTCP_SR;
	size_t at = RTCP_HEADER_LEN + (is_sr ? INFO_LEN : 0);
	unsigned int count = p[0] & RTCP_COUNT;

	if (len < at + count * (size_t)REPORT_LEN)
		return -EBADMSG;
	if (is_sr) {
		seen->has_info = true;
		get_info(p + RTCP_HEADER_LEN, &seen->info);
	}
	for (; count > 0; count--, at += REPORT_LEN) {
		if (get_be32(p + at) != ours)
			continue;
		seen->has_report = true;
		get_report(p + at, &seen->report);
	}
	return 0;
}

int rtcp_parse(const uint8_t *pkt, size_t len, uint32_t ours, struct rtcp_seen *seen)
{
	size_t at = 0;

	memset(seen, 0, sizeof(*seen));
	if (len < RTCP_HEADER_LEN || (pkt[1] != RTCP_SR && pkt[1] != RTCP_RR))
		return -EBADMSG;
	seen->sender = get_be32(pkt + 4);

	while (at < len) {
		const uint8_t *p = pkt + at;
		size_t packet_len;

		if (len - at < 4 || p[0] >> 6 != RTCP_VERSION)
			return -EBADMSG;
		packet_len = 4 * ((size_t)get_be16(p + 2) + 1);
		if (packet_len > len - at)
			return -EBADMSG;
		/* Only the last packet of a compound may be padded. */
		if (p[0] & RTCP_PADDING && packet_len != len - at)
			return -EBADMSG;
		if ((p[1] == RTCP_SR || p[1] == RTCP_RR) &&
		    parse_report_packet(p, packet_len, ours, seen))
			return -EBADMSG;
		at += packet_len;
	}
	return 0;
}

unsigned int rtcp_interval_ms(uint32_t random)
{
	return 2500 + random % 5000;
}
