/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of a backup's file: how the key of the box behind it comes from a passphrase.
 * Pure but for randomness: no bus, no files.
 */
#ifndef CLI_BACKUP_HEAD_H
#define CLI_BACKUP_HEAD_H

#include <stddef.h>
#include <stdint.h>

#define BACKUP_KEY_LEN		32
#define BACKUP_HEAD_LEN		48
#define BACKUP_PASSPHRASE_MIN	12	/* bytes */
#define BACKUP_PASSPHRASE_MAX	512

/** backup_head_make() - A fresh salt, and what a guess costs with today's machines. */
void backup_head_make(uint8_t head[BACKUP_HEAD_LEN]);

/**
 * backup_head_check() - Is this the head of a backup that can be opened here?
 *
 * Return: 0; -EINVAL if it is no backup; -EPROTO if a newer sotto has written it; -E2BIG if
 * it wants more work than any that sotto has written, and may be meant to do harm.
 */
int backup_head_check(const uint8_t head[BACKUP_HEAD_LEN]);

/** backup_key() - Argon2id. The caller wipes @key. Return: 0 or -ENOMEM. */
int backup_key(const uint8_t head[BACKUP_HEAD_LEN], const char *passphrase,
	       uint8_t key[BACKUP_KEY_LEN]);

#endif
