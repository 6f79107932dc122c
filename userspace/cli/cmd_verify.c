// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each end says one half of the SAS and types the half that the other says.
 * sottod gives out the hidden half only once it has been typed, so that nothing
 * here could show it before.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "ask.h"
#include "bus.h"
#include "calls.h"
#include "sas.h"
#include "text.h"

enum { OPT_HEARD = 'H' };

static const struct option options[] = {
	{ "heard", required_argument, NULL, OPT_HEARD },
	{ 0 }
};

static bool has_sas(const struct call *call)
{
	return call->secure_since && !call_is_ended(call);
}

static void say_half(struct cli *cli, const struct call *call, const struct sas *sas)
{
	struct json j;

	if (cli->json) {
		json_begin(&j, stdout);
		json_text(&j, "say", sas->text);
		json_text(&j, "rendering", sas->rendering);
		json_unsigned(&j, "call", call->number);
		json_end(&j);
		return;
	}
	if (*call->alarm)
		call_put_alarm(stdout, call);
	fputs("Say this to ", stdout);
	call_put_name(stdout, call);
	puts(":");
	text_put(stdout, sas->text);
	putchar('\n');
	fflush(stdout);
}

/* Return: 0, or a negative errno and the person has been told. */
static int ask_half(struct cli *cli, struct sas *sas)
{
	int r;

	if (!cli->json) {
		fputs("Type what you hear (nothing: later): ", stdout);
		fflush(stdout);
	}
	r = ask_line(STDIN_FILENO, sas->heard, sizeof(sas->heard));
	if (!cli->json && !isatty(STDIN_FILENO))
		putchar('\n');
	if (r > 0)
		return 0;
	if (!r) {
		cli_refuse(cli, "Later", "Nothing was typed: the call stays as it is. Compare later "
			   "with: sotto verify");
		return -ENODATA;
	}
	if (r == -EMSGSIZE)
		cli_refuse(cli, "BadArgument", "That is longer than any half. Type only what the other "
			   "end says.");
	else
		cli_refuse(cli, "Failed", "What you type cannot be read: %s.", strerror(-r));
	return r;
}

static void say_right_text(const struct call *call, const struct sas *sas)
{
	text_paint(stdout, TEXT_GOOD);
	fputs("Right", stdout);
	text_paint(stdout, TEXT_PLAIN);
	fputs(": nobody sits between you and ", stdout);
	call_put_name(stdout, call);
	fputs(". Both halves: ", stdout);
	text_put(stdout, sas->text);
	putchar('\n');
	if (!call->their_verified)
		puts("The other end has still to type your half.");
}

static void say_json(const struct call *call, const struct sas *sas, bool right)
{
	struct json j;

	json_begin(&j, stdout);
	json_bool(&j, "right", right);
	if (right)
		json_text(&j, "sas", sas->text);
	else
		json_null(&j, "sas");
	call_json(&j, "call", call);
	json_end(&j);
}

/* The half was right, and still there may be an alarm that this does not end. */
static enum cli_exit say_right(struct cli *cli, const struct call *call)
{
	struct sas sas = { 0 };

	if (sas_get(cli, call->path, &sas) < 0)
		return CLI_REFUSED;
	if (cli->json)
		say_json(call, &sas, true);
	else if (call->verified)
		say_right_text(call, &sas);
	sas_free(&sas);
	if (call->verified)
		return CLI_DONE;
	fprintf(stderr, "sotto verify: The half was right, but the call is in doubt: ");
	text_put(stderr, *call->alarm_text ? call->alarm_text : "see what sotto says of it.");
	fputc('\n', stderr);
	return CLI_REFUSED;
}

static enum cli_exit say_wrong(struct cli *cli, const struct call *call)
{
	if (cli->json)
		say_json(call, NULL, false);
	fflush(stdout);
	text_paint(stderr, TEXT_BAD);
	fputs("WRONG", stderr);
	text_paint(stderr, TEXT_PLAIN);
	fputs(": ", stderr);
	text_put(stderr, *call->alarm_text ? call->alarm_text :
		 "this is not the half that belongs to this call. Hear it again; if it stays wrong, "
		 "say nothing that matters and hang up.");
	fprintf(stderr, "\nOnce more with: sotto verify\n");
	return CLI_REFUSED;
}

static enum cli_exit say_outcome(struct cli *cli, const char *path, bool right)
{
	enum cli_exit status = CLI_REFUSED;
	const struct call *call;
	struct calls calls;

	if (calls_list(cli, &calls) < 0)
		return CLI_REFUSED;
	call = calls_at(&calls, path);
	if (!call)
		cli_refuse(cli, "NoSuchCall", "The call ended meanwhile. See: sotto");
	else
		status = right ? say_right(cli, call) : say_wrong(cli, call);
	calls_free(&calls);
	return status;
}

static enum cli_exit compare(struct cli *cli, const struct call *call, struct sas *sas)
{
	int r;

	if (sas_get(cli, call->path, sas) < 0)
		return CLI_REFUSED;
	/* Who sees the whole would only copy her own screen. */
	if (sas->whole && !*sas->heard)
		return say_outcome(cli, call->path, true);
	if (!*sas->heard) {
		say_half(cli, call, sas);
		if (ask_half(cli, sas) < 0)
			return CLI_REFUSED;
	}
	r = sas_send(cli, call->path, sas);
	return r < 0 ? CLI_REFUSED : say_outcome(cli, call->path, r);
}

/* Out of the list of processes as soon as it has been copied. */
static void take_heard(struct cli *cli, struct sas *sas, char *given)
{
	size_t len = strlen(given);

	if (!len || len >= sizeof(sas->heard)) {
		sodium_memzero(given, len);
		cli_usage(cli, "--heard is what the other end says, one half.");
	}
	memcpy(sas->heard, given, len + 1);
	sodium_memzero(given, len);
}

enum cli_exit cmd_verify(struct cli *cli, int argc, char **argv)
{
	enum cli_exit status = CLI_REFUSED;
	struct sas sas = { 0 };
	const struct call *call;
	struct calls calls;
	int opt;

	while ((opt = cli_option(cli, argc, argv, options)) >= 0)
		if (opt == OPT_HEARD)
			take_heard(cli, &sas, optarg);
	cli_arguments(cli, argc, 0, 1);
	if (calls_list(cli, &calls) >= 0) {
		if (!calls_choose(cli, &calls, argv[optind], has_sas,
				  "No call is encrypted, so there is nothing to compare.", &call))
			status = compare(cli, call, &sas);
		calls_free(&calls);
	}
	sas_free(&sas);
	return status;
}
