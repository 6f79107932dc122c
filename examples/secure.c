// SPDX-License-Identifier: LGPL-2.1-or-later
#include "secure.h"

#include <errno.h>
#include <string.h>

/* A flow that this program had at its address and left behind when it was killed. */
struct old {
	const char *cookie;
	const struct sotto_addr *from;
	uint64_t id;
};

static int is_old(const struct sotto_flow *flow, void *arg)
{
	struct old *old = arg;
	in_port_t port = flow->local.sa.sa_family == AF_INET ? flow->local.in.sin_port :
							       flow->local.in6.sin6_port;
	in_port_t ours = old->from->sa.sa_family == AF_INET ? old->from->in.sin_port :
							      old->from->in6.sin6_port;

	if (flow->local.sa.sa_family == old->from->sa.sa_family && port == ours &&
	    flow->cookie_len == strlen(old->cookie) &&
	    !memcmp(flow->cookie, old->cookie, flow->cookie_len))
		old->id = flow->id;
	return 0;
}

/* We have bound the port: nobody else uses them any more. */
static int forget_old(struct sotto *s, const char *cookie, const struct sotto_addr *from)
{
	int err;

	for (;;) {
		struct old old = { cookie, from, 0 };

		err = sotto_flow_dump(s, is_old, &old);
		if (err || !old.id)
			return err;
		err = sotto_flow_del(s, old.id);
		if (err && err != -ENOENT)
			return err;
	}
}

int secure_flow(struct sotto *s, const char *cookie, const struct sotto_addr *from,
		const struct sotto_addr *to, struct sotto_key *tx, struct sotto_key *rx,
		uint64_t *id)
{
	struct sotto_flow flow = { .local = *from, .remote = *to };
	int err = forget_old(s, cookie, from);

	flow.cookie_len = strlen(cookie);
	memcpy(flow.cookie, cookie, flow.cookie_len);
	if (!err)
		err = sotto_flow_claim(s, &flow);
	if (err)
		return err;
	tx->flow_id = flow.id;
	tx->dir = SOTTO_DIR_TX;
	rx->flow_id = flow.id;
	rx->dir = SOTTO_DIR_RX;
	*id = flow.id;
	return sotto_flow_protect(s, flow.id, tx, rx);
}
