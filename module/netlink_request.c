// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the handlers of requests share: attributes in, refusals and replies out.
 */
#include <net/genetlink.h>

#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_request.h"

/**
 * sotto_nl_top() - Check and sort the attributes of a request.
 * @info: request
 * @top: has SOTTO_A_MAX + 1 places
 *
 * Context: any. Return: 0, or -EINVAL with an extack that names the attribute.
 */
int sotto_nl_top(struct genl_info *info, struct nlattr **top)
{
	return sotto_attrs_parse(top, SOTTO_A_MAX, genlmsg_data(info->genlhdr),
				 genlmsg_len(info->genlhdr), sotto_top_policy, info->extack);
}

/**
 * sotto_nl_nest() - Check and sort the attributes of the one nest of a request.
 * @info: request
 * @attr: the nest
 * @tb: has @max + 1 places
 * @max: last attribute of the nest
 * @policy: what they must be
 *
 * Context: any. Return: 0, or -EINVAL with an extack that names the attribute.
 */
int sotto_nl_nest(struct genl_info *info, int attr, struct nlattr **tb, int max,
		  const struct sotto_attr_policy *policy)
{
	struct nlattr *top[SOTTO_A_MAX + 1];
	int err;

	err = sotto_nl_top(info, top);
	if (!err)
		err = sotto_attr_need(top, attr, sotto_top_policy, info->extack);
	if (err)
		return err;
	return sotto_attrs_parse(tb, max, nla_data(top[attr]), nla_len(top[attr]), policy,
				 info->extack);
}

/**
 * sotto_nl_nest_of() - The nest of a request that sotto_nl_nest() has taken.
 * @info: request
 * @attr: the nest
 *
 * Context: any. Return: the nest, a part of the request.
 */
const struct nlattr *sotto_nl_nest_of(struct genl_info *info, int attr)
{
	struct nlattr *top[SOTTO_A_MAX + 1];

	return sotto_nl_top(info, top) ? NULL : top[attr];
}

/**
 * sotto_nl_refuse() - Say why a request is refused.
 * @info: request
 * @attr: what is wrong with it, NULL if no single attribute is
 * @why: sentence, kept
 *
 * Context: any. Return: -EINVAL.
 */
int sotto_nl_refuse(struct genl_info *info, const struct nlattr *attr, const char *why)
{
	if (attr)
		NL_SET_BAD_ATTR(info->extack, attr);
	info->extack->_msg = why;
	return -EINVAL;
}

/**
 * sotto_nl_family() - Check an attribute that is an address family.
 * @info: request
 * @attr: u16
 * @must: what to answer where it is neither IPv4 nor IPv6
 *
 * Context: any. Return: 0 or -EINVAL.
 */
int sotto_nl_family(struct genl_info *info, const struct nlattr *attr, const char *must)
{
	u16 family = nla_get_u16(attr);

	return family == AF_INET || family == AF_INET6 ? 0 : sotto_nl_refuse(info, attr, must);
}

/**
 * sotto_nl_flow() - The flow that an attribute names.
 * @info: request
 * @attr: u64, the flow's id
 *
 * Context: process, under control, which keeps the flow.
 * Return: the flow, or NULL with an extack that names @attr.
 */
struct sotto_flow *sotto_nl_flow(struct genl_info *info, const struct nlattr *attr)
{
	struct sotto_flow *flow = sotto_flow_find_id(sotto_net(genl_info_net(info)),
						     nla_get_u64(attr));

	if (!flow)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no flow has this id");
	return flow;
}

/**
 * sotto_nl_reply() - Begin the reply to a request.
 * @info: request
 * @cmd: command of the reply
 * @more: bytes that it may take beyond what any message has
 * @hdr: where it begins, for genlmsg_end()
 *
 * Context: process, may sleep. Return: the message, owned by the caller, or NULL.
 */
struct sk_buff *sotto_nl_reply(struct genl_info *info, u8 cmd, size_t more, void **hdr)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE + more, GFP_KERNEL);

	if (!msg)
		return NULL;
	*hdr = genlmsg_put_reply(msg, info, &sotto_family, 0, cmd);
	if (*hdr)
		return msg;
	nlmsg_free(msg);
	return NULL;
}
