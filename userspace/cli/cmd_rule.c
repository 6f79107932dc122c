// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "dict.h"
#include "json.h"
#include "preset.h"
#include "rule_add.h"
#include "rule_words.h"
#include "text.h"

/** struct rule - one of ListRules(); texts live with the message */
struct rule {
	uint32_t id;
	uint32_t flows;
	const char *action;
	const char *family;
	const char *peer;
	const char *forward;
	int32_t priority;
	uint16_t port_min;
	uint16_t port_max;
	uint32_t uid;
	bool has_uid;
	uint64_t cgroup;
	bool own;
	bool sdes;
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
	FIELD("sdes", "b", sdes),
	FIELD("local", "b", local),
	FIELD("forward", "s", forward),
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

/* As it could be typed. */
static void put_words(const struct rule *rule)
{
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
	if (rule->sdes)
		fputs(" --sdes", stdout);
	if (rule->local)
		fputs(" --local", stdout);
	if (*rule->forward) {
		fputs(" --forward ", stdout);
		text_put(stdout, rule->forward);
	}
}

static void put_rule(const struct rule *rule)
{
	printf("%" PRIu32 ": ", rule->id);
	put_words(rule);
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
	json_bool(j, "sdes", rule->sdes);
	json_bool(j, "local", rule->local);
	json_text_or_null(j, "forward", rule->forward);
	json_unsigned(j, "flows", rule->flows);
	json_object_end(j);
}

static int show(sd_bus_message *reply, struct json *j, size_t *n)
{
	int r = sd_bus_message_enter_container(reply, 'a', "a{sv}");

	while (r >= 0 && !sd_bus_message_at_end(reply, 0)) {
		struct rule rule = { .action = "", .family = "", .peer = "", .forward = "" };

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

	if (bus_manager_asking(cli, "ListRules", &reply, NULL) < 0)
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

/* @arg: the JSON, or NULL for text */
static int show_preset(const char *name, enum preset_result result, const struct rules *rules,
		       const struct rule_fault *fault, void *arg)
{
	struct json *j = arg;

	if (result != PRESET_GOOD)
		return 0;	/* the doctor tells of it */
	if (j) {
		json_object(j, NULL);
		json_text(j, "name", name);
		json_array(j, "rules");
	} else {
		text_pad(stdout, text_put(stdout, name), 12);
	}
	for (size_t i = 0; i < rules->n; i++) {
		const struct sotto_rule *rule = &rules->lines[i].rule;
		struct rule shown = {
			.action = sotto_action_name(rule->action), .family = "", .peer = "",
			.forward = "",
			.port_min = rule->port_min, .port_max = rule->port_max,
			.own = rule->flags & SOTTO_RULE_F_OWN,
		};

		if (j) {
			json_object(j, NULL);
			json_text(j, "action", shown.action);
			json_unsigned(j, "port_min", shown.port_min);
			json_unsigned(j, "port_max", shown.port_max);
			json_bool(j, "own", shown.own);
			json_object_end(j);
		} else {
			fputs(i ? "; " : "", stdout);
			put_words(&shown);
		}
	}
	if (j) {
		json_array_end(j);
		json_object_end(j);
	} else {
		putchar('\n');
	}
	return 0;
}

static enum cli_exit presets(struct cli *cli)
{
	struct json j;
	int r;

	if (cli->json) {
		json_begin(&j, stdout);
		json_array(&j, "presets");
	}
	r = preset_each(show_preset, cli->json ? &j : NULL);
	if (cli->json) {
		json_array_end(&j);
		json_end(&j);
	}
	if (!r)
		return CLI_DONE;
	cli->json = false;	/* its object has been written */
	return cli_refuse(cli, "Failed", "There are no presets in " PRESET_DIR ": %s. Install sotto "
			  "anew.", strerror(-r));
}

static enum cli_exit delete(struct cli *cli, const char *which)
{
	int64_t id;

	if (!rule_number(which, 1, UINT32_MAX, &id))
		cli_usage(cli, "\"%s\" is not the number of a rule; sotto rule list shows them.", which);
	if (bus_manager_asking(cli, "DeleteRule", NULL, "u", (uint32_t)id) < 0)
		return CLI_REFUSED;
	rule_said(cli, "deleted", id, "is deleted; its live flows stay as they are.");
	return CLI_DONE;
}

enum cli_exit cmd_rule(struct cli *cli, int argc, char **argv)
{
	bool has_options = false, has_ports = false;
	const char *word, *preset = NULL;
	int opt;

	while ((opt = cli_option(cli, argc, argv, rule_options)) >= 0) {
		has_options = true;
		has_ports |= opt == RULE_OPT_PORT;
		if (opt == RULE_OPT_PRESET)
			preset = optarg;
	}
	cli_arguments(cli, argc, 1, 2);
	word = argv[optind++];
	if (!strcmp(word, "add")) {
		if (preset && has_ports)
			cli_usage(cli, "--preset says which ports; leave --port out, or --preset.");
		cli_arguments(cli, argc, preset ? 0 : 1, 1);
		return rule_add(cli, argc, argv, preset);
	}
	if (has_options)
		cli_usage(cli, "Only \"add\" has options.");
	if (!strcmp(word, "del")) {
		cli_arguments(cli, argc, 1, 1);
		return delete(cli, argv[optind]);
	}
	if (strcmp(word, "list") && strcmp(word, "presets"))
		cli_usage(cli, "There is no \"rule %s\".", word);
	cli_arguments(cli, argc, 0, 0);
	return strcmp(word, "list") ? presets(cli) : list(cli);
}
