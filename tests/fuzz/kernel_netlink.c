// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel_netlink: a fuzzer of the module's netlink family, with traffic in between.
 * Requests are grown from the specification (kernel_netlink_tables.py): commands,
 * attributes and values that make sense together, most of them with something wrong:
 * lengths, types, nesting, what is missing, what is there twice, noise. In the network
 * namespace "alice" programs send RTP to "bob", and he to them, while rules, flows and
 * keys come and go.
 *
 *	kernel_netlink [--seed N] [--seconds N]
 *
 * The kernel must answer each request, say why it refuses, and be of use at the end.
 * Exit status: 0 it is so; 1 not.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <sotto.h>

#include "kernel_packets.h"

#define ROOM		65536
#define ATTRS_ROOM	12000
#define PORT		7000
#define PORTS		4	/* of programs; even ones */
#define IDS		32
#define TIMEOUT_MS	10000

struct attr {
	const char *name;
	int nest;		/* a set, -1: none */
	int size;		/* of a number; -1: bytes */
	unsigned int min_len;
	unsigned int max_len;
	uint64_t min;
	uint64_t max;
};

struct set {
	const struct attr *attrs;
	unsigned int n;
};

struct command {
	const char *name;
	unsigned int cmd;
	unsigned int n;
	unsigned int wants[8];	/* top level attributes */
};

#include "netlink_tables.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

/* What a request for each command is mostly about; all else is in it at times. */
static const struct {
	const char *command;
	const char *needs;	/* names of attributes, each between blanks */
	const char *may_have;
} habits[] = {
	{ "rule-new", " action ", " id priority flags family port-min port-max peer peer-len uid " },
	{ "rule-del", " id ", " " },
	{ "rule-replace", " action id ", " port-min port-max priority flags id-min id-max " },
	{ "flow-new", " family lport raddr rport ", " laddr cookie mark tos " },
	{ "flow-del", " id ", " " },
	{ "flow-set", " id ", " state-tx state-rx cookie " },
	{ "flow-get", " id ", " " },
	{ "key-new", " flow-id dir profile master salt ", " mki " },
	{ "key-del", " flow-id dir slot ", " " },
	{ "packet", " flow-id kind data ", " " },
};

static struct {
	struct dice dice;
	struct sotto *sotto;
	struct sotto_listener *listener;
	struct mnl_socket *nl;
	uint16_t family;
	uint32_t seq;
	uint64_t id[IDS];	/* of flows that there may be */
	int program[2 * PORTS * 2];	/* alice's and bob's, of both families */
	unsigned int programs;
	struct streams streams;
	const char *needs;	/* of the request that grows */
	const char *may_have;
	bool v6;
	enum sotto_profile profile;
	bool control;
	uint64_t requests;
	uint64_t accepted[COUNT(commands)];
	uint64_t dumped;
	uint64_t sent;
	uint64_t wrong;
} me;

static void enter(const char *netns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

/* Traffic. */

static void program(int family, uint16_t port, bool alice)
{
	struct sotto_addr here = {}, there = {};
	socklen_t len = family == AF_INET ? sizeof(here.in) : sizeof(here.in6);
	int fd;

	here.sa.sa_family = there.sa.sa_family = family;
	here.in.sin_port = there.in.sin_port = htons(port);
	if (family == AF_INET) {
		inet_pton(family, alice ? "10.9.0.1" : "10.9.0.2", &here.in.sin_addr);
		inet_pton(family, alice ? "10.9.0.2" : "10.9.0.1", &there.in.sin_addr);
	} else {
		inet_pton(family, alice ? "fd09::1" : "fd09::2", &here.in6.sin6_addr);
		inet_pton(family, alice ? "fd09::2" : "fd09::1", &there.in6.sin6_addr);
	}
	enter(alice ? "alice" : "bob");
	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &here.sa, len) || connect(fd, &there.sa, len))
		err(2, "socket of port %u", port);
	me.program[me.programs++] = fd;
}

