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
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "journal.h"
#include "log.h"
#include "metrics.h"

#define AGAIN_MS	1000	/* between two starts, at least */
#define NEWS_MS		60000	/* who has lived so long and ends the same way is news */
#define NOT_STARTED	127	/* exit status of a child that could not become the worker */
#define BY_SYSTEMD	"unix:"	/* what follows is a socket, at which systemd starts one */

struct keeper {
	sd_event *loop;
	sd_event_source *child;
	sd_event_source *io;
	sd_event_source *again;
	struct calls *calls;
	const char *path;
	bool is_there;
	pid_t pid;		/* our child; 0 for none */
	int pidfd;		/* of systemd's child, once it has spoken; or -1 */
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

static bool has_parent(const struct keeper *k)
{
	return strncmp(k->path, BY_SYSTEMD, strlen(BY_SYSTEMD));
}

/* Who speaks at a socket that systemd has accepted: the kernel adds it to what is said. */
static void recognize(struct keeper *k, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct msghdr m = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	struct ucred who;

	if (recvmsg(fd, &m, MSG_PEEK | MSG_DONTWAIT) < 0)
		return;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
		return;
	memcpy(&who, CMSG_DATA(c), sizeof(who));
	if (who.pid > 0)
		k->pidfd = syscall(SYS_pidfd_open, who.pid, 0);
}

static void kill_it(struct keeper *k)
{
	k->is_killed = true;
	if (k->pid)
		kill(k->pid, SIGKILL);
	else if (k->pidfd >= 0)
		syscall(SYS_pidfd_send_signal, k->pidfd, SIGKILL, NULL, 0);
}

static int bury(struct keeper *k);

/* calls_run() reads it, after everything. Of a child we are told more when it has ended. */
static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct keeper *k = data;

	if (has_parent(k))
		return 0;
	if (k->pidfd < 0)
		recognize(k, fd);
	if (!(events & EPOLLHUP))
		return 0;
	calls_run(k->calls);
	return bury(k);
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

static void forget_it(struct keeper *k)
{
	if (k->pidfd >= 0)
		close(k->pidfd);
	k->pidfd = -1;
}

static void gone(struct keeper *k)
{
	k->io = sd_event_source_unref(k->io);
	k->child = sd_event_source_unref(k->child);
	k->is_there = false;
	k->pid = 0;
	forget_it(k);
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
static void say_why(struct keeper *k, const char *why)
{
	char trouble[sizeof(k->trouble)];

	snprintf(trouble, sizeof(trouble),
		 "The process that agrees keys has ended (%s). Another one is started", why);
	if (strcmp(trouble, k->trouble) || clock_ms() - k->started > NEWS_MS)
		journal_say(JOURNAL_WORKER_ENDED, NULL, "%s", trouble);
	strcpy(k->trouble, trouble);
}

static int buried(struct keeper *k, const char *why)
{
	metrics_count(METRIC_WORKER_ENDS);
	say_why(k, why);
	gone(k);
	return start_later(k);
}

/* Systemd's child, whose end only systemd is told. */
static int bury(struct keeper *k)
{
	const char *fault = calls_worker_fault(k->calls);

	return buried(k, fault && strcmp(fault, ENGINE_CLOSED) ? fault :
		      "journalctl -u 'sottod-worker@*' says how");
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *data)
{
	struct keeper *k = data;
	char why[96];

	/* What it has said at last counts, and it tells more than a closed socket does. */
	calls_run(k->calls);
	write_why(k, si, why, sizeof(why));
	return buried(k, why);
}

static int watch(struct keeper *k, int fd)
{
	int r = k->pid ? sd_event_add_child(k->loop, &k->child, k->pid, WEXITED, on_child, k) : 0;

	if (r >= 0)
		r = sd_event_add_io(k->loop, &k->io, fd, EPOLLIN, on_io, k);
	return r;
}

static void end(struct keeper *k)
{
	k->io = sd_event_source_unref(k->io);
	k->child = sd_event_source_unref(k->child);
	kill_it(k);	/* it has nothing that would have to be saved */
	if (k->pid)
		waitpid(k->pid, NULL, 0);
	k->is_there = false;
	k->pid = 0;
	forget_it(k);
}

/* As try_fork(), where its unit has what locks it in, and ours need not. */
static int try_connect(struct keeper *k)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int yes = 1;
	int fd, r = 0;

	if (snprintf(to.sun_path, sizeof(to.sun_path), "%s", k->path + strlen(BY_SYSTEMD)) >=
	    (int)sizeof(to.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		r = -errno;
	if (!r)
		r = watch(k, fd);
	if (r >= 0)
		return fd;
	end(k);
	close(fd);
	return r;
}

/* Return: the socket to it, or a negative errno. */
static int try_fork(struct keeper *k)
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
	fd = has_parent(k) ? try_fork(k) : try_connect(k);
	if (fd >= 0) {
		k->is_there = true;
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
	k->pidfd = -1;
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
	if (!k->is_there || k->is_killed || !calls_worker_fault(k->calls))
		return;
	kill_it(k);
	/* What waits in its socket is not read any more. Whose parent we are not is gone for us. */
	k->io = sd_event_source_unref(k->io);
	if (!k->pid)
		bury(k);
}

const char *keeper_trouble(const struct keeper *k)
{
	return k->is_there && !k->is_killed ? NULL : k->trouble;
}
