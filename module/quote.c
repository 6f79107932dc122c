// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors quote the packet that they are about. Those of this machine would quote what
 * has come from the network: what a firewall behind our hook refuses is plain there already.
 * Those that come quote what has left.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "quote.h"
#include "rtp.h"

/* Its ports are always quoted (RFC 792, RFC 4443). */
static bool read_ports(struct sotto_quote *quote, const struct sk_buff *skb, enum sotto_dir dir)
{
	struct {
		__be16 source;
		__be16 dest;
	} buf;
	const typeof(buf) *ports = skb_header_pointer(skb, quote->udp, sizeof(buf), &buf);

	if (!ports)
		return false;
	/* What leaves is about what came from the peer. */
	quote->tuple.lport = dir == SOTTO_DIR_TX ? ports->dest : ports->source;
	quote->tuple.rport = dir == SOTTO_DIR_TX ? ports->source : ports->dest;
	return true;
}

static bool read_ipv4(struct sotto_quote *quote, const struct sk_buff *skb, enum sotto_dir dir)
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
	*quote = (struct sotto_quote){
		.tuple.family = AF_INET,
		.udp = off + iph->ihl * 4,
		.refused = icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_PORT_UNREACH,
	};
	quote->tuple.laddr.s6_addr32[0] = dir == SOTTO_DIR_TX ? iph->daddr : iph->saddr;
	quote->tuple.raddr.s6_addr32[0] = dir == SOTTO_DIR_TX ? iph->saddr : iph->daddr;
	return read_ports(quote, skb, dir);
}

static bool read_ipv6(struct sotto_quote *quote, const struct sk_buff *skb, enum sotto_dir dir)
{
	u8 proto = ipv6_hdr(skb)->nexthdr;
	const struct icmp6hdr *icmp;
	const struct ipv6hdr *ip6h;
	struct icmp6hdr icmp_buf;
	struct ipv6hdr ip6_buf;
	__be16 frag_off;
	int off;

	off = ipv6_skip_exthdr(skb, sizeof(*ip6h), &proto, &frag_off);
	if (off < 0 || proto != IPPROTO_ICMPV6)
		return false;
	icmp = skb_header_pointer(skb, off, sizeof(icmp_buf), &icmp_buf);
	if (!icmp || icmp->icmp6_type & ICMPV6_INFOMSG_MASK)
		return false;
	off += sizeof(*icmp);
	ip6h = skb_header_pointer(skb, off, sizeof(ip6_buf), &ip6_buf);
	if (!ip6h)
		return false;
	*quote = (struct sotto_quote){
		.tuple = {
			.family = AF_INET6,
			.laddr = dir == SOTTO_DIR_TX ? ip6h->daddr : ip6h->saddr,
			.raddr = dir == SOTTO_DIR_TX ? ip6h->saddr : ip6h->daddr,
		},
		.refused = icmp->icmp6_type == ICMPV6_DEST_UNREACH &&
			   icmp->icmp6_code == ICMPV6_PORT_UNREACH,
	};
	proto = ip6h->nexthdr;
	off = ipv6_skip_exthdr(skb, off + sizeof(*ip6h), &proto, &frag_off);
	quote->udp = off;
	return off >= 0 && proto == IPPROTO_UDP && read_ports(quote, skb, dir);
}

/**
 * sotto_quote_read() - Whose packet does this ICMP error quote?
 * @quote: filled in; its local end is of this machine, or behind it
 * @skb: at LOCAL_OUT, LOCAL_IN or FORWARD
 * @state: of the hook
 * @dir: where the error goes: it leaves, and quotes what has come, or the other way round
 *
 * Context: any. Return: false if it is no ICMP error, or not about UDP.
 */
bool sotto_quote_read(struct sotto_quote *quote, const struct sk_buff *skb,
		      const struct nf_hook_state *state, enum sotto_dir dir)
{
	return state->pf == NFPROTO_IPV4 ? read_ipv4(quote, skb, dir) : read_ipv6(quote, skb, dir);
}

/**
 * sotto_quote_ssrc() - The SSRC of a quoted RTP packet, which is not encrypted.
 * @quote: read
 * @skb: the same
 * @ssrc: filled in
 *
 * Hosts quote that much (RFC 1812 4.3.2.3, RFC 4443 3.1); who has not seen a packet of the
 * stream does not know it.
 *
 * Context: any. Return: false if so much is not quoted, or it is no RTP packet.
 */
bool sotto_quote_ssrc(const struct sotto_quote *quote, const struct sk_buff *skb, u32 *ssrc)
{
	u8 buf[12];
	const u8 *rtp = skb_header_pointer(skb, quote->udp + sizeof(struct udphdr), sizeof(buf),
					   buf);

	if (!rtp || sotto_classify(rtp, sizeof(buf)) != SOTTO_CLASS_RTP)
		return false;
	*ssrc = get_unaligned_be32(rtp + 8);
	return true;
}
