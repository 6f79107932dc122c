// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ladder diagram of an exchange.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "zrtp_ladder.h"

#define WIDTH		62	/* between the rails */
#define HALF		(WIDTH / 2)

static struct ladder_line *add(struct ladder *ladder, uint64_t at, int end, enum ladder_fate fate)
{
	struct ladder_line *line = &ladder->lines[ladder->count++ % LADDER_MAX];

	line->at = at;
	line->end = end;
	line->fate = fate;
	return line;
}

void ladder_packet(struct ladder *ladder, uint64_t at, int end, enum ladder_fate fate,
		   const uint8_t *data, size_t len)
{
	struct ladder_line *line = add(ladder, at, end, fate);
	struct zrtp_packet pkt;

	if (zrtp_packet_parse(data, len, &pkt))
		snprintf(line->text, sizeof(line->text), "what cannot be read");
	else
		snprintf(line->text, sizeof(line->text), "%.8s %u", zrtp_message_name(pkt.type),
			 pkt.seq);
}

void ladder_tell(struct ladder *ladder, uint64_t at, int end, const char *format, ...)
{
	struct ladder_line *line = add(ladder, at, end, LADDER_TOLD);
	va_list args;

	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
}

static void put(char *row, int at, const char *text)
{
	memcpy(row + at, text, strlen(text));
}

/* An arrow covers the half of the line that is at its own end's rail. */
static void draw(const struct ladder_line *line, char row[WIDTH + 1])
{
	static const char *const marks[] = {
		[LADDER_LOST] = "lost", [LADDER_TAKEN_OUT] = "taken out", [LADDER_DROPPED] = "not taken",
	};
	bool right = line->end, leaves = line->fate < LADDER_CAME;
	int text_len = strlen(line->text), start = right ? WIDTH - HALF : 0;
	int near = right ? WIDTH - 1 : 0, far = right ? start : HALF - 1;
	int text_at = right ? WIDTH - 4 - text_len : 4;

	memset(row, ' ', WIDTH);
	row[WIDTH] = '\0';
	if (line->fate == LADDER_TOLD) {
		put(row, right ? WIDTH - 1 - text_len : 1, line->text);
		return;
	}
	memset(row + start, '-', HALF);
	row[leaves ? far : near] = leaves == right ? '<' : '>';
	row[text_at - 1] = ' ';
	row[text_at + text_len] = ' ';
	put(row, text_at, line->text);
	if (line->fate == LADDER_SENT || line->fate == LADDER_CAME)
		return;
	row[leaves ? far : near] = 'x';
	put(row, right ? far - 1 - (int)strlen(marks[line->fate]) : HALF + 1, marks[line->fate]);
}

void ladder_print(const struct ladder *ladder, FILE *to, const char *left, const char *right)
{
	unsigned int first = ladder->count > LADDER_MAX ? ladder->count - LADDER_MAX : 0;

	fprintf(to, "%8s  %-*s%*s\n", "ms", HALF, left, WIDTH + 2 - HALF, right);
	for (unsigned int i = first; i < ladder->count; i++) {
		const struct ladder_line *line = &ladder->lines[i % LADDER_MAX];
		char row[WIDTH + 1];

		draw(line, row);
		fprintf(to, "%8llu  |%s|\n", (unsigned long long)line->at, row);
	}
}
