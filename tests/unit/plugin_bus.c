// SPDX-License-Identifier: GPL-2.0-or-later
/* What the plugin takes from sottod's answers (Documentation/dbus.rst). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

#include "bus_read.h"

static sd_bus *bus;
static int far_end;

/* A bus that nobody answers on: messages need one to belong to. */
static int open_bus(void **state)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) ||
	    sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fds[0], fds[0]) < 0 ||
	    sd_bus_negotiate_fds(bus, 1) < 0 || sd_bus_start(bus) < 0)
		return -1;
	far_end = fds[1];
	return 0;
}

static int close_bus(void **state)
{
	sd_bus_close_unref(bus);
	return close(far_end);
}

static sd_bus_message *new_message(void)
{
	sd_bus_message *m;

	assert_true(sd_bus_message_new_signal(bus, &m, "/x", "x.y", "Z") >= 0);
	return m;
}

static void ready(sd_bus_message *m)
{
	assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
	assert_true(sd_bus_message_rewind(m, 1) >= 0);
}

static void append_call(sd_bus_message *m, const char *path, const char *kind,
			const char *progress, const char *name, uint64_t since)
{
	assert_true(sd_bus_message_append(m, "(oa{sv})", path, 6,
		"Kind", "s", kind, "Progress", "s", progress, "Name", "s", name,
		"Since", "t", since, "Verified", "b", 1, "Peer", "o", "/") >= 0);
}

static void only_direct_active_calls_are_devices(void **state)
{
	struct bus_call calls[4];
	sd_bus_message *m = new_message();
	size_t n;

	assert_true(sd_bus_message_open_container(m, 'a', "(oa{sv})") >= 0);
	append_call(m, "/org/sotto1/call/1", "direct", "ringing", "Ann", 0);
	append_call(m, "/org/sotto1/call/2", "program", "active", "Ben", 5);
	append_call(m, "/org/sotto1/call/3", "direct", "active", "Cleo", 1700000000000001);
	append_call(m, "/org/sotto1/call/4", "direct", "ended", "Dan", 7);
	append_call(m, "/org/sotto1/call/5", "direct", "active", "", 9);
	assert_true(sd_bus_message_close_container(m) >= 0);
	ready(m);
	assert_int_equal(bus_read_calls(m, calls, 4, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(calls[0].path, "/org/sotto1/call/3");
	assert_string_equal(calls[0].name, "Cleo");
	assert_true(calls[0].since == 1700000000000001);
	assert_string_equal(calls[1].path, "/org/sotto1/call/5");
	assert_string_equal(calls[1].name, "");
	sd_bus_message_unref(m);
}

static void more_calls_than_room_are_left_out(void **state)
{
	struct bus_call calls[2];
	sd_bus_message *m = new_message();
	size_t n;

	assert_true(sd_bus_message_open_container(m, 'a', "(oa{sv})") >= 0);
	for (int i = 0; i < 5; i++)
		append_call(m, "/org/sotto1/call/3", "direct", "active", "Cleo", i);
	assert_true(sd_bus_message_close_container(m) >= 0);
	ready(m);
	assert_int_equal(bus_read_calls(m, calls, 2, &n), 0);
	assert_int_equal(n, 2);
	sd_bus_message_unref(m);
}

static void no_calls_are_no_error(void **state)
{
	struct bus_call calls[2];
	sd_bus_message *m = new_message();
	size_t n = 7;

	assert_true(sd_bus_message_append(m, "a(oa{sv})", 0) >= 0);
	ready(m);
	assert_int_equal(bus_read_calls(m, calls, 2, &n), 0);
	assert_int_equal(n, 0);
	sd_bus_message_unref(m);
}

static void an_answer_of_another_type_is_an_error(void **state)
{
	struct bus_call calls[2];
	struct media_params params;
	sd_bus_message *m = new_message();
	size_t n;
	int fd = -1;

	assert_true(sd_bus_message_append(m, "s", "hello") >= 0);
	ready(m);
	assert_true(bus_read_calls(m, calls, 2, &n) < 0);
	assert_true(bus_read_acquired(m, &fd, &params) < 0);
	assert_int_equal(fd, -1);
	sd_bus_message_unref(m);
}

/* What sottod says of a stream; each test changes one thing. */
struct offer {
	const char *codec;
	const char *cname;
	uint32_t clock_rate, ptime, bitrate;
	uint8_t channels, payload_type;
	int rtcp_mux;
};

static const struct offer good = {
	.codec = "opus", .cname = "c", .clock_rate = 48000, .ptime = 20, .bitrate = 32000,
	.channels = 1, .payload_type = 96, .rtcp_mux = 1,
};

static int take(const struct offer *o, int *fd, struct media_params *params)
{
	sd_bus_message *m = new_message();
	int result;

	assert_true(sd_bus_message_append(m, "ha{sv}", far_end, 10,
		"codec", "s", o->codec, "cname", "s", o->cname,
		"clock-rate", "u", o->clock_rate, "ptime-ms", "u", o->ptime,
		"bitrate", "u", o->bitrate, "channels", "y", o->channels,
		"payload-type", "y", o->payload_type, "ssrc", "u", UINT32_C(0x87654321),
		"rtcp-mux", "b", o->rtcp_mux, "future", "s", "unknown") >= 0);
	ready(m);
	result = bus_read_acquired(m, fd, params);
	sd_bus_message_unref(m);
	return result;
}

static void a_stream_is_taken_with_its_parameters(void **state)
{
	struct media_params params;
	int fd;

	assert_int_equal(take(&good, &fd, &params), 0);
	assert_true(fd >= 0 && fd != far_end);
	assert_int_equal(close(fd), 0);
	assert_int_equal(params.payload_type, 96);
	assert_int_equal(params.bitrate, 32000);
	assert_int_equal(params.ssrc, 0x87654321);
	assert_string_equal(params.cname, "c");
}

static void a_stream_of_another_kind_is_refused(void **state)
{
	struct offer offers[] = {
		good, good, good, good, good, good, good, good, good, good,
	};
	struct media_params params;
	int fd = -1;

	offers[0].codec = "pcmu";
	offers[1].clock_rate = 8000;
	offers[2].ptime = 60;
	offers[3].channels = 2;
	offers[4].rtcp_mux = 0;
	offers[5].cname = "";
	offers[6].payload_type = 72;	/* would be taken for RTCP: RFC 5761 section 4 */
	offers[7].payload_type = 128;
	offers[8].bitrate = 4000;
	offers[9].bitrate = 1000000;
	for (size_t i = 0; i < sizeof(offers) / sizeof(*offers); i++)
		assert_int_equal(take(&offers[i], &fd, &params), -ENOTSUP);
	assert_int_equal(fd, -1);
}

static void a_cname_that_is_too_long_is_refused(void **state)
{
	struct offer o = good;
	struct media_params params;
	char cname[300];
	int fd = -1;

	memset(cname, 'c', sizeof(cname) - 1);
	cname[sizeof(cname) - 1] = '\0';
	o.cname = cname;
	assert_int_equal(take(&o, &fd, &params), -EMSGSIZE);
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_direct_active_calls_are_devices),
		cmocka_unit_test(more_calls_than_room_are_left_out),
		cmocka_unit_test(no_calls_are_no_error),
		cmocka_unit_test(an_answer_of_another_type_is_an_error),
		cmocka_unit_test(a_stream_is_taken_with_its_parameters),
		cmocka_unit_test(a_stream_of_another_kind_is_refused),
		cmocka_unit_test(a_cname_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, open_bus, close_bus);
}
