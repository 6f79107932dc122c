/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options of a flow and the ROCs of its streams, in requests and in replies.
 */
#ifndef SOTTO_NETLINK_OPTIONS_H
#define SOTTO_NETLINK_OPTIONS_H

#include "session.h"

struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

/* Bytes that the streams of a flow take in a message, at most. */
#define SOTTO_STREAMS_ROOM	(__SOTTO_DIR_MAX * 64 * 48)

/* Overwrites in @options what @tb, a parsed flow, has. 0 or -EINVAL. */
int sotto_options_read(struct nlattr *const *tb, struct sotto_options *options,
		       struct netlink_ext_ack *extack);

/*
 * The streams in @flow, the nest. Checks them alone where @s is NULL, else tells their
 * ROCs one after the other. 0, -EINVAL, or what sotto_session_roc_set() says.
 */
int sotto_streams_read(const struct nlattr *flow, struct sotto_session *s,
		       struct netlink_ext_ack *extack);

/* 0 or -EMSGSIZE. */
int sotto_options_put(struct sk_buff *msg, const struct sotto_session *s);
int sotto_srtp_put(struct sk_buff *msg, const struct sotto_session *s, enum sotto_dir dir);
int sotto_streams_put(struct sk_buff *msg, const struct sotto_session *s);

#endif /* SOTTO_NETLINK_OPTIONS_H */
