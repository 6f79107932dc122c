// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A netlink socket bound to the family "sotto": requests, answers, errors.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "priv.h"

int sotto_link_fail(struct sotto_link *link, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(link->error, sizeof(link->error), fmt, args);
	va_end(args);
	return -err;
}

static int errno_fail(struct sotto_link *link, const char *what)
{
	int err = errno;

	return sotto_link_fail(link, err, "%s: %s", what, strerror(err));
}

size_t sotto_link_whole(const void *buf, size_t len)
{
	const struct nlmsghdr *nlh;
	size_t at = 0;

	/* libmnl takes a length of 2 GB and more for a negative one, which fits anywhere. */
	while (len - at >= sizeof(*nlh)) {
		nlh = (const void *)((const uint8_t *)buf + at);
		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > len - at)
			return at;
		at += MNL_ALIGN(nlh->nlmsg_len);
		if (at > len)
			return len;
	}
	return at;
}

/* The attributes that may follow the message which an error quotes. */
static const char *extack_msg(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	unsigned int skip = sizeof(*err);

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (err->msg.nlmsg_len < sizeof(err->msg) || err->msg.nlmsg_len > nlh->nlmsg_len)
			return NULL;
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	}
	mnl_attr_for_each(attr, nlh, skip) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			return mnl_attr_get_str(attr);
	}
	return NULL;
}

static int error_cb(const struct nlmsghdr *nlh, void *data)
{
	struct sotto_link *link = data;
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	const char *msg;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	if (!err->error)
		return MNL_CB_STOP;
	errno = err->error < 0 ? -err->error : err->error;
	msg = extack_msg(nlh);
	if (msg)
		snprintf(link->error, sizeof(link->error), "%s", msg);
	return MNL_CB_ERROR;
}

/*
 * mnl_cb_run2() hands its one data pointer to the control callbacks too; this pair
 * lets both kinds have their own.
 */
struct call {
	struct sotto_link *link;
	mnl_cb_t cb;
	void *arg;
	int verdict;	/* what the caller's callback ended the dump with */
};

static int call_error_cb(const struct nlmsghdr *nlh, void *data)
{
	struct call *call = data;

	return error_cb(nlh, call->link);
}

static int call_data_cb(const struct nlmsghdr *nlh, void *data)
{
	struct call *call = data;

	if (!call->cb || call->verdict)
		return MNL_CB_OK;
	/* A dump is read to its end in any case: the next answer must be the next. */
	call->verdict = call->cb(nlh, call->arg);
	return MNL_CB_OK;
}

struct nlmsghdr *sotto_link_begin(struct sotto_link *link, enum sotto_cmd cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(link->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = link->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	nlh->nlmsg_seq = ++link->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = SOTTO_FAMILY_VERSION;
	return nlh;
}

/*
 * Part of the answer to @seq. What an answer that was cut short has left behind is
 * passed over, or each later request would be given the answer to the one before.
 */
static ssize_t receive(struct sotto_link *link, uint32_t seq)
{
	const struct nlmsghdr *nlh = (const void *)link->buf;
	ssize_t n;

	for (;;) {
		n = mnl_socket_recvfrom(link->nl, link->buf, sizeof(link->buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return n;
		n = sotto_link_whole(link->buf, n);
		if (!n) {
			errno = EBADMSG;
			return -1;
		}
		if (nlh->nlmsg_seq == seq)
			return n;
	}
}

int sotto_link_call(struct sotto_link *link, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg)
{
	mnl_cb_t control[] = { [NLMSG_ERROR] = call_error_cb };
	struct call call = { .link = link, .cb = cb, .arg = arg };
	size_t sent = nlh->nlmsg_len;
	uint32_t seq = nlh->nlmsg_seq;
	ssize_t n;
	int ret;

	n = mnl_socket_sendto(link->nl, nlh, sent);
	ret = errno;
	explicit_bzero(link->buf, sent);
	if (n < 0) {
		errno = ret;
		return errno_fail(link, "cannot ask the kernel");
	}
	do {
		n = receive(link, seq);
		if (n < 0)
			return errno_fail(link, "the kernel's answer got lost");
		link->error[0] = '\0';
		ret = mnl_cb_run2(link->buf, n, seq, mnl_socket_get_portid(link->nl),
				  call_data_cb, &call, control,
				  sizeof(control) / sizeof(control[0]));
	} while (ret > 0);
	if (ret < 0) {
		int err = errno;

		if (!link->error[0])
			sotto_link_fail(link, err, "%s", strerror(err));
		return -err;
	}
	return call.verdict;
}

void sotto_attrs_nest(const struct nlattr *nest, const struct nlattr **tb, int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(tb[0]));
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
}

void sotto_attrs_top(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	const struct nlattr *attr;

	memset(tb, 0, (SOTTO_A_MAX + 1) * sizeof(tb[0]));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) <= SOTTO_A_MAX)
			tb[mnl_attr_get_type(attr)] = attr;
}

/* What the kernel says of the family. */

static void read_groups(const struct nlattr *nest, uint32_t *group)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		sotto_attrs_nest(attr, tb, CTRL_ATTR_MCAST_GRP_MAX);
		if (tb[CTRL_ATTR_MCAST_GRP_NAME] && tb[CTRL_ATTR_MCAST_GRP_ID] &&
		    !mnl_attr_validate(tb[CTRL_ATTR_MCAST_GRP_NAME], MNL_TYPE_NUL_STRING) &&
		    !strcmp(mnl_attr_get_str(tb[CTRL_ATTR_MCAST_GRP_NAME]), SOTTO_MCGRP_EVENTS))
			*group = sotto_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	struct sotto_link *link = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			link->family = sotto_u16(attr);
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			read_groups(attr, &link->group);
	}
	return 0;
}

static int find_family(struct sotto_link *link)
{
	struct nlmsghdr *nlh;
	struct genlmsghdr *genl;
	int err;

	link->family = GENL_ID_CTRL;
	nlh = sotto_link_begin(link, 0, 0);
	genl = mnl_nlmsg_get_payload(nlh);
	genl->cmd = CTRL_CMD_GETFAMILY;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, SOTTO_FAMILY_NAME);
	err = sotto_link_call(link, nlh, family_cb, link);
	if (err == -ENOENT)
		sotto_link_fail(link, ENOENT,
				"the kernel module sotto is not loaded; try: modprobe sotto");
	return err;
}

int sotto_link_open(struct sotto_link *link)
{
	int on = 1, err;

	link->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!link->nl)
		return errno_fail(link, "no netlink socket");
	/* Sentences with errors; where the kernel cannot, there are just none. */
	mnl_socket_setsockopt(link->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(link->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	if (mnl_socket_bind(link->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		err = errno_fail(link, "cannot bind a netlink socket");
	else
		err = find_family(link);
	if (err) {
		mnl_socket_close(link->nl);
		link->nl = NULL;
	}
	return err;
}

void sotto_link_close(struct sotto_link *link)
{
	if (link->nl)
		mnl_socket_close(link->nl);
	explicit_bzero(link->buf, sizeof(link->buf));
}
