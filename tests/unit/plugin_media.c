// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plugin's media thread over sockets on loopback: what a wiretap could learn
 * from sizes and pace, and that speech comes through. The test is the graph: a
 * timer stands for PipeWire's cycles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "codec.h"
#include "media.h"
#include "rtp.h"

#define QUANTUM		512
#define PATIENCE_MS	2000
#define RTP_LEN		(RTP_HEADER_LEN + 80)

static const struct media_params params_a = {
	.payload_type = 96, .bitrate = 32000, .ssrc = 1, .cname = "a",
};
static const struct media_params params_b = {
	.payload_type = 96, .bitrate = 32000, .ssrc = 2, .cname = "b",
};

/* Two UDP sockets on loopback, connected to each other. */
static void socket_pair(int fds[2])
{
	struct sockaddr_in at[2];
	socklen_t len = sizeof(at[0]);

	for (int i = 0; i < 2; i++) {
		memset(&at[i], 0, sizeof(at[i]));
		at[i].sin_family = AF_INET;
		at[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_true(fds[i] >= 0);
		assert_int_equal(bind(fds[i], (struct sockaddr *)&at[i], len), 0);
		assert_int_equal(getsockname(fds[i], (struct sockaddr *)&at[i], &len), 0);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(connect(fds[i], (struct sockaddr *)&at[1 - i], len), 0);
}

/* The next RTP packet; its length is checked by the caller. */
static size_t next_rtp(int fd, uint8_t *pkt, size_t room)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t len;

		assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
		len = recv(fd, pkt, room, 0);
		assert_true(len > 0);
		if (!rtp_is_rtcp(pkt, len))
			return len;
	}
}

static int graph_clock(void)
{
	const struct itimerspec every = {
		.it_interval.tv_nsec = 1000000000LL * QUANTUM / CODEC_RATE,
		.it_value.tv_nsec = 1000000000LL * QUANTUM / CODEC_RATE,
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(timerfd_settime(fd, 0, &every, NULL), 0);
	return fd;
}

static unsigned int cycles_due(int clock_fd)
{
	uint64_t n;

	assert_int_equal(read(clock_fd, &n, sizeof(n)), sizeof(n));
	return n;
}

static float tone(unsigned int i)
{
	return 0.3f * sinf(2 * (float)M_PI * 440 * (float)i / CODEC_RATE);
}

static void say_cycle(struct media *m, unsigned int cycle)
{
	float pcm[QUANTUM];

	for (unsigned int i = 0; i < QUANTUM; i++)
		pcm[i] = tone(cycle * QUANTUM + i);
	media_sink_write(m, pcm, QUANTUM);
}

static double loudness(const float *pcm, unsigned int n)
{
	double power = 0;

	for (unsigned int i = 0; i < n; i++)
		power += pcm[i] * pcm[i];
	return sqrt(power / n);
}

static int64_t ms_since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - t->tv_sec) * 1000 + (now.tv_nsec - t->tv_nsec) / 1000000;
}

static void a_packet_leaves_each_20_ms_though_nobody_is_linked(void **state)
{
	uint8_t pkt[2048];
	struct timespec first;
	struct rtp_header h;
	struct media *m;
	const uint8_t *payload;
	size_t payload_len;
	uint16_t seq = 0;
	int fds[2];

	socket_pair(fds);
	assert_int_equal(media_start(fds[0], &params_a, NULL, &m), 0);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(next_rtp(fds[1], pkt, sizeof(pkt)), RTP_LEN);
		assert_int_equal(rtp_parse(pkt, RTP_LEN, &h, &payload, &payload_len), 0);
		if (i == 0)
			clock_gettime(CLOCK_MONOTONIC, &first);
		else
			assert_int_equal(h.seq, (uint16_t)(seq + 1));
		seq = h.seq;
	}
	assert_in_range(ms_since(&first), 900, 1400);
	media_stop(m, NULL);
	close(fds[1]);
}

