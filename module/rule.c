// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capture rules. Readers see one snapshot; writers build the next one from it.
 */
#include <linux/cgroup.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "forward.h"
#include "net.h"
#include "rule.h"

static bool ports_match(const struct sotto_rule_spec *spec, const struct sotto_subject *who)
{
	unsigned int port = ntohs(who->tuple->lport);

	if (!(spec->has & SOTTO_RULE_PORTS))
		return true;
	/* RTCP of the last port of the range lies one above it. */
	return port >= spec->port_min && port <= spec->port_max + (who->rtcp ? 1U : 0U);
}

static bool peer_matches(const struct sotto_rule_spec *spec, const struct sotto_subject *who)
{
	return !(spec->has & SOTTO_RULE_PEER) ||
	       ipv6_prefix_equal(&who->tuple->raddr, &spec->peer, spec->peer_len);
}

/* A rule is for programs here, or for those behind one device. */
static bool inside_matches(const struct sotto_rule *rule, const struct sotto_subject *who)
{
	if (!(rule->spec.has & SOTTO_RULE_FORWARD))
		return !who->inside;
	return who->inside && who->inside == READ_ONCE(rule->inside);
}

/* 1 it is, 0 it is not, -1 the socket is not known. */
static int socket_matches(const struct sotto_rule *rule, const struct sotto_subject *who)
{
	const struct sotto_rule_spec *spec = &rule->spec;

	if (spec->has & SOTTO_RULE_UID) {
		if (!who->has_uid)
			return -1;
		if (!uid_eq(who->uid, spec->uid))
			return 0;
	}
	if (spec->has & SOTTO_RULE_CGROUP) {
		if (!who->sk)
			return -1;
		if (!cgroup_is_descendant(sock_cgroup_ptr(&((struct sock *)who->sk)->sk_cgrp_data),
					  rule->cgroup))
			return 0;
	}
	return 1;
}

/**
 * sotto_rule_match() - Find the rule that decides.
 * @rules: snapshot; may be NULL
 * @who: packet or flow
 *
 * Where a rule asks for the socket and the socket is not known, the rule counts
 * if it says require, and is passed over otherwise: to hold is the safe error.
 *
 * Context: any, under rcu_read_lock(), which also keeps the rule.
 * Return: the rule or NULL.
 */
struct sotto_rule *sotto_rule_match(const struct sotto_rules *rules,
				    const struct sotto_subject *who)
{
	for (unsigned int i = 0; rules && i < rules->n; i++) {
		struct sotto_rule *rule = rules->rule[i];
		const struct sotto_rule_spec *spec = &rule->spec;
		int socket;

		if (!inside_matches(rule, who))
			continue;
		if (who->local && !(spec->flags & SOTTO_RULE_F_LOCAL))
			continue;
		if ((spec->has & SOTTO_RULE_FAMILY) && spec->family != who->tuple->family)
			continue;
		if (!ports_match(spec, who) || !peer_matches(spec, who))
			continue;
		socket = socket_matches(rule, who);
		if (socket > 0 || (socket < 0 && spec->action == SOTTO_ACTION_REQUIRE))
			return rule;
	}
	return NULL;
}

/**
 * sotto_rules_inside() - Is a device one behind which calls are covered?
 * @rules: snapshot; may be NULL
 * @ifindex: the device
 *
 * A rule that spares traffic (bypass) does not make a device one: what goes there from
 * behind another one leaves.
 *
 * Context: any, under rcu_read_lock().
 */
bool sotto_rules_inside(const struct sotto_rules *rules, int ifindex)
{
	for (unsigned int i = 0; rules && rules->forward && i < rules->n; i++) {
		const struct sotto_rule *rule = rules->rule[i];

		if (rule->spec.has & SOTTO_RULE_FORWARD &&
		    rule->spec.action != SOTTO_ACTION_BYPASS &&
		    READ_ONCE(rule->inside) == ifindex)
			return true;
	}
	return false;
}

/**
 * sotto_rules_named() - A device has a name that rules may name.
 * @rules: snapshot; may be NULL
 * @name: its name
 * @ifindex: its index; 0: there is no such device any more
 *
 * A device that is given another name stays the one that the rule means.
 *
 * Context: under RTNL, and rcu_read_lock().
 */
void sotto_rules_named(const struct sotto_rules *rules, const char *name, int ifindex)
{
	for (unsigned int i = 0; rules && rules->forward && i < rules->n; i++) {
		struct sotto_rule *rule = rules->rule[i];

		if (rule->spec.has & SOTTO_RULE_FORWARD && !strcmp(rule->spec.inside, name))
			WRITE_ONCE(rule->inside, ifindex);
	}
}

/* A lower priority decides first, and of equals the stricter. */
static int order(const void *a, const void *b)
{
	const struct sotto_rule_spec *x = &(*(struct sotto_rule *const *)a)->spec;
	const struct sotto_rule_spec *y = &(*(struct sotto_rule *const *)b)->spec;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->action != y->action)
		return x->action < y->action ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

