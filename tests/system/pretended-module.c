// SPDX-License-Identifier: GPL-2.0-or-later
#include "pretended-module.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define FAMILY		31
#define GROUP		7
#define ANSWERS		8

#define EXPORT		__attribute__((visibility("default")))

struct datagram {
	size_t len;
	uint8_t data[MESSAGE_MAX];
};

struct mnl_socket {
	int fd;
	bool is_agent;
	struct datagram answer[ANSWERS];
	size_t n, next;
};

static int agent_fd = -1;
static struct mnl_socket *dumping;

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

void wake(void)
{
	const uint64_t one = 1;

	if (agent_fd >= 0 && write(agent_fd, &one, sizeof(one)) < 0)
		err(1, "eventfd");
}

/* Messages. */

static struct nlmsghdr *message(void *buf, uint16_t type, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	return nlh;
}

static struct nlmsghdr *of_family(void *buf, uint8_t cmd, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *nlh = message(buf, FAMILY, flags, seq);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = SOTTO_FAMILY_VERSION;
	return nlh;
}

static void put_flow(struct nlmsghdr *nlh, const struct flow *f)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	uint32_t us = htonl(f->from), them = htonl(f->to);

	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, f->id);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, AF_INET);
	mnl_attr_put(nlh, SOTTO_A_FLOW_LADDR, sizeof(us), &us);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_LPORT, htons(f->from_port));
	mnl_attr_put(nlh, SOTTO_A_FLOW_RADDR, sizeof(them), &them);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_RPORT, htons(f->port));
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_TX, f->state[SOTTO_DIR_TX]);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_RX, f->state[SOTTO_DIR_RX]);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_FLAGS, f->flags);
	if (f->has_uid)
		mnl_attr_put_u32(nlh, SOTTO_A_FLOW_UID, f->uid);
	if (f->cookie_len)
		mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, f->cookie_len, f->cookie);
	mnl_attr_nest_end(nlh, nest);
}

size_t put_event(void *buf, enum sotto_event event, const struct flow *f)
{
	struct nlmsghdr *nlh = of_family(buf, SOTTO_CMD_EVENT, 0, 0);

	mnl_attr_put_u32(nlh, SOTTO_A_EVENT, event);
	put_flow(nlh, f);
	return nlh->nlmsg_len;
}

size_t put_packet(void *buf, uint64_t id, enum sotto_packet_kind kind, const uint8_t *data,
		  size_t len)
{
	struct nlmsghdr *nlh = of_family(buf, SOTTO_CMD_PACKET, 0, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_PACKET);

	mnl_attr_put_u64(nlh, SOTTO_A_PACKET_FLOW_ID, id);
	mnl_attr_put_u32(nlh, SOTTO_A_PACKET_KIND, kind);
	mnl_attr_put(nlh, SOTTO_A_PACKET_DATA, len, data);
	mnl_attr_nest_end(nlh, nest);
	return nlh->nlmsg_len;
}

/* Requests. */

static struct datagram *answer(struct mnl_socket *nl)
{
	if (nl->n == ANSWERS)
		errx(1, "more answers than anybody reads");
	return &nl->answer[nl->n++];
}

static void say_errno(struct mnl_socket *nl, uint32_t seq, int err)
{
	struct datagram *d = answer(nl);
	struct nlmsghdr *nlh = message(d->data, NLMSG_ERROR, NLM_F_CAPPED, seq);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = -err;
	e->msg.nlmsg_len = sizeof(e->msg);
	d->len = nlh->nlmsg_len;
}

static void say_flow(struct mnl_socket *nl, uint32_t seq, const struct flow *f, uint16_t flags)
{
	struct datagram *d = answer(nl);
	struct nlmsghdr *nlh = of_family(d->data, SOTTO_CMD_FLOW_NEW, flags, seq);

	put_flow(nlh, f);
	d->len = nlh->nlmsg_len;
}

static uint64_t value(const struct nlattr *nest, uint16_t type, size_t len)
{
	const struct nlattr *attr;
	uint64_t v = 0;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			memcpy(&v, mnl_attr_get_payload(attr), len);
	return v;
}

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static void take_cookie(struct flow *f, const struct nlattr *nest)
{
	const struct nlattr *cookie = find(nest, SOTTO_A_FLOW_COOKIE);

	if (!cookie)
		return;
	f->cookie_len = mnl_attr_get_payload_len(cookie);
	memcpy(f->cookie, mnl_attr_get_payload(cookie), f->cookie_len);
}

static int set_flow(const struct nlattr *nest)
{
	struct flow *f = module_flow_of(value(nest, SOTTO_A_FLOW_ID, 8));

	if (!f)
		return ENOENT;
	for (int dir = 0; dir < 2; dir++) {
		uint32_t state = value(nest, SOTTO_A_FLOW_STATE_TX + dir, 4);

		if (state == SOTTO_STATE_SECURE && !f->has_key[dir])
			return ENOKEY;
		f->state[dir] = state ? state : f->state[dir];
	}
	f->flags &= find(nest, SOTTO_A_FLOW_STATE_TX) ? ~SOTTO_FLOW_F_EMBRYONIC : ~0U;
	take_cookie(f, nest);
	if (find(nest, SOTTO_A_FLOW_STATE_TX) || find(nest, SOTTO_A_FLOW_STATE_RX))
		module_flow_set(f);
	return 0;
}

