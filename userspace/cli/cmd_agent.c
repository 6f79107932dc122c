// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The person's agent: sottod asks it when somebody is to answer, to compare or to beware
 * (org.sotto1.Agent), and it asks the person, in the desktop's notifications and on stdout.
 *
 * Several may run for one person, on a desktop and over ssh: sottod asks all of them, and
 * tells all of them when one has answered.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "bus.h"
#include "calls.h"
#include "notify.h"
#include "sas.h"
#include "text.h"

#define AGENT_PATH	"/org/sotto1/agent"
#define AGENT_INTERFACE	BUS_NAME ".Agent"

/** struct note - a notification that is about the call at @path; @id 0: not shown */
struct note {
	struct note *next;
	char *path;
	uint32_t id;
	bool rings;
};

/** struct agent - @notify: NULL where there is no session */
struct agent {
	struct cli *cli;
	sd_event *loop;
	struct notify *notify;
	struct note *notes;
};

static struct note *note_at(struct agent *a, const char *path)
{
	struct note *note = a->notes;

	while (note && strcmp(note->path, path))
		note = note->next;
	return note;
}

static struct note *note_for(struct agent *a, const char *path)
{
	struct note *note = note_at(a, path);

	if (note)
		return note;
	note = calloc(1, sizeof(*note));
	if (note)
		note->path = strdup(path);
	if (!note || !note->path) {
		free(note);
		return NULL;
	}
	note->next = a->notes;
	a->notes = note;
	return note;
}

static void note_drop(struct agent *a, struct note *note)
{
	struct note **at = &a->notes;

	while (*at != note)
		at = &(*at)->next;
	*at = note->next;
	if (note->id && a->notify)
		notify_hide(a->notify, note->id);
	free(note->path);
	free(note);
}

/* What rings falls silent; what else is shown, as a missed call, stays. */
static void notes_drop(struct agent *a)
{
	while (a->notes) {
		if (!a->notes->rings)
			a->notes->id = 0;
		note_drop(a, a->notes);
	}
}

/* Sentences, made as the other commands make them. NULL if there is no memory. */
static char *sentence(void (*put)(FILE *out, const struct call *call), const struct call *call)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put(out, call);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void put_rings(FILE *out, const struct call *call)
{
	call_put_name(out, call);
	fputs(" calls", out);
}

static void put_rings_more(FILE *out, const struct call *call)
{
	if (*call->alarm)
		text_put(out, *call->alarm_text ? call->alarm_text : call->alarm);
	else if (call->verified)
		fputs("Encrypted and verified.", out);
	else if (*call->name)
		fputs("Encrypted. Not verified yet: compare once you have answered.", out);
	else
		fputs("Encrypted, but nothing proves who it is: compare once you have answered.",
		      out);
}

static void put_missed(FILE *out, const struct call *call)
{
	fputs("Missed call: ", out);
	call_put_name(out, call);
}

static void put_call_back(FILE *out, const struct call *call)
{
	if (!*call->name)
		return;
	fputs("Call back with: sotto call ", out);
	text_put(out, call->name);
}

static void put_compare(FILE *out, const struct call *call)
{
	fputs("Compare with ", out);
	call_put_name(out, call);
}

static void put_compare_more(FILE *out, const struct call *call)
{
	fprintf(out, "The call is encrypted. Whether somebody sits in between, only you two can "
		"tell. Type: sotto verify %" PRIu64, call->number);
}

static void put_verified(FILE *out, const struct call *call)
{
	fputs("Verified: nobody sits between you and ", out);
	call_put_name(out, call);
}

static void put_secure(FILE *out, const struct call *call)
{
	fputs("Encrypted and verified: the call with ", out);
	call_put_name(out, call);
}

/* Whatever it says: nothing that is secret goes by a call that it is said of. */
static void put_note(FILE *out, const struct call *call)
{
	bool held = !strcmp(call->note, "no-zrtp") && strcmp(call->security_tx, "clear") &&
		    strcmp(call->security_rx, "clear");

	fputs(held ? "Held back: the call with " : "Others can listen: the call with ", out);
	call_put_name(out, call);
}

