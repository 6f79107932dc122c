/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 5-tuple of a flow as this machine sees it.
 */
#ifndef SOTTO_TUPLE_H
#define SOTTO_TUPLE_H

#include <linux/in6.h>
#include <linux/types.h>

/**
 * struct sotto_tuple - local and remote end; hashed as it lies, so all of it is set
 * @laddr: program's address; IPv4 in the first word, the rest 0
 * @raddr: peer's address as on the wire
 * @lport: network byte order
 * @rport: network byte order
 * @family: AF_INET or AF_INET6
 * @zero: 0
 */
struct sotto_tuple {
	struct in6_addr laddr;
	struct in6_addr raddr;
	__be16 lport;
	__be16 rport;
	u16 family;
	u16 zero;
};

/* The tuple of the RTP that goes with an RTCP on ports of its own. */
static inline struct sotto_tuple sotto_tuple_shift(const struct sotto_tuple *t, int by)
{
	struct sotto_tuple other = *t;

	other.lport = htons(ntohs(t->lport) + by);
	other.rport = htons(ntohs(t->rport) + by);
	return other;
}

#endif /* SOTTO_TUPLE_H */
