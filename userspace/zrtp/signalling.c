// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Hello hash, which ties our Hello and the peer's to the signalling that has set up the
 * call, RFC 6189 8.1.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "session.h"

static void hash_of(const struct zrtp_hello_msg *hello, uint8_t out[ZRTP_HELLO_HASH_LEN])
{
	crypto_hash_sha256(out, hello->data, hello->len);
}

/* No more must have been said than can be taken back. */
static bool too_late(const struct zrtp_session *s)
{
	return s->state != ZRTP_STATE_LISTEN && s->state != ZRTP_STATE_DISCOVERY;
}

int zrtp_session_hello_hash(struct zrtp_session *s, const uint8_t own_zid[ZRTP_ZID_LEN],
			    uint8_t out[ZRTP_HELLO_HASH_LEN])
{
	int r;

	if (!s->own_hello.len) {
		if (too_late(s))
			return -EINVAL;
		memcpy(s->peer.own_zid, own_zid, ZRTP_ZID_LEN);
		r = zrtp_hello_make(s);
		if (r)
			return r;
	}
	hash_of(&s->own_hello, out);
	return 0;
}

bool zrtp_hello_is_false(const struct zrtp_session *s, const uint8_t *msg, size_t len)
{
	uint8_t hash[ZRTP_HELLO_HASH_LEN];

	if (!s->hello_expected)
		return false;
	crypto_hash_sha256(hash, msg, len);
	return memcmp(hash, s->expected_hash, sizeof(hash));
}

int zrtp_session_expect_hello(struct zrtp_session *s, uint64_t now,
			      const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	if (too_late(s))
		return -EINVAL;
	if (!zrtp_queue_has_room(s))
		return -EBUSY;
	memcpy(s->expected_hash, hash, sizeof(s->expected_hash));
	s->hello_expected = true;
	s->false_told = false;
	/* It is as good as a Hello: RFC 6189 6. */
	s->peer_speaks = true;
	if (!s->peer_hello.len ||
	    !zrtp_hello_is_false(s, s->peer_hello.data, s->peer_hello.len))
		return 0;
	/* Who has been answered need not say it again. */
	zrtp_hello_forget(s, now);
	zrtp_act(s, ZRTP_ACTION_FALSE_HELLO);
	s->false_told = true;
	return 0;
}
