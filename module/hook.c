// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks. A packet's way: read it, find its flow or the rule that covers it,
 * judge it by the state table of Documentation/architecture.rst, carry that out,
 * account for it.
 */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/ipv4/nf_defrag_ipv4.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/sock.h>
#include <net/udp.h>

#include "agent.h"
#include "event.h"
#include "flow.h"
#include "hook.h"
#include "net.h"
#include "packet.h"
#include "quote.h"
#include "roam.h"
#include "segment.h"
#include "srtp.h"

enum judgement {
	PASS,
	DROP,
	CRYPT,		/* protect or unprotect, or drop */
	AGENT,		/* to the agent, or drop */
};

#define CLASSES	(SOTTO_CLASS_OTHER + 1)

/* The state table. Columns: RTP, RTCP, ZRTP, bare STUN, TURN data, DTLS, other. */
static const u8 out_table[__SOTTO_STATE_MAX][CLASSES] = {
	[SOTTO_STATE_NONE]	= { DROP,  DROP,  DROP, DROP, DROP, DROP, DROP },
	[SOTTO_STATE_HOLD]	= { DROP,  DROP,  DROP, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_CLEAR]	= { PASS,  PASS,  DROP, PASS, PASS, PASS, PASS },
	[SOTTO_STATE_SECURE]	= { CRYPT, CRYPT, DROP, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_OWN]	= { PASS,  PASS,  PASS, PASS, PASS, PASS, PASS },
	[SOTTO_STATE_DEAD]	= { DROP,  DROP,  DROP, PASS, DROP, DROP, DROP },
};

static const u8 in_table[__SOTTO_STATE_MAX][CLASSES] = {
	[SOTTO_STATE_NONE]	= { DROP,  DROP,  DROP,  DROP, DROP, DROP, DROP },
	[SOTTO_STATE_HOLD]	= { DROP,  DROP,  AGENT, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_CLEAR]	= { PASS,  PASS,  AGENT, PASS, PASS, PASS, PASS },
	[SOTTO_STATE_SECURE]	= { CRYPT, CRYPT, AGENT, PASS, DROP, DROP, DROP },
	[SOTTO_STATE_OWN]	= { PASS,  PASS,  PASS,  PASS, PASS, PASS, PASS },
	[SOTTO_STATE_DEAD]	= { DROP,  DROP,  AGENT, PASS, DROP, DROP, DROP },
};

/* Without a flow, under a rule. What is not RTP-shaped passes until there is one. */
static const u8 no_flow_require[__SOTTO_DIR_MAX][CLASSES] = {
	[SOTTO_DIR_TX]		= { DROP,  DROP,  DROP,  PASS, DROP, PASS, PASS },
	[SOTTO_DIR_RX]		= { DROP,  DROP,  AGENT, PASS, DROP, PASS, PASS },
};

static const u8 no_flow_prefer[__SOTTO_DIR_MAX][CLASSES] = {
	[SOTTO_DIR_TX]		= { PASS,  PASS,  PASS,  PASS, PASS, PASS, PASS },
	[SOTTO_DIR_RX]		= { PASS,  PASS,  AGENT, PASS, PASS, PASS, PASS },
};

static enum judgement judge(const struct sotto_flow *flow, const struct sotto_packet *pkt)
{
	/* Pairs with the release in sotto_flow_set_state(): a secure flow has its key. */
	enum sotto_state state = smp_load_acquire(&flow->state[pkt->dir]);

	return pkt->dir == SOTTO_DIR_TX ? out_table[state][pkt->class]
					: in_table[state][pkt->class];
}

/* A drop on the way out looks like success to the program; see architecture.rst. */
static unsigned int drop(const struct sotto_packet *pkt, struct sotto_stats *stats,
			 enum sotto_attr_stats tx_why, enum sotto_attr_stats rx_why)
{
	bool tx = pkt->dir == SOTTO_DIR_TX;

	sotto_count_many(stats, tx ? tx_why : rx_why, pkt->count);
	if (!tx)
		return NF_DROP;
	kfree_skb(pkt->skb);
	return NF_STOLEN;
}

