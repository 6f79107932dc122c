// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP packets in the hooks.
 */
#include <linux/error-injection.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/udp.h>

#include "packet.h"

/**
 * sotto_packet_find_udp6() - Where is the UDP header of an IPv6 packet?
 * @pkt: its skb is set; @pkt->udp is filled in
 *
 * Return: false if it has none, or is a fragment.
 */
bool sotto_packet_find_udp6(struct sotto_packet *pkt)
{
	u8 proto = ipv6_hdr(pkt->skb)->nexthdr;
	__be16 frag_off = 0;
	int off;

	off = ipv6_skip_exthdr(pkt->skb, sizeof(struct ipv6hdr), &proto, &frag_off);
	if (off < 0 || frag_off || proto != IPPROTO_UDP)
		return false;
	pkt->udp = off;
	return true;
}

/* Later fragments bear the type of what comes first in the whole, RFC 8200 4.5. */
static bool is_udp6_fragment(const struct sk_buff *skb)
{
	const struct frag_hdr *fh;
	struct frag_hdr buf;
	unsigned int off = 0;

	if (ipv6_find_hdr(skb, &off, NEXTHDR_FRAGMENT, NULL, NULL) != NEXTHDR_FRAGMENT)
		return false;
	fh = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!fh || !(fh->frag_off & htons(IP6_OFFSET | IP6_MF)))
		return false;
	return fh->nexthdr == IPPROTO_UDP || ipv6_ext_hdr(fh->nexthdr);
}

/**
 * sotto_packet_is_udp_fragment() - Is it a piece of a UDP packet, or may it be one?
 * @skb: at its network header
 * @state: of the hook
 *
 * Where extension headers follow an IPv6 fragment's own, nobody can tell what it is.
 */
bool sotto_packet_is_udp_fragment(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (state->pf == NFPROTO_IPV6)
		return is_udp6_fragment(skb);
	return ip_hdr(skb)->protocol == IPPROTO_UDP && ip_is_fragment(ip_hdr(skb));
}

/**
 * sotto_packet_all_other() - Is every packet of a batch of no class that is a call's?
 * @pkt: read; a batch
 *
 * If so, @pkt->class says it. What cannot be looked into may be anything.
 */
bool sotto_packet_all_other(struct sotto_packet *pkt)
{
	unsigned int size = skb_shinfo(pkt->skb)->gso_size;
	const u8 *payload;

	if (skb_shinfo(pkt->skb)->gso_type & SKB_GSO_FRAGLIST || skb_linearize(pkt->skb))
		return false;
	payload = sotto_packet_payload(pkt);
	for (unsigned int off = 0; off < pkt->len; off += size)
		if (sotto_classify(payload + off, min(size, pkt->len - off)) != SOTTO_CLASS_OTHER)
			return false;
	pkt->class = SOTTO_CLASS_OTHER;
	return true;
}

/**
 * sotto_packet_load() - Make the payload readable in one piece and classify it.
 * @pkt: read; no batch
 *
 * The packet's bytes stay as they are, where they lie may change.
 *
 * Return: 0 or -ENOMEM.
 */
int sotto_packet_load(struct sotto_packet *pkt)
{
	if (skb_linearize(pkt->skb))
		return -ENOMEM;
	pkt->class = sotto_classify(sotto_packet_payload(pkt), pkt->len);
	return 0;
}

ALLOW_ERROR_INJECTION(sotto_packet_load, ERRNO);

/* What lies behind the UDP packet is none of its business, nor of its checksum. */
static int trim(const struct sotto_packet *pkt)
{
	unsigned int end = pkt->udp + sizeof(struct udphdr) + pkt->len;

	return pkt->skb->len > end ? pskb_trim_rcsum(pkt->skb, end) : 0;
}

/**
 * sotto_packet_own() - Make the packet's bytes ours alone.
 * @pkt: loaded
 * @room: bytes to have behind the payload
 *
 * Clones (a capture, a retransmission) keep the bytes that they have.
 *
 * Return: 0 or -ENOMEM.
 */
int sotto_packet_own(struct sotto_packet *pkt, unsigned int room)
{
	struct sk_buff *skb = pkt->skb;
	int more;

	if (unlikely(skb_is_gso(skb)))
		skb_gso_reset(skb);
	if (trim(pkt))
		return -ENOMEM;
	more = (int)room - skb_tailroom(skb);
	if (skb_cloned(skb) || more > 0)
		return pskb_expand_head(skb, 0, max(more, 0), GFP_ATOMIC);
	return 0;
}

ALLOW_ERROR_INJECTION(sotto_packet_own, ERRNO);

/**
 * sotto_packet_csum_ok() - Is the UDP checksum of what arrived right?
 * @pkt: loaded; inbound; what lies behind the UDP packet is taken off
 */
