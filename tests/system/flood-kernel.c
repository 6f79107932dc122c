// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module that is flooded, for a real sottod and its worker where there is none: preloaded,
 * it stands in for libmnl's sockets. At SIGUSR1, packets of sources that do not exist begin
 * to come, as fast as sottod takes them: of each a Hello, and a Commit that fits it. The
 * module keeps the newest 256 of their flows, as sotto.ko does. At 10.9.0.2 there is a peer
 * who answers a call.
 *
 * FLOOD_PACKETS	at least so many, and until SIGUSR2; then nothing comes but of the peer
 * FLOOD_REPORT		a file, a line of JSON every 5000 packets: what has come from
 *			strangers, what they got, and the worst that one of them got for each
 *			byte of his, in hundredths
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/sotto.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "chain.h"
#include "negotiate.h"
#include "packet.h"
#include "zrtp.h"

#define FAMILY		31
#define GROUP		7
#define PORT		7686
#define PEER		0x0a090002	/* 10.9.0.2 */
#define US		0x0a090001
#define EMBRYONIC	256
#define ANSWERS		8
#define PEER_QUEUE	32
#define REPORT_EVERY	5000
#define LOST_EVERY	100000		/* notices: then some are said to be lost */

#define EXPORT		__attribute__((visibility("default")))

struct flow {
	uint64_t id;
	uint32_t to, state[2], flags;
	uint16_t port;
	bool has_key[2];
	uint64_t heard, said;		/* bytes of this source, and to it */
	uint8_t cookie[SOTTO_COOKIE_MAX], cookie_len;
};

struct datagram {
	size_t len;
	uint8_t data[4096];
};

struct mnl_socket {
	int fd;
	bool is_agent;
	struct datagram answer[ANSWERS];
	size_t n, next;
};

static struct flow strangers[EMBRYONIC], call;
static struct zrtp_session *peer;
static struct datagram from_peer[PEER_QUEUE];
static size_t n_from_peer;
static uint64_t last_id, packets, limit, heard, said, worst, notices;
static volatile sig_atomic_t flooding, is_enough;
static int agent_fd = -1;
static struct mnl_socket *dumping;

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void wake(void)
{
	const uint64_t one = 1;

	if (agent_fd >= 0 && write(agent_fd, &one, sizeof(one)) < 0)
		err(1, "eventfd");
}

static void begin_flood(int signal)
{
	flooding = 1;
	wake();
}

static void may_end(int signal)
{
	is_enough = 1;
}

static bool goes_on(void)
{
	return flooding && (packets < limit || !is_enough);
}

__attribute__((constructor)) static void prepare(void)
{
	const char *n = getenv("FLOOD_PACKETS");

	limit = n ? strtoull(n, NULL, 10) : 0;
	signal(SIGUSR1, begin_flood);
	signal(SIGUSR2, may_end);
}

static void report(void)
{
	FILE *f = fopen(getenv("FLOOD_REPORT"), "ae");

	if (!f)
		err(1, "FLOOD_REPORT");
	fprintf(f, "{\"ms\":%llu,\"packets\":%llu,\"heard\":%llu,\"said\":%llu,\"worst\":%llu}\n",
		(unsigned long long)now_ms(), (unsigned long long)packets,
		(unsigned long long)heard, (unsigned long long)said, (unsigned long long)worst);
	if (fclose(f))
		err(1, "FLOOD_REPORT");
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
	uint32_t us = htonl(US), them = htonl(f->to);

	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, f->id);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, AF_INET);
	mnl_attr_put(nlh, SOTTO_A_FLOW_LADDR, sizeof(us), &us);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_LPORT, htons(PORT));
	mnl_attr_put(nlh, SOTTO_A_FLOW_RADDR, sizeof(them), &them);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_RPORT, htons(f->port));
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_TX, f->state[SOTTO_DIR_TX]);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_RX, f->state[SOTTO_DIR_RX]);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_FLAGS, f->flags);
	if (f->cookie_len)
		mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, f->cookie_len, f->cookie);
	mnl_attr_nest_end(nlh, nest);
}

static size_t put_event(void *buf, enum sotto_event event, const struct flow *f)
{
	struct nlmsghdr *nlh = of_family(buf, SOTTO_CMD_EVENT, 0, 0);

	mnl_attr_put_u32(nlh, SOTTO_A_EVENT, event);
	put_flow(nlh, f);
	return nlh->nlmsg_len;
}

static size_t put_packet(void *buf, uint64_t id, const uint8_t *data, size_t len)
{
	struct nlmsghdr *nlh = of_family(buf, SOTTO_CMD_PACKET, 0, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_PACKET);

	mnl_attr_put_u64(nlh, SOTTO_A_PACKET_FLOW_ID, id);
	mnl_attr_put_u32(nlh, SOTTO_A_PACKET_KIND, SOTTO_PACKET_ZRTP);
	mnl_attr_put(nlh, SOTTO_A_PACKET_DATA, len, data);
	mnl_attr_nest_end(nlh, nest);
	return nlh->nlmsg_len;
}