#define DROP_FOR(pkt, stats, why)	\
	drop(pkt, stats, SOTTO_A_STATS_DROP_TX_##why, SOTTO_A_STATS_DROP_RX_##why)

/* Before it could be judged: for want of memory. */
static unsigned int drop_unjudged(struct sotto_flow *flow, const struct sotto_packet *pkt)
{
	struct sotto_stats nobody = {};

	return DROP_FOR(pkt, flow ? &flow->stats : &nobody, ERROR);
}

static unsigned int drop_by_table(const struct sotto_flow *flow, const struct sotto_packet *pkt,
				  struct sotto_stats *stats)
{
	enum sotto_state state = flow ? sotto_flow_state(flow, pkt->dir) : SOTTO_STATE_HOLD;

	if (pkt->class != SOTTO_CLASS_RTP && pkt->class != SOTTO_CLASS_RTCP)
		return DROP_FOR(pkt, stats, CLASS);
	if (state == SOTTO_STATE_DEAD)
		return DROP_FOR(pkt, stats, DEAD);
	return DROP_FOR(pkt, stats, HOLD);
}

static unsigned int pass(const struct sotto_packet *pkt, struct sotto_stats *stats)
{
	sotto_count_many(stats, pkt->dir == SOTTO_DIR_TX ? SOTTO_A_STATS_TX_CLEAR
							  : SOTTO_A_STATS_RX_CLEAR, pkt->count);
	return NF_ACCEPT;
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
static void note_passed(struct sotto_flow *flow, const struct sotto_packet *pkt)
{
	WRITE_ONCE(flow->last[pkt->dir], jiffies);
	WRITE_ONCE(flow->seen[pkt->dir], true);
	WRITE_ONCE(flow->touched, jiffies);
}

static void note_ssrc(struct sotto_flow *flow, const struct sotto_packet *pkt, u32 ssrc)
{
	if (pkt->class != SOTTO_CLASS_RTP)
		return;
	WRITE_ONCE(flow->ssrc[pkt->dir], ssrc);
	WRITE_ONCE(flow->has_ssrc[pkt->dir], true);
}

static const struct sock *sender_of(const struct sk_buff *skb)
{
	const struct sock *sk = skb_to_full_sk(skb);

	return sk && sk_fullsock(sk) ? sk : NULL;
}

static struct sotto_route_key route_key(const struct sk_buff *skb, const struct sock *sk,
					u16 family)
{
	return (struct sotto_route_key){
		.uid = sk ? sk->sk_uid : INVALID_UID,
		.has_uid = sk,
		.ifindex = sk ? READ_ONCE(sk->sk_bound_dev_if) : 0,
		.mark = skb->mark,
		.tos = family == AF_INET ? ip_hdr(skb)->tos : ipv6_get_dsfield(ipv6_hdr(skb)),
	};
}

/*
 * The program has sent something: the flow is wanted here, its route is that of
 * this packet, and if it is secure its socket must never be clear again.
 */
static void note_sender(struct sotto_flow *flow, const struct sotto_packet *pkt)
{
	const struct sock *sk = sender_of(pkt->skb);
	struct sotto_route_key route = route_key(pkt->skb, sk, pkt->tuple.family);
	u64 print = sk ? sotto_socket_print(sk) : 0;

	WRITE_ONCE(flow->touched, jiffies);
	sotto_flow_settle(flow);
	if (flow->socket == print && !memcmp(&flow->route, &route, sizeof(route)))
		return;
	spin_lock_bh(&flow->lock);
	flow->route = route;
	if (print)
		flow->socket = print;
	if (print && (flow->state[SOTTO_DIR_TX] == SOTTO_STATE_SECURE ||
		      flow->state[SOTTO_DIR_RX] == SOTTO_STATE_SECURE))
		sotto_taint_add(&flow->sn->taint, print, pkt->tuple.lport);
	spin_unlock_bh(&flow->lock);
}

static void tell_note(struct sotto_flow *flow, const struct sotto_packet *pkt,
		      const struct sotto_srtp_note *note)
{
	if (note->restart)
		sotto_event_dir(flow, SOTTO_EVENT_TX_RESTART, pkt->dir);
	if (note->key_life)
		sotto_event_dir(flow, SOTTO_EVENT_KEY_LIFE, pkt->dir);
	if (note->exhausted)
		sotto_flow_set_state(flow, pkt->dir, SOTTO_STATE_DEAD);
	if (note->first)
		sotto_event_dir(flow, SOTTO_EVENT_RX_FIRST, pkt->dir);
}

static unsigned int drop_by_error(struct sotto_flow *flow, const struct sotto_packet *pkt, int err)
{
	struct sotto_stats *stats = &flow->stats;

	switch (err) {
	case -ENOKEY:
	case -EKEYEXPIRED:
		return DROP_FOR(pkt, stats, DEAD);
	case -EINVAL:
		return DROP_FOR(pkt, stats, MALFORMED);
	case -EALREADY:
		return drop(pkt, stats, SOTTO_A_STATS_DROP_TX_REPEAT,
			    SOTTO_A_STATS_DROP_RX_REPLAY);
	case -EBADMSG:
		return drop(pkt, stats, SOTTO_A_STATS_DROP_TX_ERROR, SOTTO_A_STATS_DROP_RX_AUTH);
	case -ENOSPC:
		return DROP_FOR(pkt, stats, STREAMS);
	case -EMSGSIZE:
		/* Only on the way out. This one the program hears of: it has asked for it. */
		sotto_count(stats, SOTTO_A_STATS_DROP_TX_TOO_BIG);
		return NF_DROP_ERR(-EMSGSIZE);
	default:
		return DROP_FOR(pkt, stats, ERROR);
	}
}

static unsigned int protect(struct sotto_flow *flow, struct sotto_packet *pkt)
{
	bool rtcp = pkt->class == SOTTO_CLASS_RTCP;
	int overhead = sotto_srtp_overhead(&flow->session, rtcp, sotto_packet_payload(pkt),
					   pkt->len);
	struct sotto_srtp_note note;
	unsigned int len = pkt->len;
	int err;

	if (overhead < 0)
		return drop_by_error(flow, pkt, overhead);
	err = sotto_packet_own(pkt, overhead);
	if (!err)
		err = sotto_packet_make_fit(pkt, overhead);
	if (!err) {
		err = sotto_srtp_protect(&flow->session, rtcp, sotto_packet_payload(pkt), &len,
					 overhead, &note);
		tell_note(flow, pkt, &note);
	}
	if (err)
		return drop_by_error(flow, pkt, err);
	sotto_count(&flow->stats, SOTTO_A_STATS_TX_PROTECTED);
	sotto_count_many(&flow->stats, SOTTO_A_STATS_TX_BYTES, pkt->len);
	sotto_packet_resize(pkt, len);
	note_passed(flow, pkt);
	note_ssrc(flow, pkt, note.ssrc);
	return NF_ACCEPT;
}

static void tell_auth_fail(struct sotto_flow *flow)
{
	unsigned long told = READ_ONCE(flow->auth_fail_told);

	if (time_before(jiffies, told + HZ) ||
	    cmpxchg(&flow->auth_fail_told, told, jiffies) != told)
		return;
	sotto_event_dir(flow, SOTTO_EVENT_RX_AUTH_FAIL, SOTTO_DIR_RX);
}

/*
 * The socket that would receive the packet; the caller puts it. NULL for none. Below
 * a VRF the packet has two devices, and the stack's own lookup looks at both.
 */
static struct sock *receiver_of(const struct sotto_net *sn, const struct sotto_packet *pkt)
{
	const struct sotto_tuple *t = &pkt->tuple;
	struct sk_buff *skb = pkt->skb;
	struct sock *sk;

	if (t->family == AF_INET)
		sk = __udp4_lib_lookup(sn->net, t->raddr.s6_addr32[0], t->rport,
				       t->laddr.s6_addr32[0], t->lport, skb->dev->ifindex,
				       inet_sdif(skb), NULL);
#if IS_ENABLED(CONFIG_IPV6)
	else
		sk = __udp6_lib_lookup(sn->net, &t->raddr, t->rport, &t->laddr, t->lport,
				       skb->dev->ifindex, inet6_sdif(skb), NULL);
#else
	else
		sk = NULL;
#endif
	return sk && refcount_inc_not_zero(&sk->sk_refcnt) ? sk : NULL;
}

/*
 * Without a receiver the stack would answer with an ICMP error, which quotes what
 * has just been decrypted. So the packet is bound to its socket here: it cannot
 * close in between.
 */
static int bind_receiver(const struct sotto_net *sn, const struct sotto_packet *pkt)
{
	struct sock *sk = receiver_of(sn, pkt);

	if (!sk)
		return -ENOTCONN;
	skb_orphan(pkt->skb);
	pkt->skb->sk = sk;
	pkt->skb->destructor = sock_edemux;
	return 0;
}

/* It has authenticated and is plain now. @here: who receives it is the flow's program. */
static unsigned int deliver(struct sotto_flow *flow, struct sotto_packet *pkt, unsigned int len,
			    const struct sotto_srtp_note *note, bool here)
{
	bool rtcp = pkt->class == SOTTO_CLASS_RTCP;

	tell_note(flow, pkt, note);
	sotto_packet_resize(pkt, len);
	note_passed(flow, pkt);
	note_ssrc(flow, pkt, note->ssrc);
	if (rtcp && sotto_rtcp_is_control(sotto_packet_payload(pkt), len))
		return to_agent(flow, pkt, SOTTO_PACKET_CONTROL);
	if (!here || bind_receiver(flow->sn, pkt)) {
		sotto_count(&flow->stats, SOTTO_A_STATS_DROP_RX_NO_SOCKET);
		return NF_DROP;
	}
	sotto_count(&flow->stats, SOTTO_A_STATS_RX_UNPROTECTED);
	sotto_count_many(&flow->stats, SOTTO_A_STATS_RX_BYTES, len);
	return NF_ACCEPT;
}

static unsigned int unprotect(struct sotto_flow *flow, struct sotto_packet *pkt)
{
	bool rtcp = pkt->class == SOTTO_CLASS_RTCP;
	struct sotto_srtp_note note = {};
	unsigned int len = pkt->len;
	int err;

	if (!sotto_packet_csum_ok(pkt)) {
		sotto_count(&flow->stats, SOTTO_A_STATS_DROP_RX_CSUM);
		return NF_DROP;
	}
	err = sotto_packet_own(pkt, 0);
	if (!err)
		err = sotto_srtp_unprotect(&flow->session, rtcp, sotto_packet_payload(pkt), &len,
					   &note);
	if (!err)
		return deliver(flow, pkt, len, &note, true);
	tell_note(flow, pkt, &note);
	if (err == -EBADMSG)
		tell_auth_fail(flow);
	return drop_by_error(flow, pkt, err);
}

/* The program's own ZRTP, or its own DTLS handshake, where its rule allows that. */
static bool is_own(struct sotto_net *sn, const struct sotto_packet *pkt)
{
	if (pkt->class == SOTTO_CLASS_ZRTP)
		return pkt->dir == SOTTO_DIR_TX;
	return pkt->class == SOTTO_CLASS_DTLS &&
	       sotto_evidence_dtls(&sn->evidence, &pkt->tuple, pkt->dir,
				   sotto_packet_payload(pkt), pkt->len);
}

static void enter_own(struct sotto_flow *flow, const struct sotto_packet *pkt)
{
	for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++) {
		enum sotto_state state = sotto_flow_state(flow, dir);

		/* Nothing leads from secure or dead to here. */
		if (state != SOTTO_STATE_HOLD && state != SOTTO_STATE_CLEAR)
			return;
	}
	if (!is_own(flow->sn, pkt))
		return;
	for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++)
		sotto_flow_set_state(flow, dir, SOTTO_STATE_OWN);
}

