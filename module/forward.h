/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A gateway: calls of those behind this machine. Documentation/gateway.rst.
 */
#ifndef SOTTO_FORWARD_H
#define SOTTO_FORWARD_H

#include <linux/netfilter.h>
#include <linux/notifier.h>
#include <linux/sotto.h>

struct netlink_ext_ack;
struct sotto_flow;
struct sotto_flow_node;
struct sotto_net;
struct sotto_packet;
struct sotto_route_key;
struct sotto_tuple;

/**
 * struct sotto_way - from where to where a forwarded packet goes
 * @dir: from those behind this machine (tx), or to them
 * @inside: index of the device behind which they are
 * @node: what its ends are known as, NULL if they are not
 */
struct sotto_way {
	enum sotto_dir dir;
	int inside;
	const struct sotto_flow_node *node;
};

/* Under sn->control, may sleep. */
int sotto_forward_begin(struct sotto_net *sn);	/* 0 or a negative errno */
void sotto_forward_slow(struct sotto_net *sn);
void sotto_forward_end(struct sotto_net *sn, bool for_good);

/* Under RTNL. 0 and the device's index, 0 if it is not there, or -EOPNOTSUPP. */
int sotto_forward_device(const struct sotto_net *sn, const char *name, int *ifindex,
			 struct netlink_ext_ack *extack);

/* In the hooks, under rcu_read_lock(). False: it is nobody's call. */
bool sotto_forward_way(struct sotto_net *sn, const struct sotto_packet *pkt,
		       const struct nf_hook_state *state, struct sotto_way *way);

/* Does it pass between somebody whose calls are covered and others? The same. */
bool sotto_forward_crosses(const struct sotto_net *sn, const struct nf_hook_state *state);

/* forward_send.c: what the agent sends for them. Takes over @skb. 0 or -ENODEV. */
int sotto_forward_send(struct sotto_flow *flow, const struct sotto_tuple *tuple,
		       const struct sotto_route_key *route, struct sk_buff *skb);

extern struct notifier_block sotto_forward_notifier;

#endif /* SOTTO_FORWARD_H */
