// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Begins a call and follows it until it is active or has ended. sottod's signals
 * say only that something has changed: what has, is read from the list.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "calls.h"
#include "lookup.h"
#include "text.h"

#define GONE	"The call is gone. See which there are with: sotto"

/**
 * struct following - a call under way
 * @said: the last step that was told
 * @said_alarm: the last alarm that was told
 * @status: what to end with
 */
struct following {
	struct cli *cli;
	sd_event *loop;
	char *path;
	const char *said;
	char *said_alarm;
	bool said_secure;
	enum cli_exit status;
};

enum { OPT_NO_WAIT = 'n', OPT_ADDRESS = 'a' };

static const struct option options[] = {
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	{ "address", required_argument, NULL, OPT_ADDRESS },
	{ 0 }
};

static void end_following(struct following *f, enum cli_exit status)
{
	f->status = status;
	sd_event_exit(f->loop, 0);
}

static void say_secure(struct following *f, const struct call *call)
{
	if (f->said_secure || !call->secure_since)
		return;
	f->said_secure = true;
	fputs("Keys are agreed: ", stdout);
	call_put_security(stdout, call);
	putchar('\n');
}

static void say_alarm(struct following *f, const struct call *call)
{
	if (!*call->alarm || (f->said_alarm && !strcmp(f->said_alarm, call->alarm)))
		return;
	free(f->said_alarm);
	f->said_alarm = strdup(call->alarm);
	call_put_alarm(stdout, call);
}

static const char *step(const struct call *call)
{
	if (!strcmp(call->their_progress, "ringing"))
		return "It rings at the other end.";
	if (!strcmp(call->progress, "calling") && !strcmp(call->security_tx, "securing"))
		return "The other end answers; keys are being agreed.";
	return NULL;
}

static void say_steps(struct following *f, const struct call *call)
{
	const char *now = step(call);

	say_secure(f, call);
	say_alarm(f, call);
	if (now && now != f->said)
		puts(now);
	if (now)
		f->said = now;
	fflush(stdout);
}

static void say_json(const struct call *call)
{
	struct json j;

	json_begin(&j, stdout);
	call_json(&j, "call", call);
	json_end(&j);
}

static void say_last(struct following *f, const struct call *call)
{
	if (f->cli->json)
		say_json(call);
	if (call_is_ended(call)) {
		fputs("sotto call: ", stderr);
		call_put_end(stderr, call);
		fputc('\n', stderr);
	} else if (!f->cli->json) {
		call_put_name(stdout, call);
		puts(" answered.");
		call_put(stdout, call, text_now_us());
	}
}

static void look(struct following *f)
{
	const struct call *call;
	struct calls calls;

	if (calls_list(f->cli, &calls) < 0) {
		end_following(f, CLI_REFUSED);
		return;
	}
	call = calls_at(&calls, f->path);
	if (!call) {
		cli_refuse(f->cli, "NoSuchCall", GONE);
		end_following(f, CLI_REFUSED);
	} else {
		if (!f->cli->json)
			say_steps(f, call);
		if (call_is_ended(call) || !strcmp(call->progress, "active")) {
			say_last(f, call);
			end_following(f, call_is_ended(call) ? CLI_REFUSED : CLI_DONE);
		}
	}
	calls_free(&calls);
}

static int on_signal(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct following *f = arg;

	if (f->path)	/* before, Call() has not answered yet */
		look(f);
	return 0;
}

static int on_owner(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct following *f = arg;

	if (!bus_owner_is_gone(m))
		return 0;
	cli_refuse(f->cli, "NoAnswer",
		   "sottod went away meanwhile. See whether calls run with: sotto");
	end_following(f, CLI_REFUSED);
	return 0;
}

/* Who breaks off does not want it to ring on: the end comes as with any hang-up. */
static int on_interrupt(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	struct following *f = arg;

	if (bus_on_call(f->cli, f->path, "Hangup", NULL) < 0)
		end_following(f, CLI_REFUSED);
	return 0;
}

static int open_loop(struct following *f)
{
	int r = bus_loop_open(f->cli, &f->loop);

	if (r < 0)
		return r;
	r = sd_event_add_signal(f->loop, NULL, SIGINT, on_interrupt, f);
	if (r >= 0)
		r = sd_event_add_signal(f->loop, NULL, SIGTERM, on_interrupt, f);
	return r < 0 ? bus_failed(f->cli, NULL, r) : 0;
}

static int dial(struct cli *cli, const char *name, const char *address, char **path)
{
	sd_bus_message *reply = NULL;
	const char *given;
	int r;

	if (address)
		r = bus_manager(cli, "Call", &reply, "sa{sv}", name, 1, "address", "s", address);
	else
		r = bus_manager(cli, "Call", &reply, "sa{sv}", name, 0);
	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "o", &given);
	if (r < 0)
		bus_unreadable(cli, r);
	else
		*path = strdup(given);
	sd_bus_message_unref(reply);
	return r;
}

static enum cli_exit begun(struct cli *cli, const char *path)
{
	const struct call *call;
	struct calls calls;

	if (!cli->json) {
		puts("See how it goes with: sotto");
		return CLI_DONE;
	}
	if (calls_list(cli, &calls) < 0)
		return CLI_REFUSED;
	call = calls_at(&calls, path);
	if (call)
		say_json(call);
	else
		cli_refuse(cli, "NoSuchCall", GONE);
	calls_free(&calls);
	return call ? CLI_DONE : CLI_REFUSED;
}

static enum cli_exit follow(struct following *f, const char *name, const char *address)
{
	/* Watching begins before the call does, so that no step is missed. */
	if (bus_block_interrupts(f->cli) < 0 ||
	    bus_watch(f->cli, on_signal, on_owner, f) < 0 ||
	    dial(f->cli, name, address, &f->path) < 0 || open_loop(f) < 0)
		return CLI_REFUSED;
	look(f);
	return bus_loop_run(f->cli, f->loop) < 0 ? CLI_REFUSED : f->status;
}

enum cli_exit cmd_call(struct cli *cli, int argc, char **argv)
{
	struct following f = { .cli = cli, .status = CLI_REFUSED };
	bool wait = true;
	char *given[] = { NULL, NULL };
	char **addresses;
	const char *address;
	enum cli_exit status;
	int opt;

	while ((opt = cli_option(cli, argc, argv, options)) >= 0) {
		wait &= opt != OPT_NO_WAIT;
		if (opt == OPT_ADDRESS)
			given[0] = optarg;
	}
	cli_arguments(cli, argc, 1, 1);
	addresses = lookup_addresses(cli, given);
	if (!addresses)
		return CLI_REFUSED;
	address = addresses[0];
	if (!cli->json) {
		fputs("Calling ", stdout);
		text_put(stdout, argv[optind]);
		puts(".");
		fflush(stdout);
	}
	if (wait)
		status = follow(&f, argv[optind], address);
	else if (dial(cli, argv[optind], address, &f.path) < 0)
		status = CLI_REFUSED;
	else
		status = begun(cli, f.path);
	bus_loop_free(cli, f.loop);
	free(f.said_alarm);
	free(f.path);
	lookup_free(addresses);
	return status;
}
