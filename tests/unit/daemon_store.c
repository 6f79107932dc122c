// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept of peers: sealed, and bound to its row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "daemon_dir.h"
#include "daemon_place.h"

static const uint8_t other_master[SEAL_KEY_LEN] = "the master key of these tests 2";

static void steal(const char *dir, const char *text, void *out, int out_len)
{
	sqlite3 *db = open_behind(dir);
	sqlite3_stmt *q;

	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	assert_int_equal(sqlite3_column_bytes(q, 0), out_len);
	memcpy(out, sqlite3_column_blob(q, 0), out_len);
	sqlite3_finalize(q);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_peer_comes_back_as_it_was(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1), *q = peer_new();
	struct place place = open_place(*state);

	assert_int_equal(store_put(place.store, p), 0);
	assert_true(p->id);
	assert_int_equal(store_get(place.store, p->id, q), 0);
	assert_true(same(p, q));
	p->verified = true;
	memset(p->rs1, 0x11, sizeof(p->rs1));
	assert_int_equal(store_put(place.store, p), 0);
	close_place(&place);

	place = open_place(*state);
	assert_int_equal(store_find_name(place.store, UID, NAME, q), 0);
	assert_true(same(p, q));
	assert_int_equal(store_find_zid(place.store, p->peer_zid, q), 0);
	assert_true(same(p, q));
	assert_int_equal(store_find_name(place.store, UID + 1, NAME, q), -ENOENT);
	assert_int_equal(store_find_zid(place.store, p->own_zid, q), -ENOENT);
	assert_int_equal(store_get(place.store, p->id + 1, q), -ENOENT);
	close_place(&place);
}

static void assert_names_nobody(const char *dir, const struct peer *p)
{
	assert_false(dir_has_bytes(dir, "Guinevere", 9));
	assert_false(dir_has_bytes(dir, HOST, sizeof(HOST) - 1));
	assert_false(dir_has_bytes(dir, &p->hints[0].in.sin_addr, 4));
	assert_false(dir_has_bytes(dir, &p->last.in.sin_addr, 4));
	assert_false(dir_has_bytes(dir, p->own_zid, 6));
	assert_false(dir_has_bytes(dir, p->peer_zid, 6));
	assert_false(dir_has_bytes(dir, p->rs1, 8));
	assert_false(dir_has_bytes(dir, p->rs2, 8));
	assert_false(dir_has_bytes(dir, place_master, sizeof(place_master)));
}

static void the_files_name_nobody(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1);
	struct place place = open_place(*state);
	uint8_t hash[SEAL_INDEX_LEN];

	assert_int_equal(store_put(place.store, p), 0);
	assert_true(dir_files(*state) >= 2);	/* the write-ahead log is there too */
	assert_names_nobody(*state, p);
	/* Nor has it a hash that anybody who guesses the ZID could make. */
	crypto_generichash(hash, sizeof(hash), p->peer_zid, sizeof(p->peer_zid), NULL, 0);
	assert_false(dir_has_bytes(*state, hash, sizeof(hash)));
	close_place(&place);
	assert_names_nobody(*state, p);
	/* That the search can find something. */
	assert_true(dir_has_bytes(*state, "SQLite format", 13));
}

static void another_key_opens_nothing(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1);
	struct place place = open_place(*state);
	struct store *store;
	struct seal *other;

	assert_int_equal(store_put(place.store, p), 0);
	close_place(&place);
	assert_int_equal(seal_new(&other, other_master), 0);
	assert_int_equal(store_open(&store, *state, other), -EKEYREJECTED);
	seal_free(other);
	place = open_place(*state);	/* and nothing was spoilt by trying */
	assert_int_equal(store_get(place.store, p->id, p), 0);
	close_place(&place);
}

static void a_row_moved_to_another_place_is_refused(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("b", 2);
	struct place place = open_place(*state);

	put_two(&place, a, b);
	tamper(*state, "UPDATE peer SET id = 103 - id; UPDATE peer SET id = id - 100");
	assert_int_equal(store_get(place.store, 1, a), -EBADMSG);
	assert_int_equal(store_get(place.store, 2, a), -EBADMSG);
	close_place(&place);
}

/* A thief with write access lets a ZID or a name lead to somebody else's row. */
static void an_index_that_leads_to_another_row_is_refused(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("b", 2), *c = peer_new();
	struct place place = open_place(*state);

	put_two(&place, a, b);
	tamper(*state, "UPDATE peer SET zid = (SELECT zid FROM peer WHERE id = 1) WHERE id = 2;"
	       "UPDATE peer SET zid = NULL WHERE id = 1");
	assert_int_equal(store_find_zid(place.store, a->peer_zid, c), -EBADMSG);
	/* The name is unique: the row that it belongs to has to go first. */
	tamper(*state, "UPDATE peer SET key = (SELECT key FROM peer WHERE id = 2),"
	       " box = (SELECT box FROM peer WHERE id = 2), id = 4 WHERE id = 1;"
	       "DELETE FROM peer WHERE id = 2; UPDATE peer SET id = 2");
	assert_int_equal(store_find_name(place.store, UID, "a", c), -EBADMSG);
	close_place(&place);
}

