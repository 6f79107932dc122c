/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters. Each packet that a flow or a rule has judged is counted once.
 */
#ifndef SOTTO_STATS_H
#define SOTTO_STATS_H

#include <linux/atomic.h>
#include <linux/sotto.h>

struct sk_buff;

/* By the uapi's own numbering. */
struct sotto_stats {
	atomic64_t count[__SOTTO_A_STATS_MAX];
};

static inline void sotto_count(struct sotto_stats *s, enum sotto_attr_stats what)
{
	atomic64_inc(&s->count[what]);
}

static inline void sotto_count_many(struct sotto_stats *s, enum sotto_attr_stats what,
				    unsigned int n)
{
	atomic64_add(n, &s->count[what]);
}

/* Puts all of them into a nest @attrtype. 0 or -EMSGSIZE. */
int sotto_stats_put(struct sk_buff *msg, int attrtype, const struct sotto_stats *s);

#endif /* SOTTO_STATS_H */
