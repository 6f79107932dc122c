// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests that libsotto would never make. A line of text is one of
 *
 *	nest TYPE	... end
 *	u8|u16|u32|u64 TYPE NUMBER
 *	bin TYPE HEX
 *	bytes HEX	that are no attribute
 */
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/sotto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "nl-raw.h"

#define ROOM		16384
#define DEPTH_MAX	4
#define ATTRS_MAX	(ROOM - 1024)

struct answer {
	int error;
	uint16_t family;
	char message[256];
};

static size_t unhex(const char *hex, uint8_t *out, size_t room)
{
	size_t n = 0;
	unsigned int byte;

	while (hex && *hex && *hex != '\n') {
		if (n == room || sscanf(hex, "%2x", &byte) != 1 || !hex[1])
			errx(2, "bad hex");
		out[n++] = byte;
		hex += 2;
	}
	return n;
}

static void put_number(struct nlmsghdr *nlh, const char *kind, uint16_t type, const char *text)
{
	uint64_t n = strtoull(text ? text : "", NULL, 0);

	if (!text)
		errx(2, "%s needs a number", kind);
	if (!strcmp(kind, "u8"))
		mnl_attr_put_u8(nlh, type, n);
	else if (!strcmp(kind, "u16"))
		mnl_attr_put_u16(nlh, type, n);
	else if (!strcmp(kind, "u32"))
		mnl_attr_put_u32(nlh, type, n);
	else if (!strcmp(kind, "u64"))
		mnl_attr_put_u64(nlh, type, n);
	else
		errx(2, "no such attribute: %s", kind);
}

static void put_attrs(struct nlmsghdr *nlh, FILE *text)
{
	struct nlattr *nest[DEPTH_MAX];
	static uint8_t data[ROOM / 2];
	static char line[ROOM];
	unsigned int depth = 0;
	size_t n;

	while (fgets(line, sizeof(line), text)) {
		char *kind = strtok(line, " \n"), *arg = strtok(NULL, " \n");
		char *value = strtok(NULL, " \n");
		uint16_t type = arg ? strtoul(arg, NULL, 0) : 0;

		if (!kind)
			continue;
		if (nlh->nlmsg_len > ATTRS_MAX)
			errx(2, "too long");
		if (!strcmp(kind, "end")) {
			if (!depth)
				errx(2, "end of what?");
			mnl_attr_nest_end(nlh, nest[--depth]);
		} else if (!arg) {
			errx(2, "%s of what?", kind);
		} else if (!strcmp(kind, "nest")) {
			if (depth == DEPTH_MAX)
				errx(2, "too deep");
			nest[depth++] = mnl_attr_nest_start(nlh, type);
		} else if (!strcmp(kind, "bin")) {
			n = unhex(value, data, sizeof(data) / 2);
			mnl_attr_put(nlh, type, n, data);
		} else if (!strcmp(kind, "bytes")) {
			n = unhex(arg, mnl_nlmsg_get_payload_tail(nlh), ROOM - nlh->nlmsg_len);
			nlh->nlmsg_len += n;
		} else {
			put_number(nlh, kind, type, value);
		}
	}
	if (depth)
		errx(2, "a nest without an end");
}

static struct nlmsghdr *request(void *buf, uint16_t family, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static void read_error(const struct nlmsghdr *nlh, struct answer *a)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	unsigned int skip = sizeof(*e);
	const struct nlattr *attr;

	/* A dump's end has nothing but the error number. */
	if (nlh->nlmsg_type == NLMSG_DONE)
		skip = sizeof(e->error);
	else if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&e->msg);
	a->error = -e->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(a->message, sizeof(a->message), "%s", mnl_attr_get_str(attr));
}

static void read_family(const struct nlmsghdr *nlh, struct answer *a)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			a->family = mnl_attr_get_u16(attr);
}

static void ask(struct mnl_socket *sk, struct nlmsghdr *nlh, struct answer *a)
{
	static char buf[65536] __attribute__((aligned(NLMSG_ALIGNTO)));

	*a = (struct answer){};
	if (mnl_socket_sendto(sk, nlh, nlh->nlmsg_len) < 0)
		err(2, "send");
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(sk, buf, sizeof(buf));
		const struct nlmsghdr *in = (void *)buf;
		int left = n;

		if (n < 0)
			err(2, "receive");
		for (; mnl_nlmsg_ok(in, left); in = mnl_nlmsg_next(in, &left)) {
			if (in->nlmsg_type == NLMSG_ERROR || in->nlmsg_type == NLMSG_DONE) {
				read_error(in, a);
				return;
			}
			if (in->nlmsg_type == GENL_ID_CTRL)
				read_family(in, a);
		}
	}
}

static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *sk = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	int one = 1;

	if (!sk || mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(sk, NETLINK_EXT_ACK, &one, sizeof(one)) < 0 ||
	    mnl_socket_setsockopt(sk, NETLINK_CAP_ACK, &one, sizeof(one)) < 0)
		err(2, "netlink");
	return sk;
}

int nl_raw(unsigned int cmd, int dump, FILE *text)
{
	static char buf[ROOM] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct mnl_socket *sk = open_socket();
	struct nlmsghdr *nlh;
	struct answer a;

	nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, SOTTO_FAMILY_NAME);
	ask(sk, nlh, &a);
	if (a.error || !a.family)
		errx(2, "the module is not there");
	nlh = request(buf, a.family, cmd, dump ? NLM_F_DUMP : NLM_F_ACK);
	put_attrs(nlh, text);
	ask(sk, nlh, &a);
	mnl_socket_close(sk);
	printf("%s: %s\n", a.error ? strerrorname_np(a.error) : "ok", a.message);
	return a.error ? 1 : 0;
}
