/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For bus_flows.c and bus_rules.c: entries of a dictionary a{sv}, and its errors. */
#ifndef SOTTOD_BUS_DICT_H
#define SOTTOD_BUS_DICT_H

#include "bus.h"

/* Each appends one entry to the dictionary that is open. Return: 0 or a negative errno. */
int bus_put_text(sd_bus_message *m, const char *key, const char *value);
int bus_put_u64(sd_bus_message *m, const char *key, uint64_t value);
int bus_put_u32(sd_bus_message *m, const char *key, uint32_t value);
int bus_put_u16(sd_bus_message *m, const char *key, uint16_t value);
int bus_put_flag(sd_bus_message *m, const char *key, bool value);

/**
 * bus_send_list() - Close the array that is open in @reply, send it and let go of it.
 * @r: negative: do not, something failed before
 *
 * Return: 0 or more, or a negative errno.
 */
int bus_send_list(sd_bus_message *reply, int r);

/**
 * bus_kernel_failed() - Set @error to why the kernel did not do it.
 * @r: its negative errno
 * @what: beginning of the sentence; unused without a kernel
 *
 * Return: a negative errno.
 */
int bus_kernel_failed(struct bus *b, sd_bus_error *error, int r, const char *what);

#endif
