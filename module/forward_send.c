// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the agent sends for somebody behind this machine. It goes the way of his packets, from
 * PREROUTING on, as if it came from his device: the firewall's rules, connection tracking
 * and NAT see his addresses and treat it as they treat his media, and it leaves by the
 * same mapping. Our own hooks know it by the socket that the hook is called for, which
 * no packet has that is received.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/inet_dscp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/xfrm.h>

#include "flow.h"
#include "forward.h"
#include "net.h"

static int leave(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return dst_output(net, NULL, skb);
}

/* Routed: as ip_forward() and ip6_forward() do with what comes from a device. */
static int forward(struct net *net, struct sock *sk, struct sk_buff *skb, u8 pf)
{
	bool v4 = pf == NFPROTO_IPV4;
	struct dst_entry *dst;

	if (!(v4 ? xfrm4_route_forward(skb) : xfrm6_route_forward(skb)))
		goto drop;
	dst = skb_dst(skb);
	/* To this machine itself: that is no way out. */
	if (dst->error || dst->dev->flags & IFF_LOOPBACK)
		goto drop;
	if (skb_cow(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len))
		goto drop;
	if (v4)
		IPCB(skb)->flags |= IPSKB_FORWARDED;
	else
		IP6CB(skb)->flags |= IP6SKB_FORWARDED;
	return NF_HOOK(pf, NF_INET_FORWARD, net, sk, skb, skb->dev, dst->dev, leave);

drop:
	kfree_skb(skb);
	return -EHOSTUNREACH;
}

static int route4(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (!skb_dst(skb) && ip_route_input(skb, iph->daddr, iph->saddr,
					    inet_dsfield_to_dscp(iph->tos), skb->dev)) {
		kfree_skb(skb);
		return -EHOSTUNREACH;
	}
	return forward(net, sk, skb, NFPROTO_IPV4);
}

static int route6(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct flowi6 fl6 = {
		.flowi6_iif = skb->dev->ifindex,
		.daddr = ip6h->daddr,
		.saddr = ip6h->saddr,
		.flowlabel = ip6_flowinfo(ip6h),
		.flowi6_mark = skb->mark,
		.flowi6_proto = IPPROTO_UDP,
	};

	if (!skb_dst(skb))
		skb_dst_set(skb, ip6_route_input_lookup(net, skb->dev, &fl6, skb,
							RT6_LOOKUP_F_HAS_SADDR));
	return forward(net, sk, skb, NFPROTO_IPV6);
}

static void put_udp(struct sk_buff *skb, const struct sotto_tuple *t)
{
	struct udphdr *uh;

	__skb_push(skb, sizeof(*uh));
	skb_reset_transport_header(skb);
	uh = udp_hdr(skb);
	uh->source = t->lport;
	uh->dest = t->rport;
	uh->len = htons(skb->len);
	if (t->family == AF_INET)
		udp_set_csum(false, skb, t->laddr.s6_addr32[0], t->raddr.s6_addr32[0], skb->len);
	else
		udp6_set_csum(false, skb, &t->laddr, &t->raddr, skb->len);
}

static void put_ipv4(struct net *net, struct sk_buff *skb, const struct sotto_tuple *t, u8 tos)
{
	struct iphdr *iph;

	__skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	*iph = (struct iphdr){
		.version = 4, .ihl = sizeof(*iph) / 4, .tos = tos, .tot_len = htons(skb->len),
		.ttl = IPDEFTTL, .protocol = IPPROTO_UDP,
		.saddr = t->laddr.s6_addr32[0], .daddr = t->raddr.s6_addr32[0],
	};
	__ip_select_ident(net, iph, 1);
	ip_send_check(iph);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = skb->skb_iif;
	skb->protocol = htons(ETH_P_IP);
}

static void put_ipv6(struct sk_buff *skb, const struct sotto_tuple *t, u8 tos)
{
	unsigned int len = skb->len;
	struct ipv6hdr *ip6h;

	__skb_push(skb, sizeof(*ip6h));
	skb_reset_network_header(skb);
	ip6h = ipv6_hdr(skb);
	ip6_flow_hdr(ip6h, tos, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->hop_limit = IPDEFTTL;
	ip6h->saddr = t->laddr;
	ip6h->daddr = t->raddr;
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	IP6CB(skb)->iif = skb->skb_iif;
	IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
	skb->protocol = htons(ETH_P_IPV6);
}

/* Takes over @skb, which has its payload and room for headers. */
static void receive(struct sotto_net *sn, const struct sotto_tuple *t, u8 tos,
		    struct sk_buff *skb)
{
	put_udp(skb, t);
	if (t->family == AF_INET) {
		put_ipv4(sn->net, skb, t, tos);
		NF_HOOK(NFPROTO_IPV4, NF_INET_PRE_ROUTING, sn->net, sn->sender[0], skb,
			skb->dev, NULL, route4);
	} else {
		put_ipv6(skb, t, tos);
		NF_HOOK(NFPROTO_IPV6, NF_INET_PRE_ROUTING, sn->net, sn->sender[1], skb,
			skb->dev, NULL, route6);
	}
}

/**
 * sotto_forward_send() - Send a packet of the agent for somebody behind this machine.
 * @flow: his; kept by the caller
 * @tuple: its ends
 * @route: how his packets come and leave
 * @skb: the UDP payload, with room for headers; taken over
 *
 * What becomes of it on its way is nobody's to know, as with his own packets.
 *
 * Context: process, under sn->control. Return: 0; -ENODEV the device has gone;
 * -EAFNOSUPPORT.
 */
int sotto_forward_send(struct sotto_flow *flow, const struct sotto_tuple *tuple,
		       const struct sotto_route_key *route, struct sk_buff *skb)
{
	struct sotto_net *sn = flow->sn;
	struct net_device *dev;
	int err = -ENODEV;

	if (!sn->sender[tuple->family == AF_INET6]) {
		kfree_skb(skb);
		return -EAFNOSUPPORT;
	}
	/* As in the receive path, which is where all of this happens to others. */
	local_bh_disable();
	rcu_read_lock();
	dev = dev_get_by_index_rcu(sn->net, route->ifindex);
	if (dev) {
		skb->dev = dev;
		skb->skb_iif = dev->ifindex;
		skb->mark = route->mark;
		skb_reset_mac_header(skb);
		receive(sn, tuple, route->tos, skb);
		sotto_count(&flow->stats, SOTTO_A_STATS_TX_AGENT);
		err = 0;
	} else {
		kfree_skb(skb);
	}
	rcu_read_unlock();
	local_bh_enable();
	return err;
}
