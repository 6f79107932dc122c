// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a network namespace has counted, for who watches the machine and not its calls.
 */
#include <net/genetlink.h>

#include "net.h"
#include "netlink_gen.h"
#include "netlink_request.h"
#include "stats.h"

int sotto_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *top[SOTTO_A_MAX + 1];
	struct sk_buff *msg;
	void *hdr;
	int err;

	err = sotto_nl_top(info, top);
	if (err)
		return err;
	msg = sotto_nl_reply(info, SOTTO_CMD_STATS_GET, 0, &hdr);
	if (!msg)
		return -ENOMEM;
	if (sotto_totals_put(msg, SOTTO_A_STATS, sn->totals) ||
	    nla_put_u32(msg, SOTTO_A_FLOWS, READ_ONCE(sn->flow_count))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}
