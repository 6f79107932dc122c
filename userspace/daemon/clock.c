// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"

#include <time.h>

static uint64_t clock_us(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);	/* cannot fail for these two */
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

uint64_t clock_ms(void)
{
	return clock_us(CLOCK_MONOTONIC) / 1000;
}

uint64_t clock_wall_us(void)
{
	return clock_us(CLOCK_REALTIME);
}
