// SPDX-License-Identifier: GPL-2.0-or-later
/* A call in words, and in JSON. Two states matter to people: secure and not. */
#include "calls.h"

#include <inttypes.h>
#include <string.h>

#include "text.h"

/* One side's state where it is not secure. */
static const struct {
	const char *state;
	const char *means;
} states[] = {
	{ "held",	"held back" },
	{ "clear",	"NOT ENCRYPTED" },
	{ "securing",	"held back, keys are being agreed" },
	{ "secure",	"encrypted" },
	{ "own",	"encrypted by the program itself, sotto cannot vouch for it" },
	{ "dead",	"stopped for good, its keys are used up or gone" },
};

/* Why a call has ended, as us, them or neither made it end. */
static const struct {
	const char *reason;
	const char *us;
	const char *them;
} ends[] = {
	{ "hangup",	"You hung up.",	"The other end hung up." },
	{ "declined",	"You declined it.", "The other end declined it." },
	{ "busy",	"You were in another call.",
			"The other end is in another call. Try again later." },
	{ "no-answer",	"You did not answer.", "Nobody answered. Try again later." },
	{ "unreachable", NULL,
	  "The other machine does not answer. Is it on, is the address right (sotto peers), "
	  "and may UDP reach sottod there?" },
	{ "lost",	NULL,
	  "Nothing authentic came from the other end any more: the network is lost." },
	{ "closed",	NULL,	"The program has closed its socket." },
	{ "silent",	NULL,
	  "For minutes nothing was sent and nothing came. If the program goes on, so does sotto, "
	  "with new keys." },
	{ "interrupted", NULL,
	  "A part of sottod ended while it agreed keys, and has been started again. Call again; "
	  "if it stays so, see: sotto doctor" },
	{ "failed",	"No keys could be agreed. See: sotto doctor",
			"No keys could be agreed. See: sotto doctor, at both ends" },
	{ "not-allowed", "Calls from strangers are not allowed here. Name the caller with: sotto pair",
	  "The other end does not know this machine and lets no stranger ring. Have it paired there." },
};

int call_put_name(FILE *out, const struct call *call)
{
	int columns;

	if (*call->name)
		return text_put(out, call->name);
	if (!*call->claim)
		return text_put(out, "a stranger");
	columns = text_put(out, call->claim);
	return columns + text_put(out, " (unproven)");
}

static const char *state_means(const char *state)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(states[i].state, state))
			return states[i].means;
	return "unknown";
}

void call_put_security(FILE *out, const struct call *call)
{
	bool secure = call_is_secure(call);

	text_paint(out, secure ? TEXT_GOOD : TEXT_BAD);
	if (secure)
		fputs("secure", out);
	else
		fputs(*call->alarm ? "NOT SECURE" : "not secure", out);
	text_paint(out, TEXT_PLAIN);
	if (secure)
		fputs(" both ways", out);
	else if (!strcmp(call->security_tx, call->security_rx))
		fprintf(out, ": both ways %s", state_means(call->security_tx));
	else
		fprintf(out, ": what you say is %s; what you hear is %s",
			state_means(call->security_tx), state_means(call->security_rx));
	if (*call->suite) {
		fputs(" (", out);
		text_put(out, call->suite);
		fputc(')', out);
	}
}

void call_put_alarm(FILE *out, const struct call *call)
{
	text_paint(out, TEXT_BAD);
	fputs("ALARM", out);
	text_paint(out, TEXT_PLAIN);
	fputs(": ", out);
	text_put(out, *call->alarm_text ? call->alarm_text : call->alarm);
	fputc('\n', out);
}

void call_put_end(FILE *out, const struct call *call)
{
	/* Where nobody ended it, it was for the one who was called to do something. */
	bool us = *call->ended_by ? !strcmp(call->ended_by, "us") : !call->outgoing;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!strcmp(ends[i].reason, call->reason)) {
			fputs(us && ends[i].us ? ends[i].us : ends[i].them, out);
			return;
		}
	fputs("It ended for no known reason.", out);
}

static void put_progress(FILE *out, const struct call *call, uint64_t now_us)
{
	char when[TEXT_TIME_MAX], how_long[TEXT_TIME_MAX];

	if (call_is_ended(call)) {
		fputs(call_is_missed(call) ? "missed" : "ended", out);
		if (call->ended && call->ended <= now_us) {
			text_time(call->ended, now_us, when);
			fprintf(out, " at %s", when);
		}
		fputs(": ", out);
		call_put_end(out, call);
		return;
	}
	text_put(out, call->progress);
	if (!strcmp(call->progress, "ringing"))
		fputs(": sotto answer, or sotto decline", out);
	if (call->since && call->since <= now_us) {
		text_time(call->since, now_us, when);
		text_duration(now_us - call->since, how_long);
		fprintf(out, " since %s (%s)", when, how_long);
	}
	if (*call->their_progress && strcmp(call->their_progress, call->progress)) {
		fputs("; the other end: ", out);
		text_put(out, call->their_progress);
	}
}

static void put_verified(FILE *out, const struct call *call)
{
	text_paint(out, call->verified ? TEXT_GOOD : TEXT_BAD);
	fputs(call->verified ? "yes" : "no", out);
	text_paint(out, TEXT_PLAIN);
	if (call->verified && call->their_verified)
		fputs(", at both ends", out);
	else if (call->verified)
		fputs(" here; not yet at the other end", out);
	else if (call->their_verified)
		fputs(" here; yes at the other end", out);
	if (call->verified && call->verified_before)
		fputs(" (also before this call)", out);
	if (!call->verified)
		fprintf(out, ". Compare with: sotto verify %" PRIu64, call->number);
}

