// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The media thread.
 *
 *	sink process() --> said ring --> encode --> socket       every 20 ms
 *	socket --> jitter buffer --> decode --> heard ring --> source process()
 *
 * The send side obeys the clock, the receive side obeys the listener: frames
 * are decoded as the source's graph uses them up. Everything below the rings
 * belongs to this thread alone; what the other threads touch is atomic.
 */
#include "media.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <pipewire/thread.h>

#include "jitter.h"
#include "packetizer.h"
#include "reception.h"
#include "ring.h"

#define NS_PER_SEC	UINT64_C(1000000000)
#define NTP_EPOCH	UINT64_C(2208988800)	/* 1970 in seconds since 1900 */
#define MAX_DATAGRAM	2048
#define MAX_CATCH_UP	10	/* frames sent at once after this thread was kept waiting */
#define PLC_FRAMES	5	/* concealed in a row before silence is the honest answer */
#define TRIM_TICKS	250	/* 5 s with a frame to spare in the said ring */

enum { POLL_STOP, POLL_TICK, POLL_SOCKET, N_POLL };

struct media {
	struct media_params params;
	struct hashlog *log;
	struct spa_thread *thread;
	int stop_fd;
	int tick_fd;
	int socket_fd;

	struct ring said;		/* sink process() writes, media thread reads */
	struct ring heard;		/* media thread writes, source process() reads */
	atomic_bool sink_running;
	atomic_bool source_running;
	atomic_bool source_stale;	/* what is in the heard ring is of an earlier run */
	bool source_flows;		/* source process() has been satisfied once in this run */
	atomic_uint sink_quantum;	/* samples per cycle of the graph, 0 before the first */
	atomic_uint source_quantum;
	atomic_uint_fast64_t missing;	/* samples that the source needed and were not there */
	atomic_uint said_behind;	/* samples before the newest one that leave first */
	atomic_uint heard_behind;	/* samples waiting in the jitter buffer */

	struct packetizer packetizer;
	bool said_primed;		/* enough is in the said ring to go without a gap */
	unsigned int said_ticks;	/* trimming window of the said ring */
	uint32_t said_min;

	struct jitter jitter;
	struct decoder *decoder;
	struct reception reception;
	unsigned int concealed_run;
	uint64_t next_rtcp_ns;
	struct media_stats stats;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * NS_PER_SEC + t.tv_nsec;
}

/* ---- the real-time side ---- */

void media_sink_write(struct media *m, const float *samples, uint32_t n)
{
	atomic_store_explicit(&m->sink_quantum, n, memory_order_relaxed);
	ring_write(&m->said, samples, n);
	/* Read at any other time, the level would say when it was read. */
	atomic_store_explicit(&m->said_behind, ring_level(&m->said), memory_order_relaxed);
}

void media_source_read(struct media *m, float *samples, uint32_t n)
{
	uint32_t got;

	if (atomic_exchange(&m->source_stale, false)) {
		ring_drop(&m->heard, RING_SAMPLES);
		m->source_flows = false;
	}
	atomic_store_explicit(&m->source_quantum, n, memory_order_relaxed);
	got = ring_read(&m->heard, samples, n);
	if (got == n)
		m->source_flows = true;
	else if (m->source_flows)
		atomic_fetch_add_explicit(&m->missing, n - got, memory_order_relaxed);
}

void media_sink_running(struct media *m, bool running)
{
	atomic_store(&m->sink_running, running);
}

void media_source_running(struct media *m, bool running)
{
	if (running && !atomic_load(&m->source_running)) {
		atomic_store(&m->source_stale, true);
		atomic_store(&m->source_quantum, 0);
	}
	atomic_store(&m->source_running, running);
}

uint32_t media_sink_delay(struct media *m)
{
	return atomic_load(&m->said_behind) + encoder_delay(m->packetizer.encoder);
}

uint32_t media_source_delay(struct media *m)
{
	return ring_level(&m->heard) + atomic_load(&m->heard_behind);
}

