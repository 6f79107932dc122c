// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a packet is dropped, as it is counted.
 */
#include "flow.h"
#include "outcome.h"

/**
 * sotto_drop_by_table() - Drop what the state table or a rule does not let pass.
 * @flow: its flow, or NULL
 * @pkt: loaded
 * @stats: where it is counted
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: the hook's verdict.
 */
unsigned int sotto_drop_by_table(const struct sotto_flow *flow, const struct sotto_packet *pkt,
				 struct sotto_stats *stats)
{
	enum sotto_state state = flow ? sotto_flow_state(flow, pkt->dir) : SOTTO_STATE_HOLD;

	if (pkt->class != SOTTO_CLASS_RTP && pkt->class != SOTTO_CLASS_RTCP)
		return SOTTO_DROP_FOR(pkt, stats, CLASS);
	if (state == SOTTO_STATE_DEAD)
		return SOTTO_DROP_FOR(pkt, stats, DEAD);
	return SOTTO_DROP_FOR(pkt, stats, HOLD);
}

/**
 * sotto_drop_by_error() - Drop what could not be protected, or has not authenticated.
 * @flow: its flow
 * @pkt: loaded
 * @err: a negative errno of srtp.h, session.h or packet.h
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: the hook's verdict.
 */
unsigned int sotto_drop_by_error(struct sotto_flow *flow, const struct sotto_packet *pkt, int err)
{
	struct sotto_stats *stats = &flow->stats;

	switch (err) {
	case -ENOKEY:
	case -EKEYEXPIRED:
		return SOTTO_DROP_FOR(pkt, stats, DEAD);
	case -EINVAL:
		return SOTTO_DROP_FOR(pkt, stats, MALFORMED);
	case -EALREADY:
		return sotto_drop(pkt, stats, SOTTO_A_STATS_DROP_TX_REPEAT,
				  SOTTO_A_STATS_DROP_RX_REPLAY);
	case -EBADMSG:
		return sotto_drop(pkt, stats, SOTTO_A_STATS_DROP_TX_ERROR,
				  SOTTO_A_STATS_DROP_RX_AUTH);
	case -ENOSPC:
		return SOTTO_DROP_FOR(pkt, stats, STREAMS);
	case -EMSGSIZE:
		/* Only on the way out. This one the program hears of: it has asked for it. */
		sotto_count(stats, SOTTO_A_STATS_DROP_TX_TOO_BIG);
		return NF_DROP_ERR(-EMSGSIZE);
	default:
		return SOTTO_DROP_FOR(pkt, stats, ERROR);
	}
}
