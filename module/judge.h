/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of a packet.
 */
#ifndef SOTTO_JUDGE_H
#define SOTTO_JUDGE_H

#include <linux/netfilter.h>
#include <linux/sotto.h>

struct sotto_net;

unsigned int sotto_judge_out(struct sotto_net *sn, struct sk_buff *skb,
			     const struct nf_hook_state *state, nf_hookfn *self);
unsigned int sotto_judge_in(struct sotto_net *sn, struct sk_buff *skb,
			    const struct nf_hook_state *state, nf_hookfn *self);

/* The same of what somebody behind this machine sends, or is to get; at FORWARD. */
unsigned int sotto_judge_forward_out(struct sotto_net *sn, struct sk_buff *skb,
				     const struct nf_hook_state *state, nf_hookfn *self);
unsigned int sotto_judge_forward_in(struct sotto_net *sn, struct sk_buff *skb,
				    const struct nf_hook_state *state, nf_hookfn *self);

#endif /* SOTTO_JUDGE_H */