/* Strangers: each is @packets / 2 of them, and what he is follows from that. */

static struct zrtp_chain chain;
static uint8_t zid[ZRTP_ZID_LEN];

static void another(uint64_t n)
{
	uint8_t h0[ZRTP_IMAGE_LEN] = { 1 };

	memcpy(h0 + 1, &n, sizeof(n));
	memcpy(zid, &n, sizeof(n));
	zid[ZRTP_ZID_LEN - 1] = 1;
	zrtp_chain_init(&chain, h0);
}

static size_t hello(uint8_t *out, size_t size)
{
	uint8_t msg[ZRTP_HELLO_MAX];
	struct zrtp_hello h = { .version = (const uint8_t *)ZRTP_VERSION, .zid = zid,
				.h3 = chain.h[3], .client_id = (const uint8_t *)"0123456789abcdef" };
	int len = zrtp_hello_build(msg, sizeof(msg), &h, chain.h[2]);

	return zrtp_packet_build(out, size, packets, packets | 1, msg, len);
}

static size_t commit(uint8_t *out, size_t size)
{
	static const struct zrtp_suite suite = {
		ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32,
	};
	uint8_t msg[ZRTP_COMMIT_LEN], hvi[ZRTP_HVI_LEN] = { 1 };
	struct zrtp_commit c = { .form = ZRTP_COMMIT_DH, .hvi = hvi, .h2 = chain.h[2], .zid = zid };
	int len;

	zrtp_suite_blocks(&suite, c.blocks);
	len = zrtp_commit_build(msg, sizeof(msg), &c, chain.h[1]);
	return zrtp_packet_build(out, size, packets + 1, (packets - 1) | 1, msg, len);
}

static void judge(const struct flow *f)
{
	uint64_t times = f->heard ? 100 * f->said / f->heard : 0;

	worst = times > worst ? times : worst;
}

/* What comes next of the flood: one flow goes and another comes with a Hello, or its Commit. */
static size_t next_of_flood(uint8_t *buf)
{
	struct flow *f = &strangers[packets / 2 % EMBRYONIC];
	uint8_t data[512];
	size_t at = 0, len;

	if (!(packets & 1)) {
		if (f->id) {
			judge(f);
			at += MNL_ALIGN(put_event(buf, SOTTO_EVENT_FLOW_GONE, f));
		}
		another(packets / 2);
		*f = (struct flow){ .id = ++last_id, .to = 0x0b000000 + packets / 2, .port = 1024 + packets % 60000,
				    .state = { SOTTO_STATE_HOLD, SOTTO_STATE_HOLD },
				    .flags = SOTTO_FLOW_F_EMBRYONIC };
		at += MNL_ALIGN(put_event(buf + at, SOTTO_EVENT_FLOW_NEW, f));
		len = hello(data, sizeof(data));
	} else {
		len = commit(data, sizeof(data));
	}
	f->heard += len;
	heard += len;
	packets++;
	at += put_packet(buf + at, f->id, data, len);
	if (packets % REPORT_EVERY == 0)
		report();
	return at;
}

/* The peer. */

static void peer_acts(void)
{
	struct zrtp_peer stranger = { .own_zid = { 0xb0 } };
	struct zrtp_action a;

	while (zrtp_session_next(peer, &a) > 0) {
		if (a.type == ZRTP_ACTION_PEER) {
			memcpy(stranger.peer_zid, a.peer_zid, ZRTP_ZID_LEN);
			zrtp_session_peer(peer, now_ms(), &stranger);
		}
		if (a.type != ZRTP_ACTION_SEND || n_from_peer == PEER_QUEUE)
			continue;
		memcpy(from_peer[n_from_peer].data, a.packet.data, a.packet.len);
		from_peer[n_from_peer++].len = a.packet.len;
	}
	if (n_from_peer)
		wake();
}

static void peer_hears(const uint8_t *data, size_t len)
{
	const struct zrtp_config config = { .client_id = "peer", .ssrc = 2 };
	const uint8_t seed[ZRTP_SEED_LEN] = { 2 };

	if (!peer && zrtp_session_new(&peer, &config, seed))
		errx(1, "the peer does not begin");
	zrtp_session_packet(peer, now_ms(), data, len);
	peer_acts();
}

/* Requests. */

static struct flow *flow_of(uint64_t id)
{
	if (id && call.id == id)
		return &call;
	for (int i = 0; i < EMBRYONIC; i++)
		if (id && strangers[i].id == id)
			return &strangers[i];
	return NULL;
}

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

