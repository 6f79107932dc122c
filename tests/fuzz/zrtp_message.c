// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: every parser of ZRTP messages, each with whatever comes, in a buffer of
 * exactly that size. What is sealed in a packet is found in it again, and a message that
 * has been understood is built again as the same octets, but for its MAC and for what is to
 * be ignored.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

static const uint8_t key[ZRTP_IMAGE_LEN];

static bool good(int r)
{
	REQUIRE(r == 0 || r == -EBADMSG);
	return !r;
}

/* Reads each octet that the parser has pointed to. */
static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
	return !memcmp(a, b, len);
}

static void try_hello(const uint8_t *msg, size_t len)
{
	uint8_t again[ZRTP_HELLO_MAX];
	struct zrtp_hello h, twice;
	const uint8_t *version;
	int n;

	good(zrtp_hello_version(msg, len, &version));
	if (!good(zrtp_hello_parse(msg, len, &h)))
		return;
	n = zrtp_hello_build(again, sizeof(again), &h, key);
	REQUIRE(n == (int)len);
	/* Unused bits are ignored, and built as zeros: only then is it the same. */
	REQUIRE(!zrtp_hello_parse(again, n, &twice));
	REQUIRE(twice.mitm == h.mitm && twice.passive == h.passive && twice.signature == h.signature);
	REQUIRE(same(twice.h3, h.h3, ZRTP_IMAGE_LEN) && same(twice.zid, h.zid, ZRTP_ZID_LEN));
	for (int i = 0; i < ZRTP_KINDS; i++)
		REQUIRE(twice.counts[i] == h.counts[i] &&
			same(twice.blocks[i], h.blocks[i], h.counts[i] * ZRTP_BLOCK_LEN));
}

static void try_commit(const uint8_t *msg, size_t len)
{
	uint8_t again[ZRTP_COMMIT_LEN];
	struct zrtp_commit c;

	if (!good(zrtp_commit_parse(msg, len, &c)))
		return;
	REQUIRE(!c.hvi == (c.form != ZRTP_COMMIT_DH));
	REQUIRE(zrtp_commit_build(again, sizeof(again), &c, key) == (int)len);
	REQUIRE(same(again, msg, len - ZRTP_MAC_LEN));
}

static void try_dhpart(const uint8_t *msg, size_t len, enum zrtp_message type)
{
	static const size_t pv_lens[] = { 32, 56, 64, 96, ZRTP_PV_MAX };
	uint8_t again[ZRTP_DHPART_MAX];
	struct zrtp_dhpart d;

	for (size_t i = 0; i < sizeof(pv_lens) / sizeof(*pv_lens); i++) {
		if (!good(zrtp_dhpart_parse(msg, len, pv_lens[i], &d)))
			continue;
		REQUIRE(zrtp_dhpart_build(again, sizeof(again), type, &d, key) == (int)len);
		REQUIRE(same(again, msg, len - ZRTP_MAC_LEN));
	}
}

static void try_confirm(const uint8_t *msg, size_t len, enum zrtp_message type)
{
	uint8_t again[ZRTP_CONFIRM_CLEAR_LEN + ZRTP_CONFIRM_BODY_MAX];
	struct zrtp_confirm c;

	if (!good(zrtp_confirm_parse(msg, len, &c)))
		return;
	REQUIRE(c.body_len <= ZRTP_CONFIRM_BODY_MAX);
	REQUIRE(zrtp_confirm_build(again, sizeof(again), type, &c) == (int)len);
	REQUIRE(same(again, msg, len));
}

