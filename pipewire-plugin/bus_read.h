/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTO_PLUGIN_BUS_READ_H
#define SOTTO_PLUGIN_BUS_READ_H

#include <systemd/sd-bus.h>

#include "bus.h"

/**
 * bus_read_calls() - read Manager.ListCalls()'s answer
 * @reply: the message
 * @calls: filled with the calls that are direct and active
 * @max: room in @calls; more are left out
 * @n: set to their number
 *
 * Return: 0 or a negative errno.
 */
int bus_read_calls(sd_bus_message *reply, struct bus_call *calls, size_t max, size_t *n);

/**
 * bus_read_acquired() - read Call.Acquire()'s answer
 * @reply: the message
 * @fd: set to the socket on success; the caller owns it
 * @params: filled on success
 *
 * Return: 0, -ENOTSUP for a stream that is not the one kind we speak
 * (Opus, 48 kHz, mono, 20 ms, RTCP on the same port), or another negative errno.
 */
int bus_read_acquired(sd_bus_message *reply, int *fd, struct media_params *params);

#endif
