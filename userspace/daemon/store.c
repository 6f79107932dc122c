// SPDX-License-Identifier: GPL-2.0-or-later
#include "store.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>
#include <sqlite3.h>

#include "log.h"

#define WRAPPED_LEN	(SEAL_KEY_LEN + SEAL_OVERHEAD)
#define BOX_LEN		(PEER_PACKED_LEN + SEAL_OVERHEAD)
#define CHECK_TEXT	"sottod"
#define CHECK_LEN	(sizeof(CHECK_TEXT) + SEAL_OVERHEAD)
#define SETTING_LEN	(1 + SEAL_OVERHEAD)

static const char schema[] =
	"CREATE TABLE peer ("
	"	id INTEGER PRIMARY KEY AUTOINCREMENT,"	/* never used again */
	"	zid BLOB,"				/* keyed hash, NULL: not known yet */
	"	name BLOB UNIQUE,"			/* keyed hash, NULL: has none */
	"	key BLOB NOT NULL,"			/* the row's key, wrapped */
	"	box BLOB NOT NULL);"			/* the peer, sealed with it */
	"CREATE INDEX peer_zid ON peer (zid);"
	"CREATE TABLE seal (box BLOB NOT NULL);"
	"PRAGMA user_version = 1;";

/*
 * From each version to the next; user_version of the database counts them. Also to be
 * raised when rows say what an older sottod would lose by writing them: at 2 that was
 * who was verified by a code, and the codes.
 */
static const char *const migrations[] = {
	[1] =	"CREATE TABLE IF NOT EXISTS setting ("
		"	id INTEGER PRIMARY KEY,"
		"	box BLOB NOT NULL);"
		"PRAGMA user_version = 2;",
};

#define FORMAT	((int)(sizeof(migrations) / sizeof(migrations[0])))