static void traffic(void)
{
	uint8_t data[2048];
	struct made m;

	for (unsigned int i = 0; i < 3; i++) {
		int fd = me.program[roll(&me.dice, me.programs)];

		if (chance(&me.dice, 70))
			make_rtp(&me.streams, &me.dice, &m);
		else
			make_other(&me.dice, &m);
		me.sent += send(fd, m.data, m.len, 0) >= 0;
	}
	for (unsigned int i = 0; i < me.programs; i++)
		while (recv(me.program[i], data, sizeof(data), 0) >= 0 || errno == ECONNREFUSED)
			;
}

/* Requests. */

static void put_bytes(struct nlmsghdr *nlh, unsigned int type, const void *data, size_t len)
{
	if (nlh->nlmsg_len + len + 8 < ATTRS_ROOM)
		mnl_attr_put(nlh, type, len, data);
}

static bool is(const struct attr *a, const char *name)
{
	return !strcmp(a->name, name);
}

/* A number that makes sense for this attribute. */
static uint64_t sense(const struct attr *a, unsigned int nest)
{
	bool flow = !strcmp(sets[nest].attrs[1].name, "id") && sets[nest].attrs[1].size == 8;

	if (is(a, "flow-id") || (flow && is(a, "id")))
		return me.id[roll(&me.dice, IDS)];
	if (is(a, "id") || is(a, "id-min") || is(a, "id-max"))
		return 1 + roll(&me.dice, 12);
	if (is(a, "family"))
		return me.v6 ? AF_INET6 : AF_INET;
	if (is(a, "profile"))
		return me.profile;
	if (is(a, "kind"))
		return me.control ? SOTTO_PACKET_CONTROL : SOTTO_PACKET_ZRTP;
	if (is(a, "peer-len"))
		return roll(&me.dice, me.v6 ? 129 : 33);
	if (is(a, "lport") || is(a, "rport"))
		return htons(PORT + 2 * roll(&me.dice, PORTS));
	if (is(a, "port-min"))
		return PORT;
	if (is(a, "port-max"))
		return PORT + roll(&me.dice, 12);
	if (is(a, "uid") || is(a, "mark") || is(a, "ifindex") || is(a, "priority"))
		return roll(&me.dice, 3);
	if (a->max - a->min < 1000)
		return a->min + roll(&me.dice, a->max - a->min + 1);
	return chance(&me.dice, 50) ? roll(&me.dice, 20) : roll64(&me.dice);
}

static uint64_t nonsense(const struct attr *a)
{
	const uint64_t odd[] = { 0, 1, a->min - 1, a->max + 1, a->max, 0x7f, 0x80, 0xff, 0x7fff,
				 0x8000, 0xffff, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX };

	return chance(&me.dice, 70) ? odd[roll(&me.dice, COUNT(odd))] : roll64(&me.dice);
}

static size_t bytes_of(const struct attr *a, uint8_t *out, bool sane)
{
	static const uint8_t ends[][16] = {
		{ 10, 9, 0, 1 }, { 10, 9, 0, 2 }, { 0xfd, 9, [15] = 1 }, { 0xfd, 9, [15] = 2 },
	};
	bool gcm = me.profile >= SOTTO_PROFILE_AEAD_AES_128_GCM;
	size_t len = a->min_len + roll(&me.dice, a->max_len - a->min_len + 1);

	roll_bytes(&me.dice, out, 200);
	if (!sane)
		return roll(&me.dice, 200);
	if (is(a, "laddr") || is(a, "raddr") || is(a, "peer")) {
		memcpy(out, ends[2 * me.v6 + !is(a, "laddr")], 16);
		return me.v6 ? 16 : 4;
	}
	if (is(a, "master"))
		return me.profile == SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80 ||
		       me.profile == SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32 ||
		       me.profile == SOTTO_PROFILE_AEAD_AES_128_GCM ? 16 : 32;
	if (is(a, "salt"))
		return gcm ? 12 : 14;
	if (is(a, "data")) {
		struct made m;

		if (me.control) {
			make_rtcp(&me.streams, &me.dice, true, &m);
		} else {
			make_other(&me.dice, &m);
			memcpy(m.data, "\x10\0\0\0ZRTP", 8);
			m.len = m.len < 12 ? 12 : m.len;
		}
		memcpy(out, m.data, m.len);
		return m.len;
	}
	if (len > 200)
		len = 200;
	return len;
}

