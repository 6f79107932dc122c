/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where peers are kept: SQLite, each row sealed whole with a key of its own.
 *
 * A stolen disk names nobody: the file holds row numbers, keyed hashes of ZID
 * and name to find a row by, and boxes of one size. Forgetting a peer destroys
 * the row's key, in the database and in the log before that is cut off, so that
 * what may be left of the box elsewhere stays shut.
 *
 * Every change is one transaction and on disk when the function returns.
 */
#ifndef SOTTOD_STORE_H
#define SOTTOD_STORE_H

#include <stdint.h>

#include "peer.h"
#include "seal.h"

struct store;

/**
 * store_open() - Open or make peers.db.
 * @out: the caller owns it, free with store_close()
 * @state_dir: where it is
 * @seal: must outlive the store
 *
 * Return: 0; -EKEYREJECTED when it was sealed with another key; -EPROTO when a
 * newer sottod has written it, and it is left as it is; another negative errno.
 */
int store_open(struct store **out, const char *state_dir, const struct seal *seal);
void store_close(struct store *s);

/* Each fills @out. Return: 0, -ENOENT, -EBADMSG for a spoilt row, -EIO. */
int store_get(struct store *s, uint64_t id, struct peer *out);
int store_find_name(struct store *s, uint32_t uid, const char *name, struct peer *out);
int store_find_zid(struct store *s, const uint8_t zid[ZRTP_ZID_LEN], struct peer *out);

/**
 * store_each() - All rows, by age.
 * @cb: returns 0 to go on; anything else ends it and is returned. Must not
 *	change the store
 *
 * Ends with -EBADMSG at a spoilt row: who looks for somebody must not miss her for that.
 */
int store_each(struct store *s, int (*cb)(const struct peer *p, void *arg), void *arg);

/**
 * store_survey() - The same, past rows that are spoilt, of which nothing but the number is known.
 * @spoilt: is told that number; otherwise like @cb
 */
int store_survey(struct store *s, int (*cb)(const struct peer *p, void *arg),
		 int (*spoilt)(uint64_t id, void *arg), void *arg);

/* As store_each(), those that a person has named, or only those that softphones have met. */
int store_each_named(struct store *s, int (*cb)(const struct peer *p, void *arg), void *arg);
int store_each_unnamed(struct store *s, int (*cb)(const struct peer *p, void *arg), void *arg);

/** store_put() - Write a row; one with id 0 is new and is given its id. */
int store_put(struct store *s, struct peer *p);

/** store_merge() - Write @p and forget row @from, in one transaction. */
int store_merge(struct store *s, struct peer *p, uint64_t from);

/**
 * store_together() - All that @change does to the store is one transaction.
 *
 * Return: what @change does, 0 or a negative errno, and then nothing has changed; or why it
 * could not be written.
 */
int store_together(struct store *s, int (*change)(void *arg), void *arg);

/** store_forget() - Destroy a row for good. Return: 0, -ENOENT, -EIO. */
int store_forget(struct store *s, uint64_t id);

/**
 * store_forget_name() - The same for the row of that name, also if it cannot be read.
 * @id: which it was
 */
int store_forget_name(struct store *s, uint32_t uid, const char *name, uint64_t *id);

/* What people have said once for all; a number from 1 on, never used again. */
enum store_setting { STORE_STRANGERS = 1 };

/** store_setting() - Return: 1 yes, 0 no, -ENOENT nobody has said, -EBADMSG, -EIO. */
int store_setting(struct store *s, enum store_setting setting);
int store_set(struct store *s, enum store_setting setting, bool yes);

#endif
