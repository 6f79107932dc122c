/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.5 <linux/netdevice.h> declared what it does. */
#ifndef SOTTO_COMPAT_NET_GSO_H
#define SOTTO_COMPAT_NET_GSO_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#include <linux/netdevice.h>
#else
#include_next <net/gso.h>
#endif

#endif /* SOTTO_COMPAT_NET_GSO_H */
