// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each message against the layout of its figure in the RFC, and against every
 * other length.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "message.h"

static const uint8_t key[ZRTP_IMAGE_LEN] = { 7 };

static void pattern(uint8_t *buf, size_t len, uint8_t first)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = first + i;
}

/* Run a parser over each length but the right one, each in a buffer of exactly that size. */
#define ASSERT_ONLY_LENGTH(msg, right, max, call) do {			\
	for (size_t n = ZRTP_MESSAGE_HEADER_LEN; n <= (max); n++) {	\
		uint8_t *exact = calloc(1, n);				\
									\
		memcpy(exact, msg, n < (right) ? n : (right));		\
		assert_int_equal(call(exact, n), n == (right) ? 0 : -EBADMSG); \
		free(exact);						\
	}								\
} while (0)

static int parse_hello(const uint8_t *msg, size_t len)
{
	struct zrtp_hello hello;

	return zrtp_hello_parse(msg, len, &hello);
}

static void hello_has_the_layout_of_figure_42(void **state)
{
	uint8_t h3[32], zid[12], cid[16], buf[ZRTP_HELLO_MAX];
	static const uint8_t *const blocks[ZRTP_KINDS] = {
		(const uint8_t *)"S256S384", (const uint8_t *)"AES1", (const uint8_t *)"GCM HS80HS32",
		(const uint8_t *)"X255DH3k", (const uint8_t *)"B32 ",
	};
	struct zrtp_hello in = {
		.version = (const uint8_t *)"1.10", .client_id = cid, .h3 = h3, .zid = zid,
		.mitm = true, .counts = { 2, 1, 3, 2, 1 },
	}, out;
	int len;

	pattern(h3, sizeof(h3), 0x40);
	pattern(zid, sizeof(zid), 0x80);
	pattern(cid, sizeof(cid), 0x20);
	memcpy(in.blocks, blocks, sizeof(blocks));
	len = zrtp_hello_build(buf, sizeof(buf), &in, key);
	assert_int_equal(len, 88 + 9 * 4);
	assert_memory_equal(buf, "\x50\x5a\x00\x1fHello   1.10", 16);
	assert_memory_equal(buf + 16, cid, 16);
	assert_memory_equal(buf + 32, h3, 32);
	assert_memory_equal(buf + 64, zid, 12);
	assert_memory_equal(buf + 76, "\x20\x02\x13\x21", 4);
	assert_memory_equal(buf + 80, "S256S384AES1GCM HS80HS32X255DH3kB32 ", 36);

	assert_int_equal(zrtp_hello_parse(buf, len, &out), 0);
	assert_true(out.mitm && !out.signature && !out.passive);
	assert_memory_equal(out.counts, in.counts, sizeof(in.counts));
	assert_memory_equal(out.blocks[ZRTP_KIND_AGREEMENT], "X255DH3k", 8);
	assert_ptr_equal(out.mac, buf + len - 8);
	ASSERT_ONLY_LENGTH(buf, (size_t)len, 400, parse_hello);
}

static void hello_lists_no_more_than_seven(void **state)
{
	uint8_t buf[88 + 8 * 4] = "\x50\x5a\x00\x1eHello   1.10";
	struct zrtp_hello out;

	buf[77] = 7;
	assert_int_equal(zrtp_hello_parse(buf, 88 + 7 * 4, &out), 0);
	buf[77] = 8;
	assert_int_equal(zrtp_hello_parse(buf, 88 + 8 * 4, &out), -EBADMSG);
}

static int parse_commit(const uint8_t *msg, size_t len)
{
	struct zrtp_commit commit;

	return zrtp_commit_parse(msg, len, &commit);
}

static void commit_has_the_layout_of_figure_44(void **state)
{
	uint8_t h2[32], zid[12], hvi[32], buf[ZRTP_COMMIT_LEN];
	const uint8_t *all = (const uint8_t *)"S256AES1HS80X255B32 ";
	struct zrtp_commit in = {
		.h2 = h2, .zid = zid, .hvi = hvi,
		.blocks = { all, all + 4, all + 8, all + 12, all + 16 },
	}, out;

	pattern(h2, 32, 1);
	pattern(zid, 12, 2);
	pattern(hvi, 32, 3);
	assert_int_equal(zrtp_commit_build(buf, sizeof(buf), &in, key), 29 * 4);
	assert_memory_equal(buf, "\x50\x5a\x00\x1d" "Commit  ", 12);
	assert_memory_equal(buf + 12, h2, 32);
	assert_memory_equal(buf + 44, zid, 12);
	assert_memory_equal(buf + 56, all, 20);
	assert_memory_equal(buf + 76, hvi, 32);
	assert_int_equal(zrtp_commit_parse(buf, sizeof(buf), &out), 0);
	assert_int_equal(out.form, ZRTP_COMMIT_DH);
	assert_ptr_equal(out.hvi, buf + 76);
	ASSERT_ONLY_LENGTH(buf, 29 * 4ul, 140, parse_commit);
}

