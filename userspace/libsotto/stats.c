// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the network namespace has counted.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

struct totals {
	uint64_t *stats;
	uint32_t *flows;
	bool told;
};

static int stats_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[SOTTO_A_MAX + 1];
	struct totals *t = arg;

	sotto_attrs_top(nlh, tb);
	if (!tb[SOTTO_A_STATS])
		return 0;
	sotto_stats_read(tb[SOTTO_A_STATS], t->stats);
	*t->flows = sotto_u32(tb[SOTTO_A_FLOWS]);
	t->told = true;
	return 0;
}

int sotto_stats_get(struct sotto *s, uint64_t stats[SOTTO_STATS_COUNT], uint32_t *flows)
{
	struct totals t = { .stats = stats, .flows = flows };
	int r = sotto_link_call(&s->link, sotto_link_begin(&s->link, SOTTO_CMD_STATS_GET, 0),
				stats_cb, &t);

	if (!r && !t.told)
		r = sotto_link_fail(&s->link, EPROTO, "the kernel's answer has no counters");
	return r;
}
