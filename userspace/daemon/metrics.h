/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has happened here, in numbers, since this process began: for whoever watches the
 * machine. Nothing that names anybody, a machine, a port or a call.
 */
#ifndef SOTTOD_METRICS_H
#define SOTTOD_METRICS_H

#include <stdint.h>

#include "call.h"

enum metric {
	METRIC_CALLS_DIRECT,		/* that people were told of */
	METRIC_CALLS_PROGRAM,
	METRIC_HANDSHAKES,		/* ZRTP sessions for a stream's first keys */
	METRIC_HANDSHAKES_SECURE,	/* those that have agreed on keys */
	METRIC_HANDSHAKES_UNANSWERED,	/* those whose first Hellos nobody has answered */
	METRIC_REKEYS_SECURE,		/* fresh keys for a running stream */
	METRIC_REKEYS_FAILED,
	METRIC_VERIFIED_RIGHT,		/* halves typed here */
	METRIC_VERIFIED_WRONG,
	METRIC_WORKER_ENDS,		/* the process that agrees keys */
	METRIC_MODULE_LOST,

	METRICS
};

/* Why a handshake has not led to keys. */
enum metric_failure {
	METRIC_FAILED_HERE,		/* this end refuses what the other says */
	METRIC_FAILED_THERE,		/* the other end says that it does */
	METRIC_FAILED_TIMEOUT,
	METRIC_FAILED_NO_AGREEMENT,	/* the ends have no algorithm or version in common */
	METRIC_FAILED_AUTHENTICATION,	/* what has come is not of whoever began, or altered */
	METRIC_FAILED_KERNEL,
	METRIC_FAILED_STORE,
	METRIC_FAILED_WORKER,

	METRIC_FAILURES
};

void metrics_count(enum metric what);
void metrics_failed(enum metric_failure why);
void metrics_ended(enum call_reason reason);
void metrics_alarm(enum call_alarm alarm);

/** metrics_failure_of() - What an exchange's end by @code is counted under. */
enum metric_failure metrics_failure_of(enum zrtp_error code, bool remote);

/** metrics_failure_name() - "timeout", "authentication"... */
const char *metrics_failure_name(enum metric_failure why);

/** metrics_reason_name() - call_reason_name(), with a word where that has none. */
const char *metrics_reason_name(enum call_reason reason);

/**
 * metrics_each() - All of them, those that are 0 too, under their names of dbus.rst.
 *
 * Return: 0, or what @cb has returned that was less: it ends there.
 */
int metrics_each(int (*cb)(const char *name, uint64_t value, void *arg), void *arg);

#endif
