// SPDX-License-Identifier: GPL-2.0-or-later
/* RTCP as the PipeWire plugin reads and writes it: RFC 3550 section 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rtcp.h"

#define US	0x11111111
#define THEM	0x22222222

static const struct rtcp_sender_info info = {
	.ntp = 0x0102030405060708, .timestamp = 0x090a0b0c, .packets = 7, .octets = 560,
};

static const struct rtcp_report report = {
	.ssrc = THEM, .fraction_lost = 25, .lost = -3, .highest_seq = 0x10005,
	.jitter = 480, .lsr = 0x03040506, .dlsr = 65536,
};

static int parse(const uint8_t *pkt, size_t len, uint32_t ours, struct rtcp_seen *seen)
{
	uint8_t *copy = malloc(len ? len : 1);
	int error;

	assert_non_null(copy);
	memcpy(copy, pkt, len);
	error = rtcp_parse(copy, len, ours, seen);
	free(copy);
	return error;
}

static void sender_report_with_cname_is_laid_out_as_in_the_rfc(void **state)
{
	static const uint8_t wanted[] = {
		0x81, 200, 0, 12, 0x11, 0x11, 0x11, 0x11,
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 7, 0, 0, 2, 0x30,
		0x22, 0x22, 0x22, 0x22, 25, 0xff, 0xff, 0xfd, 0, 1, 0, 5,
		0, 0, 1, 0xe0, 3, 4, 5, 6, 0, 1, 0, 0,
		0x81, 202, 0, 3, 0x11, 0x11, 0x11, 0x11, 1, 3, 'a', 'b', 'c', 0, 0, 0,
	};
	uint8_t pkt[RTCP_MAX_LEN];
	size_t len = rtcp_build(US, &info, &report, "abc", pkt);

	assert_int_equal(len, sizeof(wanted));
	assert_memory_equal(pkt, wanted, sizeof(wanted));
}

static void what_is_built_is_read_again(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, &info, &report, "abcd", pkt);

	assert_int_equal(parse(pkt, len, THEM, &seen), 0);
	assert_int_equal(seen.sender, US);
	assert_true(seen.has_info);
	assert_memory_equal(&seen.info, &info, sizeof(info));
	assert_true(seen.has_report);
	assert_int_equal(seen.report.ssrc, report.ssrc);
	assert_int_equal(seen.report.fraction_lost, report.fraction_lost);
	assert_int_equal(seen.report.lost, report.lost);
	assert_int_equal(seen.report.highest_seq, report.highest_seq);
	assert_int_equal(seen.report.jitter, report.jitter);
	assert_int_equal(seen.report.lsr, report.lsr);
	assert_int_equal(seen.report.dlsr, report.dlsr);
}

static void a_report_on_somebody_else_is_not_on_us(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, &info, &report, "x", pkt);

	assert_int_equal(parse(pkt, len, 0x33333333, &seen), 0);
	assert_false(seen.has_report);
}

static void who_has_not_sent_makes_a_receiver_report(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, NULL, NULL, "x", pkt);

	assert_int_equal(pkt[1], 201);
	assert_int_equal(parse(pkt, len, THEM, &seen), 0);
	assert_false(seen.has_info);
	assert_false(seen.has_report);
}

static void each_cname_length_fits_and_ends_on_a_word(void **state)
{
	char cname[RTCP_MAX_CNAME + 2];
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;

	memset(cname, 'n', sizeof(cname));
	for (size_t n = 1; n <= RTCP_MAX_CNAME; n++) {
		size_t len;

		cname[n] = '\0';
		len = rtcp_build(US, &info, &report, cname, pkt);
		cname[n] = 'n';
		assert_in_range(len, 1, RTCP_MAX_LEN);
		assert_int_equal(len % 4, 0);
		assert_int_equal(pkt[len - 1], 0);
		assert_int_equal(parse(pkt, len, THEM, &seen), 0);
	}
	cname[RTCP_MAX_CNAME + 1] = '\0';
	assert_int_equal(rtcp_build(US, &info, &report, cname, pkt), 0);
	assert_int_equal(rtcp_build(US, &info, &report, "", pkt), 0);
}

static void no_truncation_is_taken(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, &info, &report, "abc", pkt);
	size_t first = 4 * (pkt[3] + 1);

	for (size_t n = 0; n < len; n++) {
		if (n == first)	/* without SDES it is whole */
			continue;
		assert_int_equal(parse(pkt, n, THEM, &seen), -EBADMSG);
	}
}

static void a_count_of_reports_beyond_the_packet_is_refused(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, &info, &report, "abc", pkt);

	pkt[0] = 0x82;
	assert_int_equal(parse(pkt, len, THEM, &seen), -EBADMSG);
}

static void a_compound_begins_with_a_report(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, NULL, NULL, "abc", pkt);

	assert_int_equal(parse(pkt + 8, len - 8, THEM, &seen), -EBADMSG);
}

static void only_the_last_packet_is_padded(void **state)
{
	uint8_t pkt[RTCP_MAX_LEN];
	struct rtcp_seen seen;
	size_t len = rtcp_build(US, NULL, NULL, "abc", pkt);

	pkt[8] |= 0x20;
	assert_int_equal(parse(pkt, len, THEM, &seen), 0);
	pkt[0] |= 0x20;
	assert_int_equal(parse(pkt, len, THEM, &seen), -EBADMSG);
}

static void interval_is_around_five_seconds(void **state)
{
	assert_int_equal(rtcp_interval_ms(0), 2500);
	assert_int_equal(rtcp_interval_ms(4999), 7499);
	assert_in_range(rtcp_interval_ms(UINT32_MAX), 2500, 7499);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sender_report_with_cname_is_laid_out_as_in_the_rfc),
		cmocka_unit_test(what_is_built_is_read_again),
		cmocka_unit_test(a_report_on_somebody_else_is_not_on_us),
		cmocka_unit_test(who_has_not_sent_makes_a_receiver_report),
		cmocka_unit_test(each_cname_length_fits_and_ends_on_a_word),
		cmocka_unit_test(no_truncation_is_taken),
		cmocka_unit_test(a_count_of_reports_beyond_the_packet_is_refused),
		cmocka_unit_test(a_compound_begins_with_a_report),
		cmocka_unit_test(only_the_last_packet_is_padded),
		cmocka_unit_test(interval_is_around_five_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
