// SPDX-License-Identifier: GPL-2.0-or-later
/* RTP headers as the PipeWire plugin reads and writes them: RFC 3550 section 5.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtp.h"

/* Parse a copy without a byte to spare, so that ASan sees each step too far. */
static int parse(const uint8_t *pkt, size_t len, struct rtp_header *h,
		 uint8_t *payload, size_t *payload_len)
{
	uint8_t *copy = malloc(len ? len : 1);
	const uint8_t *at;
	int error;

	assert_non_null(copy);
	memcpy(copy, pkt, len);
	error = rtp_parse(copy, len, h, &at, payload_len);
	if (!error)
		memcpy(payload, at, *payload_len);
	free(copy);
	return error;
}

static void what_is_built_is_read_again(void **state)
{
	const struct rtp_header in = {
		.payload_type = 96, .marker = true, .seq = 0xfffe,
		.timestamp = 0xdeadbeef, .ssrc = 0x80000001,
	};
	uint8_t pkt[RTP_HEADER_LEN + 3];
	uint8_t payload[16];
	struct rtp_header out;
	size_t len;

	rtp_build(&in, pkt);
	memcpy(pkt + RTP_HEADER_LEN, "abc", 3);
	assert_int_equal(parse(pkt, sizeof(pkt), &out, payload, &len), 0);
	assert_int_equal(out.payload_type, in.payload_type);
	assert_true(out.marker);
	assert_int_equal(out.seq, in.seq);
	assert_int_equal(out.timestamp, in.timestamp);
	assert_int_equal(out.ssrc, in.ssrc);
	assert_int_equal(len, 3);
	assert_memory_equal(payload, "abc", 3);
}

static void header_is_laid_out_as_in_the_rfc(void **state)
{
	static const uint8_t wanted[] = {
		0x80, 0x60, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0x0a, 0x0b, 0x0c, 0x0d,
	};
	const struct rtp_header h = {
		.payload_type = 96, .seq = 0x1234, .timestamp = 0x01020304, .ssrc = 0x0a0b0c0d,
	};
	uint8_t pkt[RTP_HEADER_LEN];

	rtp_build(&h, pkt);
	assert_memory_equal(pkt, wanted, sizeof(wanted));
}

static void csrcs_extension_and_padding_are_skipped(void **state)
{
	static const uint8_t pkt[] = {
		0xb2, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,	/* V=2 P X CC=2 */
		1, 1, 1, 1, 2, 2, 2, 2,				/* CSRCs */
		0xbe, 0xde, 0, 1, 9, 9, 9, 9,			/* extension of one word */
		'h', 'i', 0, 0, 3,				/* payload, padding */
	};
	uint8_t payload[16];
	struct rtp_header h;
	size_t len;

	assert_int_equal(parse(pkt, sizeof(pkt), &h, payload, &len), 0);
	assert_int_equal(len, 2);
	assert_memory_equal(payload, "hi", 2);
}

static void every_truncation_is_refused_or_within_bounds(void **state)
{
	static const uint8_t pkt[] = {
		0x92, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
		1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 1, 9, 9, 9, 9,
	};
	uint8_t payload[32];
	struct rtp_header h;
	size_t len;

	for (size_t n = 0; n < sizeof(pkt); n++)
		assert_int_equal(parse(pkt, n, &h, payload, &len), -EBADMSG);
	assert_int_equal(parse(pkt, sizeof(pkt), &h, payload, &len), 0);
	assert_int_equal(len, 0);
}

static void bad_padding_is_refused(void **state)
{
	uint8_t pkt[RTP_HEADER_LEN + 2] = { 0xa0, 0x60 };
	uint8_t payload[16];
	struct rtp_header h;
	size_t len;

	pkt[RTP_HEADER_LEN + 1] = 0;
	assert_int_equal(parse(pkt, sizeof(pkt), &h, payload, &len), -EBADMSG);
	pkt[RTP_HEADER_LEN + 1] = 3;
	assert_int_equal(parse(pkt, sizeof(pkt), &h, payload, &len), -EBADMSG);
	pkt[RTP_HEADER_LEN + 1] = 2;
	assert_int_equal(parse(pkt, sizeof(pkt), &h, payload, &len), 0);
	assert_int_equal(len, 0);
	assert_int_equal(parse(pkt, RTP_HEADER_LEN, &h, payload, &len), -EBADMSG);
}

static void another_version_is_refused(void **state)
{
	uint8_t pkt[RTP_HEADER_LEN] = { 0x40, 0x60 };
	uint8_t payload[16];
	struct rtp_header h;
	size_t len;

	assert_int_equal(parse(pkt, sizeof(pkt), &h, payload, &len), -EBADMSG);
}

static void rtcp_is_told_by_its_packet_type(void **state)
{
	uint8_t pkt[2] = { 0x80 };

	for (unsigned int type = 0; type < 256; type++) {
		pkt[1] = type;
		assert_int_equal(rtp_is_rtcp(pkt, 2), type >= 192 && type <= 223);
	}
	pkt[1] = 200;
	assert_false(rtp_is_rtcp(pkt, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_is_read_again),
		cmocka_unit_test(header_is_laid_out_as_in_the_rfc),
		cmocka_unit_test(csrcs_extension_and_padding_are_skipped),
		cmocka_unit_test(every_truncation_is_refused_or_within_bounds),
		cmocka_unit_test(bad_padding_is_refused),
		cmocka_unit_test(another_version_is_refused),
		cmocka_unit_test(rtcp_is_told_by_its_packet_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
