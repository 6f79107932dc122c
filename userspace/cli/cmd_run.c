// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run: a program in a cgroup of its own, all of whose calls must be encrypted whatever
 * ports it takes. It begins only when the rule holds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define SCOPE_WAIT_US	(10 * 1000000ULL)
#define EXIT_NOT_RUN	126	/* as a shell says it */
#define EXIT_NOT_FOUND	127

/* Where we are, as /proc has it: "0::/user.slice/...". */
static bool own_group(char path[PATH_MAX])
{
	char line[PATH_MAX + 8];
	bool found = false;
	FILE *f = fopen("/proc/self/cgroup", "re");

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found = !strncmp(line, "0::/", 4) &&
			snprintf(path, PATH_MAX, "%s", line + 3) < PATH_MAX;
	}
	if (f)
		fclose(f);
	return found;
}

/* A new group below ours, where we may make one. @made: its directory */
static bool make_group(char made[PATH_MAX])
{
	char path[PATH_MAX];

	if (!own_group(path) ||
	    snprintf(made, PATH_MAX, CGROUP_ROOT "%s/sotto-run-%d",
		     strcmp(path, "/") ? path : "", getpid()) >= PATH_MAX)
		return false;
	return !mkdir(made, 0755);
}

static bool enter_group(const char *directory)
{
	char procs[PATH_MAX];
	bool entered;
	int fd;

	if (snprintf(procs, sizeof(procs), "%s/cgroup.procs", directory) >= (int)sizeof(procs))
		return false;
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	entered = fd >= 0 && write(fd, "0", 1) == 1;
	if (fd >= 0)
		close(fd);
	return entered;
}

static int scope_done(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	*(bool *)arg = true;
	return 0;
}

/* The person's systemd makes one, where we may not: in a session of a terminal, say. */
static bool enter_scope(void)
{
	char name[64], path[PATH_MAX];
	sd_bus_slot *slot = NULL;
	sd_bus *bus = NULL;
	bool done = false;
	int r;

	snprintf(name, sizeof(name), "sotto-run-%d.scope", getpid());
	r = sd_bus_open_user(&bus);
	if (r >= 0)
		r = sd_bus_match_signal(bus, &slot, "org.freedesktop.systemd1",
					"/org/freedesktop/systemd1",
					"org.freedesktop.systemd1.Manager", "JobRemoved",
					scope_done, &done);
	if (r >= 0)
		r = sd_bus_call_method(bus, "org.freedesktop.systemd1",
				       "/org/freedesktop/systemd1",
				       "org.freedesktop.systemd1.Manager", "StartTransientUnit",
				       NULL, NULL, "ssa(sv)a(sa(sv))", name, "fail", 2,
				       "Description", "s", "a program whose calls are encrypted",
				       "PIDs", "au", 1, getpid(), 0);
	while (r >= 0 && !done) {
		r = sd_bus_process(bus, NULL);
		if (!r && !done)
			r = sd_bus_wait(bus, SCOPE_WAIT_US) ?: -ETIMEDOUT;
	}
	sd_bus_slot_unref(slot);
	sd_bus_flush_close_unref(bus);
	return r >= 0 && own_group(path) && strstr(path, name);
}

static bool is_udp(int fd)
{
	socklen_t len = sizeof(int);
	int protocol = 0;

	return !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) &&
	       protocol == IPPROTO_UDP;
}

/*
 * A socket belongs for ever to the cgroup in which it was made: one that the program is
 * handed from outside is covered by no rule for its own. Return: its number, or -1.
 */
static int inherited_socket(void)
{
	DIR *open_ones = opendir("/proc/self/fd");
	const struct dirent *entry;
	int found = -1;

	while (open_ones && found < 0 && (entry = readdir(open_ones))) {
		int fd = atoi(entry->d_name), flags = fcntl(fd, F_GETFD);

		if (*entry->d_name != '.' && flags >= 0 && !(flags & FD_CLOEXEC) && is_udp(fd))
			found = fd;
	}
	if (open_ones)
		closedir(open_ones);
	return found;
}

/* In the child: returns only if the program cannot be started. */
static enum cli_exit run(struct cli *cli, const char *made, char **program)
{
	struct rlimit core;
	char path[PATH_MAX];

	if (!(*made ? enter_group(made) : enter_scope()) || !own_group(path))
		return cli_refuse(cli, "NoGroup",
				  "No cgroup can be made for the program. Begin it in a session of "
				  "systemd, or as root have a rule for its user: sotto rule add require "
				  "--user NAME.");
	if (bus_manager(cli, "RequireGroup", NULL, "s", path) < 0)
		return CLI_REFUSED;
	sd_bus_flush_close_unref(cli->bus);
	cli->bus = NULL;
	/* No SAS passes through the program: it may have core files, as its person has said. */
	if (!getrlimit(RLIMIT_CORE, &core)) {
		core.rlim_cur = cli->core;
		setrlimit(RLIMIT_CORE, &core);
	}
	execvp(*program, program);
	fprintf(stderr, "sotto run: %s cannot be started: %s.\n", *program, strerror(errno));
	exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

static pid_t child;

static void pass_on(int number)
{
	kill(child, number);
}

/* The terminal's keys are for the program, who ends us ends it, and its end is ours. */
static int wait_for_child(void)
{
	const struct sigaction ours = { .sa_handler = pass_on };
	int status;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	sigaction(SIGTERM, &ours, NULL);
	sigaction(SIGHUP, &ours, NULL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return CLI_REFUSED;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

enum cli_exit cmd_run(struct cli *cli, int argc, char **argv)
{
	char made[PATH_MAX] = "";
	int status, foreign, own = 1;

	/* What comes behind the program's name is the program's. */
	while (own < argc && *argv[own] == '-' && strcmp(argv[own], "--"))
		own++;
	cli_option(cli, own, argv, NULL);
	if (own < argc && !strcmp(argv[own], "--"))
		own++;
	if (own == argc)
		cli_usage(cli, "Which program?");
	foreign = inherited_socket();
	if (foreign >= 0)
		return cli_refuse(cli, "BadArgument",
				  "The program would be handed a UDP socket that was made outside of its "
				  "cgroup, descriptor %d: what it sends there would not be encrypted. "
				  "Start it without, or have a rule for the socket's port.", foreign);
	if (!make_group(made))
		*made = '\0';
	child = fork();
	if (child < 0)
		return cli_refuse(cli, "Failed", "No process can be made: %s.", strerror(errno));
	if (!child)
		exit(run(cli, made, argv + own));
	status = wait_for_child();
	if (*made && rmdir(made))
		fprintf(stderr, "sotto run: something of it still runs in %s.\n", made);
	return status;
}