static const char settings[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = FULL;"
	"PRAGMA secure_delete = ON;";

enum statement { GET, FIND_NAME, FIND_ZID, EACH, EACH_NAMED, EACH_UNNAMED, INSERT, UPDATE, FORGET,
		 SETTING, SET, STATEMENTS };

static const char *const sql[STATEMENTS] = {
	[GET]		= "SELECT id, key, box FROM peer WHERE id = ?",
	[FIND_NAME]	= "SELECT id, key, box FROM peer WHERE name = ?",
	[FIND_ZID]	= "SELECT id, key, box FROM peer WHERE zid = ? ORDER BY id",
	[EACH]		= "SELECT id, key, box FROM peer ORDER BY id",
	/* In these words it takes the index, and reads no row of those without a name. */
	[EACH_NAMED]	= "SELECT id, key, box FROM peer WHERE name > x'' ORDER BY +id",
	[EACH_UNNAMED]	= "SELECT id, key, box FROM peer WHERE name IS NULL ORDER BY id",
	[INSERT]	= "INSERT INTO peer (zid, name, key, box) VALUES (?, ?, ?, ?)",
	[UPDATE]	= "UPDATE peer SET zid = ?, name = ?, key = ?, box = ? WHERE id = ?",
	[FORGET]	= "DELETE FROM peer WHERE id = ?",
	[SETTING]	= "SELECT box FROM setting WHERE id = ?",
	[SET]		= "INSERT OR REPLACE INTO setting (id, box) VALUES (?, ?)",
};

/* Locked memory for what is in the clear on its way between box and peer. */
struct desk {
	uint8_t key[SEAL_KEY_LEN];
	uint8_t packed[PEER_PACKED_LEN];
};

/**
 * struct store
 * @desk: for one row at a time, wiped behind each; locked memory is dear to get
 */
struct store {
	sqlite3 *db;
	struct desk *desk;
	sqlite3_stmt *statements[STATEMENTS];
	const struct seal *seal;
	bool together;		/* a transaction is open that others have begun */
};

static int error_of(struct store *s, int rc)
{
	switch (rc) {
	case SQLITE_OK:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_CONSTRAINT:
		return -EEXIST;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

static int run(struct store *s, const char *text)
{
	return error_of(s, sqlite3_exec(s->db, text, NULL, NULL, NULL));
}

static int begin(struct store *s)
{
	return s->together ? 0 : run(s, "BEGIN IMMEDIATE");
}

static int finish(struct store *s, int r)
{
	if (s->together)
		return r;
	if (!r)
		r = run(s, "COMMIT");
	if (r && !sqlite3_get_autocommit(s->db) && run(s, "ROLLBACK"))
		return -EIO;
	return r;
}

/* A statement in use; put back, and what is bound to it forgotten, at scope exit. */
static void reset(sqlite3_stmt **statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

#define _cleanup_reset_ __attribute__((cleanup(reset)))

static void index_zid(const struct store *s, const uint8_t *zid, uint8_t out[SEAL_INDEX_LEN])
{
	seal_index(s->seal, SEAL_ZID, zid, ZRTP_ZID_LEN, out);
}

static void index_name(const struct store *s, uint32_t uid, const char *name,
		       uint8_t out[SEAL_INDEX_LEN])
{
	uint8_t in[4 + PEER_NAME_MAX] = { 0 };
	uint32_t le = htole32(uid);

	memcpy(in, &le, sizeof(le));
	memcpy(in + sizeof(le), name, strnlen(name, PEER_NAME_MAX - 1));
	seal_index(s->seal, SEAL_NAME, in, sizeof(in), out);
}

static int check_seal(struct store *s)
{
	sqlite3_stmt *q = NULL;
	char text[sizeof(CHECK_TEXT)];
	int r = error_of(s, sqlite3_prepare_v2(s->db, "SELECT box FROM seal", -1, &q, NULL));

	if (r)
		return r;
	if (sqlite3_step(q) != SQLITE_ROW || sqlite3_column_bytes(q, 0) != CHECK_LEN)
		r = -EBADMSG;
	else if (seal_open_box(s->seal, SEAL_CHECK, NULL, 0, sqlite3_column_blob(q, 0), CHECK_LEN,
			       text))
		r = -EKEYREJECTED;
	sqlite3_finalize(q);
	return r;
}

static int write_check(struct store *s)
{
	uint8_t box[CHECK_LEN];
	sqlite3_stmt *q = NULL;
	int r;

	seal_close_box(s->seal, SEAL_CHECK, NULL, 0, CHECK_TEXT, sizeof(CHECK_TEXT), box);
	r = error_of(s, sqlite3_prepare_v2(s->db, "INSERT INTO seal VALUES (?)", -1, &q, NULL));
	if (!r)
		r = error_of(s, sqlite3_bind_blob(q, 1, box, sizeof(box), SQLITE_TRANSIENT));
	if (!r)
		r = error_of(s, sqlite3_step(q));
	sqlite3_finalize(q);
	return r;
}

static int create(struct store *s)
{
	int r = begin(s);

	return r ?: finish(s, run(s, schema) ?: write_check(s));
}

static int version(struct store *s, int *out)
{
	sqlite3_stmt *q = NULL;
	int r = error_of(s, sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL));

	if (!r && sqlite3_step(q) != SQLITE_ROW)
		r = -EIO;
	if (!r)
		*out = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return r;
}

static int migrate(struct store *s, int from)
{
	int r = from < FORMAT ? begin(s) : 0;

	if (r || from == FORMAT)
		return r;
	for (; !r && from < FORMAT; from++)
		r = run(s, migrations[from]);
	return finish(s, r);
}

static int open_database(struct store *s, const char *path)
{
	int v = 0, r;

	r = error_of(s, sqlite3_open_v2(path, &s->db,
					SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
					SQLITE_OPEN_NOFOLLOW, NULL));
	if (r)
		return r;
	sqlite3_busy_timeout(s->db, 2000);
	r = version(s, &v);	/* before anything of it is changed */
	if (!r && v > FORMAT)
		r = -EPROTO;
	if (!r)
		r = run(s, settings);
	if (!r && !v)
		r = create(s);
	if (!r)
		r = check_seal(s);
	if (!r)
		r = migrate(s, v ?: 1);
	for (int i = 0; !r && i < STATEMENTS; i++)
		r = error_of(s, sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
						   &s->statements[i], NULL));
	return r;
}

int store_open(struct store **out, const char *state_dir, const struct seal *seal)
{
	struct store *s = calloc(1, sizeof(*s));
	char path[PATH_MAX];
	int r;

	if (!s)
		return -ENOMEM;
	s->seal = seal;
	s->desk = sodium_malloc(sizeof(*s->desk));
	if (!s->desk)
		r = -ENOMEM;
	else if (snprintf(path, sizeof(path), "%s/peers.db", state_dir) >= (int)sizeof(path))
		r = -ENAMETOOLONG;
	else
		r = open_database(s, path);
	if (r) {
		store_close(s);
		return r;
	}
	*out = s;
	return 0;
}

/* Zeros over the log, all of which is in the database by now. */
static int overwrite_log(struct store *s)
{
	static const uint8_t zeros[4096];
	sqlite3_int64 size = 0;
	sqlite3_file *log = NULL;
	int rc = sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log);

	if (rc == SQLITE_OK && (!log || !log->pMethods))	/* none has been opened */
		return 0;
	if (rc == SQLITE_OK)
		rc = log->pMethods->xFileSize(log, &size);
	for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size; at += sizeof(zeros))
		rc = log->pMethods->xWrite(log, zeros, size - at < (int)sizeof(zeros) ?
					   (int)(size - at) : (int)sizeof(zeros), at);
	if (rc == SQLITE_OK && size)
		rc = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
	return error_of(s, rc);
}

