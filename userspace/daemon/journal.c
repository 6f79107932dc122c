// SPDX-License-Identifier: GPL-2.0-or-later
#include "journal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/* Where in the source an event is said is nobody's to match, and names the machine of the build. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "log.h"

#define LINE_MAX_LEN	512
#define FIELD_MAX_LEN	64
#define FIELDS_MAX	7

static const struct {
	const char *name;
	const char *id;
	int priority;
	const char *text;	/* of a call; a reason follows in brackets */
} events[JOURNAL_EVENTS] = {
	[JOURNAL_READY]		= { "ready", "8073daa7fa22484fb59a7713de82fc41", LOG_INFO, NULL },
	[JOURNAL_MODULE_LOST]	= { "module-lost", "8e87bf9419a24d5697ee4e9cfdbe52c7", LOG_ERR, NULL },
	[JOURNAL_WORKER_ENDED]	= { "worker-ended", "357b352b3034427abb90a1de2ed93c7f", LOG_WARNING,
				    NULL },
	[JOURNAL_CALL_SECURE]	= { "call-secure", "834ba5a74c4046ecaa490baf0906c2e0", LOG_INFO,
				    "keys are agreed" },
	[JOURNAL_CALL_FAILED]	= { "call-failed", "e9146a9ab7f3472da5adebba03c26840", LOG_NOTICE,
				    "no keys were agreed" },
	[JOURNAL_CALL_VERIFIED]	= { "call-verified", "e552fca014294a539f593ef3cf4eb382", LOG_INFO,
				    "it was verified" },
	[JOURNAL_CALL_ALARM]	= { "call-alarm", "4cb99a2ea32b48f6a39875772769be65", LOG_WARNING,
				    "an alarm" },
	[JOURNAL_CALL_ENDED]	= { "call-ended", "7864161c6f51442689b23747840d0b41", LOG_INFO,
				    "it has ended" },
};

/* systemd.exec(5): then what we write to stderr goes to the journal, and only then. */
static bool journal_reads_us(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

struct fields {
	char text[FIELDS_MAX][LINE_MAX_LEN + FIELD_MAX_LEN];
	struct iovec iov[FIELDS_MAX];
	int n;
};

static void add(struct fields *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct fields *f, const char *format, ...)
{
	char *text = f->text[f->n];
	va_list ap;
	int len;

	va_start(ap, format);
	len = vsnprintf(text, sizeof(f->text[0]), format, ap);
	va_end(ap);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof(f->text[0]))
		len = sizeof(f->text[0]) - 1;
	f->iov[f->n++] = (struct iovec){ text, len };
}

/* @call: NULL for none. Return: 0, or a negative errno: the journal does not have it. */
static int send_fields(enum journal_event event, const uint64_t *call, const char *reason,
		       const char *line)
{
	struct fields f = { .n = 0 };

	add(&f, "MESSAGE=%s", line);
	add(&f, "MESSAGE_ID=%s", events[event].id);
	add(&f, "PRIORITY=%d", events[event].priority);
	add(&f, "SYSLOG_IDENTIFIER=sottod");
	add(&f, "SOTTO_EVENT=%s", events[event].name);
	if (call)
		add(&f, "SOTTO_CALL=%" PRIu64, *call);
	if (reason)
		add(&f, "SOTTO_REASON=%s", reason);
	return sd_journal_sendv(f.iov, f.n);
}

static void say(enum journal_event event, const uint64_t *call, const char *reason,
		const char *line)
{
	const char prefix[] = { '<', '0' + events[event].priority, '>', '\0' };

	if (!journal_reads_us() || send_fields(event, call, reason, line) < 0)
		log_write(prefix, "%s", line);
}

void journal_say(enum journal_event event, const char *reason, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	say(event, NULL, reason, line);
}

void journal_call(enum journal_event event, uint64_t call, const char *reason)
{
	char line[LINE_MAX_LEN];

	snprintf(line, sizeof(line), "call %" PRIu64 ": %s%s%s%s", call, events[event].text,
		 reason ? " (" : "", reason ?: "", reason ? ")" : "");
	say(event, &call, reason, line);
}
