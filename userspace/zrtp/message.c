// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ZRTP messages, RFC 6189 5.1 to 5.16: bytes to structs and back.
 */
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "chain.h"
#include "message.h"

#define PREAMBLE		0x505a
#define TYPE_BLOCK_LEN		8
#define HELLO_FIXED_LEN		80	/* up to the algorithm lists */
#define COMMIT_FIXED_LEN	76	/* up to hvi or nonce */
#define FLAG_ENROLLMENT		0x08
#define FLAG_VERIFIED		0x04
#define FLAG_ALLOW_CLEAR	0x02
#define FLAG_DISCLOSURE		0x01
#define HELLO_FLAG_SIGNATURE	0x40
#define HELLO_FLAG_MITM		0x20
#define HELLO_FLAG_PASSIVE	0x10

static const char type_blocks[ZRTP_MESSAGES][TYPE_BLOCK_LEN + 1] = {
	[ZRTP_MSG_HELLO]	= "Hello   ",
	[ZRTP_MSG_HELLO_ACK]	= "HelloACK",
	[ZRTP_MSG_COMMIT]	= "Commit  ",
	[ZRTP_MSG_DHPART1]	= "DHPart1 ",
	[ZRTP_MSG_DHPART2]	= "DHPart2 ",
	[ZRTP_MSG_CONFIRM1]	= "Confirm1",
	[ZRTP_MSG_CONFIRM2]	= "Confirm2",
	[ZRTP_MSG_CONF2ACK]	= "Conf2ACK",
	[ZRTP_MSG_ERROR]	= "Error   ",
	[ZRTP_MSG_ERROR_ACK]	= "ErrorACK",
	[ZRTP_MSG_GOCLEAR]	= "GoClear ",
	[ZRTP_MSG_CLEAR_ACK]	= "ClearACK",
	[ZRTP_MSG_SASRELAY]	= "SASrelay",
	[ZRTP_MSG_RELAY_ACK]	= "RelayACK",
	[ZRTP_MSG_PING]		= "Ping    ",
	[ZRTP_MSG_PING_ACK]	= "PingACK ",
};

int zrtp_message_type(const uint8_t *msg, size_t len, enum zrtp_message *type)
{
	if (len < ZRTP_MESSAGE_HEADER_LEN || get_be16(msg) != PREAMBLE)
		return -EBADMSG;
	if ((size_t)get_be16(msg + 2) * 4 != len)
		return -EBADMSG;
	for (int i = 0; i < ZRTP_MESSAGES; i++) {
		if (!memcmp(msg + 4, type_blocks[i], TYPE_BLOCK_LEN)) {
			*type = i;
			return 0;
		}
	}
	return -EBADMSG;
}

const char *zrtp_message_name(enum zrtp_message type)
{
	return (unsigned int)type < ZRTP_MESSAGES ? type_blocks[type] : "?";
}

/* A later version may change all that follows, so this looks no further. */
int zrtp_hello_version(const uint8_t *msg, size_t len, const uint8_t **version)
{
	if (len < ZRTP_MESSAGE_HEADER_LEN + ZRTP_VERSION_LEN)
		return -EBADMSG;
	*version = msg + ZRTP_MESSAGE_HEADER_LEN;
	return 0;
}

int zrtp_hello_parse(const uint8_t *msg, size_t len, struct zrtp_hello *out)
{
	const uint8_t *p;
	size_t blocks = 0;

	if (len < HELLO_FIXED_LEN + ZRTP_MAC_LEN)
		return -EBADMSG;
	out->version = msg + 12;
	out->client_id = msg + 16;
	out->h3 = msg + 32;
	out->zid = msg + 64;
	out->signature = msg[76] & HELLO_FLAG_SIGNATURE;
	out->mitm = msg[76] & HELLO_FLAG_MITM;
	out->passive = msg[76] & HELLO_FLAG_PASSIVE;
	out->counts[ZRTP_KIND_HASH] = msg[77] & 0x0f;
	out->counts[ZRTP_KIND_CIPHER] = msg[78] >> 4;
	out->counts[ZRTP_KIND_AUTH_TAG] = msg[78] & 0x0f;
	out->counts[ZRTP_KIND_AGREEMENT] = msg[79] >> 4;
	out->counts[ZRTP_KIND_SAS] = msg[79] & 0x0f;

	p = msg + HELLO_FIXED_LEN;
	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		if (out->counts[kind] > ZRTP_ALGOS_MAX)
			return -EBADMSG;
		out->blocks[kind] = p;
		p += (size_t)out->counts[kind] * ZRTP_BLOCK_LEN;
		blocks += out->counts[kind];
	}
	if (len != HELLO_FIXED_LEN + blocks * ZRTP_BLOCK_LEN + ZRTP_MAC_LEN)
		return -EBADMSG;
	out->mac = p;
	return 0;
}

