// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "dict.h"
#include "json.h"
#include "srtp.h"
#include "text.h"

#define MS_US	1000ULL
#define NEVER	UINT64_MAX

struct counter {
	const char *name;
	uint64_t value;
};

/**
 * struct flow - one of ListFlows(); texts live with the message
 * @idle_tx_ms: NEVER if nothing went that way
 * @has_uid: the kernel knows the program's user
 */
struct flow {
	uint64_t id;
	const char *local;
	const char *remote;
	const char *tx;
	const char *rx;
	const char *action;
	const char *profile_tx;
	const char *profile_rx;
	const char *call;
	uint32_t rule;
	uint32_t uid;
	bool has_uid;
	bool embryonic;
	uint64_t age_ms;
	uint64_t idle_tx_ms;
	uint64_t idle_rx_ms;
	struct counter *counters;
	size_t n_counters;
	struct srtp srtp_tx;
	struct srtp srtp_rx;
};

#define FIELD(key, type, member)	{ key, type, offsetof(struct flow, member) }

static const struct field fields[] = {
	FIELD("id", "t", id),
	FIELD("local", "s", local),
	FIELD("remote", "s", remote),
	FIELD("tx", "s", tx),
	FIELD("rx", "s", rx),
	FIELD("action", "s", action),
	FIELD("profile-tx", "s", profile_tx),
	FIELD("profile-rx", "s", profile_rx),
	FIELD("call", "o", call),
	FIELD("rule", "u", rule),
	FIELD("embryonic", "b", embryonic),
	FIELD("age-ms", "t", age_ms),
	FIELD("idle-tx-ms", "t", idle_tx_ms),
	FIELD("idle-rx-ms", "t", idle_rx_ms),
	{ 0 }
};

static int read_counters(sd_bus_message *m, struct flow *flow)
{
	struct counter c, *grown;
	int r = sd_bus_message_enter_container(m, 'v', "a{st}");

	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "{st}");
	while (r >= 0 && (r = sd_bus_message_read(m, "{st}", &c.name, &c.value)) > 0) {
		grown = reallocarray(flow->counters, flow->n_counters + 1, sizeof(c));
		if (!grown)
			return -ENOMEM;
		flow->counters = grown;
		flow->counters[flow->n_counters++] = c;
	}
	if (r >= 0)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int read_other(sd_bus_message *m, const char *key, void *out)
{
	struct flow *flow = out;

	if (!strcmp(key, "uid")) {
		flow->has_uid = true;
		return sd_bus_message_read(m, "v", "u", &flow->uid);
	}
	if (!strcmp(key, "srtp-tx"))
		return srtp_read(m, &flow->srtp_tx);
	if (!strcmp(key, "srtp-rx"))
		return srtp_read(m, &flow->srtp_rx);
	return strcmp(key, "counters") ? 0 : read_counters(m, flow) ?: 1;
}

static void put_counters(const struct flow *flow)
{
	if (!flow->n_counters)
		return;
	fputs("  counters ", stdout);
	for (size_t i = 0; i < flow->n_counters; i++) {
		fputs(i ? ", " : " ", stdout);
		text_put(stdout, flow->counters[i].name);
		printf(" %" PRIu64, flow->counters[i].value);
	}
	putchar('\n');
}

static void put_direction(const char *what, const char *state, const char *profile,
			  uint64_t idle_ms)
{
	char ago[TEXT_TIME_MAX];

	printf("  %-9s ", what);
	text_paint(stdout, !strcmp(state, "secure") ? TEXT_GOOD : TEXT_BAD);
	text_put(stdout, state);
	text_paint(stdout, TEXT_PLAIN);
	if (*profile) {
		fputs(", ", stdout);
		text_put(stdout, profile);
	}
	if (idle_ms == NEVER) {
		puts(", no packet yet");
		return;
	}
	text_duration(idle_ms * MS_US, ago);
	printf(", last packet %s ago\n", ago);
}