static void a_spoilt_row_is_refused(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer("a", 1);
	struct place place = open_place(*state);

	assert_int_equal(store_put(place.store, p), 0);
	tamper(*state, "UPDATE peer SET box ="
	       " CAST(substr(box, 1, 99) || x'00' || substr(box, 101) AS BLOB)");
	assert_int_equal(store_get(place.store, 1, p), -EBADMSG);
	tamper(*state, "UPDATE peer SET box = x'00'");
	assert_int_equal(store_get(place.store, 1, p), -EBADMSG);
	close_place(&place);
}

/* [0]: how many were read, [1]: how many were not, [2]: which of these was the last */
static int count_read(const struct peer *p, void *arg)
{
	uint64_t *counts = arg;

	counts[0]++;
	return 0;
}

static int count_spoilt(uint64_t id, void *arg)
{
	uint64_t *counts = arg;

	counts[1]++;
	counts[2] = id;
	return 0;
}

static int stop_at_spoilt(uint64_t id, void *arg)
{
	return 88;
}

static void a_survey_goes_past_a_spoilt_row_and_a_search_does_not(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("b", 2);
	_cleanup_peer_ struct peer *c = make_peer("c", 3);
	struct place place = open_place(*state);
	uint64_t counts[3] = { 0 };

	put_two(&place, a, b);
	assert_int_equal(store_put(place.store, c), 0);
	tamper(*state, "UPDATE peer SET box = zeroblob(length(box)) WHERE id = 2");
	assert_int_equal(store_survey(place.store, count_read, count_spoilt, counts), 0);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 1);
	assert_int_equal(counts[2], 2);
	assert_int_equal(store_survey(place.store, count_read, stop_at_spoilt, counts), 88);
	assert_int_equal(counts[0], 3);
	assert_int_equal(store_each(place.store, count_read, counts), -EBADMSG);
	assert_int_equal(counts[0], 4);
	close_place(&place);
}

static void a_spoilt_row_is_forgotten_by_its_name(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("b", 2);
	struct place place = open_place(*state);
	uint64_t id;

	assert_int_equal(store_put(place.store, a), 0);
	assert_int_equal(store_put(place.store, b), 0);
	tamper(*state, "UPDATE peer SET box = x'00' WHERE id = 1");
	assert_int_equal(store_forget_name(place.store, UID, "c", &id), -ENOENT);
	assert_int_equal(store_forget_name(place.store, UID + 1, "a", &id), -ENOENT);
	assert_int_equal(store_forget_name(place.store, UID, "a", &id), 0);
	assert_int_equal(id, 1);
	assert_int_equal(store_get(place.store, 1, a), -ENOENT);
	assert_int_equal(store_get(place.store, 2, b), 0);
	close_place(&place);
}

static void rows_do_not_tell_themselves_apart(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = peer_new();
	struct place place = open_place(*state);
	uint8_t before[72], after[72];

	put_two(&place, a, b);
	steal(*state, "SELECT CAST(count(DISTINCT length(box)) ||"
	      " count(DISTINCT length(key)) AS BLOB) FROM peer", before, 2);
	assert_memory_equal(before, "11", 2);
	/* A fresh key with each write. */
	tamper(*state, "CREATE TABLE old (box); INSERT INTO old SELECT box FROM peer WHERE id = 1");
	steal(*state, "SELECT key FROM peer WHERE id = 1", before, sizeof(before));
	assert_int_equal(store_put(place.store, a), 0);
	steal(*state, "SELECT key FROM peer WHERE id = 1", after, sizeof(after));
	assert_memory_not_equal(before, after, sizeof(before));
	tamper(*state, "UPDATE peer SET box = (SELECT box FROM old) WHERE id = 1");
	assert_int_equal(store_get(place.store, 1, a), -EBADMSG);
	close_place(&place);
}