/* What stands between the algorithms and the MAC. */
static size_t commit_rest(enum zrtp_commit_form form)
{
	switch (form) {
	case ZRTP_COMMIT_MULT:	return ZRTP_NONCE_LEN;
	case ZRTP_COMMIT_PRSH:	return ZRTP_NONCE_LEN + ZRTP_KEY_ID_LEN;
	case ZRTP_COMMIT_DH:	break;
	}
	return ZRTP_HVI_LEN;
}

int zrtp_commit_parse(const uint8_t *msg, size_t len, struct zrtp_commit *out)
{
	const uint8_t *agreement;

	if (len < COMMIT_FIXED_LEN)
		return -EBADMSG;
	out->h2 = msg + 12;
	out->zid = msg + 44;
	for (int kind = 0; kind < ZRTP_KINDS; kind++)
		out->blocks[kind] = msg + 56 + kind * ZRTP_BLOCK_LEN;

	agreement = out->blocks[ZRTP_KIND_AGREEMENT];
	out->hvi = NULL;
	out->nonce = msg + COMMIT_FIXED_LEN;
	out->key_id = NULL;
	if (!memcmp(agreement, ZRTP_MULT_BLOCK, ZRTP_BLOCK_LEN)) {
		out->form = ZRTP_COMMIT_MULT;
	} else if (!memcmp(agreement, ZRTP_PRSH_BLOCK, ZRTP_BLOCK_LEN)) {
		out->form = ZRTP_COMMIT_PRSH;
		out->key_id = out->nonce + ZRTP_NONCE_LEN;
	} else {
		out->form = ZRTP_COMMIT_DH;
		out->hvi = msg + COMMIT_FIXED_LEN;
		out->nonce = NULL;
	}
	if (len != COMMIT_FIXED_LEN + commit_rest(out->form) + ZRTP_MAC_LEN)
		return -EBADMSG;
	out->mac = msg + len - ZRTP_MAC_LEN;
	return 0;
}

int zrtp_dhpart_parse(const uint8_t *msg, size_t len, size_t pv_len, struct zrtp_dhpart *out)
{
	if (len != ZRTP_DHPART_OVERHEAD + pv_len)
		return -EBADMSG;
	out->h1 = msg + 12;
	memcpy(out->ids.rs1, msg + 44, ZRTP_SECRET_ID_LEN);
	memcpy(out->ids.rs2, msg + 52, ZRTP_SECRET_ID_LEN);
	memcpy(out->ids.aux, msg + 60, ZRTP_SECRET_ID_LEN);
	memcpy(out->ids.pbx, msg + 68, ZRTP_SECRET_ID_LEN);
	out->pv = msg + 76;
	out->pv_len = pv_len;
	out->mac = msg + 76 + pv_len;
	return 0;
}

int zrtp_confirm_parse(const uint8_t *msg, size_t len, struct zrtp_confirm *out)
{
	if (len < ZRTP_CONFIRM_LEN || len > ZRTP_CONFIRM_CLEAR_LEN + ZRTP_CONFIRM_BODY_MAX)
		return -EBADMSG;
	out->mac = msg + 12;
	out->iv = msg + 20;
	out->body = msg + ZRTP_CONFIRM_CLEAR_LEN;
	out->body_len = len - ZRTP_CONFIRM_CLEAR_LEN;
	return 0;
}

/* 15 unused bits, then 9 bits of length; the signature itself is skipped. */
static uint16_t signature_words(const uint8_t *word)
{
	return (word[1] & 1) << 8 | word[2];
}

int zrtp_confirm_body_parse(const uint8_t *body, size_t len, struct zrtp_confirm_body *out)
{
	if (len < ZRTP_CONFIRM_BODY_LEN)
		return -EBADMSG;
	out->signature_words = signature_words(body + 32);
	if (len != ZRTP_CONFIRM_BODY_LEN + out->signature_words * 4u)
		return -EBADMSG;
	memcpy(out->h0, body, ZRTP_IMAGE_LEN);
	out->enrollment = body[35] & FLAG_ENROLLMENT;
	out->verified = body[35] & FLAG_VERIFIED;
	out->allow_clear = body[35] & FLAG_ALLOW_CLEAR;
	out->disclosure = body[35] & FLAG_DISCLOSURE;
	out->expiry_s = get_be32(body + 36);
	return 0;
}

