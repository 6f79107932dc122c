/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ZRTP packet around a message: header and CRC, RFC 6189 5.
 */
#ifndef ZRTP_PACKET_H
#define ZRTP_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "message.h"

#define ZRTP_HEADER_LEN		12
#define ZRTP_CRC_LEN		4
#define ZRTP_OVERHEAD		(ZRTP_HEADER_LEN + ZRTP_CRC_LEN)
#define ZRTP_COOKIE		0x5a525450

/**
 * struct zrtp_packet - a packet taken apart; @msg points into the input
 * @type: which message it carries
 * @seq: sequence number of the header
 * @ssrc: source identifier of the header
 * @msg: the message, from its preamble on
 * @msg_len: its length in bytes, a multiple of 4
 */
struct zrtp_packet {
	enum zrtp_message type;
	uint16_t seq;
	uint32_t ssrc;
	const uint8_t *msg;
	size_t msg_len;
};

/** zrtp_crc32c() - CRC-32C (Castagnoli) as RFC 4960 appendix B. */
uint32_t zrtp_crc32c(const uint8_t *data, size_t len);

/**
 * zrtp_packet_parse() - Take a UDP payload apart.
 *
 * Checks header, cookie, CRC, preamble, that the message's length field fills
 * the datagram exactly, and that the type is known. Pure.
 *
 * Return: 0, or -EBADMSG.
 */
int zrtp_packet_parse(const uint8_t *data, size_t len, struct zrtp_packet *out);

/**
 * zrtp_packet_build() - Put header and CRC around a message.
 *
 * Return: bytes written to @buf, or -ENOBUFS when @size is too small.
 */
int zrtp_packet_build(uint8_t *buf, size_t size, uint16_t seq, uint32_t ssrc,
		      const uint8_t *msg, size_t msg_len);

#endif /* ZRTP_PACKET_H */
