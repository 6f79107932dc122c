/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which tx keys this module has used, on any flow of any netns, for as long as
 * it is loaded. Holds a keyed hash of each, never the key.
 */
#ifndef SOTTO_USED_KEYS_H
#define SOTTO_USED_KEYS_H

#include <linux/types.h>

u64 sotto_key_print(const u8 *master, unsigned int master_len, const u8 *salt,
		    unsigned int salt_len);
int sotto_used_keys_add(u64 print);

int sotto_used_keys_init(void);
void sotto_used_keys_exit(void);

#endif /* SOTTO_USED_KEYS_H */