static void commit_has_its_other_two_forms(void **state)
{
	uint8_t buf[ZRTP_COMMIT_LEN] = { 0 };
	struct zrtp_commit out;

	memcpy(buf + 68, "Mult", 4);
	assert_int_equal(zrtp_commit_parse(buf, 25 * 4, &out), 0);
	assert_int_equal(out.form, ZRTP_COMMIT_MULT);
	assert_null(out.hvi);
	ASSERT_ONLY_LENGTH(buf, 25 * 4ul, 116, parse_commit);
	memcpy(buf + 68, "Prsh", 4);
	assert_int_equal(zrtp_commit_parse(buf, 27 * 4, &out), 0);
	assert_int_equal(out.form, ZRTP_COMMIT_PRSH);
	assert_ptr_equal(out.nonce, buf + 76);
	assert_ptr_equal(out.key_id, buf + 92);
	assert_ptr_equal(out.mac, buf + 100);
	ASSERT_ONLY_LENGTH(buf, 27 * 4ul, 116, parse_commit);
}

static int parse_dhpart_x255(const uint8_t *msg, size_t len)
{
	struct zrtp_dhpart part;

	return zrtp_dhpart_parse(msg, len, 32, &part);
}

static void dhpart_has_the_layout_of_figures_47_and_48(void **state)
{
	uint8_t h1[32], pv[384], buf[ZRTP_DHPART_MAX];
	struct zrtp_dhpart in = { .h1 = h1, .pv = pv, .pv_len = 384 }, out;

	pattern(h1, 32, 1);
	pattern(pv, 384, 2);
	memset(in.ids.rs1, 0x11, 8);
	memset(in.ids.rs2, 0x22, 8);
	memset(in.ids.aux, 0x33, 8);
	memset(in.ids.pbx, 0x44, 8);
	/* Table 5: 117 words with DH3k. */
	assert_int_equal(zrtp_dhpart_build(buf, sizeof(buf), ZRTP_MSG_DHPART1, &in, key), 117 * 4);
	assert_memory_equal(buf, "\x50\x5a\x00\x75" "DHPart1 ", 12);
	assert_memory_equal(buf + 12, h1, 32);
	assert_memory_equal(buf + 44, &in.ids, 32);
	assert_memory_equal(buf + 76, pv, 384);
	assert_int_equal(zrtp_dhpart_parse(buf, 117 * 4, 384, &out), 0);
	assert_memory_equal(&out.ids, &in.ids, sizeof(in.ids));
	assert_ptr_equal(out.pv, buf + 76);
	assert_int_equal(zrtp_dhpart_parse(buf, 117 * 4, 32, &out), -EBADMSG);

	in.pv_len = 32;
	assert_int_equal(zrtp_dhpart_build(buf, sizeof(buf), ZRTP_MSG_DHPART2, &in, key), 29 * 4);
	assert_memory_equal(buf + 4, "DHPart2 ", 8);
	ASSERT_ONLY_LENGTH(buf, 29 * 4ul, 200, parse_dhpart_x255);
	assert_int_equal(zrtp_dhpart_build(buf, 29 * 4 - 1, ZRTP_MSG_DHPART2, &in, key), -ENOBUFS);
}

static void confirm_has_the_layout_of_figure_49(void **state)
{
	uint8_t mac[8], iv[16], body[40], buf[ZRTP_CONFIRM_LEN];
	struct zrtp_confirm in = { .mac = mac, .iv = iv, .body = body, .body_len = 40 }, out;

	pattern(mac, 8, 1);
	pattern(iv, 16, 2);
	pattern(body, 40, 3);
	assert_int_equal(zrtp_confirm_build(buf, sizeof(buf), ZRTP_MSG_CONFIRM1, &in), 19 * 4);
	assert_memory_equal(buf, "\x50\x5a\x00\x13" "Confirm1", 12);
	assert_memory_equal(buf + 12, mac, 8);
	assert_memory_equal(buf + 20, iv, 16);
	assert_memory_equal(buf + 36, body, 40);
	assert_int_equal(zrtp_confirm_parse(buf, 19 * 4, &out), 0);
	assert_int_equal(out.body_len, 40);
	for (size_t n = 12; n < 19 * 4; n++)
		assert_int_equal(zrtp_confirm_parse(buf, n, &out), -EBADMSG);
}

