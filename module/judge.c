// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet's way: read it, find its flow or the rule that covers it, judge it by the
 * state table of Documentation/architecture.rst, carry that out, account for it.
 */
#include <linux/netfilter.h>
#include <net/sock.h>

#include "agent.h"
#include "begin.h"
#include "event.h"
#include "flow.h"
#include "flow_table.h"
#include "forward.h"
#include "judge.h"
#include "net.h"
#include "offload.h"
#include "outcome.h"
#include "packet.h"
#include "program.h"
#include "quote.h"
#include "roam.h"
#include "segment.h"
#include "srtp.h"
#include "uninit.h"
#include "verdict.h"

/* The state table. Columns: RTP, RTCP, ZRTP, bare STUN, TURN data, DTLS, other. */
static const u8 out_table[__SOTTO_STATE_MAX][SOTTO_CLASSES] = {
	[SOTTO_STATE_NONE]	= { DROP,  DROP,  DROP, DROP, DROP, DROP, DROP },
	[SOTTO_STATE_HOLD]	= { DROP,  DROP,  DROP, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_CLEAR]	= { PASS,  PASS,  DROP, PASS, PASS, PASS, PASS },
	[SOTTO_STATE_SECURE]	= { CRYPT, CRYPT, DROP, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_OWN]	= { PASS,  PASS,  PASS, PASS, PASS, PASS, PASS },
	[SOTTO_STATE_DEAD]	= { DROP,  DROP,  DROP, PASS, DROP, DROP, DROP },
};

static const u8 in_table[__SOTTO_STATE_MAX][SOTTO_CLASSES] = {
	[SOTTO_STATE_NONE]	= { DROP,  DROP,  DROP,  DROP, DROP, DROP, DROP },
	[SOTTO_STATE_HOLD]	= { DROP,  DROP,  AGENT, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_CLEAR]	= { PASS,  PASS,  AGENT, PASS, PASS, PASS, PASS },
	[SOTTO_STATE_SECURE]	= { CRYPT, CRYPT, AGENT, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_OWN]	= { PASS,  PASS,  PASS,  PASS, PASS, PASS, PASS },
	[SOTTO_STATE_DEAD]	= { DROP,  DROP,  AGENT, PASS, DROP, DROP, DROP },
};

static __always_inline enum judgement judge(const struct sotto_flow *flow,
					    const struct sotto_packet *pkt, enum sotto_dir dir)
{
	/* Pairs with the release in sotto_flow_set_state(): a secure flow has its key. */
	enum sotto_state state = smp_load_acquire(&flow->state[dir]);

	return dir == SOTTO_DIR_TX ? out_table[state][pkt->class] : in_table[state][pkt->class];
}

/* Before it could be judged: for want of memory. */
static unsigned int drop_unjudged(struct sotto_net *sn, struct sotto_flow *flow,
				  const struct sotto_packet *pkt)
{
	return SOTTO_DROP_FOR(pkt, flow ? &flow->stats : &sn->no_rule.stats, ERROR);
}

static unsigned int to_agent(struct sotto_flow *flow, const struct sotto_packet *pkt,
			     enum sotto_packet_kind kind)
{
	if (sotto_event_packet(flow, kind, sotto_packet_payload(pkt), pkt->len)) {
		sotto_count(&flow->stats, SOTTO_A_STATS_DROP_RX_AGENT);
		return NF_DROP;
	}
	sotto_count(&flow->stats, SOTTO_A_STATS_RX_AGENT);
	consume_skb(pkt->skb);
	return NF_STOLEN;
}

/* What the flow learns from a packet that went its way. */
static void note_passed(struct sotto_flow *flow, enum sotto_dir dir)
{
	unsigned long now = jiffies;

	WRITE_ONCE(flow->last[dir], now);
	WRITE_ONCE(flow->seen[dir], true);
	WRITE_ONCE(flow->touched, now);
}

static void note_ssrc(struct sotto_flow *flow, const struct sotto_packet *pkt, enum sotto_dir dir,
		      u32 ssrc)
{
	if (pkt->class != SOTTO_CLASS_RTP)
		return;
	WRITE_ONCE(flow->ssrc[dir], ssrc);
	WRITE_ONCE(flow->has_ssrc[dir], true);
}

