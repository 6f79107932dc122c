// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <spa/utils/list.h>

#include "bus.h"
#include "log.h"
#include "media.h"
#include "nodes.h"
#include "nowhere.h"
#include "stats.h"

#define RETRY_S 2

struct call {
	struct spa_list link;
	struct bus_call info;
	unsigned int number;
	bool asked;			/* Acquire() is under way */
	struct media *media;		/* NULL until acquired */
	struct nodes *nodes;		/* NULL while they must not be there */
};

struct calls {
	struct pw_core *core;
	struct pw_loop *loop;
	struct bus *bus;
	struct nowhere *nowhere;
	bool safe;			/* something else would be the default: nodes may be */
	struct hashlog *log;
	char *stats_file;
	struct spa_list list;
	struct spa_source *retry;
};

static void proceed(struct calls *c);

static void retry_later(struct calls *c)
{
	struct timespec t = { .tv_sec = RETRY_S };

	pw_loop_update_timer(c->loop, c->retry, &t, NULL, false);
}

/* ---- the sink that leads nowhere ---- */

static void hide_all(struct calls *c)
{
	struct call *call;

	spa_list_for_each(call, &c->list, link) {
		nodes_free(call->nodes);
		call->nodes = NULL;
	}
}

static void nowhere_changed(void *data, bool ready)
{
	struct calls *c = data;

	c->safe = ready;
	if (ready) {
		proceed(c);
		return;
	}
	/* First ours go, at once; a new nowhere is made from the timer. */
	hide_all(c);
	retry_later(c);
}

static int ensure_nowhere(struct calls *c)
{
	if (c->nowhere)
		return 0;
	return nowhere_new(c->core, nowhere_changed, c, &c->nowhere);
}

static void drop_nowhere(struct calls *c)
{
	nowhere_free(c->nowhere);
	c->nowhere = NULL;
	c->safe = false;
}

/* ---- one call ---- */

static void call_end(struct calls *c, struct call *call)
{
	struct media_stats stats;
	int error;

	nodes_free(call->nodes);
	if (call->media) {
		media_stop(call->media, &stats);
		bus_release(c->bus, call->info.path);
		error = c->stats_file ? stats_append(c->stats_file, call->number, &stats) : 0;
		if (error)
			pw_log_error("the call's counters are not written: %s",
				     strerror(-error));
		pw_log_info("call %u has ended", call->number);
	}
	spa_list_remove(&call->link);
	free(call);
}

static int call_begin(struct calls *c, const struct bus_call *info)
{
	struct call *call = calloc(1, sizeof(*call));
	const char *number = strrchr(info->path, '/');

	if (!call)
		return -ENOMEM;
	call->info = *info;
	call->number = number ? strtoul(number + 1, NULL, 10) : 0;
	spa_list_append(&c->list, &call->link);
	return 0;
}

/* Take the next step that is possible: socket, then nodes. */
static int call_proceed(struct calls *c, struct call *call)
{
	int error = 0;

	if (!call->media && !call->asked) {
		error = bus_acquire(c->bus, call->info.path);
		call->asked = error >= 0;
	} else if (call->media && !call->nodes && c->safe) {
		error = nodes_new(c->core, c->loop, call->number, call->info.name,
				  call->media, &call->nodes);
	}
	return error < 0 ? error : 0;
}

static void proceed(struct calls *c)
{
	struct call *call;
	int error;

	if (spa_list_is_empty(&c->list)) {
		drop_nowhere(c);
		return;
	}
	error = ensure_nowhere(c);
	spa_list_for_each(call, &c->list, link) {
		int e = call_proceed(c, call);

		if (e)
			error = e;
	}
	if (error) {
		pw_log_warn("a call waits: %s", strerror(-error));
		retry_later(c);
	}
}

static void on_retry(void *data, uint64_t expirations)
{
	struct calls *c = data;

	if (c->nowhere && !c->safe)
		drop_nowhere(c);
	proceed(c);
}

/* ---- what the bus says ---- */

static struct call *find(struct calls *c, const char *path)
{
	struct call *call;

	spa_list_for_each(call, &c->list, link) {
		if (!strcmp(call->info.path, path))
			return call;
	}
	return NULL;
}

/* A number may be used again after sottod was restarted: the start tells. */
static bool is_same(const struct call *call, const struct bus_call *info)
{
	return !strcmp(call->info.path, info->path) && call->info.since == info->since;
}

static bool is_listed(const struct call *call, const struct bus_call *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_same(call, &list[i]))
			return true;
	}
	return false;
}

static void on_active(void *data, const struct bus_call *list, size_t n)
{
	struct calls *c = data;
	struct call *call, *next;

	spa_list_for_each_safe(call, next, &c->list, link) {
		if (!is_listed(call, list, n))
			call_end(c, call);
	}
	for (size_t i = 0; i < n; i++) {
		if (!find(c, list[i].path) && call_begin(c, &list[i]))
			pw_log_error("no memory for a call");
	}
	proceed(c);
}

static void on_acquired(void *data, const char *path, int error, int fd,
			const struct media_params *params)
{
	struct calls *c = data;
	struct call *call = find(c, path);

	if (!call || call->media) {
		if (fd >= 0) {
			close(fd);
			bus_release(c->bus, path);
		}
		return;
	}
	call->asked = false;
	if (!error)
		error = media_start(fd, params, c->log, &call->media);
	if (!error) {
		proceed(c);
		return;
	}
	/* Another program may hold it and let it go. */
	pw_log_info("call %u has no socket yet: %s", call->number, strerror(-error));
	retry_later(c);
}

static const struct bus_events bus_events = {
	.active = on_active,
	.acquired = on_acquired,
};

int calls_new(struct pw_core *core, struct pw_loop *loop, const char *hash_log,
	      const char *stats_file, struct calls **out)
{
	struct calls *c = calloc(1, sizeof(*c));
	int error = 0;

	if (!c)
		return -ENOMEM;
	spa_list_init(&c->list);
	c->core = core;
	c->loop = loop;
	c->retry = pw_loop_add_timer(loop, on_retry, c);
	if (!c->retry)
		error = -errno;
	if (!error && stats_file) {
		c->stats_file = strdup(stats_file);
		error = c->stats_file ? 0 : -ENOMEM;
	}
	if (!error && hash_log)
		error = hashlog_open(hash_log, &c->log);
	if (!error)
		error = bus_new(loop, &bus_events, c, &c->bus);
	if (error) {
		calls_free(c);
		return error;
	}
	*out = c;
	return 0;
}

void calls_free(struct calls *c)
{
	struct call *call, *next;

	if (!c)
		return;
	spa_list_for_each_safe(call, next, &c->list, link)
		call_end(c, call);
	drop_nowhere(c);
	bus_free(c->bus);
	if (c->retry)
		pw_loop_destroy_source(c->loop, c->retry);
	hashlog_close(c->log);
	free(c->stats_file);
	free(c);
}
