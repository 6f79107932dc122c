// SPDX-License-Identifier: GPL-2.0-or-later
#include "sottod_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "priv.h"

#define FAMILY		42
#define GROUP		7
#define ROOM		65536
#define DATAGRAMS	64
#define SENT_MAX	32
#define RULE_ID		5

struct datagram {
	size_t len;
	int err;			/* recvfrom() fails instead */
	uint8_t *data;
};

/* @queue: what waits to be read, whole datagrams */
struct mnl_socket {
	struct mnl_socket *next;
	int fd;
	uint32_t seq;
	struct datagram queue[DATAGRAMS];
	size_t n;
};

struct flow {
	uint64_t id;
	uint32_t state[2], flags;
	uint16_t lport, rport;
	uint8_t last;			/* of its remote address */
	bool has_key[2];
	uint8_t cookie[SOTTO_COOKIE_MAX], cookie_len;
};

static struct {
	struct input *in;
	struct mnl_socket *sockets, *agent;
	struct flow flow[KERNEL_FLOWS];
	uint64_t last_id, last_sent;
	struct {
		enum sotto_packet_kind kind;
		size_t len;
		uint8_t data[SOTTO_PAYLOAD_MAX];
	} sent[SENT_MAX];
	size_t n_sent;
} kernel;

static struct input none;
static uint8_t room[ROOM] __attribute__((aligned(8)));
static size_t used;

static uint8_t say(void)
{
	return kernel.in ? take(kernel.in) : 0;
}

/* Datagrams. */

static void queue(struct mnl_socket *nl, const void *data, size_t len, int err)
{
	struct datagram *d = &nl->queue[nl->n];

	if (nl->n == DATAGRAMS)
		return;
	nl->n++;
	*d = (struct datagram){ .len = len, .err = err, .data = malloc(len ? len : 1) };
	REQUIRE(d->data);
	memcpy(d->data, data, len);
}

static void empty(struct mnl_socket *nl)
{
	for (size_t i = 0; i < nl->n; i++)
		free(nl->queue[i].data);
	nl->n = 0;
}

static struct nlmsghdr *message(uint16_t type, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room + used);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	return nlh;
}

static struct nlmsghdr *of_family(uint8_t cmd, uint16_t flags, uint32_t seq)
{
	struct nlmsghdr *nlh = message(FAMILY, flags, seq);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	genl->version = SOTTO_FAMILY_VERSION;
	return nlh;
}

static void end(const struct nlmsghdr *nlh)
{
	used += MNL_ALIGN(nlh->nlmsg_len);
	REQUIRE(used < ROOM / 2);
}

/*
 * What has been put together goes out, as it is or as the input has it: a few octets
 * changed, which are lengths and types as often as values, or cut short, or twice.
 */
static void flush(struct mnl_socket *nl, struct input *in)
{
	uint8_t how = take(in);
	bool twice = how & 0x40;

	if (how & 0x80)
		for (int n = how & 7; n >= 0 && used; n--) {
			size_t at = (take(in) | take(in) << 8) % used;

			room[at] = take(in);
		}
	if (how & 0x20)
		used = used ? (take(in) | take(in) << 8) % (used + 1) : 0;
	for (int i = 0; i <= twice; i++)
		queue(nl, room, used, 0);
	used = 0;
}

/* What is in the messages. */

