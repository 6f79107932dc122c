/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A UDP packet in the hooks: read it, make it private, fix it up. The only place
 * that changes an skb.
 */
#ifndef SOTTO_PACKET_H
#define SOTTO_PACKET_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/sotto.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/ip.h>

#include "rtp.h"
#include "tuple.h"

/**
 * struct sotto_packet - one UDP packet
 * @skb: at its network header
 * @dir: out or in
 * @tuple: ends as this machine sees them
 * @udp: offset of the UDP header
 * @len: bytes of UDP payload
 * @count: packets that the skb holds
 * @batch: they are yet to be taken apart (UDP_SEGMENT, GRO)
 * @loopback: between this machine's own addresses
 * @inside: index of the device behind which its local end is; 0: it is this machine
 * @class: valid after sotto_packet_load(), or if sotto_packet_all_other()
 */
struct sotto_packet {
	struct sk_buff *skb;
	enum sotto_dir dir;
	struct sotto_tuple tuple;
	unsigned int udp;
	unsigned int len;
	unsigned int count;
	bool batch;
	bool loopback;
	int inside;
	enum sotto_class class;
};

static inline u8 *sotto_packet_payload(const struct sotto_packet *pkt)
{
	return pkt->skb->data + pkt->udp + sizeof(struct udphdr);
}

/* All in softirq or process context; none of them sleeps. */
bool sotto_packet_find_udp6(struct sotto_packet *pkt);
bool sotto_packet_is_udp_fragment(const struct sk_buff *skb, const struct nf_hook_state *state);
bool sotto_packet_all_other(struct sotto_packet *pkt);
int sotto_packet_load(struct sotto_packet *pkt);
int sotto_packet_own(struct sotto_packet *pkt, unsigned int room);
bool sotto_packet_csum_ok(struct sotto_packet *pkt);
void sotto_packet_resize(struct sotto_packet *pkt, unsigned int len);
int sotto_packet_make_fit(struct sotto_packet *pkt, unsigned int more);

static __always_inline bool sotto_packet_read_ipv4(struct sotto_packet *pkt)
{
	const struct iphdr *iph = ip_hdr(pkt->skb);
	bool tx = pkt->dir == SOTTO_DIR_TX;

	/* A fragment has no ports. Inbound they have been put together. */
	if (iph->protocol != IPPROTO_UDP || ip_is_fragment(iph))
		return false;
	pkt->tuple.family = AF_INET;
	pkt->tuple.laddr.s6_addr32[0] = tx ? iph->saddr : iph->daddr;
	pkt->tuple.raddr.s6_addr32[0] = tx ? iph->daddr : iph->saddr;
	pkt->udp = iph->ihl * 4;
	return true;
}

static __always_inline bool sotto_packet_read_ipv6(struct sotto_packet *pkt)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(pkt->skb);
	bool tx = pkt->dir == SOTTO_DIR_TX;

	pkt->tuple.family = AF_INET6;
	pkt->tuple.laddr = tx ? ip6h->saddr : ip6h->daddr;
	pkt->tuple.raddr = tx ? ip6h->daddr : ip6h->saddr;
	if (unlikely(ip6h->nexthdr != IPPROTO_UDP))
		return sotto_packet_find_udp6(pkt);
	pkt->udp = sizeof(*ip6h);
	return true;
}

/*
 * Out: the route's device. Destination NAT, before us, may have changed the route,
 * and state->out is then where the packet does not go any more.
 */
static __always_inline bool sotto_packet_is_loopback(const struct sk_buff *skb,
						     const struct nf_hook_state *state,
						     enum sotto_dir dir)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct net_device *dev = dir == SOTTO_DIR_RX ? state->in :
				       dst ? dst->dev : state->out;

	return dev && (dev->flags & IFF_LOOPBACK);
}

/* sotto_packet_csum_ok(), without a call where the device or this machine has seen to it. */
static __always_inline bool sotto_packet_csum_good(struct sotto_packet *pkt)
{
	return likely(skb_csum_unnecessary(pkt->skb) &&
		      pkt->skb->len == pkt->udp + sizeof(struct udphdr) + pkt->len) ||
	       sotto_packet_csum_ok(pkt);
}

/**
 * sotto_packet_read() - Read the ends of a packet.
 * @pkt: filled in
 * @skb: at its network header
 * @state: of the hook
 * @dir: SOTTO_DIR_TX at LOCAL_OUT, SOTTO_DIR_RX at LOCAL_IN, either at FORWARD
 *
 * Inline: on every packet's way, in each direction another.
 *
 * Return: false if it is not a whole UDP packet.
 */
static __always_inline bool sotto_packet_read(struct sotto_packet *pkt, struct sk_buff *skb,
					      const struct nf_hook_state *state,
					      enum sotto_dir dir)
{
	const struct udphdr *uh;
	struct udphdr buf;
	unsigned int len;

	*pkt = (struct sotto_packet){ .skb = skb, .dir = dir, .count = 1 };
	if (!(state->pf == NFPROTO_IPV4 ? sotto_packet_read_ipv4(pkt)
					: sotto_packet_read_ipv6(pkt)))
		return false;
	uh = skb_header_pointer(skb, pkt->udp, sizeof(buf), &buf);
	if (!uh)
		return false;
	len = ntohs(uh->len);
	/* The stack takes an IPv6 packet without a length for a whole one (RFC 2675 4). */
	if (unlikely(!len) && state->pf == NFPROTO_IPV6)
		len = skb->len - pkt->udp;
	if (len < sizeof(*uh) || len > skb->len - pkt->udp)
		return false;
	pkt->len = len - sizeof(*uh);
	/* What a virtual machine wants sent in fragments (UFO) is one packet. */
	if (unlikely(skb_is_gso(skb)) && skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4) {
		pkt->batch = true;
		pkt->count = DIV_ROUND_UP(pkt->len, skb_shinfo(skb)->gso_size);
	}
	pkt->loopback = sotto_packet_is_loopback(skb, state, dir);
	pkt->tuple.lport = dir == SOTTO_DIR_TX ? uh->source : uh->dest;
	pkt->tuple.rport = dir == SOTTO_DIR_TX ? uh->dest : uh->source;
	return true;
}

#endif /* SOTTO_PACKET_H */
