// SPDX-License-Identifier: GPL-2.0-or-later
/* The plugin's codec and packetizer: what leaves tells nothing by its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "packetizer.h"

#define FRAMES 100

/* A second each of silence, a tone, noise, clicks, full scale. */
static void sound(unsigned int kind, unsigned int frame, float *pcm)
{
	for (unsigned int i = 0; i < CODEC_FRAME; i++) {
		float t = (float)(frame * CODEC_FRAME + i) / CODEC_RATE;

		switch (kind) {
		case 0:
			pcm[i] = 0;
			break;
		case 1:
			pcm[i] = 0.3f * sinf(2 * (float)M_PI * 440 * t);
			break;
		case 2:
			pcm[i] = (float)randombytes_uniform(20001) / 10000 - 1;
			break;
		case 3:
			pcm[i] = i == 100 ? 1 : 0;
			break;
		default:
			pcm[i] = i % 2 ? 1 : -1;
		}
	}
}

static void each_packet_of_a_bitrate_has_the_same_size(void **state)
{
	static const unsigned int bitrates[] = { 8000, 16000, 24000, 32000, 64000, 128000 };

	for (size_t b = 0; b < sizeof(bitrates) / sizeof(*bitrates); b++) {
		uint8_t packet[CODEC_MAX_PACKET];
		float pcm[CODEC_FRAME];
		struct encoder *e;

		assert_int_equal(encoder_new(bitrates[b], &e), 0);
		assert_int_equal(encoder_packet_len(e), bitrates[b] / 400);
		/* encoder_encode() fails if libopus made another size. */
		for (unsigned int f = 0; f < 5 * FRAMES; f++) {
			sound(f / 20 % 5, f, pcm);
			assert_int_equal(encoder_encode(e, pcm, packet), 0);
		}
		encoder_free(e);
	}
}

static void a_bitrate_out_of_range_is_refused(void **state)
{
	struct encoder *e;

	assert_int_equal(encoder_new(CODEC_MIN_BITRATE - 1, &e), -EINVAL);
	assert_int_equal(encoder_new(CODEC_MAX_BITRATE + 1, &e), -EINVAL);
}

static void a_tone_comes_back(void **state)
{
	static float in[FRAMES * CODEC_FRAME], out[FRAMES * CODEC_FRAME];
	uint8_t packet[CODEC_MAX_PACKET];
	double xy = 0, xx = 0, yy = 0;
	struct encoder *e;
	struct decoder *d;
	unsigned int delay;

	assert_int_equal(encoder_new(32000, &e), 0);
	assert_int_equal(decoder_new(&d), 0);
	for (unsigned int f = 0; f < FRAMES; f++) {
		sound(1, f, in + f * CODEC_FRAME);
		assert_int_equal(encoder_encode(e, in + f * CODEC_FRAME, packet), 0);
		assert_int_equal(decoder_decode(d, packet, encoder_packet_len(e),
						out + f * CODEC_FRAME), 0);
	}
	delay = encoder_delay(e);
	for (unsigned int i = CODEC_FRAME; i < FRAMES * CODEC_FRAME - delay; i++) {
		xy += in[i] * out[i + delay];
		xx += in[i] * in[i];
		yy += out[i + delay] * out[i + delay];
	}
	assert_true(xy / sqrt(xx * yy) > 0.95);
	encoder_free(e);
	decoder_free(d);
}

static void what_is_no_opus_of_20_ms_is_refused(void **state)
{
	uint8_t packet[CODEC_MAX_PACKET + 1] = { 0 };
	float pcm[CODEC_FRAME];
	struct decoder *d;

	assert_int_equal(decoder_new(&d), 0);
	assert_int_equal(decoder_decode(d, packet, 0, pcm), -EBADMSG);
	assert_int_equal(decoder_decode(d, packet, sizeof(packet), pcm), -EBADMSG);
	packet[0] = 3 << 3;		/* SILK narrowband, 60 ms (RFC 6716 section 3.1) */
	assert_int_equal(decoder_decode(d, packet, 40, pcm), -EBADMSG);
	packet[0] = 16 << 3;		/* CELT narrowband, 2.5 ms */
	assert_int_equal(decoder_decode(d, packet, 40, pcm), -EBADMSG);
	packet[0] = 1 << 3 | 1;		/* two frames of 20 ms */
	assert_int_equal(decoder_decode(d, packet, 41, pcm), -EBADMSG);
	decoder_free(d);
}

