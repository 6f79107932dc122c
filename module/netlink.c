// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests over generic netlink. The handlers check what the attribute tables
 * cannot: how attributes hang together, and what a flow's state allows.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "agent.h"
#include "event.h"
#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_options.h"

/* The one nest of a request, parsed. */
#define PARSE(info, attr, set)	\
	parse_nest(info, attr, tb, ARRAY_SIZE(tb) - 1, sotto_##set##_policy)

static int parse_top(struct genl_info *info, struct nlattr **top)
{
	return sotto_attrs_parse(top, SOTTO_A_MAX, genlmsg_data(info->genlhdr),
				 genlmsg_len(info->genlhdr), sotto_top_policy, info->extack);
}

static int parse_nest(struct genl_info *info, int attr, struct nlattr **tb, int max,
		      const struct sotto_attr_policy *policy)
{
	struct nlattr *top[SOTTO_A_MAX + 1];
	int err;

	err = parse_top(info, top);
	if (!err)
		err = sotto_attr_need(top, attr, sotto_top_policy, info->extack);
	if (err)
		return err;
	return sotto_attrs_parse(tb, max, nla_data(top[attr]), nla_len(top[attr]), policy,
				 info->extack);
}

/* The nest of a request that has been parsed. */
static const struct nlattr *nest_of(struct genl_info *info, int attr)
{
	struct nlattr *top[SOTTO_A_MAX + 1];

	return parse_top(info, top) ? NULL : top[attr];
}

static int refuse(struct genl_info *info, const struct nlattr *attr, const char *why)
{
	if (attr)
		NL_SET_BAD_ATTR(info->extack, attr);
	info->extack->_msg = why;
	return -EINVAL;
}

/* Replies. */

static struct sk_buff *reply_new(struct genl_info *info, u8 cmd, size_t more, void **hdr)
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

static int reply_flow(struct genl_info *info, u8 cmd, const struct sotto_flow *flow)
{
	struct sk_buff *msg;
	void *hdr;

	msg = reply_new(info, cmd, SOTTO_STREAMS_ROOM, &hdr);
	if (!msg)
		return -ENOMEM;
	if (sotto_flow_put(msg, flow, true)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* Rules. */

static unsigned int addr_len(u16 family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static int family_ok(struct genl_info *info, const struct nlattr *attr, const char *must)
{
	u16 family = nla_get_u16(attr);

	return family == AF_INET || family == AF_INET6 ? 0 : refuse(info, attr, must);
}

static int rule_peer(struct genl_info *info, struct nlattr **tb, struct sotto_rule_spec *spec)
{
	unsigned int len;

	if (!tb[SOTTO_A_RULE_PEER])
		return tb[SOTTO_A_RULE_PEER_LEN] ?
		       refuse(info, tb[SOTTO_A_RULE_PEER_LEN],
			      "rule/peer-len needs rule/peer, which is missing") : 0;
	if (!(spec->has & SOTTO_RULE_FAMILY))
		return refuse(info, tb[SOTTO_A_RULE_PEER],
			      "rule/peer needs rule/family, which is missing");
	len = addr_len(spec->family);
	if (nla_len(tb[SOTTO_A_RULE_PEER]) != len)
		return refuse(info, tb[SOTTO_A_RULE_PEER],
			      "rule/peer has not the length of an address of rule/family");
	memcpy(&spec->peer, nla_data(tb[SOTTO_A_RULE_PEER]), len);
	spec->peer_len = tb[SOTTO_A_RULE_PEER_LEN] ? nla_get_u8(tb[SOTTO_A_RULE_PEER_LEN])
						   : len * BITS_PER_BYTE;
	if (spec->peer_len > len * BITS_PER_BYTE)
		return refuse(info, tb[SOTTO_A_RULE_PEER_LEN],
			      "rule/peer-len is longer than an address of rule/family");
	spec->has |= SOTTO_RULE_PEER;
	return 0;
}

static int rule_ports(struct genl_info *info, struct nlattr **tb, struct sotto_rule_spec *spec)
{
	if (!tb[SOTTO_A_RULE_PORT_MIN])
		return tb[SOTTO_A_RULE_PORT_MAX] ?
		       refuse(info, tb[SOTTO_A_RULE_PORT_MAX],
			      "rule/port-max needs rule/port-min, which is missing") : 0;
	spec->port_min = nla_get_u16(tb[SOTTO_A_RULE_PORT_MIN]);
	spec->port_max = tb[SOTTO_A_RULE_PORT_MAX] ? nla_get_u16(tb[SOTTO_A_RULE_PORT_MAX])
						   : spec->port_min;
	if (spec->port_max < spec->port_min)
		return refuse(info, tb[SOTTO_A_RULE_PORT_MAX],
			      "rule/port-max must not be below rule/port-min");
	spec->has |= SOTTO_RULE_PORTS;
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
		err = family_ok(info, tb[SOTTO_A_RULE_FAMILY],
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
			return refuse(info, tb[SOTTO_A_RULE_UID],
				      "rule/uid does not exist in this user namespace");
		spec->has |= SOTTO_RULE_UID;
	}
	if (tb[SOTTO_A_RULE_CGROUP]) {
		spec->cgroup = nla_get_u64(tb[SOTTO_A_RULE_CGROUP]);
		spec->has |= SOTTO_RULE_CGROUP;
	}
	return 0;
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
	     (nla_put(msg, SOTTO_A_RULE_PEER, addr_len(spec->family), &spec->peer) ||
	      nla_put_u8(msg, SOTTO_A_RULE_PEER_LEN, spec->peer_len))) ||
	    ((has & SOTTO_RULE_UID) &&
	     nla_put_u32(msg, SOTTO_A_RULE_UID,
			 from_kuid_munged(sn->net->user_ns, spec->uid))) ||
	    ((has & SOTTO_RULE_CGROUP) &&
	     nla_put_u64_64bit(msg, SOTTO_A_RULE_CGROUP, spec->cgroup, SOTTO_A_RULE_PAD)) ||
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

	msg = reply_new(info, SOTTO_CMD_RULE_NEW, 0, &hdr);
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

static int rule_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_RULE_MAX + 1];
	struct sotto_rule_spec spec;
	int err;

	err = PARSE(info, SOTTO_A_RULE, rule);
	if (!err)
		err = rule_spec(info, tb, &spec);
	if (err)
		return err;
	mutex_lock(&sn->control);
	err = sotto_rule_new(sn, &spec, info->extack);
	if (!err)
		sotto_flow_rejudge(sn);
	mutex_unlock(&sn->control);
	return err ?: reply_rule(info, spec.id);
}

static int rule_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_RULE_MAX + 1];
	int err;

	err = PARSE(info, SOTTO_A_RULE, rule);
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

	err = parse_top(info, top);
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

	err = parse_top(info, top);
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
		return refuse(info, top[SOTTO_A_ID_MAX], "id-max must not be below id-min");
	for (unsigned int i = 0; i < n; i++)
		if (specs[i].id < ids->min || specs[i].id > ids->max)
			return refuse(info, NULL, "rule/id must be from id-min to id-max");
	return 0;
}

