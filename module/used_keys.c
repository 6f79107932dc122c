// SPDX-License-Identifier: GPL-2.0-only
/*
 * Used tx keys. A key that is installed a second time begins again at index 0:
 * the same keystream would cover two different packets.
 */
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kdf.h"
#include "used_keys.h"

struct used_key {
	struct rhash_head node;
	u64 print;
};

static const struct rhashtable_params used_keys_params = {
	.key_len = sizeof_field(struct used_key, print),
	.key_offset = offsetof(struct used_key, print),
	.head_offset = offsetof(struct used_key, node),
};

static struct rhashtable used_keys;
static siphash_key_t print_key;

/**
 * sotto_key_print() - Keyed hash by which a master key is known again.
 * @master: master key, at most SOTTO_KEY_LEN_MAX bytes
 * @master_len: bytes
 * @salt: master salt, at most SOTTO_SALT_LEN_MAX bytes
 * @salt_len: bytes
 *
 * The profile is left out on purpose: two profiles derive the same session key.
 * So is the length of a salt: shorter ones are filled up with zeros there too.
 *
 * Context: any. Return: the hash, meaningless outside this boot of the module.
 */
u64 sotto_key_print(const u8 *master, unsigned int master_len, const u8 *salt,
		    unsigned int salt_len)
{
	u8 both[SOTTO_KEY_LEN_MAX + SOTTO_SALT_LEN_MAX] = {};
	u64 print;

	memcpy(both, master, master_len);
	memcpy(both + SOTTO_KEY_LEN_MAX, salt, salt_len);
	print = siphash(both, sizeof(both), &print_key);
	memzero_explicit(both, sizeof(both));
	return print;
}

/**
 * sotto_used_keys_add() - Remember a tx key as used.
 * @print: its sotto_key_print()
 *
 * Context: process, may sleep.
 * Return: 0; -EEXIST if it was used before; another negative errno.
 */
int sotto_used_keys_add(u64 print)
{
	struct used_key *used = kmalloc(sizeof(*used), GFP_KERNEL);
	int err;

	if (!used)
		return -ENOMEM;
	used->print = print;
	err = rhashtable_lookup_insert_fast(&used_keys, &used->node, used_keys_params);
	if (err)
		kfree(used);
	return err;
}

/**
 * sotto_used_keys_init() - Begin with no used key.
 *
 * Context: process, may sleep. Return: 0 or a negative errno.
 */
int sotto_used_keys_init(void)
{
	get_random_bytes(&print_key, sizeof(print_key));
	return rhashtable_init(&used_keys, &used_keys_params);
}

static void free_used_key(void *used, void *unused)
{
	kfree(used);
}

/**
 * sotto_used_keys_exit() - Forget all.
 *
 * Context: process, may sleep.
 */
void sotto_used_keys_exit(void)
{
	rhashtable_free_and_destroy(&used_keys, free_used_key, NULL);
	memzero_explicit(&print_key, sizeof(print_key));
}
