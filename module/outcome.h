/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is done with a packet, and its account.
 */
#ifndef SOTTO_OUTCOME_H
#define SOTTO_OUTCOME_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/sotto.h>

#include "packet.h"
#include "stats.h"

struct sotto_flow;

/* A drop on the way out looks like success to the program; see architecture.rst. */
static inline unsigned int sotto_drop(const struct sotto_packet *pkt, struct sotto_stats *stats,
				      enum sotto_attr_stats tx_why,
				      enum sotto_attr_stats rx_why)
{
	bool tx = pkt->dir == SOTTO_DIR_TX;

	sotto_count_many(stats, tx ? tx_why : rx_why, pkt->count);
	if (!tx)
		return NF_DROP;
	kfree_skb(pkt->skb);
	return NF_STOLEN;
}

#define SOTTO_DROP_FOR(pkt, stats, why)	\
	sotto_drop(pkt, stats, SOTTO_A_STATS_DROP_TX_##why, SOTTO_A_STATS_DROP_RX_##why)

static inline unsigned int sotto_pass(const struct sotto_packet *pkt, struct sotto_stats *stats)
{
	sotto_count_many(stats, pkt->dir == SOTTO_DIR_TX ? SOTTO_A_STATS_TX_CLEAR
							  : SOTTO_A_STATS_RX_CLEAR, pkt->count);
	return NF_ACCEPT;
}

/* Any context, under rcu_read_lock(). Both return the hook's verdict. */
unsigned int sotto_drop_by_table(const struct sotto_flow *flow, const struct sotto_packet *pkt,
				 struct sotto_stats *stats);
unsigned int sotto_drop_by_error(struct sotto_flow *flow, const struct sotto_packet *pkt, int err);

#endif /* SOTTO_OUTCOME_H */