static unsigned int with_flow(struct sotto_flow *flow, struct sotto_packet *pkt)
{
	enum judgement judgement;

	if (pkt->dir == SOTTO_DIR_TX) {
		note_sender(flow, pkt);
		/* The control channel is the agents' alone. */
		if (pkt->class == SOTTO_CLASS_RTCP &&
		    sotto_flow_state(flow, SOTTO_DIR_TX) != SOTTO_STATE_OWN &&
		    sotto_rtcp_is_control(sotto_packet_payload(pkt), pkt->len))
			return DROP_FOR(pkt, &flow->stats, CLASS);
	}
	if ((READ_ONCE(flow->flags) & (SOTTO_FLOW_F_OWN_ALLOWED | SOTTO_FLOW_F_TAINTED)) ==
	    SOTTO_FLOW_F_OWN_ALLOWED)
		enter_own(flow, pkt);
	judgement = judge(flow, pkt);
	switch (judgement) {
	case PASS:
		note_passed(flow, pkt);
		return pass(pkt, &flow->stats);
	case CRYPT:
		return pkt->dir == SOTTO_DIR_TX ? protect(flow, pkt) : unprotect(flow, pkt);
	case AGENT:
		return to_agent(flow, pkt, SOTTO_PACKET_ZRTP);
	case DROP:
		break;
	}
	return drop_by_table(flow, pkt, &flow->stats);
}

