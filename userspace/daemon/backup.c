// SPDX-License-Identifier: GPL-2.0-or-later
#include "backup.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#define HEADER_LEN	crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define OVERHEAD	crypto_secretstream_xchacha20poly1305_ABYTES
#define PEER_CHUNK	(PEER_PACKED_LEN + OVERHEAD)
#define LAST_CHUNK	(sizeof(uint32_t) + OVERHEAD)	/* the number of peers */
#define TAG_PEER	crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
#define TAG_LAST	crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define WHOEVER		UINT32_MAX	/* the uid of a peer in a box that is one person's */

_Static_assert(BACKUP_KEY_LEN == crypto_secretstream_xchacha20poly1305_KEYBYTES, "key length");

/* In locked memory: what is in the clear between store and box. */
struct stream {
	crypto_secretstream_xchacha20poly1305_state state;
	const void *head;	/* goes with the first chunk */
	size_t head_len;
	uint8_t plain[PEER_PACKED_LEN];
};

static void stream_freep(struct stream **s)
{
	sodium_free(*s);	/* wipes */
}

#define _cleanup_stream_ __attribute__((cleanup(stream_freep)))

static struct stream *stream_new(const void *head, size_t head_len)
{
	struct stream *s = sodium_malloc(sizeof(*s));

	if (s) {
		s->head = head;
		s->head_len = head_len;
	}
	return s;
}

struct writing {
	struct stream *stream;
	uint32_t uid;
	uint32_t n;
	uint8_t *box;
	size_t room;
	size_t len;
};

static void push(struct writing *w, const uint8_t *plain, size_t len, uint8_t tag)
{
	struct stream *s = w->stream;

	crypto_secretstream_xchacha20poly1305_push(&s->state, w->box + w->len, NULL, plain, len,
						   s->head, s->head_len, tag);
	w->len += len + OVERHEAD;
	s->head = NULL;
	s->head_len = 0;
}

static int make_room(struct writing *w)
{
	uint8_t *more;

	if (w->len + PEER_CHUNK + LAST_CHUNK <= w->room)
		return 0;
	more = realloc(w->box, 2 * w->room);	/* of what is sealed, nothing is secret */
	if (!more)
		return -ENOMEM;
	w->box = more;
	w->room *= 2;
	return 0;
}

static int add_peer(const struct peer *p, void *arg)
{
	struct writing *w = arg;
	_cleanup_peer_ struct peer *copy = NULL;
	int r;

	if (w->uid != BACKUP_ALL && p->uid != w->uid)
		return 0;
	copy = peer_new();
	r = copy ? make_room(w) : -ENOMEM;
	if (r)
		return r;
	*copy = *p;
	if (w->uid != BACKUP_ALL)
		copy->uid = WHOEVER;
	peer_pack(copy, w->stream->plain);
	push(w, w->stream->plain, PEER_PACKED_LEN, TAG_PEER);
	w->n++;
	return 0;
}

int backup_make(struct store *s, uint32_t uid, const uint8_t key[BACKUP_KEY_LEN], const void *head,
		size_t head_len, uint8_t **out, size_t *out_len)
{
	_cleanup_stream_ struct stream *stream = stream_new(head, head_len);
	struct writing w = { .stream = stream, .uid = uid, .len = HEADER_LEN };
	uint32_t n;
	int r;

	w.room = HEADER_LEN + PEER_CHUNK + LAST_CHUNK;
	w.box = malloc(w.room);
	r = stream && w.box ? 0 : -ENOMEM;
	if (!r) {
		crypto_secretstream_xchacha20poly1305_init_push(&stream->state, w.box, key);
		r = store_each(s, add_peer, &w);
	}
	if (r) {
		free(w.box);
		return r;
	}
	n = htole32(w.n);
	push(&w, (const uint8_t *)&n, sizeof(n), TAG_LAST);
	*out = w.box;
	*out_len = w.len;
	return 0;
}

