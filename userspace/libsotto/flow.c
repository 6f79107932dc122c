// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Connections, flows and keys.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

int sotto_open(struct sotto **out)
{
	struct sotto *s = calloc(1, sizeof(*s));
	int err;

	*out = s;
	if (!s)
		return -ENOMEM;
	/* On an error the caller still has @s for the sentence, and closes it. */
	err = sotto_link_open(&s->link);
	return err;
}

void sotto_close(struct sotto *s)
{
	if (!s)
		return;
	sotto_link_close(&s->link);
	free(s);
}

const char *sotto_error(const struct sotto *s)
{
	return s ? s->link.error : "no memory";
}

/* Reading a flow. */

static void read_addr(const struct nlattr *addr, const struct nlattr *port, uint16_t family,
		      struct sotto_addr *out)
{
	size_t len = addr ? mnl_attr_get_payload_len(addr) : 0;

	memset(out, 0, sizeof(*out));
	out->sa.sa_family = family;
	if (family == AF_INET && len == sizeof(out->in.sin_addr)) {
		memcpy(&out->in.sin_addr, mnl_attr_get_payload(addr), len);
		out->in.sin_port = sotto_u16(port);
	} else if (family == AF_INET6 && len == sizeof(out->in6.sin6_addr)) {
		memcpy(&out->in6.sin6_addr, mnl_attr_get_payload(addr), len);
		out->in6.sin6_port = sotto_u16(port);
	}
}

void sotto_stats_read(const struct nlattr *nest, uint64_t stats[SOTTO_STATS_COUNT])
{
	const struct nlattr *tb[SOTTO_A_STATS_MAX + 1];

	sotto_attrs_nest(nest, tb, SOTTO_A_STATS_MAX);
	for (int i = SOTTO_A_STATS_PAD + 1; i <= SOTTO_A_STATS_MAX; i++)
		stats[i] = sotto_u64(tb[i], 0);
}

static void read_enc_ext(const struct nlattr *ids, struct sotto_options *out)
{
	if (!ids || mnl_attr_get_payload_len(ids) > SOTTO_ENC_EXT_MAX)
		return;
	out->enc_ext_len = mnl_attr_get_payload_len(ids);
	memcpy(out->enc_ext, mnl_attr_get_payload(ids), out->enc_ext_len);
}

static void read_options(const struct nlattr *const *tb, struct sotto_options *out)
{
	out->window = sotto_u32(tb[SOTTO_A_FLOW_WINDOW]);
	out->cryptex = sotto_u32(tb[SOTTO_A_FLOW_CRYPTEX]);
	out->pad_size = sotto_u16(tb[SOTTO_A_FLOW_PAD_SIZE]);
	out->pad_multiple = sotto_u8(tb[SOTTO_A_FLOW_PAD_MULTIPLE]);
	read_enc_ext(tb[SOTTO_A_FLOW_ENC_EXT], out);
}

static void read_srtp(const struct nlattr *nest, struct sotto_srtp *out)
{
	const struct nlattr *tb[SOTTO_A_SRTP_MAX + 1];

	if (!nest)
		return;
	sotto_attrs_nest(nest, tb, SOTTO_A_SRTP_MAX);
	out->has_key = true;
	out->mki_len = sotto_u8(tb[SOTTO_A_SRTP_MKI_LEN]);
	out->options.window = sotto_u32(tb[SOTTO_A_SRTP_WINDOW]);
	out->options.cryptex = sotto_u32(tb[SOTTO_A_SRTP_CRYPTEX]);
	out->options.pad_size = sotto_u16(tb[SOTTO_A_SRTP_PAD_SIZE]);
	out->options.pad_multiple = sotto_u8(tb[SOTTO_A_SRTP_PAD_MULTIPLE]);
	read_enc_ext(tb[SOTTO_A_SRTP_ENC_EXT], &out->options);
}

