// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "utf8.h"

#define SECOND_US	1000000ULL
#define MINUTE_S	60
#define HOUR_S		(60 * MINUTE_S)
#define DAY_S		(24 * HOUR_S)

void text_paint(FILE *out, enum text_colour colour)
{
	static const char *const codes[] = {
		[TEXT_PLAIN]	= "\033[0m",
		[TEXT_GOOD]	= "\033[32m",
		[TEXT_BAD]	= "\033[1;31m",
		[TEXT_FAINT]	= "\033[2m",
	};
	const char *no_colour = getenv("NO_COLOR");	/* a wish that many programs honour */
	const char *term = getenv("TERM");

	if (!isatty(fileno(out)) || (no_colour && *no_colour) || (term && !strcmp(term, "dumb")))
		return;
	fputs(codes[colour], out);
}

static int walk(FILE *out, const char *text)
{
	int columns = 0;

	while (*text) {
		uint32_t c;
		size_t len = utf8_next(text, &c);

		if (!out)
			;
		else if (c == UTF8_BAD || utf8_is_control(c) || utf8_is_unseen(c))
			fputc('?', out);
		else
			fwrite(text, 1, len, out);
		text += len;
		columns++;
	}
	return columns;
}

int text_put(FILE *out, const char *text)
{
	return walk(out, text);
}

int text_width(const char *text)
{
	return walk(NULL, text);
}

void text_pad(FILE *out, int have, int want)
{
	fprintf(out, "%*s", have < want ? want - have : 1, "");
}

void text_time(uint64_t us, uint64_t now_us, char out[TEXT_TIME_MAX])
{
	time_t then = us / SECOND_US, now = now_us / SECOND_US;
	struct tm then_tm, now_tm;

	if (!localtime_r(&then, &then_tm) || !localtime_r(&now, &now_tm)) {
		snprintf(out, TEXT_TIME_MAX, "?");
		return;
	}
	if (then_tm.tm_year == now_tm.tm_year && then_tm.tm_yday == now_tm.tm_yday)
		strftime(out, TEXT_TIME_MAX, "%H:%M:%S", &then_tm);
	else
		strftime(out, TEXT_TIME_MAX, "%Y-%m-%d %H:%M", &then_tm);
}

void text_duration(uint64_t us, char out[TEXT_TIME_MAX])
{
	uint64_t s = us / SECOND_US;

	if (s < MINUTE_S)
		snprintf(out, TEXT_TIME_MAX, "%" PRIu64 " s", s);
	else if (s < HOUR_S)
		snprintf(out, TEXT_TIME_MAX, "%" PRIu64 " min %" PRIu64 " s", s / MINUTE_S,
			 s % MINUTE_S);
	else if (s < 2 * DAY_S)
		snprintf(out, TEXT_TIME_MAX, "%" PRIu64 " h %" PRIu64 " min", s / HOUR_S,
			 s % HOUR_S / MINUTE_S);
	else
		snprintf(out, TEXT_TIME_MAX, "%" PRIu64 " days", s / DAY_S);
}

uint64_t text_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}
