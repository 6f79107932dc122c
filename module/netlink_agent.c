// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who the agent is, and what it sends.
 */
#include <net/genetlink.h>

#include "agent.h"
#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_request.h"

int sotto_nl_agent_bind_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *top[SOTTO_A_MAX + 1];
	int err;

	err = sotto_nl_top(info, top);
	if (err)
		return err;
	mutex_lock(&sn->control);
	if (sn->agent_portid && sn->agent_portid != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack, "this network namespace has an agent already");
		err = -EBUSY;
	} else {
		WRITE_ONCE(sn->agent_portid, info->snd_portid);
	}
	mutex_unlock(&sn->control);
	return err;
}

int sotto_nl_packet_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const int needed[] = {
		SOTTO_A_PACKET_FLOW_ID, SOTTO_A_PACKET_KIND, SOTTO_A_PACKET_DATA,
	};
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_PACKET_MAX + 1];
	struct sotto_flow *flow;
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_PACKET, packet);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_packet_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	flow = sotto_nl_flow(info, tb[SOTTO_A_PACKET_FLOW_ID]);
	/* From any of the administrator's sockets: the agent sends beside what it reads. */
	err = -ENOENT;
	if (flow)
		err = sotto_agent_send(flow, nla_get_u32(tb[SOTTO_A_PACKET_KIND]),
				       nla_data(tb[SOTTO_A_PACKET_DATA]),
				       nla_len(tb[SOTTO_A_PACKET_DATA]), info->extack);
	mutex_unlock(&sn->control);
	return err;
}

/* The agent's socket has gone; what it has made goes on. */
static int agent_gone(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *gone = data;
	struct sotto_net *sn;

	if (event != NETLINK_URELEASE || gone->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	sn = sotto_net(gone->net);
	/* Ports are not handed out again before this has run. */
	cmpxchg(&sn->agent_portid, gone->portid, 0);
	return NOTIFY_DONE;
}

struct notifier_block sotto_nl_agent_notifier = { .notifier_call = agent_gone };