static void size_and_pace_do_not_change_when_somebody_speaks(void **state)
{
	uint8_t pkt[2048];
	float pcm[CODEC_FRAME];
	const uint8_t *payload;
	size_t payload_len;
	struct rtp_header h;
	struct decoder *d;
	struct media *m;
	uint32_t timestamp = 0;
	double heard = 0;
	int clock_fd = graph_clock();
	int fds[2];

	socket_pair(fds);
	assert_int_equal(decoder_new(&d), 0);
	assert_int_equal(media_start(fds[0], &params_a, NULL, &m), 0);
	media_sink_running(m, true);
	for (unsigned int cycle = 0, got = 0; got < 100;) {
		struct pollfd p[2] = {
			{ .fd = clock_fd, .events = POLLIN }, { .fd = fds[1], .events = POLLIN },
		};

		assert_true(poll(p, 2, PATIENCE_MS) > 0);
		if (p[0].revents) {
			for (unsigned int n = cycles_due(clock_fd); n > 0; n--)
				say_cycle(m, cycle++);
		}
		if (!p[1].revents)
			continue;
		assert_int_equal(next_rtp(fds[1], pkt, sizeof(pkt)), RTP_LEN);
		assert_int_equal(rtp_parse(pkt, RTP_LEN, &h, &payload, &payload_len), 0);
		if (got > 0)
			assert_int_equal(h.timestamp, timestamp + CODEC_FRAME);
		timestamp = h.timestamp;
		assert_int_equal(decoder_decode(d, payload, payload_len, pcm), 0);
		if (++got > 50)
			heard += loudness(pcm, CODEC_FRAME) / 50;
	}
	assert_true(heard > 0.15);

	/* The program goes: what it had said is sent to the end, then silence. */
	media_sink_running(m, false);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(next_rtp(fds[1], pkt, sizeof(pkt)), RTP_LEN);
		assert_int_equal(rtp_parse(pkt, RTP_LEN, &h, &payload, &payload_len), 0);
		assert_int_equal(decoder_decode(d, payload, payload_len, pcm), 0);
	}
	assert_true(loudness(pcm, CODEC_FRAME) < 0.001);
	media_stop(m, NULL);
	decoder_free(d);
	close(fds[1]);
	close(clock_fd);
}

static void a_word_shorter_than_the_buffer_is_sent_whole(void **state)
{
	uint8_t pkt[2048];
	float pcm[CODEC_FRAME];
	const uint8_t *payload;
	size_t payload_len;
	struct rtp_header h;
	struct decoder *d;
	struct media *m;
	unsigned int loud = 0;
	int fds[2];

	socket_pair(fds);
	assert_int_equal(decoder_new(&d), 0);
	assert_int_equal(media_start(fds[0], &params_a, NULL, &m), 0);
	media_sink_running(m, true);
	say_cycle(m, 0);
	say_cycle(m, 1);
	/* It waits for more to come, so that no gap can open... */
	for (int i = 0; i < 5; i++) {
		assert_int_equal(next_rtp(fds[1], pkt, sizeof(pkt)), RTP_LEN);
		assert_int_equal(rtp_parse(pkt, RTP_LEN, &h, &payload, &payload_len), 0);
		assert_int_equal(decoder_decode(d, payload, payload_len, pcm), 0);
		assert_true(loudness(pcm, CODEC_FRAME) < 0.001);
	}
	/* ...until the program has gone. */
	media_sink_running(m, false);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(next_rtp(fds[1], pkt, sizeof(pkt)), RTP_LEN);
		assert_int_equal(rtp_parse(pkt, RTP_LEN, &h, &payload, &payload_len), 0);
		assert_int_equal(decoder_decode(d, payload, payload_len, pcm), 0);
		loud += loudness(pcm, CODEC_FRAME) > 0.1;
	}
	assert_in_range(loud, 1, 2);
	media_stop(m, NULL);
	decoder_free(d);
	close(fds[1]);
}

static void speech_comes_through(void **state)
{
	enum { CYCLES = 280, SETTLED = 60 };
	static float heard[CYCLES * QUANTUM];
	struct media_stats stats_a, stats_b;
	struct media *a, *b;
	unsigned int quiet = 0;
	int clock_fd = graph_clock();
	int fds[2];

	socket_pair(fds);
	assert_int_equal(media_start(fds[0], &params_a, NULL, &a), 0);
	assert_int_equal(media_start(fds[1], &params_b, NULL, &b), 0);
	media_sink_running(a, true);
	media_source_running(b, true);
	for (unsigned int cycle = 0; cycle < CYCLES;) {
		for (unsigned int n = cycles_due(clock_fd); n > 0 && cycle < CYCLES; n--, cycle++) {
			say_cycle(a, cycle);
			media_source_read(b, heard + cycle * QUANTUM, QUANTUM);
		}
	}
	assert_in_range(media_source_delay(b), 1, CODEC_RATE / 5);
	assert_in_range(media_sink_delay(a), 1, CODEC_RATE / 5);
	media_stop(a, &stats_a);
	media_stop(b, &stats_b);
	close(clock_fd);

	/* In pieces of 10 ms; a machine that is busy may cost one or two. */
	for (unsigned int i = SETTLED * QUANTUM; i + 480 <= CYCLES * QUANTUM; i += 480)
		quiet += loudness(heard + i, 480) < 0.15;
	assert_in_range(quiet, 0, 4);
	assert_in_range(stats_b.received, stats_a.sent - 1, stats_a.sent);
	assert_in_range(stats_b.frames, 100, 160);
	assert_int_equal(stats_b.malformed, 0);
	assert_int_equal(stats_a.send_errors, 0);
	assert_int_equal(stats_a.frames, 0);	/* nobody listened there */
}

