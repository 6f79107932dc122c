/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as people write them. Pure: nothing is looked up. */
#ifndef SOTTOD_ADDR_H
#define SOTTOD_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sotto.h"

#define ADDR_TEXT_MAX	64	/* "[v6]:port" and its zero */

/**
 * addr_parse() - "v4", "v4:port", "v6", "[v6]", "[v6]:port"
 * @port: what holds when none is given, host byte order
 *
 * Names are looked up by the CLI: sottod asks nobody where a peer is.
 *
 * Return: 0, or -EINVAL for what is no numeric address.
 */
int addr_parse(const char *text, uint16_t port, struct sotto_addr *out);

/** addr_format() - "192.0.2.7:7686", "[2001:db8::7]:7686", or "" for no address. */
void addr_format(const struct sotto_addr *addr, char buf[ADDR_TEXT_MAX]);

uint16_t addr_port(const struct sotto_addr *addr);	/* host byte order, 0 for no address */
void addr_set_port(struct sotto_addr *addr, uint16_t port);	/* likewise */
bool addr_same_host(const struct sotto_addr *a, const struct sotto_addr *b);
bool addr_same(const struct sotto_addr *a, const struct sotto_addr *b);
socklen_t addr_len(const struct sotto_addr *addr);

#endif
