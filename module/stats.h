/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters. Each packet that a flow or a rule has judged is counted once: there, and in
 * the totals of its network namespace, which stay when flow and rule have ended.
 */
#ifndef SOTTO_STATS_H
#define SOTTO_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/sotto.h>

struct sk_buff;

/* What one processor has counted for a network namespace; by the uapi's own numbering. */
struct sotto_totals {
	u64 count[__SOTTO_A_STATS_MAX];
};

/*
 * Of a flow or a rule, likewise. @totals: those of its network namespace; @flow: its id, 0
 * if it is a rule's.
 */
struct sotto_stats {
	struct sotto_totals __percpu *totals;
	u64 flow;
	atomic64_t count[__SOTTO_A_STATS_MAX];
};

/* Any context. Counts, and has who traces told. */
void sotto_count_drop(struct sotto_stats *s, enum sotto_attr_stats what, unsigned int n);

static inline bool sotto_is_drop(enum sotto_attr_stats what)
{
	return what >= SOTTO_A_STATS_DROP_TX_HOLD;
}

static inline void sotto_count_many(struct sotto_stats *s, enum sotto_attr_stats what,
				    unsigned int n)
{
	if (sotto_is_drop(what)) {
		sotto_count_drop(s, what, n);
		return;
	}
	atomic64_add(n, &s->count[what]);
	this_cpu_add(s->totals->count[what], n);
}

static inline void sotto_count(struct sotto_stats *s, enum sotto_attr_stats what)
{
	sotto_count_many(s, what, 1);
}

/* Puts all of them into a nest @attrtype. 0 or -EMSGSIZE. */
int sotto_stats_put(struct sk_buff *msg, int attrtype, const struct sotto_stats *s);

/* The same of a network namespace. */
int sotto_totals_put(struct sk_buff *msg, int attrtype,
		     const struct sotto_totals __percpu *totals);

#endif /* SOTTO_STATS_H */
