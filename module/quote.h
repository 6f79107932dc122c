/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP errors quote the packet that they are about.
 */
#ifndef SOTTO_QUOTE_H
#define SOTTO_QUOTE_H

#include <linux/sotto.h>
#include <linux/types.h>

#include "tuple.h"

struct nf_hook_state;
struct sk_buff;

/**
 * struct sotto_quote - the UDP packet that an ICMP error is about
 * @tuple: its ends
 * @udp: where its UDP header is
 * @refused: the error says that nobody has the port that it was sent to
 */
struct sotto_quote {
	struct sotto_tuple tuple;
	unsigned int udp;
	bool refused;
};

/* What an ICMP error quotes. False if it is no such error. */
bool sotto_quote_read(struct sotto_quote *quote, const struct sk_buff *skb,
		      const struct nf_hook_state *state, enum sotto_dir dir);
bool sotto_quote_ssrc(const struct sotto_quote *quote, const struct sk_buff *skb, u32 *ssrc);

#endif /* SOTTO_QUOTE_H */
