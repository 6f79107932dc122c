// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "dict.h"
#include "json.h"
#include "rule_words.h"
#include "text.h"

/** struct rule - one of ListRules(); texts live with the message */
struct rule {
	uint32_t id;
	uint32_t flows;
	const char *action;
	const char *family;
	const char *peer;
	int32_t priority;
	uint16_t port_min;
	uint16_t port_max;
	uint32_t uid;
	bool has_uid;
	uint64_t cgroup;
	bool own;
	bool local;
};

#define FIELD(key, type, member)	{ key, type, offsetof(struct rule, member) }

static const struct field fields[] = {
	FIELD("id", "u", id),
	FIELD("flows", "u", flows),
	FIELD("action", "s", action),
	FIELD("family", "s", family),
	FIELD("peer", "s", peer),
	FIELD("priority", "i", priority),
	FIELD("port-min", "q", port_min),
	FIELD("port-max", "q", port_max),
	FIELD("cgroup", "t", cgroup),
	FIELD("own", "b", own),
	FIELD("local", "b", local),
	{ 0 }
};

enum {
	OPT_PORT = 0x200, OPT_PEER, OPT_FAMILY, OPT_USER, OPT_CGROUP, OPT_PRIORITY, OPT_OWN,
	OPT_LOCAL,
};

static const struct option options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "peer", required_argument, NULL, OPT_PEER },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "user", required_argument, NULL, OPT_USER },
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "priority", required_argument, NULL, OPT_PRIORITY },
	{ "own", no_argument, NULL, OPT_OWN },
	{ "local", no_argument, NULL, OPT_LOCAL },
	{ 0 }
};

static int read_uid(sd_bus_message *m, const char *key, void *out)
{
	struct rule *rule = out;

	if (strcmp(key, "uid"))
		return 0;
	rule->has_uid = true;
	return sd_bus_message_read(m, "v", "u", &rule->uid);
}

/* Shown as it could be typed. */
static void put_rule(const struct rule *rule)
{
	printf("%" PRIu32 ": ", rule->id);
	text_put(stdout, rule->action);
	if (rule->port_min == rule->port_max && rule->port_min)
		printf(" --port %u", rule->port_min);
	else if (rule->port_min)
		printf(" --port %u-%u", rule->port_min, rule->port_max);
	if (*rule->peer) {
		fputs(" --peer ", stdout);
		text_put(stdout, rule->peer);
	} else if (*rule->family) {
		fputs(" --family ", stdout);
		text_put(stdout, rule->family);
	}
	if (rule->has_uid)
		printf(" --user %" PRIu32, rule->uid);
	if (rule->cgroup)
		printf(" --cgroup %" PRIu64, rule->cgroup);
	if (rule->own)
		fputs(" --own", stdout);
	if (rule->local)
		fputs(" --local", stdout);
	printf(" --priority %" PRId32 "  (%" PRIu32 " flow%s)\n", rule->priority, rule->flows,
	       rule->flows == 1 ? "" : "s");
}

static void rule_json(struct json *j, const struct rule *rule)
{
	json_object(j, NULL);
	json_unsigned(j, "id", rule->id);
	json_text(j, "action", rule->action);
	json_signed(j, "priority", rule->priority);
	json_text_or_null(j, "family", rule->family);
	if (rule->port_min) {
		json_unsigned(j, "port_min", rule->port_min);
		json_unsigned(j, "port_max", rule->port_max);
	} else {
		json_null(j, "port_min");
		json_null(j, "port_max");
	}
	json_text_or_null(j, "peer", rule->peer);
	if (rule->has_uid)
		json_unsigned(j, "uid", rule->uid);
	else
		json_null(j, "uid");
	if (rule->cgroup)
		json_unsigned(j, "cgroup", rule->cgroup);
	else
		json_null(j, "cgroup");
	json_bool(j, "own", rule->own);
	json_bool(j, "local", rule->local);
	json_unsigned(j, "flows", rule->flows);
	json_object_end(j);
}

static int show(sd_bus_message *reply, struct json *j, size_t *n)
{
	int r = sd_bus_message_enter_container(reply, 'a', "a{sv}");

	while (r >= 0 && !sd_bus_message_at_end(reply, 0)) {
		struct rule rule = { .action = "", .family = "", .peer = "" };

		r = dict_read(reply, fields, read_uid, &rule);
		if (r >= 0 && j)
			rule_json(j, &rule);
		else if (r >= 0)
			put_rule(&rule);
		++*n;
	}
	return r;
}

static enum cli_exit list(struct cli *cli)
{
	sd_bus_message *reply = NULL;
	struct json j;
	size_t n = 0;
	int r;

	if (bus_manager(cli, "ListRules", &reply, NULL) < 0)
		return CLI_REFUSED;
	if (cli->json) {
		json_begin(&j, stdout);
		json_array(&j, "rules");
	}
	r = show(reply, cli->json ? &j : NULL, &n);
	if (cli->json) {
		json_array_end(&j);
		json_end(&j);
	} else if (r >= 0 && !n) {
		puts("No rule: nothing is encrypted. Add one with: sotto rule add");
	}
	sd_bus_message_unref(reply);
	if (r >= 0)
		return CLI_DONE;
	cli->json = false;	/* its object has been written */
	bus_unreadable(cli, r);
	return CLI_REFUSED;
}

