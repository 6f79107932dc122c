/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_CODEC_H
#define SOTTO_PLUGIN_CODEC_H

#include <stddef.h>
#include <stdint.h>

#define CODEC_RATE		48000	/* Hz; also the RTP clock (RFC 7587) */
#define CODEC_FRAME_MS		20
#define CODEC_FRAME		(CODEC_RATE / 1000 * CODEC_FRAME_MS)	/* samples */
#define CODEC_MIN_BITRATE	8000	/* bits per second */
#define CODEC_MAX_BITRATE	128000
#define CODEC_MAX_PACKET	(CODEC_MAX_BITRATE / 8000 * CODEC_FRAME_MS)	/* bytes */

/*
 * Opus, mono, 20 ms, hard constant bit rate without DTX: every packet of a call
 * has the same size, whatever is said (RFC 6562).
 */
struct encoder;
struct decoder;

/**
 * encoder_new() - make an encoder
 * @bitrate: bits per second, %CODEC_MIN_BITRATE..%CODEC_MAX_BITRATE
 * @out: set to the encoder; the caller frees it with encoder_free()
 *
 * Return: 0, -EINVAL for a bit rate out of range, -ENOMEM, -EIO if libopus refuses.
 */
int encoder_new(unsigned int bitrate, struct encoder **out);
void encoder_free(struct encoder *e);

/** encoder_packet_len() - the one size in bytes of this encoder's packets */
size_t encoder_packet_len(const struct encoder *e);

/** encoder_delay() - samples by which what is decoded lags what was encoded */
unsigned int encoder_delay(const struct encoder *e);

/**
 * encoder_encode() - encode one frame
 * @e: encoder
 * @pcm: %CODEC_FRAME samples, -1..1
 * @packet: at least encoder_packet_len() bytes, owned by the caller
 *
 * Return: 0 and exactly encoder_packet_len() bytes written, or -EIO; then
 * nothing must be sent, because another size would say something of the speech.
 */
int encoder_encode(struct encoder *e, const float *pcm, uint8_t *packet);

/**
 * decoder_new() - make a decoder
 * @out: set to the decoder; the caller frees it with decoder_free()
 *
 * Return: 0, -ENOMEM or -EIO.
 */
int decoder_new(struct decoder **out);
void decoder_free(struct decoder *d);

/**
 * decoder_decode() - decode one packet
 * @d: decoder
 * @packet: an Opus packet as the network brought it; not trusted
 * @len: its length in bytes
 * @pcm: %CODEC_FRAME samples, written on success
 *
 * Return: 0, or -EBADMSG if the packet is not one Opus frame set of 20 ms.
 */
int decoder_decode(struct decoder *d, const uint8_t *packet, size_t len, float *pcm);

/**
 * decoder_conceal() - make up one frame from what came before (PLC)
 * @d: decoder
 * @pcm: %CODEC_FRAME samples, always written; silence if libopus fails
 */
void decoder_conceal(struct decoder *d, float *pcm);

#endif
