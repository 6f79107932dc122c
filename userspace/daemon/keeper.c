// SPDX-License-Identifier: GPL-2.0-or-later
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "log.h"

#define AGAIN_MS	1000	/* between two starts, at least */
#define NEWS_MS		60000	/* who has lived so long and ends the same way is news */
#define NOT_STARTED	127	/* exit status of a child that could not become the worker */

struct keeper {
	sd_event *loop;
	sd_event_source *child;
	sd_event_source *io;
	sd_event_source *again;
	struct calls *calls;
	const char *path;
	pid_t pid;		/* 0 for none */
	bool is_killed;		/* by us */
	uint64_t started;
	char trouble[192];
};

static int start(struct keeper *k);

/* Becomes the worker: the socket is all that it gets from us. Does not return. */
static void become(const char *path, int fd)
{
	char *const argv[] = { (char *)path, NULL };
	char *const none[] = { NULL };
	sigset_t signals;

	/* What ends sottod ends it soon enough: then the socket closes. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (dup2(fd, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, ~0U, 0) ||
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || sigprocmask(SIG_SETMASK, &signals, NULL))
		_exit(NOT_STARTED);
	execve(path, argv, none);
	_exit(NOT_STARTED);
}

/* calls_run() reads it, after everything. */
static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	return 0;
}

static int on_again(sd_event_source *source, uint64_t usec, void *data)
{
	return start(data);
}

static int start_later(struct keeper *k)
{
	uint64_t now = clock_ms(), at = k->started + AGAIN_MS;
	uint64_t wait = at > now ? at - now : 0;

	k->again = sd_event_source_unref(k->again);
	return sd_event_add_time_relative(k->loop, &k->again, CLOCK_MONOTONIC, wait * 1000, 0,
					  on_again, k);
}

static void gone(struct keeper *k)
{
	k->io = sd_event_source_unref(k->io);
	k->child = sd_event_source_unref(k->child);
	k->pid = 0;
	calls_use_worker(k->calls, -1);
}

static void write_why(struct keeper *k, const siginfo_t *si, char *why, size_t len)
{
	const char *fault = calls_worker_fault(k->calls);

	if (si->si_code == CLD_EXITED && si->si_status == NOT_STARTED)
		snprintf(why, len, "it cannot be executed, install sotto anew");
	else if (fault && strcmp(fault, ENGINE_CLOSED))
		snprintf(why, len, "%s", fault);
	else if (si->si_code == CLD_EXITED)
		snprintf(why, len, "status %d", si->si_status);
	else if (si->si_status == SIGSYS)
		snprintf(why, len, "it has tried what it may not");
	else
		snprintf(why, len, "signal %d", si->si_status);
}

/* Once, should it go on and on. */
static void say_why(struct keeper *k, const siginfo_t *si)
{
	char why[96], trouble[sizeof(k->trouble)];

	write_why(k, si, why, sizeof(why));
	snprintf(trouble, sizeof(trouble),
		 "The process that agrees keys has ended (%s). Another one is started", why);
	if (strcmp(trouble, k->trouble) || clock_ms() - k->started > NEWS_MS)
		log_warning("%s", trouble);
	strcpy(k->trouble, trouble);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *data)
{
	struct keeper *k = data;

	/* What it has said at last counts, and it tells more than a closed socket does. */
	calls_run(k->calls);
	say_why(k, si);
	gone(k);
	return start_later(k);
}

static int watch(struct keeper *k, int fd)
{
	int r = sd_event_add_child(k->loop, &k->child, k->pid, WEXITED, on_child, k);

	if (r >= 0)
		r = sd_event_add_io(k->loop, &k->io, fd, EPOLLIN, on_io, k);
	return r;
}

static void end(struct keeper *k)
{
	k->io = sd_event_source_unref(k->io);
	k->child = sd_event_source_unref(k->child);
	if (!k->pid)
		return;
	kill(k->pid, SIGKILL);	/* it has nothing that would have to be saved */
	waitpid(k->pid, NULL, 0);
	k->pid = 0;
}

/* Return: the socket to it, or a negative errno. */
static int try_start(struct keeper *k)
{
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	k->pid = fork();
	if (!k->pid)
		become(k->path, pair[1]);
	r = k->pid < 0 ? -errno : 0;
	close(pair[1]);
	if (r)
		k->pid = 0;
	else
		r = watch(k, pair[0]);
	if (r >= 0)
		return pair[0];
	close(pair[0]);
	end(k);
	return r;
}

/* Too many processes, or no memory: there may be later. */
static int start(struct keeper *k)
{
	int fd;

	k->started = clock_ms();
	k->is_killed = false;
	fd = try_start(k);
	if (fd >= 0) {
		calls_use_worker(k->calls, fd);
		return 0;
	}
	snprintf(k->trouble, sizeof(k->trouble),
		 "The process that agrees keys cannot be started (%s)", strerror(-fd));
	log_warning("%s", k->trouble);
	return start_later(k);
}

int keeper_start(struct keeper **out, sd_event *loop, const char *path, struct calls *calls)
{
	struct keeper *k = calloc(1, sizeof(*k));
	int r;

	if (!k)
		return -ENOMEM;
	k->loop = loop;
	k->path = path;
	k->calls = calls;
	r = start(k);
	if (r < 0)
		keeper_free(k);
	else
		*out = k;
	return r < 0 ? r : 0;
}

void keeper_free(struct keeper *k)
{
	if (!k)
		return;
	end(k);
	sd_event_source_unref(k->again);
	free(k);
}

void keeper_look(struct keeper *k)
{
	if (!k->pid || k->is_killed || !calls_worker_fault(k->calls))
		return;
	/* What waits in its socket is not read any more. */
	k->io = sd_event_source_unref(k->io);
	k->is_killed = true;
	kill(k->pid, SIGKILL);
}

const char *keeper_trouble(const struct keeper *k)
{
	return k->pid && !k->is_killed ? NULL : k->trouble;
}
