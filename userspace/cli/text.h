/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people read: colours on a terminal only, text that cannot steer it, times. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum text_colour { TEXT_PLAIN, TEXT_GOOD, TEXT_BAD, TEXT_FAINT };

#define TEXT_TIME_MAX	32

/** text_paint() - Begin a colour on @out, or end it with TEXT_PLAIN; nothing off a terminal. */
void text_paint(FILE *out, enum text_colour colour);

/**
 * text_put() - Write what others have named: control and unseen characters and
 * what is not UTF-8 become "?".
 *
 * Return: the number of characters, as a terminal counts columns for most scripts.
 */
int text_put(FILE *out, const char *text);

/** text_pad() - Blanks from column @have to column @want, at least one. */
void text_pad(FILE *out, int have, int want);

/** text_width() - What text_put() would return. */
int text_width(const char *text);

/* @us: us since 1970. The time of day if that is today, else the date. */
void text_time(uint64_t us, uint64_t now_us, char out[TEXT_TIME_MAX]);

/* As "7 s", "3 min 12 s", "2 h 5 min", "4 days". */
void text_duration(uint64_t us, char out[TEXT_TIME_MAX]);

uint64_t text_now_us(void);

#endif
