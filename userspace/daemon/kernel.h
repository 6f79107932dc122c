/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel module, for the one agent that sottod is.
 */
#ifndef SOTTOD_KERNEL_H
#define SOTTOD_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "sotto.h"
#include "zrtp.h"

/*
 * What the kernel tells. @resync: notices were lost, and those that were not have been
 * told: dump the flows.
 */
struct kernel_events {
	void (*notice)(const struct sotto_notice *notice, void *arg);
	void (*resync)(void *arg);
};

struct kernel;

/**
 * kernel_open() - Become the agent.
 * @out: the caller owns it, free with kernel_close()
 *
 * Return: 0; -ENOENT while the module is not loaded; -EBUSY while another agent
 * is bound; another negative errno.
 */
int kernel_open(struct kernel **out, const struct kernel_events *events, void *arg);
void kernel_close(struct kernel *k);

int kernel_fd(const struct kernel *k);		/* poll it for reading */

/** kernel_dispatch() - Tell what the kernel has told. 0, or a negative errno: it is lost. */
int kernel_dispatch(struct kernel *k);

/** kernel_requests() - For all that needs no wrapping; belongs to @k. */
struct sotto *kernel_requests(const struct kernel *k);

/** kernel_error() - The sentence to the last failed request. */
const char *kernel_error(const struct kernel *k);

/** kernel_require() - See to it that a rule says "require" for our own sockets on @port. */
int kernel_require(struct kernel *k, uint16_t port);

/** kernel_find_flow() - Return: 0 with @flow filled from the flow with its addresses, -ENOENT. */
int kernel_find_flow(struct kernel *k, struct sotto_flow *flow);

/** kernel_key() - Install a key that ZRTP has agreed; it is not in use yet. */
int kernel_key(struct kernel *k, uint64_t flow_id, enum sotto_dir dir,
	       const struct zrtp_srtp *srtp);

/** kernel_send() - Send on a flow. */
int kernel_send(struct kernel *k, uint64_t flow_id, enum sotto_packet_kind kind, const void *data,
		size_t len);

#endif