/* As it is behind the MAC: somebody who has the keys may say whatever she likes. */
static void try_bodies(const uint8_t *body, size_t len)
{
	struct zrtp_confirm_body confirm;
	struct zrtp_relay_body relay;
	uint8_t again[ZRTP_CONFIRM_BODY_LEN];

	if (len >= ZRTP_CONFIRM_BODY_LEN && good(zrtp_confirm_body_parse(body, len, &confirm)) &&
	    !confirm.signature_words)
		REQUIRE(zrtp_confirm_body_build(again, sizeof(again), &confirm) ==
			ZRTP_CONFIRM_BODY_LEN);
	if (len >= ZRTP_CONFIRM_BODY_LEN)
		good(zrtp_relay_body_parse(body, len, &relay));
}

static void try_others(const uint8_t *msg, size_t len, enum zrtp_message type)
{
	uint8_t again[ZRTP_PING_ACK_LEN];
	struct zrtp_ping ping;
	const uint8_t *mac;
	uint32_t code;

	if (type == ZRTP_MSG_ERROR && good(zrtp_error_parse(msg, len, &code)))
		REQUIRE(zrtp_error_build(again, sizeof(again), code) == (int)len &&
			same(again, msg, len));
	if (type == ZRTP_MSG_GOCLEAR && good(zrtp_goclear_parse(msg, len, &mac)))
		REQUIRE(zrtp_goclear_build(again, sizeof(again), mac) == (int)len &&
			same(again, msg, len));
	if (type == ZRTP_MSG_PING && good(zrtp_ping_parse(msg, len, &ping)))
		REQUIRE(zrtp_ping_ack_build(again, sizeof(again), ping.endpoint_hash,
					    ping.endpoint_hash, 1) == ZRTP_PING_ACK_LEN);
}

static void try_message(const uint8_t *msg, size_t len, enum zrtp_message type)
{
	REQUIRE(len >= ZRTP_MESSAGE_HEADER_LEN && !(len % 4));
	switch (type) {
	case ZRTP_MSG_HELLO:
		try_hello(msg, len);
		break;
	case ZRTP_MSG_COMMIT:
		try_commit(msg, len);
		break;
	case ZRTP_MSG_DHPART1:
	case ZRTP_MSG_DHPART2:
		try_dhpart(msg, len, type);
		break;
	case ZRTP_MSG_CONFIRM1:
	case ZRTP_MSG_CONFIRM2:
	case ZRTP_MSG_SASRELAY:
		try_confirm(msg, len, type);
		break;
	default:
		try_others(msg, len, type);
	}
}

/* As it came, and with the CRC that whoever knows the protocol puts to it. */
static void try_packet(const uint8_t *data, size_t len)
{
	struct zrtp_packet p;

	if (!good(zrtp_packet_parse(data, len, &p)))
		return;
	REQUIRE(p.msg == data + ZRTP_HEADER_LEN && p.msg_len == len - ZRTP_OVERHEAD);
	try_message(p.msg, p.msg_len, p.type);
}

static void try_sealed(const uint8_t *msg, size_t len)
{
	size_t size = len + ZRTP_OVERHEAD;
	uint8_t *data = malloc(size);
	int n;

	REQUIRE(data);
	n = zrtp_packet_build(data, size, 1, 2, msg, len);
	REQUIRE(n == (int)size);
	try_packet(data, n);
	free(data);
}

/* From the signalling: a text, to its end. */
static void try_signalled(const uint8_t *data, size_t len)
{
	char *text = strndup((const char *)data, len), again[ZRTP_HELLO_HASH_TEXT];
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
	int r;

	REQUIRE(text);
	r = zrtp_hello_hash_parse(text, hash);
	REQUIRE(!r || r == -EBADMSG || r == -EPROTONOSUPPORT);
	if (!r)
		REQUIRE(!zrtp_hello_hash_format(hash, again, sizeof(again)));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);	/* one octet too far is seen */

	REQUIRE(exact);
	memcpy(exact, data, size);
	try_packet(exact, size);
	if (size >= ZRTP_MESSAGE_HEADER_LEN)
		try_sealed(exact, size);
	try_bodies(exact, size);
	try_signalled(exact, size);
	free(exact);
	return 0;
}