static void put_attr(struct nlmsghdr *nlh, unsigned int nest, unsigned int type, unsigned int odd,
		     unsigned int depth);

static bool in(const char *name, const char *names)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", name);
	return strstr(names, word);
}

/* @odd: percent of attributes that are wrong */
static void put_nest(struct nlmsghdr *nlh, unsigned int nest, unsigned int odd,
		     unsigned int depth)
{
	for (unsigned int type = 1; type < sets[nest].n; type++) {
		const char *name = sets[nest].attrs[type].name;
		bool there = chance(&me.dice, in(name, me.needs) ? 100 - odd :
					      in(name, me.may_have) ? 30 : odd / 2);

		for (; there; there = chance(&me.dice, odd / 2))
			put_attr(nlh, nest, type, odd, depth);
	}
	if (chance(&me.dice, odd / 2))
		put_attr(nlh, nest, roll(&me.dice, 80), odd, depth);
}

static void put_attr(struct nlmsghdr *nlh, unsigned int nest, unsigned int type, unsigned int odd,
		     unsigned int depth)
{
	static const struct attr unknown = { "unknown", -1, -1, 0, 64, 0, 0 };
	const struct attr *a = type < sets[nest].n ? &sets[nest].attrs[type] : &unknown;
	bool sane = !chance(&me.dice, odd);
	uint8_t bytes[MADE_MAX + 64];
	struct nlattr *begun;
	uint64_t n;

	if (nlh->nlmsg_len > ATTRS_ROOM / 2)
		return;
	if (a->nest >= 0 && (sane || chance(&me.dice, 50)) && depth < 6) {
		begun = sane ? mnl_attr_nest_start(nlh, type)
			     : (void *)((char *)nlh + nlh->nlmsg_len);
		if (!sane) {	/* not marked as a nest, or nested in itself */
			begun->nla_type = type | (chance(&me.dice, 50) ? NLA_F_NESTED : 0);
			nlh->nlmsg_len += MNL_ATTR_HDRLEN;
			if (chance(&me.dice, 50))
				put_attr(nlh, nest, type, odd, depth + 1);
		}
		put_nest(nlh, a->nest, odd, depth + 1);
		begun->nla_len = (char *)nlh + nlh->nlmsg_len - (char *)begun;
		return;
	}
	if (a->size >= 0 && (sane || chance(&me.dice, 60))) {
		n = sane ? sense(a, nest) : nonsense(a);
		put_bytes(nlh, type, &n, a->size);
		return;
	}
	n = bytes_of(a, bytes, sane);
	put_bytes(nlh, type, bytes, n);
}

/* Lengths and types of attributes that are there already. */
static void break_message(struct nlmsghdr *nlh)
{
	size_t first = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct genlmsghdr));
	uint8_t *at = (uint8_t *)nlh;

	if (nlh->nlmsg_len <= first + 4)
		return;
	switch (roll(&me.dice, 4)) {
	case 0:
		nlh->nlmsg_len = first + roll(&me.dice, nlh->nlmsg_len - first);
		break;
	case 1:
		*(uint16_t *)(at + first + roll(&me.dice, (nlh->nlmsg_len - first) / 4) * 4) =
			roll64(&me.dice);
		break;
	default:
		for (unsigned int i = 1 + roll(&me.dice, 4); i; i--)
			at[first + roll(&me.dice, nlh->nlmsg_len - first)] ^= 1 << roll(&me.dice, 8);
	}
}

