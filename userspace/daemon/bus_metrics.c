// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has happened on this machine, in numbers: the kernel's and ours, as one dictionary.
 */
#include <errno.h>

#include "bus_dict.h"
#include "bus_error.h"
#include "metrics.h"

static int put(const char *name, uint64_t value, void *arg)
{
	return sd_bus_message_append(arg, "{st}", name, value);
}

/* A module that is older than we are has no totals. */
static int put_kernel(sd_bus_message *m, struct kernel *k)
{
	uint64_t stats[SOTTO_STATS_COUNT];
	uint32_t flows;
	int r = k ? sotto_stats_get(kernel_requests(k), stats, &flows) : -ENODEV;

	if (r == -ENODEV || r == -EOPNOTSUPP)
		return put("module", !!k, m);
	if (r)
		return r;
	r = put("module", 1, m);
	if (r >= 0)
		r = put("flows", flows, m);
	for (unsigned int i = 0; r >= 0 && i < SOTTO_STATS_COUNT; i++)
		if (sotto_stats_name(i))
			r = put(sotto_stats_name(i), stats[i], m);
	return r < 0 ? r : 0;
}

/* Each of its streams, both ways. */
static bool is_secure(const struct line *line)
{
	for (const struct line *one = line_stream(line, NULL); one; one = line_stream(line, one))
		if (!one->call->tx_since || !one->call->rx_since)
			return false;
	return true;
}

static int put_running(sd_bus_message *m, const struct calls *calls)
{
	uint64_t secure = 0, other = 0;
	int r;

	for (const struct line *line = calls_first(calls); line; line = line->next) {
		if (!line->call->shown || line->call->progress == CALL_ENDED)
			continue;
		if (is_secure(line))
			secure++;
		else
			other++;
	}
	r = put("running-secure", secure, m);
	return r < 0 ? r : put("running-not-secure", other, m);
}

int bus_metrics(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct bus *b = data;
	sd_bus_message *reply = NULL;
	int r = bus_may(b, m, BUS_RIGHT_METRICS, bus_metrics, error);

	if (r <= 0)
		return r ?: 1;
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = sd_bus_message_open_container(reply, 'a', "{st}");
	if (r >= 0)
		r = put_kernel(reply, calls_kernel(b->calls));
	if (r >= 0)
		r = put("started", b->started / 1000000, reply);
	if (r >= 0)
		r = put_running(reply, b->calls);
	if (r >= 0)
		r = metrics_each(put, reply);
	return bus_send_list(reply, r);
}
