// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events and the agent. What the kernel tells comes on one socket, what the agent
 * asks goes by another: an answer is then never behind a queue of notices.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

#define RECEIVE_BUFFER	(4 * 1024 * 1024)	/* bytes of notices that may wait */

struct sotto_listener {
	struct sotto_link link;		/* notices; bound as the agent */
	struct sotto_link requests;	/* for sotto_packet_send() */
};

static int join(struct sotto_listener *l, uint32_t group)
{
	int err;

	if (!mnl_socket_setsockopt(l->link.nl, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return 0;
	err = errno;
	return sotto_link_fail(&l->link, err, "cannot listen to sotto's events: %s", strerror(err));
}

static int setup(struct sotto_listener *l, bool agent)
{
	int fd = mnl_socket_get_fd(l->link.nl), size = RECEIVE_BUFFER;
	int err;

	/* Families that come and go, first: whoever binds has a module, or hears that it went. */
	err = join(l, GENL_ID_CTRL);
	if (err)
		return err;
	if (agent) {
		err = sotto_link_call(&l->link,
				      sotto_link_begin(&l->link, SOTTO_CMD_AGENT_BIND, 0),
				      NULL, NULL);
		if (err)
			return err;
	}
	/* With CAP_NET_ADMIN the limit for all does not hold; without it, as far as it goes. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	err = join(l, l->link.group);
	if (err)
		return err;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return sotto_link_fail(&l->link, errno, "%s", strerror(errno));
	return 0;
}

int sotto_listener_open(struct sotto_listener **out, bool agent)
{
	struct sotto_listener *l = calloc(1, sizeof(*l));
	int err;

	*out = l;
	if (!l)
		return -ENOMEM;
	err = sotto_link_open(&l->link);
	if (!err)
		err = setup(l, agent);
	if (!err)
		err = sotto_link_open(&l->requests);
	if (err && !l->link.error[0])
		sotto_link_fail(&l->link, -err, "%s", l->requests.error);
	return err;
}

void sotto_listener_close(struct sotto_listener *l)
{
	if (!l)
		return;
	sotto_link_close(&l->link);
	sotto_link_close(&l->requests);
	free(l);
}

const char *sotto_listener_error(const struct sotto_listener *l)
{
	return l ? l->link.error : "no memory";
}

int sotto_listener_fd(const struct sotto_listener *l)
{
	return mnl_socket_get_fd(l->link.nl);
}

/* What one message tells. False if it is none that we know. */
static bool read_notice(const struct nlmsghdr *nlh, struct sotto_notice *out)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[SOTTO_A_MAX + 1];
	const struct nlattr *packet[SOTTO_A_PACKET_MAX + 1];

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl))
		return false;
	memset(out, 0, sizeof(*out));
	sotto_attrs_top(nlh, tb);
	if (genl->cmd == SOTTO_CMD_EVENT && tb[SOTTO_A_EVENT] && tb[SOTTO_A_FLOW]) {
		out->event = sotto_u32(tb[SOTTO_A_EVENT]);
		out->has_dir = tb[SOTTO_A_DIR];
		out->dir = sotto_u32(tb[SOTTO_A_DIR]);
		sotto_flow_read(tb[SOTTO_A_FLOW], &out->flow);
		out->flow_id = out->flow.id;
		return true;
	}
	if (genl->cmd != SOTTO_CMD_PACKET || !tb[SOTTO_A_PACKET])
		return false;
	sotto_attrs_nest(tb[SOTTO_A_PACKET], packet, SOTTO_A_PACKET_MAX);
	if (!packet[SOTTO_A_PACKET_FLOW_ID] || !packet[SOTTO_A_PACKET_KIND] ||
	    !packet[SOTTO_A_PACKET_DATA])
		return false;
	out->is_packet = true;
	out->flow_id = sotto_u64(packet[SOTTO_A_PACKET_FLOW_ID], 0);
	out->kind = sotto_u32(packet[SOTTO_A_PACKET_KIND]);
	out->data = mnl_attr_get_payload(packet[SOTTO_A_PACKET_DATA]);
	out->len = mnl_attr_get_payload_len(packet[SOTTO_A_PACKET_DATA]);
	return true;
}

/* That our family is gone: another module may come, and knows nothing of this socket. */
static bool is_farewell(const struct sotto_listener *l, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if (nlh->nlmsg_type != GENL_ID_CTRL || mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ||
	    genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			return sotto_u16(attr) == l->link.family;
	return false;
}

int sotto_listener_read(struct sotto_listener *l,
			int (*cb)(const struct sotto_notice *, void *), void *arg)
{
	struct sotto_notice notice;
	int verdict;

	for (;;) {
		ssize_t n = mnl_socket_recvfrom(l->link.nl, l->link.buf, sizeof(l->link.buf));
		const struct nlmsghdr *nlh = (const void *)l->link.buf;
		int left;

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sotto_link_fail(&l->link, errno, "%s", strerror(errno));
		left = sotto_link_whole(nlh, n);
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (is_farewell(l, nlh))
				return sotto_link_fail(&l->link, ENODEV,
						       "the kernel module has been unloaded");
			if (nlh->nlmsg_type != l->link.family || !read_notice(nlh, &notice))
				continue;
			verdict = cb(&notice, arg);
			if (verdict)
				return verdict;
		}
	}
}

int sotto_packet_send(struct sotto_listener *l, uint64_t flow_id, enum sotto_packet_kind kind,
		      const void *data, size_t len)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int err;

	if (!len || len > SOTTO_PAYLOAD_MAX)
		return sotto_link_fail(&l->link, EINVAL, "a packet has 1 to %d bytes",
				       SOTTO_PAYLOAD_MAX);
	nlh = sotto_link_begin(&l->requests, SOTTO_CMD_PACKET, 0);
	nest = mnl_attr_nest_start(nlh, SOTTO_A_PACKET);
	mnl_attr_put_u64(nlh, SOTTO_A_PACKET_FLOW_ID, flow_id);
	mnl_attr_put_u32(nlh, SOTTO_A_PACKET_KIND, kind);
	mnl_attr_put(nlh, SOTTO_A_PACKET_DATA, len, data);
	mnl_attr_nest_end(nlh, nest);
	err = sotto_link_call(&l->requests, nlh, NULL, NULL);
	if (err)
		sotto_link_fail(&l->link, -err, "%s", l->requests.error);
	return err;
}