static void put_flow(const struct flow *flow)
{
	char age[TEXT_TIME_MAX];

	text_put(stdout, flow->local);
	fputs(" - ", stdout);
	text_put(stdout, flow->remote);
	printf("  (flow %" PRIu64 ")\n", flow->id);
	text_duration(flow->age_ms * MS_US, age);
	printf("  %s by rule %" PRIu32 ", %s old", flow->action, flow->rule, age);
	if (flow->embryonic)
		fputs(", begun by the network only", stdout);
	if (flow->has_uid)
		printf(", user %" PRIu32, flow->uid);
	if (*flow->call)
		printf(", call %s", strrchr(flow->call, '/') + 1);
	putchar('\n');
	put_direction("sent", flow->tx, flow->profile_tx, flow->idle_tx_ms);
	srtp_put(&flow->srtp_tx);
	put_direction("received", flow->rx, flow->profile_rx, flow->idle_rx_ms);
	srtp_put(&flow->srtp_rx);
	put_counters(flow);
}

static void idle_json(struct json *j, const char *key, uint64_t ms)
{
	if (ms == NEVER)
		json_null(j, key);
	else
		json_unsigned(j, key, ms);
}

static void flow_json(struct json *j, const struct flow *flow)
{
	json_object(j, NULL);
	json_unsigned(j, "id", flow->id);
	json_text(j, "local", flow->local);
	json_text(j, "remote", flow->remote);
	json_text(j, "tx", flow->tx);
	json_text(j, "rx", flow->rx);
	json_text(j, "action", flow->action);
	json_unsigned(j, "rule", flow->rule);
	json_bool(j, "embryonic", flow->embryonic);
	json_unsigned(j, "age_ms", flow->age_ms);
	idle_json(j, "idle_tx_ms", flow->idle_tx_ms);
	idle_json(j, "idle_rx_ms", flow->idle_rx_ms);
	json_text_or_null(j, "profile_tx", flow->profile_tx);
	json_text_or_null(j, "profile_rx", flow->profile_rx);
	srtp_json(j, "srtp_tx", &flow->srtp_tx);
	srtp_json(j, "srtp_rx", &flow->srtp_rx);
	if (flow->has_uid)
		json_unsigned(j, "uid", flow->uid);
	else
		json_null(j, "uid");
	if (*flow->call)
		json_unsigned(j, "call", strtoull(strrchr(flow->call, '/') + 1, NULL, 10));
	else
		json_null(j, "call");
	json_object(j, "counters");
	for (size_t i = 0; i < flow->n_counters; i++)
		json_unsigned(j, flow->counters[i].name, flow->counters[i].value);
	json_object_end(j);
	json_object_end(j);
}

/* Each flow is shown as it is read. @j: NULL for text */
static int show(sd_bus_message *reply, struct json *j, size_t *n)
{
	int r = sd_bus_message_enter_container(reply, 'a', "a{sv}");

	while (r >= 0 && !sd_bus_message_at_end(reply, 0)) {
		struct flow flow = {
			.local = "", .remote = "", .tx = "", .rx = "", .action = "", .call = "",
			.profile_tx = "", .profile_rx = "", .idle_tx_ms = NEVER, .idle_rx_ms = NEVER,
		};

		r = dict_read(reply, fields, read_other, &flow);
		if (r >= 0 && j)
			flow_json(j, &flow);
		else if (r >= 0)
			put_flow(&flow);
		free(flow.counters);
		srtp_free(&flow.srtp_tx);
		srtp_free(&flow.srtp_rx);
		++*n;
	}
	return r;
}

enum cli_exit cmd_flows(struct cli *cli, int argc, char **argv)
{
	sd_bus_message *reply = NULL;
	struct json j;
	size_t n = 0;
	int r;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 0);
	if (bus_manager(cli, "ListFlows", &reply, NULL) < 0)
		return CLI_REFUSED;
	if (cli->json) {
		json_begin(&j, stdout);
		json_array(&j, "flows");
	}
	r = show(reply, cli->json ? &j : NULL, &n);
	if (cli->json) {
		json_array_end(&j);
		json_end(&j);
	} else if (r >= 0 && !n) {
		puts("No flow: no traffic that a rule covers.");
	}
	sd_bus_message_unref(reply);
	if (r >= 0)
		return CLI_DONE;
	cli->json = false;	/* its object has been written */
	bus_unreadable(cli, r);
	return CLI_REFUSED;
}
