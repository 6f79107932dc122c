/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the pretended world share:
 *
 *	daemon_world.c		hosts, their workers, and time
 *	daemon_world_kernel.c	a kernel's flows, keys and notices
 *	daemon_world_net.c	what is sent, and what arrives
 *	daemon_world_people.c	persons, their programs, and what they see
 */
#ifndef DAEMON_WORLD_PRIV_H
#define DAEMON_WORLD_PRIV_H

#include "daemon_world.h"

#ifndef PARCELS
#define PARCELS		256
#define NOTICES		64
#endif

struct parcel {
	bool used;
	int to;
	uint16_t to_port;
	uint64_t at;
	struct sotto_addr from;
	enum sotto_packet_kind kind;
	bool media;			/* of a program: no kind */
	struct zrtp_srtp key;		/* what it is protected with */
	size_t len;
	uint8_t data[SOTTO_PAYLOAD_MAX];
};

struct told {
	struct sotto_notice notice;
	uint8_t data[SOTTO_PAYLOAD_MAX];
};

/* One kernel per end; its address is all that the daemon knows of it. */
struct kernel {
	int end;
};

extern struct parcel world_parcels[PARCELS];
extern struct told world_told[ENDS][NOTICES];
extern size_t world_n_told[ENDS], world_n_read[ENDS];
extern struct kernel world_kernels[ENDS];

/* daemon_world.c: all that is due at this moment. */
void world_now_is_due(void);

/* daemon_world_kernel.c */
uint32_t world_chance(void);
void world_tell_event(int end, const struct world_flow *f, enum sotto_event event);
void world_tell_packet(int end, const struct world_flow *f, const struct parcel *p);
struct world_flow *world_flow_by_id(int end, uint64_t id);
struct world_flow *world_flow_by_addresses(int end, uint16_t port, const struct sotto_addr *remote);
struct world_flow *world_make_flow(int end, uint16_t port, const struct sotto_addr *remote,
				   uint32_t flags);

/* daemon_world_net.c */
void world_arrive(struct parcel *p);
void world_speak(int end);	/* the programs of its secure flows */

#endif