static int rule_replace_doit(struct sk_buff *skb, struct genl_info *info)
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
		err = sotto_rule_replace(sn, ids, specs, n, info->extack);
		if (!err)
			sotto_flow_rejudge(sn);
		mutex_unlock(&sn->control);
	}
	kvfree(specs);
	return err;
}

static int rule_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
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

/* Flows. */

static int flow_tuple(struct genl_info *info, struct nlattr **tb, struct sotto_tuple *t)
{
	static const int needed[] = {
		SOTTO_A_FLOW_FAMILY, SOTTO_A_FLOW_LPORT, SOTTO_A_FLOW_RADDR, SOTTO_A_FLOW_RPORT,
	};
	unsigned int len;
	int err;

	for (unsigned int i = 0; i < ARRAY_SIZE(needed); i++) {
		err = sotto_attr_need(tb, needed[i], sotto_flow_policy, info->extack);
		if (err)
			return err;
	}
	err = family_ok(info, tb[SOTTO_A_FLOW_FAMILY],
			sotto_flow_policy[SOTTO_A_FLOW_FAMILY].must);
	if (err)
		return err;
	*t = (struct sotto_tuple){
		.family = nla_get_u16(tb[SOTTO_A_FLOW_FAMILY]),
		.lport = nla_get_be16(tb[SOTTO_A_FLOW_LPORT]),
		.rport = nla_get_be16(tb[SOTTO_A_FLOW_RPORT]),
	};
	len = addr_len(t->family);
	if (nla_len(tb[SOTTO_A_FLOW_RADDR]) != len)
		return refuse(info, tb[SOTTO_A_FLOW_RADDR],
			      "flow/raddr has not the length of an address of flow/family");
	memcpy(&t->raddr, nla_data(tb[SOTTO_A_FLOW_RADDR]), len);
	if (!tb[SOTTO_A_FLOW_LADDR])
		return 0;
	if (nla_len(tb[SOTTO_A_FLOW_LADDR]) != len)
		return refuse(info, tb[SOTTO_A_FLOW_LADDR],
			      "flow/laddr has not the length of an address of flow/family");
	memcpy(&t->laddr, nla_data(tb[SOTTO_A_FLOW_LADDR]), len);
	return 0;
}