static void put_flow(struct nlmsghdr *nlh, const struct flow *f, uint8_t with)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	uint8_t us[4] = { 10, 0, 0, 1 }, them[4] = { 10, 0, 1, f->last };

	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, f->id);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, AF_INET);
	mnl_attr_put(nlh, SOTTO_A_FLOW_LADDR, sizeof(us), us);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_LPORT, f->lport);
	mnl_attr_put(nlh, SOTTO_A_FLOW_RADDR, sizeof(them), them);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_RPORT, f->rport);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_TX, f->state[SOTTO_DIR_TX]);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_RX, f->state[SOTTO_DIR_RX]);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_FLAGS, f->flags | (with & 0x80 ? SOTTO_FLOW_F_NEXT_HEARD : 0));
	if (f->cookie_len)
		mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, f->cookie_len, f->cookie);
	if (with & 1)
		mnl_attr_put_u32(nlh, SOTTO_A_FLOW_UID, 1000);
	if (with & 2) {
		struct nlattr *stats = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_STATS);

		mnl_attr_put_u64(nlh, SOTTO_A_STATS_RX_UNPROTECTED, 1);
		mnl_attr_nest_end(nlh, stats);
		mnl_attr_put_u64(nlh, SOTTO_A_FLOW_IDLE_RX_MS, 1);
	}
	if (with & 4) {
		struct nlattr *srtp = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_SRTP_TX);

		mnl_attr_put_u8(nlh, SOTTO_A_SRTP_MKI_LEN, 4);
		mnl_attr_put(nlh, SOTTO_A_SRTP_ENC_EXT, sizeof(us), us);
		mnl_attr_nest_end(nlh, srtp);
	}
	if (with & 8) {
		struct nlattr *stream = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_STREAM);

		mnl_attr_put_u32(nlh, SOTTO_A_STREAM_SSRC, 1);
		mnl_attr_put_u16(nlh, SOTTO_A_STREAM_SEQ, 1);
		mnl_attr_nest_end(nlh, stream);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_rule(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_RULE);
	uint8_t peer[4] = { 10, 0, 1, 0 };

	mnl_attr_put_u32(nlh, SOTTO_A_RULE_ID, RULE_ID);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_PRIORITY, 1);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_ACTION, SOTTO_ACTION_REQUIRE);
	mnl_attr_put_u16(nlh, SOTTO_A_RULE_FAMILY, AF_INET);
	mnl_attr_put_u16(nlh, SOTTO_A_RULE_PORT_MIN, 5000);
	mnl_attr_put_u16(nlh, SOTTO_A_RULE_PORT_MAX, 5001);
	mnl_attr_put(nlh, SOTTO_A_RULE_PEER, sizeof(peer), peer);
	mnl_attr_put_u8(nlh, SOTTO_A_RULE_PEER_LEN, 24);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_UID, 1000);
	mnl_attr_put_u64(nlh, SOTTO_A_RULE_CGROUP, 1);
	mnl_attr_nest_end(nlh, nest);
}

/* Attributes as the input has them, of whatever kind and length. */
static void put_any(struct nlmsghdr *nlh, struct input *in)
{
	uint8_t value[255];
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, take(in) % (SOTTO_A_MAX + 2));
	for (int n = take(in) % 8; n > 0; n--) {
		uint8_t type = take(in);

		mnl_attr_put(nlh, type, take_some(in, value, sizeof(value)), value);
	}
	mnl_attr_nest_end(nlh, nest);
}

/* Flows. */

static struct flow *flow_of(uint64_t id)
{
	for (int i = 0; i < KERNEL_FLOWS; i++)
		if (id && kernel.flow[i].id == id)
			return &kernel.flow[i];
	return NULL;
}

static struct flow *flow_make(uint16_t lport, uint16_t rport, uint8_t last, uint32_t flags)
{
	struct flow *f = kernel.flow;

	while (f->id && f < kernel.flow + KERNEL_FLOWS - 1)
		f++;
	*f = (struct flow){ .id = ++kernel.last_id, .lport = lport, .rport = rport, .last = last,
			    .flags = flags, .state = { SOTTO_STATE_HOLD, SOTTO_STATE_HOLD } };
	return f;
}

/* Requests. */

struct request {
	const struct genlmsghdr *genl;
	const struct nlattr *tb[32];
};

static uint64_t value_of(const struct request *r, int attr, size_t len)
{
	uint64_t value = 0;

	if (r->tb[attr])
		memcpy(&value, mnl_attr_get_payload(r->tb[attr]), len);
	return value;
}