static int checkpoint(struct store *s, int mode)
{
	return error_of(s, sqlite3_wal_checkpoint_v2(s->db, NULL, mode, NULL, NULL));
}

/*
 * secure_delete has zeroed the pages; the log still holds them as they were. To cut it
 * off would leave them in blocks of the disk that nobody owns.
 */
static int empty_log(struct store *s)
{
	return checkpoint(s, SQLITE_CHECKPOINT_RESTART) ?: overwrite_log(s) ?:
	       checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE);
}

void store_close(struct store *s)
{
	int r;

	if (!s)
		return;
	if (s->statements[0]) {	/* opened whole: SQLite is about to delete the log */
		r = empty_log(s);
		if (r)
			log_errno(r, "the store's log could not be overwritten");
	}
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(s->statements[i]);
	sqlite3_close(s->db);
	sodium_free(s->desk);
	free(s);
}

static void wipe(struct desk **desk)
{
	sodium_memzero(*desk, sizeof(**desk));
}

#define _cleanup_wiped_ __attribute__((cleanup(wipe)))

static int read_row(const struct store *s, sqlite3_stmt *q, struct peer *out)
{
	_cleanup_wiped_ struct desk *desk = s->desk;
	uint64_t ad = htole64(sqlite3_column_int64(q, 0));

	if (sqlite3_column_bytes(q, 1) != WRAPPED_LEN || sqlite3_column_bytes(q, 2) != BOX_LEN ||
	    seal_open_box(s->seal, SEAL_ROW_KEY, &ad, sizeof(ad), sqlite3_column_blob(q, 1),
			  WRAPPED_LEN, desk->key) ||
	    seal_open_box_with(desk->key, &ad, sizeof(ad), sqlite3_column_blob(q, 2), BOX_LEN,
			       desk->packed) ||
	    peer_unpack(out, desk->packed))
		return -EBADMSG;
	out->id = le64toh(ad);
	return 0;
}

static int read_one(struct store *s, sqlite3_stmt *q, struct peer *out)
{
	int rc = sqlite3_step(q);

	if (rc == SQLITE_DONE)
		return -ENOENT;
	if (rc != SQLITE_ROW)
		return error_of(s, rc);
	return read_row(s, q, out);
}

int store_get(struct store *s, uint64_t id, struct peer *out)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[GET];

	return error_of(s, sqlite3_bind_int64(q, 1, id)) ?: read_one(s, q, out);
}