static int set_flow(const struct nlattr *nest)
{
	struct flow *f = flow_of(value(nest, SOTTO_A_FLOW_ID, 8));
	const struct nlattr *cookie = find(nest, SOTTO_A_FLOW_COOKIE);

	if (!f)
		return ENOENT;
	for (int dir = 0; dir < 2; dir++) {
		uint32_t state = value(nest, SOTTO_A_FLOW_STATE_TX + dir, 4);

		if (state == SOTTO_STATE_SECURE && !f->has_key[dir])
			return ENOKEY;
		f->state[dir] = state ? state : f->state[dir];
	}
	f->flags &= find(nest, SOTTO_A_FLOW_STATE_TX) ? ~SOTTO_FLOW_F_EMBRYONIC : ~0U;
	if (cookie) {
		f->cookie_len = mnl_attr_get_payload_len(cookie);
		memcpy(f->cookie, mnl_attr_get_payload(cookie), f->cookie_len);
	}
	return 0;
}

static int send_packet(const struct nlattr *nest)
{
	struct flow *f = flow_of(value(nest, SOTTO_A_PACKET_FLOW_ID, 8));
	const struct nlattr *data = find(nest, SOTTO_A_PACKET_DATA);

	if (!f || !data)
		return ENOENT;
	if (f == &call && value(nest, SOTTO_A_PACKET_KIND, 4) == SOTTO_PACKET_ZRTP)
		peer_hears(mnl_attr_get_payload(data), mnl_attr_get_payload_len(data));
	if (f == &call)
		return 0;
	f->said += mnl_attr_get_payload_len(data);
	said += mnl_attr_get_payload_len(data);
	return 0;
}

static int new_flow(struct mnl_socket *nl, uint32_t seq, const struct nlattr *nest)
{
	uint32_t to = ntohl(value(nest, SOTTO_A_FLOW_RADDR, 4));

	if (to != PEER || call.id)
		return EINVAL;
	call = (struct flow){ .id = ++last_id, .to = to, .port = PORT,
			      .flags = SOTTO_FLOW_F_AGENT,
			      .state = { SOTTO_STATE_HOLD, SOTTO_STATE_HOLD } };
	set_flow(nest);
	call.cookie_len = 0;
	if (find(nest, SOTTO_A_FLOW_COOKIE)) {
		call.cookie_len = mnl_attr_get_payload_len(find(nest, SOTTO_A_FLOW_COOKIE));
		memcpy(call.cookie, mnl_attr_get_payload(find(nest, SOTTO_A_FLOW_COOKIE)),
		       call.cookie_len);
	}
	say_flow(nl, seq, &call, 0);
	return 0;
}

static int new_key(const struct nlattr *nest)
{
	struct flow *f = flow_of(value(nest, SOTTO_A_KEY_FLOW_ID, 8));

	if (!f)
		return ENOENT;
	f->has_key[value(nest, SOTTO_A_KEY_DIR, 4) & 1] = true;
	return 0;
}

/* With the call the peer forgets it: the next one is another. */
static int delete_flow(struct flow *f)
{
	if (!f)
		return ENOENT;
	if (f == &call) {
		zrtp_session_free(peer);
		peer = NULL;
		n_from_peer = 0;
	} else {
		judge(f);
	}
	memset(f, 0, sizeof(*f));
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
		f = flow_of(value(nest, SOTTO_A_FLOW_ID, 8));
		if (f)
			say_flow(nl, nlh->nlmsg_seq, f, 0);
		return f ? 0 : ENOENT;
	case SOTTO_CMD_FLOW_SET:
		return set_flow(nest);
	case SOTTO_CMD_FLOW_DEL:
		return delete_flow(flow_of(value(nest, SOTTO_A_FLOW_ID, 8)));
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

	while (nl->next <= EMBRYONIC) {
		const struct flow *f = nl->next ? &strangers[nl->next - 1] : &call;

		nl->next++;
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
			to->next = EMBRYONIC + 1;
	} else {
		say_errno(to, nlh->nlmsg_seq, serve(to, nlh));
	}
	return len;
}

static ssize_t next_notice(struct mnl_socket *nl, uint8_t *buf)
{
	uint64_t count;
	size_t len;

	if (n_from_peer) {
		len = put_packet(buf, call.id, from_peer[0].data, from_peer[0].len);
		memmove(&from_peer[0], &from_peer[1], --n_from_peer * sizeof(from_peer[0]));
		return len;
	}
	if (goes_on() && ++notices % LOST_EVERY == 0) {
		errno = ENOBUFS;
		return -1;
	}
	if (goes_on())
		return next_of_flood(buf);
	if (read(nl->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		err(1, "eventfd");
	errno = EAGAIN;
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