bool sotto_packet_csum_ok(struct sotto_packet *pkt)
{
	const struct udphdr *uh = (const void *)(pkt->skb->data + pkt->udp);

	if (trim(pkt))
		return false;

	/* Absent: allowed by IPv4, and by IPv6 where the socket allows it. */
	if (!uh->check || skb_csum_unnecessary(pkt->skb))
		return true;
	return !nf_checksum(pkt->skb, NF_INET_LOCAL_IN, pkt->udp, IPPROTO_UDP,
			    pkt->tuple.family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

static __sum16 pseudo_csum(const struct sotto_packet *pkt, unsigned int len, __wsum csum)
{
	const struct sk_buff *skb = pkt->skb;

	return pkt->tuple.family == AF_INET ?
	       csum_tcpudp_magic(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len, IPPROTO_UDP, csum) :
	       csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr, len, IPPROTO_UDP,
			       csum);
}

/* The checksum of what leaves, as its program has asked for it or not. */
static noinline void full_csum(struct sotto_packet *pkt, struct udphdr *uh, unsigned int len)
{
	struct sk_buff *skb = pkt->skb;

	if (!uh->check)
		return;
	uh->check = 0;
	uh->check = pseudo_csum(pkt, len, skb_checksum(skb, pkt->udp, len, 0)) ?:
		    CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
}

/*
 * Out: as the program or its device asked. In: authenticated, so right by itself, unless
 * it goes on to somebody who looks at it again.
 */
static inline void fix_csum(struct sotto_packet *pkt, struct udphdr *uh, __be16 old_len)
{
	struct sk_buff *skb = pkt->skb;

	if (pkt->dir == SOTTO_DIR_RX && !pkt->inside) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = 0;
	} else if (likely(skb->ip_summed == CHECKSUM_PARTIAL)) {
		/* So far it is the sum over the pseudo header, of which the length is a part. */
		uh->check = csum16_add(csum16_sub(uh->check, old_len), uh->len);
	} else {
		full_csum(pkt, uh, ntohs(uh->len));
	}
}

/**
 * sotto_packet_resize() - Give the payload its new length, all headers with it.
 * @pkt: owned; the bytes up to @len have been written
 * @len: new length of the UDP payload; the room for it is there
 */
void sotto_packet_resize(struct sotto_packet *pkt, unsigned int len)
{
	struct sk_buff *skb = pkt->skb;
	struct udphdr *uh = (struct udphdr *)(skb->data + pkt->udp);
	__be16 old_len = uh->len;

	if (len > pkt->len)
		__skb_put(skb, len - pkt->len);
	else
		__skb_trim(skb, pkt->udp + sizeof(*uh) + len);
	pkt->len = len;
	if (pkt->tuple.family == AF_INET) {
		struct iphdr *iph = ip_hdr(skb);
		__be16 total = htons(skb->len);

		csum_replace2(&iph->check, iph->tot_len, total);
		iph->tot_len = total;
	} else {
		ipv6_hdr(skb)->payload_len = htons(skb->len - sizeof(struct ipv6hdr));
	}
	uh->len = htons(sizeof(*uh) + len);
	fix_csum(pkt, uh, old_len);
}

/* Does its program insist on one piece? The default is to be told, not to insist. */
static bool insists_on_one_piece(const struct sotto_packet *pkt)
{
	const struct sock *sk = skb_to_full_sk(pkt->skb);

	if (!sk || !sk_fullsock(sk))
		return true;
#if IS_ENABLED(CONFIG_IPV6)
	if (pkt->tuple.family == AF_INET6) {
		const struct ipv6_pinfo *np = inet6_sk(sk);

		return !np || inet6_test_bit(DONTFRAG, sk) || np->pmtudisc == IPV6_PMTUDISC_DO ||
		       np->pmtudisc == IPV6_PMTUDISC_PROBE;
	}
#endif
	return inet_sk(sk)->pmtudisc == IP_PMTUDISC_DO ||
	       inet_sk(sk)->pmtudisc == IP_PMTUDISC_PROBE;
}

/*
 * Tells somebody behind this machine, if it is his, how much fits: the error quotes what he
 * has sent, and goes to where that came from.
 */
static noinline int too_big(const struct sotto_packet *pkt, unsigned int mtu)
{
	if (!pkt->inside)
		return -EMSGSIZE;
	if (pkt->tuple.family == AF_INET)
		icmp_send(pkt->skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	else
		icmpv6_send(pkt->skb, ICMPV6_PKT_TOOBIG, 0, mtu);
	return -EMSGSIZE;
}

/**
 * sotto_packet_make_fit() - See to it that the packet can leave when it is longer.
 * @pkt: outbound, owned
 * @more: bytes by which it is going to be longer
 *
 * What does not fit the path is sent in fragments, as IP does with what a program
 * sends, unless the program insists on one piece. No ICMP error: it would quote
 * what is to be encrypted, and would teach the routes an MTU that is not the path's.
 * What somebody behind this machine sends is not cut if it may not be: he is told.
 *
 * Return: 0 or -EMSGSIZE.
 */
int sotto_packet_make_fit(struct sotto_packet *pkt, unsigned int more)
{
	struct sk_buff *skb = pkt->skb;
	bool v4 = pkt->tuple.family == AF_INET;
	unsigned int mtu = v4 ? ip_skb_dst_mtu(skb->sk, skb) : ip6_skb_dst_mtu(skb);
	struct iphdr *iph;

	if (skb->len - (v4 ? 0 : sizeof(struct ipv6hdr)) + more > U16_MAX)
		return too_big(pkt, mtu - more);
	if (skb->len + more <= mtu || skb->ignore_df)
		return 0;
	/* Nobody can be told to send less than each IPv6 link takes. */
	if (!v4 && pkt->inside && mtu < IPV6_MIN_MTU + more) {
		skb->ignore_df = true;
		return 0;
	}
	iph = ip_hdr(skb);
	if (v4 && !(iph->frag_off & htons(IP_DF)))
		return 0;
	if (insists_on_one_piece(pkt))
		return too_big(pkt, mtu - more);
	skb->ignore_df = true;
	if (!v4)
		return 0;
	iph->frag_off &= ~htons(IP_DF);
	/* Without DF an id must tell it from others (RFC 6864 4.2). */
	__ip_select_ident(dev_net(skb_dst(skb)->dev), iph, 1);
	ip_send_check(iph);
	return 0;
}

ALLOW_ERROR_INJECTION(sotto_packet_make_fit, ERRNO);