/* All of one nest's, which is the only one at the top. */
static void read_request(const struct nlmsghdr *nlh, struct request *r)
{
	const struct nlattr *top, *attr;

	memset(r, 0, sizeof(*r));
	r->genl = mnl_nlmsg_get_payload(nlh);
	mnl_attr_for_each(top, nlh, sizeof(*r->genl)) {
		if (mnl_attr_get_type(top) > SOTTO_A_PACKET)
			continue;
		mnl_attr_for_each_nested(attr, top)
			if (mnl_attr_get_type(attr) < 32)
				r->tb[mnl_attr_get_type(attr)] = attr;
	}
}

static int set_flow(const struct request *r)
{
	static const int states[] = { SOTTO_A_FLOW_STATE_TX, SOTTO_A_FLOW_STATE_RX };
	struct flow *f = flow_of(value_of(r, SOTTO_A_FLOW_ID, sizeof(uint64_t)));

	for (int dir = 0; dir < 2; dir++) {
		uint32_t state = value_of(r, states[dir], sizeof(state));

		REQUIRE(state != SOTTO_STATE_CLEAR && state != SOTTO_STATE_OWN);
		if (!f || !r->tb[states[dir]])
			continue;
		REQUIRE(state != SOTTO_STATE_SECURE || f->has_key[dir]);
		f->state[dir] = state;
	}
	if (f && r->tb[SOTTO_A_FLOW_COOKIE]) {
		f->cookie_len = mnl_attr_get_payload_len(r->tb[SOTTO_A_FLOW_COOKIE]);
		REQUIRE(f->cookie_len <= SOTTO_COOKIE_MAX);
		memcpy(f->cookie, mnl_attr_get_payload(r->tb[SOTTO_A_FLOW_COOKIE]), f->cookie_len);
	}
	return f ? 0 : ENOENT;
}

static int new_flow(const struct request *r, uint32_t seq)
{
	uint32_t to = value_of(r, SOTTO_A_FLOW_RADDR, sizeof(to));
	struct nlmsghdr *nlh = of_family(SOTTO_CMD_FLOW_NEW, 0, seq);
	struct flow *f = flow_make(value_of(r, SOTTO_A_FLOW_LPORT, 2),
				   value_of(r, SOTTO_A_FLOW_RPORT, 2), to >> 24,
				   SOTTO_FLOW_F_AGENT);

	if (r->tb[SOTTO_A_FLOW_COOKIE]) {
		f->cookie_len = mnl_attr_get_payload_len(r->tb[SOTTO_A_FLOW_COOKIE]);
		memcpy(f->cookie, mnl_attr_get_payload(r->tb[SOTTO_A_FLOW_COOKIE]), f->cookie_len);
	}
	put_flow(nlh, f, 0);
	end(nlh);
	return 0;
}

static int get_flow(const struct request *r, uint32_t seq)
{
	const struct flow *f = flow_of(value_of(r, SOTTO_A_FLOW_ID, sizeof(uint64_t)));
	struct nlmsghdr *nlh;

	if (!f)
		return ENOENT;
	nlh = of_family(SOTTO_CMD_FLOW_NEW, 0, seq);
	put_flow(nlh, f, 0xff);
	end(nlh);
	return 0;
}

static void dump(const struct request *r, uint32_t seq)
{
	struct nlmsghdr *nlh;

	for (const struct flow *f = kernel.flow; f < kernel.flow + KERNEL_FLOWS; f++) {
		if (r->genl->cmd != SOTTO_CMD_FLOW_GET || !f->id)
			continue;
		nlh = of_family(SOTTO_CMD_FLOW_NEW, NLM_F_MULTI, seq);
		put_flow(nlh, f, 0xff);
		end(nlh);
	}
	if (r->genl->cmd == SOTTO_CMD_RULE_GET) {
		nlh = of_family(SOTTO_CMD_RULE_NEW, NLM_F_MULTI, seq);
		put_rule(nlh);
		end(nlh);
	}
	nlh = message(NLMSG_DONE, NLM_F_MULTI, seq);
	mnl_nlmsg_put_extra_header(nlh, sizeof(int));
	end(nlh);
}