/* Born under the rule that covers it, in hold if there is none. Under control. */
static struct sotto_flow *flow_begin(struct sotto_net *sn, struct sotto_flow_params *p)
{
	struct sock *sk = sotto_flow_socket(sn, &p->tuple);
	struct sotto_subject who = { .tuple = &p->tuple, .sk = sk };
	struct sotto_flow *flow;
	const struct sotto_rule *rule;

	p->flags = SOTTO_FLOW_F_AGENT;
	p->action = SOTTO_ACTION_REQUIRE;
	p->state = SOTTO_STATE_HOLD;
	p->route.uid = INVALID_UID;
	if (sk) {
		p->route.uid = sk->sk_uid;
		p->route.has_uid = true;
		p->socket = sotto_socket_print(sk);
		who.uid = sk->sk_uid;
		who.has_uid = true;
	}
	rcu_read_lock();
	rule = sotto_rule_match(rcu_dereference(sn->rules), &who);
	if (rule && rule->spec.action != SOTTO_ACTION_BYPASS) {
		p->action = rule->spec.action;
		p->rule_id = rule->spec.id;
		if (rule->spec.flags & SOTTO_RULE_F_OWN)
			p->flags |= SOTTO_FLOW_F_OWN_ALLOWED;
	}
	rcu_read_unlock();
	if (p->socket && sotto_taint_has(&sn->taint, p->socket))
		p->flags |= SOTTO_FLOW_F_TAINTED;
	else if (p->action == SOTTO_ACTION_PREFER)
		p->state = SOTTO_STATE_CLEAR;
	flow = sotto_flow_create(sn, p, GFP_KERNEL);
	if (sk)
		sock_put(sk);
	return flow;
}

static void set_cookie(struct sotto_flow *flow, const struct nlattr *attr)
{
	spin_lock_bh(&flow->lock);
	flow->cookie_len = nla_len(attr);
	memcpy(flow->cookie, nla_data(attr), flow->cookie_len);
	spin_unlock_bh(&flow->lock);
}

