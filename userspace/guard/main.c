// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sotto-guard: who calls what.
 *
 *	main --> guard --> rule_file	/etc/sotto/rules.d
 *	               --> nft_text, nft	the table that stands in
 *	               --> module	the kernel module and its rules
 *	               --> state	what "sotto doctor" reads
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guard.h"
#include "rule_file.h"
#include "state.h"

#define N_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const struct {
	const char *word;
	const char *summary;
	int (*run)(struct guard *g);
	bool quotes;
} commands[] = {
	{ "start", "up, then load, whatever has become of up", guard_start },
	{ "up", "nftables drops what rules require to be encrypted", guard_up },
	{ "load", "the kernel module gets the rules, nftables lets go", guard_load },
	{ "down", "nftables drops it again; the module keeps its rules", guard_down },
	{ "unload", "down, then the rules and the module leave the kernel", guard_unload },
	{ "renew", "the module that is installed takes the place of the one that runs", guard_renew },
	{ "end", "unload, then nftables lets go: nothing is held back any more", guard_end },
	{ "check", "are the files of rules right?", guard_check, true },
	{ "text", "what nftables is told", guard_text_of_files, true },
};

static void usage(FILE *to)
{
	fputs("usage: sotto-guard [OPTION]... COMMAND\n"
	      "\n"
	      "Keeps calls from leaving in clear while the kernel module has not got the rules of\n"
	      RULE_DIR "; run by sotto-guard.service. See sotto-guard(8).\n"
	      "\n", to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-6s  %s\n", commands[i].word, commands[i].summary);
	fputs("\n"
	      "  --rules-dir DIR   instead of " RULE_DIR "\n"
	      "  --state-dir DIR   instead of " STATE_DIR "\n"
	      "  --version\n"
	      "  --help\n", to);
}

enum opt { OPT_RULES, OPT_STATE, OPT_VERSION, OPT_HELP };

static const struct option options[] = {
	{ "rules-dir", required_argument, NULL, OPT_RULES },
	{ "state-dir", required_argument, NULL, OPT_STATE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

int main(int argc, char **argv)
{
	struct guard g = { .rules_dir = RULE_DIR, .state_dir = STATE_DIR };
	int opt;

	umask(S_IWGRP | S_IWOTH);
	while ((opt = getopt_long(argc, argv, "", options, NULL)) >= 0)
		switch (opt) {
		case OPT_RULES:
			g.rules_dir = optarg;
			break;
		case OPT_STATE:
			g.state_dir = optarg;
			break;
		case OPT_VERSION:
			puts("sotto-guard " SOTTO_VERSION);
			return EXIT_SUCCESS;
		case OPT_HELP:
			usage(stdout);
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	for (size_t i = 0; optind == argc - 1 && i < N_COMMANDS; i++) {
		if (strcmp(commands[i].word, argv[optind]))
			continue;
		g.quotes = commands[i].quotes;
		return commands[i].run(&g) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	usage(stderr);
	return 2;
}
