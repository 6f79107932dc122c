/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_PACKETIZER_H
#define SOTTO_PLUGIN_PACKETIZER_H

#include <stddef.h>
#include <stdint.h>

#include "codec.h"
#include "rtp.h"

#define PACKETIZER_MAX_LEN (RTP_HEADER_LEN + CODEC_MAX_PACKET)

/**
 * struct packetizer - speech to RTP, one frame at a time
 * @encoder: owned
 * @next: header of the next packet
 * @packets: made so far
 * @octets: their payload bytes
 */
struct packetizer {
	struct encoder *encoder;
	struct rtp_header next;
	uint32_t packets;
	uint32_t octets;
};

/**
 * packetizer_init() - begin a stream
 * @p: filled on success
 * @bitrate: bits per second, as encoder_new()
 * @payload_type: 0..127
 * @ssrc: ours
 *
 * Sequence number and timestamp begin at random (RFC 3550 section 5.1).
 * Return: 0 or a negative errno as encoder_new().
 */
int packetizer_init(struct packetizer *p, unsigned int bitrate,
		    uint8_t payload_type, uint32_t ssrc);
void packetizer_clear(struct packetizer *p);

/**
 * packetizer_frame() - make one packet
 * @p: packetizer
 * @pcm: %CODEC_FRAME samples
 * @packet: %PACKETIZER_MAX_LEN bytes, owned by the caller
 * @len: set to the packet's length, the same for each packet
 *
 * Return: 0, or -EIO if the encoder failed; the frame's time has passed then,
 * as if the packet had been lost.
 */
int packetizer_frame(struct packetizer *p, const float *pcm, uint8_t *packet, size_t *len);

/** packetizer_skip() - let time pass without packets: @frames were missed */
void packetizer_skip(struct packetizer *p, uint64_t frames);

#endif
