/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets that the agent sends on a flow.
 */
#ifndef SOTTO_AGENT_H
#define SOTTO_AGENT_H

#include <linux/skbuff.h>
#include <linux/sotto.h>
#include <linux/types.h>

#include "net.h"

struct netlink_ext_ack;
struct sotto_flow;
struct sotto_tuple;

int sotto_agent_init(struct sotto_net *sn);	/* may sleep; 0 or a negative errno */
void sotto_agent_exit(struct sotto_net *sn);

/**
 * sotto_agent_sent() - Is this a packet that sotto_agent_send() made?
 * @sn: netns
 * @skb: packet at LOCAL_OUT
 *
 * No program can imitate it. Context: any.
 */
static inline bool sotto_agent_sent(const struct sotto_net *sn, const struct sk_buff *skb)
{
	return skb->sk && (skb->sk == sn->sender[0] || skb->sk == sn->sender[1]);
}

/* The same of one that it sends for somebody behind this machine. @state: at FORWARD */
static inline bool sotto_agent_forwards(const struct sotto_net *sn,
					const struct nf_hook_state *state)
{
	return state->sk && (state->sk == sn->sender[0] || state->sk == sn->sender[1]);
}

/* Sends @data on a flow, the way its media goes. Under sn->control. */
int sotto_agent_send(struct sotto_flow *flow, enum sotto_packet_kind kind, const u8 *data,
		     unsigned int len, struct netlink_ext_ack *extack);

/* The local address from which the routes would send to the flow's peer. */
int sotto_agent_source(struct sotto_net *sn, struct sotto_tuple *tuple, int ifindex, u32 mark,
		       u8 tos);

#endif /* SOTTO_AGENT_H */