static int flow_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	struct sotto_options options = { .window = SOTTO_WINDOW_DEFAULT };
	struct sotto_flow_params p = {};
	struct sotto_flow *flow;
	int err;

	err = PARSE(info, SOTTO_A_FLOW, flow);
	if (!err)
		err = flow_tuple(info, tb, &p.tuple);
	if (!err)
		err = sotto_options_read(tb, &options, info->extack);
	if (!err)
		err = sotto_streams_read(nest_of(info, SOTTO_A_FLOW), NULL, info->extack);
	if (err)
		return err;
	if (tb[SOTTO_A_FLOW_IFINDEX])
		p.route.ifindex = nla_get_s32(tb[SOTTO_A_FLOW_IFINDEX]);
	if (tb[SOTTO_A_FLOW_MARK])
		p.route.mark = nla_get_u32(tb[SOTTO_A_FLOW_MARK]);
	if (tb[SOTTO_A_FLOW_TOS])
		p.route.tos = nla_get_u8(tb[SOTTO_A_FLOW_TOS]);
	if (!tb[SOTTO_A_FLOW_LADDR]) {
		err = sotto_agent_source(sn, &p.tuple, p.route.ifindex, p.route.mark, p.route.tos);
		if (err) {
			NL_SET_ERR_MSG(info->extack, "no route to flow/raddr");
			return err;
		}
	}

	mutex_lock(&sn->control);
	flow = flow_begin(sn, &p);
	if (IS_ERR(flow)) {
		err = PTR_ERR(flow);
		if (err == -EEXIST)
			NL_SET_ERR_MSG(info->extack, "a flow with these addresses exists");
	} else {
		if (tb[SOTTO_A_FLOW_COOKIE])
			set_cookie(flow, tb[SOTTO_A_FLOW_COOKIE]);
		sotto_session_options_set(&flow->session, &options);
		err = sotto_streams_read(nest_of(info, SOTTO_A_FLOW), &flow->session,
					 info->extack);
		if (err)
			sotto_flow_remove(flow);
		else
			err = reply_flow(info, SOTTO_CMD_FLOW_NEW, flow);
	}
	mutex_unlock(&sn->control);
	return err;
}

/* The flow that @attr names. Under control. */
static struct sotto_flow *get_flow(struct genl_info *info, const struct nlattr *attr)
{
	struct sotto_flow *flow = sotto_flow_find_id(sotto_net(genl_info_net(info)),
						     nla_get_u64(attr));

	if (!flow)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no flow has this id");
	return flow;
}

static int flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	struct sotto_flow *flow;
	int err;

	err = PARSE(info, SOTTO_A_FLOW, flow);
	if (!err)
		err = sotto_attr_need(tb, SOTTO_A_FLOW_ID, sotto_flow_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	flow = get_flow(info, tb[SOTTO_A_FLOW_ID]);
	if (flow)
		sotto_flow_remove(flow);
	mutex_unlock(&sn->control);
	return flow ? 0 : -ENOENT;
}

/* May the agent move this direction there? See architecture.rst. */
static int state_allowed(struct genl_info *info, const struct nlattr *attr,
			 const struct sotto_flow *flow, enum sotto_dir dir)
{
	enum sotto_state to = nla_get_u32(attr);
	bool key = sotto_session_has_key(&flow->session, dir, SOTTO_SLOT_CURRENT) ||
		   sotto_session_has_key(&flow->session, dir, SOTTO_SLOT_NEXT);

	NL_SET_BAD_ATTR(info->extack, attr);
	if (to == SOTTO_STATE_SECURE && !key) {
		info->extack->_msg = "secure needs a key, and this direction has none";
		return -ENOKEY;
	}
	if (to == SOTTO_STATE_CLEAR && flow->action != SOTTO_ACTION_PREFER) {
		info->extack->_msg = "clear needs a flow whose rule says prefer";
		return -EPERM;
	}
	if (to == SOTTO_STATE_OWN && !(flow->flags & SOTTO_FLOW_F_OWN_ALLOWED)) {
		info->extack->_msg = "own needs a flow whose rule allows it";
		return -EPERM;
	}
	info->extack->bad_attr = NULL;
	return 0;
}

