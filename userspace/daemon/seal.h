/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sottod writes to disk is sealed: XChaCha20-Poly1305 with keys derived
 * from one master key, and looked up by keyed hash.
 */
#ifndef SOTTOD_SEAL_H
#define SOTTOD_SEAL_H

#include <stddef.h>
#include <stdint.h>

#define SEAL_KEY_LEN	32
#define SEAL_INDEX_LEN	32
#define SEAL_OVERHEAD	40	/* nonce 24, tag 16 */

/* What a derived key is for; the numbers are part of the format on disk. */
enum seal_purpose {
	SEAL_ROW_KEY = 1,	/* wraps the keys of the store's rows */
	SEAL_RECORD,		/* records of running calls */
	SEAL_ZID,		/* index of ZIDs */
	SEAL_NAME,		/* index of (uid, name) */
	SEAL_CHECK,		/* tells a wrong master key from a spoilt store */
	SEAL_SETTING,		/* what people have said once for all */
};

struct seal;

/**
 * seal_load() - Get the master key.
 * @out: the caller owns it, free with seal_free()
 * @state_dir: where the key file is, or is made when there is no credential
 *
 * The systemd credential "sotto.key" if there is one, else the file sotto.key
 * in @state_dir, made at first use. Return: 0; -EKEYREJECTED for a key of the
 * wrong length or a file that others may read; another negative errno.
 */
int seal_load(struct seal **out, const char *state_dir);

/** seal_new() - From a key in memory, which is copied. */
int seal_new(struct seal **out, const uint8_t master[SEAL_KEY_LEN]);

/** seal_free() - Wipes. @s may be NULL. */
void seal_free(struct seal *s);

/**
 * seal_close_box() - Encrypt @len bytes to @len + SEAL_OVERHEAD bytes.
 * @ad: what the box belongs to; it opens with the same only
 */
void seal_close_box(const struct seal *s, enum seal_purpose purpose, const void *ad, size_t ad_len,
		    const void *in, size_t len, uint8_t *out);

/** seal_open_box() - Decrypt to @len - SEAL_OVERHEAD bytes. Return: 0 or -EBADMSG. */
int seal_open_box(const struct seal *s, enum seal_purpose purpose, const void *ad, size_t ad_len,
		  const uint8_t *in, size_t len, void *out);

/** seal_index() - A keyed hash, to find something by without writing it down. */
void seal_index(const struct seal *s, enum seal_purpose purpose, const void *in, size_t len,
		uint8_t out[SEAL_INDEX_LEN]);

/* The same with a key of the caller's: each row of the store has its own. */
void seal_close_box_with(const uint8_t key[SEAL_KEY_LEN], const void *ad, size_t ad_len,
			 const void *in, size_t len, uint8_t *out);
int seal_open_box_with(const uint8_t key[SEAL_KEY_LEN], const void *ad, size_t ad_len,
		       const uint8_t *in, size_t len, void *out);

#endif
