/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows: 5-tuples that are calls.
 */
#ifndef SOTTO_FLOW_H
#define SOTTO_FLOW_H

#include <linux/list.h>
#include <linux/rhashtable-types.h>
#include <linux/sotto.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "session.h"
#include "stats.h"
#include "tuple.h"

struct netlink_ext_ack;
struct sock;
struct sotto_net;

#define SOTTO_FLOWS_MAX		131072	/* per netns */
#define SOTTO_EMBRYONIC_MAX	256	/* of them, begun by the network alone */
#define SOTTO_PORT_BUCKETS	256

/**
 * struct sotto_flow_node - a 5-tuple of a flow
 * @head: in sotto_net.flows
 * @tuple: constant
 * @flow: constant
 * @rtcp: RTCP's on ports of its own; if not, RTP's with the RTCP that comes there
 * @left: the flow has gone elsewhere. What the program still sends there is its own
 */
struct sotto_flow_node {
	struct rhash_head head;
	struct sotto_tuple tuple;
	struct sotto_flow *flow;
	bool rtcp;
	bool left;
};

/* Where a flow is, or was: [0] RTP, [1] RTCP on the next port. They move together. */
struct sotto_flow_ends {
	struct rcu_head rcu;
	unsigned long since;	/* jiffies */
	struct sotto_flow_node node[2];
};

/* How the last local packet was routed; the agent's packets go the same way. */
struct sotto_route_key {
	kuid_t uid;
	bool has_uid;
	int ifindex;	/* 0: not bound to a device */
	u32 mark;
	u8 tos;
};

/**
 * struct sotto_flow - one call's 5-tuple
 * @ends: where it is, RCU; changed under sotto_net.flow_lock
 * @before: where it was last, NULL if it has not moved lately; under sotto_net.flow_lock
 * @lport: local port, the same wherever it is
 * @port_node: in sotto_net.flows_by_port, RCU
 * @embryo: its place in sotto_net.embryonic, if it is SOTTO_FLOW_F_EMBRYONIC
 * @id_node: in sotto_net.flows_by_id
 * @list: in sotto_net.flow_list; empty: removed
 * @id: never 0, never reused
 * @lock: guards what follows up to @stats; state, flags and action are read without
 * @state: by direction
 * @flags: SOTTO_FLOW_F_*
 * @believed: it is "own" because a rule says so, and nothing has shown it
 * @socket: sotto_socket_print() of the local socket, 0 as long as it is not known
 * @touched: jiffies of the last packet that the program sent, passed or not, or that
 *	was accepted from the network
 * @last: jiffies of the last packet that passed, by direction, valid if @seen
 * @strangers: packets of unknown source that were tried in vain, since @strangers_since
 * @auth_fail_told: jiffies of the last event of its kind, and @refused_told
 * @session: keys and streams
 */
struct sotto_flow {
	struct sotto_flow_ends __rcu *ends;
	struct sotto_flow_ends *before;
	__be16 lport;
	unsigned int embryo;
	struct hlist_node port_node;
	struct rhash_head id_node;
	struct list_head list;
	struct rcu_head rcu;
	struct sotto_net *sn;
	u64 id;
	u64 born_ms;

	spinlock_t lock;	/* see above */
	enum sotto_state state[__SOTTO_DIR_MAX];
	enum sotto_action action;
	u32 rule_id;
	u32 flags;
	bool believed;
	struct sotto_route_key route;
	u64 socket;
	u32 ssrc[__SOTTO_DIR_MAX];
	bool has_ssrc[__SOTTO_DIR_MAX];
	u8 cookie_len;
	u8 cookie[SOTTO_COOKIE_MAX];
	unsigned long touched;
	unsigned long last[__SOTTO_DIR_MAX];
	bool seen[__SOTTO_DIR_MAX];
	unsigned long auth_fail_told;
	unsigned long refused_told;
	unsigned long strangers_since;
	unsigned int strangers;

	struct sotto_stats stats;
	struct sotto_session session;
};

/**
 * struct sotto_flow_params - how a flow is born
 * @tuple: of its RTP
 * @action: what is owed to it
 * @rule_id: rule that says so, 0 for none
 * @flags: SOTTO_FLOW_F_*
 * @state: both directions
 * @believed: "own" by a rule's word alone
 */
struct sotto_flow_params {
	struct sotto_tuple tuple;
	enum sotto_action action;
	u32 rule_id;
	u32 flags;
	enum sotto_state state;
	bool believed;
	struct sotto_route_key route;
	u64 socket;
};

/* A flow is kept by rcu_read_lock(), or by sotto_net.control. */
struct sotto_flow *sotto_flow_find_id(struct sotto_net *sn, u64 id);
struct sotto_flow *sotto_flow_create(struct sotto_net *sn, const struct sotto_flow_params *p,
				     gfp_t gfp);
void sotto_flow_remove(struct sotto_flow *flow);
int sotto_flow_move(struct sotto_flow *flow, const struct sotto_tuple *tuple);
struct sotto_tuple sotto_flow_tuple(const struct sotto_flow *flow);
struct sock *sotto_flow_socket(const struct sotto_net *sn, const struct sotto_tuple *t,
			       int ifindex);

void sotto_flow_set_state(struct sotto_flow *flow, enum sotto_dir dir, enum sotto_state state);
void sotto_flow_grow_up(struct sotto_flow *flow);
void sotto_flow_rejudge(struct sotto_net *sn);

static inline enum sotto_state sotto_flow_state(const struct sotto_flow *flow, enum sotto_dir dir)
{
	return READ_ONCE(flow->state[dir]);
}

/**
 * sotto_flow_settle() - Somebody on this machine has taken the flow up.
 * @flow: kept by the caller
 *
 * Context: any but hardirq.
 */
static inline void sotto_flow_settle(struct sotto_flow *flow)
{
	if (unlikely(READ_ONCE(flow->flags) & SOTTO_FLOW_F_EMBRYONIC))
		sotto_flow_grow_up(flow);
}

int sotto_flows_init(struct sotto_net *sn);
void sotto_flows_exit(struct sotto_net *sn);

#endif /* SOTTO_FLOW_H */