static void random_bytes_do_no_harm(void **state)
{
	uint8_t packet[CODEC_MAX_PACKET];
	float pcm[CODEC_FRAME];
	struct decoder *d;

	assert_int_equal(decoder_new(&d), 0);
	for (unsigned int i = 0; i < 5000; i++) {
		size_t len = randombytes_uniform(sizeof(packet) + 1);
		uint8_t *exact = malloc(len ? len : 1);

		assert_non_null(exact);
		randombytes_buf(exact, len);
		(void)decoder_decode(d, exact, len, pcm);
		free(exact);
		if (i % 7 == 0)
			decoder_conceal(d, pcm);
	}
	decoder_free(d);
}

static void a_lost_frame_is_made_up_from_the_one_before(void **state)
{
	uint8_t packet[CODEC_MAX_PACKET];
	float pcm[CODEC_FRAME];
	double power = 0;
	struct encoder *e;
	struct decoder *d;

	assert_int_equal(encoder_new(32000, &e), 0);
	assert_int_equal(decoder_new(&d), 0);
	for (unsigned int f = 0; f < 20; f++) {
		sound(1, f, pcm);
		assert_int_equal(encoder_encode(e, pcm, packet), 0);
		assert_int_equal(decoder_decode(d, packet, encoder_packet_len(e), pcm), 0);
	}
	decoder_conceal(d, pcm);
	for (unsigned int i = 0; i < CODEC_FRAME; i++)
		power += pcm[i] * pcm[i];
	assert_true(sqrt(power / CODEC_FRAME) > 0.05);
	encoder_free(e);
	decoder_free(d);
}

static void packets_follow_one_another(void **state)
{
	float pcm[CODEC_FRAME] = { 0 };
	uint8_t packet[PACKETIZER_MAX_LEN];
	struct packetizer p;
	struct rtp_header h, last = { 0 };
	const uint8_t *payload;
	size_t len, payload_len;

	assert_int_equal(packetizer_init(&p, 32000, 96, 42), 0);
	p.next.seq = 65530;	/* so that it wraps */
	p.next.timestamp = UINT32_MAX - 4 * CODEC_FRAME;
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(packetizer_frame(&p, pcm, packet, &len), 0);
		assert_int_equal(len, RTP_HEADER_LEN + 80);
		assert_int_equal(rtp_parse(packet, len, &h, &payload, &payload_len), 0);
		assert_int_equal(h.ssrc, 42);
		assert_int_equal(h.payload_type, 96);
		assert_false(h.marker);
		if (i > 0) {
			assert_int_equal(h.seq, (uint16_t)(last.seq + 1));
			assert_int_equal(h.timestamp, last.timestamp + CODEC_FRAME);
		}
		last = h;
	}
	packetizer_skip(&p, 3);
	assert_int_equal(packetizer_frame(&p, pcm, packet, &len), 0);
	assert_int_equal(rtp_parse(packet, len, &h, &payload, &payload_len), 0);
	assert_int_equal(h.seq, (uint16_t)(last.seq + 1));
	assert_int_equal(h.timestamp, last.timestamp + 4 * CODEC_FRAME);
	assert_int_equal(p.packets, 11);
	assert_int_equal(p.octets, 880);
	packetizer_clear(&p);
}

/* RFC 3711 section 3.3.1: the receiver guesses a rollover counter of 0. */
static void streams_begin_in_the_lower_half(void **state)
{
	struct packetizer p;

	for (int i = 0; i < 40; i++) {
		assert_int_equal(packetizer_init(&p, 32000, 96, 1), 0);
		assert_in_range(p.next.seq, 0, 0x7fff);
		packetizer_clear(&p);
	}
}

static void streams_begin_at_random(void **state)
{
	struct packetizer a, b;

	assert_int_equal(packetizer_init(&a, 32000, 96, 1), 0);
	assert_int_equal(packetizer_init(&b, 32000, 96, 1), 0);
	assert_false(a.next.seq == b.next.seq && a.next.timestamp == b.next.timestamp);
	packetizer_clear(&a);
	packetizer_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_packet_of_a_bitrate_has_the_same_size),
		cmocka_unit_test(a_bitrate_out_of_range_is_refused),
		cmocka_unit_test(a_tone_comes_back),
		cmocka_unit_test(what_is_no_opus_of_20_ms_is_refused),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(a_lost_frame_is_made_up_from_the_one_before),
		cmocka_unit_test(packets_follow_one_another),
		cmocka_unit_test(streams_begin_in_the_lower_half),
		cmocka_unit_test(streams_begin_at_random),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
