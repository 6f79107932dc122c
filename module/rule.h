/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capture rules: which UDP traffic may be a call and what is owed to it.
 */
#ifndef SOTTO_RULE_H
#define SOTTO_RULE_H

#include <linux/bitmap.h>
#include <linux/if.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/sotto.h>
#include <linux/uidgid.h>

#include "stats.h"
#include "tuple.h"

struct cgroup;
struct netlink_ext_ack;
struct sock;
struct sotto_net;

#define SOTTO_RULES_MAX		256	/* per netns */

/* Which members of a rule are set; the others match all. */
#define SOTTO_RULE_FAMILY	BIT(0)
#define SOTTO_RULE_PORTS	BIT(1)
#define SOTTO_RULE_PEER		BIT(2)
#define SOTTO_RULE_UID		BIT(3)
#define SOTTO_RULE_CGROUP	BIT(4)
#define SOTTO_RULE_FORWARD	BIT(5)

/**
 * struct sotto_rule_spec - what RULE_NEW brings
 * @has: SOTTO_RULE_*
 * @cgroup: cgroup v2 id
 * @inside: device behind which those are for whom the rule is; it is then for nobody else
 */
struct sotto_rule_spec {
	u32 id;
	u32 has;
	s32 priority;
	enum sotto_action action;
	u32 flags;
	u16 family;
	u16 port_min;
	u16 port_max;
	struct in6_addr peer;
	u8 peer_len;
	kuid_t uid;
	u64 cgroup;
	char inside[IFNAMSIZ];
};

/* Ids from @min to @max. */
struct sotto_rule_ids {
	u32 min;
	u32 max;
};

struct sotto_rule {
	struct rcu_head rcu;
	struct sotto_rule_spec spec;
	struct cgroup *cgroup;	/* held; NULL without SOTTO_RULE_CGROUP */
	int inside;		/* index of the device that the rule names; 0: it is not there */
	struct sotto_stats stats;	/* of packets that no flow has judged */
};

/* Constant once published; replaced as a whole. */
struct sotto_rules {
	struct rcu_head rcu;
	unsigned int n;
	bool forward;			/* one at least is for those behind this machine */
	struct sotto_rule *strict;	/* one that says require, NULL if none does */
	struct sotto_rule *forward_strict;	/* the same, of those for others */
	DECLARE_BITMAP(ports, 65536);	/* local ports that a rule covers, RTCP's too */
	DECLARE_BITMAP(forward_ports, 65536);	/* the same, of those behind this machine */
	struct sotto_rule *rule[];	/* in the order in which they decide */
};

/**
 * struct sotto_subject - what a packet or a flow shows to the rules
 * @tuple: its ends
 * @sk: the local socket if known; NULL if it is not
 * @uid: its owner, if @has_uid; for flows whose socket is not at hand
 * @rtcp: RTCP on a port of its own: @tuple is the RTCP's
 * @local: to one of this machine's own addresses
 * @inside: index of the device behind which @tuple's local end is; 0: it is here
 */
struct sotto_subject {
	const struct sotto_tuple *tuple;
	const struct sock *sk;
	kuid_t uid;
	bool has_uid;
	bool rtcp;
	bool local;
	int inside;
};

/*
 * The rule that decides on @who; NULL for none. Under rcu_read_lock(). A rule that
 * asks for a socket that is not known counts if it says require.
 */
struct sotto_rule *sotto_rule_match(const struct sotto_rules *rules,
				    const struct sotto_subject *who);

/* May the program's own encryption be left alone? */
static inline bool sotto_rule_may_own(const struct sotto_rule *rule)
{
	return rule->spec.flags & (SOTTO_RULE_F_OWN | SOTTO_RULE_F_SDES);
}

static inline bool sotto_rules_cover(const struct sotto_rules *rules, __be16 lport)
{
	return rules && test_bit(ntohs(lport), rules->ports);
}

static inline bool sotto_rules_forward(const struct sotto_rules *rules, __be16 lport)
{
	return rules && test_bit(ntohs(lport), rules->forward_ports);
}

/* Is somebody behind this device whose calls are to be secure? */
bool sotto_rules_inside(const struct sotto_rules *rules, int ifindex);

/* A device has this name now. Under RTNL. */
void sotto_rules_named(const struct sotto_rules *rules, const char *name, int ifindex);

/*
 * All of these under sotto_net.control, may sleep. 0 or a negative errno. Those that bring
 * rules under RTNL too: devices do not change their names meanwhile, nor who has them.
 */
int sotto_rule_new(struct sotto_net *sn, struct sotto_rule_spec *spec,
		   struct netlink_ext_ack *extack);
int sotto_rule_del(struct sotto_net *sn, u32 id, struct netlink_ext_ack *extack);
int sotto_rule_replace(struct sotto_net *sn, struct sotto_rule_ids ids,
		       struct sotto_rule_spec *specs, unsigned int n,
		       struct netlink_ext_ack *extack);
void sotto_rules_exit(struct sotto_net *sn);

#endif /* SOTTO_RULE_H */