static bool is_same_route(const struct sotto_route_key *a, const struct sotto_route_key *b)
{
	return uid_eq(a->uid, b->uid) && a->has_uid == b->has_uid && a->ifindex == b->ifindex &&
	       a->mark == b->mark && a->tos == b->tos;
}

static noinline void note_route(struct sotto_flow *flow, const struct sotto_packet *pkt,
				const struct sotto_route_key *route, u64 print)
{
	spin_lock_bh(&flow->lock);
	flow->route = *route;
	if (print) {
		flow->socket = print;
		flow->flags &= ~SOTTO_FLOW_F_CLOSED;
	}
	if (print && (flow->state[SOTTO_DIR_TX] == SOTTO_STATE_SECURE ||
		      flow->state[SOTTO_DIR_RX] == SOTTO_STATE_SECURE))
		sotto_taint_add(&flow->sn->taint, print, pkt->tuple.lport);
	spin_unlock_bh(&flow->lock);
}

/*
 * The program has sent something: the flow is wanted here, its route is that of
 * this packet, and if it is secure its socket must never be clear again.
 */
static __always_inline void note_sender(struct sotto_flow *flow,
					const struct sotto_packet *pkt)
{
	const struct sock *sk = sotto_sender_of(pkt->skb);
	struct sotto_route_key route = sotto_route_key_of(pkt, sk);
	u64 print = sk ? sotto_socket_print(sk) : 0;

	WRITE_ONCE(flow->touched, jiffies);
	if (unlikely(flow->socket != print || !is_same_route(&flow->route, &route)))
		note_route(flow, pkt, &route, print);
	sotto_flow_settle(flow);
}

static noinline void tell_news(struct sotto_flow *flow, enum sotto_dir dir,
			       const struct sotto_srtp_note *note)
{
	if (note->restart)
		sotto_event_dir(flow, SOTTO_EVENT_TX_RESTART, dir);
	if (note->key_life)
		sotto_event_dir(flow, SOTTO_EVENT_KEY_LIFE, dir);
	if (note->exhausted)
		sotto_flow_set_state(flow, dir, SOTTO_STATE_DEAD);
	if (note->first)
		sotto_event_dir(flow, SOTTO_EVENT_RX_FIRST, dir);
}

static void tell_note(struct sotto_flow *flow, enum sotto_dir dir,
		      const struct sotto_srtp_note *note)
{
	if (unlikely(note->restart | note->key_life | note->exhausted | note->first))
		tell_news(flow, dir, note);
}

static __always_inline unsigned int protect(struct sotto_flow *flow, struct sotto_packet *pkt)
{
	bool rtcp = pkt->class == SOTTO_CLASS_RTCP;
	int overhead = sotto_srtp_overhead(&flow->session, rtcp, sotto_packet_payload(pkt),
					   pkt->len);
	struct sotto_srtp_note note sotto_uninit;
	unsigned int len = pkt->len;
	int err;

	if (overhead < 0)
		return sotto_drop_by_error(flow, pkt, overhead);
	/* Its checksum is about to be replaced: what the way to us has spoilt must not be right. */
	if (pkt->inside && !sotto_packet_csum_good(pkt))
		return sotto_drop_by_error(flow, pkt, -EINVAL);
	err = sotto_packet_own(pkt, overhead);
	if (!err)
		err = sotto_packet_make_fit(pkt, overhead);
	if (!err) {
		err = sotto_srtp_protect(&flow->session, rtcp, sotto_packet_payload(pkt), &len,
					 overhead, &note);
		tell_note(flow, SOTTO_DIR_TX, &note);
	}
	if (err)
		return sotto_drop_by_error(flow, pkt, err);
	sotto_count(&flow->stats, SOTTO_A_STATS_TX_PROTECTED);
	sotto_count_many(&flow->stats, SOTTO_A_STATS_TX_BYTES, pkt->len);
	sotto_packet_resize(pkt, len);
	note_passed(flow, SOTTO_DIR_TX);
	note_ssrc(flow, pkt, SOTTO_DIR_TX, note.ssrc);
	return NF_ACCEPT;
}

/* What can come as often as anybody likes is told once a second. @at: when it was */
static bool may_tell(unsigned long *at)
{
	unsigned long told = READ_ONCE(*at);

	return !time_before(jiffies, told + HZ) && cmpxchg(at, told, jiffies) == told;
}