static int new_key(const struct request *r)
{
	struct flow *f = flow_of(value_of(r, SOTTO_A_KEY_FLOW_ID, sizeof(uint64_t)));
	uint32_t dir = value_of(r, SOTTO_A_KEY_DIR, sizeof(dir));

	REQUIRE(dir <= SOTTO_DIR_MAX && r->tb[SOTTO_A_KEY_MASTER] && r->tb[SOTTO_A_KEY_SALT]);
	if (!f)
		return ENOENT;
	f->has_key[dir] = true;
	return 0;
}

static int send_packet(const struct request *r)
{
	size_t i = kernel.n_sent;

	if (!flow_of(value_of(r, SOTTO_A_PACKET_FLOW_ID, sizeof(uint64_t))))
		return ENOENT;
	if (i == SENT_MAX)
		return ENOBUFS;
	kernel.last_sent = value_of(r, SOTTO_A_PACKET_FLOW_ID, sizeof(uint64_t));
	kernel.sent[i].kind = value_of(r, SOTTO_A_PACKET_KIND, sizeof(uint32_t));
	kernel.sent[i].len = mnl_attr_get_payload_len(r->tb[SOTTO_A_PACKET_DATA]);
	REQUIRE(kernel.sent[i].len && kernel.sent[i].len <= SOTTO_PAYLOAD_MAX);
	memcpy(kernel.sent[i].data, mnl_attr_get_payload(r->tb[SOTTO_A_PACKET_DATA]),
	       kernel.sent[i].len);
	kernel.n_sent++;
	return 0;
}

static int delete_flow(const struct request *r)
{
	struct flow *f = flow_of(value_of(r, SOTTO_A_FLOW_ID, sizeof(uint64_t)));

	if (!f)
		return ENOENT;
	memset(f, 0, sizeof(*f));
	return 0;
}

static int new_rule(uint32_t seq)
{
	struct nlmsghdr *nlh = of_family(SOTTO_CMD_RULE_NEW, 0, seq);

	put_rule(nlh);
	end(nlh);
	return 0;
}

/* Does what it is asked for. Return: errno */
static int serve(const struct request *r, uint32_t seq)
{
	switch (r->genl->cmd) {
	case SOTTO_CMD_FLOW_NEW:
		return new_flow(r, seq);
	case SOTTO_CMD_FLOW_GET:
		return get_flow(r, seq);
	case SOTTO_CMD_FLOW_SET:
		return set_flow(r);
	case SOTTO_CMD_FLOW_DEL:
		return delete_flow(r);
	case SOTTO_CMD_KEY_NEW:
		return new_key(r);
	case SOTTO_CMD_RULE_NEW:
		return new_rule(seq);
	case SOTTO_CMD_PACKET:
		return send_packet(r);
	default:
		return 0;
	}
}

static void put_error(uint32_t seq, int err, const char *sentence, size_t len)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR, NLM_F_CAPPED |
				       (sentence ? NLM_F_ACK_TLVS : 0), seq);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	e->error = -err;
	e->msg.nlmsg_len = sizeof(e->msg);
	if (sentence)
		mnl_attr_put(nlh, NLMSGERR_ATTR_MSG, len, sentence);
	end(nlh);
}

/* One of the answers that are none. */
static void answer_wrongly(struct mnl_socket *nl, uint8_t how, uint32_t seq)
{
	struct input *in = kernel.in;
	char sentence[255];
	struct nlmsghdr *nlh;

	switch (how & 7) {
	case 0:
		put_error(seq, take(in), NULL, 0);
		break;
	case 1:
		put_error(seq, take(in), sentence, take_some(in, sentence, sizeof(sentence)));
		break;
	case 2:		/* something else that is well-formed */
		nlh = of_family(take(in), how & 8 ? NLM_F_MULTI : 0, seq);
		put_any(nlh, in);
		end(nlh);
		put_error(seq, 0, NULL, 0);
		break;
	case 3:		/* no netlink at all */
		used = take_some(in, room, sizeof(sentence));
		break;
	case 4:		/* it got lost */
		queue(nl, room, 0, how & 8 ? ENOBUFS : EINTR);
		break;
	case 5:		/* to another request */
		put_error(seq + 1, 0, NULL, 0);
		break;
	default:	/* of another family, or of none */
		nlh = message(take(in), how & 8 ? NLM_F_MULTI | NLM_F_DUMP_INTR : 0, seq);
		mnl_nlmsg_put_extra_header(nlh, take(in));
		end(nlh);
	}
	flush(nl, in);
}

