// SPDX-License-Identifier: GPL-2.0-or-later
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_LEN	512

static bool verbose;

void log_verbose(bool on)
{
	verbose = on;
}

static void write_line(const char *prefix, const char *text, const char *reason)
{
	if (!verbose && !strcmp(prefix, SD_DEBUG))
		return;
	fprintf(stderr, "%s%s%s%s\n", prefix, text, reason ? ": " : "", reason ?: "");
}

void log_write(const char *prefix, const char *format, ...)
{
	char text[LINE_MAX_LEN];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	write_line(prefix, text, NULL);
}

void log_errno(int error, const char *format, ...)
{
	char text[LINE_MAX_LEN];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	write_line(SD_ERR, text, strerror(-error));
}
