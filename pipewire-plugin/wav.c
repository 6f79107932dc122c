// SPDX-License-Identifier: GPL-2.0-or-later
#include "wav.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"

#define WAV_HEADER_LEN	44
#define WAV_FMT_LEN	16
#define WAV_FORMAT_PCM	1
#define WAV_FORMAT_EXT	0xfffe
#define WAV_MAX_LEN	(256L << 20)

struct wav_format {
	unsigned int channels;
	unsigned int rate;
};

static uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get_le32(const uint8_t *p)
{
	return (uint32_t)get_le16(p) | (uint32_t)get_le16(p + 2) << 16;
}

static int read_file(const char *path, uint8_t **data, size_t *len)
{
	FILE *f = fopen(path, "re");
	int error = 0;
	long size;

	if (!f)
		return -errno;
	if (fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET)) {
		error = -errno;
	} else if (size > WAV_MAX_LEN) {
		error = -EFBIG;
	} else {
		*len = size;
		*data = malloc(*len + 1);
		if (!*data)
			error = -ENOMEM;
		else if (fread(*data, 1, *len, f) != *len)
			error = -EIO;
		if (error)
			free(*data);
	}
	fclose(f);
	return error;
}

static int parse_format(const uint8_t *p, size_t len, struct wav_format *fmt)
{
	uint16_t tag;

	if (len < WAV_FMT_LEN)
		return -EBADMSG;
	tag = get_le16(p);
	fmt->channels = get_le16(p + 2);
	fmt->rate = get_le32(p + 4);
	if ((tag != WAV_FORMAT_PCM && tag != WAV_FORMAT_EXT) || get_le16(p + 14) != 16 ||
	    fmt->channels == 0 || fmt->rate < 1000 || fmt->rate > 384000)
		return -EBADMSG;
	return 0;
}

/* Find the format and the samples among the chunks. */
static int parse_wav(const uint8_t *p, size_t len, struct wav_format *fmt,
		     const uint8_t **pcm, size_t *pcm_len)
{
	bool have_format = false;
	size_t at = 12;

	if (len < at || memcmp(p, "RIFF", 4) || memcmp(p + 8, "WAVE", 4))
		return -EBADMSG;
	while (len - at >= 8) {
		const uint8_t *body = p + at + 8;
		size_t body_len = get_le32(p + at + 4);
		size_t there = len - at - 8;

		/* A recorder that was killed leaves the size unset. */
		if (body_len > there)
			body_len = there;
		if (!memcmp(p + at, "fmt ", 4)) {
			if (parse_format(body, body_len, fmt))
				return -EBADMSG;
			have_format = true;
		} else if (!memcmp(p + at, "data", 4) && have_format) {
			*pcm = body;
			*pcm_len = body_len;
			return 0;
		}
		body_len += body_len & 1;
		at += 8 + (body_len > there ? there : body_len);
	}
	return -EBADMSG;
}

static float frame_at(const uint8_t *pcm, unsigned int channels, size_t i)
{
	float sum = 0;

	for (unsigned int c = 0; c < channels; c++)
		sum += (int16_t)get_le16(pcm + 2 * (i * channels + c));
	return sum / (float)channels / 32768.0f;
}

static int to_mono_48k(const struct wav_format *fmt, const uint8_t *pcm, size_t pcm_len,
		       float **samples, size_t *n)
{
	size_t frames = pcm_len / 2 / fmt->channels;
	double step = (double)fmt->rate / CODEC_RATE;

	if (frames == 0)
		return -EBADMSG;
	*n = (size_t)((double)frames / step);
	*samples = malloc((*n + 1) * sizeof(**samples));
	if (!*samples)
		return -ENOMEM;
	for (size_t i = 0; i < *n; i++) {
		double at = (double)i * step;
		size_t a = (size_t)at;
		size_t b = a + 1 < frames ? a + 1 : a;
		float part = (float)(at - (double)a);

		(*samples)[i] = frame_at(pcm, fmt->channels, a) * (1 - part) +
				frame_at(pcm, fmt->channels, b) * part;
	}
	return 0;
}

int wav_read(const char *path, float **samples, size_t *n)
{
	struct wav_format fmt;
	const uint8_t *pcm;
	uint8_t *data = NULL;
	size_t len = 0, pcm_len;
	int error = read_file(path, &data, &len);

	if (error)
		return error;
	error = parse_wav(data, len, &fmt, &pcm, &pcm_len);
	if (!error)
		error = to_mono_48k(&fmt, pcm, pcm_len, samples, n);
	free(data);
	return error;
}

static void put_le(uint8_t *p, uint32_t v, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = v >> 8 * i & 0xff;
}

int wav_write(const char *path, const float *samples, size_t n)
{
	uint8_t head[WAV_HEADER_LEN] = { 0 };
	FILE *f = fopen(path, "we");
	int error = 0;

	if (!f)
		return -errno;
	memcpy(head, "RIFF", 4);
	put_le(head + 4, WAV_HEADER_LEN - 8 + 2 * n, 4);
	memcpy(head + 8, "WAVEfmt ", 8);
	put_le(head + 16, WAV_FMT_LEN, 4);
	put_le(head + 20, WAV_FORMAT_PCM, 2);
	put_le(head + 22, 1, 2);
	put_le(head + 24, CODEC_RATE, 4);
	put_le(head + 28, CODEC_RATE * 2, 4);
	put_le(head + 32, 2, 2);
	put_le(head + 34, 16, 2);
	memcpy(head + 36, "data", 4);
	put_le(head + 40, 2 * n, 4);
	if (fwrite(head, 1, sizeof(head), f) != sizeof(head))
		error = -EIO;
	for (size_t i = 0; i < n && !error; i++) {
		float v = fmaxf(-1.0f, fminf(1.0f, samples[i])) * 32767.0f;
		uint8_t s[2];

		put_le(s, (uint16_t)(int16_t)lrintf(v), 2);
		if (fwrite(s, 1, 2, f) != 2)
			error = -EIO;
	}
	if (fclose(f) && !error)
		error = -errno;
	return error;
}