int zrtp_relay_body_parse(const uint8_t *body, size_t len, struct zrtp_relay_body *out)
{
	if (len < ZRTP_CONFIRM_BODY_LEN)
		return -EBADMSG;
	out->signature_words = signature_words(body);
	if (len != ZRTP_CONFIRM_BODY_LEN + out->signature_words * 4u)
		return -EBADMSG;
	out->verified = body[3] & FLAG_VERIFIED;
	out->allow_clear = body[3] & FLAG_ALLOW_CLEAR;
	out->disclosure = body[3] & FLAG_DISCLOSURE;
	memcpy(out->scheme, body + 4, ZRTP_BLOCK_LEN);
	memcpy(out->sashash, body + 8, ZRTP_SASHASH_LEN);
	return 0;
}

int zrtp_error_parse(const uint8_t *msg, size_t len, uint32_t *code)
{
	if (len != ZRTP_ERROR_LEN)
		return -EBADMSG;
	*code = get_be32(msg + 12);
	return 0;
}

int zrtp_goclear_parse(const uint8_t *msg, size_t len, const uint8_t **mac)
{
	if (len != ZRTP_GOCLEAR_LEN)
		return -EBADMSG;
	*mac = msg + 12;
	return 0;
}

int zrtp_ping_parse(const uint8_t *msg, size_t len, struct zrtp_ping *out)
{
	if (len != 24)
		return -EBADMSG;
	out->version = msg + 12;
	out->endpoint_hash = msg + 16;
	return 0;
}

/* Start a message of @len bytes: preamble, length in words, type; the rest zero. */
static int begin(uint8_t *buf, size_t size, enum zrtp_message type, size_t len)
{
	if (size < len)
		return -ENOBUFS;
	memset(buf, 0, len);
	put_be16(buf, PREAMBLE);
	put_be16(buf + 2, len / 4);
	memcpy(buf + 4, type_blocks[type], TYPE_BLOCK_LEN);
	return 0;
}

static int seal(uint8_t *buf, size_t len, const uint8_t *key)
{
	zrtp_chain_mac(key, buf, len - ZRTP_MAC_LEN, buf + len - ZRTP_MAC_LEN);
	return len;
}

int zrtp_hello_build(uint8_t *buf, size_t size, const struct zrtp_hello *hello, const uint8_t *key)
{
	size_t len = HELLO_FIXED_LEN + ZRTP_MAC_LEN;
	uint8_t *p;
	int r;

	for (int kind = 0; kind < ZRTP_KINDS; kind++)
		len += (size_t)hello->counts[kind] * ZRTP_BLOCK_LEN;
	r = begin(buf, size, ZRTP_MSG_HELLO, len);
	if (r < 0)
		return r;
	memcpy(buf + 12, hello->version, ZRTP_VERSION_LEN);
	memcpy(buf + 16, hello->client_id, ZRTP_CLIENT_ID_LEN);
	memcpy(buf + 32, hello->h3, ZRTP_IMAGE_LEN);
	memcpy(buf + 64, hello->zid, ZRTP_ZID_LEN);
	buf[76] = (hello->signature ? HELLO_FLAG_SIGNATURE : 0) |
		  (hello->mitm ? HELLO_FLAG_MITM : 0) |
		  (hello->passive ? HELLO_FLAG_PASSIVE : 0);
	buf[77] = hello->counts[ZRTP_KIND_HASH];
	buf[78] = hello->counts[ZRTP_KIND_CIPHER] << 4 | hello->counts[ZRTP_KIND_AUTH_TAG];
	buf[79] = hello->counts[ZRTP_KIND_AGREEMENT] << 4 | hello->counts[ZRTP_KIND_SAS];
	p = buf + HELLO_FIXED_LEN;
	for (int kind = 0; kind < ZRTP_KINDS; kind++) {
		size_t n = (size_t)hello->counts[kind] * ZRTP_BLOCK_LEN;

		if (n)
			memcpy(p, hello->blocks[kind], n);
		p += n;
	}
	return seal(buf, len, key);
}

int zrtp_commit_build(uint8_t *buf, size_t size, const struct zrtp_commit *commit,
		      const uint8_t *key)
{
	size_t len = COMMIT_FIXED_LEN + commit_rest(commit->form) + ZRTP_MAC_LEN;
	int r = begin(buf, size, ZRTP_MSG_COMMIT, len);

	if (r < 0)
		return r;
	memcpy(buf + 12, commit->h2, ZRTP_IMAGE_LEN);
	memcpy(buf + 44, commit->zid, ZRTP_ZID_LEN);
	for (int kind = 0; kind < ZRTP_KINDS; kind++)
		memcpy(buf + 56 + kind * ZRTP_BLOCK_LEN, commit->blocks[kind], ZRTP_BLOCK_LEN);
	if (commit->form == ZRTP_COMMIT_DH)
		memcpy(buf + COMMIT_FIXED_LEN, commit->hvi, ZRTP_HVI_LEN);
	else
		memcpy(buf + COMMIT_FIXED_LEN, commit->nonce, ZRTP_NONCE_LEN);
	if (commit->form == ZRTP_COMMIT_PRSH)
		memcpy(buf + COMMIT_FIXED_LEN + ZRTP_NONCE_LEN, commit->key_id, ZRTP_KEY_ID_LEN);
	return seal(buf, len, key);
}