static void put_note_more(FILE *out, const struct call *call)
{
	text_put(out, *call->note_text ? call->note_text : call->note);
}

static void put_alarm(FILE *out, const struct call *call)
{
	fputs("ALARM on the call with ", out);
	call_put_name(out, call);
}

static void put_alarm_more(FILE *out, const struct call *call)
{
	text_put(out, *call->alarm_text ? call->alarm_text : call->alarm);
}

/**
 * struct occasion - what the agent tells of
 * @event: in JSON
 * @text: @summary and @body are put there
 */
struct occasion {
	const char *event;
	void (*summary)(FILE *out, const struct call *call);
	void (*body)(FILE *out, const struct call *call);
	struct notify_text text;
};

static const char *const ring_actions[] = { "answer", "Answer", "decline", "Decline", NULL };

static const struct occasion ring = {
	"ring", put_rings, put_rings_more,
	{ .urgent = true, .sound = "phone-incoming-call", .actions = ring_actions },
};
static const struct occasion missed = { "missed", put_missed, put_call_back, { 0 } };
static const struct occasion compare = { "verify", put_compare, put_compare_more, { 0 } };
static const struct occasion verified = { "verified", put_verified, NULL, { 0 } };
static const struct occasion secure = { "secure", put_secure, NULL, { 0 } };
static const struct occasion note_set = { "note", put_note, put_note_more, { .urgent = true } };
static const struct occasion alarm_rings = {
	"alarm", put_alarm, put_alarm_more, { .urgent = true, .sound = "dialog-warning" },
};

/* In place of what rings: it can still be answered and declined. */
static const struct occasion alarm_while_ringing = {
	"alarm", put_alarm, put_alarm_more,
	{ .urgent = true, .sound = "dialog-warning", .actions = ring_actions },
};

static void tell_stdout(struct agent *a, const struct occasion *o, const struct call *call,
			const struct notify_text *text)
{
	char now[TEXT_TIME_MAX];
	struct json j;

	if (a->cli->json) {
		json_begin(&j, stdout);
		json_time(&j, "time", text_now_us());
		json_text(&j, "event", o->event);
		call_json(&j, "call", call);
		json_end(&j);
	} else {
		text_time(text_now_us(), text_now_us(), now);
		printf("%s  %s (call %" PRIu64 ")%s%s\n", now, text->summary, call->number,
		       text->body && *text->body ? ": " : "", text->body ?: "");
	}
	fflush(stdout);
}

static void tell_desktop(struct agent *a, struct note *note, const struct notify_text *text)
{
	int r;

	if (!a->notify || !note)
		return;
	r = notify_show(a->notify, &note->id, text);
	if (r < 0)
		fprintf(stderr, "sotto agent: The desktop shows no notification: %s. What happens is "
			"told here.\n", strerror(-r));
}

/* @body: instead of the occasion's own, may be NULL; @reply: it asks for the half */
static void tell(struct agent *a, const struct occasion *o, const struct call *call,
		 const char *body, bool reply)
{
	char *summary = sentence(o->summary, call);
	char *own = !body && o->body ? sentence(o->body, call) : NULL;
	struct notify_text text = o->text;

	if (summary) {
		text.summary = summary;
		text.body = own;
		tell_stdout(a, o, call, &text);
		text.body = body ?: own;
		text.reply = reply;
		tell_desktop(a, note_for(a, call->path), &text);
	}
	free(own);
	free(summary);
}

static bool rings_here(const struct call *call)
{
	return !call->outgoing && !strcmp(call->progress, "ringing");
}

static void on_ring(struct agent *a, const struct call *call)
{
	struct note *note = note_for(a, call->path);

	if (!note || note->rings || !rings_here(call))
		return;
	note->rings = true;
	tell(a, &ring, call, NULL, false);
}

