// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sottod-worker: the process that reads what the network has sent. sottod starts it,
 * with their socket as standard input, and nobody else.
 *
 * It says nothing to anybody but sottod: how it ended is its exit status.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <sodium.h>

#include "clock.h"
#include "sandbox.h"
#include "wire.h"
#include "worker.h"

static bool is_started_by_sottod(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return !getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &len) &&
	       type == SOCK_SEQPACKET;
}

/* Whatever would read a file or ask the machine when it is first used. */
static int prepare(void)
{
	return sodium_init() < 0 || !OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) ?
	       -ENOSYS : 0;
}

static int wait_for(const struct worker *w)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	uint64_t due = worker_deadline(w), now = clock_ms();
	int timeout = -1;

	if (due != CLOCK_NEVER)
		timeout = due <= now ? 0 : due - now > INT_MAX ? INT_MAX : (int)(due - now);
	return poll(&p, 1, timeout) < 0 && errno != EINTR ? -errno : 0;
}

static int work(void)
{
	uint32_t locks = sandbox_enter();
	struct worker *w;
	int r = worker_new(&w, STDIN_FILENO, locks);

	if (r)
		return r;
	/* sottod has been told, and does not want such a one either. */
	if (WIRE_LOCKS_NEEDED & ~locks)
		r = -EPERM;
	while (!r) {
		r = wait_for(w);
		r = r ?: worker_step(w, clock_ms());
	}
	worker_free(w);
	return r;
}

int main(int argc, char **argv)
{
	int r;

	if (argc > 1 && !strcmp(argv[1], "--version")) {
		puts("sottod-worker " SOTTO_VERSION);
		return EXIT_SUCCESS;
	}
	if (!is_started_by_sottod()) {
		fputs("sottod-worker: started by sottod(8), and of no use alone\n", stderr);
		return 2;
	}
	r = prepare();
	if (!r)
		r = work();
	/* Not exit(): what libraries do there is not allowed any more. */
	_exit(r == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE);
}
