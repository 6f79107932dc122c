// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of a flow and the ROCs of its streams, in requests and in replies.
 */
#include <net/netlink.h>

#include "netlink_gen.h"
#include "netlink_options.h"

static int read_enc_ext(const struct nlattr *attr, struct sotto_ext_ids *ids,
			struct netlink_ext_ack *extack)
{
	const u8 *id = nla_data(attr);

	*ids = (struct sotto_ext_ids){};
	for (int i = 0; i < nla_len(attr); i++) {
		if (!id[i]) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "flow/enc-ext has an id of 0");
			return -EINVAL;
		}
		sotto_ext_ids_add(ids, id[i]);
	}
	return 0;
}

/**
 * sotto_options_read() - Read the options that a request has.
 * @tb: parsed flow
 * @options: what @tb has is overwritten
 * @extack: may be NULL
 *
 * Context: any. Return: 0 or -EINVAL; then @options is undefined.
 */
int sotto_options_read(struct nlattr *const *tb, struct sotto_options *options,
		       struct netlink_ext_ack *extack)
{
	if (tb[SOTTO_A_FLOW_WINDOW])
		options->window = nla_get_u32(tb[SOTTO_A_FLOW_WINDOW]);
	if (tb[SOTTO_A_FLOW_CRYPTEX])
		options->cryptex = nla_get_u32(tb[SOTTO_A_FLOW_CRYPTEX]);
	if (tb[SOTTO_A_FLOW_PAD_SIZE])
		options->pad_size = nla_get_u16(tb[SOTTO_A_FLOW_PAD_SIZE]);
	if (tb[SOTTO_A_FLOW_PAD_MULTIPLE])
		options->pad_multiple = nla_get_u8(tb[SOTTO_A_FLOW_PAD_MULTIPLE]);
	if (!tb[SOTTO_A_FLOW_ENC_EXT])
		return 0;
	return read_enc_ext(tb[SOTTO_A_FLOW_ENC_EXT], &options->enc_ext, extack);
}

static int read_stream(const struct nlattr *attr, struct sotto_session *s,
		       struct netlink_ext_ack *extack)
{
	static const int needed[] = { SOTTO_A_STREAM_DIR, SOTTO_A_STREAM_SSRC, SOTTO_A_STREAM_ROC };
	struct nlattr *tb[SOTTO_A_STREAM_MAX + 1];
	int err;

	err = sotto_attrs_parse(tb, SOTTO_A_STREAM_MAX, nla_data(attr), nla_len(attr),
				sotto_stream_policy, extack);
	for (unsigned int i = 0; !err && i < ARRAY_SIZE(needed); i++)
		err = sotto_attr_need(tb, needed[i], sotto_stream_policy, extack);
	if (err || !s)
		return err;
	err = sotto_session_roc_set(s, nla_get_u32(tb[SOTTO_A_STREAM_DIR]),
				    nla_get_u32(tb[SOTTO_A_STREAM_SSRC]),
				    nla_get_u32(tb[SOTTO_A_STREAM_ROC]));
	if (err == -EBUSY)
		NL_SET_ERR_MSG_ATTR(extack, attr, "flow/stream: a packet of this SSRC has passed");
	if (err == -ENOSPC)
		NL_SET_ERR_MSG_ATTR(extack, attr, "flow/stream: too many SSRCs");
	return err;
}

/**
 * sotto_streams_read() - Check the streams of a request, or tell their ROCs.
 * @flow: nest
 * @s: session, NULL to check alone
 * @extack: may be NULL
 *
 * Context: process; the caller serialises control calls of @s.
 * Return: 0; -EINVAL; -EBUSY, -ENOSPC or -ENOMEM of the first that is refused.
 */
int sotto_streams_read(const struct nlattr *flow, struct sotto_session *s,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rest;

	nla_for_each_nested(attr, flow, rest) {
		int err = nla_type(attr) == SOTTO_A_FLOW_STREAM ? read_stream(attr, s, extack) : 0;

		if (err)
			return err;
	}
	return 0;
}