static void said_of(struct cli *cli, const char *done, uint32_t id, const char *sentence)
{
	struct json j;

	if (!cli->json) {
		printf("Rule %" PRIu32 " %s\n", id, sentence);
		return;
	}
	json_begin(&j, stdout);
	json_unsigned(&j, done, id);
	json_end(&j);
}

static int put_ports(struct cli *cli, sd_bus_message *m, const char *value)
{
	uint16_t least, most;

	if (!rule_ports(value, &least, &most))
		cli_usage(cli, "--port is one port or a range such as 16384-32767, not \"%s\".", value);
	return sd_bus_message_append(m, "{sv}{sv}", "port-min", "q", least, "port-max", "q", most);
}

static int put_user(struct cli *cli, sd_bus_message *m, const char *value)
{
	uint32_t uid;

	if (!rule_user(value, &uid))
		cli_usage(cli, "--user is a user's name or number; there is no \"%s\".", value);
	return sd_bus_message_append(m, "{sv}", "uid", "u", uid);
}

static int put_cgroup(struct cli *cli, sd_bus_message *m, const char *value)
{
	uint64_t id;

	if (!rule_cgroup(value, &id))
		cli_usage(cli, "--cgroup is the path or number of a cgroup v2; \"%s\" is none.", value);
	return sd_bus_message_append(m, "{sv}", "cgroup", "t", id);
}

static int put_priority(struct cli *cli, sd_bus_message *m, const char *value)
{
	int64_t number;

	if (!rule_number(value, INT32_MIN, INT32_MAX, &number))
		cli_usage(cli, "--priority is a whole number, the lower decides first, not \"%s\".",
			  value);
	return sd_bus_message_append(m, "{sv}", "priority", "i", (int32_t)number);
}

static int put_option(struct cli *cli, sd_bus_message *m, int opt, const char *value)
{
	switch (opt) {
	case OPT_PORT:
		return put_ports(cli, m, value);
	case OPT_PEER:
		return sd_bus_message_append(m, "{sv}", "peer", "s", value);
	case OPT_FAMILY:
		return sd_bus_message_append(m, "{sv}", "family", "s", value);
	case OPT_USER:
		return put_user(cli, m, value);
	case OPT_CGROUP:
		return put_cgroup(cli, m, value);
	case OPT_PRIORITY:
		return put_priority(cli, m, value);
	case OPT_OWN:
		return sd_bus_message_append(m, "{sv}", "own", "b", 1);
	default:
		return sd_bus_message_append(m, "{sv}", "local", "b", 1);
	}
}

static int send_rule(struct cli *cli, sd_bus_message *m)
{
	sd_bus_message *reply = NULL;
	uint32_t id;
	int r = bus_send(cli, m, &reply);

	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "u", &id);
	if (r < 0)
		bus_unreadable(cli, r);
	else
		said_of(cli, "added", id, "holds from now on, until the machine restarts; "
			"to keep it: man sotto-rules");
	sd_bus_message_unref(reply);
	return r;
}

/* A second pass over the options: the first has found them all to be known. */
static int put_rule_of(struct cli *cli, sd_bus_message *m, int argc, char **argv)
{
	int opt, r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "action", "s", argv[optind]);
	optind = 0;
	while (r >= 0 && (opt = cli_option(cli, argc, argv, options)) >= 0)
		r = put_option(cli, m, opt, optarg);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static enum cli_exit add(struct cli *cli, int argc, char **argv)
{
	sd_bus_message *m = NULL;
	int r = bus_need(cli);

	if (r < 0)
		return CLI_REFUSED;
	r = sd_bus_message_new_method_call(cli->bus, &m, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE,
					   "AddRule");
	if (r >= 0)
		r = put_rule_of(cli, m, argc, argv);
	if (r < 0)
		bus_failed(cli, NULL, r);
	else
		r = send_rule(cli, m);
	sd_bus_message_unref(m);
	return r < 0 ? CLI_REFUSED : CLI_DONE;
}

static enum cli_exit delete(struct cli *cli, const char *which)
{
	int64_t id;

	if (!rule_number(which, 1, UINT32_MAX, &id))
		cli_usage(cli, "\"%s\" is not the number of a rule; sotto rule list shows them.", which);
	if (bus_manager(cli, "DeleteRule", NULL, "u", (uint32_t)id) < 0)
		return CLI_REFUSED;
	said_of(cli, "deleted", id, "is deleted; its live flows stay as they are.");
	return CLI_DONE;
}

enum cli_exit cmd_rule(struct cli *cli, int argc, char **argv)
{
	bool has_options = false;
	const char *word;

	while (cli_option(cli, argc, argv, options) >= 0)
		has_options = true;
	cli_arguments(cli, argc, 1, 2);
	word = argv[optind++];
	if (!strcmp(word, "add")) {
		cli_arguments(cli, argc, 1, 1);
		return add(cli, argc, argv);
	}
	if (has_options)
		cli_usage(cli, "Only \"add\" has options.");
	if (!strcmp(word, "del")) {
		cli_arguments(cli, argc, 1, 1);
		return delete(cli, argv[optind]);
	}
	if (strcmp(word, "list"))
		cli_usage(cli, "There is no \"rule %s\".", word);
	cli_arguments(cli, argc, 0, 0);
	return list(cli);
}
