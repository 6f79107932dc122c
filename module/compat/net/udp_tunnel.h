/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.17 no flags for the control block could be given; addresses were not const. */
#ifndef SOTTO_COMPAT_NET_UDP_TUNNEL_H
#define SOTTO_COMPAT_NET_UDP_TUNNEL_H

#include_next <net/udp_tunnel.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
static inline void sotto_udp_tunnel_xmit_skb(struct rtable *rt, struct sock *sk,
					     struct sk_buff *skb, __be32 src, __be32 dst, __u8 tos,
					     __u8 ttl, __be16 df, __be16 src_port,
					     __be16 dst_port, bool xnet, bool nocheck,
					     u16 ipcb_flags)
{
	udp_tunnel_xmit_skb(rt, sk, skb, src, dst, tos, ttl, df, src_port, dst_port, xnet,
			    nocheck);
}

#define udp_tunnel_xmit_skb	sotto_udp_tunnel_xmit_skb

static inline void sotto_udp_tunnel6_xmit_skb(struct dst_entry *dst, struct sock *sk,
					      struct sk_buff *skb, struct net_device *dev,
					      const struct in6_addr *saddr,
					      const struct in6_addr *daddr, __u8 prio, __u8 ttl,
					      __be32 label, __be16 src_port, __be16 dst_port,
					      bool nocheck, u16 ip6cb_flags)
{
	udp_tunnel6_xmit_skb(dst, sk, skb, dev, (struct in6_addr *)saddr,
			     (struct in6_addr *)daddr, prio, ttl, label, src_port, dst_port,
			     nocheck);
}

#define udp_tunnel6_xmit_skb	sotto_udp_tunnel6_xmit_skb
#endif

#endif /* SOTTO_COMPAT_NET_UDP_TUNNEL_H */