/* Does the packet show that its tuple is a call? */
static bool makes_flow(struct sotto_net *sn, const struct sotto_packet *pkt,
		       enum judgement judgement)
{
	struct sotto_rtp_info info;

	if (judgement == AGENT)
		return true;
	return pkt->class == SOTTO_CLASS_RTP &&
	       !sotto_rtp_parse(sotto_packet_payload(pkt), pkt->len, &info) &&
	       sotto_evidence_rtp(&sn->evidence, &pkt->tuple, pkt->dir, &info);
}

/*
 * What holds for a tainted socket where no rule covers what it does: as for any of its
 * new flows, the agent may decide.
 */
static struct sotto_rule no_rule = { .spec.action = SOTTO_ACTION_PREFER };

static struct sotto_flow *make_flow(struct sotto_net *sn, const struct sotto_packet *pkt,
				    const struct sotto_rule *rule, enum sotto_state state,
				    const struct sock *sk, u64 print, bool tainted)
{
	struct sotto_flow_params p = {
		.tuple = pkt->tuple,
		.action = rule->spec.action,
		.rule_id = rule->spec.id,
		.flags = tainted ? SOTTO_FLOW_F_TAINTED : 0,
		.state = state,
		.socket = print,
	};

	if (rule->spec.flags & SOTTO_RULE_F_OWN)
		p.flags |= SOTTO_FLOW_F_OWN_ALLOWED;
	if (pkt->dir == SOTTO_DIR_RX) {
		p.flags |= SOTTO_FLOW_F_EMBRYONIC;
		p.route.uid = sk ? sk->sk_uid : INVALID_UID;
		p.route.has_uid = sk;
		p.route.ifindex = sk ? READ_ONCE(sk->sk_bound_dev_if) : 0;
	} else {
		p.route = route_key(pkt->skb, sk, pkt->tuple.family);
	}
	return sotto_flow_create(sn, &p, GFP_ATOMIC);
}

