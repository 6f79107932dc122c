// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connection tracking. A flowtable that a connection is in forwards its packets where they
 * come in, before any hook of IP. It takes none that has a place for a helper, since helpers
 * want to see each packet, as we do. And what a helper (of SIP, say) has expected counts once.
 */
#include <linux/rcupdate.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>

#include "offload.h"

/**
 * sotto_offload_prevent() - Keep a packet's connection from being offloaded.
 * @skb: at FORWARD, before any rule of the firewall
 *
 * A connection can be given a place for a helper only until its first packet has left. One
 * that is older than the rule has none and ends here: its next packet begins another.
 *
 * Context: any but hardirq. Return: false if the packet must be dropped.
 */
bool sotto_offload_prevent(struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	/* Who is not tracked is not offloaded. */
	if (!ct || nf_ct_is_template(ct) || nf_ct_ext_exist(ct, NF_CT_EXT_HELPER))
		return true;
	if (!nf_ct_is_confirmed(ct))
		return nf_ct_helper_ext_add(ct, GFP_ATOMIC);
	nf_ct_kill(ct);
	return false;
}

/**
 * sotto_expected_keep() - Keep the connection that a helper has expected.
 * @skb: at FORWARD, about to be judged
 * @dir: from somebody behind this machine, or to him
 *
 * An expectation goes with the first packet that fulfils it, and with it the addresses
 * that it was to have. If that packet is held or is ZRTP it never leaves, which is where a
 * connection begins to last: so it does here. Outbound only if NAT has seen to it, since its
 * rules are yet to come.
 *
 * Context: any but hardirq. Return: false if the packet must be dropped.
 */
bool sotto_expected_keep(struct sk_buff *skb, enum sotto_dir dir)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	if (likely(!ct || nf_ct_is_confirmed(ct) || !test_bit(IPS_EXPECTED_BIT, &ct->status)))
		return true;
	if (dir == SOTTO_DIR_TX && !test_bit(IPS_SRC_NAT_DONE_BIT, &ct->status))
		return true;
	return nf_conntrack_confirm(skb) == NF_ACCEPT;
}

static int is_offloaded(struct nf_conn *ct, void *data)
{
	return nf_ct_protonum(ct) == IPPROTO_UDP && test_bit(IPS_OFFLOAD_BIT, &ct->status);
}

/**
 * sotto_offload_end() - End the connections of UDP that are offloaded now.
 * @net: netns
 *
 * A flowtable does not find one any more whose connection has ended; the next packet
 * begins another, in sight.
 *
 * Context: process, may sleep. On return no packet is on the way past the hooks.
 */
void sotto_offload_end(struct net *net)
{
	struct nf_ct_iter_data data = { .net = net };

	nf_ct_iterate_cleanup_net(is_offloaded, &data);
	synchronize_net();
}