static void grow(struct nlmsghdr *nlh, const struct command *c)
{
	static const unsigned int odds[] = { 0, 0, 3, 10, 40 };
	unsigned int odd = odds[roll(&me.dice, COUNT(odds))];
	struct genlmsghdr *genl;

	me.needs = me.may_have = " ";
	for (size_t i = 0; i < COUNT(habits); i++) {
		if (!strcmp(habits[i].command, c->name)) {
			me.needs = habits[i].needs;
			me.may_have = habits[i].may_have;
		}
	}
	me.v6 = chance(&me.dice, 50);
	me.control = chance(&me.dice, 50);
	me.profile = 1 + roll(&me.dice, SOTTO_PROFILE_MAX);
	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = me.family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++me.seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = c->cmd;
	genl->version = 1;
	if (chance(&me.dice, 8))
		nlh->nlmsg_flags |= NLM_F_DUMP;
	if (chance(&me.dice, odd)) {
		genl->cmd = roll(&me.dice, 20);
		genl->version = roll(&me.dice, 3);
		nlh->nlmsg_flags |= roll(&me.dice, 0x800) & ~NLM_F_ACK;
	}
	for (unsigned int i = 0; i < c->n; i++) {
		bool nest = sets[0].attrs[c->wants[i]].nest >= 0;

		/* Several rules at once are usual, other things come alone. */
		for (bool there = chance(&me.dice, nest ? 100 - odd : 20); there;
		     there = chance(&me.dice, c->n > 1 && nest ? 40 : odd))
			put_attr(nlh, 0, c->wants[i], odd, 0);
	}
	if (chance(&me.dice, odd))
		put_attr(nlh, 0, roll(&me.dice, 12), odd, 0);
	if (chance(&me.dice, odd))
		break_message(nlh);
}

/* Answers. */

struct answer {
	bool ended;
	int error;
	bool message;
	bool any;	/* a reply, or part of a dump */
	unsigned int bad_seq;
};

static void read_answer(const uint8_t *buf, size_t len, struct answer *a)
{
	const struct nlmsghdr *nlh = (const void *)buf;
	int left = len;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if (nlh->nlmsg_seq != me.seq) {
			a->bad_seq += nlh->nlmsg_seq != 0;	/* 0: a packet for the agent */
			continue;
		}
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
			const int *code = mnl_nlmsg_get_payload(nlh);

			a->ended = true;
			a->error = *code;
			a->message = nlh->nlmsg_flags & NLM_F_ACK_TLVS;
		} else {
			a->any = true;
		}
	}
}

static struct answer ask(const struct nlmsghdr *nlh)
{
	static uint8_t buf[ROOM];
	struct pollfd fd = { .fd = mnl_socket_get_fd(me.nl), .events = POLLIN };
	struct answer a = {};
	ssize_t n;

	if (mnl_socket_sendto(me.nl, nlh, nlh->nlmsg_len) < 0)
		err(2, "netlink send");
	while (!a.ended) {
		if (poll(&fd, 1, TIMEOUT_MS) <= 0)
			return a;
		n = mnl_socket_recvfrom(me.nl, buf, sizeof(buf));
		if (n < 0 && errno != ENOBUFS)
			err(2, "netlink receive");
		if (n > 0)
			read_answer(buf, n, &a);
	}
	return a;
}

static void check_answer(const struct nlmsghdr *nlh, const struct command *c, struct answer a)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	me.requests++;
	if (!a.ended) {
		me.wrong++;
		printf("request %" PRIu64 " (%s) has no answer\n", me.requests, c->name);
		return;
	}
	if (!a.error && genl->cmd == c->cmd && !(nlh->nlmsg_flags & NLM_F_DUMP))
		me.accepted[c - commands]++;
	if (!a.error && nlh->nlmsg_flags & NLM_F_DUMP)
		me.dumped += a.any;
	/* What the family itself refuses it explains. */
	if ((a.error == -EINVAL || a.error == -ERANGE) && !a.message) {
		me.wrong++;
		printf("request %" PRIu64 " (%s, command %u, flags %x) is refused without a word: %s\n",
		       me.requests, c->name, genl->cmd, nlh->nlmsg_flags, strerror(-a.error));
	}
}

