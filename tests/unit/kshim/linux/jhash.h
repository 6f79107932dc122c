/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kshim.h"

#define __force

/* Any hash will do. */
#define jhash_3words(a, b, c, seed)	(((a) ^ (b) * 31 ^ (c) * 1009 ^ (seed)))
static inline u32 jhash2(const u32 *words, u32 n, u32 seed)
{
	while (n--)
		seed = seed * 31 + *words++;
	return seed;
}
