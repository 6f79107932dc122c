/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handlers of requests, and what they share. They check what the attribute tables
 * cannot: how attributes hang together, and what a flow's state allows.
 */
#ifndef SOTTO_NETLINK_REQUEST_H
#define SOTTO_NETLINK_REQUEST_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/socket.h>

struct genl_info;
struct netlink_callback;
struct nlattr;
struct notifier_block;
struct sk_buff;
struct sotto_attr_policy;
struct sotto_flow;

/*
 * Handlers. Process context, may sleep. 0 or a negative errno, mostly with an extack; dumps:
 * the length of @msg.
 */

/* netlink_rule.c */
int sotto_nl_rule_new_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_rule_del_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_rule_replace_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_rule_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb);

/* netlink_flow.c */
int sotto_nl_flow_new_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_flow_del_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_flow_set_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_flow_get_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_flow_get_dumpit(struct sk_buff *msg, struct netlink_callback *cb);

/* netlink_key.c */
int sotto_nl_key_new_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_key_del_doit(struct sk_buff *skb, struct genl_info *info);

/* netlink_agent.c; the notifier sees the agent's socket go */
int sotto_nl_agent_bind_doit(struct sk_buff *skb, struct genl_info *info);
int sotto_nl_packet_doit(struct sk_buff *skb, struct genl_info *info);
extern struct notifier_block sotto_nl_agent_notifier;

/* netlink_stats.c */
int sotto_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);

/* Checks and sorts the attributes of a request. 0, or -EINVAL with an extack. */
int sotto_nl_top(struct genl_info *info, struct nlattr **top);

/* The same for the one nest of a request. */
int sotto_nl_nest(struct genl_info *info, int attr, struct nlattr **tb, int max,
		  const struct sotto_attr_policy *policy);

/* ... into the array @tb, by the table of the set. */
#define SOTTO_NL_NEST(info, attr, set)	\
	sotto_nl_nest(info, attr, tb, ARRAY_SIZE(tb) - 1, sotto_##set##_policy)

/* The nest of a request that has been taken. */
const struct nlattr *sotto_nl_nest_of(struct genl_info *info, int attr);

/* Says why, and where in the request. Always -EINVAL. */
int sotto_nl_refuse(struct genl_info *info, const struct nlattr *attr, const char *why);

/* 0 if @attr is IPv4 or IPv6, else -EINVAL with @must. */
int sotto_nl_family(struct genl_info *info, const struct nlattr *attr, const char *must);

/* The flow that @attr names, or NULL with an extack. Under sn->control, which keeps it. */
struct sotto_flow *sotto_nl_flow(struct genl_info *info, const struct nlattr *attr);

/* Begins a reply. The caller's, or NULL. */
struct sk_buff *sotto_nl_reply(struct genl_info *info, u8 cmd, size_t more, void **hdr);

static inline unsigned int sotto_nl_addr_len(u16 family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

#endif /* SOTTO_NETLINK_REQUEST_H */
