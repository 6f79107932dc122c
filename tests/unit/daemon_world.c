// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon_world_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "daemon_dir.h"
#include "wire.h"
#include "worker.h"

#define MEDIA_MS	20
#define WALL_START_US	1800000000000000ULL

struct world world;

static char *parent;

/* In the place of clock.c. */

uint64_t clock_ms(void)
{
	return world.now;
}

uint64_t clock_wall_us(void)
{
	return WALL_START_US + world.now * 1000;
}

/* The worker. */

void world_kill_worker(int end)
{
	struct world_end *e = &world.end[end];

	if (!e->worker)
		return;
	worker_free(e->worker);
	close(e->worker_fd);
	e->worker = NULL;
	if (!e->calls)
		return;
	/* As the keeper of the process finds it. */
	calls_run(e->calls);
	assert_non_null(calls_worker_fault(e->calls));
	calls_use_worker(e->calls, -1);
	calls_run(e->calls);
}

void world_start_worker(int end)
{
	struct world_end *e = &world.end[end];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);	/* it must not wait for us */
	e->worker_fd = pair[1];
	e->worker_hangs = false;
	calls_use_worker(e->calls, pair[0]);
	assert_int_equal(worker_new(&e->worker, e->worker_fd, WIRE_LOCKS_ALL), 0);
}