static void on_cancel(struct agent *a, const char *path, const struct call *call)
{
	struct note *note = note_at(a, path);

	if (note)
		note_drop(a, note);
	if (call && call_is_missed(call))
		tell(a, &missed, call, NULL, false);
}

/* Only the half that is said aloud is shown: sottod gives out no other one yet. */
static char *half_to_say(const struct sas *sas)
{
	char *text = NULL;

	return asprintf(&text, "Say \"%s\", and type what the other end says.", sas->text) < 0 ?
	       NULL : text;
}

static void on_verify(struct agent *a, const struct call *call)
{
	struct sas sas = { 0 };
	char *body = NULL;

	if (a->notify && notify_can_reply(a->notify) && sas_get(a->cli, call->path, &sas) >= 0 &&
	    !sas.whole)
		body = half_to_say(&sas);
	tell(a, &compare, call, body, body);
	free(body);
	sas_free(&sas);
}

/* The bus's policy lets nobody else send these, and this does not rest on it. */
static bool sottod_asks(struct agent *a, sd_bus_message *m)
{
	const char *sender = sd_bus_message_get_sender(m), *owner;
	sd_bus_creds *creds = NULL;
	bool same = false;

	if (sd_bus_get_name_creds(a->cli->bus, BUS_NAME, SD_BUS_CREDS_UNIQUE_NAME, &creds) >= 0 &&
	    sd_bus_creds_get_unique_name(creds, &owner) >= 0)
		same = sender && !strcmp(sender, owner);
	sd_bus_creds_unref(creds);
	return same;
}

static int on_asked(sd_bus_message *m, void *data, sd_bus_error *error)
{
	const char *member = sd_bus_message_get_member(m), *path;
	const struct call *call;
	struct agent *a = data;
	struct calls calls;

	if (!sottod_asks(a, m))
		return sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED, "Only sottod may ask.");
	if (sd_bus_message_read(m, "o", &path) < 0)
		return -EINVAL;
	if (calls_list(a->cli, &calls) < 0)
		return sd_bus_reply_method_return(m, NULL);
	call = calls_at(&calls, path);
	if (!strcmp(member, "Cancel"))
		on_cancel(a, path, call);
	else if (!call)
		;	/* it is over already, and Cancel follows */
	else if (!strcmp(member, "Ring"))
		on_ring(a, call);
	else if (!strcmp(member, "Verify"))
		on_verify(a, call);
	else if (!strcmp(member, "Secure"))
		tell(a, &secure, call, NULL, false);
	else if (!strcmp(member, "Note"))
		tell(a, &note_set, call, NULL, false);
	else
		tell(a, rings_here(call) ? &alarm_while_ringing : &alarm_rings, call, NULL, false);
	calls_free(&calls);
	return sd_bus_reply_method_return(m, NULL);
}

static void compare_typed(struct agent *a, const char *path, const char *typed)
{
	struct sas sas = { 0 };
	const struct call *call;
	struct calls calls;

	if (strlen(typed) >= sizeof(sas.heard)) {
		cli_refuse(a->cli, "BadArgument", "That is longer than any half.");
		return;
	}
	strcpy(sas.heard, typed);
	/* A wrong half is an alarm, of which sottod tells every agent. */
	if (sas_send(a->cli, path, &sas) > 0 && calls_list(a->cli, &calls) >= 0) {
		call = calls_at(&calls, path);
		if (call && call->verified)
			tell(a, &verified, call, NULL, false);
		calls_free(&calls);
	}
	sas_free(&sas);
}

static void on_chosen(uint32_t id, const char *key, const char *typed, void *arg)
{
	struct agent *a = arg;
	struct note *note = a->notes;

	while (note && note->id != id)
		note = note->next;
	if (!note)
		return;		/* another program's */
	if (typed)
		compare_typed(a, note->path, typed);
	else if (!strcmp(key, "answer"))
		bus_on_call(a->cli, note->path, "Answer", NULL);
	else if (!strcmp(key, "decline"))
		bus_on_call(a->cli, note->path, "Decline", NULL);
}

