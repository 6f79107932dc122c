// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

const uint8_t place_master[SEAL_KEY_LEN] = "the master key of these tests 1";

struct place open_place(const char *dir)
{
	struct place p = { .dir = dir };

	assert_int_equal(seal_new(&p.seal, place_master), 0);
	assert_int_equal(store_open(&p.store, dir, p.seal), 0);
	return p;
}

void close_place(struct place *p)
{
	store_close(p->store);
	seal_free(p->seal);
}

struct peer *make_peer(const char *name, uint8_t seed)
{
	struct peer *p = peer_new();

	assert_non_null(p);
	p->uid = UID;
	snprintf(p->name, sizeof(p->name), "%s", name);
	addr_parse(HOST, 7686, &p->hints[0]);
	p->n_hints = 1;
	p->last.in.sin_family = AF_INET;
	p->last.in.sin_port = htons(7686);
	p->last.in.sin_addr.s_addr = htonl(0xc6336417);
	memset(p->own_zid, 0x40 + seed, sizeof(p->own_zid));
	memset(p->peer_zid, 0x60 + seed, sizeof(p->peer_zid));
	memset(p->rs1, 0x80 + seed, sizeof(p->rs1));
	memset(p->rs2, 0xa0 + seed, sizeof(p->rs2));
	p->has_zid = p->has_rs1 = p->has_rs2 = true;
	return p;
}

bool same(const struct peer *a, const struct peer *b)
{
	uint8_t x[PEER_PACKED_LEN], y[PEER_PACKED_LEN];

	peer_pack(a, x);
	peer_pack(b, y);
	return a->id == b->id && !memcmp(x, y, sizeof(x));
}

sqlite3 *open_behind(const char *dir)
{
	char path[PATH_MAX];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/peers.db", dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

void tamper(const char *dir, const char *text)
{
	sqlite3 *db = open_behind(dir);

	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_true(sqlite3_total_changes(db) > 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void put_two(struct place *place, struct peer *a, struct peer *b)
{
	assert_int_equal(store_put(place->store, a), 0);
	assert_int_equal(store_put(place->store, b), 0);
	assert_int_equal(a->id, 1);
	assert_int_equal(b->id, 2);
}

void make_first_format(const char *dir, struct peer *p)
{
	struct place place = open_place(dir);

	assert_int_equal(store_put(place.store, p), 0);
	close_place(&place);
	tamper(dir, "UPDATE peer SET id = id; DROP TABLE setting; PRAGMA user_version = 1");
}

int version_of(const char *dir)
{
	sqlite3 *db = open_behind(dir);
	sqlite3_stmt *q;
	int v;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(q), SQLITE_ROW);
	v = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return v;
}
