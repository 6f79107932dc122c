// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "dict.h"
#include "text.h"

#define FIELD(key, type, member)	{ key, type, offsetof(struct call, member) }

/* In sottod's own order: each is then found where it is looked for first. */
static const struct field fields[] = {
	FIELD("Name", "s", name),
	FIELD("Claim", "s", claim),
	FIELD("Outgoing", "b", outgoing),
	FIELD("Kind", "s", kind),
	FIELD("Progress", "s", progress),
	FIELD("Reason", "s", reason),
	FIELD("EndedBy", "s", ended_by),
	FIELD("SecurityTx", "s", security_tx),
	FIELD("SecurityRx", "s", security_rx),
	FIELD("Verified", "b", verified),
	FIELD("VerifiedBefore", "b", verified_before),
	FIELD("TheirVerified", "b", their_verified),
	FIELD("TheirProgress", "s", their_progress),
	FIELD("Alarm", "s", alarm),
	FIELD("AlarmText", "s", alarm_text),
	FIELD("Note", "s", note),
	FIELD("NoteText", "s", note_text),
	FIELD("Suite", "s", suite),
	FIELD("Since", "t", since),
	FIELD("SecureSince", "t", secure_since),
	FIELD("SecureTxSince", "t", secure_tx_since),
	FIELD("SecureRxSince", "t", secure_rx_since),
	FIELD("Ended", "t", ended),
	FIELD("Flow", "t", flow),
	{ 0 }
};

/* What sottod does not say is empty, and never taken for good. */
static const struct call unknown = {
	.name = "", .claim = "", .kind = "", .progress = "", .their_progress = "", .reason = "",
	.ended_by = "", .security_tx = "", .security_rx = "", .alarm = "", .alarm_text = "",
	.note = "", .note_text = "", .suite = "",
};

/* More than there is room for are told nowhere but in the call's own words. */
static int read_streams(sd_bus_message *m, const char *key, void *out)
{
	struct call *call = out;
	struct stream one = { 0 };
	int r;

	if (strcmp(key, "Streams"))
		return 0;
	r = sd_bus_message_enter_container(m, 'v', "a(tsstt)");
	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "(tsstt)");
	call->n_streams = 0;
	while (r >= 0 && (r = sd_bus_message_read(m, "(tsstt)", &one.flow, &one.security_tx,
						  &one.security_rx, &one.secure_tx_since,
						  &one.secure_rx_since)) > 0)
		if (call->n_streams < CALL_STREAMS_MAX)
			call->streams[call->n_streams++] = one;
	for (int open = 2; r >= 0 && open; open--)
		r = sd_bus_message_exit_container(m);
	return r < 0 ? r : 1;
}

static int read_call(sd_bus_message *m, struct call *call)
{
	int r;

	*call = unknown;
	r = sd_bus_message_read(m, "o", &call->path);
	if (r < 0)
		return r;
	call->number = strtoull(strrchr(call->path, '/') + 1, NULL, 10);
	return dict_read(m, fields, read_streams, call);
}

static int append(struct calls *calls, sd_bus_message *m)
{
	struct call *list = reallocarray(calls->list, calls->n + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	calls->list = list;
	return read_call(m, &list[calls->n++]);
}

int calls_parse(sd_bus_message *reply, struct calls *out)
{
	int r;

	*out = (struct calls){ .reply = reply };
	r = sd_bus_message_enter_container(reply, 'a', "(oa{sv})");
	if (r < 0)
		return r;
	while ((r = sd_bus_message_enter_container(reply, 'r', "oa{sv}")) > 0) {
		r = append(out, reply);
		if (r >= 0)
			r = sd_bus_message_exit_container(reply);
		if (r < 0)
			break;
	}
	return r < 0 ? r : sd_bus_message_exit_container(reply);
}

void calls_free(struct calls *calls)
{
	free(calls->list);
	sd_bus_message_unref(calls->reply);
	*calls = (struct calls){ 0 };
}

int calls_list(struct cli *cli, struct calls *out)
{
	sd_bus_message *reply = NULL;
	int r = bus_manager(cli, "ListCalls", &reply, NULL);

	if (r < 0)
		return r;
	r = calls_parse(reply, out);
	if (r >= 0)
		return 0;
	calls_free(out);
	return bus_unreadable(cli, r);
}

const struct call *calls_at(const struct calls *calls, const char *path)
{
	for (size_t i = 0; i < calls->n; i++)
		if (!strcmp(calls->list[i].path, path))
			return &calls->list[i];
	return NULL;
}

/* An empty word, as a script may give by mistake, is no stranger's name. */
static bool has_name(const struct call *call, const char *wanted)
{
	return *wanted && !strcmp(call->name, wanted);
}

static bool has_claim(const struct call *call, const char *wanted)
{
	return *wanted && !*call->name && !strcmp(call->claim, wanted);
}

static bool has_number(const struct call *call, const char *wanted)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, call->number);
	return !strcmp(number, wanted);
}

static bool is_any(const struct call *call, const char *wanted)
{
	return true;
}

static int match(const struct calls *calls, const char *wanted, call_test fits,
		 bool (*is)(const struct call *call, const char *wanted), const struct call **found)
{
	int n = 0;

	for (size_t i = 0; i < calls->n && n < 2; i++)
		if (fits(&calls->list[i]) && is(&calls->list[i], wanted)) {
			*found = &calls->list[i];
			n++;
		}
	return n;
}

int calls_match(const struct calls *calls, const char *wanted, call_test fits,
		const struct call **found)
{
	if (!wanted)
		return match(calls, NULL, fits, is_any, found);
	return match(calls, wanted, fits, has_name, found) ?:
	       match(calls, wanted, fits, has_claim, found) ?:
	       match(calls, wanted, fits, has_number, found);
}

int calls_choose(struct cli *cli, const struct calls *calls, const char *wanted, call_test fits,
		 const char *lack, const struct call **found)
{
	switch (calls_match(calls, wanted, fits, found)) {
	case 1:
		return 0;
	case 0:
		if (wanted)
			cli_refuse(cli, "NoSuchCall", "\"%s\": %s See which calls there are with: "
				   "sotto", wanted, lack);
		else
			cli_refuse(cli, "NoSuchCall", "%s See which calls there are with: sotto",
				   lack);
		return -ENOENT;
	default:
		cli_refuse(cli, "Ambiguous", "Several calls could be meant. Say which by its name or "
			   "number, as sotto shows them: sotto %s NUMBER", cli->command->word);
		return -ENOTUNIQ;
	}
}

bool call_is_ended(const struct call *call)
{
	return !strcmp(call->progress, "ended");
}

bool call_is_missed(const struct call *call)
{
	return call_is_ended(call) && !strcmp(call->kind, "direct") && !call->outgoing &&
	       !call->since && (strcmp(call->ended_by, "us") || !strcmp(call->reason, "busy"));
}

bool call_is_secure(const struct call *call)
{
	return !strcmp(call->security_tx, "secure") && !strcmp(call->security_rx, "secure") &&
	       !*call->alarm && !call_is_ended(call);
}
