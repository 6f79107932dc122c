// SPDX-License-Identifier: GPL-2.0-only
/*
 * Roaming. A secure flow follows its peer to another address when a packet from there
 * authenticates, and its program to another address of this machine when its socket
 * sends from there. Whoever has no key of the flow moves nothing.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "packet.h"
#include "roam.h"
#include "srtp.h"

/* A port may have many flows: no packet makes us look at more of them than this. */
#define LOOK_MAX		256
#define CANDIDATES_MAX		4	/* that hear the same SSRC */
#define STRANGERS_A_SECOND	32	/* tried in vain, for each flow */

/* May one more packet be tried that is probably not the flow's? */
static bool may_try(struct sotto_flow *flow)
{
	bool may;

	spin_lock_bh(&flow->lock);
	if (time_after(jiffies, flow->strangers_since + HZ)) {
		flow->strangers_since = jiffies;
		flow->strangers = 0;
	}
	may = flow->strangers < STRANGERS_A_SECOND;
	flow->strangers += may;
	spin_unlock_bh(&flow->lock);
	return may;
}

/* It was the flow's. */
static void was_right(struct sotto_flow *flow)
{
	spin_lock_bh(&flow->lock);
	if (flow->strangers)
		flow->strangers--;
	spin_unlock_bh(&flow->lock);
}

/* Does the flow hear this SSRC, at an address where this packet could be meant for it? */
static bool hears(const struct sotto_flow *flow, const struct sotto_packet *pkt, u64 print)
{
	const struct sotto_tuple *at = &rcu_dereference(flow->ends)->node[0].tuple;

	return flow->lport == pkt->tuple.lport && at->family == pkt->tuple.family &&
	       !(flow->flags & SOTTO_FLOW_F_FORWARD) == !pkt->inside &&
	       sotto_flow_state(flow, SOTTO_DIR_RX) == SOTTO_STATE_SECURE &&
	       ((print && print == READ_ONCE(flow->socket)) ||
		ipv6_addr_equal(&at->laddr, &pkt->tuple.laddr)) &&
	       sotto_srtp_knows(&flow->session, pkt->class == SOTTO_CLASS_RTCP,
				sotto_packet_payload(pkt), pkt->len);
}

static unsigned int find(struct sotto_net *sn, const struct sotto_packet *pkt, u64 print,
			 struct sotto_flow *found[CANDIDATES_MAX])
{
	unsigned int looked = 0, n = 0;
	struct sotto_flow *flow;

	hlist_for_each_entry_rcu(flow, sotto_port_bucket(sn, pkt->tuple.lport), port_node) {
		if (looked++ == LOOK_MAX || n == CANDIDATES_MAX)
			break;
		if (hears(flow, pkt, print))
			found[n++] = flow;
	}
	return n;
}

static int open(struct sotto_flow *flow, struct sotto_packet *pkt, unsigned int *len,
		struct sotto_srtp_note *note)
{
	int err;

	if (!may_try(flow))
		return -EBUSY;
	*len = pkt->len;
	err = sotto_srtp_unprotect(&flow->session, pkt->class == SOTTO_CLASS_RTCP,
				   sotto_packet_payload(pkt), len, note);
	if (!err)
		was_right(flow);
	return err;
}

/* Tries one after the other; what does not authenticate spoils the packet. */
static int open_any(struct sotto_flow *found[CANDIDATES_MAX], unsigned int n,
		    struct sotto_packet *pkt, unsigned int *len, struct sotto_srtp_note *note,
		    struct sotto_flow **flow)
{
	u8 *kept = NULL;
	int err = -EBUSY;

	if (n > 1) {
		kept = kmemdup(sotto_packet_payload(pkt), pkt->len, GFP_ATOMIC | __GFP_NOWARN);
		if (!kept)
			n = 1;
	}
	for (unsigned int i = 0; i < n; i++) {
		*flow = found[i];
		err = open(*flow, pkt, len, note);
		if (!err)
			break;
		if (i + 1 < n)
			memcpy(sotto_packet_payload(pkt), kept, pkt->len);
	}
	kfree(kept);
	return err;
}

/* A peer with two addresses that uses them in turn does not make it go to and fro. */
static bool came_just_now(const struct sotto_flow *flow)
{
	return time_before(jiffies, rcu_dereference(flow->ends)->since + HZ);
}

static void count_drop(struct sotto_flow *flow, int err)
{
	sotto_count(&flow->stats, err == -EALREADY ? SOTTO_A_STATS_DROP_RX_REPLAY :
				  err == -EBUSY ? SOTTO_A_STATS_DROP_RX_SOURCE :
				  err == -EBADMSG ? SOTTO_A_STATS_DROP_RX_AUTH :
				  SOTTO_A_STATS_DROP_RX_ERROR);
}