static void tell_auth_fail(struct sotto_flow *flow)
{
	if (may_tell(&flow->auth_fail_told))
		sotto_event_dir(flow, SOTTO_EVENT_RX_AUTH_FAIL, SOTTO_DIR_RX);
}

/* It has authenticated and is plain now. @here: who receives it is the flow's program. */
static __always_inline unsigned int deliver(struct sotto_flow *flow, struct sotto_packet *pkt,
					    unsigned int len, const struct sotto_srtp_note *note,
					    bool here)
{
	bool rtcp = pkt->class == SOTTO_CLASS_RTCP;

	tell_note(flow, SOTTO_DIR_RX, note);
	sotto_packet_resize(pkt, len);
	note_passed(flow, SOTTO_DIR_RX);
	note_ssrc(flow, pkt, SOTTO_DIR_RX, note->ssrc);
	if (rtcp && sotto_rtcp_is_control(sotto_packet_payload(pkt), len))
		return to_agent(flow, pkt, SOTTO_PACKET_CONTROL);
	if (!here || (!pkt->inside && sotto_bind_receiver(flow->sn, pkt))) {
		sotto_count(&flow->stats, SOTTO_A_STATS_DROP_RX_NO_SOCKET);
		return NF_DROP;
	}
	sotto_count(&flow->stats, SOTTO_A_STATS_RX_UNPROTECTED);
	sotto_count_many(&flow->stats, SOTTO_A_STATS_RX_BYTES, len);
	return NF_ACCEPT;
}

static __always_inline unsigned int unprotect(struct sotto_flow *flow, struct sotto_packet *pkt)
{
	bool rtcp = pkt->class == SOTTO_CLASS_RTCP;
	struct sotto_srtp_note note = {};
	unsigned int len = pkt->len;
	int err;

	if (unlikely(!sotto_packet_csum_good(pkt))) {
		sotto_count(&flow->stats, SOTTO_A_STATS_DROP_RX_CSUM);
		return NF_DROP;
	}
	err = sotto_packet_own(pkt, 0);
	if (!err)
		err = sotto_srtp_unprotect(&flow->session, rtcp, sotto_packet_payload(pkt), &len,
					   &note);
	if (!err)
		return deliver(flow, pkt, len, &note, true);
	tell_note(flow, SOTTO_DIR_RX, &note);
	if (err == -EBADMSG)
		tell_auth_fail(flow);
	return sotto_drop_by_error(flow, pkt, err);
}

static noinline void enter_own(struct sotto_flow *flow, const struct sotto_packet *pkt)
{
	for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++) {
		enum sotto_state state = sotto_flow_state(flow, dir);

		/* Nothing leads from secure or dead to here. */
		if (state != SOTTO_STATE_HOLD && state != SOTTO_STATE_CLEAR)
			return;
	}
	if (!sotto_is_own(flow->sn, pkt))
		return;
	for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++)
		sotto_flow_set_state(flow, dir, SOTTO_STATE_OWN);
}

static __always_inline unsigned int with_flow(struct sotto_flow *flow, struct sotto_packet *pkt,
					      enum sotto_dir dir)
{
	if (dir == SOTTO_DIR_TX) {
		note_sender(flow, pkt);
		/* The control channel is the agents' alone. */
		if (pkt->class == SOTTO_CLASS_RTCP &&
		    sotto_flow_state(flow, SOTTO_DIR_TX) != SOTTO_STATE_OWN &&
		    sotto_rtcp_is_control(sotto_packet_payload(pkt), pkt->len))
			return SOTTO_DROP_FOR(pkt, &flow->stats, CLASS);
	}
	if ((READ_ONCE(flow->flags) & (SOTTO_FLOW_F_OWN_ALLOWED | SOTTO_FLOW_F_TAINTED)) ==
	    SOTTO_FLOW_F_OWN_ALLOWED)
		enter_own(flow, pkt);
	switch (judge(flow, pkt, dir)) {
	case CRYPT:
		return dir == SOTTO_DIR_TX ? protect(flow, pkt) : unprotect(flow, pkt);
	case PASS:
		note_passed(flow, dir);
		return sotto_pass(pkt, &flow->stats);
	case AGENT:
		return to_agent(flow, pkt, SOTTO_PACKET_ZRTP);
	case DROP:
		break;
	}
	return sotto_drop_by_table(flow, pkt, &flow->stats);
}

