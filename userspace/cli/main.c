// SPDX-License-Identifier: GPL-2.0-or-later
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli.h"

#define N_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const struct command commands[] = {
	{ "status", "", "Shows every call: with whom, secure or not, verified or not, since when",
	  "The same as sotto without a word.\n", cmd_status },
	{ "pair", "[--show|--enter|--phrase] NAME ADDRESS...", "Names another machine",
	  "An address is a hint: HOST, HOST:PORT, an IPv6 address or [IPv6]:PORT. The name of a\n"
	  "host is looked up now, not when you call. Pairing the same name again replaces the\n"
	  "hints.\n\n"
	  "If you meet before the first call, that call is verified from the start:\n\n"
	  "  --show       make a code, for the other one to type\n"
	  "  --enter      type the code that the other one shows\n"
	  "  --phrase     type a phrase that you have agreed on; a code is safer\n\n"
	  "With these the address may be left out: the hints stay, or the other one calls.\n",
	  cmd_pair },
	{ "peers", "", "Lists whom you have named", NULL, cmd_peers },
	{ "forget", "NAME", "Destroys all that is kept of a peer", NULL, cmd_forget },
	{ "backup", "[--passphrase-fd N] FILE", "Writes all that is kept of your peers into a file",
	  "It is sealed with a passphrase, which is asked for. For root it has everybody's peers.\n\n"
	  "  --passphrase-fd   read it from this descriptor, one line, instead of stdin\n", cmd_backup },
	{ "restore", "[--passphrase-fd N] FILE", "Adds the peers of a backup to those that are here",
	  "Whoever is here already stays as she is. Use a backup to move to another machine, or\n"
	  "after a loss: calls made since are missed, and the next is an alarm until you compare.\n\n"
	  "  --passphrase-fd   read it from this descriptor, one line, instead of stdin\n",
	  cmd_restore },
	{ "strangers", "[yes|no]", "Says whether those may call whom nobody here has named",
	  "Without a word it tells what holds. Only root may change it; it is kept.\n",
	  cmd_strangers },
	{ "autoanswer", "NAME yes|no", "Says whose calls are answered without a person",
	  "It takes effect only while the peer is verified.\n", cmd_autoanswer },
	{ "call", "[--no-wait] [--address ADDRESS] NAME", "Calls a peer",
	  "Waits until the call is active (exit 0) or has ended (exit 1); Ctrl-C hangs up.\n\n"
	  "  --no-wait    end as soon as the call has begun\n"
	  "  --address    try this address instead of those that are known\n", cmd_call },
	{ "answer", "[NAME|NUMBER]", "Answers the call that rings", NULL, cmd_answer },
	{ "decline", "[NAME|NUMBER]", "Declines the call that rings", NULL, cmd_decline },
	{ "hangup", "[NAME|NUMBER]", "Ends a call", NULL, cmd_hangup },
	{ "verify", "[--heard HALF] [NAME|NUMBER]", "Makes sure that nobody sits in between",
	  "Prints the half that you say, on a line of its own, then reads the half that the\n"
	  "other end says. An empty line leaves it for later. A wrong half exits 1.\n\n"
	  "  --heard      the other half, instead of being asked; others may see it in the\n"
	  "               list of processes for a moment, so give it to stdin if that matters\n",
	  cmd_verify },
	{ "flows", "", "Lists the kernel's flows with their counters", NULL, cmd_flows },
	{ "rule", "add ACTION [OPTION]... | del NUMBER | list | presets",
	  "Says which traffic is a call, and what is owed to it",
	  "ACTION is require (encrypted or nothing), prefer (encrypted if the other end can) or\n"
	  "bypass (left alone). What an option does not narrow down matches everything.\n\n"
	  "  --port PORT[-PORT]       local UDP ports\n"
	  "  --peer ADDRESS[/BITS]    remote network\n"
	  "  --family ipv4|ipv6\n"
	  "  --user USER              owner of the program's socket\n"
	  "  --cgroup PATH|NUMBER     cgroup v2 of the program's socket\n"
	  "  --priority NUMBER        the lower decides first; a tie goes to the stricter\n"
	  "  --own                    the program may encrypt by itself\n"
	  "  --sdes                   it does, by SDES: nothing shows it, it is taken as said\n"
	  "  --local                  also traffic to this machine's own addresses\n"
	  "  --preset NAME            the ports of a telephone program, instead of --port; \"rule\n"
	  "                           presets\" lists them. ACTION may then be left out: require\n"
	  "  --forward DEVICE         instead: of those behind DEVICE, for whom this machine is\n"
	  "                           the gateway; no --user, --cgroup, --local with it\n\n"
	  "Rules that are to hold after the next start too: man sotto-rules\n",
	  cmd_rule },
	{ "run", "[--] PROGRAM [ARGUMENT]...", "Starts a program whose calls are all encrypted",
	  "Whatever ports it takes: it runs in a cgroup of its own, for which there is a rule\n"
	  "\"require\" until the last of its processes has ended. It begins only when the rule\n"
	  "holds. The exit status is the program's.\n", cmd_run },
	{ "agent", "", "Rings and asks you, in the desktop's notifications and here, until Ctrl-C",
	  "A desktop's session starts it by itself: systemctl --user enable --now sotto-agent\n"
	  "Several at once agree: who answers in one ends the ringing in all. While none runs,\n"
	  "answer with: sotto answer. A call that nobody answers is listed as missed.\n",
	  cmd_agent },
	{ "monitor", "", "Shows events as they happen, until Ctrl-C", NULL, cmd_monitor },
	{ "doctor", "", "Tells what is wrong and how to mend it", NULL, cmd_doctor },
	{ "metrics", "[--output FILE]", "Writes what has happened here, in numbers, as OpenMetrics",
	  "Calls, handshakes, packets, what was dropped and why; nothing that names anybody. Only\n"
	  "root may.\n\n"
	  "  --output     write it into this file, at once and whole: what was there stays until\n"
	  "               then\n", cmd_metrics },
};

