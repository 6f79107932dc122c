/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the SIP messages of this machine's programs can be seen, when sottod.conf asks for it:
 * nftables copies what goes to and comes from one UDP port to a netfilter log group of ours.
 * Nothing is held up or changed, and nothing of it is read here.
 */
#ifndef SOTTOD_SIGNALLING_H
#define SOTTOD_SIGNALLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct signalling;

/** signalling_fn - A packet from its IP header on. @sent: from this machine */
typedef void (*signalling_fn)(bool sent, const uint8_t *data, size_t len, void *arg);

/**
 * signalling_open() - Begin.
 * @out: the caller owns it, free with signalling_close(): nftables is then as it was
 * @port: of SIP, host byte order
 *
 * Needs CAP_NET_ADMIN and no other right. Return: 0 or a negative errno.
 */
int signalling_open(struct signalling **out, uint16_t port, signalling_fn fn, void *arg);
void signalling_close(struct signalling *s);

int signalling_fd(const struct signalling *s);

/** signalling_dispatch() - Take what is there. Return: 0, or a negative errno: it has ended. */
int signalling_dispatch(struct signalling *s);

#endif
