/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.12 it was <asm/unaligned.h>. */
#ifndef SOTTO_COMPAT_LINUX_UNALIGNED_H
#define SOTTO_COMPAT_LINUX_UNALIGNED_H

#include <asm/unaligned.h>

#endif /* SOTTO_COMPAT_LINUX_UNALIGNED_H */
