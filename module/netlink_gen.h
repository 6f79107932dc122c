/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes of Documentation/netlink/specs/sotto.yaml as data. A test holds
 * the two together.
 */
#ifndef SOTTO_NETLINK_GEN_H
#define SOTTO_NETLINK_GEN_H

#include <linux/sotto.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct nlattr;

enum sotto_attr_kind {
	SOTTO_KIND_REPLY,	/* only ever in replies: refused in requests */
	SOTTO_KIND_U8,
	SOTTO_KIND_U16,
	SOTTO_KIND_U32,
	SOTTO_KIND_S32,
	SOTTO_KIND_U64,
	SOTTO_KIND_BINARY,
	SOTTO_KIND_NEST,
};

/**
 * struct sotto_attr_policy - what an attribute of a request must be
 * @kind: type
 * @min: smallest value, or length of a binary
 * @max: largest value, or length of a binary
 * @must: what to answer where it is missing or wrong; names it as the spec does,
 *	with its set before it: "flow/id"
 */
struct sotto_attr_policy {
	enum sotto_attr_kind kind;
	u64 min;
	u64 max;
	const char *must;
};

extern const struct sotto_attr_policy sotto_top_policy[__SOTTO_A_MAX];
extern const struct sotto_attr_policy sotto_rule_policy[__SOTTO_A_RULE_MAX];
extern const struct sotto_attr_policy sotto_flow_policy[__SOTTO_A_FLOW_MAX];
extern const struct sotto_attr_policy sotto_stream_policy[__SOTTO_A_STREAM_MAX];
extern const struct sotto_attr_policy sotto_key_policy[__SOTTO_A_KEY_MAX];
extern const struct sotto_attr_policy sotto_packet_policy[__SOTTO_A_PACKET_MAX];

/*
 * Checks the attributes of @head against @policy and sorts them into @tb, which
 * has @max + 1 places. 0, or -EINVAL with an extack that names the attribute.
 */
int sotto_attrs_parse(struct nlattr **tb, int max, const struct nlattr *head, int len,
		      const struct sotto_attr_policy *policy, struct netlink_ext_ack *extack);

/* 0 if @tb has @attr, else -EINVAL with an extack that names it. */
int sotto_attr_need(struct nlattr *const *tb, int attr, const struct sotto_attr_policy *policy,
		    struct netlink_ext_ack *extack);

#endif /* SOTTO_NETLINK_GEN_H */
