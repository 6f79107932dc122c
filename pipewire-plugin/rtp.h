/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_RTP_H
#define SOTTO_PLUGIN_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTP_HEADER_LEN 12	/* without CSRCs and extension */

/**
 * struct rtp_header - the fixed header of RFC 3550 section 5.1
 * @payload_type: 0..127
 * @marker: first packet of a talk spurt (RFC 7587: after silence was not sent)
 * @seq: sequence number
 * @timestamp: media clock of the first sample, in ticks
 * @ssrc: synchronisation source
 */
struct rtp_header {
	uint8_t payload_type;
	bool marker;
	uint16_t seq;
	uint32_t timestamp;
	uint32_t ssrc;
};

/**
 * rtp_build() - write a fixed header, without CSRC, extension or padding
 * @h: what to write
 * @out: at least %RTP_HEADER_LEN bytes, owned by the caller
 */
void rtp_build(const struct rtp_header *h, uint8_t *out);

/**
 * rtp_parse() - read an RTP packet (RFC 3550 section 5.1)
 * @pkt: the packet as received
 * @len: its length in bytes
 * @h: filled on success
 * @payload: set to the first payload byte inside @pkt
 * @payload_len: set to the payload's length without padding, may be 0
 *
 * CSRCs and the header extension are skipped, padding is taken off.
 * Return: 0, or -EBADMSG if the packet is not well formed RTP.
 */
int rtp_parse(const uint8_t *pkt, size_t len, struct rtp_header *h,
	      const uint8_t **payload, size_t *payload_len);

/**
 * rtp_is_rtcp() - tell RTCP from RTP on a shared port (RFC 5761 section 4)
 * @pkt: the packet as received
 * @len: its length in bytes
 *
 * Return: true if the second byte is one of the RTCP packet types 192..223.
 */
bool rtp_is_rtcp(const uint8_t *pkt, size_t len);

#endif
