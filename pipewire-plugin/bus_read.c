// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * org.sotto1's answers (Documentation/dbus.rst) as C.
 */
#include "bus_read.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "codec.h"

#define FIRST_DYNAMIC_PT 96	/* RFC 3551 section 6 */

typedef int (*property_fn)(sd_bus_message *m, const char *name, void *data);

/*
 * Walk a{sv}. @fn reads the value if it wants it and returns 1, or returns 0
 * and the value is skipped.
 */
static int each_property(sd_bus_message *m, property_fn fn, void *data)
{
	int r = sd_bus_message_enter_container(m, 'a', "{sv}");

	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		const char *name;

		r = sd_bus_message_read(m, "s", &name);
		if (r >= 0)
			r = fn(m, name, data);
		if (r == 0)
			r = sd_bus_message_skip(m, "v");
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_text(sd_bus_message *m, char *out, size_t room)
{
	const char *text;
	int r = sd_bus_message_read(m, "v", "s", &text);

	if (r < 0)
		return r;
	if (strlen(text) >= room)
		return -EMSGSIZE;
	strcpy(out, text);
	return 1;
}

struct listed {
	struct bus_call *call;
	char progress[16];
	char kind[16];
};

static int call_property(sd_bus_message *m, const char *name, void *data)
{
	struct listed *l = data;

	if (!strcmp(name, "Progress"))
		return read_text(m, l->progress, sizeof(l->progress));
	if (!strcmp(name, "Kind"))
		return read_text(m, l->kind, sizeof(l->kind));
	if (!strcmp(name, "Name"))
		return read_text(m, l->call->name, sizeof(l->call->name));
	if (!strcmp(name, "Since"))
		return sd_bus_message_read(m, "v", "t", &l->call->since);
	return 0;
}

int bus_read_calls(sd_bus_message *reply, struct bus_call *calls, size_t max, size_t *n)
{
	int r = sd_bus_message_enter_container(reply, 'a', "(oa{sv})");

	*n = 0;
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(reply, 'r', "oa{sv}")) > 0) {
		struct bus_call call = { 0 };
		struct listed l = { .call = &call };
		const char *path;

		r = sd_bus_message_read(reply, "o", &path);
		if (r >= 0)
			r = each_property(reply, call_property, &l);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
		if (r < 0)
			return r;
		if (strcmp(l.progress, "active") || strcmp(l.kind, "direct"))
			continue;
		if (strlen(path) >= sizeof(call.path))
			return -EMSGSIZE;
		strcpy(call.path, path);
		if (*n < max)
			calls[(*n)++] = call;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(reply);
	return r < 0 ? r : 0;
}

struct acquired {
	struct media_params *params;
	char codec[16];
	uint32_t clock_rate;
	uint32_t ptime_ms;
	uint8_t channels;
	int rtcp_mux;
};

static int media_property(sd_bus_message *m, const char *name, void *data)
{
	struct acquired *a = data;

	if (!strcmp(name, "codec"))
		return read_text(m, a->codec, sizeof(a->codec));
	if (!strcmp(name, "cname"))
		return read_text(m, a->params->cname, sizeof(a->params->cname));
	if (!strcmp(name, "payload-type"))
		return sd_bus_message_read(m, "v", "y", &a->params->payload_type);
	if (!strcmp(name, "clock-rate"))
		return sd_bus_message_read(m, "v", "u", &a->clock_rate);
	if (!strcmp(name, "channels"))
		return sd_bus_message_read(m, "v", "y", &a->channels);
	if (!strcmp(name, "ptime-ms"))
		return sd_bus_message_read(m, "v", "u", &a->ptime_ms);
	if (!strcmp(name, "bitrate"))
		return sd_bus_message_read(m, "v", "u", &a->params->bitrate);
	if (!strcmp(name, "ssrc"))
		return sd_bus_message_read(m, "v", "u", &a->params->ssrc);
	if (!strcmp(name, "rtcp-mux"))
		return sd_bus_message_read(m, "v", "b", &a->rtcp_mux);
	return 0;
}

int bus_read_acquired(sd_bus_message *reply, int *fd, struct media_params *params)
{
	struct acquired a = { .params = params };
	int theirs;
	int r;

	memset(params, 0, sizeof(*params));
	r = sd_bus_message_read(reply, "h", &theirs);
	if (r >= 0)
		r = each_property(reply, media_property, &a);
	if (r < 0)
		return r;
	if (strcmp(a.codec, "opus") || a.clock_rate != CODEC_RATE || a.channels != 1 ||
	    a.ptime_ms != CODEC_FRAME_MS || !a.rtcp_mux || params->cname[0] == '\0' ||
	    params->payload_type < FIRST_DYNAMIC_PT || params->payload_type > 127 ||
	    params->bitrate < CODEC_MIN_BITRATE || params->bitrate > CODEC_MAX_BITRATE)
		return -ENOTSUP;
	/* The message keeps its own. */
	*fd = fcntl(theirs, F_DUPFD_CLOEXEC, 3);
	return *fd < 0 ? -errno : 0;
}
