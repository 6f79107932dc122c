// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which socket a packet is for.
 */
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/udp.h>

#include "net.h"
#include "program.h"

/* Below a VRF the packet has two devices, and the stack's own lookup looks at both. */
static __always_inline struct sock *receiver_of(const struct sotto_net *sn,
						const struct sotto_packet *pkt)
{
	const struct sotto_tuple *t = &pkt->tuple;
	struct sk_buff *skb = pkt->skb;
	struct sock *sk;

	if (t->family == AF_INET)
		sk = __udp4_lib_lookup(sn->net, t->raddr.s6_addr32[0], t->rport,
				       t->laddr.s6_addr32[0], t->lport, skb->dev->ifindex,
				       inet_sdif(skb), NULL);
#if IS_ENABLED(CONFIG_IPV6)
	else
		sk = __udp6_lib_lookup(sn->net, &t->raddr, t->rport, &t->laddr, t->lport,
				       skb->dev->ifindex, inet6_sdif(skb), NULL);
#else
	else
		sk = NULL;
#endif
	return sk && refcount_inc_not_zero(&sk->sk_refcnt) ? sk : NULL;
}

/**
 * sotto_receiver_of() - Find the socket that would receive a packet.
 * @sn: netns
 * @pkt: read, at LOCAL_IN
 *
 * Context: any but hardirq, under rcu_read_lock().
 * Return: a socket, which the caller puts, or NULL.
 */
struct sock *sotto_receiver_of(const struct sotto_net *sn, const struct sotto_packet *pkt)
{
	return receiver_of(sn, pkt);
}

/**
 * sotto_bind_receiver() - Give a packet to the socket that is to receive it.
 * @sn: netns
 * @pkt: at LOCAL_IN, plain by now
 *
 * Without a receiver the stack would answer with an ICMP error, which quotes what
 * has just been decrypted. Once it is bound to its socket, that cannot close in between.
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: 0; -ENOTCONN there is none.
 */
int sotto_bind_receiver(const struct sotto_net *sn, const struct sotto_packet *pkt)
{
	struct sock *sk = receiver_of(sn, pkt);

	if (!sk)
		return -ENOTCONN;
	skb_orphan(pkt->skb);
	pkt->skb->sk = sk;
	pkt->skb->destructor = sock_edemux;
	return 0;
}
