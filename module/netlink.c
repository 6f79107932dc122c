// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: which commands there are, and who may send them.
 */
#include <linux/module.h>
#include <linux/sotto.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_request.h"

/* Everything is the administrator's: who calls whom is nobody else's business. */
#define OP(_cmd, ...)	\
	{ .cmd = SOTTO_CMD_##_cmd, .flags = GENL_UNS_ADMIN_PERM, \
	  .validate = GENL_DONT_VALIDATE_STRICT | GENL_DONT_VALIDATE_DUMP, __VA_ARGS__ }

static const struct genl_small_ops ops[] = {
	OP(RULE_NEW, .doit = sotto_nl_rule_new_doit),
	OP(RULE_DEL, .doit = sotto_nl_rule_del_doit),
	OP(RULE_REPLACE, .doit = sotto_nl_rule_replace_doit),
	OP(RULE_GET, .dumpit = sotto_nl_rule_get_dumpit),
	OP(FLOW_NEW, .doit = sotto_nl_flow_new_doit),
	OP(FLOW_DEL, .doit = sotto_nl_flow_del_doit),
	OP(FLOW_SET, .doit = sotto_nl_flow_set_doit),
	OP(FLOW_GET, .doit = sotto_nl_flow_get_doit, .dumpit = sotto_nl_flow_get_dumpit),
	OP(KEY_NEW, .doit = sotto_nl_key_new_doit),
	OP(KEY_DEL, .doit = sotto_nl_key_del_doit),
	OP(AGENT_BIND, .doit = sotto_nl_agent_bind_doit),
	OP(PACKET, .doit = sotto_nl_packet_doit),
	OP(STATS_GET, .doit = sotto_nl_stats_get_doit),
};

static const struct genl_multicast_group mcgrps[] = {
	[SOTTO_MCGRP_EVENTS_NR] = {
		.name = SOTTO_MCGRP_EVENTS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family sotto_family __ro_after_init = {
	.name = SOTTO_FAMILY_NAME,
	.version = SOTTO_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
	.resv_start_op = SOTTO_CMD_MAX + 1,
};

/**
 * sotto_netlink_init() - Take requests.
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_netlink_init(void)
{
	int err = netlink_register_notifier(&sotto_nl_agent_notifier);

	if (err)
		return err;
	err = genl_register_family(&sotto_family);
	if (err)
		netlink_unregister_notifier(&sotto_nl_agent_notifier);
	return err;
}

/**
 * sotto_netlink_exit() - Take no more requests.
 *
 * Context: process, may sleep.
 */
void sotto_netlink_exit(void)
{
	genl_unregister_family(&sotto_family);
	netlink_unregister_notifier(&sotto_nl_agent_notifier);
}
