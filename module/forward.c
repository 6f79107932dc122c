// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where forwarded packets are seen, which of them are those of somebody behind this
 * machine, and what keeps them from going past the hooks.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/limits.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>

#include "flow_table.h"
#include "forward.h"
#include "judge.h"
#include "net.h"
#include "offload.h"
#include "packet.h"

/* The glance: does a packet concern nobody, whoever of both ends is behind us? */
static bool port_concerns(struct sotto_net *sn, __be16 port)
{
	return sotto_rules_forward(rcu_dereference(sn->rules), port) ||
	       !sotto_port_is_free(sn, port);
}

static bool udp_concerns(struct sotto_net *sn, const struct sk_buff *skb, unsigned int udp)
{
	const struct udphdr *uh = (const void *)(skb->data + udp);

	if (unlikely(skb_headlen(skb) < udp + sizeof(*uh)))
		return true;
	return port_concerns(sn, uh->source) || port_concerns(sn, uh->dest);
}

static bool ipv4_concerns(struct sotto_net *sn, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol != IPPROTO_UDP)
		return iph->protocol == IPPROTO_ICMP;
	return ip_is_fragment(iph) || udp_concerns(sn, skb, iph->ihl * 4);
}

static bool ipv6_concerns(struct sotto_net *sn, const struct sk_buff *skb)
{
	u8 next = ipv6_hdr(skb)->nexthdr;

	if (next != IPPROTO_UDP)
		return next != IPPROTO_TCP;
	return udp_concerns(sn, skb, sizeof(struct ipv6hdr));
}

static bool concerns(struct sotto_net *sn, const struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ? ipv4_concerns(sn, skb) : ipv6_concerns(sn, skb);
}

/* Before every rule of the firewall: one of them may take the connection out of our sight. */
static unsigned int forward_first(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct sotto_packet pkt;
	struct sotto_way way;

	if (likely(!concerns(priv, skb, state)) ||
	    !sotto_packet_read(&pkt, skb, state, SOTTO_DIR_TX) ||
	    !sotto_forward_way(priv, &pkt, state, &way))
		return NF_ACCEPT;
	return sotto_offload_prevent(skb) ? NF_ACCEPT : NF_DROP;
}

static unsigned int forward_out(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (likely(!concerns(priv, skb, state)))
		return NF_ACCEPT;
	return sotto_judge_forward_out(priv, skb, state, forward_out);
}

static unsigned int forward_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (likely(!concerns(priv, skb, state)))
		return NF_ACCEPT;
	return sotto_judge_forward_in(priv, skb, state, forward_in);
}

/*
 * All in FORWARD: destination NAT lies before it and source NAT behind it, in either
 * direction, so that here both ends have the addresses that LOCAL_OUT and LOCAL_IN show of
 * this machine's own: that of the one behind us is his own, that of the other is the
 * wire's. The firewall's rules see what is on the wire, in either direction.
 */
static const struct nf_hook_ops forward_ops[SOTTO_FORWARD_HOOKS] = {
	{ .hook = forward_first, .pf = NFPROTO_IPV4, .hooknum = NF_INET_FORWARD,
	  .priority = INT_MIN },
	{ .hook = forward_out, .pf = NFPROTO_IPV4, .hooknum = NF_INET_FORWARD,
	  .priority = NF_IP_PRI_NAT_DST + 1 },
	{ .hook = forward_in, .pf = NFPROTO_IPV4, .hooknum = NF_INET_FORWARD,
	  .priority = NF_IP_PRI_NAT_SRC - 1 },
	{ .hook = forward_first, .pf = NFPROTO_IPV6, .hooknum = NF_INET_FORWARD,
	  .priority = INT_MIN },
	{ .hook = forward_out, .pf = NFPROTO_IPV6, .hooknum = NF_INET_FORWARD,
	  .priority = NF_IP6_PRI_NAT_DST + 1 },
	{ .hook = forward_in, .pf = NFPROTO_IPV6, .hooknum = NF_INET_FORWARD,
	  .priority = NF_IP6_PRI_NAT_SRC - 1 },
};

