/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_STATS_H
#define SOTTO_PLUGIN_STATS_H

#include "media.h"

/**
 * stats_append() - add one call's counters to a file, as one line of JSON
 * @path: file, made with mode 0600 if it is not there
 * @call: the call's number on D-Bus; no name and no address is written
 * @s: counters
 *
 * Return: 0 or a negative errno.
 */
int stats_append(const char *path, unsigned int call, const struct media_stats *s);

#endif