/* ---- sending ---- */

/* A delay that was not needed for a whole window is taken back. */
static void trim_said(struct media *m, uint32_t level)
{
	if (level < m->said_min)
		m->said_min = level;
	if (++m->said_ticks < TRIM_TICKS)
		return;
	if (m->said_min >= 2 * CODEC_FRAME)
		ring_drop(&m->said, CODEC_FRAME);
	m->said_ticks = 0;
	m->said_min = UINT32_MAX;
}

/* The next 20 ms of what is said; silence when nobody speaks into the sink. */
static void take_said(struct media *m, float *pcm)
{
	uint32_t level = ring_level(&m->said);

	if (!atomic_load(&m->sink_running)) {
		m->said_primed = false;
		ring_read(&m->said, pcm, CODEC_FRAME);	/* the tail of what was said */
		return;
	}
	if (!m->said_primed && level >= CODEC_FRAME + atomic_load(&m->sink_quantum)) {
		m->said_primed = true;
		m->said_ticks = 0;
		m->said_min = UINT32_MAX;
	}
	/* Half a frame now would be a gap now and half a frame later: wait for a whole one. */
	if (!m->said_primed || level < CODEC_FRAME) {
		memset(pcm, 0, CODEC_FRAME * sizeof(*pcm));
		return;
	}
	trim_said(m, level);
	ring_read(&m->said, pcm, CODEC_FRAME);
}

/*
 * A datagram that the socket does not take is a lost packet, which calls bear;
 * ECONNREFUSED is the other end's ICMP for an earlier one.
 */
