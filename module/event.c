// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages from the kernel: a flow as a nest, events, packets for the agent.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "event.h"
#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "netlink_options.h"

static int put_addresses(struct sk_buff *msg, const struct sotto_tuple *t)
{
	unsigned int len = t->family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	return nla_put_u16(msg, SOTTO_A_FLOW_FAMILY, t->family) ||
	       nla_put(msg, SOTTO_A_FLOW_LADDR, len, &t->laddr) ||
	       nla_put_be16(msg, SOTTO_A_FLOW_LPORT, t->lport) ||
	       nla_put(msg, SOTTO_A_FLOW_RADDR, len, &t->raddr) ||
	       nla_put_be16(msg, SOTTO_A_FLOW_RPORT, t->rport);
}

static int put_route(struct sk_buff *msg, const struct sotto_flow *flow)
{
	const struct sotto_route_key *route = &flow->route;
	u32 uid = from_kuid_munged(flow->sn->net->user_ns, route->uid);

	return (route->has_uid && nla_put_u32(msg, SOTTO_A_FLOW_UID, uid)) ||
	       (route->ifindex && nla_put_s32(msg, SOTTO_A_FLOW_IFINDEX, route->ifindex)) ||
	       (route->mark && nla_put_u32(msg, SOTTO_A_FLOW_MARK, route->mark)) ||
	       nla_put_u8(msg, SOTTO_A_FLOW_TOS, route->tos);
}

static int put_u64(struct sk_buff *msg, int attrtype, u64 value)
{
	return nla_put_u64_64bit(msg, attrtype, value, SOTTO_A_FLOW_PAD);
}

static int put_dir(struct sk_buff *msg, const struct sotto_flow *flow, enum sotto_dir dir)
{
	bool tx = dir == SOTTO_DIR_TX;
	u64 idle = jiffies_to_msecs(jiffies - READ_ONCE(flow->last[dir]));

	return nla_put_u32(msg, tx ? SOTTO_A_FLOW_STATE_TX : SOTTO_A_FLOW_STATE_RX,
			   sotto_flow_state(flow, dir)) ||
	       nla_put_u32(msg, tx ? SOTTO_A_FLOW_PROFILE_TX : SOTTO_A_FLOW_PROFILE_RX,
			   sotto_session_profile(&flow->session, dir)) ||
	       (flow->has_ssrc[dir] &&
		nla_put_u32(msg, tx ? SOTTO_A_FLOW_SSRC_TX : SOTTO_A_FLOW_SSRC_RX,
			    flow->ssrc[dir])) ||
	       (flow->seen[dir] &&
		put_u64(msg, tx ? SOTTO_A_FLOW_IDLE_TX_MS : SOTTO_A_FLOW_IDLE_RX_MS, idle));
}

/**
 * sotto_flow_put() - Put a flow into a message.
 * @msg: message
 * @flow: kept by the caller
 * @streams: with its streams, for which @msg has SOTTO_STREAMS_ROOM
 *
 * Context: any but hardirq. Return: 0 or -EMSGSIZE.
 */