void sotto_flow_read(const struct nlattr *nest, struct sotto_flow *out)
{
	const struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	uint16_t family;

	memset(out, 0, sizeof(*out));
	sotto_attrs_nest(nest, tb, SOTTO_A_FLOW_MAX);
	family = sotto_u16(tb[SOTTO_A_FLOW_FAMILY]);	/* 0 is AF_UNSPEC */
	out->id = sotto_u64(tb[SOTTO_A_FLOW_ID], 0);
	read_addr(tb[SOTTO_A_FLOW_LADDR], tb[SOTTO_A_FLOW_LPORT], family, &out->local);
	read_addr(tb[SOTTO_A_FLOW_RADDR], tb[SOTTO_A_FLOW_RPORT], family, &out->remote);
	out->tx = sotto_u32(tb[SOTTO_A_FLOW_STATE_TX]);
	out->rx = sotto_u32(tb[SOTTO_A_FLOW_STATE_RX]);
	if (tb[SOTTO_A_FLOW_COOKIE] &&
	    mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_COOKIE]) <= SOTTO_COOKIE_MAX) {
		out->cookie_len = mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_COOKIE]);
		memcpy(out->cookie, mnl_attr_get_payload(tb[SOTTO_A_FLOW_COOKIE]),
		       out->cookie_len);
	}
	out->rule_id = sotto_u32(tb[SOTTO_A_FLOW_RULE_ID]);
	out->action = sotto_u32(tb[SOTTO_A_FLOW_ACTION]);
	out->flags = sotto_u32(tb[SOTTO_A_FLOW_FLAGS]);
	out->uid = sotto_u32(tb[SOTTO_A_FLOW_UID]);
	out->has_uid = tb[SOTTO_A_FLOW_UID];
	out->ifindex = (int32_t)sotto_u32(tb[SOTTO_A_FLOW_IFINDEX]);
	out->mark = sotto_u32(tb[SOTTO_A_FLOW_MARK]);
	out->tos = sotto_u8(tb[SOTTO_A_FLOW_TOS]);
	out->ssrc_tx = sotto_u32(tb[SOTTO_A_FLOW_SSRC_TX]);
	out->has_ssrc_tx = tb[SOTTO_A_FLOW_SSRC_TX];
	out->ssrc_rx = sotto_u32(tb[SOTTO_A_FLOW_SSRC_RX]);
	out->has_ssrc_rx = tb[SOTTO_A_FLOW_SSRC_RX];
	out->profile_tx = sotto_u32(tb[SOTTO_A_FLOW_PROFILE_TX]);
	out->profile_rx = sotto_u32(tb[SOTTO_A_FLOW_PROFILE_RX]);
	out->age_ms = sotto_u64(tb[SOTTO_A_FLOW_AGE_MS], 0);
	out->idle_tx_ms = sotto_u64(tb[SOTTO_A_FLOW_IDLE_TX_MS], SOTTO_IDLE_NEVER);
	out->idle_rx_ms = sotto_u64(tb[SOTTO_A_FLOW_IDLE_RX_MS], SOTTO_IDLE_NEVER);
	if (tb[SOTTO_A_FLOW_STATS])
		sotto_stats_read(tb[SOTTO_A_FLOW_STATS], out->stats);
	read_options(tb, &out->options);
	read_srtp(tb[SOTTO_A_FLOW_SRTP_TX], &out->srtp_tx);
	read_srtp(tb[SOTTO_A_FLOW_SRTP_RX], &out->srtp_rx);
}

/** struct told - where to put a flow, and whether there was one */
struct told {
	struct sotto_flow *flow;
	bool there;
};

static int flow_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[SOTTO_A_MAX + 1];
	struct told *told = arg;

	sotto_attrs_top(nlh, tb);
	if (!tb[SOTTO_A_FLOW])
		return 0;
	sotto_flow_read(tb[SOTTO_A_FLOW], told->flow);
	told->there = true;
	return 0;
}

/* Requests. */

static void put_addr(struct nlmsghdr *nlh, uint16_t addr_attr, uint16_t port_attr,
		     const struct sotto_addr *addr, bool with_addr)
{
	bool v4 = addr->sa.sa_family == AF_INET;

	if (with_addr && v4)
		mnl_attr_put(nlh, addr_attr, sizeof(addr->in.sin_addr), &addr->in.sin_addr);
	else if (with_addr)
		mnl_attr_put(nlh, addr_attr, sizeof(addr->in6.sin6_addr), &addr->in6.sin6_addr);
	mnl_attr_put_u16(nlh, port_attr, v4 ? addr->in.sin_port : addr->in6.sin6_port);
}

