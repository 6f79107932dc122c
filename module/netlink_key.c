// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that give a flow its keys, and take them away.
 */
#include <net/genetlink.h>

#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_request.h"
#include "sotto_trace.h"

static int key_new(struct genl_info *info, struct nlattr **tb)
{
	struct sotto_flow *flow;
	struct sotto_key_params p = {
		.dir = nla_get_u32(tb[SOTTO_A_KEY_DIR]),
		.profile = nla_get_u32(tb[SOTTO_A_KEY_PROFILE]),
		.master = nla_data(tb[SOTTO_A_KEY_MASTER]),
		.master_len = nla_len(tb[SOTTO_A_KEY_MASTER]),
		.salt = nla_data(tb[SOTTO_A_KEY_SALT]),
		.salt_len = nla_len(tb[SOTTO_A_KEY_SALT]),
	};
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	int err = -ENOENT;

	if (tb[SOTTO_A_KEY_MKI]) {
		p.mki = nla_data(tb[SOTTO_A_KEY_MKI]);
		p.mki_len = nla_len(tb[SOTTO_A_KEY_MKI]);
	}
	mutex_lock(&sn->control);
	flow = sotto_nl_flow(info, tb[SOTTO_A_KEY_FLOW_ID]);
	if (flow) {
		sotto_flow_settle(flow);
		err = sotto_session_key_new(&flow->session, &p, info->extack);
		if (!err)
			trace_sotto_key(flow->id, p.dir, SOTTO_KEY_INSTALLED);
	}
	mutex_unlock(&sn->control);
	return err;
}

static int key_new_checked(struct genl_info *info)
{
	static const int needed[] = {
		SOTTO_A_KEY_FLOW_ID, SOTTO_A_KEY_DIR, SOTTO_A_KEY_PROFILE, SOTTO_A_KEY_MASTER,
		SOTTO_A_KEY_SALT,
	};
	struct nlattr *tb[SOTTO_A_KEY_MAX + 1];
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_KEY, key);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_key_policy, info->extack);
	if (!err && tb[SOTTO_A_KEY_SLOT])
		err = sotto_nl_refuse(info, tb[SOTTO_A_KEY_SLOT],
				      "key/slot is for KEY_DEL: a new key is always the next one");
	return err ?: key_new(info, tb);
}

int sotto_nl_key_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = key_new_checked(info);

	/* The message held the key; the error reply would send it back. */
	memzero_explicit(genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr));
	return err;
}

int sotto_nl_key_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const int needed[] = { SOTTO_A_KEY_FLOW_ID, SOTTO_A_KEY_DIR, SOTTO_A_KEY_SLOT };
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_KEY_MAX + 1];
	struct sotto_flow *flow;
	enum sotto_slot slot;
	enum sotto_dir dir;
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_KEY, key);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_key_policy, info->extack);
	if (err)
		return err;
	dir = nla_get_u32(tb[SOTTO_A_KEY_DIR]);
	slot = nla_get_u32(tb[SOTTO_A_KEY_SLOT]);
	mutex_lock(&sn->control);
	flow = sotto_nl_flow(info, tb[SOTTO_A_KEY_FLOW_ID]);
	err = flow ? sotto_session_key_del(&flow->session, dir, slot) : -ENOENT;
	if (err == -ENOKEY)
		NL_SET_ERR_MSG(info->extack, "there is no key in key/slot");
	if (!err)
		trace_sotto_key(flow->id, dir, SOTTO_KEY_WIPED);
	if (!err && slot == SOTTO_SLOT_CURRENT && sotto_flow_state(flow, dir) == SOTTO_STATE_SECURE)
		sotto_flow_set_state(flow, dir, SOTTO_STATE_DEAD);
	mutex_unlock(&sn->control);
	return err;
}