static bool is_tainted(const struct sotto_net *sn, const struct sock *sk)
{
	return sk && sotto_taint_has(&sn->taint, sotto_socket_print(sk));
}

static unsigned int under_rule(struct sotto_net *sn, struct sotto_packet *pkt,
			       struct sotto_rule *rule, const struct sock *sk)
{
	u64 print = sk ? sotto_socket_print(sk) : 0;
	bool tainted = is_tainted(sn, sk);
	bool strict = tainted || rule->spec.action == SOTTO_ACTION_REQUIRE;
	enum judgement judgement = strict ? no_flow_require[pkt->dir][pkt->class]
					  : no_flow_prefer[pkt->dir][pkt->class];
	bool own = !tainted && (rule->spec.flags & SOTTO_RULE_F_OWN) && is_own(sn, pkt);
	struct sotto_flow *flow;

	if (own || makes_flow(sn, pkt, judgement)) {
		enum sotto_state state = own ? SOTTO_STATE_OWN :
					 strict ? SOTTO_STATE_HOLD : SOTTO_STATE_CLEAR;

		flow = make_flow(sn, pkt, rule, state, sk, print, tainted);
		if (!IS_ERR(flow))
			return with_flow(flow, pkt);
	}
	switch (judgement) {
	case PASS:
		return pass(pkt, &rule->stats);
	case AGENT:
		return drop(pkt, &rule->stats, 0, SOTTO_A_STATS_DROP_RX_ERROR);
	default:
		return drop_by_table(NULL, pkt, &rule->stats);
	}
}

