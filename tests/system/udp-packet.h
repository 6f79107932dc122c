/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of the kinds that RFC 7983 tells apart, made to be recognised: what a
 * program would call its content is one text, again and again.
 */
#ifndef UDP_PACKET_H
#define UDP_PACKET_H

#include <stddef.h>
#include <stdint.h>

#define UDP_PACKET_MAX	65507

/**
 * struct udp_packet_params - what the next packet looks like
 * @kind: a name that udp_packet_kinds lists, or "hex:" and the payload
 * @ssrc: RTP, RTCP and ZRTP
 * @seq: RTP, ZRTP
 * @ts: RTP
 * @pt: RTP
 * @payload: text that fills the content
 * @payload_len: bytes of content
 */
struct udp_packet_params {
	const char *kind;
	uint32_t ssrc;
	uint16_t seq;
	uint32_t ts;
	uint8_t pt;
	const char *payload;
	size_t payload_len;
};

extern const char udp_packet_kinds[];

/* Bytes written to @out, which has UDP_PACKET_MAX; 0: no such kind, or too long. */
size_t udp_packet_make(const struct udp_packet_params *p, uint8_t *out);

#endif /* UDP_PACKET_H */
