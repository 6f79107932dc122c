// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that make, replace, delete and show rules.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "flow.h"
#include "forward.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_request.h"
#include "rule.h"
#include "stats.h"

static int rule_peer(struct genl_info *info, struct nlattr **tb, struct sotto_rule_spec *spec)
{
	unsigned int len;

	if (!tb[SOTTO_A_RULE_PEER])
		return tb[SOTTO_A_RULE_PEER_LEN] ?
		       sotto_nl_refuse(info, tb[SOTTO_A_RULE_PEER_LEN],
				       "rule/peer-len needs rule/peer, which is missing") : 0;
	if (!(spec->has & SOTTO_RULE_FAMILY))
		return sotto_nl_refuse(info, tb[SOTTO_A_RULE_PEER],
				       "rule/peer needs rule/family, which is missing");
	len = sotto_nl_addr_len(spec->family);
	if (nla_len(tb[SOTTO_A_RULE_PEER]) != len)
		return sotto_nl_refuse(info, tb[SOTTO_A_RULE_PEER],
				       "rule/peer has not the length of an address of rule/family");
	memcpy(&spec->peer, nla_data(tb[SOTTO_A_RULE_PEER]), len);
	spec->peer_len = tb[SOTTO_A_RULE_PEER_LEN] ? nla_get_u8(tb[SOTTO_A_RULE_PEER_LEN])
						   : len * BITS_PER_BYTE;
	if (spec->peer_len > len * BITS_PER_BYTE)
		return sotto_nl_refuse(info, tb[SOTTO_A_RULE_PEER_LEN],
				       "rule/peer-len is longer than an address of rule/family");
	spec->has |= SOTTO_RULE_PEER;
	return 0;
}

static int rule_ports(struct genl_info *info, struct nlattr **tb, struct sotto_rule_spec *spec)
{
	if (!tb[SOTTO_A_RULE_PORT_MIN])
		return tb[SOTTO_A_RULE_PORT_MAX] ?
		       sotto_nl_refuse(info, tb[SOTTO_A_RULE_PORT_MAX],
				       "rule/port-max needs rule/port-min, which is missing") : 0;
	spec->port_min = nla_get_u16(tb[SOTTO_A_RULE_PORT_MIN]);
	spec->port_max = tb[SOTTO_A_RULE_PORT_MAX] ? nla_get_u16(tb[SOTTO_A_RULE_PORT_MAX])
						   : spec->port_min;
	if (spec->port_max < spec->port_min)
		return sotto_nl_refuse(info, tb[SOTTO_A_RULE_PORT_MAX],
				       "rule/port-max must not be below rule/port-min");
	spec->has |= SOTTO_RULE_PORTS;
	return 0;
}

/* Whoever is behind this machine has no socket here, and is nobody here. */
static int rule_forward(struct genl_info *info, struct nlattr **tb, struct sotto_rule_spec *spec)
{
	const struct nlattr *attr = tb[SOTTO_A_RULE_FORWARD];

	if (!attr)
		return 0;
	if (spec->has & (SOTTO_RULE_UID | SOTTO_RULE_CGROUP) || spec->flags & SOTTO_RULE_F_LOCAL)
		return sotto_nl_refuse(info, attr,
				       "rule/forward goes with no rule/uid, rule/cgroup or local");
	if (nla_strscpy(spec->inside, attr, sizeof(spec->inside)) != nla_len(attr) - 1 ||
	    !dev_valid_name(spec->inside))
		return sotto_nl_refuse(info, attr,
				       sotto_rule_policy[SOTTO_A_RULE_FORWARD].must);
	spec->has |= SOTTO_RULE_FORWARD;
	return 0;
}

static int rule_spec(struct genl_info *info, struct nlattr **tb, struct sotto_rule_spec *spec)
{
	int err;

	*spec = (struct sotto_rule_spec){};
	err = sotto_attr_need(tb, SOTTO_A_RULE_ACTION, sotto_rule_policy, info->extack);
	if (err)
		return err;
	spec->action = nla_get_u32(tb[SOTTO_A_RULE_ACTION]);
	if (tb[SOTTO_A_RULE_ID])
		spec->id = nla_get_u32(tb[SOTTO_A_RULE_ID]);
	if (tb[SOTTO_A_RULE_PRIORITY])
		spec->priority = nla_get_s32(tb[SOTTO_A_RULE_PRIORITY]);
	if (tb[SOTTO_A_RULE_FLAGS])
		spec->flags = nla_get_u32(tb[SOTTO_A_RULE_FLAGS]);
	if (tb[SOTTO_A_RULE_FAMILY]) {
		err = sotto_nl_family(info, tb[SOTTO_A_RULE_FAMILY],
				      sotto_rule_policy[SOTTO_A_RULE_FAMILY].must);
		if (err)
			return err;
		spec->family = nla_get_u16(tb[SOTTO_A_RULE_FAMILY]);
		spec->has |= SOTTO_RULE_FAMILY;
	}
	err = rule_ports(info, tb, spec);
	if (!err)
		err = rule_peer(info, tb, spec);
	if (err)
		return err;
	if (tb[SOTTO_A_RULE_UID]) {
		spec->uid = make_kuid(genl_info_net(info)->user_ns,
				      nla_get_u32(tb[SOTTO_A_RULE_UID]));
		if (!uid_valid(spec->uid))
			return sotto_nl_refuse(info, tb[SOTTO_A_RULE_UID],
					       "rule/uid does not exist in this user namespace");
		spec->has |= SOTTO_RULE_UID;
	}
	if (tb[SOTTO_A_RULE_CGROUP]) {
		spec->cgroup = nla_get_u64(tb[SOTTO_A_RULE_CGROUP]);
		spec->has |= SOTTO_RULE_CGROUP;
	}
	return rule_forward(info, tb, spec);
}

