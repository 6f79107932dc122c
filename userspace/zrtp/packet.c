// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ZRTP packet around a message: header and CRC, RFC 6189 5.
 */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "packet.h"

#define FIRST_OCTET_MASK	0xf0	/* the other 12 bits are ignored */
#define FIRST_OCTET		0x10

/* Reflected form of the Castagnoli polynomial 0x1edc6f41. */
#define CRC32C_POLYNOMIAL	0x82f63b78

uint32_t zrtp_crc32c(const uint8_t *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (CRC32C_POLYNOMIAL & -(crc & 1));
	}
	return ~crc;
}

/* RFC 4960 appendix B sends the reflected CRC with its lowest octet first. */
static void put_crc(uint8_t *p, uint32_t crc)
{
	p[0] = crc;
	p[1] = crc >> 8;
	p[2] = crc >> 16;
	p[3] = crc >> 24;
}

int zrtp_packet_parse(const uint8_t *data, size_t len, struct zrtp_packet *out)
{
	uint8_t crc[ZRTP_CRC_LEN];
	size_t covered;

	if (len < ZRTP_OVERHEAD + ZRTP_MESSAGE_HEADER_LEN || len > ZRTP_PACKET_MAX)
		return -EBADMSG;
	if ((data[0] & FIRST_OCTET_MASK) != FIRST_OCTET)
		return -EBADMSG;
	if (get_be32(data + 4) != ZRTP_COOKIE)
		return -EBADMSG;

	covered = len - ZRTP_CRC_LEN;
	put_crc(crc, zrtp_crc32c(data, covered));
	if (memcmp(crc, data + covered, ZRTP_CRC_LEN))
		return -EBADMSG;

	out->seq = get_be16(data + 2);
	out->ssrc = get_be32(data + 8);
	out->msg = data + ZRTP_HEADER_LEN;
	out->msg_len = len - ZRTP_OVERHEAD;
	return zrtp_message_type(out->msg, out->msg_len, &out->type);
}

int zrtp_packet_build(uint8_t *buf, size_t size, uint16_t seq, uint32_t ssrc,
		      const uint8_t *msg, size_t msg_len)
{
	size_t covered = ZRTP_HEADER_LEN + msg_len;

	if (size < covered + ZRTP_CRC_LEN)
		return -ENOBUFS;
	put_be16(buf, FIRST_OCTET << 8);
	put_be16(buf + 2, seq);
	put_be32(buf + 4, ZRTP_COOKIE);
	put_be32(buf + 8, ssrc);
	memcpy(buf + ZRTP_HEADER_LEN, msg, msg_len);
	put_crc(buf + covered, zrtp_crc32c(buf, covered));
	return covered + ZRTP_CRC_LEN;
}
