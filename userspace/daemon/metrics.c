// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics.h"

#include <stdio.h>

#define NAME_MAX_LEN	64
#define REASONS		(CALL_SILENT + 1)
#define ALARMS		(CALL_ALARM_CODE + 1)

static const char *const names[METRICS] = {
	[METRIC_CALLS_DIRECT]		= "calls-direct",
	[METRIC_CALLS_PROGRAM]		= "calls-program",
	[METRIC_HANDSHAKES]		= "handshakes",
	[METRIC_HANDSHAKES_SECURE]	= "handshakes-secure",
	[METRIC_HANDSHAKES_UNANSWERED]	= "handshakes-unanswered",
	[METRIC_REKEYS_SECURE]		= "rekeys-secure",
	[METRIC_REKEYS_FAILED]		= "rekeys-failed",
	[METRIC_VERIFIED_RIGHT]		= "verified-right",
	[METRIC_VERIFIED_WRONG]		= "verified-wrong",
	[METRIC_WORKER_ENDS]		= "worker-ends",
	[METRIC_MODULE_LOST]		= "module-lost",
};

static const char *const failures[METRIC_FAILURES] = {
	[METRIC_FAILED_HERE]		= "refused-here",
	[METRIC_FAILED_THERE]		= "refused-there",
	[METRIC_FAILED_TIMEOUT]		= "timeout",
	[METRIC_FAILED_NO_AGREEMENT]	= "no-agreement",
	[METRIC_FAILED_AUTHENTICATION]	= "authentication",
	[METRIC_FAILED_KERNEL]		= "kernel",
	[METRIC_FAILED_STORE]		= "store",
	[METRIC_FAILED_WORKER]		= "worker",
};

static struct {
	uint64_t metric[METRICS];
	uint64_t failed[METRIC_FAILURES];
	uint64_t ended[REASONS];
	uint64_t alarm[ALARMS];
} counts;

void metrics_count(enum metric what)
{
	counts.metric[what]++;
}

void metrics_failed(enum metric_failure why)
{
	counts.failed[why]++;
}

void metrics_ended(enum call_reason reason)
{
	counts.ended[reason]++;
}

void metrics_alarm(enum call_alarm alarm)
{
	/* One word for both: somebody else, or a secret that differs. */
	counts.alarm[alarm == CALL_ALARM_SOMEBODY_ELSE ? CALL_ALARM_MISMATCH : alarm]++;
}

enum metric_failure metrics_failure_of(enum zrtp_error code, bool remote)
{
	switch (code) {
	case ZRTP_ERROR_TIMEOUT:
		return METRIC_FAILED_TIMEOUT;
	case ZRTP_ERROR_VERSION:
	case ZRTP_ERROR_HASH:
	case ZRTP_ERROR_CIPHER:
	case ZRTP_ERROR_AGREEMENT:
	case ZRTP_ERROR_AUTH_TAG:
	case ZRTP_ERROR_SAS_TYPE:
	case ZRTP_ERROR_NO_SHARED_SECRET:
		return METRIC_FAILED_NO_AGREEMENT;
	case ZRTP_ERROR_HELLO_MISMATCH:
	case ZRTP_ERROR_DH_BAD_PV:
	case ZRTP_ERROR_DH_BAD_HVI:
	case ZRTP_ERROR_MITM:
	case ZRTP_ERROR_CONFIRM_MAC:
	case ZRTP_ERROR_NONCE:
		return METRIC_FAILED_AUTHENTICATION;
	default:
		return remote ? METRIC_FAILED_THERE : METRIC_FAILED_HERE;
	}
}

const char *metrics_failure_name(enum metric_failure why)
{
	return failures[why];
}

const char *metrics_reason_name(enum call_reason reason)
{
	return reason == CALL_REASON_NONE ? "flow-gone" : call_reason_name(reason);
}

static int tell(const char *prefix, const char *word, uint64_t value,
		int (*cb)(const char *name, uint64_t value, void *arg), void *arg)
{
	char name[NAME_MAX_LEN];

	snprintf(name, sizeof(name), "%s%s", prefix, word);
	return cb(name, value, arg);
}

int metrics_each(int (*cb)(const char *name, uint64_t value, void *arg), void *arg)
{
	int r = 0;

	for (unsigned int i = 0; r >= 0 && i < METRICS; i++)
		r = tell("", names[i], counts.metric[i], cb, arg);
	for (unsigned int i = 0; r >= 0 && i < METRIC_FAILURES; i++)
		r = tell("failed-", failures[i], counts.failed[i], cb, arg);
	for (unsigned int i = 0; r >= 0 && i < REASONS; i++)
		r = tell("ended-", metrics_reason_name(i), counts.ended[i], cb, arg);
	for (unsigned int i = CALL_ALARM_NONE + 1; r >= 0 && i < ALARMS; i++)
		if (i != CALL_ALARM_SOMEBODY_ELSE)
			r = tell("alarm-", call_alarm_name(i), counts.alarm[i], cb, arg);
	return r < 0 ? r : 0;
}