struct reading {
	struct store *store;
	struct stream *stream;
	uint32_t uid;
	const uint8_t *key;
	const void *head;
	size_t head_len;
	const uint8_t *box;
	size_t len;
	unsigned int added;
	unsigned int kept;
};

/* Return: 0, or -EBADMSG unless the next chunk is as it was, and of this kind. */
static int pull(struct stream *s, const uint8_t *chunk, size_t len, uint8_t expected)
{
	unsigned char tag;

	if (crypto_secretstream_xchacha20poly1305_pull(&s->state, s->plain, NULL, &tag, chunk, len,
						       s->head, s->head_len) || tag != expected)
		return -EBADMSG;
	s->head = NULL;
	s->head_len = 0;
	return 0;
}

/* Whom the store knows already has gone on since. */
static int is_known(struct reading *r, const struct peer *p)
{
	_cleanup_peer_ struct peer *mine = peer_new();
	int e = mine ? -ENOENT : -ENOMEM;

	if (mine && p->has_zid)
		e = store_find_zid(r->store, p->peer_zid, mine);
	if (e == -ENOENT && *p->name)
		e = store_find_name(r->store, p->uid, p->name, mine);
	return e == -ENOENT ? 0 : e ?: 1;
}

static int give_back(struct reading *r)
{
	_cleanup_peer_ struct peer *p = peer_new();
	int e = p ? peer_unpack(p, r->stream->plain) : -ENOMEM;

	if (e)
		return e;
	/* Whoever has a key can seal what she likes, and this name is told to everybody. */
	if (*p->name && !peer_name_valid(p->name))
		return -EBADMSG;
	if (p->uid == WHOEVER)
		p->uid = r->uid;
	e = r->uid && p->uid != r->uid ? 1 : is_known(r, p);
	if (e < 0)
		return e;
	r->kept += e;
	r->added += !e;
	return e ? 0 : store_put(r->store, p);
}

/* @each: for every peer, once it is in the clear; NULL: only see that the box is whole */
static int walk(struct reading *r, int (*each)(struct reading *r))
{
	const uint8_t *at, *last;
	uint32_t n = 0, said;
	int e = 0;

	if (r->len < HEADER_LEN + LAST_CHUNK || (r->len - HEADER_LEN - LAST_CHUNK) % PEER_CHUNK)
		return -EBADMSG;
	at = r->box + HEADER_LEN;
	last = r->box + r->len - LAST_CHUNK;
	r->stream->head = r->head;
	r->stream->head_len = r->head_len;
	if (crypto_secretstream_xchacha20poly1305_init_pull(&r->stream->state, r->box, r->key))
		return -EBADMSG;
	for (; !e && at < last; at += PEER_CHUNK, n++) {
		e = pull(r->stream, at, PEER_CHUNK, TAG_PEER);
		if (!e && each)
			e = each(r);
	}
	e = e ?: pull(r->stream, last, LAST_CHUNK, TAG_LAST);
	if (e)
		return e;
	memcpy(&said, r->stream->plain, sizeof(said));
	return le32toh(said) == n ? 0 : -EBADMSG;
}

static int walk_and_give_back(void *arg)
{
	return walk(arg, give_back);
}

int backup_restore(struct store *s, uint32_t uid, const uint8_t key[BACKUP_KEY_LEN],
		   const void *head, size_t head_len, const uint8_t *box, size_t len,
		   unsigned int *added, unsigned int *kept)
{
	_cleanup_stream_ struct stream *stream = stream_new(NULL, 0);
	struct reading r = {
		.store = s, .stream = stream, .uid = uid, .key = key,
		.head = head, .head_len = head_len, .box = box, .len = len,
	};
	int e = stream ? walk(&r, NULL) : -ENOMEM;

	e = e ?: store_together(s, walk_and_give_back, &r);
	if (e)
		return e;
	*added = r.added;
	*kept = r.kept;
	return 0;
}