/*
 * A batch may stay one if nothing in it is a call's. Where there is a flow that does
 * not let all pass there is no need to look.
 */
static bool stays_whole(const struct sotto_flow *flow, struct sotto_packet *pkt)
{
	if (flow && sotto_flow_state(flow, pkt->dir) != SOTTO_STATE_CLEAR)
		return false;
	return sotto_packet_all_other(pkt);
}

/* Another program may have a socket at the same port. */
static bool is_socket_of(const struct sotto_flow *flow, const struct sock *sk)
{
	u64 print = READ_ONCE(flow->socket);

	return sk && (!print || print == sotto_socket_print(sk));
}

/*
 * From a source that no flow knows, or that one has left: the flow that the packet
 * authenticates with follows it there. False if no flow is concerned.
 */
static noinline bool from_elsewhere(struct sotto_net *sn, struct sotto_packet *pkt,
				    const struct sotto_flow_node *node, unsigned int *verdict)
{
	struct sock *receiver = pkt->inside ? NULL : sotto_receiver_of(sn, pkt);
	struct sotto_srtp_note note = {};
	struct sotto_flow *flow;
	unsigned int len;

	flow = sotto_roam_in(sn, pkt, node, receiver, &len, &note);
	if (IS_ERR(flow))
		*verdict = NF_DROP;
	else if (flow)
		*verdict = deliver(flow, pkt, len, &note,
				   pkt->inside || is_socket_of(flow, receiver));
	if (receiver)
		sock_put(receiver);
	return flow;
}

/* Its ends have no flow, or one that proves nothing. */
static __always_inline bool may_have_moved(struct sotto_net *sn, const struct sotto_packet *pkt,
					   const struct sotto_flow_node *node)
{
	if (likely(node && !READ_ONCE(node->left) &&
		   !(READ_ONCE(node->flow->flags) & SOTTO_FLOW_F_EMBRYONIC)))
		return false;
	if (pkt->class != SOTTO_CLASS_RTP && pkt->class != SOTTO_CLASS_RTCP)
		return false;
	if (!node)
		return !sotto_port_is_free(sn, pkt->tuple.lport);
	return !node->rtcp;
}

static __always_inline unsigned int judge_loaded(struct sotto_net *sn, struct sotto_packet *pkt,
						 const struct sotto_flow_node *node,
						 enum sotto_dir dir)
{
	struct sotto_flow *flow = node ? node->flow : NULL;
	unsigned int verdict;

	if (unlikely(may_have_moved(sn, pkt, node))) {
		if (dir == SOTTO_DIR_RX && from_elsewhere(sn, pkt, node, &verdict))
			return verdict;
		if (dir == SOTTO_DIR_TX && sotto_sender_of(pkt->skb))
			flow = sotto_roam_out(sn, pkt, sotto_sender_of(pkt->skb)) ?: flow;
	}
	/* The port above a call's is its own only as far as it carries RTCP. */
	if (unlikely(!flow || (node && node->rtcp && pkt->class != SOTTO_CLASS_RTCP))) {
		flow = sotto_begin(sn, pkt, &verdict);
		if (!flow)
			return verdict;
	}
	return with_flow(flow, pkt, dir);
}

/*
 * An ICMP error about a packet that has been decrypted here would tell it to the
 * network: what is secure, or is to be, has no errors. Nor has what is dead, which may
 * have been secure a moment ago.
 */
static unsigned int judge_quote(struct sotto_net *sn, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct sotto_flow_node *node;
	struct sotto_quote quote;
	enum sotto_state rx;

	if (!READ_ONCE(sn->flow_count) || !sotto_quote_read(&quote, skb, state, SOTTO_DIR_TX))
		return NF_ACCEPT;
	node = sotto_flow_find(sn, &quote.tuple);
	if (!node)
		return NF_ACCEPT;
	rx = sotto_flow_state(node->flow, SOTTO_DIR_RX);
	if (rx == SOTTO_STATE_CLEAR || rx == SOTTO_STATE_OWN)
		return NF_ACCEPT;
	sotto_count(&node->flow->stats, SOTTO_A_STATS_DROP_TX_QUOTE);
	kfree_skb(skb);
	return NF_STOLEN;
}

