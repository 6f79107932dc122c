// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow table: birth, state, end.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/sock.h>
#include <net/udp.h>

#include "event.h"
#include "flow.h"
#include "flow_table.h"
#include "forward.h"
#include "net.h"
#include "sotto_trace.h"

#define EXPIRY_INTERVAL	HZ
#define IDLE_EMBRYONIC	(15 * HZ)	/* nobody here has taken it up */
#define IDLE_AGENT_GONE	(600 * HZ)	/* made by an agent that is no more */
#define IDLE		(180 * HZ)
#define EVICTION_CHOICE	4
#define SOCKETS_A_LOOK		8192	/* looked for in an EXPIRY_INTERVAL */
#define SOCKETS_AT_A_TIME	256	/* without a pause */
#define LEFT_BEHIND	(30 * HZ)	/* its program may still send to where it was */

static const struct rhashtable_params id_params = {
	.key_len = sizeof_field(struct sotto_flow, id),
	.key_offset = offsetof(struct sotto_flow, id),
	.head_offset = offsetof(struct sotto_flow, id_node),
	.automatic_shrinking = true,
};

/* Over all netns, for as long as the module is loaded. */
static atomic64_t last_id;

/**
 * sotto_flow_tuple() - The ends of a flow's RTP.
 * @flow: kept by the caller
 *
 * Context: any. Return: where the flow is; it may move at any time.
 */
struct sotto_tuple sotto_flow_tuple(const struct sotto_flow *flow)
{
	struct sotto_tuple tuple;

	rcu_read_lock();
	tuple = rcu_dereference(flow->ends)->node[0].tuple;
	rcu_read_unlock();
	return tuple;
}

/**
 * sotto_flow_find_id() - Find a flow by its id.
 * @sn: netns
 * @id: id
 *
 * Context: process, under sn->control, which also keeps the flow from expiring.
 * Return: the flow or NULL.
 */
struct sotto_flow *sotto_flow_find_id(struct sotto_net *sn, u64 id)
{
	return rhashtable_lookup_fast(&sn->flows_by_id, &id, id_params);
}

static void flow_free(struct rcu_head *rcu)
{
	struct sotto_flow *flow = container_of(rcu, struct sotto_flow, rcu);

	kfree(rcu_dereference_protected(flow->ends, true));
	kfree(flow);
}

static struct sotto_flow_ends *ends_new(struct sotto_flow *flow, const struct sotto_tuple *tuple,
					gfp_t gfp)
{
	struct sotto_flow_ends *ends = kzalloc(sizeof(*ends), gfp | __GFP_NOWARN);

	if (!ends)
		return NULL;
	ends->since = jiffies;
	ends->node[0].tuple = *tuple;
	ends->node[1].tuple = sotto_tuple_shift(tuple, 1);
	ends->node[1].rtcp = true;
	ends->node[0].flow = flow;
	ends->node[1].flow = flow;
	return ends;
}

/* Under sn->flow_lock. */
static struct sotto_flow_ends *ends_of(const struct sotto_flow *flow)
{
	return rcu_dereference_protected(flow->ends, lockdep_is_held(&flow->sn->flow_lock));
}

/* Under sn->flow_lock. */
static void unlink_ends(struct sotto_net *sn, struct sotto_flow_ends *ends)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ends->node); i++)
		rhashtable_remove_fast(&sn->flows, &ends->node[i].head, sotto_by_tuple);
}

/* The flow is not to be found any more where it was. Under sn->flow_lock. */
static void forget_before(struct sotto_flow *flow)
{
	struct sotto_flow_ends *before = flow->before;

	if (!before)
		return;
	flow->before = NULL;
	unlink_ends(flow->sn, before);
	kfree_rcu(before, rcu);
}

/* Under sn->flow_lock. */
static void add_embryo(struct sotto_flow *flow)
{
	struct sotto_net *sn = flow->sn;

	flow->embryo = sn->embryonic_count++;
	sn->embryonic[flow->embryo] = flow;
}

