/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of the kernel as the pure half of module/ needs, so that it runs in a
 * process under ASan and UBSan. One thread: locks do nothing, and a grace period
 * is over at once, so that any use after it is a use after free.
 */
#ifndef SOTTO_KSHIM_H
#define SOTTO_KSHIM_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef int64_t s64;
typedef uint16_t __be16;
typedef unsigned int gfp_t;

#define U32_MAX			UINT32_MAX
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define sizeof_field(type, m)	sizeof(((type *)NULL)->m)
#define container_of(p, type, m) ((type *)((char *)(p) - offsetof(type, m)))
#define likely(x)		(x)
#define unlikely(x)		(x)
#define __maybe_unused		__attribute__((unused))
#ifndef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#endif
#define noinline		__attribute__((noinline))
#define __aligned(n)		__attribute__((aligned(n)))
#define BUILD_BUG_ON(x)		_Static_assert(!(x), #x)
#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define swap(a, b)				\
	do {					\
		typeof(a) t_ = (a);		\
		(a) = (b);			\
		(b) = t_;			\
	} while (0)
#define ilog2(n)		(31 - __builtin_clz(n))

/* Unaligned big-endian numbers. */
static inline u16 get_unaligned_be16(const void *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static inline u32 get_unaligned_be32(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static inline void put_unaligned_be32(u32 v, void *p)
{
	v = htobe32(v);
	memcpy(p, &v, sizeof(v));
}

static inline u64 get_unaligned_be64(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

static inline void put_unaligned_be64(u64 v, void *p)
{
	v = htobe64(v);
	memcpy(p, &v, sizeof(v));
}

/* In the machine's order. */
#define get_unaligned(p)				\
	({						\
		typeof(*(p)) v_;			\
		memcpy(&v_, (p), sizeof(v_));		\
		v_;					\
	})
#define put_unaligned(v, p)				\
	do {						\
		typeof(*(p)) v_ = (v);			\
		memcpy((p), &v_, sizeof(v_));		\
	} while (0)

/* Errors in pointers. */
static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline bool IS_ERR(const void *p)
{
	return (unsigned long)p >= (unsigned long)-4095L;
}

/* Memory; see kshim.c for the faults and the watch. */
#define GFP_KERNEL	1U
#define GFP_ATOMIC	2U
#define __GFP_NOWARN	4U

void *kzalloc(size_t size, gfp_t gfp);
void *kmalloc(size_t size, gfp_t gfp);
#define kmalloc_array(n, size, gfp)	kmalloc((n) * (size), gfp)
void *kmemdup(const void *p, size_t len, gfp_t gfp);
void kfree(const void *p);
void kfree_sensitive(const void *p);
#define kvcalloc(n, size, gfp)	kzalloc((n) * (size), gfp)
#define kvfree(p)		kfree(p)

#define memzero_explicit(p, len)	explicit_bzero(p, len)

/* The n-th allocation from now fails, and only that; 0: none does. */
void kshim_fail_alloc(unsigned int n);
bool kshim_alloc_failed(void);
/* From now on kfree() of memory that holds these bytes aborts. NULL: none. */
void kshim_watch_secret(const void *secret, size_t len);

/* Locks: taken twice, let go untaken or taken where a softirq may come is a bug. */
typedef struct {
	bool held;
} spinlock_t;

extern unsigned int kshim_bh_off;

static inline void local_bh_disable(void)
{
	kshim_bh_off++;
}

static inline void local_bh_enable(void)
{
	assert(kshim_bh_off);
	kshim_bh_off--;
}

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->held = false;
}

static inline void spin_lock(spinlock_t *lock)
{
	assert(kshim_bh_off);
	assert(!lock->held);
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	assert(lock->held);
	lock->held = false;
}

static inline void spin_lock_bh(spinlock_t *lock)
{
	local_bh_disable();
	spin_lock(lock);
}

static inline void spin_unlock_bh(spinlock_t *lock)
{
	spin_unlock(lock);
	local_bh_enable();
}

/* Atomics and bits. */
typedef struct {
	s64 counter;
} atomic64_t;

static inline s64 atomic64_inc_return(atomic64_t *a)
{
	return ++a->counter;
}

static inline s64 atomic64_read(const atomic64_t *a)
{
	return a->counter;
}

static inline void atomic64_set(atomic64_t *a, s64 v)
{
	a->counter = v;
}

static inline bool test_and_set_bit(long bit, unsigned long *flags)
{
	bool was = *flags >> bit & 1;

	*flags |= 1UL << bit;
	return was;
}

static inline bool test_bit(long bit, const unsigned long *flags)
{
	return *flags >> bit & 1;
}

#define smp_rmb()			((void)0)
#define READ_ONCE(x)			(*(const volatile typeof(x) *)&(x))
#define smp_store_release(p, v)		(*(p) = (v))

/* RCU. */
#define __rcu

struct rcu_head {
	int unused;
};

#define rcu_read_lock()				((void)0)
#define rcu_read_unlock()			((void)0)
#define rcu_barrier()				((void)0)
#define rcu_dereference(p)			(p)
#define rcu_dereference_protected(p, cond)	(p)
#define rcu_access_pointer(p)			(p)
#define rcu_assign_pointer(p, v)		((p) = (v))
#define RCU_INIT_POINTER(p, v)			((p) = (v))
#define kfree_rcu(p, member)			kfree(p)
#define call_rcu(head, fn)			(fn)(head)

/* Work after a grace period. */
struct work_struct {
	void (*fn)(struct work_struct *work);
};

struct rcu_work {
	struct work_struct work;
};

struct workqueue_struct;

#define WQ_UNBOUND			1
#define alloc_workqueue(name, ...)	((struct workqueue_struct *)(name))
#define destroy_workqueue(wq)		((void)(wq))
#define to_rcu_work(w)			container_of(w, struct rcu_work, work)
#define INIT_RCU_WORK(rw, f)		((rw)->work.fn = (f))
#define queue_rcu_work(wq, rw)		((void)(wq), (rw)->work.fn(&(rw)->work))

/* Lists. */
struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **link;	/* what points here */
};

struct hlist_head {
	struct hlist_node *first;
};

#define INIT_HLIST_HEAD(head)	((head)->first = NULL)

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	node->link = &head->first;
	if (node->next)
		node->next->link = &node->next;
	head->first = node;
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	*node->link = node->next;
	if (node->next)
		node->next->link = node->link;
}

