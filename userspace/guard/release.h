/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which kernel module is in the kernel, which one is installed, and why there is none.
 */
#ifndef GUARD_RELEASE_H
#define GUARD_RELEASE_H

#include <stdbool.h>

#include "state.h"

/**
 * release_waits() - Is another module installed for this kernel than the one that runs?
 *
 * They are told apart by the checksum of their source. False where there is one only, and where
 * it cannot be told.
 */
bool release_waits(void);

/**
 * release_missing() - Why there is no module for this kernel, as far as DKMS tells.
 * @t: cause and cure
 *
 * Return: -1.
 */
int release_missing(struct trouble *t);

/**
 * release_flows() - How many flows the module has in this network namespace.
 *
 * Return: their number, 0 where it is not loaded, or a negative errno.
 */
int release_flows(void);

#endif