static unsigned int flows_of(struct sotto_net *sn, u32 rule_id)
{
	const struct sotto_flow *flow;
	unsigned int n = 0;

	spin_lock_bh(&sn->flow_lock);
	list_for_each_entry(flow, &sn->flow_list, list)
		n += flow->rule_id == rule_id;
	spin_unlock_bh(&sn->flow_lock);
	return n;
}

static int rule_put(struct sk_buff *msg, struct sotto_net *sn, const struct sotto_rule *rule)
{
	const struct sotto_rule_spec *spec = &rule->spec;
	struct nlattr *nest = nla_nest_start(msg, SOTTO_A_RULE);
	u32 has = spec->has;

	if (!nest ||
	    nla_put_u32(msg, SOTTO_A_RULE_ID, spec->id) ||
	    nla_put_s32(msg, SOTTO_A_RULE_PRIORITY, spec->priority) ||
	    nla_put_u32(msg, SOTTO_A_RULE_ACTION, spec->action) ||
	    nla_put_u32(msg, SOTTO_A_RULE_FLAGS, spec->flags) ||
	    ((has & SOTTO_RULE_FAMILY) &&
	     nla_put_u16(msg, SOTTO_A_RULE_FAMILY, spec->family)) ||
	    ((has & SOTTO_RULE_PORTS) &&
	     (nla_put_u16(msg, SOTTO_A_RULE_PORT_MIN, spec->port_min) ||
	      nla_put_u16(msg, SOTTO_A_RULE_PORT_MAX, spec->port_max))) ||
	    ((has & SOTTO_RULE_PEER) &&
	     (nla_put(msg, SOTTO_A_RULE_PEER, sotto_nl_addr_len(spec->family), &spec->peer) ||
	      nla_put_u8(msg, SOTTO_A_RULE_PEER_LEN, spec->peer_len))) ||
	    ((has & SOTTO_RULE_UID) &&
	     nla_put_u32(msg, SOTTO_A_RULE_UID,
			 from_kuid_munged(sn->net->user_ns, spec->uid))) ||
	    ((has & SOTTO_RULE_CGROUP) &&
	     nla_put_u64_64bit(msg, SOTTO_A_RULE_CGROUP, spec->cgroup, SOTTO_A_RULE_PAD)) ||
	    ((has & SOTTO_RULE_FORWARD) &&
	     nla_put_string(msg, SOTTO_A_RULE_FORWARD, spec->inside)) ||
	    nla_put_u32(msg, SOTTO_A_RULE_FLOWS, flows_of(sn, spec->id)) ||
	    sotto_stats_put(msg, SOTTO_A_RULE_STATS, &rule->stats))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int reply_rule(struct genl_info *info, u32 id)
{
	struct sk_buff *msg;
	struct nlattr *nest;
	void *hdr;

	msg = sotto_nl_reply(info, SOTTO_CMD_RULE_NEW, 0, &hdr);
	if (!msg)
		return -ENOMEM;
	nest = nla_nest_start(msg, SOTTO_A_RULE);
	if (!nest || nla_put_u32(msg, SOTTO_A_RULE_ID, id)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* The hooks come first: a rule that is there holds. On success under RTNL. */
static int rules_begin(struct sotto_net *sn, const struct sotto_rule_spec *specs, unsigned int n)
{
	bool forward = false;
	int err;

	for (unsigned int i = 0; i < n; i++)
		forward |= specs[i].has & SOTTO_RULE_FORWARD;
	err = forward ? sotto_forward_begin(sn) : 0;
	if (!err)
		rtnl_lock();
	return err;
}

static void rules_end(struct sotto_net *sn, int err)
{
	rtnl_unlock();
	if (err)
		return;
	sotto_flow_rejudge(sn);
	sotto_forward_slow(sn);
}

int sotto_nl_rule_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_RULE_MAX + 1];
	struct sotto_rule_spec spec;
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_RULE, rule);
	if (!err)
		err = rule_spec(info, tb, &spec);
	if (err)
		return err;
	mutex_lock(&sn->control);
	err = rules_begin(sn, &spec, 1);
	if (!err) {
		err = sotto_rule_new(sn, &spec, info->extack);
		rules_end(sn, err);
	}
	mutex_unlock(&sn->control);
	return err ?: reply_rule(info, spec.id);
}