/* The last one takes its place. Under sn->flow_lock. */
static void remove_embryo(struct sotto_flow *flow)
{
	struct sotto_net *sn = flow->sn;
	struct sotto_flow *last = sn->embryonic[--sn->embryonic_count];

	last->embryo = flow->embryo;
	sn->embryonic[last->embryo] = last;
}

/* Under sn->flow_lock. */
static void unlink_flow(struct sotto_flow *flow)
{
	struct sotto_net *sn = flow->sn;

	list_del_init(&flow->list);
	hlist_del_rcu(&flow->port_node);
	WRITE_ONCE(sn->flow_count, sn->flow_count - 1);
	if (flow->flags & SOTTO_FLOW_F_EMBRYONIC)
		remove_embryo(flow);
	forget_before(flow);
	unlink_ends(sn, ends_of(flow));
	rhashtable_remove_fast(&sn->flows_by_id, &flow->id_node, id_params);
}

static void bury(struct sotto_flow *flow)
{
	sotto_event_flow(flow, SOTTO_EVENT_FLOW_GONE);
	sotto_session_destroy(&flow->session);
	trace_sotto_flow_gone(flow->id);
	call_rcu(&flow->rcu, flow_free);
}

/**
 * sotto_flow_remove() - End a flow: wipe its keys, tell the agent.
 * @flow: kept by the caller; may have been removed already
 *
 * Context: any but hardirq.
 */
void sotto_flow_remove(struct sotto_flow *flow)
{
	struct sotto_net *sn = flow->sn;
	bool mine;

	spin_lock_bh(&sn->flow_lock);
	mine = !list_empty(&flow->list);
	if (mine)
		unlink_flow(flow);
	spin_unlock_bh(&sn->flow_lock);
	if (mine)
		bury(flow);
}

/* Packets that have arrived for a flow that has no key. */
static u64 heard(const struct sotto_flow *flow)
{
	const atomic64_t *count = flow->stats.count;

	return atomic64_read(&count[SOTTO_A_STATS_RX_AGENT]) +
	       atomic64_read(&count[SOTTO_A_STATS_DROP_RX_AGENT]) +
	       atomic64_read(&count[SOTTO_A_STATS_DROP_RX_HOLD]) +
	       atomic64_read(&count[SOTTO_A_STATS_RX_CLEAR]);
}

/*
 * Takes an embryonic flow out, for another: of a few at random the one of which least
 * was heard. Who makes up sources does not say things twice. Under sn->flow_lock.
 */
static struct sotto_flow *evict_embryonic(struct sotto_net *sn)
{
	struct sotto_flow *least = NULL;

	for (unsigned int i = 0; i < EVICTION_CHOICE; i++) {
		u32 at = get_random_u32_below(sn->embryonic_count);

		if (!least || heard(sn->embryonic[at]) < heard(least))
			least = sn->embryonic[at];
	}
	unlink_flow(least);
	return least;
}

/*
 * A flow's RTP goes before another flow's RTCP, and before where another one was.
 * Under sn->flow_lock. Return: whether the tuple is free now.
 */
static bool give_way(struct sotto_net *sn, const struct sotto_tuple *tuple)
{
	struct sotto_flow_node *node = rhashtable_lookup_fast(&sn->flows, tuple, sotto_by_tuple);

	if (!node || !(node->rtcp || node->left))
		return false;
	if (node->left)
		forget_before(node->flow);
	else
		rhashtable_remove_fast(&sn->flows, &node->head, sotto_by_tuple);
	return true;
}

/* Under sn->flow_lock. Return: 0, -EEXIST or another errno; then nothing is linked. */
static int link_ends(struct sotto_net *sn, struct sotto_flow_ends *ends)
{
	int err;

	err = rhashtable_lookup_insert_fast(&sn->flows, &ends->node[0].head, sotto_by_tuple);
	if (err == -EEXIST && give_way(sn, &ends->node[0].tuple))
		err = rhashtable_lookup_insert_fast(&sn->flows, &ends->node[0].head,
						    sotto_by_tuple);
	if (err)
		return err;
	/* Where another flow's RTP has our RTCP port, that one keeps it. */
	err = rhashtable_lookup_insert_fast(&sn->flows, &ends->node[1].head, sotto_by_tuple);
	if (err && err != -EEXIST) {
		rhashtable_remove_fast(&sn->flows, &ends->node[0].head, sotto_by_tuple);
		return err;
	}
	return 0;
}

