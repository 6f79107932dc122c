/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ICMP errors quote the packet that they are about.
 */
#ifndef SOTTO_QUOTE_H
#define SOTTO_QUOTE_H

#include <linux/types.h>

struct nf_hook_state;
struct sk_buff;
struct sotto_tuple;

/* The ends of the UDP packet that an ICMP error quotes. False if it is no such error. */
bool sotto_quote_read(struct sotto_tuple *tuple, const struct sk_buff *skb,
		      const struct nf_hook_state *state);

#endif /* SOTTO_QUOTE_H */
