// SPDX-License-Identifier: GPL-2.0-or-later
#include "nodes.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#include <spa/param/audio/format-utils.h>
#include <spa/param/latency-utils.h>

#include "codec.h"
#include "log.h"
#include "nowhere.h"

#define UNPUBLISHED	UINT32_MAX
#define LATENCY_STEP	CODEC_FRAME	/* smaller changes are not worth telling */

struct nodes {
	struct media *media;
	struct pw_loop *loop;
	struct spa_source *latency_timer;
	struct pw_stream *source;
	struct pw_stream *sink;
	struct spa_hook source_listener;
	struct spa_hook sink_listener;
	uint32_t source_delay;		/* as published, in samples */
	uint32_t sink_delay;
};

/* ---- on the real-time thread ---- */

static void source_process(void *data)
{
	struct nodes *n = data;
	struct pw_buffer *b = pw_stream_dequeue_buffer(n->source);
	struct spa_data *d;
	uint32_t count;

	if (!b)
		return;
	d = &b->buffer->datas[0];
	if (d->data) {
		count = d->maxsize / sizeof(float);
		if (b->requested > 0 && b->requested < count)
			count = b->requested;
		media_source_read(n->media, d->data, count);
		d->chunk->offset = 0;
		d->chunk->stride = sizeof(float);
		d->chunk->size = count * sizeof(float);
	}
	pw_stream_queue_buffer(n->source, b);
}

static void sink_process(void *data)
{
	struct nodes *n = data;
	struct pw_buffer *b = pw_stream_dequeue_buffer(n->sink);
	struct spa_data *d;

	if (!b)
		return;
	d = &b->buffer->datas[0];
	if (d->data) {
		uint32_t offset = SPA_MIN(d->chunk->offset, d->maxsize);
		uint32_t size = SPA_MIN(d->chunk->size, d->maxsize - offset);

		media_sink_write(n->media, SPA_PTROFF(d->data, offset, const float),
				 size / sizeof(float));
	}
	pw_stream_queue_buffer(n->sink, b);
}

/* ---- on the main thread ---- */

static void log_failure(const char *which, enum pw_stream_state state, const char *error)
{
	if (state == PW_STREAM_STATE_ERROR)
		pw_log_error("%s: %s", which, error ? error : "unknown error");
}

static void source_state_changed(void *data, enum pw_stream_state old,
				 enum pw_stream_state state, const char *error)
{
	struct nodes *n = data;

	media_source_running(n->media, state == PW_STREAM_STATE_STREAMING);
	log_failure("source", state, error);
}

static void sink_state_changed(void *data, enum pw_stream_state old,
			       enum pw_stream_state state, const char *error)
{
	struct nodes *n = data;

	media_sink_running(n->media, state == PW_STREAM_STATE_STREAMING);
	log_failure("sink", state, error);
}

static const struct pw_stream_events source_events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = source_state_changed,
	.process = source_process,
};

static const struct pw_stream_events sink_events = {
	PW_VERSION_STREAM_EVENTS,
	.state_changed = sink_state_changed,
	.process = sink_process,
};

static const struct spa_pod *latency_param(struct spa_pod_builder *b,
					   enum spa_direction direction, uint32_t samples)
{
	uint64_t ns = samples * SPA_NSEC_PER_SEC / CODEC_RATE;
	struct spa_latency_info info = SPA_LATENCY_INFO(direction, .min_ns = ns, .max_ns = ns);

	return spa_latency_build(b, SPA_PARAM_Latency, &info);
}

static void publish_latency(struct pw_stream *stream, enum spa_direction direction,
			    uint32_t now, uint32_t *published)
{
	uint8_t buffer[512];
	struct spa_pod_builder b = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	const struct spa_pod *param;
	uint32_t change = now > *published ? now - *published : *published - now;

	if (change < LATENCY_STEP)
		return;
	param = latency_param(&b, direction, now);
	if (pw_stream_update_params(stream, &param, 1) >= 0)
		*published = now;
}