/**
 * sotto_forward_begin() - Begin to see what is forwarded; a rule for it is to come.
 * @sn: netns
 *
 * Those of no gateway pay nothing: the hooks are there only as long as they are needed.
 * A fragment shows no ports, so IPv4's are put together; IPv6's are anyway.
 *
 * Context: process, may sleep, under sn->control.
 * Return: 0, also if they are there already, or a negative errno.
 */
int sotto_forward_begin(struct sotto_net *sn)
{
	int err;

	if (sn->forwards)
		return 0;
	if (sn->ending)
		return -ESHUTDOWN;
	for (unsigned int i = 0; i < SOTTO_FORWARD_HOOKS; i++) {
		sn->forward_ops[i] = forward_ops[i];
		sn->forward_ops[i].priv = sn;
	}
	err = nf_defrag_ipv4_enable(sn->net);
	if (err)
		return err;
	err = nf_register_net_hooks(sn->net, sn->forward_ops, SOTTO_FORWARD_HOOKS);
	if (err)
		nf_defrag_ipv4_disable(sn->net);
	else
		sn->forwards = true;
	return err;
}

/**
 * sotto_forward_slow() - Take back what goes past the hooks already.
 * @sn: netns; its rules have changed, and no packet is judged by the old ones any more
 *
 * Context: process, may sleep, under sn->control.
 */
void sotto_forward_slow(struct sotto_net *sn)
{
	const struct sotto_rules *rules;

	rules = rcu_dereference_protected(sn->rules, lockdep_is_held(&sn->control));
	if (rules && rules->forward)
		sotto_offload_end(sn->net);
}

static bool is_needed(struct sotto_net *sn)
{
	const struct sotto_rules *rules;
	const struct sotto_flow *flow;
	bool needed;

	rules = rcu_dereference_protected(sn->rules, lockdep_is_held(&sn->control));
	needed = rules && rules->forward;
	spin_lock_bh(&sn->flow_lock);
	list_for_each_entry(flow, &sn->flow_list, list)
		needed |= flow->flags & SOTTO_FLOW_F_FORWARD;
	spin_unlock_bh(&sn->flow_lock);
	return needed;
}

/**
 * sotto_forward_end() - See no more of what is forwarded, if nobody needs that.
 * @sn: netns
 * @for_good: it goes away, needed or not
 *
 * A flow outlives its rule, and the hooks last as long as one.
 *
 * Context: process, may sleep, under sn->control.
 */
void sotto_forward_end(struct sotto_net *sn, bool for_good)
{
	sn->ending |= for_good;
	if (!sn->forwards || (!for_good && is_needed(sn)))
		return;
	nf_unregister_net_hooks(sn->net, sn->forward_ops, SOTTO_FORWARD_HOOKS);
	nf_defrag_ipv4_disable(sn->net);
	sn->forwards = false;
}

static bool is_flow(struct sotto_net *sn, const struct sotto_tuple *tuple, struct sotto_way *way)
{
	way->node = READ_ONCE(sn->flow_count) ? sotto_flow_find(sn, tuple) : NULL;
	if (way->node && !(READ_ONCE(way->node->flow->flags) & SOTTO_FLOW_F_FORWARD))
		way->node = NULL;
	return way->node;
}

/**
 * sotto_forward_crosses() - Does a packet go from behind this machine to others, or back?
 * @sn: netns
 * @state: of the hook
 *
 * Between those behind it calls are as they are.
 *
 * Context: any, under rcu_read_lock().
 */
bool sotto_forward_crosses(const struct sotto_net *sn, const struct nf_hook_state *state)
{
	const struct sotto_rules *rules = rcu_dereference(sn->rules);

	return sotto_rules_inside(rules, state->in->ifindex) !=
	       sotto_rules_inside(rules, state->out->ifindex);
}

