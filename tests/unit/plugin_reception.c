// SPDX-License-Identifier: GPL-2.0-or-later
/* Reception statistics of the PipeWire plugin: RFC 3550 appendices A.3 and A.8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "reception.h"

#define THEM	1234
#define FRAME	960

static int packet(struct reception *r, uint16_t seq, int late_by)
{
	uint32_t timestamp = seq * FRAME;

	return reception_packet(r, THEM, seq, timestamp, 5000 + timestamp + late_by);
}

static void nothing_lost_is_reported_as_nothing(void **state)
{
	struct reception r = { 0 };
	struct rtcp_report report;

	assert_int_equal(packet(&r, 10, 0), 1);
	for (int i = 11; i < 60; i++)
		assert_int_equal(packet(&r, i, 0), 0);
	reception_report(&r, 0, &report);
	assert_int_equal(report.ssrc, THEM);
	assert_int_equal(report.fraction_lost, 0);
	assert_int_equal(report.lost, 0);
	assert_int_equal(report.highest_seq, 59);
	assert_int_equal(report.jitter, 0);
	assert_int_equal(report.lsr, 0);
}

static void loss_counts_from_report_to_report(void **state)
{
	struct reception r = { 0 };
	struct rtcp_report report;

	for (int i = 0; i < 100; i++) {
		if (i % 4 != 1)
			packet(&r, i, 0);
	}
	reception_report(&r, 0, &report);
	assert_int_equal(report.lost, 25);
	assert_int_equal(report.fraction_lost, 63);
	for (int i = 100; i < 200; i++)
		packet(&r, i, 0);
	reception_report(&r, 0, &report);
	assert_int_equal(report.lost, 25);
	assert_int_equal(report.fraction_lost, 0);
}

static void duplicates_make_the_loss_negative(void **state)
{
	struct reception r = { 0 };
	struct rtcp_report report;

	for (int i = 0; i < 10; i++) {
		packet(&r, i, 0);
		packet(&r, i, 0);
	}
	reception_report(&r, 0, &report);
	assert_int_equal(report.lost, -10);
	assert_int_equal(report.fraction_lost, 0);
}

static void the_sequence_number_wraps_into_a_cycle(void **state)
{
	struct reception r = { 0 };
	struct rtcp_report report;

	for (unsigned int i = 65530; i < 65546; i++)
		packet(&r, i & 0xffff, 0);
	reception_report(&r, 0, &report);
	assert_int_equal(report.highest_seq, 65545);
	assert_int_equal(report.lost, 0);
}

static void jitter_approaches_the_mean_deviation(void **state)
{
	struct reception r = { 0 };
	struct rtcp_report report;

	for (int i = 0; i < 1000; i++)
		packet(&r, i, i % 2 ? 96 : 0);
	reception_report(&r, 0, &report);
	assert_in_range(report.jitter, 94, 98);
}

static void one_packet_of_another_ssrc_changes_nothing(void **state)
{
	struct reception r = { 0 };

	packet(&r, 1, 0);
	assert_int_equal(reception_packet(&r, 99, 500, 0, 0), -EAGAIN);
	assert_int_equal(reception_packet(&r, 99, 700, 0, 0), -EAGAIN);
	assert_int_equal(packet(&r, 2, 0), 0);
	assert_int_equal(r.ssrc, THEM);
}

static void two_in_sequence_replace_the_stream(void **state)
{
	struct reception r = { 0 };

	packet(&r, 1, 0);
	assert_int_equal(reception_packet(&r, 99, 65535, 0, 0), -EAGAIN);
	assert_int_equal(reception_packet(&r, 99, 0, 960, 960), 1);
	assert_int_equal(r.ssrc, 99);
	assert_int_equal(packet(&r, 2, 0), -EAGAIN);
}

static void a_sender_report_comes_back_as_lsr_and_dlsr(void **state)
{
	struct reception r = { 0 };
	struct rtcp_report report;

	packet(&r, 1, 0);
	reception_sr(&r, 77, 0xaaaabbbbccccdddd, 1000000);
	reception_report(&r, 2000000, &report);
	assert_int_equal(report.lsr, 0);
	reception_sr(&r, THEM, 0xaaaabbbbccccdddd, 1000000);
	reception_report(&r, 1500000, &report);
	assert_int_equal(report.lsr, 0xbbbbcccc);
	assert_int_equal(report.dlsr, 32768);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_lost_is_reported_as_nothing),
		cmocka_unit_test(loss_counts_from_report_to_report),
		cmocka_unit_test(duplicates_make_the_loss_negative),
		cmocka_unit_test(the_sequence_number_wraps_into_a_cycle),
		cmocka_unit_test(jitter_approaches_the_mean_deviation),
		cmocka_unit_test(one_packet_of_another_ssrc_changes_nothing),
		cmocka_unit_test(two_in_sequence_replace_the_stream),
		cmocka_unit_test(a_sender_report_comes_back_as_lsr_and_dlsr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
