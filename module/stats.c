// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters on their way to user space.
 */
#include <net/netlink.h>

#include "stats.h"

/**
 * sotto_stats_put() - Put all counters into a message.
 * @msg: message
 * @attrtype: of the nest
 * @s: counters
 *
 * Context: any. Return: 0 or -EMSGSIZE.
 */
int sotto_stats_put(struct sk_buff *msg, int attrtype, const struct sotto_stats *s)
{
	struct nlattr *nest = nla_nest_start(msg, attrtype);

	if (!nest)
		return -EMSGSIZE;
	for (int i = SOTTO_A_STATS_PAD + 1; i < __SOTTO_A_STATS_MAX; i++) {
		if (nla_put_u64_64bit(msg, i, atomic64_read(&s->count[i]), SOTTO_A_STATS_PAD)) {
			nla_nest_cancel(msg, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(msg, nest);
	return 0;
}
