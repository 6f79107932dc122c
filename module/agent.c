// SPDX-License-Identifier: GPL-2.0-only
/*
 * ZRTP and control packets on their way out. They take the route that the flow's
 * media takes and pass every hook; ours knows them by the socket they belong to.
 */
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/udp_tunnel.h>

#include "agent.h"
#include "flow.h"
#include "forward.h"
#include "net.h"
#include "rtp.h"
#include "srtp.h"

static struct sock *sender(const struct sotto_net *sn, u16 family)
{
	return sn->sender[family == AF_INET6];
}

static int make_sender(struct sotto_net *sn, int family)
{
	struct socket *sock;
	int err = sock_create_kern(sn->net, family, SOCK_DGRAM, IPPROTO_UDP, &sock);

	if (!err)
		sn->sender[family == AF_INET6] = sock->sk;
	return err;
}

/**
 * sotto_agent_init() - Make the sockets that agent packets belong to.
 * @sn: netns
 *
 * They are bound to nothing and receive nothing.
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_agent_init(struct sotto_net *sn)
{
	int err;

	err = make_sender(sn, AF_INET);
	if (!err)
		err = make_sender(sn, AF_INET6);
	/* A kernel booted without IPv6 has no IPv6 flows either. */
	if (err && err != -EAFNOSUPPORT) {
		sotto_agent_exit(sn);
		return err;
	}
	return 0;
}

/**
 * sotto_agent_exit() - Release those sockets.
 * @sn: netns; nothing is sent any more
 *
 * Context: process, may sleep.
 */
void sotto_agent_exit(struct sotto_net *sn)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sn->sender); i++) {
		if (sn->sender[i])
			sock_release(sn->sender[i]->sk_socket);
		sn->sender[i] = NULL;
	}
}

static struct flowi4 flow_key4(const struct sotto_tuple *t, const struct sotto_route_key *route)
{
	struct flowi4 fl4 = {};

	flowi4_init_output(&fl4, route->ifindex, route->mark, route->tos & INET_DSCP_MASK,
			   RT_SCOPE_UNIVERSE, IPPROTO_UDP, 0, t->raddr.s6_addr32[0],
			   t->laddr.s6_addr32[0], t->rport, t->lport,
			   route->has_uid ? route->uid : GLOBAL_ROOT_UID);
	return fl4;
}

static struct flowi6 flow_key6(const struct sotto_tuple *t, const struct sotto_route_key *route)
{
	return (struct flowi6){
		.flowi6_oif = route->ifindex,
		.flowi6_mark = route->mark,
		.flowlabel = ip6_make_flowinfo(route->tos, 0),
		.flowi6_uid = route->has_uid ? route->uid : GLOBAL_ROOT_UID,
		.flowi6_proto = IPPROTO_UDP,
		.saddr = t->laddr,
		.daddr = t->raddr,
		.fl6_sport = t->lport,
		.fl6_dport = t->rport,
	};
}

static struct dst_entry *route_flow(struct sotto_net *sn, struct sotto_tuple *t,
				    const struct sotto_route_key *route)
{
	struct dst_entry *dst;

	if (t->family == AF_INET) {
		struct flowi4 fl4 = flow_key4(t, route);
		struct rtable *rt = ip_route_output_flow(sn->net, &fl4, sender(sn, AF_INET));

		if (IS_ERR(rt))
			return ERR_CAST(rt);
		t->laddr.s6_addr32[0] = fl4.saddr;
		return &rt->dst;
	}
	if (!sender(sn, AF_INET6))
		return ERR_PTR(-EAFNOSUPPORT);
	{
		struct flowi6 fl6 = flow_key6(t, route);

		dst = ip6_dst_lookup_flow(sn->net, sender(sn, AF_INET6), &fl6, NULL);
		if (!IS_ERR(dst))
			t->laddr = fl6.saddr;
		return dst;
	}
}

/**
 * sotto_agent_source() - Ask the routes for the local address of a flow.
 * @sn: netns
 * @tuple: in: the rest of it; out: with @laddr
 * @ifindex: device, 0 for any
 * @mark: firewall mark
 * @tos: TOS or traffic class
 *
 * Context: process, may sleep. Return: 0 or the routing error.
 */
int sotto_agent_source(struct sotto_net *sn, struct sotto_tuple *tuple, int ifindex, u32 mark,
		       u8 tos)
{
	struct sotto_route_key route = { .ifindex = ifindex, .mark = mark, .tos = tos };
	struct dst_entry *dst = route_flow(sn, tuple, &route);

	if (IS_ERR(dst))
		return PTR_ERR(dst);
	dst_release(dst);
	return 0;
}

/* Takes over @dst and @skb. */
static void transmit(struct sotto_flow *flow, const struct sotto_tuple *t,
		     const struct sotto_route_key *route, struct dst_entry *dst,
		     struct sk_buff *skb)
{
	struct sock *sk = sender(flow->sn, t->family);
	u8 tos = route->tos;