static int send_packet(const struct nlattr *nest)
{
	struct flow *f = module_flow_of(value(nest, SOTTO_A_PACKET_FLOW_ID, 8));
	const struct nlattr *data = find(nest, SOTTO_A_PACKET_DATA);

	if (!f || !data)
		return ENOENT;
	return module_packet(f, value(nest, SOTTO_A_PACKET_KIND, 4), mnl_attr_get_payload(data),
			     mnl_attr_get_payload_len(data));
}

static int new_flow(struct mnl_socket *nl, uint32_t seq, const struct nlattr *nest)
{
	struct flow *f = module_new_flow(ntohl(value(nest, SOTTO_A_FLOW_RADDR, 4)));

	if (!f)
		return EINVAL;
	set_flow(nest);
	f->cookie_len = 0;
	take_cookie(f, nest);
	say_flow(nl, seq, f, 0);
	return 0;
}

static int new_key(const struct nlattr *nest)
{
	struct flow *f = module_flow_of(value(nest, SOTTO_A_KEY_FLOW_ID, 8));

	if (!f)
		return ENOENT;
	f->has_key[value(nest, SOTTO_A_KEY_DIR, 4) & 1] = true;
	return 0;
}

static int serve(struct mnl_socket *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nest = mnl_nlmsg_get_payload_offset(nlh, sizeof(*genl));
	struct flow *f;

	switch (genl->cmd) {
	case SOTTO_CMD_AGENT_BIND:
		nl->is_agent = true;
		agent_fd = nl->fd;
		return 0;
	case SOTTO_CMD_FLOW_NEW:
		return new_flow(nl, nlh->nlmsg_seq, nest);
	case SOTTO_CMD_FLOW_GET:
		f = module_flow_of(value(nest, SOTTO_A_FLOW_ID, 8));
		if (f)
			say_flow(nl, nlh->nlmsg_seq, f, 0);
		return f ? 0 : ENOENT;
	case SOTTO_CMD_FLOW_SET:
		return set_flow(nest);
	case SOTTO_CMD_FLOW_DEL:
		f = module_flow_of(value(nest, SOTTO_A_FLOW_ID, 8));
		return f ? module_delete_flow(f) : ENOENT;
	case SOTTO_CMD_KEY_NEW:
		return new_key(nest);
	case SOTTO_CMD_PACKET:
		return send_packet(nest);
	default:
		return 0;
	}
}

static void tell_family(struct mnl_socket *nl, uint32_t seq)
{
	struct datagram *d = answer(nl);
	struct nlmsghdr *nlh = message(d->data, GENL_ID_CTRL, 0, seq);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	struct nlattr *groups, *group;

	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, SOTTO_MCGRP_EVENTS);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	d->len = nlh->nlmsg_len;
	say_errno(nl, seq, 0);
}

/* A dump is made while it is read: @next counts the flows. */
static size_t next_of_dump(struct mnl_socket *nl, uint8_t *buf)
{
	uint32_t seq = ((struct nlmsghdr *)nl->answer[0].data)->nlmsg_seq;
	struct nlmsghdr *nlh;

	while (nl->next < module_room()) {
		const struct flow *f = module_flow(nl->next++);

		if (!f->id)
			continue;
		nlh = of_family(buf, SOTTO_CMD_FLOW_NEW, NLM_F_MULTI, seq);
		put_flow(nlh, f);
		return nlh->nlmsg_len;
	}
	dumping = NULL;
	nl->n = 0;
	nlh = message(buf, NLMSG_DONE, NLM_F_MULTI, seq);
	mnl_nlmsg_put_extra_header(nlh, sizeof(int));
	return nlh->nlmsg_len;
}

/* In the place of libmnl's. */

EXPORT struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *nl = calloc(1, sizeof(*nl));

	if (nl)
		nl->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return nl;
}

EXPORT int mnl_socket_close(struct mnl_socket *nl)
{
	close(nl->fd);
	free(nl);
	return 0;
}

EXPORT int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

EXPORT int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return nl->fd;
}

EXPORT unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return 0;
}

EXPORT int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	return 0;
}

EXPORT ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	struct mnl_socket *to = (struct mnl_socket *)nl;
	const struct nlmsghdr *nlh = buf;

	to->n = to->next = 0;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		tell_family(to, nlh->nlmsg_seq);
	} else if ((nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		say_errno(to, nlh->nlmsg_seq, 0);	/* only its number counts */
		dumping = to;
		if (((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd == SOTTO_CMD_RULE_GET)
			to->next = module_room();
	} else {
		say_errno(to, nlh->nlmsg_seq, serve(to, nlh));
	}
	return len;
}

static ssize_t next_notice(struct mnl_socket *nl, uint8_t *buf)
{
	ssize_t len = module_notice(buf);
	uint64_t count;

	if (len > 0)
		return len;
	if (!len && read(nl->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		err(1, "eventfd");
	errno = len ? ENOBUFS : EAGAIN;
	return -1;
}

EXPORT ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	struct mnl_socket *from = (struct mnl_socket *)nl;

	if (from == dumping)
		return next_of_dump(from, buf);
	if (from->next < from->n) {
		memcpy(buf, from->answer[from->next].data, from->answer[from->next].len);
		return from->answer[from->next++].len;
	}
	if (!from->is_agent) {
		errno = EAGAIN;
		return -1;
	}
	return next_notice(from, buf);
}
