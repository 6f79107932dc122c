// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include "bus_read.h"
#include "log.h"

#define SERVICE		"org.sotto1"
#define MANAGER_PATH	"/org/sotto1"
#define MANAGER_IFACE	"org.sotto1.Manager"
#define CALL_IFACE	"org.sotto1.Call"
#define CALL_PREFIX	"/org/sotto1/call"
#define RECONNECT_S	2

struct bus {
	struct pw_loop *loop;
	const struct bus_events *events;
	void *data;
	sd_bus *sd;			/* NULL while there is no connection */
	struct spa_source *io;
	struct spa_source *timer;	/* sd-bus's own timeouts */
	struct spa_source *reconnect;
	bool listing;			/* ListCalls() is under way */
	bool stale;			/* and something has changed since it began */
};

static int list_calls(struct bus *b);

/* ---- sd-bus on PipeWire's loop ---- */

static uint32_t io_mask(int events)
{
	return (events & POLLIN ? SPA_IO_IN : 0) | (events & POLLOUT ? SPA_IO_OUT : 0);
}

static void bus_close(struct bus *b)
{
	if (b->io)
		pw_loop_destroy_source(b->loop, b->io);
	b->io = NULL;
	b->sd = sd_bus_close_unref(b->sd);
	b->listing = false;
	b->stale = false;
}

static void retry_later(struct bus *b)
{
	struct timespec t = { .tv_sec = RECONNECT_S };

	bus_close(b);
	pw_loop_update_timer(b->loop, b->reconnect, &t, NULL, false);
}

/* After each use of sd-bus: wait for what it waits for now. */
static int rearm(struct bus *b)
{
	struct timespec t = { 0 };
	uint64_t usec;
	int events = sd_bus_get_events(b->sd);
	int error = events < 0 ? events : sd_bus_get_timeout(b->sd, &usec);

	if (error < 0)
		return error;
	if (usec != UINT64_MAX) {
		t.tv_sec = usec / 1000000;
		t.tv_nsec = usec % 1000000 * 1000;
		if (usec == 0)
			t.tv_nsec = 1;	/* at once; 0 would disarm */
	}
	pw_loop_update_timer(b->loop, b->timer, &t, NULL, true);
	return pw_loop_update_io(b->loop, b->io, io_mask(events));
}

static void process(struct bus *b)
{
	int r;

	if (!b->sd)
		return;
	do {
		r = sd_bus_process(b->sd, NULL);
	} while (r > 0);
	if (r >= 0)
		r = rearm(b);
	if (r < 0) {
		pw_log_warn("the system bus is lost: %s", strerror(-r));
		retry_later(b);
	}
}

static void on_io(void *data, int fd, uint32_t mask)
{
	process(data);
}

static void on_timer(void *data, uint64_t expirations)
{
	process(data);
}

/* ---- org.sotto1 ---- */

static int on_list(sd_bus_message *reply, void *data, sd_bus_error *ret)
{
	struct bus *b = data;
	const sd_bus_error *e = sd_bus_message_get_error(reply);
	struct bus_call calls[BUS_MAX_CALLS];
	size_t n;
	int error;

	b->listing = false;
	if (b->stale)
		return list_calls(b);
	if (e) {
		/* sottod is not there, or this person may not use it: nothing to show. */
		pw_log_info("no list of calls: %s", e->name);
		return 0;
	}
	error = bus_read_calls(reply, calls, BUS_MAX_CALLS, &n);
	if (error < 0)
		pw_log_error("sottod's list of calls is not understood: %s", strerror(-error));
	else
		b->events->active(b->data, calls, n);
	return 0;
}

/* Ask for all of it whenever anything changes: one way to the truth. */
static int list_calls(struct bus *b)
{
	sd_bus_message *m = NULL;
	int r;

	if (b->listing) {
		b->stale = true;
		return 0;
	}
	r = sd_bus_message_new_method_call(b->sd, &m, SERVICE, MANAGER_PATH, MANAGER_IFACE,
					   "ListCalls");
	if (r >= 0)
		r = sd_bus_message_set_auto_start(m, 0);
	if (r >= 0)
		r = sd_bus_call_async(b->sd, NULL, m, on_list, b, 0);
	sd_bus_message_unref(m);
	b->listing = r >= 0;
	b->stale = false;
	return r;
}

static int on_change(sd_bus_message *m, void *data, sd_bus_error *ret)
{
	return list_calls(data);
}

static int on_owner(sd_bus_message *m, void *data, sd_bus_error *ret)
{
	const char *name, *old, *new;
	int r = sd_bus_message_read(m, "sss", &name, &old, &new);

	if (r < 0)
		return r;
	/* A list that was asked of the old owner will not come. */
	if (*new)
		return list_calls(data);
	return 0;
}