/* Ids grow along the list: a dump goes on behind the last one it has told. */
static int link_flow(struct sotto_net *sn, struct sotto_flow *flow)
{
	int err;

	flow->id = atomic64_inc_return(&last_id);
	flow->stats.flow = flow->id;
	err = link_ends(sn, ends_of(flow));
	if (err)
		return err;
	err = rhashtable_lookup_insert_fast(&sn->flows_by_id, &flow->id_node, id_params);
	if (err) {
		unlink_ends(sn, ends_of(flow));
		return err;
	}
	list_add_tail(&flow->list, &sn->flow_list);
	hlist_add_head_rcu(&flow->port_node, sotto_port_bucket(sn, flow->lport));
	WRITE_ONCE(sn->flow_count, sn->flow_count + 1);
	if (flow->flags & SOTTO_FLOW_F_EMBRYONIC)
		add_embryo(flow);
	return 0;
}

/**
 * sotto_flow_create() - Make a flow.
 * @sn: netns
 * @p: how it is born
 * @gfp: how to allocate
 *
 * Context: as @gfp allows, under rcu_read_lock() or sn->control, which keeps it.
 * Return: the flow; ERR_PTR(-EEXIST) if the tuple has one; -ENOSPC; -ENOMEM.
 */
struct sotto_flow *sotto_flow_create(struct sotto_net *sn, const struct sotto_flow_params *p,
				     gfp_t gfp)
{
	struct sotto_flow *flow = kzalloc(sizeof(*flow), gfp | __GFP_NOWARN);
	struct sotto_flow *evicted = NULL;
	struct sotto_flow_ends *ends;
	int err;

	if (!flow)
		return ERR_PTR(-ENOMEM);
	ends = ends_new(flow, &p->tuple, gfp);
	err = ends ? sotto_session_init(&flow->session, gfp | __GFP_NOWARN) : -ENOMEM;
	if (err) {
		kfree(ends);
		kfree(flow);
		return ERR_PTR(err);
	}
	ends->since -= HZ;	/* it has not come from elsewhere: it may go at once */
	RCU_INIT_POINTER(flow->ends, ends);
	flow->lport = p->tuple.lport;
	flow->sn = sn;
	flow->born_ms = ktime_get_ns() / NSEC_PER_MSEC;
	spin_lock_init(&flow->lock);
	flow->state[SOTTO_DIR_TX] = p->state;
	flow->state[SOTTO_DIR_RX] = p->state;
	flow->action = p->action;
	flow->rule_id = p->rule_id;
	flow->flags = p->flags;
	flow->believed = p->believed;
	flow->route = p->route;
	flow->socket = p->socket;
	flow->touched = jiffies;
	flow->auth_fail_told = jiffies - HZ;
	flow->refused_told = jiffies - HZ;
	flow->stats.totals = sn->totals;

	spin_lock_bh(&sn->flow_lock);
	if ((p->flags & SOTTO_FLOW_F_EMBRYONIC) && sn->embryonic_count >= SOTTO_EMBRYONIC_MAX)
		evicted = evict_embryonic(sn);
	/* Places stay free for flows that this machine begins. */
	if (sn->flow_count >= SOTTO_FLOWS_MAX -
	    (p->flags & SOTTO_FLOW_F_EMBRYONIC ? SOTTO_EMBRYONIC_MAX : 0))
		err = -ENOSPC;
	else
		err = link_flow(sn, flow);	/* gives it its id */
	spin_unlock_bh(&sn->flow_lock);
	if (evicted)
		bury(evicted);
	if (err) {
		sotto_session_destroy(&flow->session);
		kfree(ends);
		kfree(flow);
		return ERR_PTR(err);
	}
	trace_sotto_flow_new(flow->id, p->state);
	sotto_event_flow(flow, SOTTO_EVENT_FLOW_NEW);
	return flow;
}

