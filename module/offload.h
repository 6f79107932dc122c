/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connection tracking: connections that would go past the hooks, or be forgotten.
 */
#ifndef SOTTO_OFFLOAD_H
#define SOTTO_OFFLOAD_H

#include <linux/kconfig.h>
#include <linux/sotto.h>
#include <linux/types.h>

struct net;
struct sk_buff;

#if IS_ENABLED(CONFIG_NF_CONNTRACK)

/* The packet's connection stays where we see it. False: this packet must not go on. */
bool sotto_offload_prevent(struct sk_buff *skb);

/* What a helper has expected lasts, though its first packet may not leave. The same. */
bool sotto_expected_keep(struct sk_buff *skb, enum sotto_dir dir);

/* All of UDP that is out of sight comes back. May sleep. */
void sotto_offload_end(struct net *net);

#else

static inline bool sotto_offload_prevent(struct sk_buff *skb)
{
	return true;
}

static inline bool sotto_expected_keep(struct sk_buff *skb, enum sotto_dir dir)
{
	return true;
}

static inline void sotto_offload_end(struct net *net)
{
}

#endif

#endif /* SOTTO_OFFLOAD_H */
