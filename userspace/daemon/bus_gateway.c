// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a gateway needs beside rules: their devices, and that it forwards at all.
 */
#include "bus.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct gateway {
	struct mnl_socket *nl;
	unsigned int wanted;	/* rules for those behind a device */
	unsigned int there;	/* whose device is there */
	char absent[IF_NAMESIZE];
	bool stays;		/* what comes from one of these is not forwarded */
};

static int read_forwarding(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct netconfmsg))
		if (mnl_attr_get_type(attr) == NETCONFA_FORWARDING &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			*(bool *)arg = mnl_attr_get_u32(attr);
	return MNL_CB_STOP;
}

/* The unit shows sottod no /proc/sys. A family that the kernel does not have is not forwarded. */
static bool forwards(struct mnl_socket *nl, uint8_t family, int ifindex)
{
	_Alignas(struct nlmsghdr) uint8_t buffer[1024];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct netconfmsg *conf;
	bool on = false;
	ssize_t n;

	message->nlmsg_type = RTM_GETNETCONF;
	message->nlmsg_flags = NLM_F_REQUEST;
	conf = mnl_nlmsg_put_extra_header(message, sizeof(*conf));
	conf->ncm_family = family;
	mnl_attr_put_u32(message, NETCONFA_IFINDEX, ifindex);
	if (mnl_socket_sendto(nl, message, message->nlmsg_len) < 0)
		return false;
	n = mnl_socket_recvfrom(nl, buffer, sizeof(buffer));
	if (n > 0)
		mnl_cb_run(buffer, n, 0, mnl_socket_get_portid(nl), read_forwarding, &on);
	return on;
}

/*
 * IPv4 asks the device that a packet has come by, IPv6 the machine. Where a rule names no
 * family one is enough: routers of IPv4 alone are many, and right.
 */
static bool any_forwards(struct mnl_socket *nl, const struct sotto_rule *rule, int ifindex)
{
	bool any = !(rule->has & SOTTO_RULE_HAS_FAMILY);

	return ((any || rule->family == AF_INET) && forwards(nl, AF_INET, ifindex)) ||
	       ((any || rule->family == AF_INET6) &&
		forwards(nl, AF_INET6, NETCONFA_IFINDEX_ALL));
}

static int look_behind(const struct sotto_rule *rule, void *arg)
{
	struct gateway *g = arg;
	int ifindex;

	if (!(rule->has & SOTTO_RULE_HAS_FORWARD) || rule->action == SOTTO_ACTION_BYPASS)
		return 0;
	g->wanted++;
	ifindex = if_nametoindex(rule->forward);
	if (!ifindex) {
		snprintf(g->absent, sizeof(g->absent), "%s", rule->forward);
		return 0;
	}
	g->there++;
	g->stays |= !any_forwards(g->nl, rule, ifindex);
	return 0;
}

/*
 * A rule may come before its device, so the kernel takes any name. Some devices come and go
 * (a dock, a tunnel), and nobody is behind one that is not there: that is told. But where
 * none is there nobody is protected, and more likely a name is wrong.
 */
static struct finding judge(const struct gateway *g, char waits[BUS_GATEWAY_MAX])
{
	if (!g->there)
		return (struct finding){ "gateway", false,
					 "rules are for telephones behind this machine, and none of "
					 "their devices is there",
					 "sotto rule list; then mend --forward, or bring the device "
					 "up" };
	if (g->stays)
		return (struct finding){ "gateway", false,
					 "a rule is for telephones behind this machine, which does "
					 "not forward what they send",
					 "sudo sysctl net.ipv4.ip_forward=1, or for IPv6 "
					 "net.ipv6.conf.all.forwarding=1; to keep it: /etc/sysctl.d" };
	if (!*g->absent)
		return (struct finding){ "gateway", true,
					 "the devices of those behind this machine are there", "" };
	snprintf(waits, BUS_GATEWAY_MAX, "%s is not there: its rule waits for it, others' devices "
		 "are there", g->absent);
	return (struct finding){ "gateway", true, waits, "" };
}

bool bus_gateway(struct bus *b, struct finding *out, char waits[BUS_GATEWAY_MAX])
{
	struct kernel *k = calls_kernel(b->calls);
	struct gateway g = { 0 };
	bool known;

	if (!k)
		return false;
	g.nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!g.nl)
		return false;
	known = mnl_socket_bind(g.nl, 0, MNL_SOCKET_AUTOPID) >= 0 &&
		sotto_rule_dump(kernel_requests(k), look_behind, &g) >= 0 && g.wanted;
	mnl_socket_close(g.nl);
	if (known)
		*out = judge(&g, waits);
	return known;
}
