/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people type for a rule, as numbers. Pure but for the lookups they name. */
#ifndef RULE_WORDS_H
#define RULE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/** rule_ports() - "5004" or "16384-32767". Return: are these ports, the first not the greater? */
bool rule_ports(const char *text, uint16_t *least, uint16_t *most);

/** rule_family() - "ipv4" or "ipv6". */
bool rule_family(const char *text, uint16_t *family);

/**
 * rule_peer() - A network, "192.0.2.0/24" or "2001:db8::/32", or a host.
 * @addr: 16 bytes; of IPv4 the first four are used
 */
bool rule_peer(const char *text, uint16_t *family, uint8_t *addr, uint8_t *len);

/** rule_number() - A whole decimal number, nothing before or behind it. */
bool rule_number(const char *text, int64_t least, int64_t most, int64_t *out);

/** rule_user() - A user's name or number. */
bool rule_user(const char *text, uint32_t *uid);

/** rule_cgroup() - A cgroup v2's id, or its path, absolute or below /sys/fs/cgroup. */
bool rule_cgroup(const char *text, uint64_t *id);

/**
 * rule_device() - A network device's name, which need not be there.
 *
 * Return: has it 1 to 15 letters, digits, dots, dashes and underscores, and nothing else?
 */
bool rule_device(const char *text);

#endif