/**
 * sotto_flow_move() - Let a flow go to other ends, with all that it has.
 * @flow: kept by the caller
 * @tuple: of its RTP from now on; the local port is the same
 *
 * For a while it is also found where it was: there its program may still send to,
 * and packets under way arrive from there.
 *
 * Context: any but hardirq.
 * Return: 0; -ENOENT the flow has been removed; -EEXIST another flow is there; -ENOMEM.
 */
int sotto_flow_move(struct sotto_flow *flow, const struct sotto_tuple *tuple)
{
	struct sotto_flow_ends *ends = ends_new(flow, tuple, GFP_ATOMIC);
	struct sotto_net *sn = flow->sn;
	struct sotto_flow_ends *old;
	int err = -ENOENT;

	if (!ends)
		return -ENOMEM;
	spin_lock_bh(&sn->flow_lock);
	if (!list_empty(&flow->list))
		err = link_ends(sn, ends);
	if (!err) {
		forget_before(flow);
		old = ends_of(flow);
		old->since = jiffies;
		for (unsigned int i = 0; i < ARRAY_SIZE(old->node); i++)
			WRITE_ONCE(old->node[i].left, true);
		flow->before = old;
		rcu_assign_pointer(flow->ends, ends);
	}
	spin_unlock_bh(&sn->flow_lock);
	if (err)
		kfree(ends);
	else
		sotto_event_flow(flow, SOTTO_EVENT_SOURCE);
	return err;
}

/**
 * sotto_flow_grow_up() - Somebody on this machine has taken an embryonic flow up.
 * @flow: kept by the caller
 *
 * The agent, which may have waited for that, is told of it as of a new one.
 *
 * Context: any but hardirq.
 */
void sotto_flow_grow_up(struct sotto_flow *flow)
{
	bool grown = false;

	spin_lock_bh(&flow->sn->flow_lock);
	if (flow->flags & SOTTO_FLOW_F_EMBRYONIC) {
		WRITE_ONCE(flow->flags, flow->flags & ~SOTTO_FLOW_F_EMBRYONIC);
		grown = !list_empty(&flow->list);
		if (grown)
			remove_embryo(flow);
	}
	spin_unlock_bh(&flow->sn->flow_lock);
	if (grown)
		sotto_event_flow(flow, SOTTO_EVENT_FLOW_NEW);
}

/**
 * sotto_flow_set_state() - Move one direction to a state, tell the agent.
 * @flow: kept by the caller, who has checked that the move is allowed
 * @dir: direction
 * @state: new state
 *
 * A local socket that becomes secure is remembered as such.
 *
 * Context: any but hardirq.
 */
void sotto_flow_set_state(struct sotto_flow *flow, enum sotto_dir dir, enum sotto_state state)
{
	enum sotto_state old;

	spin_lock_bh(&flow->lock);
	old = flow->state[dir];
	/* Release: who sees "secure" sees the key that was promoted before. */
	smp_store_release(&flow->state[dir], state);
	if (state == SOTTO_STATE_SECURE && flow->socket)
		sotto_taint_add(&flow->sn->taint, flow->socket, flow->lport);
	spin_unlock_bh(&flow->lock);
	if (old == state)
		return;
	trace_sotto_state(flow->id, dir, old, state);
	sotto_event_dir(flow, SOTTO_EVENT_FLOW_STATE, dir);
}

/**
 * sotto_flow_socket() - Find the local socket of a flow.
 * @sn: netns
 * @t: ends
 * @ifindex: device that it is bound to, or 0
 *
 * Context: any but hardirq. Return: the socket, which the caller puts, or NULL.
 */
struct sock *sotto_flow_socket(const struct sotto_net *sn, const struct sotto_tuple *t,
			       int ifindex)
{
	struct sock *sk = NULL;

	rcu_read_lock();
	if (t->family == AF_INET)
		sk = udp4_lib_lookup(sn->net, t->raddr.s6_addr32[0], t->rport,
				     t->laddr.s6_addr32[0], t->lport, ifindex);
#if IS_ENABLED(CONFIG_IPV6)
	else
		sk = udp6_lib_lookup(sn->net, &t->raddr, t->rport, &t->laddr, t->lport, ifindex);
#endif
	rcu_read_unlock();
	return sk;
}