/*
 * An ICMP error says that nobody has the port that a flow's packets go to: the agent looks
 * whether anything else says so too, for anybody can send one who has seen such a packet.
 * Who has seen none does not know its SSRC.
 */
static noinline void note_refusal(struct sotto_net *sn, const struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	const struct sotto_flow_node *node;
	struct sotto_quote quote;
	u32 ssrc;

	if (!READ_ONCE(sn->flow_count) || !sotto_quote_read(&quote, skb, state, SOTTO_DIR_RX) ||
	    !quote.refused || !sotto_quote_ssrc(&quote, skb, &ssrc))
		return;
	node = sotto_flow_find(sn, &quote.tuple);
	if (node && sotto_flow_state(node->flow, SOTTO_DIR_TX) == SOTTO_STATE_SECURE &&
	    READ_ONCE(node->flow->has_ssrc[SOTTO_DIR_TX]) &&
	    READ_ONCE(node->flow->ssrc[SOTTO_DIR_TX]) == ssrc &&
	    may_tell(&node->flow->refused_told))
		sotto_event_flow(node->flow, SOTTO_EVENT_REFUSED);
}

/*
 * A program that may put fragments on the wire itself has cut its packets before anybody
 * could see whose they are: no rule can be kept with them. Inbound the stack puts
 * fragments together before it comes to our hook, those of IPv6 because we ask it to;
 * only a rule of the firewall that has them untracked before that brings us pieces.
 */
static unsigned int judge_fragment(struct sotto_rule *strict, struct sk_buff *skb,
				   enum sotto_dir dir)
{
	if (!strict)
		return NF_ACCEPT;
	sotto_count(&strict->stats, dir == SOTTO_DIR_TX ? SOTTO_A_STATS_DROP_TX_CLASS :
							  SOTTO_A_STATS_DROP_RX_CLASS);
	kfree_skb(skb);
	return NF_STOLEN;
}

/* No UDP packet, or none that is whole. */
static noinline unsigned int judge_other(struct sotto_net *sn, struct sk_buff *skb,
					 const struct nf_hook_state *state, enum sotto_dir dir)
{
	const struct sotto_rules *rules = rcu_dereference(sn->rules);

	if (sotto_packet_is_udp_fragment(skb, state))
		return rules && !sotto_packet_is_loopback(skb, state, dir) ?
		       judge_fragment(rules->strict, skb, dir) : NF_ACCEPT;
	if (dir == SOTTO_DIR_TX)
		return judge_quote(sn, skb, state);
	note_refusal(sn, skb, state);
	return NF_ACCEPT;
}

/* A batch that does not stay one: each of its packets comes to @self again. */
static noinline unsigned int judge_apart(struct sotto_net *sn, struct sotto_flow *flow,
					 const struct sotto_packet *pkt, nf_hookfn *self,
					 const struct nf_hook_state *state)
{
	return sotto_segments(pkt, self, sn, state) ? drop_unjudged(sn, flow, pkt) : NF_STOLEN;
}

/* It is a flow's, or a rule's. */
static __always_inline unsigned int judge_found(struct sotto_net *sn, struct sotto_packet *pkt,
						const struct sotto_flow_node *node,
						enum sotto_dir dir, nf_hookfn *self,
						const struct nf_hook_state *state)
{
	struct sotto_flow *flow = node ? node->flow : NULL;

	if (unlikely(pkt->batch)) {
		if (!stays_whole(flow, pkt))
			return judge_apart(sn, flow, pkt, self, state);
	} else if (unlikely(sotto_packet_load(pkt))) {
		return drop_unjudged(sn, flow, pkt);
	}
	return judge_loaded(sn, pkt, node, dir);
}

/* @dir is known where this is inlined, which spares asking for it at each turn. */
static __always_inline unsigned int judge_packet(struct sotto_net *sn, struct sk_buff *skb,
						 const struct nf_hook_state *state,
						 enum sotto_dir dir, nf_hookfn *self)
{
	struct sotto_packet pkt sotto_uninit;
	const struct sotto_flow_node *node;