/* The program itself, for errors that no command makes. */
static const struct command sotto = { .word = "" };

static void print_help(FILE *to)
{
	fputs("usage: sotto [COMMAND] [ARGUMENT]... [--json]\n"
	      "\n"
	      "Encrypted calls. Without a command: every call and its state.\n"
	      "\n", to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-10s  %s\n", commands[i].word, commands[i].summary);
	fputs("\nMore with: sotto COMMAND --help, and man sotto\n", to);
}

static const struct command *find(const char *word)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].word, word))
			return &commands[i];
	return NULL;
}

static enum cli_exit run(const struct command *command, rlim_t core, int argc, char **argv)
{
	struct cli cli = { .command = command, .core = core };
	enum cli_exit status = command->run(&cli, argc, argv);

	sd_bus_flush_close_unref(cli.bus);
	return cli_finish(&cli, status);
}

int main(int argc, char **argv)
{
	struct rlimit core;
	struct cli cli = { .command = &sotto };
	const struct command *command;

	/* Halves of a SAS pass through here. */
	if (getrlimit(RLIMIT_CORE, &core) ||
	    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, core.rlim_max })) {
		perror("sotto: core files cannot be forbidden");
		return CLI_REFUSED;
	}
	setlocale(LC_CTYPE, "");
	if (argc < 2 || (argc == 2 && !strcmp(argv[1], "--json")))
		return run(&commands[0], core.rlim_cur, argc, argv);
	if (!strcmp(argv[1], "--json")) {	/* before the command as well as behind it */
		argv[1] = argv[2];
		argv[2] = "--json";
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return cli_finish(&cli, CLI_DONE);
	}
	if (!strcmp(argv[1], "--version")) {
		puts("sotto " SOTTO_VERSION);
		return cli_finish(&cli, CLI_DONE);
	}
	command = find(argv[1]);
	if (!command) {
		fprintf(stderr, "sotto: There is no command \"%s\".\n", argv[1]);
		print_help(stderr);
		return CLI_USAGE;
	}
	return run(command, core.rlim_cur, argc - 1, argv + 1);
}