static void set_state(struct sotto_flow *flow, const struct nlattr *attr, enum sotto_dir dir)
{
	enum sotto_state to = nla_get_u32(attr);

	/* Cannot fail: there is a key, and control keeps it. */
	if (to == SOTTO_STATE_SECURE)
		WARN_ON_ONCE(sotto_session_key_promote(&flow->session, dir));
	sotto_flow_set_state(flow, dir, to);
}

static int flow_set(struct genl_info *info, struct nlattr **tb)
{
	struct nlattr *tx = tb[SOTTO_A_FLOW_STATE_TX];
	struct nlattr *rx = tb[SOTTO_A_FLOW_STATE_RX];
	struct sotto_flow *flow = get_flow(info, tb[SOTTO_A_FLOW_ID]);
	const struct nlattr *nest = nest_of(info, SOTTO_A_FLOW);
	struct sotto_options options;
	int err;

	if (!flow)
		return -ENOENT;
	/* All or nothing, but for streams: those before the first that is refused. */
	sotto_session_options_get(&flow->session, &options);
	err = sotto_options_read(tb, &options, info->extack);
	if (!err)
		err = sotto_streams_read(nest, NULL, info->extack);
	if (err)
		return err;
	if (tx)
		err = state_allowed(info, tx, flow, SOTTO_DIR_TX);
	if (!err && rx)
		err = state_allowed(info, rx, flow, SOTTO_DIR_RX);
	if (!err)
		err = sotto_streams_read(nest, &flow->session, info->extack);
	if (err)
		return err;
	sotto_flow_settle(flow);
	sotto_session_options_set(&flow->session, &options);
	if (tb[SOTTO_A_FLOW_COOKIE])
		set_cookie(flow, tb[SOTTO_A_FLOW_COOKIE]);
	if (rx)
		set_state(flow, rx, SOTTO_DIR_RX);
	if (tx)
		set_state(flow, tx, SOTTO_DIR_TX);
	return 0;
}

static int flow_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	int err;

	err = PARSE(info, SOTTO_A_FLOW, flow);
	if (!err)
		err = sotto_attr_need(tb, SOTTO_A_FLOW_ID, sotto_flow_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	err = flow_set(info, tb);
	mutex_unlock(&sn->control);
	return err;
}

static int flow_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	struct sotto_flow *flow;
	int err;

	err = PARSE(info, SOTTO_A_FLOW, flow);
	if (!err)
		err = sotto_attr_need(tb, SOTTO_A_FLOW_ID, sotto_flow_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	flow = get_flow(info, tb[SOTTO_A_FLOW_ID]);
	err = flow ? reply_flow(info, SOTTO_CMD_FLOW_GET, flow) : -ENOENT;
	mutex_unlock(&sn->control);
	return err;
}

static int flow_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct sotto_net *sn = sotto_net(sock_net(msg->sk));
	const struct sotto_flow *flow;
	u64 told = cb->args[0];

	spin_lock_bh(&sn->flow_lock);
	/* Up to the last one that there is now: who makes them in a flood is not followed. */
	if (!cb->args[1] && !list_empty(&sn->flow_list))
		cb->args[1] = list_last_entry(&sn->flow_list, struct sotto_flow, list)->id;
	list_for_each_entry(flow, &sn->flow_list, list) {
		void *hdr;

		if (flow->id <= told)
			continue;
		if (flow->id > (u64)cb->args[1])
			break;
		hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &sotto_family, NLM_F_MULTI, SOTTO_CMD_FLOW_GET);
		if (!hdr)
			break;
		if (sotto_flow_put(msg, flow, false)) {
			genlmsg_cancel(msg, hdr);
			break;
		}
		genlmsg_end(msg, hdr);
		told = flow->id;
	}
	spin_unlock_bh(&sn->flow_lock);
	cb->args[0] = told;
	return msg->len;
}

