/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP over IPv4 and IPv6 over Ethernet, written by hand, so that each of their
 * fields can be wrong.
 */
#ifndef SOTTO_FUZZ_KERNEL_WIRE_H
#define SOTTO_FUZZ_KERNEL_WIRE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel_random.h"

#define WIRE_PAYLOAD_MAX	1400
#define WIRE_FRAME_MAX		1600

/* What is wrong with a packet below its payload; WIRE_FINE: nothing. */
enum wire_fault {
	WIRE_FINE,
	WIRE_CSUM_BAD,
	WIRE_CSUM_NONE,		/* 0 */
	WIRE_UDP_LEN_SHORT,	/* only @wire_packet.cut bytes of the payload count */
	WIRE_UDP_LEN_LONG,	/* more than there is */
	WIRE_UDP_LEN_TINY,	/* less than a header */
	WIRE_IP_CSUM_BAD,	/* IPv4; of IPv6 the version */
	WIRE_IP_OPTIONS,	/* is right all the same */
	WIRE_FRAGMENTS,		/* is right all the same, in whatever order */
	WIRE_FRAGMENT_LOST,
	WIRE_OTHER_PORT,	/* the peer's */
	WIRE_LINK_PADDING,	/* bytes behind the IP packet: right all the same */

	/* private: */
	__WIRE_FAULTS
};

struct wire_packet {
	int family;
	const void *src;	/* address */
	const void *dst;
	uint16_t sport;		/* host byte order */
	uint16_t dport;
	const uint8_t *payload;
	size_t len;
	enum wire_fault fault;
	size_t cut;		/* WIRE_UDP_LEN_SHORT */
};

struct wire {
	int fd;
	uint8_t to[6];
	uint8_t from[6];
	uint16_t id4;		/* of fragments */
	uint32_t id6;
};

/* In the present netns, by its device @dev, to the station @to. -1 with errno. */
int wire_open(struct wire *w, const char *dev, const uint8_t to[6]);
/* The station of a device of the present netns. */
int wire_station(const char *dev, uint8_t mac[6]);
/* Sends it, in one or more frames. -1 with errno. */
int wire_send(struct wire *w, struct dice *d, const struct wire_packet *p);

#endif /* SOTTO_FUZZ_KERNEL_WIRE_H */
