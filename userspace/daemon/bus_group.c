// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules for the programs of one person: whatever is in a cgroup of hers is to be
 * encrypted, until the last program in it has ended. Who is not root can only ask for
 * more than there is, and only of her own programs.
 */
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "bus_dict.h"
#include "bus_error.h"
#include "log.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define GROUPS_MAX	256
#define GROUPS_EACH_MAX	64	/* of one person, root apart */
#define EVENTS_MAX	256	/* a few short lines */

/**
 * struct bus_group - a cgroup that a rule is for
 * @id: of the rule
 * @uid: whose it is
 * @events: its file that tells whether there is a program in it
 */
struct bus_group {
	struct bus_group *next;
	struct bus *bus;
	uint32_t id;
	uid_t uid;
	sd_event_source *source;
	char events[PATH_MAX];
};

static void group_free(struct bus_group *g)
{
	sd_event_source_unref(g->source);
	free(g);
}

enum population { POPULATED, EMPTY, UNKNOWN };

/*
 * Is there a program in the group? What has gone has none. Where it cannot be told, for want
 * of a descriptor or of memory, there may be one: then its rule must stay.
 */
static enum population look(const char *events)
{
	char text[EVENTS_MAX] = "";
	int fd = open(events, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	bool gone = n < 0 && (errno == ENOENT || errno == ENODEV);

	if (fd >= 0)
		close(fd);
	if (gone || strstr(text, "populated 0"))
		return EMPTY;
	return strstr(text, "populated 1") ? POPULATED : UNKNOWN;
}

/* The rule goes; what it has made secure stays so. */
static void group_end(struct bus_group *g)
{
	struct kernel *k = calls_kernel(g->bus->calls);
	int r = k ? sotto_rule_del(kernel_requests(k), g->id) : 0;

	if (r && r != -ENOENT)
		log_errno(r, "rule %u could not be deleted, though its programs have ended", g->id);
	for (struct bus_group **p = &g->bus->groups; *p; p = &(*p)->next)
		if (*p == g) {
			*p = g->next;
			break;
		}
	group_free(g);
}

static int on_events(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct bus_group *g = arg;

	switch (look(g->events)) {
	case EMPTY:
		group_end(g);
		break;
	case UNKNOWN:
		log_warning("whether the programs that rule %u is for have ended cannot be told: it "
			    "stays", g->id);
		break;
	case POPULATED:
		break;
	}
	return 0;
}

/* @path: as /proc/PID/cgroup has it. The directory's owner is who may say what is in it. */
static int find_group(const char *path, uid_t uid, uint64_t *id, char events[PATH_MAX],
		      sd_bus_error *error)
{
	char directory[PATH_MAX];
	struct statfs fs;
	struct stat st;

	if (*path != '/' || strstr(path, "/..") ||
	    snprintf(directory, sizeof(directory), CGROUP_ROOT "%s", path) >=
	    (int)sizeof(directory) ||
	    snprintf(events, PATH_MAX, "%s/cgroup.events", directory) >= PATH_MAX ||
	    lstat(directory, &st) || !S_ISDIR(st.st_mode) || statfs(directory, &fs) ||
	    fs.f_type != CGROUP2_SUPER_MAGIC)
		return sd_bus_error_setf(error, BUS_BAD_ARGUMENT,
					 "\"%s\" is no cgroup (version 2). A program finds its own in "
					 "/proc/self/cgroup.", path);
	if (uid && st.st_uid != uid)
		return sd_bus_error_setf(error, BUS_NOT_YOURS,
					 "The cgroup \"%s\" is not yours. Only root may have a rule for "
					 "it: sotto rule add require --cgroup PATH.", path);
	if (look(events) != POPULATED)
		return sd_bus_error_setf(error, BUS_WRONG_STATE,
					 "There is no program in the cgroup \"%s\". Put it there first.",
					 path);
	*id = st.st_ino;
	return 0;
}

/* Nobody takes the place of others. */
static bool has_room(const struct bus *b, uid_t uid)
{
	unsigned int all = 0, own = 0;

	for (const struct bus_group *g = b->groups; g; g = g->next) {
		all++;
		own += g->uid == uid;
	}
	return all < GROUPS_MAX && (!uid || own < GROUPS_EACH_MAX);
}

static int add(struct bus *b, struct kernel *k, struct bus_group *g, uint64_t cgroup,
	       sd_bus_error *error)
{
	struct sotto_rule rule = {
		.action = SOTTO_ACTION_REQUIRE, .has = SOTTO_RULE_HAS_CGROUP, .cgroup = cgroup,
	};
	int r;

	g->bus = b;
	r = sd_event_add_inotify(sd_bus_get_event(b->bus), &g->source, g->events,
				 IN_MODIFY | IN_DELETE_SELF, on_events, g);
	if (r < 0)
		return r;
	r = sotto_rule_new(kernel_requests(k), &rule);
	if (r)
		return bus_kernel_failed(b, error, r, "The kernel refused the rule");
	g->id = rule.id;
	g->next = b->groups;
	b->groups = g;
	return 0;
}

int bus_require_group(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	struct kernel *k = calls_kernel(b->calls);
	struct bus_group *g = NULL;
	const char *path;
	uint64_t cgroup;
	uid_t uid;
	int r = bus_sender(m, &uid, error);

	if (r >= 0)
		r = sd_bus_message_read(m, "s", &path);
	if (r < 0)
		return r;
	if (!k)
		return bus_kernel_failed(b, error, -ENODEV, NULL);
	if (!has_room(b, uid))
		return sd_bus_error_set(error, BUS_BUSY, "Too many programs have been started by sotto "
					"run. End some of them.");
	g = calloc(1, sizeof(*g));
	r = g ? find_group(path, uid, &cgroup, g->events, error) : -ENOMEM;
	if (r >= 0) {
		g->uid = uid;
		r = add(b, k, g, cgroup, error);
	}
	if (r < 0) {
		if (g)
			group_free(g);
		return r;
	}
	return sd_bus_reply_method_return(m, "u", g->id);
}

/* The rules stay: the kernel keeps them while no sottod runs. */
void bus_groups_free(struct bus *b)
{
	struct bus_group *g;

	while ((g = b->groups)) {
		b->groups = g->next;
		group_free(g);
	}
}
