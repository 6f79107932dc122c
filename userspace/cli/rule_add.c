// SPDX-License-Identifier: GPL-2.0-or-later
/* sotto rule add: from words to D-Bus. */
#include "rule_add.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "json.h"
#include "preset.h"
#include "rule_words.h"

#define ADDED	"holds from now on, until the machine restarts; to keep it: man sotto-rules"

enum {
	OPT_PORT = RULE_OPT_PORT, OPT_PEER, OPT_FAMILY, OPT_USER, OPT_CGROUP, OPT_PRIORITY, OPT_OWN, OPT_SDES,
	OPT_LOCAL, OPT_FORWARD, OPT_PRESET = RULE_OPT_PRESET,
};

/**
 * struct wish - rules that are to be added
 * @action: NULL: as the preset has it
 * @preset: its name, or NULL
 * @rules: the preset's, one to be added for each
 */
struct wish {
	const char *action;
	const char *preset;
	struct rules rules;
};

const struct option rule_options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "peer", required_argument, NULL, OPT_PEER },
	{ "family", required_argument, NULL, OPT_FAMILY },
	{ "user", required_argument, NULL, OPT_USER },
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "priority", required_argument, NULL, OPT_PRIORITY },
	{ "own", no_argument, NULL, OPT_OWN },
	{ "sdes", no_argument, NULL, OPT_SDES },
	{ "local", no_argument, NULL, OPT_LOCAL },
	{ "forward", required_argument, NULL, OPT_FORWARD },
	{ "preset", required_argument, NULL, OPT_PRESET },
	{ 0 }
};

void rule_said(struct cli *cli, const char *done, uint32_t id, const char *sentence)
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

static int put_forward(struct cli *cli, sd_bus_message *m, const char *value)
{
	if (!rule_device(value))
		cli_usage(cli, "--forward is the name of a network device, not \"%s\".", value);
	return sd_bus_message_append(m, "{sv}", "forward", "s", value);
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
	case OPT_FORWARD:
		return put_forward(cli, m, value);
	case OPT_OWN:
		return sd_bus_message_append(m, "{sv}", "own", "b", 1);
	case OPT_SDES:
		return sd_bus_message_append(m, "{sv}", "sdes", "b", 1);
	default:
		return sd_bus_message_append(m, "{sv}", "local", "b", 1);
	}
}

/* What a preset says: the ports, and whether the program encrypts by itself. */
static int put_preset(sd_bus_message *m, const struct sotto_rule *rule)
{
	int r = sd_bus_message_append(m, "{sv}{sv}", "port-min", "q", rule->port_min, "port-max",
				      "q", rule->port_max);

	if (r >= 0 && rule->flags & SOTTO_RULE_F_OWN)
		r = sd_bus_message_append(m, "{sv}", "own", "b", 1);
	return r;
}

/* A second pass over the options: the first has found them all to be known. */
static int put_rule_of(struct cli *cli, sd_bus_message *m, const char *action,
		       const struct sotto_rule *preset, int argc, char **argv)
{
	bool own = preset && preset->flags & SOTTO_RULE_F_OWN;
	int opt, r;

	r = sd_bus_message_open_container(m, 'a', "{sv}");
	if (r >= 0)
		r = sd_bus_message_append(m, "{sv}", "action", "s", action);
	if (r >= 0 && preset)
		r = put_preset(m, preset);
	optind = 0;
	while (r >= 0 && (opt = cli_option(cli, argc, argv, rule_options)) >= 0)
		if (opt != OPT_PRESET && !(own && opt == OPT_OWN))
			r = put_option(cli, m, opt, optarg);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* Return: 0 or a negative errno, which has been said. */
static int add_one(struct cli *cli, const struct wish *wish, const struct sotto_rule *preset,
		   int argc, char **argv, uint32_t *id)
{
	const char *action = wish->action ?: sotto_action_name(preset->action);
	sd_bus_message *m = NULL, *reply = NULL;
	int r = sd_bus_message_new_method_call(cli->bus, &m, BUS_NAME, BUS_PATH,
					       BUS_MANAGER_INTERFACE, "AddRule");

	if (r >= 0)
		r = bus_let_ask(m);
	if (r >= 0)
		r = put_rule_of(cli, m, action, preset, argc, argv);
	if (r < 0) {
		bus_failed(cli, NULL, r);
	} else {
		r = bus_send(cli, m, &reply);
		if (r >= 0 && sd_bus_message_read(reply, "u", id) < 0) {
			r = -EBADMSG;
			bus_unreadable(cli, r);
		}
	}
	sd_bus_message_unref(reply);
	sd_bus_message_unref(m);
	return r < 0 ? r : 0;
}

static void said_of_preset(struct cli *cli, const struct wish *wish, const uint32_t *ids)
{
	struct json j;

	if (!cli->json) {
		for (size_t i = 0; i < wish->rules.n; i++)
			rule_said(cli, NULL, ids[i], ADDED);
		return;
	}
	json_begin(&j, stdout);
	json_text(&j, "preset", wish->preset);
	json_array(&j, "rules");
	for (size_t i = 0; i < wish->rules.n; i++)
		json_unsigned(&j, NULL, ids[i]);
	json_array_end(&j);
	json_end(&j);
}

/* All of a preset's rules, or none. */
static enum cli_exit add_preset(struct cli *cli, const struct wish *wish, int argc, char **argv)
{
	uint32_t ids[RULES_MAX];
	size_t n = 0;

	while (n < wish->rules.n &&
	       !add_one(cli, wish, &wish->rules.lines[n].rule, argc, argv, &ids[n]))
		n++;
	if (n == wish->rules.n) {
		said_of_preset(cli, wish, ids);
		return CLI_DONE;
	}
	cli->json = false;	/* what is wrong has been said */
	while (n)
		bus_manager_asking(cli, "DeleteRule", NULL, "u", ids[--n]);
	return CLI_REFUSED;
}

static void fault_text(const struct rule_fault *fault, char *text, size_t room)
{
	int n = snprintf(text, room, "%s", fault->file);

	if (fault->line && n > 0 && (size_t)n < room)
		n += snprintf(text + n, room - n, ", line %u", fault->line);
	if (n > 0 && (size_t)n < room)
		snprintf(text + n, room - n, ": %s", fault->reason);
}

enum cli_exit rule_add(struct cli *cli, int argc, char **argv, const char *preset)
{
	struct wish wish = { .action = optind < argc ? argv[optind] : NULL, .preset = preset };
	enum cli_exit status = CLI_REFUSED;
	struct rule_fault fault;
	char text[512];
	uint32_t id;

	switch (wish.preset ? preset_read(wish.preset, &wish.rules, &fault) : PRESET_GOOD) {
	case PRESET_UNKNOWN:
		cli_usage(cli, "There is no preset \"%s\"; sotto rule presets shows them.",
			  wish.preset);
	case PRESET_WRONG:
		fault_text(&fault, text, sizeof(text));
		cli_refuse(cli, "Failed", "The preset cannot be used: %s.", text);
		break;
	case PRESET_GOOD:
		if (bus_need(cli) < 0)
			break;
		if (wish.preset) {
			status = add_preset(cli, &wish, argc, argv);
		} else if (!add_one(cli, &wish, NULL, argc, argv, &id)) {
			rule_said(cli, "added", id, ADDED);
			status = CLI_DONE;
		}
		break;
	}
	rules_free(&wish.rules);
	return status;
}