#define WRONG_FROM	0xa0	/* of what say() says */

static void answer(struct mnl_socket *nl, const struct nlmsghdr *nlh)
{
	bool wants_all = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	uint8_t how = say();
	struct request r;

	read_request(nlh, &r);
	if (r.genl->cmd == SOTTO_CMD_AGENT_BIND)
		kernel.agent = nl;
	if (how >= WRONG_FROM) {
		if (r.genl->cmd == SOTTO_CMD_KEY_NEW)
			new_key(&r);	/* what is said now may mean that it was taken */
		answer_wrongly(nl, how, nlh->nlmsg_seq);
		return;
	}
	if (wants_all)
		dump(&r, nlh->nlmsg_seq);
	else
		put_error(nlh->nlmsg_seq, serve(&r, nlh->nlmsg_seq), NULL, 0);
	flush(nl, how & 1 ? kernel.in : &none);
}

static void tell_family(struct mnl_socket *nl, uint32_t seq)
{
	struct nlmsghdr *nlh = message(GENL_ID_CTRL, 0, seq);
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
	end(nlh);
	put_error(seq, 0, NULL, 0);
	flush(nl, say() & 1 ? kernel.in : &none);
}

/* What is told. */

static struct flow *any_flow(struct input *in)
{
	struct flow *f = &kernel.flow[take(in) % KERNEL_FLOWS];

	return f->id ? f : flow_make(htons(take(in) & 1 ? 7686 : 5004), htons(7686), take(in),
				     take(in) & 1 ? SOTTO_FLOW_F_EMBRYONIC : 0);
}

static void tell_event(struct input *in)
{
	struct nlmsghdr *nlh = of_family(SOTTO_CMD_EVENT, 0, 0);
	uint8_t event = take(in), changes = take(in);
	struct flow *f = any_flow(in);

	if (changes & 1)
		f->state[changes >> 1 & 1] = take(in) % (SOTTO_STATE_MAX + 1);
	if (changes & 4)
		f->last++;
	mnl_attr_put_u32(nlh, SOTTO_A_EVENT, event % (SOTTO_EVENT_MAX + 2));
	if (changes & 8)
		mnl_attr_put_u32(nlh, SOTTO_A_DIR, changes >> 1 & 1);
	put_flow(nlh, f, changes >> 4 | (changes & 0x80));
	if (event % (SOTTO_EVENT_MAX + 2) == SOTTO_EVENT_FLOW_GONE)
		memset(f, 0, sizeof(*f));
	end(nlh);
}

static void put_packet(uint64_t id, enum sotto_packet_kind kind, const void *data, size_t len)
{
	struct nlmsghdr *nlh = of_family(SOTTO_CMD_PACKET, 0, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_PACKET);

	mnl_attr_put_u64(nlh, SOTTO_A_PACKET_FLOW_ID, id);
	mnl_attr_put_u32(nlh, SOTTO_A_PACKET_KIND, kind);
	mnl_attr_put(nlh, SOTTO_A_PACKET_DATA, len, data);
	mnl_attr_nest_end(nlh, nest);
	end(nlh);
}