	if (!sotto_packet_read(&pkt, skb, state, dir))
		return judge_other(sn, skb, state, dir);
	node = READ_ONCE(sn->flow_count) ? sotto_flow_find(sn, &pkt.tuple) : NULL;
	if (!node && !sotto_rules_cover(rcu_dereference(sn->rules), pkt.tuple.lport) &&
	    !sotto_taint_may_have(&sn->taint, pkt.tuple.lport))
		return NF_ACCEPT;
	if (dir == SOTTO_DIR_TX && sotto_agent_sent(sn, skb))
		return NF_ACCEPT;
	return judge_found(sn, &pkt, node, dir, self, state);
}

/**
 * sotto_judge_out() - Let a packet at LOCAL_OUT pass, change it, take it or drop it.
 * @sn: netns
 * @skb: at its network header
 * @state: of the hook
 * @self: the registered hook that is running; the packets of a batch come back to it
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: the hook's verdict.
 */
unsigned int sotto_judge_out(struct sotto_net *sn, struct sk_buff *skb,
			     const struct nf_hook_state *state, nf_hookfn *self)
{
	return judge_packet(sn, skb, state, SOTTO_DIR_TX, self);
}

/**
 * sotto_judge_in() - Let a packet at LOCAL_IN pass, change it, take it or drop it.
 * @sn: netns
 * @skb: at its network header
 * @state: of the hook
 * @self: as for sotto_judge_out()
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: the hook's verdict.
 */
unsigned int sotto_judge_in(struct sotto_net *sn, struct sk_buff *skb,
			    const struct nf_hook_state *state, nf_hookfn *self)
{
	return judge_packet(sn, skb, state, SOTTO_DIR_RX, self);
}

/*
 * The same for what is forwarded. An ICMP error of somebody behind us quotes what he got, and
 * that is plain; one of this machine about it leaves by LOCAL_OUT.
 */
static unsigned int judge_forward_other(struct sotto_net *sn, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	const struct sotto_rules *rules = rcu_dereference(sn->rules);

	if (!sotto_packet_is_udp_fragment(skb, state))
		return judge_quote(sn, skb, state);
	return rules && sotto_forward_crosses(sn, state) ?
	       judge_fragment(rules->forward_strict, skb,
			      sotto_rules_inside(rules, state->in->ifindex) ? SOTTO_DIR_TX :
									      SOTTO_DIR_RX) :
	       NF_ACCEPT;
}

static __always_inline unsigned int judge_forward(struct sotto_net *sn, struct sk_buff *skb,
						  const struct nf_hook_state *state,
						  enum sotto_dir dir, nf_hookfn *self)
{
	struct sotto_packet pkt;
	struct sotto_way way;

	if (!sotto_packet_read(&pkt, skb, state, dir)) {
		if (dir == SOTTO_DIR_TX)
			return judge_forward_other(sn, skb, state);
		note_refusal(sn, skb, state);
		return NF_ACCEPT;
	}
	if (!sotto_forward_way(sn, &pkt, state, &way) || way.dir != dir ||
	    sotto_agent_forwards(sn, state))
		return NF_ACCEPT;
	if (!sotto_expected_keep(skb, dir))
		return NF_DROP;
	pkt.inside = way.inside;
	return judge_found(sn, &pkt, way.node, dir, self, state);
}

/**
 * sotto_judge_forward_out() - As sotto_judge_out(), for somebody behind this machine.
 * @sn: netns
 * @skb: at its network header
 * @state: of the hook, which is FORWARD
 * @self: as for sotto_judge_out()
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: the hook's verdict.
 */
unsigned int sotto_judge_forward_out(struct sotto_net *sn, struct sk_buff *skb,
				     const struct nf_hook_state *state, nf_hookfn *self)
{
	return judge_forward(sn, skb, state, SOTTO_DIR_TX, self);
}

/**
 * sotto_judge_forward_in() - As sotto_judge_in(), for somebody behind this machine.
 * @sn: netns
 * @skb: at its network header
 * @state: of the hook, which is FORWARD
 * @self: as for sotto_judge_out()
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: the hook's verdict.
 */
unsigned int sotto_judge_forward_in(struct sotto_net *sn, struct sk_buff *skb,
				    const struct nf_hook_state *state, nf_hookfn *self)
{
	return judge_forward(sn, skb, state, SOTTO_DIR_RX, self);
}
