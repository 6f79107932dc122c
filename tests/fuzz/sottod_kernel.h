/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's end of libsotto's sockets, in the place of libmnl's: a module with a few
 * flows that answers as it should, until the input says otherwise. Then an answer is an
 * error, some other message, cut short, changed, repeated, or none.
 *
 * It demands of sottod what holds whatever a kernel says: a direction becomes secure only
 * after a key of that direction has been taken, and nothing is ever put in clear.
 */
#ifndef FUZZ_SOTTOD_KERNEL_H
#define FUZZ_SOTTOD_KERNEL_H

#include <linux/sotto.h>

#include "input.h"

#define KERNEL_FLOWS	8

/** sottod_kernel_reset() - No flows; from now on @in says how it answers. NULL: as it should. */
void sottod_kernel_reset(struct input *in);

/** sottod_kernel_notice() - Something to be told, as @in has it. */
void sottod_kernel_notice(struct input *in);

/** sottod_kernel_packet() - From the peer, on the flow of the last one sent; or on a new one. */
void sottod_kernel_packet(enum sotto_packet_kind kind, const uint8_t *data, size_t len);

/** sottod_kernel_sent() - The next packet that sottod has sent, @return: its length, or 0. */
size_t sottod_kernel_sent(enum sotto_packet_kind *kind, uint8_t out[SOTTO_PAYLOAD_MAX]);

#endif
