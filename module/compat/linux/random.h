/* SPDX-License-Identifier: GPL-2.0-only */
/* get_random_u32_below() is younger than 6.1, some of whose updates have it. */
#ifndef SOTTO_COMPAT_RANDOM_H
#define SOTTO_COMPAT_RANDOM_H

#include_next <linux/random.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#include <linux/prandom.h>
#define get_random_u32_below(ceil)	prandom_u32_max(ceil)
#endif

#endif /* SOTTO_COMPAT_RANDOM_H */
