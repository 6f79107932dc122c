/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_MEDIA_H
#define SOTTO_PLUGIN_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "hashlog.h"
#include "rtcp.h"

/**
 * struct media_params - what Call.Acquire() says of the stream
 * @payload_type: of Opus, both ways
 * @bitrate: bits per second, constant
 * @ssrc: ours
 * @cname: ours, random per call
 */
struct media_params {
	uint8_t payload_type;
	unsigned int bitrate;
	uint32_t ssrc;
	char cname[RTCP_MAX_CNAME + 1];
};

/**
 * struct media_stats - what happened to a call's speech
 * @sent: RTP packets handed to the socket
 * @send_errors: packets that the socket or the encoder refused
 * @received: well formed RTP packets of the other end's stream
 * @malformed: datagrams that were neither RTP nor RTCP of this call
 * @frames: frames of 20 ms played while a program was listening
 * @concealed: how many of them were made up
 * @late: packets that came after their turn
 * @reordered: packets that others had overtaken, in time nevertheless
 * @duplicates: packets that came twice
 * @dropped: frames left out to shorten the delay
 * @restarts: times that the other end's stream began anew
 * @jitter_us: of arrival, RFC 3550 appendix A.8
 * @lost_there: of 256, what the other end last said to have missed
 */
struct media_stats {
	uint64_t sent;
	uint64_t send_errors;
	uint64_t received;
	uint64_t malformed;
	uint64_t frames;
	uint64_t concealed;
	uint64_t late;
	uint64_t reordered;
	uint64_t duplicates;
	uint64_t dropped;
	uint64_t restarts;
	uint32_t jitter_us;
	uint8_t lost_there;
};

/*
 * One call's speech between a socket and two rings. A thread of its own sends a
 * packet each 20 ms whatever happens on the audio side, and keeps the ring that
 * the microphone node reads from just full enough.
 */
struct media;

/**
 * media_start() - begin to send and receive
 * @fd: connected UDP socket; taken over in any case, closed on failure too
 * @params: of the stream
 * @log: where the hashes of what is sent go, or NULL; must outlive the call
 * @out: set to the stream; the caller ends it with media_stop()
 *
 * Return: 0 or a negative errno.
 */
int media_start(int fd, const struct media_params *params, struct hashlog *log,
		struct media **out);

/**
 * media_stop() - end it, close the socket, wipe the speech
 * @m: stream; not to be used after
 * @stats: filled, if not NULL
 */
void media_stop(struct media *m, struct media_stats *stats);

/**
 * media_sink_write() - what the person says
 * @m: stream
 * @samples: mono, 48 kHz
 * @n: how many
 *
 * For the real-time thread: touches the ring only.
 */
void media_sink_write(struct media *m, const float *samples, uint32_t n);

/**
 * media_source_read() - what the other end says
 * @m: stream
 * @samples: filled with @n samples, mono, 48 kHz; silence where there is nothing
 * @n: how many
 *
 * For the real-time thread: touches the ring only.
 */
void media_source_read(struct media *m, float *samples, uint32_t n);

/** media_sink_running() - whether anything is linked to the sink, from the main thread */
void media_sink_running(struct media *m, bool running);

/** media_source_running() - whether anybody listens to the source, from the main thread */
void media_source_running(struct media *m, bool running);

/** media_sink_delay() - samples from the sink to the wire, now */
uint32_t media_sink_delay(struct media *m);

/** media_source_delay() - samples from the wire to the source, now */
uint32_t media_source_delay(struct media *m);

#endif
