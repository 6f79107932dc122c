// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors of this machine that quote a packet from the network: what a firewall
 * behind our hook refuses is plain there already.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "quote.h"
#include "tuple.h"

/* @off: where the quoted UDP header is; its ports are always quoted (RFC 792, RFC 4443). */
static bool read_ports(struct sotto_tuple *tuple, const struct sk_buff *skb, unsigned int off)
{
	struct {
		__be16 source;
		__be16 dest;
	} buf;
	const typeof(buf) *ports = skb_header_pointer(skb, off, sizeof(buf), &buf);

	if (!ports)
		return false;
	/* It came from the peer. */
	tuple->lport = ports->dest;
	tuple->rport = ports->source;
	return true;
}

static bool read_ipv4(struct sotto_tuple *tuple, const struct sk_buff *skb)
{
	unsigned int off = ip_hdrlen(skb);
	const struct icmphdr *icmp;
	const struct iphdr *iph;
	struct icmphdr icmp_buf;
	struct iphdr ip_buf;

	if (ip_hdr(skb)->protocol != IPPROTO_ICMP)
		return false;
	icmp = skb_header_pointer(skb, off, sizeof(icmp_buf), &icmp_buf);
	if (!icmp || !icmp_is_err(icmp->type))
		return false;
	off += sizeof(*icmp);
	iph = skb_header_pointer(skb, off, sizeof(ip_buf), &ip_buf);
	if (!iph || iph->ihl < 5 || iph->protocol != IPPROTO_UDP)
		return false;
	*tuple = (struct sotto_tuple){ .family = AF_INET };
	tuple->laddr.s6_addr32[0] = iph->daddr;
	tuple->raddr.s6_addr32[0] = iph->saddr;
	return read_ports(tuple, skb, off + iph->ihl * 4);
}

static bool read_ipv6(struct sotto_tuple *tuple, const struct sk_buff *skb)
{
	u8 proto = ipv6_hdr(skb)->nexthdr;
	const struct ipv6hdr *ip6h;
	struct ipv6hdr ip6_buf;
	const u8 *type;
	__be16 frag_off;
	u8 type_buf;
	int off;

	off = ipv6_skip_exthdr(skb, sizeof(*ip6h), &proto, &frag_off);
	if (off < 0 || proto != IPPROTO_ICMPV6)
		return false;
	type = skb_header_pointer(skb, off, sizeof(type_buf), &type_buf);
	if (!type || *type & ICMPV6_INFOMSG_MASK)
		return false;
	off += sizeof(struct icmp6hdr);
	ip6h = skb_header_pointer(skb, off, sizeof(ip6_buf), &ip6_buf);
	if (!ip6h)
		return false;
	*tuple = (struct sotto_tuple){
		.family = AF_INET6, .laddr = ip6h->daddr, .raddr = ip6h->saddr,
	};
	proto = ip6h->nexthdr;
	off = ipv6_skip_exthdr(skb, off + sizeof(*ip6h), &proto, &frag_off);
	return off >= 0 && proto == IPPROTO_UDP && read_ports(tuple, skb, off);
}

/**
 * sotto_quote_read() - Whose packet does this ICMP error quote?
 * @tuple: filled in: the ends of the quoted packet, which this machine has received
 * @skb: at LOCAL_OUT
 * @state: of the hook
 *
 * Context: any. Return: false if it is no ICMP error, or not about UDP.
 */
bool sotto_quote_read(struct sotto_tuple *tuple, const struct sk_buff *skb,
		      const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ? read_ipv4(tuple, skb) : read_ipv6(tuple, skb);
}