static void forgetting_destroys_the_key_and_the_row(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("b", 2), *c = peer_new();
	struct place place = open_place(*state);
	uint8_t key[72];

	put_two(&place, a, b);
	steal(*state, "SELECT key FROM peer WHERE id = 2", key, sizeof(key));
	assert_true(dir_has_bytes(*state, key, sizeof(key)));
	assert_int_equal(store_forget(place.store, 2), 0);
	assert_false(dir_has_bytes(*state, key, sizeof(key)));
	assert_false(dir_has_bytes(*state, key, 16));
	assert_int_equal(store_get(place.store, 2, c), -ENOENT);
	assert_int_equal(store_find_name(place.store, UID, "b", c), -ENOENT);
	assert_int_equal(store_find_zid(place.store, b->peer_zid, c), -ENOENT);
	assert_int_equal(store_forget(place.store, 2), -ENOENT);
	assert_int_equal(store_put(place.store, b), -ENOENT);	/* no return by a late write */
	assert_int_equal(store_get(place.store, 1, c), 0);
	assert_true(same(a, c));
	b->id = 0;
	assert_int_equal(store_put(place.store, b), 0);
	assert_int_equal(b->id, 3);	/* the number never comes back */
	close_place(&place);
}

/* What the log holds at the moment when it is cut off stays in blocks that nobody owns. */

static uint8_t sought[72];
static unsigned int cuts, cut_with_key;

static int watched_truncate(int fd, off_t len)
{
	static uint8_t data[1 << 20];
	ssize_t n = pread(fd, data, sizeof(data), 0);

	assert_true(n >= 0 && n < (ssize_t)sizeof(data));
	cuts += n > 0 && !len;	/* the log; the database is cut to its length as well */
	cut_with_key += memmem(data, n, sought, sizeof(sought)) != NULL;
	return ftruncate(fd, len);
}

static void watch_truncate(sqlite3_syscall_ptr how)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	assert_int_equal(vfs->xSetSystemCall(vfs, "ftruncate", how), SQLITE_OK);
}

static void a_forgotten_key_is_overwritten_before_the_log_is_cut(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("b", 2);
	struct place place = open_place(*state);

	put_two(&place, a, b);
	steal(*state, "SELECT key FROM peer WHERE id = 2", sought, sizeof(sought));
	cuts = cut_with_key = 0;
	watch_truncate((sqlite3_syscall_ptr)watched_truncate);
	assert_int_equal(store_forget(place.store, 2), 0);
	watch_truncate(NULL);
	assert_true(cuts > 0);
	assert_int_equal(cut_with_key, 0);
	close_place(&place);
}

static void what_a_row_once_was_is_overwritten_at_the_end(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1);
	struct place place = open_place(*state);

	assert_int_equal(store_put(place.store, a), 0);
	steal(*state, "SELECT key FROM peer", sought, sizeof(sought));
	assert_int_equal(store_put(place.store, a), 0);
	assert_true(dir_has_bytes(*state, sought, sizeof(sought)));	/* in the log */
	cuts = cut_with_key = 0;
	watch_truncate((sqlite3_syscall_ptr)watched_truncate);
	close_place(&place);
	watch_truncate(NULL);
	assert_true(cuts > 0);
	assert_int_equal(cut_with_key, 0);
	assert_false(dir_has_bytes(*state, sought, sizeof(sought)));
}

static void merging_leaves_one_row(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("", 2), *c = peer_new();
	struct place place = open_place(*state);
	uint8_t key[72];

	put_two(&place, a, b);
	steal(*state, "SELECT key FROM peer WHERE id = 2", key, sizeof(key));
	memcpy(a->peer_zid, b->peer_zid, sizeof(a->peer_zid));
	assert_int_equal(store_merge(place.store, a, 2), 0);
	assert_false(dir_has_bytes(*state, key, sizeof(key)));
	assert_int_equal(store_get(place.store, 2, c), -ENOENT);
	assert_int_equal(store_find_zid(place.store, b->peer_zid, c), 0);
	assert_true(same(a, c));
	assert_int_equal(store_merge(place.store, a, 9), -ENOENT);	/* then nothing happens */
	close_place(&place);
}

static void a_name_is_one_peers_of_a_person(void **state)
{
	_cleanup_peer_ struct peer *a = make_peer("a", 1), *b = make_peer("a", 2);
	struct place place = open_place(*state);

	assert_int_equal(store_put(place.store, a), 0);
	assert_int_equal(store_put(place.store, b), -EEXIST);
	assert_int_equal(b->id, 0);
	b->uid = UID + 1;
	assert_int_equal(store_put(place.store, b), 0);
	b->uid = UID;
	assert_int_equal(store_put(place.store, b), -EEXIST);
	assert_int_equal(store_find_name(place.store, UID, "a", b), 0);
	assert_true(same(a, b));
	close_place(&place);
}

static int note_id(const struct peer *p, void *arg)
{
	uint64_t *ids = arg;

	ids[++ids[0]] = p->id;
	return p->id == 2 ? 77 : 0;
}

static void each_goes_by_age_until_told_to_stop(void **state)
{
	struct place place = open_place(*state);
	uint64_t ids[4] = { 0 };

	for (int i = 0; i < 3; i++) {
		_cleanup_peer_ struct peer *p = make_peer("", i);

		assert_int_equal(store_put(place.store, p), 0);
	}
	assert_int_equal(store_each(place.store, note_id, ids), 77);
	assert_int_equal(ids[0], 2);
	assert_int_equal(ids[1], 1);
	assert_int_equal(ids[2], 2);
	close_place(&place);
}