static int watch(struct bus *b)
{
	static const char *const matches[] = {
		"type='signal',sender='" SERVICE "',interface='" MANAGER_IFACE "',"
		"member='CallAdded'",
		"type='signal',sender='" SERVICE "',interface='" MANAGER_IFACE "',"
		"member='CallRemoved'",
		"type='signal',sender='" SERVICE "',path_namespace='" CALL_PREFIX "',"
		"interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
	};
	int r;

	for (size_t i = 0; i < SPA_N_ELEMENTS(matches); i++) {
		r = sd_bus_add_match_async(b->sd, NULL, matches[i], on_change, NULL, b);
		if (r < 0)
			return r;
	}
	r = sd_bus_add_match_async(b->sd, NULL,
		"type='signal',sender='org.freedesktop.DBus',"
		"interface='org.freedesktop.DBus',member='NameOwnerChanged',"
		"arg0='" SERVICE "'", on_owner, NULL, b);
	return r < 0 ? r : list_calls(b);
}

static void bus_open(void *data, uint64_t expirations)
{
	struct bus *b = data;
	int r = sd_bus_open_system_with_description(&b->sd, "sotto plugin");

	if (r >= 0)
		r = watch(b);
	if (r >= 0) {
		b->io = pw_loop_add_io(b->loop, sd_bus_get_fd(b->sd), SPA_IO_IN, false, on_io, b);
		r = b->io ? rearm(b) : -errno;
	}
	if (r < 0) {
		pw_log_info("no system bus yet: %s", strerror(-r));
		retry_later(b);
	}
}

/* ---- acquiring a call's socket ---- */

struct acquisition {
	struct bus *bus;
	bool answered;
	char path[BUS_PATH_LEN];
};

static int on_acquired(sd_bus_message *reply, void *data, sd_bus_error *ret)
{
	struct acquisition *a = data;
	struct bus *b = a->bus;
	const sd_bus_error *e = sd_bus_message_get_error(reply);
	struct media_params params;
	int fd = -1;
	int error;

	if (e) {
		pw_log_info("the call's socket is refused: %s", e->name);
		error = -sd_bus_error_get_errno(e);
	} else {
		error = bus_read_acquired(reply, &fd, &params);
		if (error)
			pw_log_error("the call's parameters are not understood: %s",
				     strerror(-error));
	}
	a->answered = true;
	b->events->acquired(b->data, a->path, error, fd, error ? NULL : &params);
	return 0;
}

/* The question ends with its answer or with the connection. */
static void acquisition_end(void *data)
{
	struct acquisition *a = data;

	if (!a->answered)
		a->bus->events->acquired(a->bus->data, a->path, -ECONNRESET, -1, NULL);
	free(a);
}

int bus_acquire(struct bus *b, const char *path)
{
	struct acquisition *a;
	sd_bus_slot *slot;
	int r;

	if (!b->sd)
		return -ENOTCONN;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->bus = b;
	spa_scnprintf(a->path, sizeof(a->path), "%s", path);
	r = sd_bus_call_method_async(b->sd, &slot, SERVICE, path, CALL_IFACE, "Acquire",
				     on_acquired, a, NULL);
	if (r < 0) {
		free(a);
		return r;
	}
	sd_bus_slot_set_destroy_callback(slot, acquisition_end);
	sd_bus_slot_set_floating(slot, 1);
	sd_bus_slot_unref(slot);
	return rearm(b);
}

void bus_release(struct bus *b, const char *path)
{
	if (!b->sd)
		return;
	/* No answer is awaited: if sottod has gone, so has what it would release. */
	if (sd_bus_call_method_async(b->sd, NULL, SERVICE, path, CALL_IFACE, "Release",
				     NULL, NULL, NULL) >= 0)
		rearm(b);
}

int bus_new(struct pw_loop *loop, const struct bus_events *events, void *data,
	    struct bus **out)
{
	struct bus *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->loop = loop;
	b->events = events;
	b->data = data;
	b->timer = pw_loop_add_timer(loop, on_timer, b);
	b->reconnect = pw_loop_add_timer(loop, bus_open, b);
	if (!b->timer || !b->reconnect) {
		int error = -errno;

		bus_free(b);
		return error;
	}
	*out = b;
	bus_open(b, 0);
	return 0;
}

void bus_free(struct bus *b)
{
	if (!b)
		return;
	if (b->sd)
		sd_bus_flush(b->sd);
	bus_close(b);
	if (b->timer)
		pw_loop_destroy_source(b->loop, b->timer);
	if (b->reconnect)
		pw_loop_destroy_source(b->loop, b->reconnect);
	free(b);
}
