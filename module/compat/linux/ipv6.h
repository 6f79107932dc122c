/* SPDX-License-Identifier: GPL-2.0-only */
/* Before 6.7 a socket's options were members of struct ipv6_pinfo. */
#ifndef SOTTO_COMPAT_LINUX_IPV6_H
#define SOTTO_COMPAT_LINUX_IPV6_H

#include_next <linux/ipv6.h>

#ifndef inet6_test_bit
#define SOTTO_INET6_DONTFRAG(sk)	(inet6_sk(sk)->dontfrag)
#define inet6_test_bit(nr, sk)		SOTTO_INET6_##nr(sk)
#endif

#endif /* SOTTO_COMPAT_LINUX_IPV6_H */