static bool is_any(const struct sotto_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? addr->in.sin_addr.s_addr == INADDR_ANY
					     : IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr);
}

static void put_options(struct nlmsghdr *nlh, const struct sotto_options *o)
{
	if (o->window)
		mnl_attr_put_u32(nlh, SOTTO_A_FLOW_WINDOW, o->window);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_CRYPTEX, o->cryptex);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_PAD_SIZE, o->pad_size);
	mnl_attr_put_u8(nlh, SOTTO_A_FLOW_PAD_MULTIPLE, o->pad_multiple);
	mnl_attr_put(nlh, SOTTO_A_FLOW_ENC_EXT, o->enc_ext_len, o->enc_ext);
}

int sotto_flow_new(struct sotto *s, struct sotto_flow *flow)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_FLOW_NEW, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	struct sotto_addr local = flow->local;
	struct told told = { flow };

	if (local.sa.sa_family == AF_UNSPEC)
		local.sa.sa_family = flow->remote.sa.sa_family;
	if (local.sa.sa_family != flow->remote.sa.sa_family)
		return sotto_link_fail(&s->link, EINVAL, "local and remote address differ in family");
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, flow->remote.sa.sa_family);
	put_addr(nlh, SOTTO_A_FLOW_LADDR, SOTTO_A_FLOW_LPORT, &local, !is_any(&local));
	put_addr(nlh, SOTTO_A_FLOW_RADDR, SOTTO_A_FLOW_RPORT, &flow->remote, true);
	if (flow->cookie_len)
		mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, flow->cookie_len, flow->cookie);
	if (flow->ifindex)
		mnl_attr_put_u32(nlh, SOTTO_A_FLOW_IFINDEX, flow->ifindex);
	if (flow->mark)
		mnl_attr_put_u32(nlh, SOTTO_A_FLOW_MARK, flow->mark);
	if (flow->tos)
		mnl_attr_put_u8(nlh, SOTTO_A_FLOW_TOS, flow->tos);
	put_options(nlh, &flow->options);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, flow_cb, &told);
}

/* A request about the flow @id; the caller ends the nest. */
static struct nlmsghdr *begin_flow(struct sotto *s, enum sotto_cmd cmd, uint64_t id,
				   struct nlattr **nest)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, cmd, 0);

	*nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, id);
	return nlh;
}

int sotto_flow_del(struct sotto *s, uint64_t id)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_DEL, id, &nest);

	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

int sotto_flow_get(struct sotto *s, uint64_t id, struct sotto_flow *out)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_GET, id, &nest);
	struct told told = { out };
	int ret;

	mnl_attr_nest_end(nlh, nest);
	ret = sotto_link_call(&s->link, nlh, flow_cb, &told);
	if (!ret && !told.there)
		return sotto_link_fail(&s->link, EBADMSG, "the kernel's answer tells of no flow");
	return ret;
}

int sotto_flow_set_state(struct sotto *s, uint64_t id, enum sotto_dir dir, enum sotto_state state)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_SET, id, &nest);

	mnl_attr_put_u32(nlh, dir == SOTTO_DIR_TX ? SOTTO_A_FLOW_STATE_TX : SOTTO_A_FLOW_STATE_RX,
			 state);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

int sotto_flow_set_cookie(struct sotto *s, uint64_t id, const void *cookie, size_t len)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_SET, id, &nest);

	if (len > SOTTO_COOKIE_MAX)
		return sotto_link_fail(&s->link, EINVAL, "a cookie has at most %d bytes",
				       SOTTO_COOKIE_MAX);
	mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, len, cookie);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

int sotto_flow_set_options(struct sotto *s, uint64_t id, const struct sotto_options *options)
{
	struct nlattr *nest;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_SET, id, &nest);

	put_options(nlh, options);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

int sotto_flow_set_roc(struct sotto *s, uint64_t id, enum sotto_dir dir, uint32_t ssrc,
		       uint32_t roc)
{
	struct nlattr *nest, *stream;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_SET, id, &nest);

	stream = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_STREAM);
	mnl_attr_put_u32(nlh, SOTTO_A_STREAM_DIR, dir);
	mnl_attr_put_u32(nlh, SOTTO_A_STREAM_SSRC, ssrc);
	mnl_attr_put_u32(nlh, SOTTO_A_STREAM_ROC, roc);
	mnl_attr_nest_end(nlh, stream);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

