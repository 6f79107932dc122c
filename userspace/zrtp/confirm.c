// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Confirm1 and Confirm2 sealed and opened, RFC 6189 4.6, 5.7; and SASrelay, which is sealed
 * alike, opened, 5.13.
 */
#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "confirm.h"

static int side_of(enum zrtp_role sender)
{
	return sender == ZRTP_ROLE_INITIATOR ? ZRTP_KEYS_INITIATOR : ZRTP_KEYS_RESPONDER;
}

static int confirm_mac(const struct zrtp_suite *suite, const struct zrtp_keys *keys, int side,
		       const uint8_t *body, size_t len, uint8_t out[ZRTP_MAC_LEN])
{
	uint8_t mac[ZRTP_HASH_MAX];
	int r = zrtp_hmac(suite->hash, keys->mac[side], zrtp_hash_len(suite->hash), body, len, mac);

	if (!r)
		memcpy(out, mac, ZRTP_MAC_LEN);
	return r;
}

int zrtp_confirm_seal(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		      enum zrtp_role sender, const uint8_t iv[ZRTP_IV_LEN],
		      const struct zrtp_confirm_body *body, uint8_t *buf, size_t size)
{
	uint8_t clear[ZRTP_CONFIRM_BODY_LEN], sealed[ZRTP_CONFIRM_BODY_LEN], mac[ZRTP_MAC_LEN];
	const struct zrtp_confirm confirm = {
		.mac = mac, .iv = iv, .body = sealed, .body_len = sizeof(sealed),
	};
	int side = side_of(sender);
	int r;

	r = zrtp_confirm_body_build(clear, sizeof(clear), body);
	if (r < 0)
		return r;
	r = zrtp_cfb(suite->cipher, keys->zrtp[side], iv, true, clear, sizeof(clear), sealed);
	sodium_memzero(clear, sizeof(clear));
	r = r ?: confirm_mac(suite, keys, side, sealed, sizeof(sealed), mac);
	return r ?: zrtp_confirm_build(buf, size, sender == ZRTP_ROLE_INITIATOR ?
				       ZRTP_MSG_CONFIRM2 : ZRTP_MSG_CONFIRM1, &confirm);
}

/* Decrypts only what its MAC proves to be the sender's; @clear_len octets into @clear. */
static int open_body(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		     enum zrtp_role sender, const uint8_t *msg, size_t len,
		     uint8_t clear[ZRTP_CONFIRM_BODY_MAX], size_t *clear_len)
{
	struct zrtp_confirm confirm;
	uint8_t mac[ZRTP_MAC_LEN];
	int side = side_of(sender);
	int r;

	r = zrtp_confirm_parse(msg, len, &confirm);
	r = r ?: confirm_mac(suite, keys, side, confirm.body, confirm.body_len, mac);
	if (r)
		return r;
	if (sodium_memcmp(mac, confirm.mac, ZRTP_MAC_LEN))
		return -EACCES;
	*clear_len = confirm.body_len;
	return zrtp_cfb(suite->cipher, keys->zrtp[side], confirm.iv, false,
			confirm.body, confirm.body_len, clear);
}

int zrtp_confirm_open(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		      enum zrtp_role sender, const uint8_t *msg, size_t len,
		      struct zrtp_confirm_body *body)
{
	uint8_t clear[ZRTP_CONFIRM_BODY_MAX];
	size_t clear_len;
	int r = open_body(suite, keys, sender, msg, len, clear, &clear_len);

	if (!r && zrtp_confirm_body_parse(clear, clear_len, body))
		r = -EPROTO;
	sodium_memzero(clear, sizeof(clear));
	return r;
}

int zrtp_relay_open(const struct zrtp_suite *suite, const struct zrtp_keys *keys,
		    enum zrtp_role sender, const uint8_t *msg, size_t len,
		    struct zrtp_relay_body *body)
{
	uint8_t clear[ZRTP_CONFIRM_BODY_MAX];
	size_t clear_len;
	int r = open_body(suite, keys, sender, msg, len, clear, &clear_len);

	if (!r && zrtp_relay_body_parse(clear, clear_len, body))
		r = -EPROTO;
	sodium_memzero(clear, sizeof(clear));
	return r;
}
