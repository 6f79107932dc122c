// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters on their way to user space.
 */
#include <linux/cpumask.h>
#include <net/netlink.h>

#include "sotto_trace.h"
#include "stats.h"

/**
 * sotto_count_drop() - Count packets that are dropped.
 * @s: of their flow, or of the rule that has decided
 * @what: why
 * @n: how many
 *
 * Context: any.
 */
void sotto_count_drop(struct sotto_stats *s, enum sotto_attr_stats what, unsigned int n)
{
	atomic64_add(n, &s->count[what]);
	this_cpu_add(s->totals->count[what], n);
	trace_sotto_drop(s->flow, what, n);
}

static u64 count_of(const struct sotto_stats *s, const struct sotto_totals __percpu *totals,
		    unsigned int what)
{
	u64 sum = 0;
	int cpu;

	if (s)
		return atomic64_read(&s->count[what]);
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(totals, cpu)->count[what]);
	return sum;
}

static int put(struct sk_buff *msg, int attrtype, const struct sotto_stats *s,
	       const struct sotto_totals __percpu *totals)
{
	struct nlattr *nest = nla_nest_start(msg, attrtype);

	if (!nest)
		return -EMSGSIZE;
	for (int i = SOTTO_A_STATS_PAD + 1; i < __SOTTO_A_STATS_MAX; i++) {
		if (nla_put_u64_64bit(msg, i, count_of(s, totals, i), SOTTO_A_STATS_PAD)) {
			nla_nest_cancel(msg, nest);
			return -EMSGSIZE;
		}
	}
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * sotto_stats_put() - Put all counters of a flow or a rule into a message.
 * @msg: message
 * @attrtype: of the nest
 * @s: counters
 *
 * Context: any. Return: 0 or -EMSGSIZE.
 */
int sotto_stats_put(struct sk_buff *msg, int attrtype, const struct sotto_stats *s)
{
	return put(msg, attrtype, s, NULL);
}

/**
 * sotto_totals_put() - Put what a network namespace has counted into a message.
 * @msg: message
 * @attrtype: of the nest
 * @totals: of all processors
 *
 * No count is ever smaller than it was before (on machines of 64 bits, which reads each
 * in one piece).
 *
 * Context: any. Return: 0 or -EMSGSIZE.
 */
int sotto_totals_put(struct sk_buff *msg, int attrtype,
		     const struct sotto_totals __percpu *totals)
{
	return put(msg, attrtype, NULL, totals);
}