static unsigned int without_flow(struct sotto_net *sn, struct sotto_packet *pkt)
{
	struct sotto_subject who = {
		.tuple = &pkt->tuple,
		.rtcp = pkt->class == SOTTO_CLASS_RTCP,
		.local = pkt->loopback,
	};
	struct sock *receiver = NULL;
	unsigned int verdict = NF_ACCEPT;
	struct sotto_rule *rule;

	if (pkt->dir == SOTTO_DIR_RX)
		receiver = receiver_of(sn, pkt);
	who.sk = pkt->dir == SOTTO_DIR_TX ? sender_of(pkt->skb) : receiver;
	if (who.sk) {
		who.uid = who.sk->sk_uid;
		who.has_uid = true;
	}
	rule = sotto_rule_match(rcu_dereference(sn->rules), &who);
	if (!rule && !pkt->loopback && sotto_taint_may_have(&sn->taint, pkt->tuple.lport) &&
	    is_tainted(sn, who.sk))
		rule = &no_rule;
	if (rule && rule->spec.action != SOTTO_ACTION_BYPASS)
		verdict = under_rule(sn, pkt, rule, who.sk);
	if (receiver)
		sock_put(receiver);
	return verdict;
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
static bool from_elsewhere(struct sotto_net *sn, struct sotto_packet *pkt,
			   const struct sotto_flow_node *node, unsigned int *verdict)
{
	struct sock *receiver = receiver_of(sn, pkt);
	struct sotto_srtp_note note = {};
	struct sotto_flow *flow;
	unsigned int len;

	flow = sotto_roam_in(sn, pkt, node, receiver, &len, &note);
	if (IS_ERR(flow))
		*verdict = NF_DROP;
	else if (flow)
		*verdict = deliver(flow, pkt, len, &note, is_socket_of(flow, receiver));
	if (receiver)
		sock_put(receiver);
	return flow;
}

/* Its ends have no flow, or one that proves nothing. */
static bool may_have_moved(struct sotto_net *sn, const struct sotto_packet *pkt,
			   const struct sotto_flow_node *node)
{
	if (pkt->class != SOTTO_CLASS_RTP && pkt->class != SOTTO_CLASS_RTCP)
		return false;
	if (!node)
		return !sotto_roam_no(sn, pkt->tuple.lport);
	return !node->rtcp && (READ_ONCE(node->left) ||
			       READ_ONCE(node->flow->flags) & SOTTO_FLOW_F_EMBRYONIC);
}

static unsigned int judge_loaded(struct sotto_net *sn, struct sotto_packet *pkt,
				 const struct sotto_flow_node *node)
{
	struct sotto_flow *flow = node ? node->flow : NULL;
	unsigned int verdict;

	if (unlikely(may_have_moved(sn, pkt, node))) {
		if (pkt->dir == SOTTO_DIR_RX && from_elsewhere(sn, pkt, node, &verdict))
			return verdict;
		if (pkt->dir == SOTTO_DIR_TX && sender_of(pkt->skb))
			flow = sotto_roam_out(sn, pkt, sender_of(pkt->skb)) ?: flow;
	}
	/* The port above a call's is its own only as far as it carries RTCP. */
	if (flow && !(node && node->rtcp && pkt->class != SOTTO_CLASS_RTCP))
		return with_flow(flow, pkt);
	return without_flow(sn, pkt);
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
	struct sotto_tuple tuple;
	enum sotto_state rx;

	if (!READ_ONCE(sn->flow_count) || !sotto_quote_read(&tuple, skb, state))
		return NF_ACCEPT;
	node = sotto_flow_find(sn, &tuple);
	if (!node)
		return NF_ACCEPT;
	rx = sotto_flow_state(node->flow, SOTTO_DIR_RX);
	if (rx == SOTTO_STATE_CLEAR || rx == SOTTO_STATE_OWN)
		return NF_ACCEPT;
	sotto_count(&node->flow->stats, SOTTO_A_STATS_DROP_TX_QUOTE);
	kfree_skb(skb);
	return NF_STOLEN;
}

static unsigned int hook(struct sk_buff *skb, const struct nf_hook_state *state,
			 enum sotto_dir dir, nf_hookfn *self)
{
	struct sotto_net *sn = sotto_net(state->net);
	const struct sotto_rules *rules = rcu_dereference(sn->rules);
	const struct sotto_flow_node *node;
	struct sotto_flow *flow;
	struct sotto_packet pkt;

	if (!rules && !READ_ONCE(sn->flow_count) && !READ_ONCE(sn->taint.n))
		return NF_ACCEPT;
	if (!sotto_packet_read(&pkt, skb, state, dir))
		return dir == SOTTO_DIR_TX ? judge_quote(sn, skb, state) : NF_ACCEPT;
	node = READ_ONCE(sn->flow_count) ? sotto_flow_find(sn, &pkt.tuple) : NULL;
	if (!node && !sotto_rules_cover(rules, pkt.tuple.lport) &&
	    !sotto_taint_may_have(&sn->taint, pkt.tuple.lport))
		return NF_ACCEPT;
	if (dir == SOTTO_DIR_TX && sotto_agent_sent(sn, skb))
		return NF_ACCEPT;
	flow = node ? node->flow : NULL;
	if (pkt.batch && !stays_whole(flow, &pkt))
		return sotto_segments(&pkt, self, state) ? drop_unjudged(flow, &pkt) : NF_STOLEN;
	if (!pkt.batch && sotto_packet_load(&pkt))
		return drop_unjudged(flow, &pkt);
	return judge_loaded(sn, &pkt, node);
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

static unsigned int hook_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (passes_again(skb, state->out))
		return NF_ACCEPT;
	return hook(skb, state, SOTTO_DIR_TX, hook_out);
}

static unsigned int hook_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return hook(skb, state, SOTTO_DIR_RX, hook_in);
}