static void confirm_body_has_flags_expiry_and_a_signature_to_skip(void **state)
{
	static uint8_t buf[ZRTP_CONFIRM_BODY_MAX + 4];
	struct zrtp_confirm_body in = { .verified = true, .disclosure = true,
					.expiry_s = 0x01020304 }, out;

	pattern(in.h0, 32, 9);
	assert_int_equal(zrtp_confirm_body_build(buf, sizeof(buf), &in), 40);
	assert_memory_equal(buf, in.h0, 32);
	assert_memory_equal(buf + 32, "\x00\x00\x00\x05\x01\x02\x03\x04", 8);
	assert_int_equal(zrtp_confirm_body_parse(buf, 40, &out), 0);
	assert_true(out.verified && out.disclosure && !out.allow_clear && !out.enrollment);
	assert_int_equal(out.expiry_s, 0x01020304);

	/* The 15 bits before the signature's length are ignored. */
	buf[32] = 0xff;
	buf[33] = 0xfe;
	assert_int_equal(zrtp_confirm_body_parse(buf, 40, &out), 0);
	/* 511 words, the most there can be; one more or less in the message is wrong. */
	buf[33] = 0xff;
	buf[34] = 0xff;
	assert_int_equal(zrtp_confirm_body_parse(buf, ZRTP_CONFIRM_BODY_MAX, &out), 0);
	assert_int_equal(zrtp_confirm_body_parse(buf, ZRTP_CONFIRM_BODY_MAX - 4, &out), -EBADMSG);
	assert_int_equal(zrtp_confirm_body_parse(buf, ZRTP_CONFIRM_BODY_MAX + 4, &out), -EBADMSG);
	assert_int_equal(zrtp_confirm_body_parse(buf, 40, &out), -EBADMSG);
	assert_int_equal(zrtp_confirm_body_parse(buf, 39, &out), -EBADMSG);
}

static int parse_error(const uint8_t *msg, size_t len)
{
	uint32_t code;

	return zrtp_error_parse(msg, len, &code);
}

static int parse_ping(const uint8_t *msg, size_t len)
{
	struct zrtp_ping ping;

	return zrtp_ping_parse(msg, len, &ping);
}

static int parse_goclear(const uint8_t *msg, size_t len)
{
	const uint8_t *mac = NULL;
	int r = zrtp_goclear_parse(msg, len, &mac);

	if (!r)
		assert_ptr_equal(mac, msg + 12);
	return r;
}

static void small_messages_have_their_layout(void **state)
{
	uint8_t buf[64];
	uint32_t code;

	assert_int_equal(zrtp_error_build(buf, sizeof(buf), 0x100), 16);
	assert_memory_equal(buf, "\x50\x5a\x00\x04" "Error   \x00\x00\x01\x00", 16);
	assert_int_equal(zrtp_error_parse(buf, 16, &code), 0);
	assert_int_equal(code, 0x100);
	ASSERT_ONLY_LENGTH(buf, 16ul, 40, parse_error);

	assert_int_equal(zrtp_ack_build(buf, sizeof(buf), ZRTP_MSG_CONF2ACK), 12);
	assert_memory_equal(buf, "\x50\x5a\x00\x03" "Conf2ACK", 12);
	assert_int_equal(zrtp_ack_build(buf, 11, ZRTP_MSG_CONF2ACK), -ENOBUFS);

	assert_int_equal(zrtp_goclear_build(buf, sizeof(buf), (const uint8_t *)"clearmac"), 20);
	assert_memory_equal(buf, "\x50\x5a\x00\x05GoClear clearmac", 20);
	ASSERT_ONLY_LENGTH(buf, 20ul, 40, parse_goclear);

	memcpy(buf, "\x50\x5a\x00\x06Ping    1.10endpoint", 24);
	ASSERT_ONLY_LENGTH(buf, 24ul, 40, parse_ping);
	assert_int_equal(zrtp_ping_ack_build(buf, sizeof(buf), (const uint8_t *)"ourshash",
					     (const uint8_t *)"theirown", 0x01020304), 36);
	assert_memory_equal(buf, "\x50\x5a\x00\x09PingACK 1.10ourshashtheirown\1\2\3\4", 36);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_has_the_layout_of_figure_42),
		cmocka_unit_test(hello_lists_no_more_than_seven),
		cmocka_unit_test(commit_has_the_layout_of_figure_44),
		cmocka_unit_test(commit_has_its_other_two_forms),
		cmocka_unit_test(dhpart_has_the_layout_of_figures_47_and_48),
		cmocka_unit_test(confirm_has_the_layout_of_figure_49),
		cmocka_unit_test(confirm_body_has_flags_expiry_and_a_signature_to_skip),
		cmocka_unit_test(small_messages_have_their_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