static const struct sotto_rule *rule_of(const struct sotto_flow *flow,
					const struct sotto_rules *rules)
{
	struct sotto_tuple tuple = sotto_flow_tuple(flow);
	struct sotto_subject who = {
		.tuple = &tuple,
		.uid = flow->route.uid,
		.has_uid = flow->route.has_uid,
	};
	const struct sotto_rule *rule;
	struct sock *sk = NULL;

	/* For rules by cgroup: a flow of another must not be held on suspicion. */
	if (flow->flags & SOTTO_FLOW_F_FORWARD)
		who.inside = flow->route.ifindex;
	else
		sk = sotto_flow_socket(flow->sn, who.tuple, flow->route.ifindex);
	who.sk = sk;
	rule = sotto_rule_match(rules, &who);
	if (sk)
		sock_put(sk);
	return rule;
}

static void rejudge(struct sotto_flow *flow, const struct sotto_rules *rules)
{
	const struct sotto_rule *rule = rule_of(flow, rules);
	bool unshown;

	if (!rule || rule->spec.action == SOTTO_ACTION_BYPASS)
		return;
	spin_lock_bh(&flow->lock);
	flow->action = rule->spec.action;
	flow->rule_id = rule->spec.id;
	if (sotto_rule_may_own(rule))
		flow->flags |= SOTTO_FLOW_F_OWN_ALLOWED;
	else
		flow->flags &= ~SOTTO_FLOW_F_OWN_ALLOWED;
	/* What one rule has believed the next one may want to see. */
	unshown = flow->believed && !(rule->spec.flags & SOTTO_RULE_F_SDES);
	if (unshown)
		flow->believed = false;
	spin_unlock_bh(&flow->lock);
	for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++) {
		enum sotto_state state = sotto_flow_state(flow, dir);

		if ((state == SOTTO_STATE_CLEAR && flow->action == SOTTO_ACTION_REQUIRE) ||
		    (state == SOTTO_STATE_OWN &&
		     (unshown || !(flow->flags & SOTTO_FLOW_F_OWN_ALLOWED))))
			sotto_flow_set_state(flow, dir, SOTTO_STATE_HOLD);
	}
}

/**
 * sotto_flow_rejudge() - Judge live flows by rules that have changed.
 * @sn: netns
 *
 * Makes stricter, never laxer: a flow that no rule covers any more, or that is now
 * bypassed, stays as it is; a state goes from clear to hold, not back. Packets that
 * were judged by the old rules may still be making flows: they finish first.
 *
 * Context: process, may sleep, under sn->control.
 */
void sotto_flow_rejudge(struct sotto_net *sn)
{
	struct sotto_flow *flow;

	synchronize_rcu();
	rcu_read_lock();
	spin_lock_bh(&sn->flow_lock);
	list_for_each_entry(flow, &sn->flow_list, list)
		rejudge(flow, rcu_dereference(sn->rules));
	spin_unlock_bh(&sn->flow_lock);
	rcu_read_unlock();
}

static unsigned long idle_limit(const struct sotto_flow *flow)
{
	if (flow->flags & SOTTO_FLOW_F_EMBRYONIC)
		return IDLE_EMBRYONIC;
	if (!(flow->flags & SOTTO_FLOW_F_AGENT) && !flow->cookie_len)
		return IDLE;
	/* The agent ends what it has taken up, as long as there is one. */
	return READ_ONCE(flow->sn->agent_portid) ? 0 : IDLE_AGENT_GONE;
}

static bool is_idle(const struct sotto_flow *flow)
{
	unsigned long limit = idle_limit(flow);

	return limit && time_after(jiffies, READ_ONCE(flow->touched) + limit);
}

/*
 * Has the socket gone from which the program has sent? One that cannot be told from it,
 * on the same port, stands for it: it would receive what comes.
 */
static bool has_lost_its_socket(const struct sotto_flow *flow)
{
	struct sotto_tuple tuple = sotto_flow_tuple(flow);
	struct sock *sk;

	/* A connected socket is still where the peer was. */
	if (!READ_ONCE(flow->socket) || flow->flags & SOTTO_FLOW_F_CLOSED ||
	    READ_ONCE(flow->before))
		return false;
	sk = sotto_flow_socket(flow->sn, &tuple, READ_ONCE(flow->route.ifindex));
	if (sk)
		sock_put(sk);
	return !sk;
}