/* Keys. */

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
	flow = get_flow(info, tb[SOTTO_A_KEY_FLOW_ID]);
	if (flow) {
		sotto_flow_settle(flow);
		err = sotto_session_key_new(&flow->session, &p, info->extack);
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

	err = PARSE(info, SOTTO_A_KEY, key);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_key_policy, info->extack);
	if (!err && tb[SOTTO_A_KEY_SLOT])
		err = refuse(info, tb[SOTTO_A_KEY_SLOT],
			     "key/slot is for KEY_DEL: a new key is always the next one");
	return err ?: key_new(info, tb);
}

static int key_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = key_new_checked(info);

	/* The message held the key; the error reply would send it back. */
	memzero_explicit(genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr));
	return err;
}

static int key_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const int needed[] = { SOTTO_A_KEY_FLOW_ID, SOTTO_A_KEY_DIR, SOTTO_A_KEY_SLOT };
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_KEY_MAX + 1];
	struct sotto_flow *flow;
	enum sotto_slot slot;
	enum sotto_dir dir;
	int err;

	err = PARSE(info, SOTTO_A_KEY, key);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_key_policy, info->extack);
	if (err)
		return err;
	dir = nla_get_u32(tb[SOTTO_A_KEY_DIR]);
	slot = nla_get_u32(tb[SOTTO_A_KEY_SLOT]);
	mutex_lock(&sn->control);
	flow = get_flow(info, tb[SOTTO_A_KEY_FLOW_ID]);
	err = flow ? sotto_session_key_del(&flow->session, dir, slot) : -ENOENT;
	if (err == -ENOKEY)
		NL_SET_ERR_MSG(info->extack, "there is no key in key/slot");
	if (!err && slot == SOTTO_SLOT_CURRENT && sotto_flow_state(flow, dir) == SOTTO_STATE_SECURE)
		sotto_flow_set_state(flow, dir, SOTTO_STATE_DEAD);
	mutex_unlock(&sn->control);
	return err;
}

/* The agent. */

static int agent_bind_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *top[SOTTO_A_MAX + 1];
	int err;

	err = parse_top(info, top);
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

static int packet_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const int needed[] = {
		SOTTO_A_PACKET_FLOW_ID, SOTTO_A_PACKET_KIND, SOTTO_A_PACKET_DATA,
	};
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_PACKET_MAX + 1];
	struct sotto_flow *flow;
	int err;

	err = PARSE(info, SOTTO_A_PACKET, packet);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_packet_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	flow = get_flow(info, tb[SOTTO_A_PACKET_FLOW_ID]);
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
static int notify(struct notifier_block *nb, unsigned long event, void *data)
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

static struct notifier_block notifier = { .notifier_call = notify };

/* Everything is the administrator's: who calls whom is nobody else's business. */
#define OP(_cmd, ...)	\
	{ .cmd = SOTTO_CMD_##_cmd, .flags = GENL_UNS_ADMIN_PERM, \
	  .validate = GENL_DONT_VALIDATE_STRICT | GENL_DONT_VALIDATE_DUMP, __VA_ARGS__ }

static const struct genl_small_ops ops[] = {
	OP(RULE_NEW, .doit = rule_new_doit),
	OP(RULE_DEL, .doit = rule_del_doit),
	OP(RULE_REPLACE, .doit = rule_replace_doit),
	OP(RULE_GET, .dumpit = rule_get_dumpit),
	OP(FLOW_NEW, .doit = flow_new_doit),
	OP(FLOW_DEL, .doit = flow_del_doit),
	OP(FLOW_SET, .doit = flow_set_doit),
	OP(FLOW_GET, .doit = flow_get_doit, .dumpit = flow_get_dumpit),
	OP(KEY_NEW, .doit = key_new_doit),
	OP(KEY_DEL, .doit = key_del_doit),
	OP(AGENT_BIND, .doit = agent_bind_doit),
	OP(PACKET, .doit = packet_doit),
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
	int err = netlink_register_notifier(&notifier);

	if (err)
		return err;
	err = genl_register_family(&sotto_family);
	if (err)
		netlink_unregister_notifier(&notifier);
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
	netlink_unregister_notifier(&notifier);
}
