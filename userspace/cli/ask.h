/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person types that is nobody else's business. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <stddef.h>

/**
 * ask_line() - One line from @fd, without its end and without a copy anywhere else.
 * @out: @room bytes, the caller wipes them
 *
 * Return: its length, 0 at the end of the input as for an empty line, or a negative errno:
 * -EMSGSIZE for one that does not fit.
 */
int ask_line(int fd, char *out, size_t room);

/** ask_hidden() - The same, after @prompt on stderr; a terminal does not show what is typed. */
int ask_hidden(int fd, const char *prompt, char *out, size_t room);

#endif
