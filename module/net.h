/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sotto keeps for each network namespace.
 */
#ifndef SOTTO_NET_H
#define SOTTO_NET_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "evidence.h"
#include "flow.h"
#include "rule.h"
#include "taint.h"

#define SOTTO_HOOKS	4
#define SOTTO_FORWARD_HOOKS	6

struct sock;

/**
 * struct sotto_net - one network namespace
 * @net: it
 * @hook_ops: where its packets are seen
 * @forward_ops: where those that it forwards are
 * @forwards: @forward_ops are registered; under @control
 * @ending: there will be no more hooks; under @control
 * @control: serialises control: netlink requests and expiry
 * @rules: snapshot under RCU, replaced under @control
 * @flows: nodes of flows by 5-tuple, RCU
 * @flows_by_id: flows by id, RCU
 * @flows_by_port: flows by a hash of their local port, RCU
 * @flow_list: every flow; under @flow_lock
 * @flow_lock: guards adding to and removing from the four above
 * @flow_count: flows, read without the lock by the hooks
 * @embryonic: those that only the network has asked for; under @flow_lock
 * @embryonic_count: how many
 * @expiry: looks for idle flows
 * @socket_walk: which flows' sockets it has looked for; its own
 * @evidence: 5-tuples that may become flows
 * @taint: local sockets that have been secure
 * @totals: what has been counted here since the module was loaded, by processor
 * @no_rule: what holds for a tainted socket where no rule covers what it does: as for any
 *	of its new flows, the agent may decide. It also counts what could not be judged
 * @agent_portid: the agent's netlink port, 0 for none
 * @sender: by family, the sockets that agent packets belong to; they are how the
 *	hooks know these packets again, and no program can have them
 */
struct sotto_net {
	struct net *net;
	struct nf_hook_ops hook_ops[SOTTO_HOOKS];
	struct nf_hook_ops forward_ops[SOTTO_FORWARD_HOOKS];
	bool forwards;
	bool ending;
	struct mutex control;	/* see above */
	struct sotto_rules __rcu *rules;
	struct rhashtable flows;
	struct rhashtable flows_by_id;
	struct hlist_head flows_by_port[SOTTO_PORT_BUCKETS];
	struct list_head flow_list;
	spinlock_t flow_lock;	/* see above */
	unsigned int flow_count;
	struct sotto_flow *embryonic[SOTTO_EMBRYONIC_MAX];
	unsigned int embryonic_count;
	struct delayed_work expiry;
	struct rhashtable_iter socket_walk;
	struct sotto_evidence evidence;
	struct sotto_taint taint;
	struct sotto_totals __percpu *totals;
	struct sotto_rule no_rule;
	u32 agent_portid;
	struct sock *sender[2];	/* [0] IPv4, [1] IPv6 */
};

extern unsigned int sotto_net_id;

static inline struct hlist_head *sotto_port_bucket(struct sotto_net *sn, __be16 lport)
{
	return &sn->flows_by_port[ntohs(lport) % SOTTO_PORT_BUCKETS];
}

/* Has a local port no flow at all, neither its RTP nor its RTCP? */
static inline bool sotto_port_is_free(struct sotto_net *sn, __be16 lport)
{
	return hlist_empty(sotto_port_bucket(sn, lport)) &&
	       hlist_empty(sotto_port_bucket(sn, htons(ntohs(lport) - 1)));
}

static inline struct sotto_net *sotto_net(const struct net *net)
{
	return net_generic(net, sotto_net_id);
}

#endif /* SOTTO_NET_H */
