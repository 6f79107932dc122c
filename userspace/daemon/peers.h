/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the store, and changes of it, that people and calls have. */
#ifndef SOTTOD_PEERS_H
#define SOTTOD_PEERS_H

#include "store.h"

/**
 * peers_pair() - Name a peer, or give the one of that name other hints.
 * @addresses: NULL-terminated, as people write them
 * @port: for those that name none
 * @id: set to the row
 *
 * Return: 1 for a new one, 0 for one that was there, -EINVAL for a name or an
 * address that cannot be one, -E2BIG for too many addresses, another errno.
 */
int peers_pair(struct store *s, uint32_t uid, const char *name, char *const *addresses,
	       uint16_t port, uint64_t *id);

/**
 * peers_agree() - The same, with what both persons have agreed on for the first call.
 * @addresses: none: the hints stay as they are
 * @code: copied
 * @weak: a person has chosen it
 */
int peers_agree(struct store *s, uint32_t uid, const char *name, char *const *addresses,
		uint16_t port, const uint8_t code[PEER_CODE_LEN], bool weak, uint64_t *id);

#define PEERS_DEVICES_MAX	8

/**
 * peers_devices() - The rows that a name means: PERSON/DEVICE one, PERSON all of hers.
 * @ids: set, whom we talked to last first
 *
 * Return: how many, at most PEERS_DEVICES_MAX; -ENOENT for none; another negative errno.
 */
int peers_devices(struct store *s, uint32_t uid, const char *name,
		  uint64_t ids[PEERS_DEVICES_MAX]);

/**
 * peers_coded() - Whom somebody unknown at @addr may be, as far as a code could tell.
 *
 * Whoever calls from anywhere is tried with a code only if just one waits, and it cannot be
 * guessed: what is tried on an exchange can be searched for at leisure.
 *
 * Return: 0, -ENOENT, or another negative errno.
 */
int peers_coded(struct store *s, const struct sotto_addr *addr, struct peer *out);

/** peers_claimed() - The first named peer that we have not met yet and look for at @addr. */
int peers_claimed(struct store *s, const struct sotto_addr *addr, struct peer *out);

/** peers_expected() - The peer of @uid that we look for at @addr, rather one whom we have met. */
int peers_expected(struct store *s, uint32_t uid, const struct sotto_addr *addr,
		   struct peer *out);

/** peers_met_at() - Whom a program of @uid met last at @addr, and nobody has named. */
int peers_met_at(struct store *s, uint32_t uid, const struct sotto_addr *addr, struct peer *out);

#endif
