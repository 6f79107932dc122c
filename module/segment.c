// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several packets in one skb: a program's batch (UDP_SEGMENT) on the way out, what
 * the device has put together (GRO) on the way in. They are taken apart before
 * anything of them is judged, and go on one by one.
 */
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/gso.h>
#include <net/net_namespace.h>

#include "packet.h"
#include "segment.h"

/*
 * Without NETIF_F_SG each packet gets memory of its own, which it needs anyway; the
 * checksum would be that of the plain packet, so it is left open.
 */
#define SEGMENT_FEATURES	NETIF_F_HW_CSUM

/*
 * As udp_rcv_segment() does it. In from the link-layer header, which the packets
 * keep; out there is none yet.
 *
 * Return: a list of packets at their network headers; NULL or an error if they
 * cannot be had. @pkt->skb stays the caller's.
 */
static struct sk_buff *take_apart(const struct sotto_packet *pkt)
{
	struct sk_buff *skb = pkt->skb, *segs, *seg;
	int transport = skb_transport_offset(skb);
	bool rx = pkt->dir == SOTTO_DIR_RX || pkt->inside;	/* from a device */

	if (rx)
		__skb_push(skb, -skb_mac_offset(skb));
	/* Looped multicast says "unnecessary" where there is no checksum yet. */
	if (rx && skb->pkt_type == PACKET_LOOPBACK)
		skb->ip_summed = CHECKSUM_PARTIAL;
	segs = __skb_gso_segment(skb, SEGMENT_FEATURES, !rx);
	if (IS_ERR_OR_NULL(segs))
		return segs;
	for (seg = segs; seg; seg = seg->next) {
		__skb_pull(seg, skb_network_offset(seg));
		/* With IPv6 options it is not where the UDP header is. */
		skb_set_transport_header(seg, transport);
	}
	return segs;
}

/* Where @hook is among the hooks of now: -ENOENT if it is being taken out. */
static int place_of(const struct nf_hook_entries *hooks, nf_hookfn *hook)
{
	for (unsigned int i = 0; hooks && i < hooks->num_hook_entries; i++)
		if (hooks->hooks[i].hook == hook)
			return i;
	return -ENOENT;
}

/* Every hook behind ours sees the packet, as if it had come alone. */
static void go_on(struct sk_buff *skb, nf_hookfn *hook, const struct nf_hook_state *state)
{
	const struct netns_nf *nf = &state->net->nf;
	const struct nf_hook_entries *hooks = state->pf == NFPROTO_IPV4 ?
		rcu_dereference(nf->hooks_ipv4[state->hook]) :
		rcu_dereference(nf->hooks_ipv6[state->hook]);
	int place = place_of(hooks, hook);
	struct nf_hook_state next = *state;

	if (place < 0) {
		kfree_skb(skb);
		return;
	}
	if (nf_hook_slow(skb, &next, hooks, place + 1) == 1)
		state->okfn(state->net, state->sk, skb);
}

/**
 * sotto_segments() - Let each packet of a batch have a verdict of its own.
 * @pkt: read; a batch; its skb is used up unless an error is returned
 * @hook: judges one packet; the registered hook that is running
 * @priv: what it is registered with
 * @state: of the hook
 *
 * A packet that fails is dropped and counted, those before it have left and those
 * behind it may. The program hears of none of it.
 *
 * Context: any but hardirq, under rcu_read_lock().
 * Return: 0, or -ENOMEM or another errno if it cannot be taken apart.
 */
int sotto_segments(const struct sotto_packet *pkt, nf_hookfn *hook, void *priv,
		   const struct nf_hook_state *state)
{
	struct sk_buff *segs = take_apart(pkt), *seg, *next;
	unsigned int verdict;

	if (IS_ERR_OR_NULL(segs))
		return segs ? PTR_ERR(segs) : -EINVAL;
	/* Of a list it is the first packet: that must be nobody else's by now. */
	consume_skb(pkt->skb);
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		verdict = hook(priv, seg, state);
		if (verdict == NF_ACCEPT)
			go_on(seg, hook, state);
		else if (verdict != NF_STOLEN)
			kfree_skb(seg);
	}
	return 0;
}
