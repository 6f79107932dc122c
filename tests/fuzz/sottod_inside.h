/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sottod without its event loop, and its worker in the same process, for fuzz targets: all
 * is as it was at the beginning of each input, time and randomness included.
 */
#ifndef FUZZ_SOTTOD_INSIDE_H
#define FUZZ_SOTTOD_INSIDE_H

#include "calls.h"

#define INSIDE_PORT	7686
#define INSIDE_UID	1000
#define INSIDE_PEER	"Bob"		/* whom INSIDE_UID has paired, at 10.0.1.2 */

struct inside {
	struct seal *seal;
	struct store *store;
	struct record *record;
	struct calls *calls;
	struct kernel *kernel;		/* NULL: it was lost */
	struct worker *worker;
	int worker_fd;
	uint64_t now;
};

extern struct inside inside;

/** inside_begin() - An empty store but for one peer, no kernel yet. */
void inside_begin(void);

/** inside_start() - sottod begins. @watch: of its calls */
void inside_start(const struct calls_watch *watch, void *arg);

/** inside_kernel() - The module is there, and may refuse; or nothing changes. */
void inside_kernel(void);

/** inside_run() - All that is due, and all that the kernel has told. */
void inside_run(void);

/** inside_pass() - Time passes until something is due; at least @ms. */
void inside_pass(uint64_t ms);

/** inside_kill_worker() - And another comes. */
void inside_kill_worker(void);

/** inside_kill() - sottod is gone, as after SIGKILL; store and records stay. */
void inside_kill(void);

/** inside_end() - Nothing stays. */
void inside_end(void);

#endif
