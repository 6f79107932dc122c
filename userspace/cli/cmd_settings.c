// SPDX-License-Identifier: GPL-2.0-or-later
/* strangers, autoanswer */
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "json.h"
#include "peers.h"
#include "text.h"

/* "yes" or "no"; whatever else ends the program. */
static bool flag(struct cli *cli, const char *word)
{
	if (strcmp(word, "yes") && strcmp(word, "no"))
		cli_usage(cli, "It is yes or no, not \"%s\".", word);
	return !strcmp(word, "yes");
}

enum cli_exit cmd_strangers(struct cli *cli, int argc, char **argv)
{
	struct json j;
	int yes;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 1);
	if (argv[optind] &&
	    bus_manager_asking(cli, "SetStrangers", NULL, "b", (int)flag(cli, argv[optind])) < 0)
		return CLI_REFUSED;
	yes = bus_get_flag(cli, BUS_PATH, BUS_MANAGER_INTERFACE, "Strangers");
	if (yes < 0)
		return CLI_REFUSED;
	if (cli->json) {
		json_begin(&j, stdout);
		json_bool(&j, "strangers", yes);
		json_end(&j);
		return CLI_DONE;
	}
	puts(yes ? "Whoever calls this machine makes it ring." :
		   "Only peers that somebody here has named make this machine ring.");
	return CLI_DONE;
}

static void tell(struct cli *cli, const struct peer *p, bool yes)
{
	struct json j;

	if (cli->json) {
		json_begin(&j, stdout);
		json_text(&j, "name", p->name);
		json_bool(&j, "auto_answer", yes);
		json_bool(&j, "verified", p->verified);
		json_end(&j);
		return;
	}
	fputs("Calls of ", stdout);
	text_put(stdout, p->name);
	puts(!yes ? " ring." : p->verified ? " are answered by themselves." :
	     " are answered by themselves once you have verified each other, and ring until then.");
}

enum cli_exit cmd_autoanswer(struct cli *cli, int argc, char **argv)
{
	enum cli_exit status = CLI_REFUSED;
	const struct peer *p;
	struct peers peers;
	bool yes;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 2, 2);
	yes = flag(cli, argv[optind + 1]);
	if (peers_list(cli, &peers) < 0)
		return CLI_REFUSED;
	p = peers_find(&peers, argv[optind]);
	if (!p) {
		cli_refuse(cli, "NoSuchPeer", "There is no peer named \"%s\". See which there are "
			   "with: sotto peers", argv[optind]);
	} else if (bus_set_flag(cli, p->path, BUS_PEER_INTERFACE, "AutoAnswer", yes) >= 0) {
		tell(cli, p, yes);
		status = CLI_DONE;
	}
	peers_free(&peers);
	return status;
}
