/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NL_RAW_H
#define NL_RAW_H

#include <stdio.h>

/*
 * Sends one request to the family "sotto" whose attributes @text spells out, one a
 * line, and prints the kernel's answer. Exit status: 0 taken, 1 refused.
 */
int nl_raw(unsigned int cmd, int dump, FILE *text);

#endif /* NL_RAW_H */