static void what_is_missing_is_made_up_and_counted(void **state)
{
	enum { FRAMES = 100 };
	uint8_t pkt[RTP_LEN] = { 0 };
	float pcm[CODEC_FRAME] = { 0 }, heard[QUANTUM];
	struct encoder *e;
	struct media_stats stats;
	struct media *m;
	unsigned int sent = 0;
	int clock_fd = graph_clock();
	int fds[2];

	socket_pair(fds);
	assert_int_equal(encoder_new(32000, &e), 0);
	assert_int_equal(media_start(fds[0], &params_a, NULL, &m), 0);
	media_source_running(m, true);
	/* Each tenth packet never leaves. */
	for (uint64_t due = 0; sent < FRAMES; due++) {
		cycles_due(clock_fd);
		media_source_read(m, heard, QUANTUM);
		for (; sent < FRAMES && sent * CODEC_FRAME <= due * QUANTUM; sent++) {
			const struct rtp_header h = {
				.payload_type = 96, .seq = sent, .timestamp = sent * CODEC_FRAME,
				.ssrc = 7,
			};

			rtp_build(&h, pkt);
			assert_int_equal(encoder_encode(e, pcm, pkt + RTP_HEADER_LEN), 0);
			if (sent % 10 != 5)
				assert_int_equal(send(fds[1], pkt, sizeof(pkt), 0), sizeof(pkt));
		}
	}
	media_stop(m, &stats);
	assert_int_equal(stats.received, FRAMES * 9 / 10);
	assert_in_range(stats.concealed, 8, 20);
	assert_in_range(stats.frames, FRAMES - 12, FRAMES + 12);
	encoder_free(e);
	close(fds[1]);
	close(clock_fd);
}

static void what_is_no_packet_of_the_call_is_counted_and_ignored(void **state)
{
	static const struct rtp_header other_type = { .payload_type = 0, .ssrc = 7 };
	static const struct rtp_header reflected = { .payload_type = 96, .ssrc = 1 };
	uint8_t pkt[RTP_LEN] = { 0 };
	uint8_t sync[2048];
	struct media_stats stats;
	struct media *m;
	int fds[2];

	socket_pair(fds);
	assert_int_equal(media_start(fds[0], &params_a, NULL, &m), 0);
	assert_int_equal(send(fds[1], "noise", 5, 0), 5);
	assert_int_equal(send(fds[1], "\x80\xc8\x00\x06", 4, 0), 4);
	assert_int_equal(send(fds[1], sync, 0, 0), 0);
	rtp_build(&other_type, pkt);
	assert_int_equal(send(fds[1], pkt, sizeof(pkt), 0), sizeof(pkt));
	rtp_build(&reflected, pkt);
	assert_int_equal(send(fds[1], pkt, sizeof(pkt), 0), sizeof(pkt));
	/* Two more packets of its own, and it has read all of them. */
	next_rtp(fds[1], sync, sizeof(sync));
	next_rtp(fds[1], sync, sizeof(sync));
	media_stop(m, &stats);
	assert_int_equal(stats.malformed, 5);
	assert_int_equal(stats.received, 0);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_leaves_each_20_ms_though_nobody_is_linked),
		cmocka_unit_test(size_and_pace_do_not_change_when_somebody_speaks),
		cmocka_unit_test(a_word_shorter_than_the_buffer_is_sent_whole),
		cmocka_unit_test(speech_comes_through),
		cmocka_unit_test(what_is_missing_is_made_up_and_counted),
		cmocka_unit_test(what_is_no_packet_of_the_call_is_counted_and_ignored),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
