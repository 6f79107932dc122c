/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module for a real sottod and its worker where there is none: preloaded, it stands in for
 * libmnl's sockets. What its flows are and what happens on them is up to flood-kernel.c or
 * many-kernel.c, whose the functions module_*() are.
 */
#ifndef PRETENDED_MODULE_H
#define PRETENDED_MODULE_H

#include <libmnl/libmnl.h>
#include <linux/sotto.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_MAX	4096

struct flow {
	uint64_t id;
	uint32_t from, to, state[2], flags, uid;
	uint16_t from_port, port;
	bool has_uid, has_key[2];
	uint64_t heard, said;		/* bytes of this source, and to it */
	uint8_t cookie[SOTTO_COOKIE_MAX], cookie_len;
};

/* module_flow() - the flow with this place, from 0 to module_room(); its id is 0 if it is none */
struct flow *module_flow(size_t place);
size_t module_room(void);

/* module_flow_of() - the flow with this id, or NULL */
struct flow *module_flow_of(uint64_t id);

/* What sottod asks for: 0 or an errno. */
struct flow *module_new_flow(uint32_t to);	/* NULL: refused */
int module_delete_flow(struct flow *f);
void module_flow_set(struct flow *f);		/* it has another state */
int module_packet(struct flow *f, enum sotto_packet_kind kind, const uint8_t *data, size_t len);

/*
 * module_notice() - what the agent is told next
 * @buf: room for MESSAGE_MAX octets
 *
 * Return: its length; 0: nothing; -1: some were lost.
 */
ssize_t module_notice(uint8_t *buf);

/* pretended-module.c */

uint64_t now_ms(void);
void wake(void);		/* the agent: there is something to be told. For signals too */
size_t put_event(void *buf, enum sotto_event event, const struct flow *f);
size_t put_packet(void *buf, uint64_t id, enum sotto_packet_kind kind, const uint8_t *data,
		  size_t len);

#endif
