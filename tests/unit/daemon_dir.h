/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of its own for each test, and what can be read from its files. */
#ifndef DAEMON_DIR_H
#define DAEMON_DIR_H

#include <stdbool.h>
#include <stddef.h>

/** dir_setup() - cmocka set-up: *@state is the path */
int dir_setup(void **state);

/** dir_teardown() - cmocka tear-down: removes it with all that is in it */
int dir_teardown(void **state);

/** dir_has_bytes() - Does any file in it, or any file's name, have these bytes? */
bool dir_has_bytes(const char *dir, const void *bytes, size_t len);

/** dir_files() - How many files are in it? */
unsigned int dir_files(const char *dir);

#endif
