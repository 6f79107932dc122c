// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept of peers is written whole or not at all, whenever its process dies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "daemon_dir.h"
#include "daemon_place.h"

/* Power may fail as soon as a function has returned: it has waited for the disk. */

static unsigned int syncs;

int fdatasync(int fd)
{
	syncs++;
	return syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
	syncs++;
	return syscall(SYS_fsync, fd);
}

static void what_is_written_is_on_disk(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1);
	struct place place = open_place(*state);

	for (int i = 0; i < 3; i++) {
		syncs = 0;
		assert_int_equal(store_put(place.store, p), 0);
		assert_true(syncs > 0);
	}
	close_place(&place);
}

/* The process dies in the middle of its nth write to a file. */

static int writes_left;

static ssize_t dying_pwrite(int fd, const void *data, size_t len, off_t at)
{
	if (--writes_left < 0) {
		pwrite(fd, data, len / 2, at);
		_exit(42);
	}
	return pwrite(fd, data, len, at);
}

static int dying_truncate(int fd, off_t len)
{
	if (--writes_left < 0)
		_exit(42);
	return ftruncate(fd, len);
}

static void die_after(int writes)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	writes_left = writes;
	assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite",
					     (sqlite3_syscall_ptr)dying_pwrite), SQLITE_OK);
	assert_int_equal(vfs->xSetSystemCall(vfs, "pwrite64",
					     (sqlite3_syscall_ptr)dying_pwrite), SQLITE_OK);
	assert_int_equal(vfs->xSetSystemCall(vfs, "ftruncate",
					     (sqlite3_syscall_ptr)dying_truncate), SQLITE_OK);
}

/* In a child. Return: did it get through? */
static bool survives(const char *dir, int writes, int (*change)(struct store *s))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		struct place place = open_place(dir);

		die_after(writes);
		_exit(change(place.store) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 42);
	return !WEXITSTATUS(status);
}

static int confirm(struct store *s)
{
	_cleanup_peer_ struct peer *p = peer_new();

	assert_int_equal(store_get(s, 1, p), 0);
	memcpy(p->rs2, p->rs1, sizeof(p->rs2));
	memset(p->rs1, p->rs1[0] + 1, sizeof(p->rs1));
	p->verified = true;
	return store_put(s, p);
}

static void a_crash_leaves_the_old_secrets_or_the_new(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1), *q = peer_new();
	struct place place = open_place(*state);
	bool done = false;
	int writes;

	memset(p->rs1, 0, sizeof(p->rs1));
	assert_int_equal(store_put(place.store, p), 0);
	close_place(&place);
	for (writes = 0; !done; writes++) {
		done = survives(*state, writes, confirm);
		place = open_place(*state);
		assert_int_equal(store_get(place.store, 1, q), 0);
		if (q->rs1[0] == p->rs1[0]) {
			assert_false(done);
			assert_true(same(p, q));
		} else {
			assert_int_equal(q->rs1[0], p->rs1[0] + 1);
			assert_memory_equal(q->rs2, p->rs1, sizeof(q->rs2));
			assert_true(q->verified);
			*p = *q;
		}
		close_place(&place);
	}
	assert_in_range(writes, 3, 200);
}

static int merge(struct store *s)
{
	_cleanup_peer_ struct peer *p = peer_new();

	assert_int_equal(store_get(s, 1, p), 0);
	memset(p->peer_zid, 0x62, sizeof(p->peer_zid));
	return store_merge(s, p, 2);
}

static void a_crash_while_merging_leaves_two_rows_or_one(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer(NAME, 1), *b = make_peer("", 2), *q = peer_new();
	struct place place = open_place(*state);
	bool done = false;
	int r, writes;

	put_two(&place, a, b);
	close_place(&place);
	for (writes = 0; !done; writes++) {
		done = survives(*state, writes, merge);
		place = open_place(*state);
		r = store_get(place.store, 2, q);
		assert_true(!r || r == -ENOENT);
		assert_int_equal(store_get(place.store, 1, q), 0);
		assert_int_equal(q->peer_zid[0], r ? 0x62 : 0x61);
		close_place(&place);
		if (r)		/* through, though it died emptying the log */
			break;
	}
	assert_in_range(writes, 3, 200);
}

static int add(struct store *s)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1);

	return store_put(s, p);
}

/* Opening is what changes it here. In a child. Return: did it get through? */
static bool opens(const char *dir, int writes)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		die_after(writes);
		open_place(dir);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 42);
	return !WEXITSTATUS(status);
}

static void a_crash_on_the_way_to_a_new_format_loses_nothing(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1), *q = peer_new();
	struct place place;
	bool done = false;
	int writes, v;

	make_first_format(*state, p);
	for (writes = 0; !done; writes++) {
		done = opens(*state, writes);
		v = version_of(*state);
		assert_true(v == 2 || (v == 1 && !done));
		if (v == 2)
			break;
	}
	assert_in_range(writes, 3, 200);
	place = open_place(*state);
	assert_int_equal(store_get(place.store, p->id, q), 0);
	assert_true(same(p, q));
	close_place(&place);
}

static void a_crash_while_adding_leaves_a_whole_row_or_none(void **state)
{
	_cleanup_peer_ struct peer *q = peer_new();
	bool done = false;
	struct place place;
	int r, writes;

	for (writes = 0; !done; writes++) {
		done = survives(*state, writes, add);
		place = open_place(*state);
		r = store_find_name(place.store, UID, NAME, q);
		assert_true(!r || (r == -ENOENT && !done));
		close_place(&place);
		if (!r)
			break;
	}
	assert_in_range(writes, 3, 200);
}

#define WITH_DIR(f)	cmocka_unit_test_setup_teardown(f, dir_setup, dir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(a_crash_on_the_way_to_a_new_format_loses_nothing),
		WITH_DIR(what_is_written_is_on_disk),
		WITH_DIR(a_crash_leaves_the_old_secrets_or_the_new),
		WITH_DIR(a_crash_while_merging_leaves_two_rows_or_one),
		WITH_DIR(a_crash_while_adding_leaves_a_whole_row_or_none),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sottod store, killed", tests, NULL, NULL);
}
