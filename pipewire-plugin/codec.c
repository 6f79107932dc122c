// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

#include <errno.h>
#include <opus.h>
#include <stdlib.h>
#include <string.h>

struct encoder {
	OpusEncoder *opus;
	size_t packet_len;
	unsigned int delay;
};

struct decoder {
	OpusDecoder *opus;
};

static int from_opus(int error)
{
	return error == OPUS_ALLOC_FAIL ? -ENOMEM : -EIO;
}

int encoder_new(unsigned int bitrate, struct encoder **out)
{
	struct encoder *e;
	opus_int32 lookahead;
	int error;

	if (bitrate < CODEC_MIN_BITRATE || bitrate > CODEC_MAX_BITRATE)
		return -EINVAL;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->packet_len = bitrate * CODEC_FRAME_MS / 8000;
	e->opus = opus_encoder_create(CODEC_RATE, 1, OPUS_APPLICATION_VOIP, &error);
	if (!e->opus) {
		encoder_free(e);
		return from_opus(error);
	}
	/*
	 * Stated one by one although some are defaults: each of them, if it
	 * were otherwise, would let packet sizes or gaps tell who speaks when.
	 */
	if (opus_encoder_ctl(e->opus, OPUS_SET_BITRATE((opus_int32)bitrate)) ||
	    opus_encoder_ctl(e->opus, OPUS_SET_VBR(0)) ||
	    opus_encoder_ctl(e->opus, OPUS_SET_DTX(0)) ||
	    opus_encoder_ctl(e->opus, OPUS_SET_INBAND_FEC(0)) ||
	    opus_encoder_ctl(e->opus, OPUS_GET_LOOKAHEAD(&lookahead))) {
		encoder_free(e);
		return -EIO;
	}
	e->delay = lookahead;
	*out = e;
	return 0;
}

void encoder_free(struct encoder *e)
{
	if (!e)
		return;
	if (e->opus)
		opus_encoder_destroy(e->opus);
	free(e);
}

size_t encoder_packet_len(const struct encoder *e)
{
	return e->packet_len;
}

unsigned int encoder_delay(const struct encoder *e)
{
	return e->delay;
}

int encoder_encode(struct encoder *e, const float *pcm, uint8_t *packet)
{
	opus_int32 len = opus_encode_float(e->opus, pcm, CODEC_FRAME, packet, e->packet_len);

	return len >= 0 && (size_t)len == e->packet_len ? 0 : -EIO;
}

int decoder_new(struct decoder **out)
{
	struct decoder *d = calloc(1, sizeof(*d));
	int error;

	if (!d)
		return -ENOMEM;
	d->opus = opus_decoder_create(CODEC_RATE, 1, &error);
	if (!d->opus) {
		decoder_free(d);
		return from_opus(error);
	}
	*out = d;
	return 0;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	if (d->opus)
		opus_decoder_destroy(d->opus);
	free(d);
}

int decoder_decode(struct decoder *d, const uint8_t *packet, size_t len, float *pcm)
{
	/* libopus takes a length of 0 for a request to conceal. */
	if (len == 0 || len > CODEC_MAX_PACKET)
		return -EBADMSG;
	return opus_decode_float(d->opus, packet, len, pcm, CODEC_FRAME, 0) == CODEC_FRAME ?
	       0 : -EBADMSG;
}

void decoder_conceal(struct decoder *d, float *pcm)
{
	if (opus_decode_float(d->opus, NULL, 0, pcm, CODEC_FRAME, 0) != CODEC_FRAME)
		memset(pcm, 0, CODEC_FRAME * sizeof(*pcm));
}
