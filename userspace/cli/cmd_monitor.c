// SPDX-License-Identifier: GPL-2.0-or-later
/* sottod's signals say that something has changed; what has, is found by comparing. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "calls.h"
#include "text.h"

/** struct monitor - @before: the calls as they were last told */
struct monitor {
	struct cli *cli;
	struct calls before;
};

static const struct call nothing = {
	.progress = "", .their_progress = "", .security_tx = "", .security_rx = "", .alarm = "",
	.note = "",
};

static void begin_event(struct json *j, const char *event)
{
	json_begin(j, stdout);
	json_time(j, "time", text_now_us());
	json_text(j, "event", event);
}

/* "14:02:11  " */
static void put_now(void)
{
	char now[TEXT_TIME_MAX];

	text_time(text_now_us(), text_now_us(), now);
	text_paint(stdout, TEXT_FAINT);
	fputs(now, stdout);
	text_paint(stdout, TEXT_PLAIN);
	fputs("  ", stdout);
}

static void put_call(const struct call *call)
{
	put_now();
	call_put_name(stdout, call);
	printf(" (call %" PRIu64 "): ", call->number);
}

static bool security_differs(const struct call *a, const struct call *b)
{
	return strcmp(a->security_tx, b->security_tx) || strcmp(a->security_rx, b->security_rx);
}

static bool differs(const struct call *a, const struct call *b)
{
	return strcmp(a->progress, b->progress) || strcmp(a->their_progress, b->their_progress) ||
	       security_differs(a, b) || strcmp(a->alarm, b->alarm) || strcmp(a->note, b->note) ||
	       a->verified != b->verified || a->their_verified != b->their_verified;
}

static void put_progress(const struct call *call)
{
	put_call(call);
	text_put(stdout, call->progress);
	if (call_is_ended(call)) {
		fputs(": ", stdout);
		call_put_end(stdout, call);
	}
	putchar('\n');
}

static void put_alarm(const struct call *call)
{
	put_call(call);
	if (*call->alarm)
		call_put_alarm(stdout, call);
	else
		puts("the alarm is over");
}

static void put_word(const struct call *call, const char *word)
{
	put_call(call);
	text_put(stdout, word);
	putchar('\n');
}

static void put_differences(const struct call *before, const struct call *call)
{
	if (strcmp(before->progress, call->progress))
		put_progress(call);
	if (strcmp(before->their_progress, call->their_progress) && *call->their_progress) {
		put_call(call);
		fputs("the other end: ", stdout);
		text_put(stdout, call->their_progress);
		putchar('\n');
	}
	if (security_differs(before, call) && !call_is_ended(call)) {
		put_call(call);
		call_put_security(stdout, call);
		putchar('\n');
	}
	if (strcmp(before->alarm, call->alarm))
		put_alarm(call);
	if (strcmp(before->note, call->note) && *call->note)
		put_word(call, *call->note_text ? call->note_text : call->note);
	if (before->verified != call->verified)
		put_word(call, call->verified ? "verified here" : "no longer verified here");
	if (before->their_verified != call->their_verified)
		put_word(call, call->their_verified ? "verified at the other end" :
			 "no longer verified at the other end");
}

static void tell_call(const struct monitor *mon, const struct call *before,
		      const struct call *call)
{
	struct json j;

	if (!differs(before, call))
		return;
	if (!mon->cli->json) {
		put_differences(before, call);
		return;
	}
	begin_event(&j, "call");
	call_json(&j, "call", call);
	json_end(&j);
}

static void tell_gone(const struct monitor *mon, const struct call *call)
{
	struct json j;

	if (!mon->cli->json) {
		put_word(call, "no longer listed");
		return;
	}
	begin_event(&j, "call-gone");
	json_unsigned(&j, "number", call->number);
	json_end(&j);
}

/* Return: 0, or a negative errno and the person has been told. */
static int look(struct monitor *mon)
{
	struct calls now;
	int r = calls_list(mon->cli, &now);

	if (r < 0)
		return r;
	for (size_t i = 0; i < now.n; i++)
		tell_call(mon, calls_at(&mon->before, now.list[i].path) ?: &nothing, &now.list[i]);
	for (size_t i = 0; i < mon->before.n; i++)
		if (!calls_at(&now, mon->before.list[i].path))
			tell_gone(mon, &mon->before.list[i]);
	calls_free(&mon->before);
	mon->before = now;
	return 0;
}

static void tell(const struct monitor *mon, const char *event, const char *sentence)
{
	struct json j;

	if (!mon->cli->json) {
		put_now();
		puts(sentence);
		return;
	}
	begin_event(&j, event);
	json_end(&j);
}

static int on_signal(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(m);
	struct monitor *mon = arg;

	if (!strcmp(member, "FlowsChanged"))
		tell(mon, "flows", "the kernel's flows have changed, see: sotto flows");
	else if (!strncmp(member, "Peer", strlen("Peer")))
		tell(mon, "peers", "your peers have changed, see: sotto peers");
	else
		look(mon);	/* if sottod is just leaving, on_owner() tells */
	fflush(stdout);
	return 0;
}

static int on_owner(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	struct monitor *mon = arg;

	if (bus_owner_is_gone(m)) {
		tell(mon, "sottod-gone", "sottod has gone; what is encrypted stays so");
	} else {
		tell(mon, "sottod-here", "sottod is here");
		look(mon);
	}
	fflush(stdout);
	return 0;
}

static enum cli_exit watch(struct monitor *mon, sd_event **loop)
{
	int r;

	if (bus_block_interrupts(mon->cli) < 0 ||
	    bus_watch(mon->cli, on_signal, on_owner, mon) < 0 || look(mon) < 0 ||
	    bus_loop_open(mon->cli, loop) < 0)
		return CLI_REFUSED;
	r = sd_event_add_signal(*loop, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(*loop, NULL, SIGTERM, NULL, NULL);
	if (r < 0) {
		bus_failed(mon->cli, NULL, r);
		return CLI_REFUSED;
	}
	tell(mon, "watching", "watching; end with Ctrl-C");
	fflush(stdout);
	return bus_loop_run(mon->cli, *loop) < 0 ? CLI_REFUSED : CLI_DONE;
}

enum cli_exit cmd_monitor(struct cli *cli, int argc, char **argv)
{
	struct monitor mon = { .cli = cli };
	sd_event *loop = NULL;
	enum cli_exit status;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 0);
	status = watch(&mon, &loop);
	bus_loop_free(cli, loop);
	calls_free(&mon.before);
	return status;
}
