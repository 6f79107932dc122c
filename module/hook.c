// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: where packets are seen, and the glance at each that spares those which
 * concern nobody all else.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/l3mdev.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>

#include "hook.h"
#include "judge.h"
#include "net.h"

static __always_inline bool is_watched(struct sotto_net *sn, __be16 lport)
{
	return sotto_rules_cover(rcu_dereference(sn->rules), lport) ||
	       !sotto_port_is_free(sn, lport) || sotto_taint_may_have(&sn->taint, lport);
}

/*
 * What every packet of this machine pays: does it concern nobody, as a glance at its
 * headers shows? @udp: where its UDP header is, if it has one.
 */
static __always_inline bool udp_concerns(struct sotto_net *sn, const struct sk_buff *skb,
					 unsigned int udp, enum sotto_dir dir)
{
	const struct udphdr *uh = (const void *)(skb->data + udp);

	if (unlikely(skb_headlen(skb) < udp + sizeof(*uh)))
		return true;
	return is_watched(sn, dir == SOTTO_DIR_TX ? uh->source : uh->dest);
}

static __always_inline bool ipv4_concerns(struct sotto_net *sn, const struct sk_buff *skb,
					  enum sotto_dir dir)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol != IPPROTO_UDP)
		return iph->protocol == IPPROTO_ICMP;
	if (unlikely(ip_is_fragment(iph)))
		return true;
	return udp_concerns(sn, skb, iph->ihl * 4, dir);
}

static __always_inline bool ipv6_concerns(struct sotto_net *sn, const struct sk_buff *skb,
					  enum sotto_dir dir)
{
	u8 next = ipv6_hdr(skb)->nexthdr;

	if (unlikely(next != IPPROTO_UDP))
		return next != IPPROTO_TCP;
	return udp_concerns(sn, skb, sizeof(struct ipv6hdr), dir);
}

/*
 * A VRF shows a packet to this hook twice; the second time, on its way to the real
 * device, is the one that counts. There is none where NAT has routed it past the VRF.
 */
static bool passes_again(const struct sk_buff *skb, const struct net_device *out)
{
	return out && netif_is_l3_master(out) &&
	       (skb->dev == out || !skb_dst(skb) || skb_dst(skb)->dev == out);
}

static unsigned int ipv4_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (likely(!ipv4_concerns(priv, skb, SOTTO_DIR_TX)) || passes_again(skb, state->out))
		return NF_ACCEPT;
	return sotto_judge_out(priv, skb, state, ipv4_out);
}

static unsigned int ipv4_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (likely(!ipv4_concerns(priv, skb, SOTTO_DIR_RX)))
		return NF_ACCEPT;
	return sotto_judge_in(priv, skb, state, ipv4_in);
}

static unsigned int ipv6_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (likely(!ipv6_concerns(priv, skb, SOTTO_DIR_TX)) || passes_again(skb, state->out))
		return NF_ACCEPT;
	return sotto_judge_out(priv, skb, state, ipv6_out);
}

static unsigned int ipv6_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (likely(!ipv6_concerns(priv, skb, SOTTO_DIR_RX)))
		return NF_ACCEPT;
	return sotto_judge_in(priv, skb, state, ipv6_in);
}

/*
 * Out after destination NAT, in before source NAT: both see the program's own
 * address and the peer's as it is on the wire.
 */
static const struct nf_hook_ops hook_ops[SOTTO_HOOKS] = {
	{ .hook = ipv4_out, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP_PRI_NAT_DST + 1 },
	{ .hook = ipv4_in, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP_PRI_NAT_SRC - 1 },
	{ .hook = ipv6_out, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP6_PRI_NAT_DST + 1 },
	{ .hook = ipv6_in, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP6_PRI_NAT_SRC - 1 },
};

/**
 * sotto_hooks_register() - Begin to see packets.
 * @sn: netns
 *
 * Fragments of IPv4 have been put together where LOCAL_IN is; those of IPv6 are only
 * because it is asked for here.
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_hooks_register(struct sotto_net *sn)
{
	int err;

	for (unsigned int i = 0; i < SOTTO_HOOKS; i++) {
		sn->hook_ops[i] = hook_ops[i];
		sn->hook_ops[i].priv = sn;
	}
	err = nf_defrag_ipv6_enable(sn->net);
	if (err)
		return err;
	err = nf_register_net_hooks(sn->net, sn->hook_ops, SOTTO_HOOKS);
	if (err)
		nf_defrag_ipv6_disable(sn->net);
	return err;
}

/**
 * sotto_hooks_unregister() - See no more packets.
 * @sn: netns
 *
 * Packets that are in a hook already finish; a grace period later they have.
 *
 * Context: process, may sleep.
 */
void sotto_hooks_unregister(struct sotto_net *sn)
{
	nf_unregister_net_hooks(sn->net, sn->hook_ops, SOTTO_HOOKS);
	nf_defrag_ipv6_disable(sn->net);
}