struct stream_dump {
	int (*cb)(const struct sotto_stream *stream, void *arg);
	void *arg;
};

static int streams_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *top[SOTTO_A_MAX + 1], *tb[SOTTO_A_STREAM_MAX + 1], *attr;
	const struct stream_dump *dump = arg;

	sotto_attrs_top(nlh, top);
	if (!top[SOTTO_A_FLOW])
		return 0;
	mnl_attr_for_each_nested(attr, top[SOTTO_A_FLOW]) {
		struct sotto_stream stream = {};
		int ret;

		if (mnl_attr_get_type(attr) != SOTTO_A_FLOW_STREAM)
			continue;
		sotto_attrs_nest(attr, tb, SOTTO_A_STREAM_MAX);
		stream.dir = sotto_u32(tb[SOTTO_A_STREAM_DIR]);
		stream.ssrc = sotto_u32(tb[SOTTO_A_STREAM_SSRC]);
		stream.roc = sotto_u32(tb[SOTTO_A_STREAM_ROC]);
		stream.has_seq = tb[SOTTO_A_STREAM_SEQ];
		stream.seq = sotto_u16(tb[SOTTO_A_STREAM_SEQ]);
		ret = dump->cb(&stream, dump->arg);
		if (ret)
			return ret;
	}
	return 0;
}

int sotto_flow_streams(struct sotto *s, uint64_t id,
		       int (*cb)(const struct sotto_stream *, void *), void *arg)
{
	struct stream_dump dump = { cb, arg };
	struct nlattr *nest;
	struct nlmsghdr *nlh = begin_flow(s, SOTTO_CMD_FLOW_GET, id, &nest);

	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, streams_cb, &dump);
}

struct flow_dump {
	int (*cb)(const struct sotto_flow *flow, void *arg);
	void *arg;
};

static int dump_cb(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *tb[SOTTO_A_MAX + 1];
	const struct flow_dump *dump = arg;
	struct sotto_flow flow;

	sotto_attrs_top(nlh, tb);
	if (!tb[SOTTO_A_FLOW])
		return 0;
	sotto_flow_read(tb[SOTTO_A_FLOW], &flow);
	return dump->cb(&flow, dump->arg);
}

int sotto_flow_dump(struct sotto *s, int (*cb)(const struct sotto_flow *, void *), void *arg)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_FLOW_GET, NLM_F_DUMP);
	struct flow_dump dump = { cb, arg };

	return sotto_link_call(&s->link, nlh, dump_cb, &dump);
}

int sotto_key_new(struct sotto *s, const struct sotto_key *key)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_KEY_NEW, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_KEY);

	mnl_attr_put_u64(nlh, SOTTO_A_KEY_FLOW_ID, key->flow_id);
	mnl_attr_put_u32(nlh, SOTTO_A_KEY_DIR, key->dir);
	mnl_attr_put_u32(nlh, SOTTO_A_KEY_PROFILE, key->profile);
	mnl_attr_put(nlh, SOTTO_A_KEY_MASTER, key->master_len, key->master);
	mnl_attr_put(nlh, SOTTO_A_KEY_SALT, key->salt_len, key->salt);
	if (key->mki_len)
		mnl_attr_put(nlh, SOTTO_A_KEY_MKI, key->mki_len, key->mki);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}

int sotto_key_del(struct sotto *s, uint64_t flow_id, enum sotto_dir dir, enum sotto_slot slot)
{
	struct nlmsghdr *nlh = sotto_link_begin(&s->link, SOTTO_CMD_KEY_DEL, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_KEY);

	mnl_attr_put_u64(nlh, SOTTO_A_KEY_FLOW_ID, flow_id);
	mnl_attr_put_u32(nlh, SOTTO_A_KEY_DIR, dir);
	mnl_attr_put_u32(nlh, SOTTO_A_KEY_SLOT, slot);
	mnl_attr_nest_end(nlh, nest);
	return sotto_link_call(&s->link, nlh, NULL, NULL);
}