static void latency_tick(void *data, uint64_t expirations)
{
	struct nodes *n = data;

	publish_latency(n->source, SPA_DIRECTION_OUTPUT, media_source_delay(n->media),
			&n->source_delay);
	publish_latency(n->sink, SPA_DIRECTION_INPUT, media_sink_delay(n->media),
			&n->sink_delay);
}

static struct pw_properties *node_properties(unsigned int number, const char *name,
					     const char *media_class, const char *kind)
{
	struct pw_properties *p = pw_properties_new(
		PW_KEY_MEDIA_CLASS, media_class,
		PW_KEY_NODE_VIRTUAL, "true",
		PW_KEY_NODE_LATENCY, "960/48000",
		PW_KEY_PRIORITY_SESSION, CALL_PRIORITY,
		NULL);

	if (!p)
		return NULL;
	pw_properties_setf(p, PW_KEY_NODE_NAME, "sotto.call.%u.%s.%08x", number, kind,
			   randombytes_random());
	pw_properties_setf(p, PW_KEY_OBJECT_PATH, "sotto.call.%u.%s", number, kind);
	pw_properties_setf(p, PW_KEY_NODE_DESCRIPTION, "Call with %s",
			   *name ? name : "an unknown caller");
	pw_properties_setf(p, PW_KEY_NODE_GROUP, "sotto.call.%u", number);
	pw_properties_setf(p, PW_KEY_NODE_LINK_GROUP, "sotto.call.%u", number);
	return p;
}

static int connect_stream(struct pw_stream *stream, enum pw_direction direction)
{
	uint8_t buffer[1024];
	struct spa_pod_builder b = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	struct spa_audio_info_raw format = {
		.format = SPA_AUDIO_FORMAT_F32,
		.rate = CODEC_RATE,
		.channels = 1,
		.position = { SPA_AUDIO_CHANNEL_MONO },
	};
	const struct spa_pod *params[] = {
		spa_format_audio_raw_build(&b, SPA_PARAM_EnumFormat, &format),
	};

	return pw_stream_connect(stream, direction, PW_ID_ANY,
				 PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS,
				 params, SPA_N_ELEMENTS(params));
}

static int make_streams(struct nodes *n, struct pw_core *core, unsigned int number,
			const char *name)
{
	int error;

	n->source = pw_stream_new(core, "call source",
				  node_properties(number, name, "Audio/Source", "source"));
	n->sink = pw_stream_new(core, "call sink",
				node_properties(number, name, "Audio/Sink", "sink"));
	if (!n->source || !n->sink)
		return -errno;
	pw_stream_add_listener(n->source, &n->source_listener, &source_events, n);
	pw_stream_add_listener(n->sink, &n->sink_listener, &sink_events, n);
	error = connect_stream(n->source, PW_DIRECTION_OUTPUT);
	if (error >= 0)
		error = connect_stream(n->sink, PW_DIRECTION_INPUT);
	return error < 0 ? error : 0;
}

int nodes_new(struct pw_core *core, struct pw_loop *loop, unsigned int number,
	      const char *name, struct media *media, struct nodes **out)
{
	struct timespec second = { .tv_sec = 1 };
	struct nodes *n = calloc(1, sizeof(*n));
	int error;

	if (!n)
		return -ENOMEM;
	n->media = media;
	n->loop = loop;
	n->source_delay = UNPUBLISHED;
	n->sink_delay = UNPUBLISHED;
	error = make_streams(n, core, number, name);
	if (!error) {
		n->latency_timer = pw_loop_add_timer(loop, latency_tick, n);
		error = n->latency_timer ?
			pw_loop_update_timer(loop, n->latency_timer, &second, &second, false) :
			-errno;
	}
	if (error < 0) {
		nodes_free(n);
		return error;
	}
	*out = n;
	return 0;
}

void nodes_free(struct nodes *n)
{
	if (!n)
		return;
	if (n->latency_timer)
		pw_loop_destroy_source(n->loop, n->latency_timer);
	if (n->source)
		pw_stream_destroy(n->source);
	if (n->sink)
		pw_stream_destroy(n->sink);
	media_source_running(n->media, false);
	media_sink_running(n->media, false);
	free(n);
}