static int learn(const struct sotto_flow *flow, void *arg)
{
	me.id[roll(&me.dice, IDS)] = flow->id;
	return 0;
}

static int ignore(const struct sotto_notice *notice, void *arg)
{
	return 0;
}

static void one_request(void)
{
	static uint8_t buf[ROOM];
	const struct command *c = &commands[roll(&me.dice, COUNT(commands))];
	struct nlmsghdr *nlh = (void *)buf;

	memset(buf, 0, ATTRS_ROOM);
	grow(nlh, c);
	check_answer(nlh, c, ask(nlh));
}

static void run(double end, double (*now)(void))
{
	while (!me.wrong && now() < end) {
		one_request();
		if (me.requests % 3 == 0)
			traffic();
		if (me.requests % 16 == 0) {
			sotto_listener_read(me.listener, ignore, NULL);
			sotto_flow_dump(me.sotto, learn, NULL);
		}
	}
}

/* Afterwards: everything can be taken away again, and the family works. */

static int delete(const struct sotto_flow *flow, void *arg)
{
	me.id[0] = flow->id;
	return 1;
}

static void clear_up(void)
{
	struct sotto_rule rule = { .action = SOTTO_ACTION_REQUIRE };
	int rc;

	if (sotto_rule_replace(me.sotto, NULL, 0))
		errx(1, "the rules do not go: %s", sotto_error(me.sotto));
	while ((rc = sotto_flow_dump(me.sotto, delete, NULL)) == 1)
		if (sotto_flow_del(me.sotto, me.id[0]))
			errx(1, "a flow does not go: %s", sotto_error(me.sotto));
	if (rc)
		errx(1, "no dump: %s", sotto_error(me.sotto));
	if (sotto_rule_new(me.sotto, &rule) || sotto_rule_del(me.sotto, rule.id))
		errx(1, "a rule: %s", sotto_error(me.sotto));
}

static int family_id(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		me.family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static void open_netlink(void)
{
	uint8_t buf[8192];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;
	int one = 1;
	ssize_t n;

	me.nl = mnl_socket_open(NETLINK_GENERIC);
	if (!me.nl || mnl_socket_bind(me.nl, 0, MNL_SOCKET_AUTOPID))
		err(2, "netlink");
	mnl_socket_setsockopt(me.nl, NETLINK_EXT_ACK, &one, sizeof(one));
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, SOTTO_FAMILY_NAME);
	if (mnl_socket_sendto(me.nl, nlh, nlh->nlmsg_len) < 0)
		err(2, "netlink");
	n = mnl_socket_recvfrom(me.nl, buf, sizeof(buf));
	if (n <= 0 || nlh->nlmsg_type != GENL_ID_CTRL)
		errx(2, "the kernel knows no family sotto");
	mnl_attr_parse(nlh, sizeof(*genl), family_id, NULL);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{}
	};
	uint64_t seed = time(NULL);
	double limit = 10;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 't')
			limit = strtod(optarg, NULL);
		else
			return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %" PRIu64 "\n", seed);
	me.dice = dice_of(seed);
	streams_begin(&me.streams, &me.dice);
	for (unsigned int i = 0; i < PORTS * 2; i++)
		for (int alice = 0; alice < 2; alice++)
			program(i % 2 ? AF_INET6 : AF_INET, PORT + 2 * (i / 2), alice);
	enter("alice");
	if (sotto_open(&me.sotto) || sotto_listener_open(&me.listener, false))
		errx(2, "sotto does not open");
	open_netlink();
	run(seconds() + limit, seconds);
	clear_up();
	printf("requests %" PRIu64 "\ndumps %" PRIu64 "\npackets %" PRIu64 "\nwrong %" PRIu64 "\n",
	       me.requests, me.dumped, me.sent, me.wrong);
	for (unsigned int i = 0; i < COUNT(commands); i++)
		printf("accepted %s %" PRIu64 "\n", commands[i].name, me.accepted[i]);
	return me.wrong || !me.requests;
}
