/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets whose ends have no flow.
 */
#ifndef SOTTO_BEGIN_H
#define SOTTO_BEGIN_H

#include <linux/types.h>

struct sotto_flow;
struct sotto_net;
struct sotto_packet;

/* In the hooks, under rcu_read_lock(). */
bool sotto_is_own(struct sotto_net *sn, const struct sotto_packet *pkt);
struct sotto_flow *sotto_begin(struct sotto_net *sn, struct sotto_packet *pkt,
			       unsigned int *verdict);

#endif /* SOTTO_BEGIN_H */
