/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pretended kernel for the tests of libsotto: stands in for libmnl's sockets. The
 * test lays down what will be received and looks at what was sent.
 */
#ifndef LIBSOTTO_KERNEL_H
#define LIBSOTTO_KERNEL_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_FAMILY	31
#define KERNEL_GROUP	7

/* Forgets all; then the family can be asked for once per socket that is opened. */
void kernel_reset(bool module_is_loaded);

/* The request sent last, family lookups left out. NULL: none. */
const struct nlmsghdr *kernel_asked(void);

/*
 * The next message to be received. Its sequence number is that of the request before
 * it, unless it is a notice. What follows goes into the same datagram until
 * kernel_datagram().
 */
struct nlmsghdr *kernel_message(uint16_t type, uint16_t flags);
struct nlmsghdr *kernel_answer(uint8_t cmd, uint16_t flags);
struct nlmsghdr *kernel_notice(uint8_t cmd);
void kernel_datagram(void);

/* Ends: ACK, or an error with the sentence @msg, which may be NULL. */
void kernel_ack(void);
void kernel_error(int err, const char *msg);
void kernel_done(void);

/* The next datagram is cut to @len bytes. */
void kernel_cut(size_t len);

/* Instead of a datagram, recvfrom() fails so. */
void kernel_fails(int err);

/* Has somebody asked to be told of families that come and go? */
bool kernel_hears_families(void);

/* How many sockets are open. */
unsigned int kernel_sockets(void);

#endif /* LIBSOTTO_KERNEL_H */
