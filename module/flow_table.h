/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of flows by 5-tuple. Inline: it is asked for every packet of a call.
 */
#ifndef SOTTO_FLOW_TABLE_H
#define SOTTO_FLOW_TABLE_H

#include <linux/rhashtable.h>

#include "flow.h"
#include "net.h"

static inline u32 sotto_flow_hash(const void *tuple, u32 len, u32 seed)
{
	return sotto_tuple_hash(tuple, seed);
}

static inline int sotto_flow_compare(struct rhashtable_compare_arg *arg, const void *node)
{
	return !sotto_tuple_equal(arg->key, &((const struct sotto_flow_node *)node)->tuple);
}

static const struct rhashtable_params sotto_by_tuple = {
	.key_len = sizeof_field(struct sotto_flow_node, tuple),
	.key_offset = offsetof(struct sotto_flow_node, tuple),
	.head_offset = offsetof(struct sotto_flow_node, head),
	.hashfn = sotto_flow_hash,
	.obj_cmpfn = sotto_flow_compare,
	.automatic_shrinking = true,
};

/**
 * sotto_flow_find() - Find the flow of a 5-tuple.
 * @sn: netns
 * @tuple: ends
 *
 * Context: any, under rcu_read_lock(), which also keeps the flow.
 * Return: the flow's node or NULL.
 */
static __always_inline const struct sotto_flow_node *
sotto_flow_find(struct sotto_net *sn, const struct sotto_tuple *tuple)
{
	return rhashtable_lookup(&sn->flows, tuple, sotto_by_tuple);
}

#endif /* SOTTO_FLOW_TABLE_H */
