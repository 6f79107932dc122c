/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls as sottod describes them, chosen by people, shown to people and programs. */
#ifndef CLI_CALLS_H
#define CLI_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli.h"
#include "json.h"

#define CALL_STREAMS_MAX	8

/**
 * struct call_counts - packets of a stream since its flow began, agents' apart
 * @sent: encrypted; as it was; held back or dropped
 * @received: authenticated; as it was; dropped
 */
struct call_counts {
	uint64_t sent[3];
	uint64_t received[3];
};

/**
 * struct call - the properties of org.sotto1.Call; texts live with the message
 * @number: the last part of its path
 * @streams: @n_streams of them, as sound and picture
 * @counts: if @has_counts, of all its streams together, see calls_count()
 */
struct call {
	const char *path;
	uint64_t number;
	const char *name;
	const char *claim;
	const char *kind;
	const char *progress;
	const char *their_progress;
	const char *reason;
	const char *ended_by;
	const char *security_tx;
	const char *security_rx;
	const char *alarm;
	const char *alarm_text;
	const char *note;
	const char *note_text;
	const char *suite;
	bool outgoing;
	bool verified;
	bool verified_before;
	bool their_verified;
	uint64_t since;
	uint64_t secure_since;
	uint64_t ended;
	uint64_t secure_tx_since;
	uint64_t secure_rx_since;
	uint64_t flow;
	struct stream {
		uint64_t flow;
		const char *security_tx;
		const char *security_rx;
		uint64_t secure_tx_since;
		uint64_t secure_rx_since;
		bool has_counts;
		struct call_counts counts;
	} streams[CALL_STREAMS_MAX];
	size_t n_streams;
	bool has_counts;
	struct call_counts counts;
};

struct calls {
	sd_bus_message *reply;
	struct call *list;
	size_t n;
};

/* How a method below fails is as in bus.h: the person has been told. */

/** calls_list() - All that the person has. The caller frees it with calls_free(). */
int calls_list(struct cli *cli, struct calls *out);

/** calls_parse() - The same from ListCalls()'s @reply, whose reference it takes. */
int calls_parse(sd_bus_message *reply, struct calls *out);
void calls_free(struct calls *calls);

/** calls_count() - Ask for the counters too. Those that cannot be had, and why, is nobody's error. */
void calls_count(struct cli *cli, struct calls *calls);

/** calls_at() - The call at @path, NULL if there is none. */
const struct call *calls_at(const struct calls *calls, const char *path);

typedef bool (*call_test)(const struct call *call);

/**
 * calls_match() - Find the one call that is meant.
 * @wanted: NULL, or its name, the name that it claims, or its number, in this order
 * @fits: which calls come into question
 *
 * Return: 1 if there is one (*found), 0 if none, 2 if several.
 */
int calls_match(const struct calls *calls, const char *wanted, call_test fits,
		const struct call **found);

/**
 * calls_choose() - The same, and tell the person if it is not one.
 * @lack: what to say if none fits: "No call rings."
 */
int calls_choose(struct cli *cli, const struct calls *calls, const char *wanted, call_test fits,
		 const char *lack, const struct call **found);

bool call_is_ended(const struct call *call);

/** call_is_missed() - It rang here, and ended before anybody here did anything about it. */
bool call_is_missed(const struct call *call);

/** call_is_secure() - Both directions are encrypted and nothing speaks against it. */
bool call_is_secure(const struct call *call);

/* Text that people read. call_*: whole lines or parts of a sentence. */

/** call_put_name() - Whom it is with; a claim is marked as such. Return: columns */
int call_put_name(FILE *out, const struct call *call);

/** call_put_security() - "secure both ways (X255 ...)", or what is not secure and why. */
void call_put_security(FILE *out, const struct call *call);

/** call_put_alarm() - "ALARM: ..." and a newline. */
void call_put_alarm(FILE *out, const struct call *call);

/** call_put_end() - Why it has ended, a sentence. */
void call_put_end(FILE *out, const struct call *call);

/** call_put() - The call as the bare command shows it. */
void call_put(FILE *out, const struct call *call, uint64_t now_us);

/** call_json() - An object. */
void call_json(struct json *j, const char *key, const struct call *call);

#endif
