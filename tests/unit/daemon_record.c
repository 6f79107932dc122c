// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of running calls: sealed, bound to their call, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "daemon_dir.h"
#include "record.h"

static const uint8_t master[SEAL_KEY_LEN] = "the master key of these tests 1";
static const uint8_t other_master[SEAL_KEY_LEN] = "the master key of these tests 2";

struct place {
	const char *dir;
	struct seal *seal;
	struct record *record;
};

static struct place open_place(const char *dir, const uint8_t key[SEAL_KEY_LEN])
{
	struct place p = { .dir = dir };

	assert_int_equal(seal_new(&p.seal, key), 0);
	assert_int_equal(record_open(&p.record, dir, p.seal), 0);
	return p;
}

static void close_place(struct place *p)
{
	record_close(p->record);
	seal_free(p->seal);
}

static struct call make_call(void)
{
	struct call c;

	call_init(&c, CALL_DIRECT);
	strcpy(c.name, "Guinevere");
	strcpy(c.holder, ":1.4711");
	c.progress = CALL_ACTIVE;
	c.since = 1800000000000000;
	c.security.secure = c.security.typed_right = true;
	memset(c.peer_zid, 'Z', sizeof(c.peer_zid));
	memset(c.retain.rs1, 'R', sizeof(c.retain.rs1));
	return c;
}

static const char *path_of(const struct place *p, const uint8_t cookie[CALL_COOKIE_LEN])
{
	static char path[PATH_MAX];
	char hex[2 * CALL_COOKIE_LEN + 1];

	sodium_bin2hex(hex, sizeof(hex), cookie, CALL_COOKIE_LEN);
	snprintf(path, sizeof(path), "%s/calls/%s", p->dir, hex);
	return path;
}

static void a_call_comes_back_after_a_restart(void **state)
{
	struct place p = open_place(*state, master);
	struct call call = make_call(), back;

	assert_int_equal(record_write(p.record, &call), 0);
	call.security.wrong = 2;
	assert_int_equal(record_write(p.record, &call), 0);
	assert_int_equal(dir_files(*state), 1);		/* nothing half done beside it */
	close_place(&p);
	p = open_place(*state, master);
	assert_int_equal(record_read(p.record, call.cookie, &back), 0);
	assert_memory_equal(&call, &back, sizeof(call));
	call.cookie[0]++;
	assert_int_equal(record_read(p.record, call.cookie, &back), -ENOENT);
	close_place(&p);
}

static void a_record_names_nobody(void **state)
{
	struct place p = open_place(*state, master);
	struct call call = make_call();
	char path[PATH_MAX];
	struct stat st;

	assert_int_equal(record_write(p.record, &call), 0);
	assert_false(dir_has_bytes(*state, "Guinevere", 9));
	assert_false(dir_has_bytes(*state, ":1.4711", 7));
	assert_false(dir_has_bytes(*state, call.peer_zid, sizeof(call.peer_zid)));
	assert_false(dir_has_bytes(*state, call.retain.rs1, sizeof(call.retain.rs1)));
	assert_int_equal(stat(path_of(&p, call.cookie), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	snprintf(path, sizeof(path), "%s/calls", p.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	close_place(&p);
}

static void another_key_reads_nothing(void **state)
{
	struct place p = open_place(*state, master);
	struct call call = make_call(), back;

	assert_int_equal(record_write(p.record, &call), 0);
	close_place(&p);
	p = open_place(*state, other_master);
	assert_int_equal(record_read(p.record, call.cookie, &back), -EBADMSG);
	close_place(&p);
}

/* A verified call's record does not make another call verified. */
static void a_record_under_another_cookie_is_refused(void **state)
{
	struct place p = open_place(*state, master);
	struct call verified = make_call(), other = make_call(), back;
	char from[PATH_MAX];

	assert_int_equal(record_write(p.record, &verified), 0);
	assert_int_equal(record_write(p.record, &other), 0);
	snprintf(from, sizeof(from), "%s", path_of(&p, verified.cookie));
	assert_int_equal(rename(from, path_of(&p, other.cookie)), 0);
	assert_int_equal(record_read(p.record, other.cookie, &back), -EBADMSG);
	close_place(&p);
}

static void a_spoilt_record_is_refused(void **state)
{
	struct place p = open_place(*state, master);
	struct call call = make_call(), back;
	uint8_t byte;
	int fd;

	assert_int_equal(record_write(p.record, &call), 0);
	fd = open(path_of(&p, call.cookie), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, 100), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, 100), 1);
	assert_int_equal(record_read(p.record, call.cookie, &back), -EBADMSG);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(record_read(p.record, call.cookie, &back), -EBADMSG);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(record_read(p.record, call.cookie, &back), -EBADMSG);
	close(fd);
	close_place(&p);
}

static void a_link_in_the_place_of_a_record_is_not_followed(void **state)
{
	struct place p = open_place(*state, master);
	struct call call = make_call(), back;
	char elsewhere[PATH_MAX];

	assert_int_equal(record_write(p.record, &call), 0);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", p.dir);
	assert_int_equal(rename(path_of(&p, call.cookie), elsewhere), 0);
	assert_int_equal(symlink(elsewhere, path_of(&p, call.cookie)), 0);
	assert_int_equal(record_read(p.record, call.cookie, &back), -ELOOP);
	close_place(&p);
}

static bool is_kept(const uint8_t cookie[CALL_COOKIE_LEN], void *arg)
{
	return !memcmp(cookie, arg, CALL_COOKIE_LEN);
}

static void what_nobody_answers_for_is_swept(void **state)
{
	struct place p = open_place(*state, master);
	struct call kept = make_call(), gone = make_call(), back;
	char leftover[PATH_MAX];
	int fd;

	assert_int_equal(record_write(p.record, &kept), 0);
	assert_int_equal(record_write(p.record, &gone), 0);
	snprintf(leftover, sizeof(leftover), "%s/calls/new", p.dir);
	fd = open(leftover, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(record_sweep(p.record, is_kept, kept.cookie), 0);
	assert_int_equal(record_read(p.record, gone.cookie, &back), -ENOENT);
	assert_int_equal(record_read(p.record, kept.cookie, &back), 0);
	assert_int_equal(dir_files(*state), 1);
	assert_int_equal(record_remove(p.record, kept.cookie), 0);
	assert_int_equal(record_remove(p.record, kept.cookie), 0);
	assert_int_equal(dir_files(*state), 0);
	close_place(&p);
}

static void without_its_directory_it_says_so(void **state)
{
	struct record *record;
	struct seal *seal;
	char path[PATH_MAX];

	assert_int_equal(seal_new(&seal, master), 0);
	snprintf(path, sizeof(path), "%s/nowhere", (char *)*state);
	assert_int_equal(record_open(&record, path, seal), -ENOENT);
	seal_free(seal);
}

#define WITH_DIR(f)	cmocka_unit_test_setup_teardown(f, dir_setup, dir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(a_call_comes_back_after_a_restart),
		WITH_DIR(a_record_names_nobody),
		WITH_DIR(another_key_reads_nothing),
		WITH_DIR(a_record_under_another_cookie_is_refused),
		WITH_DIR(a_spoilt_record_is_refused),
		WITH_DIR(a_link_in_the_place_of_a_record_is_not_followed),
		WITH_DIR(what_nobody_answers_for_is_swept),
		WITH_DIR(without_its_directory_it_says_so),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sottod record", tests, NULL, NULL);
}
