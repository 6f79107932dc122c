/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOTTO_NETLINK_H
#define SOTTO_NETLINK_H

struct genl_family;
struct net;
struct sotto_net;

#define SOTTO_MCGRP_EVENTS_NR	0

extern struct genl_family sotto_family;

/* Process context, may sleep. 0 or a negative errno. */
int sotto_netlink_init(void);
void sotto_netlink_exit(void);

#endif /* SOTTO_NETLINK_H */
