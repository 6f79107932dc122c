/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells: events to all that listen, packets to the agent.
 */
#ifndef SOTTO_EVENT_H
#define SOTTO_EVENT_H

#include <linux/sotto.h>
#include <linux/types.h>

struct sk_buff;
struct sotto_flow;

/* Any context but hardirq. Who cannot be told finds out that something is missing. */
void sotto_event_flow(const struct sotto_flow *flow, enum sotto_event event);
void sotto_event_dir(const struct sotto_flow *flow, enum sotto_event event, enum sotto_dir dir);

/* Gives the agent a packet. 0, -ESRCH without an agent, or another negative errno. */
int sotto_event_packet(const struct sotto_flow *flow, enum sotto_packet_kind kind,
		       const u8 *data, unsigned int len);

/* The whole flow as a nest, without secrets. 0 or -EMSGSIZE. */
int sotto_flow_put(struct sk_buff *msg, const struct sotto_flow *flow, bool streams);

#endif /* SOTTO_EVENT_H */
