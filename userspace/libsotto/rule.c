// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Rules.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

static size_t addr_len(uint16_t family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static void put_rule(struct nlmsghdr *nlh, const struct sotto_rule *rule)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_RULE);

	if (rule->id)
		mnl_attr_put_u32(nlh, SOTTO_A_RULE_ID, rule->id);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_PRIORITY, rule->priority);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_ACTION, rule->action);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_FLAGS, rule->flags);
	if (rule->has & SOTTO_RULE_HAS_FAMILY)
		mnl_attr_put_u16(nlh, SOTTO_A_RULE_FAMILY, rule->family);
	if (rule->has & SOTTO_RULE_HAS_PORTS) {
		mnl_attr_put_u16(nlh, SOTTO_A_RULE_PORT_MIN, rule->port_min);
		mnl_attr_put_u16(nlh, SOTTO_A_RULE_PORT_MAX, rule->port_max);
	}
	if (rule->has & SOTTO_RULE_HAS_PEER) {
		mnl_attr_put(nlh, SOTTO_A_RULE_PEER, addr_len(rule->family), rule->peer);
		mnl_attr_put_u8(nlh, SOTTO_A_RULE_PEER_LEN, rule->peer_len);
	}
	if (rule->has & SOTTO_RULE_HAS_UID)
		mnl_attr_put_u32(nlh, SOTTO_A_RULE_UID, rule->uid);
	if (rule->has & SOTTO_RULE_HAS_CGROUP)
		mnl_attr_put_u64(nlh, SOTTO_A_RULE_CGROUP, rule->cgroup);
	if (rule->has & SOTTO_RULE_HAS_FORWARD)
		mnl_attr_put_strz(nlh, SOTTO_A_RULE_FORWARD, rule->forward);
	mnl_attr_nest_end(nlh, nest);
}

/* A network of the rule's family, which tells what its octets mean. */
static bool is_peer(const struct sotto_rule *rule, const struct nlattr *attr)
{
	return (rule->family == AF_INET || rule->family == AF_INET6) &&
	       mnl_attr_get_payload_len(attr) == addr_len(rule->family);
}

static void read_rule(const struct nlattr *nest, struct sotto_rule *out)
{
	const struct nlattr *tb[SOTTO_A_RULE_MAX + 1];

	memset(out, 0, sizeof(*out));
	sotto_attrs_nest(nest, tb, SOTTO_A_RULE_MAX);
	out->id = sotto_u32(tb[SOTTO_A_RULE_ID]);
	out->priority = (int32_t)sotto_u32(tb[SOTTO_A_RULE_PRIORITY]);
	out->action = sotto_u32(tb[SOTTO_A_RULE_ACTION]);
	out->flags = sotto_u32(tb[SOTTO_A_RULE_FLAGS]);
	if (tb[SOTTO_A_RULE_FAMILY]) {
		out->family = sotto_u16(tb[SOTTO_A_RULE_FAMILY]);
		out->has |= SOTTO_RULE_HAS_FAMILY;
	}
	if (tb[SOTTO_A_RULE_PORT_MIN] && tb[SOTTO_A_RULE_PORT_MAX]) {
		out->port_min = sotto_u16(tb[SOTTO_A_RULE_PORT_MIN]);
		out->port_max = sotto_u16(tb[SOTTO_A_RULE_PORT_MAX]);
		out->has |= SOTTO_RULE_HAS_PORTS;
	}
	if (tb[SOTTO_A_RULE_PEER] && tb[SOTTO_A_RULE_PEER_LEN] && is_peer(out, tb[SOTTO_A_RULE_PEER])) {
		memcpy(out->peer, mnl_attr_get_payload(tb[SOTTO_A_RULE_PEER]),
		       mnl_attr_get_payload_len(tb[SOTTO_A_RULE_PEER]));
		out->peer_len = sotto_u8(tb[SOTTO_A_RULE_PEER_LEN]);
		out->has |= SOTTO_RULE_HAS_PEER;
	}
	if (tb[SOTTO_A_RULE_UID]) {
		out->uid = sotto_u32(tb[SOTTO_A_RULE_UID]);
		out->has |= SOTTO_RULE_HAS_UID;
	}
	if (tb[SOTTO_A_RULE_CGROUP]) {
		out->cgroup = sotto_u64(tb[SOTTO_A_RULE_CGROUP], 0);
		out->has |= SOTTO_RULE_HAS_CGROUP;
	}
	if (tb[SOTTO_A_RULE_FORWARD] &&
	    mnl_attr_get_payload_len(tb[SOTTO_A_RULE_FORWARD]) <= sizeof(out->forward)) {
		memcpy(out->forward, mnl_attr_get_payload(tb[SOTTO_A_RULE_FORWARD]),
		       mnl_attr_get_payload_len(tb[SOTTO_A_RULE_FORWARD]));
		out->forward[sizeof(out->forward) - 1] = '\0';
		out->has |= SOTTO_RULE_HAS_FORWARD;
	}
	out->flows = sotto_u32(tb[SOTTO_A_RULE_FLOWS]);
	if (tb[SOTTO_A_RULE_STATS])
		sotto_stats_read(tb[SOTTO_A_RULE_STATS], out->stats);
}

