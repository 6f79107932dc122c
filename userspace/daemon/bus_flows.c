// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's flows as dictionaries, Documentation/dbus.rst. */
#include "bus.h"

#include <errno.h>
#include <stdlib.h>

#include "addr.h"
#include "bus_dict.h"

#define TOLD_MAX	64	/* SSRCs that a flow has in one direction */

static int put_address(sd_bus_message *m, const char *key, const struct sotto_addr *addr)
{
	char text[ADDR_TEXT_MAX];

	addr_format(addr, text);
	return bus_put_text(m, key, text);
}

static int put_stats(sd_bus_message *m, const struct sotto_flow *flow)
{
	const char *name;
	int r = sd_bus_message_open_container(m, 'a', "{st}");

	for (unsigned int i = 0; r >= 0 && i < SOTTO_STATS_COUNT; i++) {
		name = sotto_stats_name(i);
		if (name && flow->stats[i])
			r = sd_bus_message_append(m, "{st}", name, flow->stats[i]);
	}
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int put_counters(sd_bus_message *m, const struct sotto_flow *flow)
{
	int r = sd_bus_message_open_container(m, 'e', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "counters");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "a{st}");
	if (r >= 0)
		r = put_stats(m, flow);
	for (int open = 2; r >= 0 && open; open--)
		r = sd_bus_message_close_container(m);
	return r;
}

static int put_what_is_known(sd_bus_message *m, const struct sotto_flow *flow,
			     const struct line *line)
{
	char path[BUS_PATH_MAX];
	int r = 0;

	if (flow->has_uid)
		r = bus_put_u32(m, "uid", flow->uid);
	if (r >= 0 && flow->profile_tx != SOTTO_PROFILE_UNSPEC)
		r = bus_put_text(m, "profile-tx", sotto_profile_name(flow->profile_tx));
	if (r >= 0 && flow->profile_rx != SOTTO_PROFILE_UNSPEC)
		r = bus_put_text(m, "profile-rx", sotto_profile_name(flow->profile_rx));
	if (r >= 0 && flow->idle_tx_ms != SOTTO_IDLE_NEVER)
		r = bus_put_u64(m, "idle-tx-ms", flow->idle_tx_ms);
	if (r >= 0 && flow->idle_rx_ms != SOTTO_IDLE_NEVER)
		r = bus_put_u64(m, "idle-rx-ms", flow->idle_rx_ms);
	if (r >= 0 && line && line->first)
		line = line->first;
	if (r >= 0 && line && line->call->shown) {
		bus_call_path(line->id, path);
		r = sd_bus_message_append(m, "{sv}", "call", "o", path);
	}
	return r;
}

/* How packets look. */

struct told {
	uint32_t ssrc;
	uint32_t roc;
};

/**
 * struct told_rocs - SSRCs of one direction whose ROC was told and that have not sent yet
 * @n: used of @told
 */
struct told_rocs {
	struct told told[TOLD_MAX];
	size_t n;
};

static int put_extensions(sd_bus_message *m, const struct sotto_options *o)
{
	int r = sd_bus_message_open_container(m, 'e', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "encrypted-extensions");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', o->enc_ext, o->enc_ext_len);
	for (int open = 2; r >= 0 && open; open--)
		r = sd_bus_message_close_container(m);
	return r;
}

static int put_told(sd_bus_message *m, const struct told_rocs *rocs)
{
	int r = sd_bus_message_open_container(m, 'e', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", "told-rocs");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "a(uu)");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(uu)");
	for (size_t i = 0; r >= 0 && i < rocs->n; i++)
		r = sd_bus_message_append(m, "(uu)", rocs->told[i].ssrc, rocs->told[i].roc);
	for (int open = 3; r >= 0 && open; open--)
		r = sd_bus_message_close_container(m);
	return r;
}

/* What is not as it usually is. */
static int put_unusual(sd_bus_message *m, const struct sotto_srtp *srtp,
		       const struct told_rocs *rocs)
{
	const struct sotto_options *o = &srtp->options;
	int r = 0;

	if (srtp->mki_len)
		r = bus_put_u16(m, "mki-length", srtp->mki_len);
	if (r >= 0 && o->window != SOTTO_WINDOW_DEFAULT)
		r = bus_put_u32(m, "window", o->window);
	if (r >= 0 && o->cryptex != SOTTO_CRYPTEX_OFF)
		r = bus_put_text(m, "cryptex", sotto_cryptex_name(o->cryptex));
	if (r >= 0 && o->enc_ext_len)
		r = put_extensions(m, o);
	if (r >= 0 && o->pad_size)
		r = bus_put_u16(m, "pad-size", o->pad_size);
	if (r >= 0 && o->pad_multiple > 1)
		r = bus_put_u16(m, "pad-multiple", o->pad_multiple);
	if (r >= 0 && rocs->n)
		r = put_told(m, rocs);
	return r;
}

static int put_srtp(sd_bus_message *m, const char *key, const struct sotto_srtp *srtp,
		    const struct told_rocs *rocs)
{
	int r = sd_bus_message_open_container(m, 'e', "sv");

	if (r >= 0)
		r = sd_bus_message_append(m, "s", key);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "a{sv}");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = put_unusual(m, srtp, rocs);
	for (int open = 3; r >= 0 && open; open--)
		r = sd_bus_message_close_container(m);
	return r;
}

static int add_told(const struct sotto_stream *stream, void *arg)
{
	struct told_rocs *rocs = arg;

	rocs += stream->dir == SOTTO_DIR_RX;
	if (!stream->has_seq && rocs->n < TOLD_MAX)
		rocs->told[rocs->n++] = (struct told){ stream->ssrc, stream->roc };
	return 0;
}