int sotto_flow_put(struct sk_buff *msg, const struct sotto_flow *flow, bool streams)
{
	struct nlattr *nest = nla_nest_start(msg, SOTTO_A_FLOW);
	struct sotto_tuple tuple = sotto_flow_tuple(flow);
	u64 age = ktime_get_ns() / NSEC_PER_MSEC - flow->born_ms;
	u32 flags = flow->flags;

	if (sotto_session_next_heard(&flow->session))
		flags |= SOTTO_FLOW_F_NEXT_HEARD;
	if (!nest)
		return -EMSGSIZE;
	if (put_u64(msg, SOTTO_A_FLOW_ID, flow->id) ||
	    put_addresses(msg, &tuple) ||
	    put_dir(msg, flow, SOTTO_DIR_TX) ||
	    put_dir(msg, flow, SOTTO_DIR_RX) ||
	    (flow->cookie_len &&
	     nla_put(msg, SOTTO_A_FLOW_COOKIE, flow->cookie_len, flow->cookie)) ||
	    nla_put_u32(msg, SOTTO_A_FLOW_RULE_ID, flow->rule_id) ||
	    nla_put_u32(msg, SOTTO_A_FLOW_ACTION, flow->action) ||
	    nla_put_u32(msg, SOTTO_A_FLOW_FLAGS, flags) ||
	    put_route(msg, flow) ||
	    put_u64(msg, SOTTO_A_FLOW_AGE_MS, age) ||
	    sotto_stats_put(msg, SOTTO_A_FLOW_STATS, &flow->stats) ||
	    sotto_options_put(msg, &flow->session) ||
	    sotto_srtp_put(msg, &flow->session, SOTTO_DIR_TX) ||
	    sotto_srtp_put(msg, &flow->session, SOTTO_DIR_RX) ||
	    (streams && sotto_streams_put(msg, &flow->session))) {
		nla_nest_cancel(msg, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

static struct sk_buff *event_msg(const struct sotto_flow *flow, enum sotto_event event,
				 const enum sotto_dir *dir)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	void *hdr;

	if (!msg)
		return NULL;
	hdr = genlmsg_put(msg, 0, 0, &sotto_family, 0, SOTTO_CMD_EVENT);
	if (!hdr || nla_put_u32(msg, SOTTO_A_EVENT, event) ||
	    (dir && nla_put_u32(msg, SOTTO_A_DIR, *dir)) || sotto_flow_put(msg, flow, false)) {
		nlmsg_free(msg);
		return NULL;
	}
	genlmsg_end(msg, hdr);
	return msg;
}

static void event_send(const struct sotto_flow *flow, enum sotto_event event,
		       const enum sotto_dir *dir)
{
	struct net *net = flow->sn->net;
	struct sk_buff *msg;

	if (!genl_has_listeners(&sotto_family, net, SOTTO_MCGRP_EVENTS_NR))
		return;
	msg = event_msg(flow, event, dir);
	if (!msg) {
		/* They read -ENOBUFS and dump. */
		genl_set_err(&sotto_family, net, 0, SOTTO_MCGRP_EVENTS_NR, -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&sotto_family, net, msg, 0, SOTTO_MCGRP_EVENTS_NR, GFP_ATOMIC);
}

/**
 * sotto_event_flow() - Tell something about a flow.
 * @flow: kept by the caller
 * @event: what
 *
 * Context: any but hardirq.
 */
void sotto_event_flow(const struct sotto_flow *flow, enum sotto_event event)
{
	event_send(flow, event, NULL);
}

/**
 * sotto_event_dir() - Tell something about one direction of a flow.
 * @flow: kept by the caller
 * @event: what
 * @dir: direction
 *
 * Context: any but hardirq.
 */
void sotto_event_dir(const struct sotto_flow *flow, enum sotto_event event, enum sotto_dir dir)
{
	event_send(flow, event, &dir);
}

/**
 * sotto_event_packet() - Give the agent a packet.
 * @flow: kept by the caller
 * @kind: what it is
 * @data: UDP payload
 * @len: bytes
 *
 * Context: any but hardirq.
 * Return: 0; -ESRCH without an agent; -EMSGSIZE; -ENOBUFS or -EAGAIN if it is too slow.
 */
int sotto_event_packet(const struct sotto_flow *flow, enum sotto_packet_kind kind,
		       const u8 *data, unsigned int len)
{
	u32 portid = READ_ONCE(flow->sn->agent_portid);
	struct nlattr *nest;
	struct sk_buff *msg;
	void *hdr;

	if (!portid)
		return -ESRCH;
	if (len > SOTTO_PAYLOAD_MAX)
		return -EMSGSIZE;
	msg = genlmsg_new(nla_total_size(len) + 64, GFP_ATOMIC);
	if (!msg)
		return -ENOBUFS;
	hdr = genlmsg_put(msg, 0, 0, &sotto_family, 0, SOTTO_CMD_PACKET);
	if (!hdr)
		goto too_long;
	nest = nla_nest_start(msg, SOTTO_A_PACKET);
	if (!nest ||
	    nla_put_u64_64bit(msg, SOTTO_A_PACKET_FLOW_ID, flow->id, SOTTO_A_PACKET_PAD) ||
	    nla_put_u32(msg, SOTTO_A_PACKET_KIND, kind) ||
	    nla_put(msg, SOTTO_A_PACKET_DATA, len, data))
		goto too_long;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, hdr);
	return genlmsg_unicast(flow->sn->net, msg, portid);

too_long:
	nlmsg_free(msg);
	return -EMSGSIZE;
}
