// SPDX-License-Identifier: GPL-2.0-or-later
/* answer, decline, hangup */
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "calls.h"
#include "text.h"

/**
 * struct action - what is done to a call
 * @fits: to which
 * @lack: if there is none
 * @done: what to say before the name
 */
struct action {
	const char *method;
	call_test fits;
	const char *lack;
	const char *done;
};

static bool rings_here(const struct call *call)
{
	return !call->outgoing && !strcmp(call->progress, "ringing");
}

static bool can_be_hung_up(const struct call *call)
{
	return !call_is_ended(call) && strcmp(call->kind, "program");
}

static const struct action answer = { "Answer", rings_here, "No call rings.", "Answered " };
static const struct action decline = { "Decline", rings_here, "No call rings.", "Declined " };
static const struct action hangup = {
	"Hangup", can_be_hung_up, "There is no call of sotto's own to hang up.", "Hung up on ",
};

static void say_done(struct cli *cli, const struct action *action, const struct call *call)
{
	struct json j;

	if (cli->json) {
		json_begin(&j, stdout);
		call_json(&j, "call", call);
		json_end(&j);
		return;
	}
	fputs(action->done, stdout);
	call_put_name(stdout, call);
	puts(".");
	if (!call_is_ended(call))
		call_put(stdout, call, text_now_us());
}

/* What has become of it, for who answers wants to know whether it is secure. */
static enum cli_exit say_outcome(struct cli *cli, const struct action *action,
				 const struct call *before)
{
	struct calls calls;
	const struct call *after;

	if (calls_list(cli, &calls) < 0)
		return CLI_REFUSED;
	after = calls_at(&calls, before->path);
	say_done(cli, action, after ?: before);
	calls_free(&calls);
	return CLI_DONE;
}

static enum cli_exit act(struct cli *cli, const struct action *action, int argc, char **argv)
{
	enum cli_exit status = CLI_REFUSED;
	const struct call *call;
	struct calls calls;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 1);
	if (calls_list(cli, &calls) < 0)
		return CLI_REFUSED;
	if (!calls_choose(cli, &calls, argv[optind], action->fits, action->lack, &call) &&
	    bus_on_call(cli, call->path, action->method, NULL) >= 0)
		status = say_outcome(cli, action, call);
	calls_free(&calls);
	return status;
}

enum cli_exit cmd_answer(struct cli *cli, int argc, char **argv)
{
	return act(cli, &answer, argc, argv);
}

enum cli_exit cmd_decline(struct cli *cli, int argc, char **argv)
{
	return act(cli, &decline, argc, argv);
}

enum cli_exit cmd_hangup(struct cli *cli, int argc, char **argv)
{
	return act(cli, &hangup, argc, argv);
}