static void a_newer_format_is_left_alone(void **state)
{
	struct place place = open_place(*state);
	struct store *store;
	char path[PATH_MAX];
	sqlite3 *db;

	store_close(place.store);
	snprintf(path, sizeof(path), "%s/peers.db", (char *)*state);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 3", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_open(&store, *state, place.seal), -EPROTO);
	seal_free(place.seal);
}

static void an_older_format_is_brought_forward(void **state)
{
	_cleanup_peer_ struct peer *p = make_peer(NAME, 1), *q = peer_new();
	struct place place;

	make_first_format(*state, p);
	assert_int_equal(version_of(*state), 1);
	place = open_place(*state);
	assert_int_equal(store_get(place.store, p->id, q), 0);
	assert_true(same(p, q));
	assert_int_equal(store_set(place.store, STORE_STRANGERS, true), 0);
	close_place(&place);
	assert_int_equal(version_of(*state), 2);	/* an older sottod leaves it alone now */
	place = open_place(*state);
	assert_int_equal(store_setting(place.store, STORE_STRANGERS), 1);
	close_place(&place);
}

static void what_is_left_alone_is_not_changed(void **state)
{
	static uint8_t before[1 << 16], after[1 << 16];
	struct place place = open_place(*state);
	struct store *store;
	char path[PATH_MAX];
	size_t len;
	FILE *f;

	close_place(&place);
	tamper(*state, "CREATE TABLE later (x); INSERT INTO later VALUES (1);"
	       "PRAGMA journal_mode = DELETE; PRAGMA user_version = 3");
	snprintf(path, sizeof(path), "%s/peers.db", (char *)*state);
	f = fopen(path, "re");
	len = fread(before, 1, sizeof(before), f);
	fclose(f);
	assert_int_equal(seal_new(&place.seal, place_master), 0);
	assert_int_equal(store_open(&store, *state, place.seal), -EPROTO);
	seal_free(place.seal);
	f = fopen(path, "re");
	assert_int_equal(fread(after, 1, sizeof(after), f), len);
	fclose(f);
	assert_memory_equal(before, after, len);
}

static void what_was_said_is_kept_sealed(void **state)
{
	struct place place = open_place(*state);

	assert_int_equal(store_setting(place.store, STORE_STRANGERS), -ENOENT);
	assert_int_equal(store_set(place.store, STORE_STRANGERS, true), 0);
	assert_int_equal(store_setting(place.store, STORE_STRANGERS), 1);
	close_place(&place);
	place = open_place(*state);
	assert_int_equal(store_setting(place.store, STORE_STRANGERS), 1);
	assert_int_equal(store_set(place.store, STORE_STRANGERS, false), 0);
	assert_int_equal(store_setting(place.store, STORE_STRANGERS), 0);
	/* What somebody has put there who has not the key is not taken for an answer. */
	close_place(&place);
	tamper(*state, "UPDATE setting SET box = zeroblob(length(box))");
	place = open_place(*state);
	assert_int_equal(store_setting(place.store, STORE_STRANGERS), -EBADMSG);
	close_place(&place);
}

#define WITH_DIR(f)	cmocka_unit_test_setup_teardown(f, dir_setup, dir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIR(a_peer_comes_back_as_it_was),
		WITH_DIR(what_was_said_is_kept_sealed),
		WITH_DIR(the_files_name_nobody),
		WITH_DIR(another_key_opens_nothing),
		WITH_DIR(a_row_moved_to_another_place_is_refused),
		WITH_DIR(an_index_that_leads_to_another_row_is_refused),
		WITH_DIR(a_spoilt_row_is_refused),
		WITH_DIR(a_survey_goes_past_a_spoilt_row_and_a_search_does_not),
		WITH_DIR(a_spoilt_row_is_forgotten_by_its_name),
		WITH_DIR(rows_do_not_tell_themselves_apart),
		WITH_DIR(forgetting_destroys_the_key_and_the_row),
		WITH_DIR(a_forgotten_key_is_overwritten_before_the_log_is_cut),
		WITH_DIR(what_a_row_once_was_is_overwritten_at_the_end),
		WITH_DIR(merging_leaves_one_row),
		WITH_DIR(a_name_is_one_peers_of_a_person),
		WITH_DIR(each_goes_by_age_until_told_to_stop),
		WITH_DIR(a_newer_format_is_left_alone),
		WITH_DIR(an_older_format_is_brought_forward),
		WITH_DIR(what_is_left_alone_is_not_changed),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sottod store", tests, NULL, NULL);
}
