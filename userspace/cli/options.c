// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "json.h"
#include "text.h"

#define OWN_MAX	16

enum { OPT_JSON = 0x100, OPT_HELP };

static void print_usage(const struct cli *cli, FILE *to)
{
	const struct command *c = cli->command;

	fprintf(to, "usage: sotto %s%s%s [--json]\n", c->word, *c->arguments ? " " : "",
		c->arguments);
}

static void __attribute__((noreturn)) help(struct cli *cli)
{
	print_usage(cli, stdout);
	printf("\n%s.\n", cli->command->summary);
	if (cli->command->details)
		printf("\n%s", cli->command->details);
	puts("\n  --json    one JSON object for programs, see sotto(1)");
	exit(cli_finish(cli, CLI_DONE));
}

void cli_usage(struct cli *cli, const char *problem, ...)
{
	va_list arguments;

	fprintf(stderr, "sotto %s: ", cli->command->word);
	va_start(arguments, problem);
	vfprintf(stderr, problem, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	print_usage(cli, stderr);
	fprintf(stderr, "More with: sotto %s --help\n", cli->command->word);
	exit(CLI_USAGE);
}

int cli_option(struct cli *cli, int argc, char **argv, const struct option *own)
{
	struct option all[OWN_MAX + 3] = { 0 };
	size_t n = 0;
	int opt;

	for (; own && own[n].name && n < OWN_MAX; n++)
		all[n] = own[n];
	all[n] = (struct option){ "json", no_argument, NULL, OPT_JSON };
	all[n + 1] = (struct option){ "help", no_argument, NULL, OPT_HELP };
	opterr = 0;	/* said in our own words */
	while ((opt = getopt_long(argc, argv, ":h", all, NULL)) == OPT_JSON)
		cli->json = true;
	if (opt == OPT_HELP || opt == 'h')
		help(cli);
	if (opt == ':')
		cli_usage(cli, "%s needs a value.", argv[optind - 1]);
	if (opt == '?')
		cli_usage(cli, "There is no option %s.", argv[optind - 1]);
	return opt;
}

void cli_arguments(struct cli *cli, int argc, int least, int most)
{
	int given = argc - optind;

	if (given < least)
		cli_usage(cli, "Something is missing.");
	if (given > most)
		cli_usage(cli, "That is more than it takes.");
}

static void refuse_json(const char *error, const char *sentence)
{
	struct json j;

	json_begin(&j, stdout);
	json_object(&j, "error");
	json_text(&j, "name", error);
	json_text(&j, "message", sentence);
	json_object_end(&j);
	json_end(&j);
}

enum cli_exit cli_refuse(struct cli *cli, const char *error, const char *why, ...)
{
	va_list arguments;
	char *sentence = NULL;

	va_start(arguments, why);
	if (vasprintf(&sentence, why, arguments) < 0)
		sentence = NULL;
	va_end(arguments);
	if (cli->json)
		refuse_json(error, sentence ?: "Out of memory.");
	fflush(stdout);
	fprintf(stderr, "sotto%s%s: ", *cli->command->word ? " " : "", cli->command->word);
	text_put(stderr, sentence ?: "Out of memory.");
	fputc('\n', stderr);
	free(sentence);
	return CLI_REFUSED;
}

enum cli_exit cli_finish(struct cli *cli, enum cli_exit status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	cli->json = false;	/* nobody could read that either */
	return cli_refuse(cli, "Failed", "The output could not be written.");
}
