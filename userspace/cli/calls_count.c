// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel has counted of each call, and of each of its streams. */
#include "calls.h"

#include <string.h>

#include "bus.h"

enum { PROTECTED, AS_IT_WAS, DROPPED };

/* Of the kernel's counters (netlink.rst) those of packets; what an agent sends is none of a call. */
static const struct {
	const char *name;
	size_t member;
	int kind;
} counters[] = {
	{ "tx-protected", offsetof(struct call_counts, sent), PROTECTED },
	{ "tx-clear", offsetof(struct call_counts, sent), AS_IT_WAS },
	{ "drop-tx-", offsetof(struct call_counts, sent), DROPPED },
	{ "rx-unprotected", offsetof(struct call_counts, received), PROTECTED },
	{ "rx-clear", offsetof(struct call_counts, received), AS_IT_WAS },
	{ "drop-rx-", offsetof(struct call_counts, received), DROPPED },
};

static void add(struct call_counts *counts, const char *name, uint64_t value)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		size_t len = strlen(counters[i].name);

		/* Drops are many, by reason. */
		if (!strncmp(name, counters[i].name, len) &&
		    (counters[i].kind == DROPPED || !name[len]))
			((uint64_t *)((char *)counts + counters[i].member))[counters[i].kind] += value;
	}
}

static void add_all(struct call_counts *sum, const struct call_counts *counts)
{
	for (int kind = 0; kind <= DROPPED; kind++) {
		sum->sent[kind] += counts->sent[kind];
		sum->received[kind] += counts->received[kind];
	}
}

/* More streams than there is room for are in the sum all the same. */
static void keep(struct call *call, uint64_t flow, const struct call_counts *counts)
{
	add_all(&call->counts, counts);
	call->has_counts = true;
	for (size_t i = 0; i < call->n_streams; i++)
		if (call->streams[i].flow == flow) {
			call->streams[i].counts = *counts;
			call->streams[i].has_counts = true;
		}
}

static int read_counts(sd_bus_message *m, struct call_counts *counts)
{
	const char *name;
	uint64_t value;
	int r = sd_bus_message_enter_container(m, 'a', "{st}");

	while (r >= 0 && (r = sd_bus_message_read(m, "{st}", &name, &value)) > 0)
		add(counts, name, value);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* @at: where it is likely to be, as both lists have one order; then where it is. */
static struct call *find(struct calls *calls, const char *path, size_t *at)
{
	for (size_t i = 0; i < calls->n; i++, *at = (*at + 1) % calls->n)
		if (!strcmp(calls->list[*at].path, path))
			return &calls->list[*at];
	return NULL;
}

/* A call that began meanwhile is not among those that are shown. */
static int read_stream(sd_bus_message *m, struct calls *calls, size_t *at)
{
	struct call_counts counts = { 0 };
	struct call *call;
	const char *path;
	uint64_t flow;
	int r = sd_bus_message_read(m, "ot", &path, &flow);

	if (r >= 0)
		r = read_counts(m, &counts);
	if (r < 0)
		return r;
	call = find(calls, path, at);
	if (call)
		keep(call, flow, &counts);
	return 0;
}

static int read_all(sd_bus_message *m, struct calls *calls)
{
	int r = sd_bus_message_enter_container(m, 'a', "(ota{st})");
	size_t at = 0;

	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'r', "ota{st}")) > 0) {
		r = read_stream(m, calls, &at);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

static void forget(struct call *call)
{
	call->has_counts = false;
	for (size_t i = 0; i < call->n_streams; i++)
		call->streams[i].has_counts = false;
}

void calls_count(struct cli *cli, struct calls *calls)
{
	sd_bus_message *reply = NULL;
	int r = sd_bus_call_method(cli->bus, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE,
				   "ListCounters", NULL, &reply, NULL);

	if (r >= 0)
		r = read_all(reply, calls);
	/* Half of an answer is none. */
	for (size_t i = 0; r < 0 && i < calls->n; i++)
		forget(&calls->list[i]);
	sd_bus_message_unref(reply);
}
