// SPDX-License-Identifier: GPL-2.0-only
/*
 * sotto: SRTP in the network path. What there is and in which order it comes up.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "agent.h"
#include "evidence.h"
#include "flow.h"
#include "forward.h"
#include "hook.h"
#include "net.h"
#include "netlink.h"
#include "selftest.h"
#include "session.h"

unsigned int sotto_net_id;

static int __net_init net_init(struct net *net)
{
	struct sotto_net *sn = sotto_net(net);
	int err;

	sn->net = net;
	mutex_init(&sn->control);
	sotto_evidence_init(&sn->evidence);
	sn->totals = alloc_percpu(struct sotto_totals);
	if (!sn->totals)
		return -ENOMEM;
	sn->no_rule.spec.action = SOTTO_ACTION_PREFER;
	sn->no_rule.stats.totals = sn->totals;
	err = sotto_taint_init(&sn->taint);
	if (err)
		goto err_totals;
	err = sotto_flows_init(sn);
	if (err)
		goto err_taint;
	err = sotto_agent_init(sn);
	if (err)
		goto err_flows;
	err = sotto_hooks_register(sn);
	if (err)
		goto err_agent;
	return 0;

err_agent:
	sotto_agent_exit(sn);
err_flows:
	sotto_flows_exit(sn);
err_taint:
	sotto_taint_exit(&sn->taint);
err_totals:
	free_percpu(sn->totals);
	return err;
}

/* A grace period passes between this and net_exit(). */
static void __net_exit net_pre_exit(struct net *net)
{
	struct sotto_net *sn = sotto_net(net);

	sotto_hooks_unregister(sn);
	mutex_lock(&sn->control);
	sotto_forward_end(sn, true);
	mutex_unlock(&sn->control);
}

static void __net_exit net_exit(struct net *net)
{
	struct sotto_net *sn = sotto_net(net);

	sotto_flows_exit(sn);
	mutex_lock(&sn->control);
	sotto_rules_exit(sn);
	mutex_unlock(&sn->control);
	sotto_agent_exit(sn);
	sotto_taint_exit(&sn->taint);
	sotto_evidence_exit(&sn->evidence);
	free_percpu(sn->totals);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &sotto_net_id,
	.size = sizeof(struct sotto_net),
};

static int __init sotto_init(void)
{
	int err;

	err = sotto_session_module_init();
	if (err)
		return err;
	err = sotto_selftest();
	if (err)
		goto err_session;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_session;
	err = register_netdevice_notifier(&sotto_forward_notifier);
	if (err)
		goto err_net;
	err = sotto_netlink_init();
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	unregister_netdevice_notifier(&sotto_forward_notifier);
err_net:
	unregister_pernet_subsys(&net_ops);
err_session:
	sotto_session_module_exit();
	return err;
}

/* No require rule stands: each of them pins the module. */
static void __exit sotto_exit(void)
{
	sotto_netlink_exit();
	unregister_netdevice_notifier(&sotto_forward_notifier);
	unregister_pernet_subsys(&net_ops);
	sotto_session_module_exit();
}

module_init(sotto_init);
module_exit(sotto_exit);

MODULE_DESCRIPTION("SRTP in the network path, for programs that speak plain RTP");
MODULE_AUTHOR("the sotto authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(SOTTO_FAMILY_NAME);