/**
 * sotto_roam_in() - Whose packet is it that comes from nowhere known?
 * @sn: netns
 * @pkt: loaded; RTP or RTCP, inbound; decrypted in place if it is somebody's
 * @node: what its ends are known as: nothing, an embryonic flow's, or those that
 *	a flow has left
 * @receiver: the socket that would get it, NULL for none
 * @len: plain length, if it is somebody's
 * @note: filled in likewise
 *
 * It moves the flow only if it is newer than all that came before: who has caught
 * an old one cannot call a flow away.
 *
 * Return: the flow, which has followed it; NULL if no flow hears its SSRC;
 * ERR_PTR(-EBADMSG) if one does, but it is not genuine or too late: dropped and counted.
 */
struct sotto_flow *sotto_roam_in(struct sotto_net *sn, struct sotto_packet *pkt,
				 const struct sotto_flow_node *node, const struct sock *receiver,
				 unsigned int *len, struct sotto_srtp_note *note)
{
	struct sotto_flow *found[CANDIDATES_MAX], *flow;
	bool was_there;
	unsigned int n;
	int err;

	n = find(sn, pkt, receiver ? sotto_socket_print(receiver) : 0, found);
	if (!n)
		return NULL;
	flow = found[0];
	if (!sotto_packet_csum_ok(pkt)) {
		sotto_count(&flow->stats, SOTTO_A_STATS_DROP_RX_CSUM);
		return ERR_PTR(-EBADMSG);
	}
	err = sotto_packet_own(pkt, 0);
	if (!err)
		err = open_any(found, n, pkt, len, note, &flow);
	was_there = node && node->flow == flow;
	/* Where the flow was something may still be under way. */
	if (!err && !note->newest && !was_there)
		err = -EALREADY;
	if (err) {
		count_drop(flow, err);
		return ERR_PTR(-EBADMSG);
	}
	if (!note->newest || (was_there && came_just_now(flow)))
		return flow;
	if (node && !node->left)
		sotto_flow_remove(node->flow);	/* the embryonic one */
	/* If it cannot go now, the next packet moves it. */
	sotto_flow_move(flow, &pkt->tuple);
	return flow;
}

/**
 * sotto_roam_out() - Has a program gone on from another address of this machine?
 * @sn: netns
 * @pkt: loaded; RTP or RTCP, outbound, of no flow or from where one was
 * @sender: its socket
 *
 * Return: the flow of that very socket to that very peer, which follows; NULL.
 */
struct sotto_flow *sotto_roam_out(struct sotto_net *sn, const struct sotto_packet *pkt,
				  const struct sock *sender)
{
	u64 print = sotto_socket_print(sender);
	unsigned int looked = 0;
	struct sotto_flow *flow;

	hlist_for_each_entry_rcu(flow, sotto_port_bucket(sn, pkt->tuple.lport), port_node) {
		const struct sotto_tuple *at = &rcu_dereference(flow->ends)->node[0].tuple;

		if (looked++ == LOOK_MAX)
			break;
		if (flow->lport != pkt->tuple.lport || at->family != pkt->tuple.family ||
		    at->rport != pkt->tuple.rport || READ_ONCE(flow->socket) != print ||
		    !ipv6_addr_equal(&at->raddr, &pkt->tuple.raddr) ||
		    sotto_flow_state(flow, SOTTO_DIR_TX) != SOTTO_STATE_SECURE)
			continue;
		if (!came_just_now(flow))
			sotto_flow_move(flow, &pkt->tuple);
		return flow;
	}
	return NULL;
}

/**
 * sotto_roam_was_secure() - Has somebody behind this machine a secure call at this port?
 * @sn: netns
 * @tuple: ends of a packet of his, of no flow
 *
 * His socket is not here to be remembered, but as long as that call is known, he is not
 * to be lured into the clear by being called somewhere else.
 *
 * Context: any, under rcu_read_lock().
 */
bool sotto_roam_was_secure(struct sotto_net *sn, const struct sotto_tuple *tuple)
{
	unsigned int looked = 0;
	struct sotto_flow *flow;

	hlist_for_each_entry_rcu(flow, sotto_port_bucket(sn, tuple->lport), port_node) {
		const struct sotto_tuple *at = &rcu_dereference(flow->ends)->node[0].tuple;

		/* Among so many nobody looks: to hold is the safe error. */
		if (looked++ == LOOK_MAX)
			return true;
		if (!(flow->flags & SOTTO_FLOW_F_FORWARD) || flow->lport != tuple->lport ||
		    at->family != tuple->family || !ipv6_addr_equal(&at->laddr, &tuple->laddr))
			continue;
		for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++) {
			enum sotto_state state = sotto_flow_state(flow, dir);

			if (state == SOTTO_STATE_SECURE || state == SOTTO_STATE_DEAD)
				return true;
		}
	}
	return false;
}
