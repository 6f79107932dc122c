/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as people write them. Pure: nothing is looked up. */
#ifndef SOTTOD_ADDR_H
#define SOTTOD_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sotto.h"

#define ADDR_HOST_MAX	254	/* a DNS name, RFC 1035 2.3.4, with its zero */
#define ADDR_TEXT_MAX	64	/* "[v6%scope]:port" and its zero */

/**
 * struct addr_hint - where somebody may be
 * @host: numeric address or DNS name
 * @port: host byte order
 */
struct addr_hint {
	char host[ADDR_HOST_MAX];
	uint16_t port;
};

/**
 * addr_hint_parse() - "host", "host:port", "v6", "[v6]", "[v6]:port"
 * @port: what holds when none is given
 *
 * Return: 0, or -EINVAL for what can be neither an address nor a DNS name.
 */
int addr_hint_parse(const char *text, uint16_t port, struct addr_hint *out);

/** addr_hint_format() - The shortest text that addr_hint_parse() reads as the same. */
void addr_hint_format(const struct addr_hint *hint, uint16_t port, char *buf, size_t len);

/** addr_numeric() - Return: 0 with @out filled, -EINVAL when @hint is a DNS name. */
int addr_numeric(const struct addr_hint *hint, struct sotto_addr *out);

/** addr_format() - "192.0.2.7:7686", "[2001:db8::7]:7686", or "" for no address. */
void addr_format(const struct sotto_addr *addr, char buf[ADDR_TEXT_MAX]);

/** addr_to_hint() - An address as a hint. */
void addr_to_hint(const struct sotto_addr *addr, struct addr_hint *out);

uint16_t addr_port(const struct sotto_addr *addr);	/* host byte order, 0 for no address */
bool addr_same_host(const struct sotto_addr *a, const struct sotto_addr *b);
bool addr_same(const struct sotto_addr *a, const struct sotto_addr *b);
socklen_t addr_len(const struct sotto_addr *addr);

#endif
