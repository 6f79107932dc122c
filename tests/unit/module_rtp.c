// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/rtp.c: what the first bytes of a datagram say. Each packet is parsed in
 * a block of exactly its length, so that ASan sees a read behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "kshim.h"
#include "rtp.h"

static u8 *exactly(const u8 *data, unsigned int len)
{
	u8 *copy = malloc(len ?: 1);

	assert_non_null(copy);
	/* An empty datagram has no byte to read: point behind the one there is. */
	if (!len)
		return copy;
	memcpy(copy, data, len);
	return copy;
}

static enum sotto_class classify(const u8 *data, unsigned int len)
{
	u8 *copy = exactly(data, len);
	enum sotto_class class = sotto_classify(copy, len);

	free(copy);
	return class;
}

static void first_byte_decides_as_in_rfc_7983(void **state)
{
	for (unsigned int first = 0; first < 256; first++) {
		u8 data[16] = { first };
		enum sotto_class want = SOTTO_CLASS_OTHER;

		if (first >= 20 && first <= 63)
			want = SOTTO_CLASS_DTLS;
		else if (first >= 128 && first <= 191)
			want = SOTTO_CLASS_RTP;
		assert_int_equal(classify(data, sizeof(data)), want);
	}
	assert_int_equal(classify(NULL, 0), SOTTO_CLASS_OTHER);
}

static void rtcp_is_payload_type_192_to_223(void **state)
{
	for (unsigned int pt = 0; pt < 256; pt++) {
		u8 data[12] = { 0x80, pt };

		assert_int_equal(classify(data, sizeof(data)),
				 pt >= 192 && pt <= 223 ? SOTTO_CLASS_RTCP : SOTTO_CLASS_RTP);
	}
}

static void a_scrap_of_rtp_is_still_rtp(void **state)
{
	const u8 data[12] = { 0x80, 0 };

	for (unsigned int len = 1; len <= sizeof(data); len++)
		assert_int_equal(classify(data, len), SOTTO_CLASS_RTP);
}

static void zrtp_has_its_cookie(void **state)
{
	u8 data[12] = { 0x10, 0, 0, 0, 'Z', 'R', 'T', 'P' };

	assert_int_equal(classify(data, 12), SOTTO_CLASS_ZRTP);
	assert_int_equal(classify(data, 8), SOTTO_CLASS_ZRTP);
	assert_int_equal(classify(data, 7), SOTTO_CLASS_OTHER);
	data[4] = 'z';
	assert_int_equal(classify(data, 12), SOTTO_CLASS_OTHER);
	data[4] = 'Z';
	data[0] = 0x80;
	assert_int_equal(classify(data, 12), SOTTO_CLASS_RTP);
}

/* A binding request with a SOFTWARE attribute of three bytes. */
static const u8 stun[28] = {
	0x00, 0x01, 0x00, 0x08, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0x80, 0x22, 0x00, 0x03, 'a', 'b', 'c', 0,
};

static void bare_stun_is_whole_and_exact(void **state)
{
	u8 data[32];

	memcpy(data, stun, sizeof(stun));
	assert_int_equal(classify(data, sizeof(stun)), SOTTO_CLASS_STUN);

	/* Every truncation, and a byte more. */
	for (unsigned int len = 1; len < sizeof(stun); len++)
		assert_int_equal(classify(data, len), SOTTO_CLASS_OTHER);
	memset(data + sizeof(stun), 0, 4);
	assert_int_equal(classify(data, sizeof(stun) + 4), SOTTO_CLASS_OTHER);

	/* Nor a length that is exact but no multiple of 4. */
	for (unsigned int more = 1; more < 4; more++) {
		memcpy(data, stun, sizeof(stun));
		data[3] += more;
		assert_int_equal(classify(data, sizeof(stun) + more), SOTTO_CLASS_OTHER);
	}

	/* Every bit of the cookie counts. */
	for (unsigned int bit = 0; bit < 32; bit++) {
		memcpy(data, stun, sizeof(stun));
		data[4 + bit / 8] ^= 1 << bit % 8;
		assert_int_equal(classify(data, sizeof(stun)), SOTTO_CLASS_OTHER);
	}

	/* An attribute that reaches past the end. */
	memcpy(data, stun, sizeof(stun));
	data[23] = 5;
	assert_int_equal(classify(data, sizeof(stun)), SOTTO_CLASS_OTHER);
}

static void stun_with_data_is_turn(void **state)
{
	u8 data[sizeof(stun)];

	memcpy(data, stun, sizeof(stun));
	data[20] = 0x00;
	data[21] = 0x13;
	assert_int_equal(classify(data, sizeof(data)), SOTTO_CLASS_TURN);
	/* But not if what follows it does not parse. */
	data[23] = 5;
	assert_int_equal(classify(data, sizeof(data)), SOTTO_CLASS_OTHER);
}