static int find(struct store *s, enum statement which, const uint8_t index[SEAL_INDEX_LEN],
		struct peer *out)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[which];

	return error_of(s, sqlite3_bind_blob(q, 1, index, SEAL_INDEX_LEN, SQLITE_TRANSIENT)) ?:
	       read_one(s, q, out);
}

int store_find_name(struct store *s, uint32_t uid, const char *name, struct peer *out)
{
	uint8_t index[SEAL_INDEX_LEN];
	int r;

	if (strlen(name) >= PEER_NAME_MAX)
		return -ENOENT;
	index_name(s, uid, name, index);
	r = find(s, FIND_NAME, index, out);
	/* The index lies outside of the box: who can write the file may have moved it. */
	if (!r && (out->uid != uid || strcmp(out->name, name)))
		r = -EBADMSG;
	return r;
}

int store_find_zid(struct store *s, const uint8_t zid[ZRTP_ZID_LEN], struct peer *out)
{
	uint8_t index[SEAL_INDEX_LEN];
	int r;

	index_zid(s, zid, index);
	r = find(s, FIND_ZID, index, out);
	if (!r && (!out->has_zid || memcmp(out->peer_zid, zid, ZRTP_ZID_LEN)))
		r = -EBADMSG;
	return r;
}

static int each(struct store *s, enum statement which,
		int (*cb)(const struct peer *p, void *arg),
		int (*spoilt)(uint64_t id, void *arg), void *arg)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[which];
	_cleanup_peer_ struct peer *p = peer_new();
	int rc, r = 0;

	if (!p)
		return -ENOMEM;
	while (!r) {
		rc = sqlite3_step(q);
		if (rc != SQLITE_ROW)
			return error_of(s, rc);
		r = read_row(s, q, p);
		if (!r)
			r = cb(p, arg);
		else if (r == -EBADMSG)
			r = spoilt(sqlite3_column_int64(q, 0), arg);
	}
	return r;
}

int store_survey(struct store *s, int (*cb)(const struct peer *p, void *arg),
		 int (*spoilt)(uint64_t id, void *arg), void *arg)
{
	return each(s, EACH, cb, spoilt, arg);
}

static int refuse_spoilt(uint64_t id, void *arg)
{
	return -EBADMSG;
}

int store_each(struct store *s, int (*cb)(const struct peer *p, void *arg), void *arg)
{
	return each(s, EACH, cb, refuse_spoilt, arg);
}

int store_each_named(struct store *s, int (*cb)(const struct peer *p, void *arg), void *arg)
{
	return each(s, EACH_NAMED, cb, refuse_spoilt, arg);
}

int store_each_unnamed(struct store *s, int (*cb)(const struct peer *p, void *arg), void *arg)
{
	return each(s, EACH_UNNAMED, cb, refuse_spoilt, arg);
}

static int bind_indices(const struct store *s, sqlite3_stmt *q, const struct peer *p)
{
	uint8_t index[SEAL_INDEX_LEN];
	int rc = SQLITE_OK;

	if (p->has_zid) {
		index_zid(s, p->peer_zid, index);
		rc = sqlite3_bind_blob(q, 1, index, sizeof(index), SQLITE_TRANSIENT);
	}
	if (rc == SQLITE_OK && *p->name) {
		index_name(s, p->uid, p->name, index);
		rc = sqlite3_bind_blob(q, 2, index, sizeof(index), SQLITE_TRANSIENT);
	}
	return rc;
}

/* A fresh key with each write: what the row once was cannot be opened with what it is. */
static int update(struct store *s, const struct peer *p)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[UPDATE];
	_cleanup_wiped_ struct desk *desk = s->desk;
	uint8_t wrapped[WRAPPED_LEN], box[BOX_LEN];
	uint64_t ad = htole64(p->id);
	int rc;

	randombytes_buf(desk->key, sizeof(desk->key));
	peer_pack(p, desk->packed);
	seal_close_box(s->seal, SEAL_ROW_KEY, &ad, sizeof(ad), desk->key, sizeof(desk->key),
		       wrapped);
	seal_close_box_with(desk->key, &ad, sizeof(ad), desk->packed, sizeof(desk->packed), box);

	rc = bind_indices(s, q, p);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(q, 3, wrapped, sizeof(wrapped), SQLITE_TRANSIENT);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(q, 4, box, sizeof(box), SQLITE_TRANSIENT);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(q, 5, p->id);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc != SQLITE_DONE)
		return error_of(s, rc);
	return sqlite3_changes(s->db) == 1 ? 0 : -ENOENT;
}