int zrtp_dhpart_build(uint8_t *buf, size_t size, enum zrtp_message type,
		      const struct zrtp_dhpart *part, const uint8_t *key)
{
	size_t len = ZRTP_DHPART_OVERHEAD + part->pv_len;
	int r = begin(buf, size, type, len);

	if (r < 0)
		return r;
	memcpy(buf + 12, part->h1, ZRTP_IMAGE_LEN);
	memcpy(buf + 44, part->ids.rs1, ZRTP_SECRET_ID_LEN);
	memcpy(buf + 52, part->ids.rs2, ZRTP_SECRET_ID_LEN);
	memcpy(buf + 60, part->ids.aux, ZRTP_SECRET_ID_LEN);
	memcpy(buf + 68, part->ids.pbx, ZRTP_SECRET_ID_LEN);
	memcpy(buf + 76, part->pv, part->pv_len);
	return seal(buf, len, key);
}

int zrtp_confirm_build(uint8_t *buf, size_t size, enum zrtp_message type,
		       const struct zrtp_confirm *confirm)
{
	size_t len = ZRTP_CONFIRM_CLEAR_LEN + confirm->body_len;
	int r = begin(buf, size, type, len);

	if (r < 0)
		return r;
	memcpy(buf + 12, confirm->mac, ZRTP_MAC_LEN);
	memcpy(buf + 20, confirm->iv, ZRTP_IV_LEN);
	memcpy(buf + ZRTP_CONFIRM_CLEAR_LEN, confirm->body, confirm->body_len);
	return len;
}

int zrtp_confirm_body_build(uint8_t *buf, size_t size, const struct zrtp_confirm_body *body)
{
	if (size < ZRTP_CONFIRM_BODY_LEN)
		return -ENOBUFS;
	memcpy(buf, body->h0, ZRTP_IMAGE_LEN);
	memset(buf + 32, 0, 3);
	buf[35] = (body->enrollment ? FLAG_ENROLLMENT : 0) |
		  (body->verified ? FLAG_VERIFIED : 0) |
		  (body->allow_clear ? FLAG_ALLOW_CLEAR : 0) |
		  (body->disclosure ? FLAG_DISCLOSURE : 0);
	put_be32(buf + 36, body->expiry_s);
	return ZRTP_CONFIRM_BODY_LEN;
}

int zrtp_error_build(uint8_t *buf, size_t size, uint32_t code)
{
	int r = begin(buf, size, ZRTP_MSG_ERROR, ZRTP_ERROR_LEN);

	if (r < 0)
		return r;
	put_be32(buf + 12, code);
	return ZRTP_ERROR_LEN;
}

int zrtp_goclear_build(uint8_t *buf, size_t size, const uint8_t mac[ZRTP_MAC_LEN])
{
	int r = begin(buf, size, ZRTP_MSG_GOCLEAR, ZRTP_GOCLEAR_LEN);

	if (r < 0)
		return r;
	memcpy(buf + 12, mac, ZRTP_MAC_LEN);
	return ZRTP_GOCLEAR_LEN;
}

int zrtp_ping_ack_build(uint8_t *buf, size_t size, const uint8_t *own_hash,
			const uint8_t *ping_hash, uint32_t ping_ssrc)
{
	int r = begin(buf, size, ZRTP_MSG_PING_ACK, ZRTP_PING_ACK_LEN);

	if (r < 0)
		return r;
	memcpy(buf + 12, ZRTP_VERSION, ZRTP_VERSION_LEN);
	memcpy(buf + 16, own_hash, ZRTP_ENDPOINT_HASH_LEN);
	memcpy(buf + 24, ping_hash, ZRTP_ENDPOINT_HASH_LEN);
	put_be32(buf + 32, ping_ssrc);
	return ZRTP_PING_ACK_LEN;
}

int zrtp_ack_build(uint8_t *buf, size_t size, enum zrtp_message type)
{
	int r = begin(buf, size, type, ZRTP_MESSAGE_HEADER_LEN);

	return r < 0 ? r : ZRTP_MESSAGE_HEADER_LEN;
}
