/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All peers of a person, or of everybody, in one box that is opened with a key which is
 * not this machine's: libsodium's secretstream, a chunk of one size for each peer and a
 * last one that says how many there were, so that nothing can be cut off or swapped.
 */
#ifndef SOTTOD_BACKUP_H
#define SOTTOD_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

#define BACKUP_KEY_LEN	32
#define BACKUP_ALL	UINT32_MAX	/* everybody's peers, which is root's to ask for */

/**
 * backup_make() - Seal what is kept.
 * @uid: whose; the box does not say so, and whoever restores it has them then. BACKUP_ALL:
 *	everybody's, and to whom each belongs
 * @head: what the box belongs to: it opens with the same only
 * @out: the caller frees it
 *
 * Return: 0, -ENOMEM, or as store_each().
 */
int backup_make(struct store *s, uint32_t uid, const uint8_t key[BACKUP_KEY_LEN], const void *head,
		size_t head_len, uint8_t **out, size_t *out_len);

/**
 * backup_restore() - Add the peers of a box to the store, all or none.
 * @uid: who asks; 0 may give back what is anybody's
 * @added: set to how many were
 * @kept: set to how many were not, since the store has that ZID or that name already, or they
 *	are somebody else's
 *
 * Return: 0; -EBADMSG for another key, another head, or a box that is spoilt or not whole;
 * another negative errno of the store, and nothing was added.
 */
int backup_restore(struct store *s, uint32_t uid, const uint8_t key[BACKUP_KEY_LEN],
		   const void *head, size_t head_len, const uint8_t *box, size_t len,
		   unsigned int *added, unsigned int *kept);

#endif
