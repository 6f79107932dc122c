/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOTTOD_CLOCK_H
#define SOTTOD_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER	UINT64_MAX

/** clock_ms() - milliseconds that never go backwards; all deadlines are in it */
uint64_t clock_ms(void);

/** clock_wall_us() - microseconds since 1970, for people */
uint64_t clock_wall_us(void);

#endif