static int id_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[SOTTO_A_MAX + 1];
	struct sotto_rule rule;

	sotto_attrs_top(nlh, tb);
	if (tb[SOTTO_A_RULE]) {
		read_rule(tb[SOTTO_A_RULE], &rule);
		*(uint32_t *)arg = rule.id;
	}
	return 0;
}

int sotto_rule_new(struct sotto *s, struct sotto_rule *rule)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_RULE_NEW, 0);

	put_rule(nlh, rule);
	return sotto_link_call(&s->link, nlh, id_cb, &rule->id);
}

int sotto_rule_del(struct sotto *s, uint32_t id)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_RULE_DEL, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_RULE);

	mnl_attr_put_u32(nlh, SOTTO_A_RULE_ID, id);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

/* The rest of a RULE_REPLACE: the rules themselves. */
static int replace(struct sotto *s, struct nlmsghdr *nlh, const struct sotto_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		/* A rule with everything takes under 192 bytes. */
		if (nlh->nlmsg_len + 192 > SOTTO_BUFFER)
			return sotto_link_fail(&s->link, E2BIG, "too many rules for one request");
		put_rule(nlh, &rules[i]);
	}
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

int sotto_rule_replace(struct sotto *s, const struct sotto_rule *rules, size_t n)
{
	return replace(s, sotto_link_begin(&s->link, SOTTO_CMD_RULE_REPLACE, 0), rules, n);
}

int sotto_rule_replace_between(struct sotto *s, uint32_t id_min, uint32_t id_max,
			       const struct sotto_rule *rules, size_t n)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_RULE_REPLACE, 0);

	mnl_attr_put_u32(nlh, SOTTO_A_ID_MIN, id_min);
	mnl_attr_put_u32(nlh, SOTTO_A_ID_MAX, id_max);
	return replace(s, nlh, rules, n);
}

struct rule_dump {
	int (*cb)(const struct sotto_rule *rule, void *arg);
	void *arg;
};

static int dump_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[SOTTO_A_MAX + 1];
	const struct rule_dump *dump = arg;
	struct sotto_rule rule;

	sotto_attrs_top(nlh, tb);
	if (!tb[SOTTO_A_RULE])
		return 0;
	read_rule(tb[SOTTO_A_RULE], &rule);
	return dump->cb(&rule, dump->arg);
}

int sotto_rule_dump(struct sotto *s, int (*cb)(const struct sotto_rule *, void *), void *arg)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_RULE_GET, NLM_F_DUMP);
	struct rule_dump dump = { cb, arg };

	return sotto_link_call(&s->link, nlh, dump_cb, &dump);
}
