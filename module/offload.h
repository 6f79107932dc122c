/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flowtables: connections that would go past the hooks.
 */
#ifndef SOTTO_OFFLOAD_H
#define SOTTO_OFFLOAD_H

#include <linux/kconfig.h>
#include <linux/types.h>

struct net;
struct sk_buff;

#if IS_ENABLED(CONFIG_NF_CONNTRACK)

/* The packet's connection stays where we see it. False: this packet must not go on. */
bool sotto_offload_prevent(struct sk_buff *skb);

/* All of UDP that is out of sight comes back. May sleep. */
void sotto_offload_end(struct net *net);

#else

static inline bool sotto_offload_prevent(struct sk_buff *skb)
{
	return true;
}

static inline void sotto_offload_end(struct net *net)
{
}

#endif

#endif /* SOTTO_OFFLOAD_H */