static bool has_mail(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* To and fro until neither has anything to say. */
static void run_worker(int end)
{
	struct world_end *e = &world.end[end];

	calls_run(e->calls);
	while (e->worker && !e->worker_hangs &&
	       (has_mail(e->worker_fd) || worker_deadline(e->worker) <= world.now)) {
		assert_int_equal(worker_step(e->worker, world.now), 0);
		calls_run(e->calls);
		assert_null(calls_worker_fault(e->calls));
	}
}

/* Time. */

static void run_end(int end)
{
	struct told t;

	while (world.end[end].calls && world_n_told[end]) {
		t = world_told[end][world_n_read[end]++];
		t.notice.data = t.data;
		if (world_n_read[end] == world_n_told[end])
			world_n_read[end] = world_n_told[end] = 0;
		calls_kernel_events.notice(&t.notice, world.end[end].calls);
		run_worker(end);
	}
	if (!world.end[end].calls)
		return;
	run_worker(end);
	/* Or the event loop would spin. */
	assert_true(calls_deadline(world.end[end].calls) > world.now);
}

void world_overrun(int end)
{
	world_n_read[end] = world_n_told[end] = 0;
	world.end[end].deaf = false;
	calls_kernel_events.resync(world.end[end].calls);
	run_worker(end);
}

static bool something_told(void)
{
	return world_n_told[ALICE] || world_n_told[BOB] || world_n_told[CAROL];
}

void world_now_is_due(void)
{
	do {
		for (int i = 0; i < PARCELS; i++)
			if (world_parcels[i].used && world_parcels[i].at <= world.now)
				world_arrive(&world_parcels[i]);
		for (int end = 0; end < ENDS; end++)
			run_end(end);
	} while (something_told());
}

static uint64_t next_time(uint64_t end_of_run)
{
	uint64_t next = end_of_run, due;

	for (int i = 0; i < PARCELS; i++)
		if (world_parcels[i].used && world_parcels[i].at < next)
			next = world_parcels[i].at;
	for (int i = 0; i < ENDS; i++) {
		due = world.end[i].calls ? calls_deadline(world.end[i].calls) : CLOCK_NEVER;
		if (due < next)
			next = due;
		due = world.end[i].worker && !world.end[i].worker_hangs ?
		      worker_deadline(world.end[i].worker) : CLOCK_NEVER;
		if (due < next)
			next = due;
	}
	due = world.now - world.now % MEDIA_MS + MEDIA_MS;
	return world.media && due < next ? due : next;
}

static void all_speak(void)
{
	if (!world.media || world.now % MEDIA_MS)
		return;
	for (int end = 0; end < ENDS; end++)
		world_speak(end);
}

static bool run(bool (*is)(void), uint64_t ms)
{
	uint64_t end = world.now + ms;

	for (;;) {
		world_now_is_due();
		if (is && is())
			return true;
		if (world.now >= end)
			return !is;
		world.now = next_time(end);
		world.steps++;
		all_speak();
	}
}

void world_run(uint64_t ms)
{
	run(NULL, ms);
}

void world_until(bool (*is)(void), uint64_t ms)
{
	assert_true(run(is, ms));
}

/* What is told of calls. */

static void on_added(const struct line *line, void *arg)
{
	((struct world_end *)arg)->added++;
}

static void on_changed(const struct line *line, void *arg)
{
}

static void on_removed(const struct line *line, void *arg)
{
	((struct world_end *)arg)->removed++;
}

static void on_ask(const struct line *line, enum calls_ask what, void *arg)
{
	((struct world_end *)arg)->asked[what]++;
}

static void on_peer(uint64_t id, void *arg)
{
}

static void on_flows(void *arg)
{
}

static const struct calls_watch watch = {
	.added = on_added,
	.changed = on_changed,
	.removed = on_removed,
	.ask = on_ask,
	.peer_changed = on_peer,
	.flows_changed = on_flows,
};

void world_start(int end)
{
	struct world_end *e = &world.end[end];

	assert_int_equal(seal_load(&e->seal, e->dir), 0);
	assert_int_equal(store_open(&e->store, e->dir, e->seal), 0);
	assert_int_equal(record_open(&e->record, e->dir, e->seal), 0);
	assert_int_equal(calls_new(&e->calls, e->store, e->record, WORLD_PORT, &watch, e), 0);
	world_start_worker(end);
	assert_int_equal(calls_use_kernel(e->calls, &world_kernels[end]), 0);
}

void world_kill(int end)
{
	struct world_end *e = &world.end[end];

	calls_free(e->calls);
	e->calls = NULL;
	world_kill_worker(end);
	world_n_read[end] = world_n_told[end] = 0;
	record_close(e->record);
	store_close(e->store);
	seal_free(e->seal);
}

static void forget_file(const struct world_end *e, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", e->dir, name);
	assert_true(!remove(path) || errno == ENOENT);
}

void world_reinstall(int end)
{
	world_kill(end);
	forget_file(&world.end[end], "peers.db");
	forget_file(&world.end[end], "sotto.key");
	world_unplug(end);
	world_start(end);
}

void world_unplug(int end)
{
	sodium_memzero(world.end[end].flow, sizeof(world.end[end].flow));
}

static void set_addr(struct sotto_addr *addr, uint8_t last)
{
	memset(addr, 0, sizeof(*addr));
	addr->in.sin_family = AF_INET;
	addr->in.sin_port = htons(WORLD_PORT);
	addr->in.sin_addr.s_addr = htonl(0x7f000100 + last);
}

void world_readdress(int end, uint8_t last)
{
	set_addr(&world.end[end].wire, last);
}

int world_setup(void **state)
{
	if (sodium_init() < 0 || dir_setup((void **)&parent))
		return -1;
	memset(&world, 0, sizeof(world));
	memset(world_parcels, 0, sizeof(world_parcels));
	world.now = 1000000;
	world.rng = 1;
	for (int i = 0; i < ENDS; i++) {
		struct world_end *e = &world.end[i];

		snprintf(e->dir, sizeof(e->dir), "%s/%d", parent, i);
		if (mkdir(e->dir, 0700))
			return -1;
		set_addr(&e->local, 1 + i);
		e->wire = e->local;
		world_start(i);
	}
	return 0;
}

int world_teardown(void **state)
{
	for (int i = 0; i < ENDS; i++)
		if (world.end[i].calls)
			world_kill(i);
	return dir_teardown((void **)&parent);
}