static void channel_data_with_rtp_is_turn(void **state)
{
	u8 data[16] = { 0x40, 0x00, 0x00, 12, 0x80 };

	assert_int_equal(classify(data, 16), SOTTO_CLASS_TURN);
	assert_int_equal(classify(data, 15), SOTTO_CLASS_OTHER);
	data[0] = 0x4f;
	assert_int_equal(classify(data, 16), SOTTO_CLASS_TURN);
	data[4] = 0x16;
	assert_int_equal(classify(data, 16), SOTTO_CLASS_OTHER);
	data[3] = 0;
	assert_int_equal(classify(data, 4), SOTTO_CLASS_OTHER);
}

static int rtp_parse(const u8 *data, unsigned int len, struct sotto_rtp_info *info)
{
	u8 *copy = exactly(data, len);
	int err = sotto_rtp_parse(copy, len, info);

	free(copy);
	return err;
}

/* Two CSRCs, an extension of one word, padding of 2. */
static const u8 rtp[] = {
	0xb2, 0xe0, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xde, 0xad, 0xbe, 0xef,
	1, 1, 1, 1, 2, 2, 2, 2,
	0xbe, 0xde, 0x00, 0x01, 9, 9, 9, 9,
	'h', 'i', 0, 2,
};

static void rtp_header_is_read(void **state)
{
	struct sotto_rtp_info info;

	assert_int_equal(rtp_parse(rtp, sizeof(rtp), &info), 0);
	assert_int_equal(info.ssrc, 0xdeadbeef);
	assert_int_equal(info.timestamp, 0x01020304);
	assert_int_equal(info.seq, 0x1234);
	assert_int_equal(info.pt, 0x60);
	assert_int_equal(info.header_len, 28);
	assert_int_equal(info.ext_off, 20);
	assert_int_equal(info.padding, 2);
}

static void rtp_header_must_fit(void **state)
{
	struct sotto_rtp_info info;
	u8 data[sizeof(rtp)];

	for (unsigned int len = 0; len < 28; len++)
		assert_int_equal(rtp_parse(rtp, len, &info), -EINVAL);
	assert_int_equal(rtp_parse(rtp, 28, &info), 0);

	for (unsigned int version = 0; version < 4; version++) {
		memcpy(data, rtp, sizeof(rtp));
		data[0] = (data[0] & 0x3f) | version << 6;
		assert_int_equal(rtp_parse(data, sizeof(data), &info),
				 version == 2 ? 0 : -EINVAL);
	}
	/* The longest extension there is. */
	memcpy(data, rtp, sizeof(rtp));
	data[22] = 0xff;
	data[23] = 0xff;
	assert_int_equal(rtp_parse(data, sizeof(data), &info), -EINVAL);
}

static void rtcp_header_must_fit(void **state)
{
	const u8 sr[28] = { 0x80, 200, 0, 6, 0xca, 0xfe, 0xba, 0xbe };
	u32 ssrc;

	for (unsigned int len = 0; len <= sizeof(sr); len++) {
		u8 *copy = exactly(sr, len);

		assert_int_equal(sotto_rtcp_parse(copy, len, &ssrc),
				 len == sizeof(sr) ? 0 : -EINVAL);
		free(copy);
	}
	assert_int_equal(ssrc, 0xcafebabe);

	/* Too short to have an SSRC, and another version. */
	const u8 none[8] = { 0x80, 203, 0, 0 };
	const u8 version_1[8] = { 0x40, 201, 0, 1 };

	assert_int_equal(sotto_rtcp_parse(none, 8, &ssrc), -EINVAL);
	assert_int_equal(sotto_rtcp_parse(version_1, 8, &ssrc), -EINVAL);
}

static void control_is_an_app_named_soto(void **state)
{
	u8 app[32] = { 0x80, 204, 0, 7, 1, 2, 3, 4, 'S', 'O', 'T', 'O' };

	for (unsigned int len = 0; len <= sizeof(app); len++) {
		u8 *copy = exactly(app, len);

		assert_int_equal(sotto_rtcp_is_control(copy, len), len >= 12);
		free(copy);
	}
	/* With another subtype, or padded, it is still not the program's. */
	app[0] = 0xbf;
	assert_true(sotto_rtcp_is_control(app, sizeof(app)));
	app[1] = 203;
	assert_false(sotto_rtcp_is_control(app, sizeof(app)));
	app[1] = 204;
	app[11] = 'o';
	assert_false(sotto_rtcp_is_control(app, sizeof(app)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_byte_decides_as_in_rfc_7983),
		cmocka_unit_test(rtcp_is_payload_type_192_to_223),
		cmocka_unit_test(a_scrap_of_rtp_is_still_rtp),
		cmocka_unit_test(zrtp_has_its_cookie),
		cmocka_unit_test(bare_stun_is_whole_and_exact),
		cmocka_unit_test(stun_with_data_is_turn),
		cmocka_unit_test(channel_data_with_rtp_is_turn),
		cmocka_unit_test(rtp_header_is_read),
		cmocka_unit_test(rtp_header_must_fit),
		cmocka_unit_test(rtcp_header_must_fit),
		cmocka_unit_test(control_is_an_app_named_soto),
	};

	return cmocka_run_group_tests_name("module rtp", tests, NULL, NULL);
}