static void rule_free(struct rcu_head *rcu)
{
	struct sotto_rule *rule = container_of(rcu, struct sotto_rule, rcu);

	if (rule->cgroup)
		cgroup_put(rule->cgroup);
	kfree(rule);
}

/* The rule is in no snapshot any more. A require rule lets go of the module. */
static void rule_retire(struct sotto_rule *rule)
{
	if (rule->spec.action == SOTTO_ACTION_REQUIRE)
		module_put(THIS_MODULE);
	call_rcu(&rule->rcu, rule_free);
}

/* Freed by rule_retire(). A require rule pins the module. */
static struct sotto_rule *rule_create(const struct sotto_net *sn,
				      const struct sotto_rule_spec *spec,
				      struct netlink_ext_ack *extack)
{
	struct sotto_rule *rule = kzalloc(sizeof(*rule), GFP_KERNEL);

	if (!rule)
		return ERR_PTR(-ENOMEM);
	rule->spec = *spec;
	rule->stats.totals = sn->totals;
	if (spec->has & SOTTO_RULE_FORWARD) {
		int err = sotto_forward_device(sn, spec->inside, &rule->inside, extack);

		if (err) {
			kfree(rule);
			return ERR_PTR(err);
		}
	}
	if (spec->has & SOTTO_RULE_CGROUP) {
		struct cgroup *cgroup = cgroup_get_from_id(spec->cgroup);

		if (IS_ERR(cgroup)) {
			kfree(rule);
			NL_SET_ERR_MSG(extack, "no cgroup has the id that rule/cgroup names");
			return ERR_PTR(-ENOENT);
		}
		rule->cgroup = cgroup;
	}
	/* We run on behalf of a request to this module: it is not going away. */
	if (spec->action == SOTTO_ACTION_REQUIRE)
		__module_get(THIS_MODULE);
	return rule;
}

static struct sotto_rules *snapshot(const struct sotto_net *sn)
{
	return rcu_dereference_protected(sn->rules, lockdep_is_held(&sn->control));
}

/* Whoever has rules looks for calls. */
static struct sotto_rules *rules_alloc(struct sotto_net *sn, unsigned int n)
{
	if (sotto_evidence_ready(&sn->evidence))
		return NULL;
	return kvzalloc(struct_size((struct sotto_rules *)NULL, rule, n), GFP_KERNEL);
}

static void rules_finish(struct sotto_rules *rules)
{
	sort(rules->rule, rules->n, sizeof(rules->rule[0]), order, NULL);
	for (unsigned int i = 0; i < rules->n; i++) {
		const struct sotto_rule_spec *spec = &rules->rule[i]->spec;
		bool forward = spec->has & SOTTO_RULE_FORWARD;
		unsigned long *ports = forward ? rules->forward_ports : rules->ports;
		unsigned int last = min(spec->port_max + 1U, 65535U);

		rules->forward |= forward;
		if (spec->action == SOTTO_ACTION_REQUIRE) {
			if (forward)
				rules->forward_strict = rules->rule[i];
			else
				rules->strict = rules->rule[i];
		}
		if (spec->has & SOTTO_RULE_PORTS)
			bitmap_set(ports, spec->port_min, last - spec->port_min + 1);
		else
			bitmap_fill(ports, 65536);
	}
}

static struct sotto_rule *find(const struct sotto_rules *rules, u32 id)
{
	for (unsigned int i = 0; rules && i < rules->n; i++)
		if (rules->rule[i]->spec.id == id)
			return rules->rule[i];
	return NULL;
}

static void rules_publish(struct sotto_net *sn, struct sotto_rules *next)
{
	struct sotto_rules *old = snapshot(sn);

	rcu_assign_pointer(sn->rules, next);
	for (unsigned int i = 0; old && i < old->n; i++)
		if (!next || find(next, old->rule[i]->spec.id) != old->rule[i])
			rule_retire(old->rule[i]);
	if (old)
		kvfree_rcu(old, rcu);
}

static u32 free_id(const struct sotto_rules *rules)
{
	u32 id = 1;

	/* Ends: there are fewer rules than ids. */
	while (find(rules, id))
		id++;
	return id;
}

/**
 * sotto_rule_new() - Add a rule; it decides from the next packet.
 * @sn: netns
 * @spec: the rule; an id of 0 is replaced by a free one
 * @extack: may be NULL
 *
 * Live flows are the caller's to judge anew.
 *
 * Context: process, under sn->control and RTNL.
 * Return: 0; -EEXIST the id is taken; -ENOSPC; -ENOENT no such cgroup; -EOPNOTSUPP a device
 * past which calls could go; -ENOMEM.
 */