static int put_keys(sd_bus_message *m, struct kernel *k, const struct sotto_flow *flow)
{
	struct told_rocs rocs[2] = { 0 };
	int r = 0;

	if (!flow->srtp_tx.has_key && !flow->srtp_rx.has_key)
		return 0;
	/* One that has gone meanwhile has none. */
	r = sotto_flow_streams(kernel_requests(k), flow->id, add_told, rocs);
	if (r == -ENOENT)
		r = 0;
	if (!r && flow->srtp_tx.has_key)
		r = put_srtp(m, "srtp-tx", &flow->srtp_tx, &rocs[0]);
	if (r >= 0 && flow->srtp_rx.has_key)
		r = put_srtp(m, "srtp-rx", &flow->srtp_rx, &rocs[1]);
	return r;
}

/* A flow. */

static int put_flow(sd_bus_message *m, struct kernel *k, const struct sotto_flow *flow,
		    const struct line *line)
{
	int r = sd_bus_message_open_container(m, 'a', "{sv}");

	if (r >= 0)
		r = bus_put_u64(m, "id", flow->id);
	if (r >= 0)
		r = put_address(m, "local", &flow->local);
	if (r >= 0)
		r = put_address(m, "remote", &flow->remote);
	if (r >= 0)
		r = bus_put_text(m, "tx", sotto_state_name(flow->tx));
	if (r >= 0)
		r = bus_put_text(m, "rx", sotto_state_name(flow->rx));
	if (r >= 0)
		r = bus_put_u32(m, "rule", flow->rule_id);
	if (r >= 0)
		r = bus_put_text(m, "action", sotto_action_name(flow->action));
	if (r >= 0)
		r = bus_put_flag(m, "embryonic", flow->flags & SOTTO_FLOW_F_EMBRYONIC);
	if (r >= 0)
		r = bus_put_u64(m, "age-ms", flow->age_ms);
	if (r >= 0)
		r = put_what_is_known(m, flow, line);
	if (r >= 0)
		r = put_keys(m, k, flow);
	if (r >= 0)
		r = put_counters(m, flow);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/**
 * struct flow_list - what there is to show
 * @uid: who asks
 * @flow: those that they may see, @n of them; freed by the caller
 */
struct flow_list {
	struct bus *bus;
	uid_t uid;
	struct sotto_flow *flow;
	size_t n;
	size_t room;
};

static bool is_visible(const struct flow_list *l, const struct sotto_flow *flow)
{
	const struct line *line = calls_find_flow(l->bus->calls, flow->id);

	if (l->uid == 0)
		return true;
	if (line && line->call->has_uid)
		return line->call->uid == l->uid;
	return flow->has_uid && flow->uid == l->uid;
}

/* Kept first: while the kernel tells them it cannot be asked for more. */
static int keep_flow(const struct sotto_flow *flow, void *arg)
{
	struct flow_list *l = arg;
	struct sotto_flow *grown;

	if (!is_visible(l, flow))
		return 0;
	if (l->n == l->room) {
		grown = reallocarray(l->flow, 2 * l->room + 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		l->flow = grown;
		l->room = 2 * l->room + 16;
	}
	l->flow[l->n++] = *flow;
	return 0;
}

static int put_flows(sd_bus_message *m, struct kernel *k, const struct flow_list *l)
{
	int r = sd_bus_message_open_container(m, 'a', "a{sv}");

	for (size_t i = 0; r >= 0 && i < l->n; i++)
		r = put_flow(m, k, &l->flow[i], calls_find_flow(l->bus->calls, l->flow[i].id));
	return r;
}

/* What a stream has counted, beside the path of its call. */
static int put_stream(sd_bus_message *m, const struct sotto_flow *flow, const struct line *call)
{
	char path[BUS_PATH_MAX];
	int r = sd_bus_message_open_container(m, 'r', "ota{st}");

	bus_call_path(call->id, path);
	if (r >= 0)
		r = sd_bus_message_append(m, "ot", path, flow->id);
	if (r >= 0)
		r = put_stats(m, flow);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int put_streams(sd_bus_message *m, struct kernel *k, const struct flow_list *l)
{
	int r = sd_bus_message_open_container(m, 'a', "(ota{st})");

	for (size_t i = 0; r >= 0 && i < l->n; i++) {
		const struct line *line = calls_find_flow(l->bus->calls, l->flow[i].id);

		if (line && line->first)
			line = line->first;
		if (line && line->call->shown)
			r = put_stream(m, &l->flow[i], line);
	}
	return r;
}

/* One look at the kernel, whatever is then told of what it has said. */
static int list(struct bus *b, sd_bus_message *m, sd_bus_error *error,
		int (*put)(sd_bus_message *m, struct kernel *k, const struct flow_list *l))
{
	struct flow_list l = { .bus = b };
	struct kernel *k = calls_kernel(b->calls);
	sd_bus_message *reply = NULL;
	int r = bus_sender(m, &l.uid, error);

	if (r < 0)
		return r;
	if (!k)
		return bus_kernel_failed(b, error, -ENODEV, NULL);
	r = sotto_flow_dump(kernel_requests(k), keep_flow, &l);
	if (r) {
		free(l.flow);
		return bus_kernel_failed(b, error, r, "The flows could not be read");
	}
	r = sd_bus_message_new_method_return(m, &reply);
	if (r >= 0)
		r = put(reply, k, &l);
	free(l.flow);
	return bus_send_list(reply, r);
}

int bus_list_flows(sd_bus_message *m, void *data, sd_bus_error *error)
{
	return list(data, m, error, put_flows);
}

int bus_list_counters(sd_bus_message *m, void *data, sd_bus_error *error)
{
	return list(data, m, error, put_streams);
}
