/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UDP sockets of direct calls. sottod itself never reads from one: what
 * comes in is the kernel module's, or the holder's of a call's socket.
 */
#ifndef SOTTOD_MEDIA_H
#define SOTTOD_MEDIA_H

#include <stdint.h>

#include "sotto.h"

struct media;

/**
 * media_listen() - Be there on the port, for IPv4 and IPv6.
 * @out: the caller owns it, free with media_free()
 * @port: host byte order
 *
 * What no call's socket takes ends here and is thrown away by the kernel. Without
 * IPv6 on this machine IPv4 alone will do. Return: 0 or a negative errno.
 */
int media_listen(struct media **out, uint16_t port);
void media_free(struct media *m);

/** media_connect() - A call's socket. Return: the descriptor, the caller's, or a negative errno. */
int media_connect(const struct sotto_addr *local, const struct sotto_addr *remote);

/** media_follow() - The other end has another address now. Return: 0 or a negative errno. */
int media_follow(int fd, const struct sotto_addr *remote);

/** media_revoke() - Close it, also for those who have a duplicate. */
void media_revoke(int fd);

#endif
