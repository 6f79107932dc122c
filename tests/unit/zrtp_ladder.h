/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ladder diagram of an exchange: two rails, time downwards, a line for each packet
 * that leaves or comes in and for each thing that an end tells.
 */
#ifndef ZRTP_LADDER_H
#define ZRTP_LADDER_H

#include <stdint.h>
#include <stdio.h>

#include "packet.h"

#define LADDER_MAX	1000	/* lines that are kept, the last ones */
#define LADDER_TEXT	26	/* fits beside an arrow */

enum ladder_fate { LADDER_SENT, LADDER_LOST, LADDER_TAKEN_OUT, LADDER_CAME, LADDER_DROPPED,
		   LADDER_TOLD };

struct ladder_line {
	uint64_t at;
	int end;		/* whose line it is: 0 is left, 1 is right */
	enum ladder_fate fate;
	char text[LADDER_TEXT];
};

struct ladder {
	struct ladder_line lines[LADDER_MAX];
	unsigned int count;
};

/**
 * ladder_packet() - A packet has left @end, or has come to it.
 *
 * It is called by its message and its sequence number, by which the two lines of it
 * are found together; a repetition bears another number, a copy made on the way the same.
 */
void ladder_packet(struct ladder *ladder, uint64_t at, int end, enum ladder_fate fate,
		   const uint8_t *data, size_t len);

/** ladder_tell() - What an end says of itself, printf-like. */
void ladder_tell(struct ladder *ladder, uint64_t at, int end, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** ladder_print() - All lines that are kept, under the names of both ends. */
void ladder_print(const struct ladder *ladder, FILE *to, const char *left, const char *right);

#endif /* ZRTP_LADDER_H */