/**
 * sotto_forward_way() - Which end of a packet is behind this machine?
 * @sn: netns
 * @pkt: read, in whichever direction
 * @state: of the hook
 * @way: filled in
 *
 * Ends that are a flow's say it; else the devices do.
 *
 * Context: any, under rcu_read_lock(), which also keeps @way->node.
 * Return: false if it is nobody's whose calls are covered.
 */
bool sotto_forward_way(struct sotto_net *sn, const struct sotto_packet *pkt,
		       const struct nf_hook_state *state, struct sotto_way *way)
{
	const struct sotto_tuple other = sotto_tuple_swap(&pkt->tuple);
	bool out = pkt->dir == SOTTO_DIR_TX;
	const struct sotto_tuple *tx = out ? &pkt->tuple : &other;
	const struct sotto_tuple *rx = out ? &other : &pkt->tuple;
	const struct sotto_rules *rules = rcu_dereference(sn->rules);

	way->dir = SOTTO_DIR_TX;
	way->inside = state->in->ifindex;
	if (is_flow(sn, tx, way))
		return true;
	if (is_flow(sn, rx, way)) {
		way->dir = SOTTO_DIR_RX;
		way->inside = state->out->ifindex;
		return true;
	}
	if (!sotto_forward_crosses(sn, state))
		return false;
	if (sotto_rules_inside(rules, state->in->ifindex))
		return sotto_rules_forward(rules, tx->lport);
	way->dir = SOTTO_DIR_RX;
	way->inside = state->out->ifindex;
	return sotto_rules_forward(rules, rx->lport);
}

/* Why what comes from a device does not come to our hooks as from that device. */
static int refuse(struct netlink_ext_ack *extack, const struct net_device *dev,
		  const struct net_device *master)
{
	/* At most 79 bytes, two names among them. */
	if (netif_is_bridge_master(master))
		NL_SET_ERR_MSG_FMT(extack, "%s is a port of the bridge %s: calls go past sotto",
				   dev->name, master->name);
	else
		NL_SET_ERR_MSG_FMT(extack, "%s belongs to %s, as which its packets come",
				   dev->name, master->name);
	return -EOPNOTSUPP;
}

/**
 * sotto_forward_device() - Can calls be secured of those behind a device?
 * @sn: netns
 * @name: the device, which may be yet to come
 * @ifindex: its index, 0 if it is not there
 * @extack: says why not; may be NULL
 *
 * Context: process, under RTNL.
 * Return: 0; -EOPNOTSUPP what comes from there goes past the hooks, or cannot be told.
 */
int sotto_forward_device(const struct sotto_net *sn, const char *name, int *ifindex,
			 struct netlink_ext_ack *extack)
{
	struct net_device *dev = __dev_get_by_name(sn->net, name), *master;

	*ifindex = dev ? dev->ifindex : 0;
	if (!dev)
		return 0;
	master = netdev_master_upper_dev_get(dev);
	if (master)
		return refuse(extack, dev, master);
	if (netif_is_l3_master(dev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is a VRF: who is behind it cannot be told", name);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What a rule names does not become a bridge's port, or another's, while the rule stands. */
static int watch_device(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netdev_notifier_changeupper_info *upper = ptr;
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct sotto_net *sn = sotto_net(dev_net(dev));
	const struct sotto_rules *rules;
	int ret = NOTIFY_DONE;

	rcu_read_lock();
	rules = rcu_dereference(sn->rules);
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		sotto_rules_named(rules, dev->name, dev->ifindex);
		break;
	case NETDEV_PRECHANGEUPPER:
		if (upper->master && upper->linking && sotto_rules_inside(rules, dev->ifindex))
			ret = notifier_from_errno(refuse(netdev_notifier_info_to_extack(ptr),
							 dev, upper->upper_dev));
		break;
	}
	rcu_read_unlock();
	return ret;
}

struct notifier_block sotto_forward_notifier = { .notifier_call = watch_device };
