// SPDX-License-Identifier: GPL-2.0-only
/*
 * evidence.c: what makes a 5-tuple a call, and what does not.
 */
#include <linux/socket.h>

#include "evidence.h"
#include "suites.h"

static int evidence_setup(struct kunit *test)
{
	struct sotto_evidence *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

	if (!ev)
		return -ENOMEM;
	test->priv = ev;
	return sotto_evidence_init(ev);
}

static void evidence_teardown(struct kunit *test)
{
	if (test->priv)
		sotto_evidence_exit(test->priv);
}

static struct sotto_tuple tuple_of(u16 port)
{
	return (struct sotto_tuple){
		.lport = htons(port),
		.rport = htons(port),
		.family = AF_INET,
	};
}

static bool rtp(struct kunit *test, u16 port, enum sotto_dir dir, u32 ssrc, u16 seq)
{
	const struct sotto_rtp_info info = { .ssrc = ssrc, .seq = seq };
	const struct sotto_tuple tuple = tuple_of(port);

	return sotto_evidence_rtp(test->priv, &tuple, dir, &info);
}

static void two_in_a_row_are_a_call(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 65535));
	KUNIT_EXPECT_TRUE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 0));
}

static void lost_ones_in_between_do_no_harm(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 100));
	KUNIT_EXPECT_TRUE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 116));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 200));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 217));
}

static void what_does_not_follow_is_none(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 10));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 10));	/* again */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 9));	/* backwards */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 2, 10));	/* of another */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 2, 11));	/* the other way */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7002, SOTTO_DIR_TX, 2, 11));	/* elsewhere */
}

/* A DTLS record: type, version, epoch, sequence, length. */
static bool dtls(struct kunit *test, enum sotto_dir dir, u8 type, u8 epoch, unsigned int cut)
{
	u8 data[13 + 4] = { type, 254, 253, 0, epoch, [12] = 4 };
	const struct sotto_tuple tuple = tuple_of(7000);

	return sotto_evidence_dtls(test->priv, &tuple, dir, data, sizeof(data) - cut);
}

static void a_handshake_ends_in_both_directions(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_TX, 22, 1, 0));
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_TX, 22, 1, 0));
	KUNIT_EXPECT_TRUE(test, dtls(test, SOTTO_DIR_RX, 22, 1, 0));
}

static void what_is_no_end_of_a_handshake(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_TX, 22, 1, 0));
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_RX, 22, 0, 0));	/* in clear */
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_RX, 23, 1, 0));	/* data */
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_RX, 22, 1, 1));	/* truncated */
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_RX, 22, 1, 5));	/* in its header */
	KUNIT_EXPECT_FALSE(test, dtls(test, SOTTO_DIR_RX, 22, 1, 17));	/* empty */
}

/* In each of many tables, so that some of them share what a hash has. */
static void calls_that_begin_together_all_begin(struct kunit *test)
{
	struct sotto_evidence *own = test->priv;
	unsigned int missed = 0;

	for (unsigned int table = 0; table < 64; table++) {
		struct sotto_evidence *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, ev);
		KUNIT_ASSERT_EQ(test, 0, sotto_evidence_init(ev));
		test->priv = ev;
		for (u16 seq = 1; seq <= 2; seq++)
			for (u16 port = 7000; port < 7032; port += 2)
				missed += rtp(test, port, SOTTO_DIR_TX, port, seq) != (seq == 2);
		sotto_evidence_exit(ev);
		test->priv = own;
	}
	KUNIT_EXPECT_EQ(test, 0, missed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(two_in_a_row_are_a_call),
	KUNIT_CASE(lost_ones_in_between_do_no_harm),
	KUNIT_CASE(what_does_not_follow_is_none),
	KUNIT_CASE(calls_that_begin_together_all_begin),
	KUNIT_CASE(a_handshake_ends_in_both_directions),
	KUNIT_CASE(what_is_no_end_of_a_handshake),
	{}
};

struct kunit_suite sotto_evidence_suite = {
	.name = "sotto_evidence",
	.init = evidence_setup,
	.exit = evidence_teardown,
	.test_cases = cases,
};