	skb->mark = route->mark;
	skb_set_owner_w(skb, sk);
	/* Tunnels count on one CPU how deep they are: the task must not move on from it. */
	local_bh_disable();
	if (t->family == AF_INET) {
		struct rtable *rt = container_of(dst, struct rtable, dst);

		udp_tunnel_xmit_skb(rt, sk, skb, t->laddr.s6_addr32[0], t->raddr.s6_addr32[0],
				    tos, ip4_dst_hoplimit(dst), 0, t->lport, t->rport, false,
				    false, 0);
	} else {
		udp_tunnel6_xmit_skb(dst, sk, skb, NULL, &t->laddr, &t->raddr, tos,
				     ip6_dst_hoplimit(dst), 0, t->lport, t->rport, false, 0);
	}
	local_bh_enable();
	sotto_count(&flow->stats, SOTTO_A_STATS_TX_AGENT);
}

/* Control packets leave as SRTCP. */
static int protect(struct sotto_flow *flow, struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	struct sotto_srtp_note note;
	unsigned int len = skb->len;
	int err;

	if (sotto_flow_state(flow, SOTTO_DIR_TX) != SOTTO_STATE_SECURE) {
		NL_SET_ERR_MSG(extack, "control packets leave only where flow/state-tx is secure");
		return -ENOKEY;
	}
	local_bh_disable();
	rcu_read_lock();
	err = sotto_srtp_protect(&flow->session, true, skb->data, &len, SOTTO_SRTCP_OVERHEAD_MAX,
				 &note);
	rcu_read_unlock();
	local_bh_enable();
	if (err) {
		NL_SET_ERR_MSG(extack, "the control packet cannot be protected");
		return err;
	}
	skb_put(skb, len - skb->len);
	return 0;
}

static int check(enum sotto_packet_kind kind, const u8 *data, unsigned int len,
		 struct netlink_ext_ack *extack)
{
	if (kind == SOTTO_PACKET_ZRTP && sotto_classify(data, len) != SOTTO_CLASS_ZRTP) {
		NL_SET_ERR_MSG(extack, "packet/data is no ZRTP packet");
		return -EINVAL;
	}
	if (kind == SOTTO_PACKET_CONTROL && !sotto_rtcp_is_control(data, len)) {
		NL_SET_ERR_MSG(extack, "packet/data is no RTCP APP packet named SOTO");
		return -EINVAL;
	}
	return 0;
}

/* @dst: NULL where its device is not known yet, which takes what it needs itself */
static struct sk_buff *make(const struct dst_entry *dst, const u8 *data, unsigned int len)
{
	unsigned int room = sizeof(struct ipv6hdr) + sizeof(struct udphdr) +
			    (dst ? LL_RESERVED_SPACE(dst->dev) + dst->header_len : LL_MAX_HEADER);
	struct sk_buff *skb = alloc_skb(room + len + SOTTO_SRTCP_OVERHEAD_MAX, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	skb_put_data(skb, data, len);
	return skb;
}

/**
 * sotto_agent_send() - Send a packet of the agent on a flow.
 * @flow: kept by the caller
 * @kind: ZRTP leaves as it is, control is protected
 * @data: UDP payload
 * @len: bytes
 * @extack: may be NULL
 *
 * Context: process, may sleep, under sn->control.
 * Return: 0; -EINVAL @data is not what @kind says; -ENOKEY; -ENOMEM; a routing error.
 */
int sotto_agent_send(struct sotto_flow *flow, enum sotto_packet_kind kind, const u8 *data,
		     unsigned int len, struct netlink_ext_ack *extack)
{
	struct sotto_tuple tuple = sotto_flow_tuple(flow), routed = tuple;
	struct sotto_route_key route;
	struct dst_entry *dst = NULL;
	struct sk_buff *skb;
	int err;

	err = check(kind, data, len, extack);
	if (err)
		return err;
	spin_lock_bh(&flow->lock);
	route = flow->route;
	spin_unlock_bh(&flow->lock);
	if (!(flow->flags & SOTTO_FLOW_F_FORWARD)) {
		dst = route_flow(flow->sn, &routed, &route);
		if (IS_ERR(dst)) {
			NL_SET_ERR_MSG(extack, "no route to the peer of this flow");
			return PTR_ERR(dst);
		}
	}
	skb = make(dst, data, len);
	err = skb ? 0 : -ENOMEM;
	if (!err && kind == SOTTO_PACKET_CONTROL)
		err = protect(flow, skb, extack);
	if (err) {
		kfree_skb(skb);
		dst_release(dst);
		return err;
	}
	if (dst) {
		transmit(flow, &tuple, &route, dst, skb);
		return 0;
	}
	err = sotto_forward_send(flow, &tuple, &route, skb);
	if (err)
		NL_SET_ERR_MSG(extack, "the device behind which this flow's end is has gone");
	return err;
}
