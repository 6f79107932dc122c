/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 5-tuple of a flow as this machine sees it.
 */
#ifndef SOTTO_TUPLE_H
#define SOTTO_TUPLE_H

#include <linux/build_bug.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/socket.h>
#include <linux/types.h>

/**
 * struct sotto_tuple - local and remote end; compared as it lies, so all of it is set
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
} __aligned(8);

/* For a table whose @seed nobody knows. */
static inline u32 sotto_tuple_hash(const struct sotto_tuple *t, u32 seed)
{
	if (t->family == AF_INET)
		return jhash_3words((__force u32)t->laddr.s6_addr32[0],
				    (__force u32)t->raddr.s6_addr32[0],
				    (__force u32)t->lport << 16 | (__force u32)t->rport, seed);
	return jhash2((const u32 *)t, sizeof(*t) / sizeof(u32), seed);
}

static inline bool sotto_tuple_equal(const struct sotto_tuple *a, const struct sotto_tuple *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	BUILD_BUG_ON(sizeof(*a) != 5 * sizeof(u64));
	/* The ports first: by them a call's RTP and RTCP differ. */
	return x[4] == y[4] && x[2] == y[2] && x[0] == y[0] && x[3] == y[3] && x[1] == y[1];
}

/* The same as the other end has it. */
static inline struct sotto_tuple sotto_tuple_swap(const struct sotto_tuple *t)
{
	return (struct sotto_tuple){
		.laddr = t->raddr, .raddr = t->laddr, .lport = t->rport, .rport = t->lport,
		.family = t->family,
	};
}

/* The tuple of the RTP that goes with an RTCP on ports of its own. */
static inline struct sotto_tuple sotto_tuple_shift(const struct sotto_tuple *t, int by)
{
	struct sotto_tuple other = *t;

	other.lport = htons(ntohs(t->lport) + by);
	other.rport = htons(ntohs(t->rport) + by);
	return other;
}

#endif /* SOTTO_TUPLE_H */