/*
 * Out after destination NAT, in before source NAT: both see the program's own
 * address and the peer's as it is on the wire.
 */
static const struct nf_hook_ops hook_ops[] = {
	{ .hook = hook_out, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP_PRI_NAT_DST + 1 },
	{ .hook = hook_in, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP_PRI_NAT_SRC - 1 },
	{ .hook = hook_out, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_OUT,
	  .priority = NF_IP6_PRI_NAT_DST + 1 },
	{ .hook = hook_in, .pf = NFPROTO_IPV6, .hooknum = NF_INET_LOCAL_IN,
	  .priority = NF_IP6_PRI_NAT_SRC - 1 },
};

/**
 * sotto_hooks_register() - Begin to see packets.
 * @net: netns
 *
 * Fragments are put together before our hooks; those of IPv6 would not be by
 * themselves.
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_hooks_register(struct net *net)
{
	int err;

	err = nf_defrag_ipv4_enable(net);
	if (err)
		return err;
	err = nf_defrag_ipv6_enable(net);
	if (err)
		goto err_defrag4;
	err = nf_register_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
	if (err)
		goto err_defrag6;
	return 0;

err_defrag6:
	nf_defrag_ipv6_disable(net);
err_defrag4:
	nf_defrag_ipv4_disable(net);
	return err;
}

/**
 * sotto_hooks_unregister() - See no more packets.
 * @net: netns
 *
 * Packets that are in a hook already finish; a grace period later they have.
 *
 * Context: process, may sleep.
 */
void sotto_hooks_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hook_ops, ARRAY_SIZE(hook_ops));
	nf_defrag_ipv6_disable(net);
	nf_defrag_ipv4_disable(net);
}