static int put_enc_ext(struct sk_buff *msg, int attrtype, const struct sotto_ext_ids *ids)
{
	u8 list[SOTTO_ENC_EXT_MAX];
	unsigned int n = 0;

	for (unsigned int id = 1; id <= SOTTO_ENC_EXT_MAX; id++)
		if (sotto_ext_ids_has(ids, id))
			list[n++] = id;
	return n ? nla_put(msg, attrtype, n, list) : 0;
}

/**
 * sotto_options_put() - Put the options of later keys into a message.
 * @msg: message, in the nest of a flow
 * @s: session, kept by the caller
 *
 * Context: any but hardirq. Return: 0 or -EMSGSIZE.
 */
int sotto_options_put(struct sk_buff *msg, const struct sotto_session *s)
{
	struct sotto_options o;

	sotto_session_options_get(s, &o);
	if (nla_put_u32(msg, SOTTO_A_FLOW_WINDOW, o.window) ||
	    nla_put_u32(msg, SOTTO_A_FLOW_CRYPTEX, o.cryptex) ||
	    nla_put_u16(msg, SOTTO_A_FLOW_PAD_SIZE, o.pad_size) ||
	    nla_put_u8(msg, SOTTO_A_FLOW_PAD_MULTIPLE, o.pad_multiple))
		return -EMSGSIZE;
	return put_enc_ext(msg, SOTTO_A_FLOW_ENC_EXT, &o.enc_ext);
}

/**
 * sotto_srtp_put() - Put how the current key has packets look into a message.
 * @msg: message, in the nest of a flow
 * @s: session, kept by the caller
 * @dir: direction; one without a key puts nothing
 *
 * Context: any but hardirq. Return: 0 or -EMSGSIZE.
 */
int sotto_srtp_put(struct sk_buff *msg, const struct sotto_session *s, enum sotto_dir dir)
{
	int attrtype = dir == SOTTO_DIR_TX ? SOTTO_A_FLOW_SRTP_TX : SOTTO_A_FLOW_SRTP_RX;
	const struct sotto_options *o;
	struct sotto_key_info key;
	struct nlattr *nest;

	if (!sotto_session_key_info(s, dir, &key))
		return 0;
	o = &key.options;
	nest = nla_nest_start(msg, attrtype);
	if (!nest ||
	    nla_put_u8(msg, SOTTO_A_SRTP_MKI_LEN, key.mki_len) ||
	    nla_put_u32(msg, SOTTO_A_SRTP_WINDOW, o->window) ||
	    nla_put_u32(msg, SOTTO_A_SRTP_CRYPTEX, o->cryptex) ||
	    nla_put_u16(msg, SOTTO_A_SRTP_PAD_SIZE, o->pad_size) ||
	    nla_put_u8(msg, SOTTO_A_SRTP_PAD_MULTIPLE, o->pad_multiple) ||
	    put_enc_ext(msg, SOTTO_A_SRTP_ENC_EXT, &o->enc_ext))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

struct putting {
	struct sk_buff *msg;
	enum sotto_dir dir;
};

static int put_stream(const struct sotto_stream_info *info, void *arg)
{
	const struct putting *p = arg;
	struct nlattr *nest = nla_nest_start(p->msg, SOTTO_A_FLOW_STREAM);

	if (!nest ||
	    nla_put_u32(p->msg, SOTTO_A_STREAM_DIR, p->dir) ||
	    nla_put_u32(p->msg, SOTTO_A_STREAM_SSRC, info->ssrc) ||
	    nla_put_u32(p->msg, SOTTO_A_STREAM_ROC, info->roc) ||
	    (info->heard && nla_put_u16(p->msg, SOTTO_A_STREAM_SEQ, info->seq)))
		return -EMSGSIZE;
	nla_nest_end(p->msg, nest);
	return 0;
}

/**
 * sotto_streams_put() - Put the streams of a flow into a message.
 * @msg: message, in the nest of a flow, with SOTTO_STREAMS_ROOM
 * @s: session, kept by the caller
 *
 * Context: any but hardirq. Return: 0 or -EMSGSIZE.
 */
int sotto_streams_put(struct sk_buff *msg, const struct sotto_session *s)
{
	struct putting p = { .msg = msg };
	int err = 0;

	for (p.dir = 0; !err && p.dir < __SOTTO_DIR_MAX; p.dir++)
		err = sotto_session_streams(s, p.dir, put_stream, &p);
	return err;
}
