/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 7.1 lookups were told in which table: since 6.2 each netns may have its own. */
#ifndef SOTTO_COMPAT_NET_UDP_H
#define SOTTO_COMPAT_NET_UDP_H

#include_next <net/udp.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
static inline struct udp_table *sotto_udp_table(const struct net *net)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return &udp_table;
#else
	return net->ipv4.udp_table;
#endif
}

static inline struct sock *sotto_udp4_lib_lookup(struct net *net, __be32 saddr, __be16 sport,
						 __be32 daddr, __be16 dport, int dif, int sdif,
						 struct sk_buff *skb)
{
	return __udp4_lib_lookup(net, saddr, sport, daddr, dport, dif, sdif,
				 sotto_udp_table(net), skb);
}

#define __udp4_lib_lookup	sotto_udp4_lib_lookup

static inline struct sock *sotto_udp6_lib_lookup(struct net *net, const struct in6_addr *saddr,
						 __be16 sport, const struct in6_addr *daddr,
						 __be16 dport, int dif, int sdif,
						 struct sk_buff *skb)
{
	return __udp6_lib_lookup(net, saddr, sport, daddr, dport, dif, sdif,
				 sotto_udp_table(net), skb);
}

#define __udp6_lib_lookup	sotto_udp6_lib_lookup
#endif

#endif /* SOTTO_COMPAT_NET_UDP_H */
