/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store in a folder, for tests of what is in it. */
#ifndef DAEMON_PLACE_H
#define DAEMON_PLACE_H

#include <sqlite3.h>

#include "store.h"

#define NAME	"Guinevere Featherstonehaugh"
#define UID	12345
#define HOST	"192.0.2.199"

extern const uint8_t place_master[SEAL_KEY_LEN];

struct place {
	const char *dir;
	struct seal *seal;
	struct store *store;
};

struct place open_place(const char *dir);
void close_place(struct place *p);

/* Somebody of that name, with secrets that follow from @seed; the caller frees it. */
struct peer *make_peer(const char *name, uint8_t seed);
bool same(const struct peer *a, const struct peer *b);

/* As the first two rows. */
void put_two(struct place *place, struct peer *a, struct peer *b);

/* The database as a thief sees it, and as somebody changes it behind sottod's back. */
sqlite3 *open_behind(const char *dir);
void tamper(const char *dir, const char *text);

/* A store as the first release wrote it, before what people have said was kept. */
void make_first_format(const char *dir, struct peer *p);
int version_of(const char *dir);

#endif