static void look_for_socket(struct sotto_flow *flow)
{
	if (!has_lost_its_socket(flow))
		return;
	spin_lock_bh(&flow->lock);
	flow->flags |= SOTTO_FLOW_F_CLOSED;
	spin_unlock_bh(&flow->lock);
	sotto_event_flow(flow, SOTTO_EVENT_CLOSED);
}

/*
 * Nobody tells us that a socket is closed. Of very many flows some are looked at each time,
 * so that their packets do not pay for it.
 */
static void look_for_sockets(struct sotto_net *sn)
{
	struct rhashtable_iter *walk = &sn->socket_walk;
	struct sotto_flow *flow = NULL;
	unsigned int n = 0;

	rhashtable_walk_start(walk);
	while (n++ < SOCKETS_A_LOOK && (flow = rhashtable_walk_next(walk))) {
		if (!IS_ERR(flow))	/* else the table has grown: some come twice */
			look_for_socket(flow);
		if (n % SOCKETS_AT_A_TIME)
			continue;
		rhashtable_walk_stop(walk);
		cond_resched();
		rhashtable_walk_start(walk);
	}
	rhashtable_walk_stop(walk);
	if (flow)
		return;
	rhashtable_walk_exit(walk);	/* that was the last one: from the beginning */
	rhashtable_walk_enter(&sn->flows_by_id, walk);
}

static void expire(struct work_struct *work)
{
	struct sotto_net *sn = container_of(to_delayed_work(work), struct sotto_net, expiry);
	struct sotto_flow *flow, *next;
	LIST_HEAD(idle);

	mutex_lock(&sn->control);
	spin_lock_bh(&sn->flow_lock);
	list_for_each_entry_safe(flow, next, &sn->flow_list, list) {
		if (flow->before && time_after(jiffies, flow->before->since + LEFT_BEHIND))
			forget_before(flow);
		if (!is_idle(flow))
			continue;
		unlink_flow(flow);
		list_add(&flow->list, &idle);
	}
	spin_unlock_bh(&sn->flow_lock);
	list_for_each_entry_safe(flow, next, &idle, list)
		bury(flow);
	look_for_sockets(sn);
	sotto_forward_end(sn, false);
	mutex_unlock(&sn->control);
	queue_delayed_work(system_power_efficient_wq, &sn->expiry, EXPIRY_INTERVAL);
}

/**
 * sotto_flows_init() - Begin with no flow.
 * @sn: netns
 *
 * Context: process, may sleep. Return: 0 or a negative errno; then nothing is held.
 */
int sotto_flows_init(struct sotto_net *sn)
{
	int err;

	spin_lock_init(&sn->flow_lock);
	INIT_LIST_HEAD(&sn->flow_list);
	err = rhashtable_init(&sn->flows, &sotto_by_tuple);
	if (err)
		return err;
	err = rhashtable_init(&sn->flows_by_id, &id_params);
	if (err) {
		rhashtable_destroy(&sn->flows);
		return err;
	}
	rhashtable_walk_enter(&sn->flows_by_id, &sn->socket_walk);
	INIT_DELAYED_WORK(&sn->expiry, expire);
	queue_delayed_work(system_power_efficient_wq, &sn->expiry, EXPIRY_INTERVAL);
	return 0;
}

/**
 * sotto_flows_exit() - End all flows.
 * @sn: netns; its hooks have gone, a grace period ago
 *
 * Context: process, may sleep.
 */
void sotto_flows_exit(struct sotto_net *sn)
{
	struct sotto_flow *flow, *next;

	cancel_delayed_work_sync(&sn->expiry);
	rhashtable_walk_exit(&sn->socket_walk);
	list_for_each_entry_safe(flow, next, &sn->flow_list, list)
		sotto_flow_remove(flow);
	rhashtable_destroy(&sn->flows);
	rhashtable_destroy(&sn->flows_by_id);
}
