/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a name is. It is asked for once, when a person gives it: sottod looks up nothing. */
#ifndef CLI_LOOKUP_H
#define CLI_LOOKUP_H

#include "cli.h"

/**
 * lookup_addresses() - Names among addresses, replaced by what the resolver says.
 * @texts: NULL-terminated; those that are no "NAME" or "NAME:PORT" stay as they are
 *
 * Says on stdout what it found, unless that is for JSON. May wait for the network.
 *
 * Return: NULL-terminated, the caller's to free with lookup_free(); NULL if a name has
 * no address, and the person has been told.
 */
char **lookup_addresses(struct cli *cli, char **texts);

void lookup_free(char **texts);

#endif
