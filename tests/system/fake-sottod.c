// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A test double of sottod for the PipeWire plugin: one direct call on D-Bus
 * (Documentation/dbus.rst) whose socket is an ordinary one on loopback.
 *
 *	fake-sottod NAME LOCAL-PORT PEER-PORT [active]
 *
 * with "active" as if restarted under a call that runs already,
 * reads commands from stdin, a line each:
 *	ring		the call rings
 *	active		the call becomes active
 *	end		it ends
 *	restart		it ends and another begins under the same number
 * and prints "listed", "acquired" and "released" as the plugin asks for the calls,
 * takes and leaves the socket.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define CALL "/org/sotto1/call/1"

struct fake {
	sd_bus *bus;
	sd_event *loop;
	sd_bus_track *holder;
	const char *name;
	uint16_t local;
	uint16_t peer;
	bool active;
	uint64_t since;
	uint64_t count;
};

static void say(const char *word)
{
	puts(word);
	fflush(stdout);
}

static int list_calls(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	sd_bus_message *reply = NULL;
	int r = sd_bus_message_new_method_return(m, &reply);

	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "(oa{sv})");
	if (r >= 0 && f->since)
		r = sd_bus_message_append(reply, "(oa{sv})", CALL, 6,
			"Peer", "o", "/org/sotto1/peer/1",
			"Name", "s", f->name,
			"Outgoing", "b", 1,
			"Kind", "s", "direct",
			"Progress", "s", f->active ? "active" : "ringing",
			"Since", "t", f->since);
	if (r >= 0)
		r = sd_bus_message_close_container(reply);
	if (r >= 0)
		r = sd_bus_send(f->bus, reply, NULL);
	sd_bus_message_unref(reply);
	say(f->active ? "listed" : f->since ? "listed ringing" : "listed none");
	return r;
}

static int connected_socket(const struct fake *f)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(f->local) };
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(f->peer) };
	int one = 1;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) ||
	    connect(fd, (struct sockaddr *)&there, sizeof(there))) {
		int error = -errno;

		if (fd >= 0)
			close(fd);
		return error;
	}
	return fd;
}

static int release(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;

	if (f->holder) {
		f->holder = sd_bus_track_unref(f->holder);
		say("released");
	}
	return sd_bus_reply_method_return(m, NULL);
}

static int holder_gone(sd_bus_track *track, void *data)
{
	struct fake *f = data;

	f->holder = sd_bus_track_unref(f->holder);
	say("released");
	return 0;
}

static int acquire(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct fake *f = data;
	int fd, r;

	if (!f->active)
		return sd_bus_error_set(error, "org.sotto1.Error.WrongState", "not active");
	if (f->holder)
		return sd_bus_error_set(error, "org.sotto1.Error.Busy", "held already");
	fd = connected_socket(f);
	if (fd < 0)
		return fd;
	r = sd_bus_track_new(f->bus, &f->holder, holder_gone, f);
	if (r >= 0)
		r = sd_bus_track_add_sender(f->holder, m);
	if (r >= 0)
		r = sd_bus_reply_method_return(m, "ha{sv}", fd, 9,
			"codec", "s", "opus",
			"payload-type", "y", 96,
			"clock-rate", "u", 48000,
			"channels", "y", 1,
			"ptime-ms", "u", 20,
			"bitrate", "u", 32000,
			"ssrc", "u", (uint32_t)f->local << 16 | getpid() % 65536,
			"cname", "s", "Zm9v",
			"rtcp-mux", "b", 1);
	close(fd);
	if (r >= 0)
		say("acquired");
	return r;
}

static const sd_bus_vtable manager_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("ListCalls", "", "a(oa{sv})", list_calls, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL("CallAdded", "o", 0),
	SD_BUS_SIGNAL("CallRemoved", "o", 0),
	SD_BUS_VTABLE_END
};

static const sd_bus_vtable call_vtable[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Acquire", "", "ha{sv}", acquire, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("Release", "", "", release, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_VTABLE_END
};

/* As sottod does it: the signal says that something changed, not what. */
static int invalidate(struct fake *f)
{
	return sd_bus_emit_signal(f->bus, CALL, "org.freedesktop.DBus.Properties",
				  "PropertiesChanged", "sa{sv}as", "org.sotto1.Call", 0,
				  1, "Progress");
}

static int command(struct fake *f, const char *word)
{
	if (!strcmp(word, "ring")) {
		f->since = ++f->count;
		return sd_bus_emit_signal(f->bus, "/org/sotto1", "org.sotto1.Manager",
					  "CallAdded", "o", CALL);
	}
	if (!strcmp(word, "active")) {
		f->since = ++f->count;
		f->active = true;
		return sd_bus_emit_signal(f->bus, "/org/sotto1", "org.sotto1.Manager",
					  "CallAdded", "o", CALL);
	}
	if (!strcmp(word, "end")) {
		f->since = 0;
		f->active = false;
		return invalidate(f);
	}
	if (!strcmp(word, "restart")) {
		f->since = ++f->count;
		return invalidate(f);
	}
	fprintf(stderr, "fake-sottod: no such command: %s\n", word);
	return -EINVAL;
}

static int on_stdin(sd_event_source *s, int fd, uint32_t events, void *data)
{
	struct fake *f = data;
	char line[256];
	char *save = NULL;
	ssize_t n = read(fd, line, sizeof(line) - 1);

	if (n <= 0)
		return sd_event_exit(f->loop, n < 0 ? 1 : 0);
	line[n] = '\0';
	for (char *w = strtok_r(line, "\n", &save); w; w = strtok_r(NULL, "\n", &save)) {
		int r = command(f, w);

		if (r < 0)
			return r;
	}
	return 0;
}

static int start(struct fake *f)
{
	int r = sd_event_default(&f->loop);

	if (r >= 0)
		r = sd_bus_open_system(&f->bus);
	if (r >= 0)
		r = sd_bus_add_object_vtable(f->bus, NULL, "/org/sotto1", "org.sotto1.Manager",
					     manager_vtable, f);
	if (r >= 0)
		r = sd_bus_add_object_vtable(f->bus, NULL, CALL, "org.sotto1.Call",
					     call_vtable, f);
	if (r >= 0)
		r = sd_bus_request_name(f->bus, "org.sotto1", 0);
	if (r >= 0)
		r = sd_bus_attach_event(f->bus, f->loop, 0);
	if (r >= 0)
		r = sd_event_add_io(f->loop, NULL, STDIN_FILENO, EPOLLIN, on_stdin, f);
	return r;
}

int main(int argc, char **argv)
{
	struct fake f = { 0 };
	int r;

	if (argc < 4 || argc > 5 || (argc == 5 && strcmp(argv[4], "active"))) {
		fputs("usage: fake-sottod NAME LOCAL-PORT PEER-PORT [active]\n", stderr);
		return 2;
	}
	f.name = argv[1];
	f.local = strtoul(argv[2], NULL, 10);
	f.peer = strtoul(argv[3], NULL, 10);
	f.count = 1700000000000000;
	if (argc == 5) {
		f.active = true;
		f.since = ++f.count;
	}
	r = start(&f);
	if (r >= 0) {
		say("ready");
		r = sd_event_loop(f.loop);
	}
	if (r < 0)
		fprintf(stderr, "fake-sottod: %s\n", strerror(-r));
	sd_bus_track_unref(f.holder);
	sd_bus_flush_close_unref(f.bus);
	sd_event_unref(f.loop);
	return r < 0;
}
