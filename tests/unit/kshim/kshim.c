// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that can fail and be watched, hash table, randomness.
 */
#include <malloc.h>
#include <sodium.h>

#include "kshim.h"

unsigned int kshim_bh_off;
unsigned long jiffies;

static unsigned int fail_countdown;
static bool failed;
static const void *secret;
static size_t secret_len;

void kshim_fail_alloc(unsigned int n)
{
	fail_countdown = n;
	failed = false;
}

bool kshim_alloc_failed(void)
{
	return failed;
}

void kshim_watch_secret(const void *s, size_t len)
{
	secret = s;
	secret_len = len;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (fail_countdown && !--fail_countdown) {
		failed = true;
		return NULL;
	}
	return malloc(size);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	if (p)
		memset(p, 0, size);
	return p;
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}

void kfree(const void *p)
{
	if (p && secret && memmem(p, malloc_usable_size((void *)p), secret, secret_len))
		abort();
	free((void *)p);
}

void kfree_sensitive(const void *p)
{
	if (p)
		explicit_bzero((void *)p, malloc_usable_size((void *)p));
	kfree(p);
}

int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params)
{
	INIT_HLIST_HEAD(&ht->all);
	ht->params = *params;
	return 0;
}

int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *obj,
				  struct rhashtable_params params)
{
	const char *new = (const char *)obj - params.head_offset;
	struct rhash_head *old;

	hlist_for_each_entry(old, &ht->all, node) {
		const char *entry = (const char *)old - params.head_offset;

		if (!memcmp(entry + params.key_offset, new + params.key_offset, params.key_len))
			return -EEXIST;
	}
	hlist_add_head_rcu(&obj->node, &ht->all);
	return 0;
}

void rhashtable_free_and_destroy(struct rhashtable *ht, void (*free_fn)(void *, void *),
				 void *arg)
{
	struct rhash_head *obj;
	struct hlist_node *next;

	hlist_for_each_entry_safe(obj, next, &ht->all, node)
		free_fn((char *)obj - ht->params.head_offset, arg);
}

u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	u64 out;

	_Static_assert(sizeof(out) == crypto_shorthash_BYTES, "SipHash-2-4");
	crypto_shorthash((u8 *)&out, data, len, key->key);
	return out;
}

void get_random_bytes(void *out, size_t len)
{
	randombytes_buf(out, len);
}

u32 get_random_u32(void)
{
	return randombytes_random();
}
