/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several packets in one skb (UDP_SEGMENT, GRO): each is judged for itself.
 */
#ifndef SOTTO_SEGMENT_H
#define SOTTO_SEGMENT_H

#include <linux/netfilter.h>

struct sotto_packet;

/* Takes a batch apart; what @hook accepts goes on behind it. 0 or a negative errno. */
int sotto_segments(const struct sotto_packet *pkt, nf_hookfn *hook, void *priv,
		   const struct nf_hook_state *state);

#endif /* SOTTO_SEGMENT_H */
