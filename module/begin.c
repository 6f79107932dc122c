// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a call begins: a packet whose ends have no flow, the rule that covers it, and the
 * flow that it makes if it shows a call.
 */
#include <net/sock.h>

#include "begin.h"
#include "evidence.h"
#include "flow.h"
#include "net.h"
#include "outcome.h"
#include "packet.h"
#include "program.h"
#include "roam.h"
#include "verdict.h"

/**
 * sotto_is_own() - Is it the program's own ZRTP, or does it end its own DTLS handshake?
 * @sn: netns
 * @pkt: loaded; its rule allows that
 *
 * Context: any but hardirq, under rcu_read_lock(). Return: true if it is.
 */
bool sotto_is_own(struct sotto_net *sn, const struct sotto_packet *pkt)
{
	if (pkt->class == SOTTO_CLASS_ZRTP)
		return pkt->dir == SOTTO_DIR_TX;
	return pkt->class == SOTTO_CLASS_DTLS &&
	       sotto_evidence_dtls(&sn->evidence, &pkt->tuple, pkt->dir,
				   sotto_packet_payload(pkt), pkt->len);
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
	       sotto_evidence_rtp(&sn->evidence, &pkt->tuple, pkt->dir, &info, pkt->len);
}

static struct sotto_flow *make_flow(struct sotto_net *sn, const struct sotto_packet *pkt,
				    const struct sotto_rule *rule, enum sotto_state state,
				    bool believed, const struct sock *sk, u64 print, bool tainted)
{
	struct sotto_flow_params p = {
		.tuple = pkt->tuple,
		.action = rule->spec.action,
		.rule_id = rule->spec.id,
		.flags = tainted ? SOTTO_FLOW_F_TAINTED : 0,
		.state = state,
		.believed = believed,
		.socket = print,
	};

	if (sotto_rule_may_own(rule))
		p.flags |= SOTTO_FLOW_F_OWN_ALLOWED;
	if (pkt->inside)
		p.flags |= SOTTO_FLOW_F_FORWARD;
	if (pkt->dir == SOTTO_DIR_RX) {
		p.flags |= SOTTO_FLOW_F_EMBRYONIC;
		p.route.uid = sk ? sk->sk_uid : INVALID_UID;
		p.route.has_uid = sk;
		p.route.ifindex = sk ? READ_ONCE(sk->sk_bound_dev_if) : pkt->inside;
	} else {
		p.route = sotto_route_key_of(pkt, sk);
	}
	return sotto_flow_create(sn, &p, GFP_ATOMIC);
}

static bool is_tainted(const struct sotto_net *sn, const struct sock *sk)
{
	return sk && sotto_taint_has(&sn->taint, sotto_socket_print(sk));
}

/*
 * A call that no socket here would hear is none: keys for it would only look like one.
 * Whether somebody behind this machine would hear it is not known here.
 */
static bool is_anybodys(const struct sotto_packet *pkt, const struct sock *sk)
{
	return pkt->dir == SOTTO_DIR_TX || sk || pkt->inside;
}

/*
 * The keys went by SIP, and what they protect looks like any call: the rule alone says so, of
 * programs that it names, not of those that are not known.
 */
static bool is_sdes(const struct sotto_rule *rule, const struct sock *sk)
{
	return rule->spec.flags & SOTTO_RULE_F_SDES &&
	       (sk || !(rule->spec.has & (SOTTO_RULE_UID | SOTTO_RULE_CGROUP)));
}

/* A new flow, or NULL and the verdict. */
static struct sotto_flow *under_rule(struct sotto_net *sn, struct sotto_packet *pkt,
				     struct sotto_rule *rule, const struct sock *sk,
				     unsigned int *verdict)
{
	u64 print = sk ? sotto_socket_print(sk) : 0;
	bool tainted = pkt->inside ? sotto_roam_was_secure(sn, &pkt->tuple) : is_tainted(sn, sk);
	bool sdes = !tainted && is_sdes(rule, sk);
	bool strict = tainted || (rule->spec.action == SOTTO_ACTION_REQUIRE && !sdes);
	enum judgement judgement = sotto_judge_unknown(strict, pkt->dir, pkt->class);
	bool own = !tainted && (rule->spec.flags & SOTTO_RULE_F_OWN) && sotto_is_own(sn, pkt);
	struct sotto_flow *flow;

	/* Not from a socket that has been secure: it is a telephone's. */
	if (judgement == DROP && !tainted &&
	    sotto_evidence_dns(&sn->evidence, &pkt->tuple, pkt->dir, sotto_packet_payload(pkt),
			       pkt->len)) {
		*verdict = sotto_pass(pkt, &rule->stats);
		return NULL;
	}
	if (own || (is_anybodys(pkt, sk) && makes_flow(sn, pkt, judgement))) {
		enum sotto_state state = own || sdes ? SOTTO_STATE_OWN :
					 strict ? SOTTO_STATE_HOLD : SOTTO_STATE_CLEAR;

		flow = make_flow(sn, pkt, rule, state, sdes && !own, sk, print, tainted);
		if (!IS_ERR(flow))
			return flow;
	}
	switch (judgement) {
	case PASS:
		*verdict = sotto_pass(pkt, &rule->stats);
		break;
	case AGENT:
		if (is_anybodys(pkt, sk)) {
			*verdict = sotto_drop(pkt, &rule->stats, 0, SOTTO_A_STATS_DROP_RX_ERROR);
			break;
		}
		fallthrough;
	default:
		*verdict = sotto_drop_by_table(NULL, pkt, &rule->stats);
	}
	return NULL;
}

/**
 * sotto_begin() - Judge a packet whose ends have no flow by the rule that covers it.
 * @sn: netns
 * @pkt: loaded
 * @verdict: the hook's, if there is no flow
 *
 * Context: any but hardirq, under rcu_read_lock(), which also keeps the flow.
 * Return: the flow that it has made, by which it is to be judged, or NULL.
 */
struct sotto_flow *sotto_begin(struct sotto_net *sn, struct sotto_packet *pkt,
			       unsigned int *verdict)
{
	struct sotto_subject who = {
		.tuple = &pkt->tuple,
		.rtcp = pkt->class == SOTTO_CLASS_RTCP,
		.local = pkt->loopback,
		.inside = pkt->inside,
	};
	struct sotto_flow *flow = NULL;
	struct sock *receiver = NULL;
	struct sotto_rule *rule;

	*verdict = NF_ACCEPT;
	if (pkt->dir == SOTTO_DIR_RX && !pkt->inside)
		receiver = sotto_receiver_of(sn, pkt);
	who.sk = pkt->dir == SOTTO_DIR_TX ? sotto_sender_of(pkt->skb) : receiver;
	if (who.sk) {
		who.uid = who.sk->sk_uid;
		who.has_uid = true;
	}
	rule = sotto_rule_match(rcu_dereference(sn->rules), &who);
	if (!rule && !pkt->loopback && sotto_taint_may_have(&sn->taint, pkt->tuple.lport) &&
	    is_tainted(sn, who.sk))
		rule = &sn->no_rule;
	if (rule && rule->spec.action != SOTTO_ACTION_BYPASS)
		flow = under_rule(sn, pkt, rule, who.sk, verdict);
	if (receiver)
		sock_put(receiver);
	return flow;
}