/* The box belongs to its row, whose number is known only when it is there. */
static int insert(struct store *s, struct peer *p)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[INSERT];
	int rc = bind_indices(s, q, p);
	int r;

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_zeroblob(q, 3, 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_zeroblob(q, 4, 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	if (rc != SQLITE_DONE)
		return error_of(s, rc);
	p->id = sqlite3_last_insert_rowid(s->db);
	r = update(s, p);
	if (r)
		p->id = 0;
	return r;
}

static int forget(struct store *s, uint64_t id)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[FORGET];
	int r = error_of(s, sqlite3_bind_int64(q, 1, id)) ?: error_of(s, sqlite3_step(q));

	if (r)
		return r;
	return sqlite3_changes(s->db) ? 0 : -ENOENT;
}

int store_put(struct store *s, struct peer *p)
{
	bool fresh = !p->id;
	int r = begin(s);

	if (r)
		return r;
	r = finish(s, fresh ? insert(s, p) : update(s, p));
	if (r && fresh)
		p->id = 0;
	return r;
}

int store_merge(struct store *s, struct peer *p, uint64_t from)
{
	int r = begin(s);

	if (r)
		return r;
	r = finish(s, forget(s, from) ?: update(s, p));
	return r ?: empty_log(s);
}

int store_together(struct store *s, int (*change)(void *arg), void *arg)
{
	int r = begin(s);

	if (r)
		return r;
	s->together = true;
	r = change(arg);
	s->together = false;
	return finish(s, r);
}

int store_forget(struct store *s, uint64_t id)
{
	int r = begin(s);

	if (r)
		return r;
	r = finish(s, forget(s, id));
	return r ?: empty_log(s);
}

/* Its index is made of the name with our key: without that nobody could have put it there. */
int store_forget_name(struct store *s, uint32_t uid, const char *name, uint64_t *id)
{
	sqlite3_stmt *q = s->statements[FIND_NAME];
	uint8_t index[SEAL_INDEX_LEN];
	int rc;

	if (strlen(name) >= PEER_NAME_MAX)
		return -ENOENT;
	index_name(s, uid, name, index);
	rc = sqlite3_bind_blob(q, 1, index, sizeof(index), SQLITE_TRANSIENT);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	reset(&q);
	if (rc != SQLITE_ROW)
		return error_of(s, rc) ?: -ENOENT;
	return store_forget(s, *id);
}

int store_setting(struct store *s, enum store_setting setting)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[SETTING];
	uint64_t ad = htole64(setting);
	uint8_t yes;
	int rc, r = error_of(s, sqlite3_bind_int64(q, 1, setting));

	if (r)
		return r;
	rc = sqlite3_step(q);
	if (rc != SQLITE_ROW)
		return error_of(s, rc) ?: -ENOENT;
	if (sqlite3_column_bytes(q, 0) != SETTING_LEN ||
	    seal_open_box(s->seal, SEAL_SETTING, &ad, sizeof(ad), sqlite3_column_blob(q, 0),
			  SETTING_LEN, &yes))
		return -EBADMSG;
	return yes != 0;
}

int store_set(struct store *s, enum store_setting setting, bool yes)
{
	_cleanup_reset_ sqlite3_stmt *q = s->statements[SET];
	uint64_t ad = htole64(setting);
	uint8_t box[SETTING_LEN], value = yes;
	int rc;

	seal_close_box(s->seal, SEAL_SETTING, &ad, sizeof(ad), &value, sizeof(value), box);
	rc = sqlite3_bind_int64(q, 1, setting);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_blob(q, 2, box, sizeof(box), SQLITE_TRANSIENT);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(q);
	return error_of(s, rc);
}
