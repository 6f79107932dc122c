// SPDX-License-Identifier: GPL-2.0-or-later
#include "sottod_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "clock.h"
#include "input.h"
#include "peers.h"
#include "wire.h"
#include "worker.h"

#define WALL_START_US	1800000000000000ULL

struct inside inside;

static char dir[64];
static struct peer *bob;
static uint64_t rng;

/* In the place of clock.c. */

uint64_t clock_ms(void)
{
	return inside.now;
}

uint64_t clock_wall_us(void)
{
	return WALL_START_US + inside.now * 1000;
}

/* The same random octets for each input, or no finding could be repeated. */

static const char *random_name(void)
{
	return "fuzz";
}

static uint32_t random_next(void)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return rng >> 32;
}

static void random_fill(void *out, const size_t len)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)out)[i] = random_next();
}

static randombytes_implementation same_random = {
	.implementation_name = random_name,
	.random = random_next,
	.buf = random_fill,
};

/* To make a store takes longer than most inputs: it lasts for the whole run. */

static void remove_store(void)
{
	static const char *const names[] = { "peers.db", "peers.db-wal", "peers.db-shm" };
	char path[128];

	record_close(inside.record);
	store_close(inside.store);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		REQUIRE(!unlink(path) || errno == ENOENT);
	}
	snprintf(path, sizeof(path), "%s/calls", dir);	/* of the records */
	REQUIRE(!rmdir(path) && !rmdir(dir));
}

static void make_store(void)
{
	static const uint8_t master[SEAL_KEY_LEN] = { 1 };
	char *addresses[] = { "10.0.1.2", NULL };
	uint64_t id;

	REQUIRE(!randombytes_set_implementation(&same_random) && sodium_init() >= 0);
	snprintf(dir, sizeof(dir), "%s/sottod-fuzz.XXXXXX", access("/dev/shm", W_OK) ? "/tmp" :
		 "/dev/shm");
	REQUIRE(mkdtemp(dir) && !seal_new(&inside.seal, master));
	REQUIRE(!store_open(&inside.store, dir, inside.seal));
	REQUIRE(!record_open(&inside.record, dir, inside.seal) && !atexit(remove_store));
	REQUIRE(peers_pair(inside.store, INSIDE_UID, INSIDE_PEER, addresses, INSIDE_PORT, &id) == 1);
	bob = peer_new();
	REQUIRE(bob && !store_get(inside.store, id, bob));
}

#define ROWS_MAX	256

struct rows {
	uint64_t id[ROWS_MAX];
	size_t n;
	bool bob_is_the_same;
};

static int look(const struct peer *p, void *arg)
{
	uint8_t was[PEER_PACKED_LEN], is[PEER_PACKED_LEN];
	struct rows *rows = arg;

	if (p->id != bob->id) {
		rows->id[rows->n++] = p->id;
		return rows->n == ROWS_MAX;
	}
	peer_pack(bob, was);
	peer_pack(p, is);
	rows->bob_is_the_same = !memcmp(was, is, sizeof(was));
	return 0;
}

/* As it was made. */
static void restore_store(void)
{
	struct rows rows;
	int more;

	do {
		rows = (struct rows){ 0 };
		more = store_each(inside.store, look, &rows);
		REQUIRE(more >= 0);
		for (size_t i = 0; i < rows.n; i++)
			REQUIRE(!store_forget(inside.store, rows.id[i]));
	} while (more);
	if (rows.bob_is_the_same)
		return;
	if (store_put(inside.store, bob)) {	/* he was forgotten */
		bob->id = 0;
		REQUIRE(!store_put(inside.store, bob));
	}
}

static void new_worker(void)
{
	int pair[2];

	REQUIRE(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	REQUIRE(!fcntl(pair[1], F_SETFL, O_NONBLOCK));	/* it must not wait for us */
	inside.worker_fd = pair[1];
	calls_use_worker(inside.calls, pair[0]);
	REQUIRE(!worker_new(&inside.worker, inside.worker_fd, WIRE_LOCKS_ALL));
}

static void end_worker(void)
{
	worker_free(inside.worker);
	close(inside.worker_fd);
	inside.worker = NULL;
}

void inside_kill_worker(void)
{
	end_worker();
	calls_use_worker(inside.calls, -1);
	calls_run(inside.calls);
	new_worker();
	inside_run();
}

void inside_begin(void)
{
	if (!inside.store)
		make_store();
	rng = 1;
	inside.now = 1000000;
}

void inside_start(const struct calls_watch *watch, void *arg)
{
	REQUIRE(!calls_new(&inside.calls, inside.store, inside.record, INSIDE_PORT, watch, arg));
	new_worker();
}

void inside_kernel(void)
{
	if (inside.kernel || kernel_open(&inside.kernel, &calls_kernel_events, inside.calls)) {
		return;
	}
	if (kernel_require(inside.kernel, INSIDE_PORT) ||
	    calls_use_kernel(inside.calls, inside.kernel)) {
		calls_use_kernel(inside.calls, NULL);
		kernel_close(inside.kernel);
		inside.kernel = NULL;
	}
	inside_run();
}

static bool has_mail(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

void inside_run(void)
{
	int r = inside.kernel ? kernel_dispatch(inside.kernel) : 0;

	if (r) {	/* as main.c has it */
		REQUIRE(r < 0);
		calls_use_kernel(inside.calls, NULL);
		kernel_close(inside.kernel);
		inside.kernel = NULL;
	}
	calls_run(inside.calls);
	while (has_mail(inside.worker_fd) || worker_deadline(inside.worker) <= inside.now) {
		REQUIRE(!worker_step(inside.worker, inside.now));
		calls_run(inside.calls);
		REQUIRE(!calls_worker_fault(inside.calls));
	}
	REQUIRE(calls_deadline(inside.calls) > inside.now);	/* or the loop would spin */
}

void inside_pass(uint64_t ms)
{
	uint64_t due = calls_deadline(inside.calls), other = worker_deadline(inside.worker);

	due = due < other ? due : other;
	inside.now += ms;
	if (due != CLOCK_NEVER && due > inside.now)
		inside.now = due;
	inside_run();
}

void inside_kill(void)
{
	end_worker();
	calls_free(inside.calls);
	inside.calls = NULL;
	kernel_close(inside.kernel);
	inside.kernel = NULL;
}

static bool keep_none(const uint8_t cookie[CALL_COOKIE_LEN], void *arg)
{
	return false;
}

void inside_end(void)
{
	inside_kill();
	REQUIRE(!record_sweep(inside.record, keep_none, NULL));
	restore_store();
}
