// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that make, change, delete and show flows.
 */
#include <net/genetlink.h>
#include <net/sock.h>

#include "agent.h"
#include "event.h"
#include "flow.h"
#include "net.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_options.h"
#include "netlink_request.h"
#include "sotto_trace.h"

static int reply_flow(struct genl_info *info, u8 cmd, const struct sotto_flow *flow)
{
	struct sk_buff *msg;
	void *hdr;

	msg = sotto_nl_reply(info, cmd, SOTTO_STREAMS_ROOM, &hdr);
	if (!msg)
		return -ENOMEM;
	if (sotto_flow_put(msg, flow, true)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

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
	err = sotto_nl_family(info, tb[SOTTO_A_FLOW_FAMILY],
			      sotto_flow_policy[SOTTO_A_FLOW_FAMILY].must);
	if (err)
		return err;
	*t = (struct sotto_tuple){
		.family = nla_get_u16(tb[SOTTO_A_FLOW_FAMILY]),
		.lport = nla_get_be16(tb[SOTTO_A_FLOW_LPORT]),
		.rport = nla_get_be16(tb[SOTTO_A_FLOW_RPORT]),
	};
	len = sotto_nl_addr_len(t->family);
	if (nla_len(tb[SOTTO_A_FLOW_RADDR]) != len)
		return sotto_nl_refuse(info, tb[SOTTO_A_FLOW_RADDR],
				       "flow/raddr has not the length of an address of flow/family");
	memcpy(&t->raddr, nla_data(tb[SOTTO_A_FLOW_RADDR]), len);
	if (!tb[SOTTO_A_FLOW_LADDR])
		return 0;
	if (nla_len(tb[SOTTO_A_FLOW_LADDR]) != len)
		return sotto_nl_refuse(info, tb[SOTTO_A_FLOW_LADDR],
				       "flow/laddr has not the length of an address of flow/family");
	memcpy(&t->laddr, nla_data(tb[SOTTO_A_FLOW_LADDR]), len);
	return 0;
}

/* Born under the rule that covers it, in hold if there is none. Under control. */
static struct sotto_flow *flow_begin(struct sotto_net *sn, struct sotto_flow_params *p)
{
	struct sotto_subject who = { .tuple = &p->tuple };
	struct sotto_flow *flow;
	const struct sotto_rule *rule;
	struct sock *sk;

	/* Its socket may become one for which flows are looked for without a rule. */
	if (sotto_evidence_ready(&sn->evidence))
		return ERR_PTR(-ENOMEM);
	sk = sotto_flow_socket(sn, &p->tuple, 0);
	who.sk = sk;
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
		if (sotto_rule_may_own(rule))
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

int sotto_nl_flow_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	struct sotto_options options = { .window = SOTTO_WINDOW_DEFAULT };
	struct sotto_flow_params p = {};
	struct sotto_flow *flow;
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_FLOW, flow);
	if (!err)
		err = flow_tuple(info, tb, &p.tuple);
	if (!err)
		err = sotto_options_read(tb, &options, info->extack);
	if (!err)
		err = sotto_streams_read(sotto_nl_nest_of(info, SOTTO_A_FLOW), NULL, info->extack);
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
		err = sotto_streams_read(sotto_nl_nest_of(info, SOTTO_A_FLOW), &flow->session,
					 info->extack);
		if (err)
			sotto_flow_remove(flow);
		else
			err = reply_flow(info, SOTTO_CMD_FLOW_NEW, flow);
	}
	mutex_unlock(&sn->control);
	return err;
}

/* What a request of one flow, which it names, does to it. Under sn->control. */
typedef int (*flow_fn)(struct genl_info *info, struct nlattr **tb, struct sotto_flow *flow);

static int on_flow(struct genl_info *info, flow_fn fn)
{
	struct sotto_net *sn = sotto_net(genl_info_net(info));
	struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	struct sotto_flow *flow;
	int err;

	err = SOTTO_NL_NEST(info, SOTTO_A_FLOW, flow);
	if (!err)
		err = sotto_attr_need(tb, SOTTO_A_FLOW_ID, sotto_flow_policy, info->extack);
	if (err)
		return err;
	mutex_lock(&sn->control);
	flow = sotto_nl_flow(info, tb[SOTTO_A_FLOW_ID]);
	err = flow ? fn(info, tb, flow) : -ENOENT;
	mutex_unlock(&sn->control);
	return err;
}

static int flow_del(struct genl_info *info, struct nlattr **tb, struct sotto_flow *flow)
{
	sotto_flow_remove(flow);
	return 0;
}

int sotto_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return on_flow(info, flow_del);
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
	bool next = sotto_session_has_key(&flow->session, dir, SOTTO_SLOT_NEXT);

	/* Cannot fail: there is a key, and control keeps it. */
	if (to == SOTTO_STATE_SECURE)
		WARN_ON_ONCE(sotto_session_key_promote(&flow->session, dir));
	if (to == SOTTO_STATE_SECURE && next)
		trace_sotto_key(flow->id, dir, SOTTO_KEY_USED);
	sotto_flow_set_state(flow, dir, to);
}

static int flow_set(struct genl_info *info, struct nlattr **tb, struct sotto_flow *flow)
{
	struct nlattr *tx = tb[SOTTO_A_FLOW_STATE_TX];
	struct nlattr *rx = tb[SOTTO_A_FLOW_STATE_RX];
	const struct nlattr *nest = sotto_nl_nest_of(info, SOTTO_A_FLOW);
	struct sotto_options options;
	int err;

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
	/* First the cookie: the agent is told then whose the flow is. */
	if (tb[SOTTO_A_FLOW_COOKIE])
		set_cookie(flow, tb[SOTTO_A_FLOW_COOKIE]);
	sotto_flow_settle(flow);
	sotto_session_options_set(&flow->session, &options);
	if (rx)
		set_state(flow, rx, SOTTO_DIR_RX);
	if (tx)
		set_state(flow, tx, SOTTO_DIR_TX);
	return 0;
}

int sotto_nl_flow_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return on_flow(info, flow_set);
}

static int flow_get(struct genl_info *info, struct nlattr **tb, struct sotto_flow *flow)
{
	return reply_flow(info, SOTTO_CMD_FLOW_GET, flow);
}

int sotto_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return on_flow(info, flow_get);
}

int sotto_nl_flow_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb)
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
