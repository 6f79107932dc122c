// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Hello hash, which ties our Hello and the peer's to the signalling that has set up the
 * call, RFC 6189 8.1.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
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
	if (s->peer_hello.len && zrtp_hello_is_false(s, s->peer_hello.data, s->peer_hello.len))
		zrtp_hello_forget(s, now);
	return 0;
}

int zrtp_hello_hash_format(const uint8_t hash[ZRTP_HELLO_HASH_LEN], char *buf, size_t len)
{
	char hex[2 * ZRTP_HELLO_HASH_LEN + 1];
	int n;

	sodium_bin2hex(hex, sizeof(hex), hash, ZRTP_HELLO_HASH_LEN);
	n = snprintf(buf, len, "%s %s", ZRTP_VERSION, hex);
	return (size_t)n < len ? 0 : -ENOBUFS;
}

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

int zrtp_hello_hash_parse(const char *text, uint8_t out[ZRTP_HELLO_HASH_LEN])
{
	size_t token, digits, n;

	text = skip_blanks(text);
	token = strcspn(text, " \t\r\n");
	if (!token || !text[token])
		return -EBADMSG;
	/* A value of another version is one of several: the peer lists ours as well, if it can. */
	if (token < ZRTP_VERSION_COMPARED || token > ZRTP_VERSION_LEN ||
	    zrtp_version_compare((const uint8_t *)text))
		return -EPROTONOSUPPORT;
	text = skip_blanks(text + token);
	digits = strspn(text, "0123456789abcdefABCDEF");
	if (digits != 2 * ZRTP_HELLO_HASH_LEN || text[digits + strspn(text + digits, " \t\r\n")])
		return -EBADMSG;
	return sodium_hex2bin(out, ZRTP_HELLO_HASH_LEN, text, digits, NULL, &n, NULL) ? -EBADMSG : 0;
}