#define hlist_entry_or_null(p, type, m) ((p) ? container_of(p, type, m) : NULL)

#define hlist_for_each_entry(pos, head, m)					\
	for (pos = hlist_entry_or_null((head)->first, typeof(*pos), m); pos;	\
	     pos = hlist_entry_or_null(pos->m.next, typeof(*pos), m))
#define hlist_for_each_entry_rcu	hlist_for_each_entry
#define hlist_for_each_entry_safe(pos, n, head, m)				\
	for (pos = hlist_entry_or_null((head)->first, typeof(*pos), m);		\
	     pos && (n = pos->m.next, true);					\
	     pos = hlist_entry_or_null(n, typeof(*pos), m))

static inline u32 hash_32(u32 value, unsigned int bits)
{
	return value * 0x9e3779b9U >> (32 - bits);
}

/* Hash table of fixed-size keys; the shim's is a list. */
struct rhash_head {
	struct hlist_node node;
};

struct rhashtable_params {
	size_t key_len;
	size_t key_offset;
	size_t head_offset;
};

struct rhashtable {
	struct hlist_head all;
	struct rhashtable_params params;
};

int rhashtable_init(struct rhashtable *ht, const struct rhashtable_params *params);
int rhashtable_lookup_insert_fast(struct rhashtable *ht, struct rhash_head *obj,
				  struct rhashtable_params params);
void rhashtable_free_and_destroy(struct rhashtable *ht, void (*free_fn)(void *, void *),
				 void *arg);

/* Keyed hash and randomness, from libsodium. */
typedef struct {
	u8 key[16];
} siphash_key_t;

u64 siphash(const void *data, size_t len, const siphash_key_t *key);
void get_random_bytes(void *out, size_t len);
u32 get_random_u32(void);

/* Time is what a test says that it is. */
#define HZ			1000
extern unsigned long jiffies;
#define jiffies_to_msecs(j)	(j)

/* Extended acknowledgement. */
struct netlink_ext_ack {
	const char *_msg;
};

#define NL_SET_ERR_MSG(extack, msg)		\
	do {					\
		if (extack)			\
			(extack)->_msg = (msg);	\
	} while (0)

#endif /* SOTTO_KSHIM_H */
