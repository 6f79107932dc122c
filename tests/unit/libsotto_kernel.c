// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands in for libmnl's sockets; libmnl's messages and attributes are the real ones.
 * What a test lays down before a request answers it: the sequence number is put in
 * when it is received.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sotto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libsotto_kernel.h"

#define DATAGRAMS	48
#define DATAGRAM_SIZE	8192

struct datagram {
	uint8_t buf[DATAGRAM_SIZE] __attribute__((aligned(8)));
	size_t len;
	int err;	/* recvfrom() fails instead */
	bool notice;	/* keeps its sequence number */
};

struct mnl_socket {
	int fd;
	bool tells_family;
};

static struct {
	bool loaded, hears_families;
	unsigned int sockets;
	uint32_t seq;
	uint8_t asked[65536] __attribute__((aligned(8)));
	size_t asked_len;
	struct datagram datagram[DATAGRAMS];
	unsigned int read, written;
	struct nlmsghdr *last;
} kernel;

void kernel_reset(bool module_is_loaded)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.loaded = module_is_loaded;
}

const struct nlmsghdr *kernel_asked(void)
{
	return kernel.asked_len ? (void *)kernel.asked : NULL;
}

bool kernel_hears_families(void)
{
	return kernel.hears_families;
}

unsigned int kernel_sockets(void)
{
	return kernel.sockets;
}

static struct datagram *last_datagram(void)
{
	struct datagram *d = &kernel.datagram[kernel.written];

	/* The length of what is in it may have grown. */
	if (kernel.last)
		d->len = (uint8_t *)kernel.last - d->buf + NLMSG_ALIGN(kernel.last->nlmsg_len);
	return d;
}

void kernel_datagram(void)
{
	if (last_datagram()->len || last_datagram()->err)
		kernel.written++;
	kernel.last = NULL;
	if (kernel.written >= DATAGRAMS)
		abort();
}

struct nlmsghdr *kernel_message(uint16_t type, uint16_t flags)
{
	struct datagram *d = last_datagram();

	kernel.last = mnl_nlmsg_put_header(d->buf + d->len);
	kernel.last->nlmsg_type = type;
	kernel.last->nlmsg_flags = flags;
	return kernel.last;
}

struct nlmsghdr *kernel_answer(uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = kernel_message(KERNEL_FAMILY, flags);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = SOTTO_FAMILY_VERSION;
	return nlh;
}

struct nlmsghdr *kernel_notice(uint8_t cmd)
{
	kernel.datagram[kernel.written].notice = true;
	return kernel_answer(cmd, 0);
}

void kernel_ack(void)
{
	kernel_error(0, NULL);
}

void kernel_error(int err, const char *msg)
{
	struct nlmsghdr *nlh = kernel_message(NLMSG_ERROR, NLM_F_CAPPED |
					      (msg ? NLM_F_ACK_TLVS : 0));
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = -err;
	e->msg.nlmsg_len = sizeof(e->msg);
	if (msg)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, msg);
	kernel_datagram();
}

void kernel_done(void)
{
	mnl_nlmsg_put_extra_header(kernel_message(NLMSG_DONE, NLM_F_MULTI), sizeof(int));
	kernel_datagram();
}

void kernel_cut(size_t len)
{
	last_datagram();
	kernel.last = NULL;
	kernel.datagram[kernel.written++].len = len;
}

void kernel_fails(int err)
{
	kernel.datagram[kernel.written++].err = err;
}

/* In the place of libmnl's. */

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *nl;
	int pair[2];

	if (bus != NETLINK_GENERIC || !(flags & SOCK_CLOEXEC) ||
	    socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
		return NULL;
	close(pair[1]);
	nl = calloc(1, sizeof(*nl));
	if (!nl)
		abort();
	nl->fd = pair[0];
	kernel.sockets++;
	return nl;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	close(nl->fd);
	free(nl);
	kernel.sockets--;
	return 0;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	return groups || pid ? -1 : 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return nl->fd;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	uint32_t group = 0;

	if (type == NETLINK_ADD_MEMBERSHIP && len == sizeof(group))
		memcpy(&group, buf, len);
	if (type == NETLINK_ADD_MEMBERSHIP && group != KERNEL_GROUP && group != GENL_ID_CTRL) {
		errno = EINVAL;
		return -1;
	}
	kernel.hears_families |= group == GENL_ID_CTRL;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;

	((struct mnl_socket *)nl)->tells_family = nlh->nlmsg_type == GENL_ID_CTRL;
	kernel.seq = nlh->nlmsg_seq;
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		return len;
	if (len > sizeof(kernel.asked))
		abort();
	memcpy(kernel.asked, buf, len);
	kernel.asked_len = len;
	return len;
}

static size_t tell_family(void *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	struct nlattr *groups, *group;
	size_t len;

	nlh->nlmsg_seq = kernel.seq;
	if (!kernel.loaded) {
		struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

		nlh->nlmsg_type = NLMSG_ERROR;
		e->error = -ENOENT;
		return nlh->nlmsg_len;
	}
	nlh->nlmsg_type = GENL_ID_CTRL;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, KERNEL_FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, KERNEL_GROUP);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, SOTTO_MCGRP_EVENTS);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	len = NLMSG_ALIGN(nlh->nlmsg_len);
	nlh = mnl_nlmsg_put_header((uint8_t *)buf + len);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_seq = kernel.seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr));
	return len + nlh->nlmsg_len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	struct datagram *d = &kernel.datagram[kernel.read];
	struct nlmsghdr *nlh;
	int left;

	if (nl->tells_family) {
		((struct mnl_socket *)nl)->tells_family = false;
		return tell_family(buf);
	}
	if (kernel.read == kernel.written) {
		errno = EAGAIN;
		return -1;
	}
	kernel.read++;
	if (d->err) {
		errno = d->err;
		return -1;
	}
	if (d->len > size) {
		errno = ENOSPC;
		return -1;
	}
	left = d->len;
	for (nlh = (void *)d->buf; !d->notice && mnl_nlmsg_ok(nlh, left) &&
	     nlh->nlmsg_len <= DATAGRAM_SIZE;
	     nlh = mnl_nlmsg_next(nlh, &left))
		if (!nlh->nlmsg_seq)
			nlh->nlmsg_seq = kernel.seq;
	memcpy(buf, d->buf, d->len);
	return d->len;
}