int sotto_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_RULE_MAX + 1];
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_RULE, rule);
	if (!err)
		err = sotto_attr_need(tb, SOTTO_A_RULE_ID, sotto_rule_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	err = sotto_rule_del(sn, nla_get_u32(tb[SOTTO_A_RULE_ID]), info->extack);
	mutex_unlock(&sn->control);
	return err;
}

/* Parses every rule of the message into @specs, at most SOTTO_RULES_MAX. */
static int rule_specs(struct genl_info *info, struct sotto_rule_spec *specs, unsigned int *n)
{
	struct nlattr *top[SOTTO_A_MAX + 1];
	struct nlattr *tb[SOTTO_A_RULE_MAX + 1];
	const struct nlattr *attr;
	int err, rest;

	err = sotto_nl_top(info, top);
	if (err)
		return err;
	*n = 0;
	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rest) {
		if (nla_type(attr) != SOTTO_A_RULE)
			continue;
		if (*n == SOTTO_RULES_MAX) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "too many rules");
			return -ENOSPC;
		}
		err = sotto_attrs_parse(tb, SOTTO_A_RULE_MAX, nla_data(attr), nla_len(attr),
					sotto_rule_policy, info->extack);
		if (!err)
			err = rule_spec(info, tb, &specs[*n]);
		if (err)
			return err;
		++*n;
	}
	return 0;
}

/* Which rules are replaced: all, unless the request says between which ids. */
static int rule_ids(struct genl_info *info, const struct sotto_rule_spec *specs, unsigned int n,
		    struct sotto_rule_ids *ids)
{
	struct nlattr *top[SOTTO_A_MAX + 1];
	int err;

	err = sotto_nl_top(info, top);
	if (err)
		return err;
	*ids = (struct sotto_rule_ids){ .min = 1, .max = U32_MAX };
	if (!top[SOTTO_A_ID_MIN] && !top[SOTTO_A_ID_MAX])
		return 0;
	err = sotto_attr_need(top, SOTTO_A_ID_MIN, sotto_top_policy, info->extack) ?:
	      sotto_attr_need(top, SOTTO_A_ID_MAX, sotto_top_policy, info->extack);
	if (err)
		return err;
	ids->min = nla_get_u32(top[SOTTO_A_ID_MIN]);
	ids->max = nla_get_u32(top[SOTTO_A_ID_MAX]);
	if (ids->max < ids->min)
		return sotto_nl_refuse(info, top[SOTTO_A_ID_MAX],
				       "id-max must not be below id-min");
	for (unsigned int i = 0; i < n; i++)
		if (specs[i].id < ids->min || specs[i].id > ids->max)
			return sotto_nl_refuse(info, NULL,
					       "rule/id must be from id-min to id-max");
	return 0;
}

int sotto_nl_rule_replace_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct sotto_rule_spec *specs;
	struct sotto_rule_ids ids;
	unsigned int n;
	int err;

	specs = kvcalloc(SOTTO_RULES_MAX, sizeof(*specs), GFP_KERNEL);
	if (!specs)
		return -ENOMEM;
	err = rule_specs(info, specs, &n) ?: rule_ids(info, specs, n, &ids);
	if (!err) {
		mutex_lock(&sn->control);
		err = rules_begin(sn, specs, n);
		if (!err) {
			err = sotto_rule_replace(sn, ids, specs, n, info->extack);
			rules_end(sn, err);
		}
		mutex_unlock(&sn->control);
	}
	kvfree(specs);
	return err;
}

int sotto_nl_rule_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct sotto_net *sn = sotto_net(sock_net(msg->sk));
	unsigned int i = cb->args[0];
	const struct sotto_rules *rules;

	mutex_lock(&sn->control);
	rules = rcu_dereference_protected(sn->rules, lockdep_is_held(&sn->control));
	for (; rules && i < rules->n; i++) {
		void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
					&sotto_family, NLM_F_MULTI, SOTTO_CMD_RULE_GET);

		if (!hdr)
			break;
		if (rule_put(msg, sn, rules->rule[i])) {
			genlmsg_cancel(msg, hdr);
			break;
		}
		genlmsg_end(msg, hdr);
	}
	mutex_unlock(&sn->control);
	cb->args[0] = i;
	return msg->len;
}
