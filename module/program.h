/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program at this machine's end of a packet.
 */
#ifndef SOTTO_PROGRAM_H
#define SOTTO_PROGRAM_H

#include <net/dsfield.h>
#include <net/sock.h>

#include "flow.h"
#include "packet.h"

struct sotto_net;

/* Who has sent a packet; NULL if nobody here has. */
static inline const struct sock *sotto_sender_of(const struct sk_buff *skb)
{
	const struct sock *sk = skb_to_full_sk(skb);

	return sk && sk_fullsock(sk) ? sk : NULL;
}

/* How it leaves. @sk: who has sent it, NULL if somebody behind this machine has. */
static __always_inline struct sotto_route_key
sotto_route_key_of(const struct sotto_packet *pkt, const struct sock *sk)
{
	const struct sk_buff *skb = pkt->skb;

	return (struct sotto_route_key){
		.uid = sk ? sk->sk_uid : INVALID_UID,
		.has_uid = sk,
		.ifindex = sk ? READ_ONCE(sk->sk_bound_dev_if) : pkt->inside,
		.mark = skb->mark,
		.tos = pkt->tuple.family == AF_INET ? ip_hdr(skb)->tos :
						      ipv6_get_dsfield(ipv6_hdr(skb)),
	};
}

/* In the hooks, under rcu_read_lock(). */
struct sock *sotto_receiver_of(const struct sotto_net *sn, const struct sotto_packet *pkt);
int sotto_bind_receiver(const struct sotto_net *sn, const struct sotto_packet *pkt);

#endif /* SOTTO_PROGRAM_H */
