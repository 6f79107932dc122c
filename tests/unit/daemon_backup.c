// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept of peers goes to another machine: whole, and with the right key only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "backup.h"
#include "daemon_dir.h"

#define HER		1000
#define HIM		1001
#define HEAD		"some head"
#define HEAD_LEN	(sizeof(HEAD) - 1)

static const uint8_t key[BACKUP_KEY_LEN] = "the key of these tests";

struct machine {
	char dir[256];
	struct seal *seal;
	struct store *store;
};

struct boxed {
	uint8_t *box;
	size_t len;
	unsigned int added, kept;
};

static struct machine old, fresh;

static int machine_up(struct machine *m, const char *parent, const char *name)
{
	uint8_t master[SEAL_KEY_LEN];

	snprintf(m->dir, sizeof(m->dir), "%s/%s", parent, name);
	randombytes_buf(master, sizeof(master));
	return mkdir(m->dir, 0700) || seal_new(&m->seal, master) ||
	       store_open(&m->store, m->dir, m->seal);
}

static void machine_down(struct machine *m)
{
	store_close(m->store);
	seal_free(m->seal);
}

static int setup(void **state)
{
	return dir_setup(state) || machine_up(&old, *state, "old") ||
	       machine_up(&fresh, *state, "fresh");
}

static int teardown(void **state)
{
	machine_down(&old);
	machine_down(&fresh);
	return dir_teardown(state);
}

static struct peer *add(struct machine *m, uint32_t uid, const char *name, uint8_t seed)
{
	struct peer *p = peer_new();

	assert_non_null(p);
	p->uid = uid;
	snprintf(p->name, sizeof(p->name), "%s", name);
	addr_parse("192.0.2.199", 7686, &p->hints[0]);
	p->n_hints = 1;
	memset(p->peer_zid, seed, sizeof(p->peer_zid));
	memset(p->rs1, 0x80 + seed, sizeof(p->rs1));
	p->has_zid = p->has_rs1 = p->verified = true;
	assert_int_equal(store_put(m->store, p), 0);
	return p;
}

static struct boxed make(uint32_t uid)
{
	struct boxed b = { 0 };

	assert_int_equal(backup_make(old.store, uid, key, HEAD, HEAD_LEN, &b.box, &b.len), 0);
	return b;
}

static int restore(struct boxed *b, uint32_t uid)
{
	return backup_restore(fresh.store, uid, key, HEAD, HEAD_LEN, b->box, b->len, &b->added,
			      &b->kept);
}

static int count(const struct peer *p, void *arg)
{
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int rows(void)
{
	unsigned int n = 0;

	assert_int_equal(store_each(fresh.store, count, &n), 0);
	return n;
}

static void assert_same(const struct peer *p, uint32_t uid)
{
	_cleanup_peer_ struct peer *q = peer_new(), *expected = peer_new();
	uint8_t a[PEER_PACKED_LEN], b[PEER_PACKED_LEN];

	*expected = *p;
	expected->uid = uid;
	assert_int_equal(store_find_zid(fresh.store, p->peer_zid, q), 0);
	peer_pack(expected, a);
	peer_pack(q, b);
	assert_memory_equal(a, b, sizeof(a));
}

static void a_persons_peers_come_back_as_they_were(void **state)
{
	_cleanup_peer_ struct peer *bob = add(&old, HER, "Bob", 1), *nobody = add(&old, HER, "", 2);
	_cleanup_peer_ struct peer *other = add(&old, HIM, "Bob", 3), *q = peer_new();
	struct boxed b = make(HER);

	assert_int_equal(restore(&b, HER + 100), 0);	/* who has another number there */
	assert_int_equal(b.added, 2);
	assert_int_equal(b.kept, 0);
	assert_same(bob, HER + 100);
	assert_same(nobody, HER + 100);
	assert_int_equal(store_find_name(fresh.store, HER + 100, "Bob", q), 0);
	assert_int_equal(store_find_zid(fresh.store, other->peer_zid, q), -ENOENT);
	free(b.box);
}

static void roots_backup_is_everybodys(void **state)
{
	_cleanup_peer_ struct peer *hers = add(&old, HER, "Bob", 1), *his = add(&old, HIM, "Bob", 2);
	struct boxed b = make(BACKUP_ALL);

	assert_int_equal(restore(&b, HER), 0);	/* she gets what is hers */
	assert_int_equal(b.added, 1);
	assert_int_equal(b.kept, 1);
	assert_same(hers, HER);
	assert_int_equal(restore(&b, 0), 0);
	assert_int_equal(b.added, 1);
	assert_int_equal(b.kept, 1);
	assert_same(his, HIM);
	free(b.box);
}

static void whom_the_store_knows_stays_as_she_is(void **state)
{
	_cleanup_peer_ struct peer *by_zid = add(&old, HER, "", 1), *by_name = add(&old, HER, "Bob", 2);
	_cleanup_peer_ struct peer *met = add(&fresh, HER, "Bob", 1), *q = peer_new();
	struct boxed b = make(HER);

	memset(met->rs1, 0x77, sizeof(met->rs1));	/* they have talked since */
	assert_int_equal(store_put(fresh.store, met), 0);
	assert_int_equal(restore(&b, HER), 0);
	assert_int_equal(b.added, 0);
	assert_int_equal(b.kept, 2);
	assert_same(met, HER);
	assert_int_equal(store_find_zid(fresh.store, by_name->peer_zid, q), -ENOENT);
	assert_int_equal(rows(), 1);
	free(b.box);
}

static void no_peers_are_a_backup_too(void **state)
{
	struct boxed b = make(HER);

	assert_int_equal(restore(&b, HER), 0);
	assert_int_equal(b.added + b.kept, 0);
	free(b.box);
}

static void many_peers_fit(void **state)
{
	struct boxed b;

	for (int i = 0; i < 40; i++)
		peer_free(add(&old, HER, "", i));
	b = make(HER);
	assert_int_equal(restore(&b, HER), 0);
	assert_int_equal(b.added, 40);
	free(b.box);
}

/* It lies about for years, and in other people's hands. */
static void a_box_names_nobody_and_is_another_each_time(void **state)
{
	_cleanup_peer_ struct peer *p = add(&old, HER, "Guinevere", 0x5c);
	struct boxed a = make(HER), b = make(HER);

	assert_null(memmem(a.box, a.len, "Guinevere", 9));
	assert_null(memmem(a.box, a.len, p->peer_zid, 6));
	assert_null(memmem(a.box, a.len, p->rs1, 6));
	assert_null(memmem(a.box, a.len, &p->hints[0].in.sin_addr, 4));
	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.box, b.box, a.len);
	free(a.box);
	free(b.box);
}

