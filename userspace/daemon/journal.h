/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens, for who watches the journal: a line, and where the journal reads our
 * stderr its fields too (Documentation/watching.rst). Nothing that names anybody.
 */
#ifndef SOTTOD_JOURNAL_H
#define SOTTOD_JOURNAL_H

#include <stdint.h>

enum journal_event {
	JOURNAL_READY,			/* there is a kernel module */
	JOURNAL_MODULE_LOST,
	JOURNAL_WORKER_ENDED,
	JOURNAL_CALL_SECURE,		/* a stream of it has keys */
	JOURNAL_CALL_FAILED,		/* no keys were agreed for a stream of it */
	JOURNAL_CALL_VERIFIED,
	JOURNAL_CALL_ALARM,
	JOURNAL_CALL_ENDED,

	JOURNAL_EVENTS
};

/**
 * journal_say() - Something has happened to this machine's sottod.
 * @reason: a word of a closed list, or NULL
 * @format: the line; it may hold nothing that comes from a peer, the store or the network
 */
void journal_say(enum journal_event event, const char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** journal_call() - Something has happened to a call that people were told of. */
void journal_call(enum journal_event event, uint64_t call, const char *reason);

#endif