int sotto_rule_new(struct sotto_net *sn, struct sotto_rule_spec *spec,
		   struct netlink_ext_ack *extack)
{
	struct sotto_rules *old = snapshot(sn), *next;
	unsigned int n = old ? old->n : 0;
	struct sotto_rule *rule;

	if (n >= SOTTO_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "too many rules");
		return -ENOSPC;
	}
	if (!spec->id)
		spec->id = free_id(old);
	if (find(old, spec->id)) {
		NL_SET_ERR_MSG(extack, "a rule with this rule/id exists");
		return -EEXIST;
	}
	next = rules_alloc(sn, n + 1);
	if (!next)
		return -ENOMEM;
	rule = rule_create(sn, spec, extack);
	if (IS_ERR(rule)) {
		kvfree(next);
		return PTR_ERR(rule);
	}
	if (n)
		memcpy(next->rule, old->rule, n * sizeof(old->rule[0]));
	next->rule[n] = rule;
	next->n = n + 1;
	rules_finish(next);
	rules_publish(sn, next);
	return 0;
}

/**
 * sotto_rule_del() - Remove a rule. Its live flows stay as they are.
 * @sn: netns
 * @id: which
 * @extack: may be NULL
 *
 * Context: process, under sn->control. Return: 0; -ENOENT; -ENOMEM.
 */
int sotto_rule_del(struct sotto_net *sn, u32 id, struct netlink_ext_ack *extack)
{
	struct sotto_rules *old = snapshot(sn), *next;
	struct sotto_rule *rule = find(old, id);

	if (!rule) {
		NL_SET_ERR_MSG(extack, "no rule has this rule/id");
		return -ENOENT;
	}
	next = rules_alloc(sn, old->n - 1);
	if (!next)
		return -ENOMEM;
	for (unsigned int i = 0; i < old->n; i++)
		if (old->rule[i] != rule)
			next->rule[next->n++] = old->rule[i];
	rules_finish(next);
	rules_publish(sn, next);
	return 0;
}

/* Adds a rule that names its id, or does not; the others are passed over. */
static int rules_add(const struct sotto_net *sn, struct sotto_rules *rules,
		     struct sotto_rule_spec *spec, bool named, struct netlink_ext_ack *extack)
{
	struct sotto_rule *rule;

	if (named != !!spec->id)
		return 0;
	if (!named) {
		spec->id = free_id(rules);
	} else if (find(rules, spec->id)) {
		NL_SET_ERR_MSG(extack, "two rules have the same rule/id");
		return -EEXIST;
	}
	rule = rule_create(sn, spec, extack);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	rules->rule[rules->n++] = rule;
	return 0;
}

static bool has_id(const struct sotto_rule_ids *ids, u32 id)
{
	return id >= ids->min && id <= ids->max;
}

/* Those that are not replaced; they belong to both snapshots until one is gone. */
static void rules_keep(struct sotto_rules *next, const struct sotto_rules *old,
		       const struct sotto_rule_ids *ids)
{
	for (unsigned int i = 0; old && i < old->n; i++)
		if (!has_id(ids, old->rule[i]->spec.id))
			next->rule[next->n++] = old->rule[i];
}

/**
 * sotto_rule_replace() - Replace all rules with certain ids in one step.
 * @sn: netns
 * @ids: which; the others stay, with their counters
 * @specs: the new ones; ids of 0 are replaced by free ones
 * @n: how many
 * @extack: may be NULL
 *
 * That the ids of @specs are within @ids is the caller's to see to.
 *
 * Context: process, under sn->control and RTNL.
 * Return: as sotto_rule_new(). After an error nothing has changed.
 */
int sotto_rule_replace(struct sotto_net *sn, struct sotto_rule_ids ids,
		       struct sotto_rule_spec *specs, unsigned int n,
		       struct netlink_ext_ack *extack)
{
	struct sotto_rules *old = snapshot(sn), *next;
	unsigned int kept;
	int err = 0;

	next = rules_alloc(sn, n + (old ? old->n : 0));
	if (!next)
		return -ENOMEM;
	rules_keep(next, old, &ids);
	kept = next->n;
	if (kept + n > SOTTO_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "too many rules");
		kvfree(next);
		return -ENOSPC;
	}
	for (unsigned int i = 0; !err && i < n; i++)
		err = rules_add(sn, next, &specs[i], true, extack);
	/* Only now is it known which ids are free. */
	for (unsigned int i = 0; !err && i < n; i++)
		err = rules_add(sn, next, &specs[i], false, extack);
	if (err) {
		for (unsigned int i = kept; i < next->n; i++)
			rule_retire(next->rule[i]);
		kvfree(next);
		return err;
	}
	rules_finish(next);
	rules_publish(sn, next);
	return 0;
}

/**
 * sotto_rules_exit() - Remove all rules of a netns that goes away.
 * @sn: netns; its hooks are unregistered
 *
 * Context: process, under sn->control.
 */
void sotto_rules_exit(struct sotto_net *sn)
{
	rules_publish(sn, NULL);
}