static void send_datagram(struct media *m, const char *kind, const uint8_t *packet,
			  size_t len, size_t clear)
{
	if (hashlog_add(m->log, kind, packet + clear, len - clear))
		m->stats.send_errors++;
	if (send(m->socket_fd, packet, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len)
		m->stats.send_errors++;
	else if (clear == RTP_HEADER_LEN)
		m->stats.sent++;
}

static void send_frame(struct media *m)
{
	uint8_t packet[PACKETIZER_MAX_LEN];
	float pcm[CODEC_FRAME];
	size_t len;

	take_said(m, pcm);
	if (packetizer_frame(&m->packetizer, pcm, packet, &len))
		m->stats.send_errors++;
	else
		send_datagram(m, "rtp", packet, len, RTP_HEADER_LEN);
	explicit_bzero(pcm, sizeof(pcm));
}

static void send_rtcp(struct media *m, uint64_t now)
{
	uint64_t wall = now_ns(CLOCK_REALTIME);
	struct rtcp_sender_info info = {
		.ntp = (wall / NS_PER_SEC + NTP_EPOCH) << 32 |
		       (wall % NS_PER_SEC << 32) / NS_PER_SEC,
		.timestamp = m->packetizer.next.timestamp,
		.packets = m->packetizer.packets,
		.octets = m->packetizer.octets,
	};
	struct rtcp_report report;
	uint8_t packet[RTCP_MAX_LEN];
	size_t len;

	m->next_rtcp_ns = now + rtcp_interval_ms(randombytes_random()) * (NS_PER_SEC / 1000);
	if (m->reception.started)
		reception_report(&m->reception, now / 1000, &report);
	len = rtcp_build(m->params.ssrc, info.packets ? &info : NULL,
			 m->reception.started ? &report : NULL, m->params.cname, packet);
	send_datagram(m, "rtcp", packet, len, RTCP_HEADER_LEN);
}

/* ---- receiving ---- */

static void receive_rtcp(struct media *m, const uint8_t *pkt, size_t len, uint64_t now)
{
	struct rtcp_seen seen;

	if (rtcp_parse(pkt, len, m->params.ssrc, &seen)) {
		m->stats.malformed++;
		return;
	}
	if (seen.has_info)
		reception_sr(&m->reception, seen.sender, seen.info.ntp, now / 1000);
	if (seen.has_report)
		m->stats.lost_there = seen.report.fraction_lost;
}

static void receive_rtp(struct media *m, const uint8_t *pkt, size_t len, uint64_t now)
{
	struct rtp_header h;
	const uint8_t *payload;
	size_t payload_len;
	int stream;

	if (rtp_parse(pkt, len, &h, &payload, &payload_len) ||
	    h.payload_type != m->params.payload_type || h.ssrc == m->params.ssrc) {
		m->stats.malformed++;
		return;
	}
	stream = reception_packet(&m->reception, h.ssrc, h.seq, h.timestamp,
				  now / 1000 * (CODEC_RATE / 1000) / 1000);
	if (stream < 0)
		return;
	if (stream > 0 && m->stats.received > 0)
		jitter_restart(&m->jitter);
	m->stats.received++;
	if (jitter_put(&m->jitter, h.seq, payload, payload_len) == JITTER_TOO_LONG)
		m->stats.malformed++;
}

static void receive_all(struct media *m, uint64_t now)
{
	uint8_t pkt[MAX_DATAGRAM];

	for (;;) {
		ssize_t len = recv(m->socket_fd, pkt, sizeof(pkt), MSG_DONTWAIT | MSG_TRUNC);

		if (len < 0 && errno == ECONNREFUSED)
			continue;
		if (len < 0)
			return;
		if ((size_t)len > sizeof(pkt))
			m->stats.malformed++;
		else if (rtp_is_rtcp(pkt, len))
			receive_rtcp(m, pkt, len, now);
		else
			receive_rtp(m, pkt, len, now);
	}
}

/* Decode or make up the next 20 ms; false if the other end has not begun. */
static bool next_heard(struct media *m, float *pcm, bool *made_up)
{
	const uint8_t *data;
	size_t len;
	enum jitter_get what = jitter_get(&m->jitter, &data, &len);

	*made_up = false;
	if (what == JITTER_WAIT) {
		memset(pcm, 0, CODEC_FRAME * sizeof(*pcm));
		return false;
	}
	if (what == JITTER_PACKET && !decoder_decode(m->decoder, data, len, pcm)) {
		m->concealed_run = 0;
		return true;
	}
	*made_up = true;
	decoder_conceal(m->decoder, pcm);
	if (++m->concealed_run > PLC_FRAMES)
		memset(pcm, 0, CODEC_FRAME * sizeof(*pcm));
	return true;
}

static void play_frame(struct media *m, bool listening)
{
	float pcm[CODEC_FRAME];
	bool made_up;

	if (next_heard(m, pcm, &made_up) && listening) {
		m->stats.frames++;
		m->stats.concealed += made_up;
	}
	if (listening)
		ring_write(&m->heard, pcm, CODEC_FRAME);
	explicit_bzero(pcm, sizeof(pcm));
}

/*
 * Keep one cycle of the graph and one frame ahead. While nobody listens, or
 * the graph has not asked yet, speech passes by at the pace of the clock.
 */
static void play(struct media *m, uint64_t ticks)
{
	uint32_t quantum = atomic_load(&m->source_quantum);

	if (atomic_load(&m->source_running) && quantum > 0) {
		while (ring_level(&m->heard) < quantum + CODEC_FRAME)
			play_frame(m, true);
	} else {
		for (; ticks > 0; ticks--)
			play_frame(m, false);
	}
	atomic_store(&m->heard_behind, jitter_depth(&m->jitter) * CODEC_FRAME);
}

/* ---- the thread ---- */

static uint64_t read_ticks(struct media *m)
{
	uint64_t ticks;

	if (read(m->tick_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return 0;
	if (ticks > MAX_CATCH_UP) {
		packetizer_skip(&m->packetizer, ticks - MAX_CATCH_UP);
		ticks = MAX_CATCH_UP;
	}
	return ticks;
}

static void *media_run(void *data)
{
	struct media *m = data;
	struct pollfd fds[N_POLL] = {
		[POLL_STOP] = { .fd = m->stop_fd, .events = POLLIN },
		[POLL_TICK] = { .fd = m->tick_fd, .events = POLLIN },
		[POLL_SOCKET] = { .fd = m->socket_fd, .events = POLLIN },
	};

	while (!fds[POLL_STOP].revents) {
		uint64_t ticks = 0;
		uint64_t now;

		if (poll(fds, N_POLL, -1) < 0)
			continue;	/* EINTR; nothing else can happen here */
		now = now_ns(CLOCK_MONOTONIC);
		if (fds[POLL_SOCKET].revents)
			receive_all(m, now);
		if (fds[POLL_TICK].revents)
			ticks = read_ticks(m);
		for (uint64_t i = 0; i < ticks; i++)
			send_frame(m);
		if (now >= m->next_rtcp_ns)
			send_rtcp(m, now);
		play(m, ticks);
	}
	return NULL;
}

static int open_clocks(struct media *m)
{
	const struct itimerspec every = {
		.it_interval.tv_nsec = CODEC_FRAME_MS * 1000000,
		.it_value.tv_nsec = CODEC_FRAME_MS * 1000000,
	};

	m->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	m->tick_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (m->stop_fd < 0 || m->tick_fd < 0 || timerfd_settime(m->tick_fd, 0, &every, NULL))
		return -errno;
	return 0;
}

static void media_free(struct media *m)
{
	if (m->stop_fd >= 0)
		close(m->stop_fd);
	if (m->tick_fd >= 0)
		close(m->tick_fd);
	close(m->socket_fd);
	packetizer_clear(&m->packetizer);
	decoder_free(m->decoder);
	ring_wipe(&m->said);
	ring_wipe(&m->heard);
	explicit_bzero(&m->jitter, sizeof(m->jitter));
	free(m);
}

int media_start(int fd, const struct media_params *params, struct hashlog *log,
		struct media **out)
{
	struct media *m = calloc(1, sizeof(*m));
	int error;

	if (!m) {
		close(fd);
		return -ENOMEM;
	}
	m->params = *params;
	m->log = log;
	m->socket_fd = fd;
	m->stop_fd = -1;
	m->tick_fd = -1;
	ring_init(&m->said);
	ring_init(&m->heard);
	jitter_init(&m->jitter);
	m->next_rtcp_ns = now_ns(CLOCK_MONOTONIC) +
			  rtcp_interval_ms(randombytes_random()) * (NS_PER_SEC / 1000) / 2;

	error = packetizer_init(&m->packetizer, params->bitrate, params->payload_type,
				params->ssrc);
	if (!error)
		error = decoder_new(&m->decoder);
	if (!error)
		error = open_clocks(m);
	if (!error) {
		m->thread = pw_thread_utils_create(NULL, media_run, m);
		error = m->thread ? 0 : -errno;
	}
	if (error) {
		media_free(m);
		return error;
	}
	/* Without the right to real-time priority it runs as it is. */
	(void)pw_thread_utils_acquire_rt(m->thread, -1);
	*out = m;
	return 0;
}

void media_stop(struct media *m, struct media_stats *stats)
{
	uint64_t missing;

	eventfd_write(m->stop_fd, 1);
	pw_thread_utils_join(m->thread, NULL);

	/* A gap that the source heard is as made up as any other. */
	missing = (atomic_load(&m->missing) + CODEC_FRAME - 1) / CODEC_FRAME;
	m->stats.frames += missing;
	m->stats.concealed += missing;
	m->stats.late = m->jitter.late;
	m->stats.reordered = m->jitter.reordered;
	m->stats.duplicates = m->jitter.duplicates;
	m->stats.dropped = m->jitter.dropped;
	m->stats.restarts = m->jitter.restarts;
	m->stats.jitter_us = (m->reception.jitter16 >> 4) * UINT64_C(1000000) / CODEC_RATE;
	if (stats)
		*stats = m->stats;
	media_free(m);
}