static void nothing_is_taken_that_is_not_as_it_was(void **state)
{
	uint8_t other_key[BACKUP_KEY_LEN];
	unsigned int added, kept;
	struct boxed b;

	peer_free(add(&old, HER, "Bob", 1));
	peer_free(add(&old, HER, "Carol", 2));
	b = make(HER);
	for (size_t i = 0; i < b.len; i += 13) {	/* each chunk of it, each kind of byte */
		b.box[i] ^= 0x10;
		assert_int_equal(restore(&b, HER), -EBADMSG);
		b.box[i] ^= 0x10;
	}
	for (size_t len = 0; len < b.len; len += len < 80 ? 1 : 41)	/* cut off */
		assert_int_equal(backup_restore(fresh.store, HER, key, HEAD, HEAD_LEN, b.box, len,
						&added, &kept), -EBADMSG);
	memcpy(other_key, key, sizeof(key));
	other_key[31] ^= 1;
	assert_int_equal(backup_restore(fresh.store, HER, other_key, HEAD, HEAD_LEN, b.box, b.len,
					&added, &kept), -EBADMSG);
	assert_int_equal(backup_restore(fresh.store, HER, key, "Some head", HEAD_LEN, b.box, b.len,
					&added, &kept), -EBADMSG);
	assert_int_equal(rows(), 0);
	assert_int_equal(restore(&b, HER), 0);	/* as it was, it is taken */
	assert_int_equal(rows(), 2);
	free(b.box);
}

/* D-Bus gives an empty one an address that is none. */
static void nor_a_box_with_nothing_in_it(void **state)
{
	struct boxed b = { .box = (uint8_t *)1 };

	assert_int_equal(restore(&b, HER), -EBADMSG);
}

/*
 * Whoever makes up a passphrase can seal a peer as sottod never would. Names are told on
 * D-Bus, to root all of them: one that is no text would hide all others from everybody.
 */
static void nor_a_name_that_is_none(void **state)
{
	static const char *const names[] = { "\xff\xfe", "Bob\nEve", "a/b/c", " Bob" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct boxed b;

		peer_free(add(&old, HER + i, names[i], 1 + i));
		b = make(HER + i);
		assert_int_equal(restore(&b, HER + i), -EBADMSG);
		free(b.box);
	}
	assert_int_equal(rows(), 0);
}

/* A peer taken out of the middle, and two that were swapped. */
static void nor_a_box_with_other_peers(void **state)
{
	const size_t header = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
	const size_t chunk = PEER_PACKED_LEN + crypto_secretstream_xchacha20poly1305_ABYTES;
	uint8_t first[PEER_PACKED_LEN + 64];
	struct boxed b;

	for (int i = 1; i < 4; i++)
		peer_free(add(&old, HER, "", i));
	b = make(HER);
	memcpy(first, b.box + header, chunk);
	memcpy(b.box + header, b.box + header + chunk, chunk);
	memcpy(b.box + header + chunk, first, chunk);
	assert_int_equal(restore(&b, HER), -EBADMSG);
	memmove(b.box + header, b.box + header + 2 * chunk, b.len - header - 2 * chunk);
	b.len -= 2 * chunk;
	assert_int_equal(restore(&b, HER), -EBADMSG);
	assert_int_equal(rows(), 0);
	free(b.box);
}

static int put_and_fail(void *arg)
{
	peer_free(add(arg, HER, "Bob", 1));
	peer_free(add(arg, HER, "Carol", 2));
	return -EIO;
}

static int put_two(void *arg)
{
	return put_and_fail(arg) == -EIO ? 0 : -EINVAL;
}

static void all_that_is_done_together_is_done_or_nothing(void **state)
{
	assert_int_equal(store_together(fresh.store, put_and_fail, &fresh), -EIO);
	assert_int_equal(rows(), 0);
	assert_int_equal(store_together(fresh.store, put_two, &fresh), 0);
	assert_int_equal(rows(), 2);
}

#define WITH_TWO(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TWO(a_persons_peers_come_back_as_they_were),
		WITH_TWO(roots_backup_is_everybodys),
		WITH_TWO(whom_the_store_knows_stays_as_she_is),
		WITH_TWO(no_peers_are_a_backup_too),
		WITH_TWO(many_peers_fit),
		WITH_TWO(a_box_names_nobody_and_is_another_each_time),
		WITH_TWO(nothing_is_taken_that_is_not_as_it_was),
		WITH_TWO(nor_a_box_with_nothing_in_it),
		WITH_TWO(nor_a_name_that_is_none),
		WITH_TWO(nor_a_box_with_other_peers),
		WITH_TWO(all_that_is_done_together_is_done_or_nothing),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sottod backup", tests, NULL, NULL);
}
