/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of libsotto.
 */
#ifndef SOTTO_PRIV_H
#define SOTTO_PRIV_H

#include <libmnl/libmnl.h>

#include "sotto.h"

#define SOTTO_ERROR_MAX		256
#define SOTTO_BUFFER		32768	/* a dump's page, or the longest message */

/**
 * struct sotto_link - one netlink socket bound to the family
 * @family: its number
 * @group: number of the multicast group "events"
 * @error: sentence of the last error
 */
struct sotto_link {
	struct mnl_socket *nl;
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	char error[SOTTO_ERROR_MAX];
	uint8_t buf[SOTTO_BUFFER];
};

struct sotto {
	struct sotto_link link;
};

/* All return 0 or a negative errno and leave the sentence in @link. */
int sotto_link_open(struct sotto_link *link);
void sotto_link_close(struct sotto_link *link);

/* A message of the family in the link's buffer. */
struct nlmsghdr *sotto_link_begin(struct sotto_link *link, enum sotto_cmd cmd, uint16_t flags);

/*
 * Sends it and waits for the answer; @cb sees each message of it. The buffer is
 * wiped of what was sent: it may have held a key.
 */
int sotto_link_call(struct sotto_link *link, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg);

/* An errno of our own, with a sentence. Returns -@err. */
int sotto_link_fail(struct sotto_link *link, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads the attributes of a message or a nest; what is not known is passed over. */
void sotto_attrs_top(const struct nlmsghdr *nlh, const struct nlattr **tb);
void sotto_attrs_nest(const struct nlattr *nest, const struct nlattr **tb, int max);

/*
 * How much of a datagram is whole messages; what follows is not to be looked at.
 */
size_t sotto_link_whole(const void *buf, size_t len);

/* Values; of what is not there, or too short to be one, @absent or 0. */

static inline bool sotto_holds(const struct nlattr *attr, size_t len)
{
	return attr && mnl_attr_get_payload_len(attr) >= len;
}

static inline uint64_t sotto_u64(const struct nlattr *attr, uint64_t absent)
{
	return sotto_holds(attr, sizeof(uint64_t)) ? mnl_attr_get_u64(attr) : absent;
}

static inline uint32_t sotto_u32(const struct nlattr *attr)
{
	return sotto_holds(attr, sizeof(uint32_t)) ? mnl_attr_get_u32(attr) : 0;
}

static inline uint16_t sotto_u16(const struct nlattr *attr)
{
	return sotto_holds(attr, sizeof(uint16_t)) ? mnl_attr_get_u16(attr) : 0;
}

static inline uint8_t sotto_u8(const struct nlattr *attr)
{
	return sotto_holds(attr, sizeof(uint8_t)) ? mnl_attr_get_u8(attr) : 0;
}

/* Counters, by the uapi's numbering; those that are not there are 0. */
void sotto_stats_read(const struct nlattr *nest, uint64_t stats[SOTTO_STATS_COUNT]);

void sotto_flow_read(const struct nlattr *nest, struct sotto_flow *out);

#endif /* SOTTO_PRIV_H */
