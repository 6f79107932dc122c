/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows whose peer, or whose own machine, has another address than before.
 */
#ifndef SOTTO_ROAM_H
#define SOTTO_ROAM_H

#include "net.h"

struct sock;
struct sotto_packet;
struct sotto_srtp_note;

/* All in softirq or process context, under rcu_read_lock(); none of them sleeps. */
struct sotto_flow *sotto_roam_in(struct sotto_net *sn, struct sotto_packet *pkt,
				 const struct sotto_flow_node *node, const struct sock *receiver,
				 unsigned int *len, struct sotto_srtp_note *note);
struct sotto_flow *sotto_roam_out(struct sotto_net *sn, const struct sotto_packet *pkt,
				  const struct sock *sender);
bool sotto_roam_was_secure(struct sotto_net *sn, const struct sotto_tuple *tuple);

#endif /* SOTTO_ROAM_H */