static void tell_state(struct agent *a, const char *event, const char *what)
{
	struct json j;

	if (a->cli->json) {
		json_begin(&j, stdout);
		json_time(&j, "time", text_now_us());
		json_text(&j, "event", event);
		json_end(&j);
	} else {
		puts(what);
	}
	fflush(stdout);
}

/* Those that ring already ring here too. Return: 0 or a negative errno, and it is told. */
static int enter(struct agent *a)
{
	struct calls calls;
	int r = bus_manager(a->cli, "RegisterAgent", NULL, "o", AGENT_PATH);

	if (r >= 0)
		r = calls_list(a->cli, &calls);
	if (r < 0)
		return r;
	tell_state(a, "ready", "ready; end with Ctrl-C");
	for (size_t i = 0; i < calls.n; i++)
		on_ring(a, &calls.list[i]);
	calls_free(&calls);
	return 0;
}

static int on_owner(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct agent *a = data;

	notes_drop(a);	/* what still rings will be asked for again */
	if (bus_owner_is_gone(m))
		tell_state(a, "sottod-gone", "sottod has gone; what is encrypted stays so");
	else if (enter(a) < 0)
		sd_event_exit(a->loop, -ECONNREFUSED);
	return 0;
}

static int on_ignored(sd_bus_message *m, void *data, sd_bus_error *error)
{
	return 0;
}

#define ASKED(name) SD_BUS_METHOD(name, "o", "", on_asked, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable agent_vtable[] = {
	SD_BUS_VTABLE_START(0),
	ASKED("Ring"),
	ASKED("Cancel"),
	ASKED("Verify"),
	ASKED("Secure"),
	ASKED("Note"),
	ASKED("Alarm"),
	SD_BUS_VTABLE_END
};

static bool sottod_is_there(struct agent *a)
{
	sd_bus_creds *creds = NULL;
	int r = sd_bus_get_name_creds(a->cli->bus, BUS_NAME, SD_BUS_CREDS_UNIQUE_NAME, &creds);

	sd_bus_creds_unref(creds);
	return r >= 0;
}

static int open_all(struct agent *a)
{
	int r = bus_block_interrupts(a->cli);

	if (r >= 0)
		r = bus_watch(a->cli, on_ignored, on_owner, a);
	if (r >= 0)
		r = bus_loop_open(a->cli, &a->loop);
	if (r < 0)
		return r;
	r = sd_bus_add_object_vtable(a->cli->bus, NULL, AGENT_PATH, AGENT_INTERFACE, agent_vtable, a);
	if (r >= 0)
		r = sd_event_add_signal(a->loop, NULL, SIGINT, NULL, NULL);
	if (r >= 0)
		r = sd_event_add_signal(a->loop, NULL, SIGTERM, NULL, NULL);
	if (r < 0)
		return bus_failed(a->cli, NULL, r);
	r = notify_open(&a->notify, a->loop, on_chosen, a);
	if (r < 0)
		fprintf(stderr, "sotto agent: No desktop session is found (%s): what happens is told "
			"here only.\n", strerror(-r));
	return 0;
}

static enum cli_exit serve(struct agent *a)
{
	if (open_all(a) < 0)
		return CLI_REFUSED;
	if (!sottod_is_there(a))
		tell_state(a, "waiting", "waiting for sottod; sotto doctor tells why it is not there");
	else if (enter(a) < 0)
		return CLI_REFUSED;
	return bus_loop_run(a->cli, a->loop) < 0 ? CLI_REFUSED : CLI_DONE;
}

enum cli_exit cmd_agent(struct cli *cli, int argc, char **argv)
{
	struct agent a = { .cli = cli };
	enum cli_exit status;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 0);
	status = serve(&a);
	notes_drop(&a);
	notify_close(a.notify);
	bus_loop_free(cli, a.loop);
	return status;
}
