// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_error.h"
#include "clock.h"
#include "log.h"

#define PROPERTIES_INTERFACE	"org.freedesktop.DBus.Properties"

int bus_sender(sd_bus_message *m, uid_t *uid, sd_bus_error *error)
{
	sd_bus_creds *creds = NULL;
	int r = sd_bus_query_sender_creds(m, SD_BUS_CREDS_EUID, &creds);

	if (r >= 0)
		r = sd_bus_creds_get_euid(creds, uid);
	sd_bus_creds_unref(creds);
	if (r >= 0)
		return 0;
	return sd_bus_error_setf(error, BUS_NOT_YOURS,
				 "The bus does not say whose request this is (%s); ask again.",
				 strerror(-r));
}

bool bus_owns(uid_t uid, uint32_t owner)
{
	return uid == 0 || uid == owner;
}

bool bus_may_see(uid_t uid, const struct call *call)
{
	if (!call->has_uid && call->kind == CALL_DIRECT)
		return true;
	/* Nobody else's until it is known whose program it is. */
	return call->has_uid ? bus_owns(uid, call->uid) : uid == 0;
}

void bus_call_path(uint64_t id, char out[BUS_PATH_MAX])
{
	snprintf(out, BUS_PATH_MAX, BUS_CALL_PATH "/%" PRIu64, id);
}

void bus_peer_path(uint64_t id, char out[BUS_PATH_MAX])
{
	if (id)
		snprintf(out, BUS_PATH_MAX, BUS_PEER_PATH "/%" PRIu64, id);
	else
		snprintf(out, BUS_PATH_MAX, "/");
}

uint64_t bus_path_id(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);
	const char *digits = path + len + 1;

	if (strncmp(path, prefix, len) || path[len] != '/')
		return 0;
	/* One path for each object: no signs, blanks or leading zeros. */
	if (*digits < '1' || *digits > '9' || strspn(digits, "0123456789") != strlen(digits) ||
	    strlen(digits) > 19)
		return 0;
	return strtoull(digits, NULL, 10);
}

/* Nobody waits for a signal: one that is lost is only said. */
static void sent(int r, const char *what)
{
	if (r < 0)
		log_errno(r, "%s could not be signalled", what);
}

void bus_signal(struct bus *b, const char *member, const char *path)
{
	if (path)
		sent(sd_bus_emit_signal(b->bus, BUS_PATH, BUS_MANAGER_INTERFACE, member, "o", path),
		     member);
	else
		sent(sd_bus_emit_signal(b->bus, BUS_PATH, BUS_MANAGER_INTERFACE, member, NULL),
		     member);
}

void bus_invalidate(struct bus *b, const char *path, const char *interface,
		    const char *const *names)
{
	sd_bus_message *m = NULL;
	int r = sd_bus_message_new_signal(b->bus, &m, path, PROPERTIES_INTERFACE,
					  "PropertiesChanged");

	if (r >= 0)	/* no value travels in a signal, since everybody in the group gets it */
		r = sd_bus_message_append(m, "sa{sv}", interface, 0);
	if (r >= 0)
		r = sd_bus_message_append_strv(m, (char **)names);
	if (r >= 0)
		r = sd_bus_send(b->bus, m, NULL);
	sd_bus_message_unref(m);
	sent(r, "a change");
}

static void on_added(const struct line *line, void *arg)
{
	char path[BUS_PATH_MAX];

	bus_call_path(line->id, path);
	bus_signal(arg, "CallAdded", path);
}

static void on_changed(const struct line *line, void *arg)
{
	if (!*line->call->holder)
		bus_holder_drop(arg, line->id);
	bus_call_invalidate(arg, line);
}

static void on_removed(const struct line *line, void *arg)
{
	char path[BUS_PATH_MAX];

	bus_holder_drop(arg, line->id);
	bus_call_path(line->id, path);
	bus_signal(arg, "CallRemoved", path);
}

static void on_ask(const struct line *line, enum calls_ask what, void *arg)
{
	bus_agents_ask(arg, line, what);
}

static void on_peer_changed(uint64_t id, void *arg)
{
	bus_peer_invalidate(arg, id);
}

static void on_flows_changed(void *arg)
{
	bus_signal(arg, "FlowsChanged", NULL);
}

const struct calls_watch bus_watch = {
	.added = on_added,
	.changed = on_changed,
	.removed = on_removed,
	.ask = on_ask,
	.peer_changed = on_peer_changed,
	.flows_changed = on_flows_changed,
};

int bus_open(struct bus **out, struct store *store, uint16_t port, bool strangers)
{
	struct bus *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return -ENOMEM;
	b->store = store;
	b->port = port;
	b->strangers = strangers;
	b->started = clock_wall_us();
	b->peer = peer_new();
	r = b->peer ? sd_bus_open_system(&b->bus) : -ENOMEM;
	if (r < 0) {
		bus_close(b);
		return r;
	}
	*out = b;
	return 0;
}

int bus_serve(struct bus *b, struct calls *calls)
{
	int r;

	b->calls = calls;
	bus_holders_resume(b);
	r = bus_manager_add(b) ?: bus_call_add(b) ?: bus_peer_add(b);
	if (r)
		return r;
	r = sd_bus_request_name(b->bus, BUS_NAME, 0);
	return r < 0 ? r : 0;
}

void bus_close(struct bus *b)
{
	if (!b)
		return;
	bus_agents_free(b);
	bus_groups_free(b);
	bus_holders_free(b);
	bus_queries_free(b);
	sd_bus_flush_close_unref(b->bus);
	peer_free(b->peer);
	free(b);
}