/* Sound and picture of a softphone's call: what was compared holds for all. */
static void put_streams(FILE *out, const struct call *call)
{
	fprintf(out, "  streams   %zu: ", call->n_streams);
	for (size_t i = 0; i < call->n_streams; i++) {
		const struct stream *s = &call->streams[i];

		fputs(i ? ", " : "", out);
		text_put(out, s->security_tx);
		if (strcmp(s->security_tx, s->security_rx)) {
			fputs(" out and ", out);
			text_put(out, s->security_rx);
			fputs(" in", out);
		}
	}
	fputc('\n', out);
}

/* What has left and what has come, whatever the state says now. */
static void put_counts(FILE *out, const struct call_counts *c, bool has_counts)
{
	if (!has_counts)
		return;
	fprintf(out, "sent: %" PRIu64 " encrypted, %" PRIu64 " as they were, %" PRIu64
		" held back\n            received: %" PRIu64 " authenticated, %" PRIu64
		" as they were, %" PRIu64 " refused\n", c->sent[0], c->sent[1], c->sent[2],
		c->received[0], c->received[1], c->received[2]);
}

/* Of all streams together, and where there are several of each. */
static void put_packets(FILE *out, const struct call *call)
{
	if (call->has_counts)
		fputs("  packets   ", out);
	put_counts(out, &call->counts, call->has_counts);
	for (size_t i = 0; call->n_streams > 1 && i < call->n_streams; i++) {
		if (call->streams[i].has_counts)
			fprintf(out, "  stream %zu  ", i + 1);
		put_counts(out, &call->streams[i].counts, call->streams[i].has_counts);
	}
}

/* Null: not counted, or not any more. */
static void json_counts(struct json *j, const char *key, bool has_counts,
			const char *protected, const uint64_t counts[3])
{
	if (!has_counts) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	json_unsigned(j, protected, counts[0]);
	json_unsigned(j, "as_it_was", counts[1]);
	json_unsigned(j, "dropped", counts[2]);
	json_object_end(j);
}

static void put_alarm(FILE *out, const struct call *call)
{
	if (!*call->alarm)
		return;
	fputs("  ", out);
	call_put_alarm(out, call);
}

void call_put(FILE *out, const struct call *call, uint64_t now_us)
{
	char when[TEXT_TIME_MAX];

	call_put_name(out, call);
	/* Who has begun a program's call, that program knows. */
	fprintf(out, "  (%scall %" PRIu64 ")\n",
		!strcmp(call->kind, "program") ? "a program's " :
		call->outgoing ? "" : "incoming ", call->number);
	fputs("  progress  ", out);
	put_progress(out, call, now_us);
	fputc('\n', out);
	if (call_is_ended(call)) {	/* what was said on it may have been heard */
		put_alarm(out, call);
		return;
	}
	fputs("  security  ", out);
	call_put_security(out, call);
	if (call->secure_since && call->secure_since <= now_us) {
		text_time(call->secure_since, now_us, when);
		fprintf(out, " since %s", when);
	}
	fputc('\n', out);
	if (call->n_streams > 1)
		put_streams(out, call);
	put_packets(out, call);
	if (*call->note) {
		fputs("            ", out);
		text_put(out, *call->note_text ? call->note_text : call->note);
		fputc('\n', out);
	}
	if (call->secure_since) {
		fputs("  verified  ", out);
		put_verified(out, call);
		fputc('\n', out);
	}
	put_alarm(out, call);
}

void call_json(struct json *j, const char *key, const struct call *call)
{
	json_object(j, key);
	json_unsigned(j, "number", call->number);
	json_text_or_null(j, "name", call->name);
	json_text_or_null(j, "claim", call->claim);
	json_text(j, "kind", call->kind);
	json_bool(j, "outgoing", call->outgoing);
	json_text(j, "progress", call->progress);
	json_text_or_null(j, "their_progress", call->their_progress);
	json_text_or_null(j, "reason", call->reason);
	json_text_or_null(j, "ended_by", call->ended_by);
	json_bool(j, "secure", call_is_secure(call));
	json_text(j, "security_tx", call->security_tx);
	json_text(j, "security_rx", call->security_rx);
	json_text_or_null(j, "suite", call->suite);
	json_bool(j, "verified", call->verified);
	json_bool(j, "verified_before", call->verified_before);
	json_bool(j, "their_verified", call->their_verified);
	json_text_or_null(j, "alarm", call->alarm);
	json_text_or_null(j, "alarm_text", call->alarm_text);
	json_text_or_null(j, "note", call->note);
	json_text_or_null(j, "note_text", call->note_text);
	json_time(j, "since", call->since);
	json_time(j, "secure_since", call->secure_since);
	json_time(j, "secure_tx_since", call->secure_tx_since);
	json_time(j, "secure_rx_since", call->secure_rx_since);
	json_counts(j, "sent", call->has_counts, "encrypted", call->counts.sent);
	json_counts(j, "received", call->has_counts, "authenticated", call->counts.received);
	json_time(j, "ended", call->ended);
	json_bool(j, "missed", call_is_missed(call));
	json_unsigned(j, "flow", call->flow);
	json_array(j, "streams");
	for (size_t i = 0; i < call->n_streams; i++) {
		const struct stream *s = &call->streams[i];

		json_object(j, NULL);
		json_unsigned(j, "flow", s->flow);
		json_text(j, "security_tx", s->security_tx);
		json_text(j, "security_rx", s->security_rx);
		json_time(j, "secure_tx_since", s->secure_tx_since);
		json_time(j, "secure_rx_since", s->secure_rx_since);
		json_counts(j, "sent", s->has_counts, "encrypted", s->counts.sent);
		json_counts(j, "received", s->has_counts, "authenticated", s->counts.received);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}
