/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UTF-8 (RFC 3629), as far as showing text safely needs it. */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD	UINT32_MAX

/**
 * utf8_next() - The first character of @text, which is not empty.
 * @c: set to it, or to UTF8_BAD for a byte that begins none
 *
 * Return: its length in bytes, 1 for a bad one.
 */
size_t utf8_next(const char *text, uint32_t *c);

/** utf8_is_control() - C0, DEL, C1: what a terminal could obey. */
bool utf8_is_control(uint32_t c);

/** utf8_is_unseen() - Changes the order or look of what stands around it. */
bool utf8_is_unseen(uint32_t c);

#endif