void sottod_kernel_notice(struct input *in)
{
	uint8_t data[SOTTO_PAYLOAD_MAX];
	struct nlmsghdr *nlh;
	uint64_t id;

	if (!kernel.agent)
		return;
	switch (take(in) % 6) {
	case 0:
	case 1:
		tell_event(in);
		break;
	case 2:
		id = any_flow(in)->id;
		put_packet(id, take(in) % (SOTTO_PACKET_MAX + 2), data,
			   take_some(in, data, sizeof(data)));
		break;
	case 3:
		nlh = of_family(take(in) % (SOTTO_CMD_MAX + 2), 0, 0);
		put_any(nlh, in);
		put_any(nlh, in);
		end(nlh);
		break;
	case 4:
		used = take_some(in, room, sizeof(data));
		break;
	default:
		queue(kernel.agent, room, 0, ENOBUFS);
	}
	flush(kernel.agent, in);
}

void sottod_kernel_packet(enum sotto_packet_kind kind, const uint8_t *data, size_t len)
{
	if (!kernel.agent)
		return;
	if (!flow_of(kernel.last_sent))		/* he calls */
		kernel.last_sent = flow_make(htons(7686), htons(7686), 2,
					     SOTTO_FLOW_F_EMBRYONIC)->id;
	put_packet(kernel.last_sent, kind, data, len);
	flush(kernel.agent, &none);
}

size_t sottod_kernel_sent(enum sotto_packet_kind *kind, uint8_t out[SOTTO_PAYLOAD_MAX])
{
	size_t len = kernel.n_sent ? kernel.sent[0].len : 0;

	if (!len)
		return 0;
	*kind = kernel.sent[0].kind;
	memcpy(out, kernel.sent[0].data, len);
	memmove(&kernel.sent[0], &kernel.sent[1], --kernel.n_sent * sizeof(kernel.sent[0]));
	return len;
}

void sottod_kernel_reset(struct input *in)
{
	REQUIRE(!kernel.sockets);
	memset(&kernel, 0, sizeof(kernel));
	kernel.in = in;
	used = 0;
}

/* In the place of libmnl's. What is behind a datagram is nobody's to read. */

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *nl = calloc(1, sizeof(*nl));

	REQUIRE(nl);
	nl->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	REQUIRE(nl->fd >= 0);
	nl->next = kernel.sockets;
	kernel.sockets = nl;
	return nl;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	struct mnl_socket **at = &kernel.sockets;

	while (*at != nl)
		at = &(*at)->next;
	*at = nl->next;
	if (kernel.agent == nl)
		kernel.agent = NULL;
	empty(nl);
	close(nl->fd);
	free(nl);
	return 0;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return nl->fd;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	return 0;
}

/* The next request is written where the last answer was. */
struct nlmsghdr *mnl_nlmsg_put_header(void *buf)
{
	struct nlmsghdr *nlh = buf;

	if ((uint8_t *)buf < room || (uint8_t *)buf >= room + ROOM)
		ASAN_UNPOISON_MEMORY_REGION(buf, SOTTO_BUFFER);
	memset(nlh, 0, MNL_ALIGN(sizeof(*nlh)));
	nlh->nlmsg_len = MNL_ALIGN(sizeof(*nlh));
	return nlh;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *const_nl, const void *buf, size_t len)
{
	struct mnl_socket *nl = (struct mnl_socket *)const_nl;
	const struct nlmsghdr *nlh = buf;

	empty(nl);
	if (nlh->nlmsg_type == GENL_ID_CTRL)
		tell_family(nl, nlh->nlmsg_seq);
	else
		answer(nl, nlh);
	return len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *const_nl, void *buf, size_t size)
{
	struct mnl_socket *nl = (struct mnl_socket *)const_nl;
	struct datagram d;

	ASAN_UNPOISON_MEMORY_REGION(buf, size);
	if (!nl->n) {
		errno = EAGAIN;
		return -1;
	}
	d = nl->queue[0];
	memmove(&nl->queue[0], &nl->queue[1], --nl->n * sizeof(d));
	if (!d.err && d.len > size)
		d.err = ENOSPC;
	if (!d.err) {
		memcpy(buf, d.data, d.len);
		ASAN_POISON_MEMORY_REGION((uint8_t *)buf + d.len, size - d.len);
	}
	free(d.data);
	errno = d.err;
	return d.err ? -1 : (ssize_t)d.len;
}
