// SPDX-License-Identifier: GPL-2.0-or-later
/* pair: names another machine, and what both persons agree on before the first call */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "ask.h"
#include "bus.h"
#include "code.h"
#include "json.h"
#include "lookup.h"
#include "text.h"

/* How they agree; the option's value, 0 for not at all. */
enum how { HOW_NOT, HOW_SHOW = 's', HOW_ENTER = 'e', HOW_PHRASE = 'p' };

static const struct option options[] = {
	{ "show", no_argument, NULL, HOW_SHOW },
	{ "enter", no_argument, NULL, HOW_ENTER },
	{ "phrase", no_argument, NULL, HOW_PHRASE },
	{ 0 }
};

/** struct agreed - in locked memory, wiped when freed */
struct agreed {
	enum how how;
	char code[CODE_TEXT_MAX];
	char typed[PHRASE_MAX];
	char again[PHRASE_MAX];
	uint8_t secret[CODE_SECRET_LEN];
};

/* Each returns 0, or a negative errno and the person has been told. */

static int cannot_read(struct cli *cli, int r)
{
	cli_refuse(cli, r == -EMSGSIZE ? "BadArgument" : "Failed",
		   r == -EMSGSIZE ? "That is too long. Nothing was paired." :
		   "What you type cannot be read: %s. Nothing was paired.", strerror(-r));
	return r;
}

static int enter_code(struct cli *cli, struct agreed *a)
{
	int r;

	if (isatty(STDIN_FILENO))
		fputs("Type the code that the other end shows: ", stderr);
	r = ask_line(STDIN_FILENO, a->typed, sizeof(a->typed));
	if (r < 0)
		return cannot_read(cli, r);
	r = code_read(a->typed, a->secret);
	if (r == -EBADMSG)
		cli_refuse(cli, "BadArgument", "A character of the code is wrong. Nothing was "
			   "paired: look at it again, and type it once more.");
	else if (r)
		cli_refuse(cli, "BadArgument", "That is no code: it has five groups of four letters "
			   "and digits. Nothing was paired. The other end shows one with: sotto pair "
			   "--show");
	return r;
}

static int enter_phrase(struct cli *cli, struct agreed *a)
{
	bool twice = isatty(STDIN_FILENO);	/* there it is not seen */
	int r = ask_hidden(STDIN_FILENO, "The phrase that you agreed on: ", a->typed,
			   sizeof(a->typed));

	if (r >= 0 && twice)
		r = ask_hidden(STDIN_FILENO, "Once more: ", a->again, sizeof(a->again));
	if (r < 0)
		return cannot_read(cli, r);
	if (twice && strcmp(a->typed, a->again)) {
		cli_refuse(cli, "BadArgument", "The two differ. Nothing was paired: type it again.");
		return -EINVAL;
	}
	r = phrase_stretch(a->typed, a->secret);
	if (r == -EINVAL)
		cli_refuse(cli, "BadArgument", "The phrase is too short: it needs %d letters or more, "
			   "several words that nobody would guess. Nothing was paired. A code is "
			   "safer: sotto pair --show", PHRASE_MIN);
	else if (r)
		cli_refuse(cli, "Failed", "There is no memory to work on the phrase: it takes 256 MiB. "
			   "Use a code instead: sotto pair --show");
	return r;
}

static int agree(struct cli *cli, struct agreed *a)
{
	switch (a->how) {
	case HOW_SHOW:
		code_make(a->code, a->secret);
		return 0;
	case HOW_ENTER:
		return enter_code(cli, a);
	case HOW_PHRASE:
		return enter_phrase(cli, a);
	default:
		return 0;
	}
}

static int append_secret(sd_bus_message *m, const struct agreed *a)
{
	int r = sd_bus_message_append(m, "s", a->how == HOW_PHRASE ? "phrase" : "code");

	return r < 0 ? r : sd_bus_message_append_array(m, 'y', a->secret, sizeof(a->secret));
}

static int send_pair(struct cli *cli, const char *name, char **addresses, const struct agreed *a)
{
	sd_bus_message *m = NULL;
	int r = bus_need(cli);

	if (r < 0)
		return r;
	r = sd_bus_message_new_method_call(cli->bus, &m, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE,
					   a->how ? "PairCode" : "Pair");
	if (r >= 0 && a->how)
		r = sd_bus_message_sensitive(m);	/* wiped when freed */
	if (r >= 0)
		r = sd_bus_message_append(m, "s", name);
	if (r >= 0)
		r = sd_bus_message_append_strv(m, addresses);
	if (r >= 0 && a->how)
		r = append_secret(m, a);
	if (r >= 0)
		r = bus_send(cli, m, NULL);
	else
		bus_failed(cli, NULL, r);
	sd_bus_message_unref(m);
	return r;
}

static void say_json(const char *name, const struct agreed *a)
{
	struct json j;

	json_begin(&j, stdout);
	json_text(&j, "paired", name);
	json_text_or_null(&j, "code", a->code);
	json_end(&j);
}

static void say_text(const char *name, const struct agreed *a)
{
	text_put(stdout, name);
	if (a->how == HOW_SHOW)
		printf(" is paired. Show this code to nobody else:\n%s\n"
		       "It is typed at the other end, before the first call, with: sotto pair --enter "
		       "NAME ADDRESS\n", a->code);
	else if (a->how)
		puts(" is paired. The first call is verified if the other end has the same.");
	else
		fputs(" is paired.", stdout);
	fputs(a->how ? "Call with: sotto call " : " Call with: sotto call ", stdout);
	text_put(stdout, name);
	putchar('\n');
}

static enum cli_exit pair(struct cli *cli, const char *name, char **texts, struct agreed *a)
{
	char **addresses = lookup_addresses(cli, texts);
	int r = addresses ? agree(cli, a) : -ENXIO;

	if (r >= 0)
		r = send_pair(cli, name, addresses, a);
	lookup_free(addresses);
	if (r < 0)
		return CLI_REFUSED;
	if (cli->json)
		say_json(name, a);
	else
		say_text(name, a);
	return CLI_DONE;
}

enum cli_exit cmd_pair(struct cli *cli, int argc, char **argv)
{
	struct agreed *a;
	enum cli_exit status;
	int how = HOW_NOT, opt;

	while ((opt = cli_option(cli, argc, argv, options)) >= 0) {
		if (how && opt != how)
			cli_usage(cli, "--show, --enter and --phrase do not go together.");
		how = opt;
	}
	/* Whoever is known by a code need not be looked for anywhere. */
	cli_arguments(cli, argc, how ? 1 : 2, argc);
	a = sodium_init() < 0 ? NULL : sodium_malloc(sizeof(*a));
	if (!a)
		return cli_refuse(cli, "Failed", "There is no locked memory for secrets.");
	memset(a, 0, sizeof(*a));
	a->how = how;
	status = pair(cli, argv[optind], argv + optind + 1, a);
	sodium_free(a);
	return status;
}
