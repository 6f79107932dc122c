// SPDX-License-Identifier: GPL-2.0-only
/*
 * evidence.c: what makes a 5-tuple a call, and what does not.
 */
#include <linux/slab.h>
#include <linux/socket.h>

#include "evidence.h"
#include "suites.h"

static int evidence_setup(struct kunit *test)
{
	struct sotto_evidence *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

	if (!ev)
		return -ENOMEM;
	test->priv = ev;
	sotto_evidence_init(ev);
	return sotto_evidence_ready(ev);
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

static bool packet(struct kunit *test, u16 port, enum sotto_dir dir,
		   const struct sotto_rtp_info *info, unsigned int payload)
{
	const struct sotto_tuple tuple = tuple_of(port);

	return sotto_evidence_rtp(test->priv, &tuple, dir, info, info->header_len + payload);
}

/* Of a telephone: in each packet 20 ms at 8 kHz. */
static bool rtp(struct kunit *test, u16 port, enum sotto_dir dir, u32 ssrc, u16 seq)
{
	const struct sotto_rtp_info info = {
		.ssrc = ssrc,
		.seq = seq,
		.timestamp = 160 * (s16)seq,
		.header_len = SOTTO_RTP_HEADER_LEN,
	};

	return packet(test, port, dir, &info, 160);
}

/* Of anything: how many packets it takes to be a call, each so many later; 0: more than 4. */
static unsigned int found_at(struct kunit *test, u8 pt, u16 seqs, u32 time, unsigned int payload)
{
	struct sotto_rtp_info info = { .ssrc = 7, .pt = pt, .header_len = SOTTO_RTP_HEADER_LEN };
	static u16 port;

	port++;
	for (unsigned int i = 1; i <= SOTTO_EVIDENCE_PACKETS; i++) {
		if (packet(test, port, SOTTO_DIR_TX, &info, payload))
			return i;
		info.seq += seqs;
		info.timestamp += time;
	}
	return 0;
}

static void two_of_a_telephone_are_a_call(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 65535));
	KUNIT_EXPECT_TRUE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 0));
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 240, 240), 2);
	KUNIT_EXPECT_EQ(test, found_at(test, 111, 1, 960, 3), 2);
}

static void lost_ones_in_between_do_no_harm(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 100));
	KUNIT_EXPECT_TRUE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 116));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 200));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 217));
}

static void nor_that_one_overtakes_another(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 0));
	KUNIT_EXPECT_TRUE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 65535));
}

static void what_does_not_follow_is_none(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 10));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 10));	/* again */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 60));	/* far away */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 2, 11));	/* of another */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_RX, 1, 11));	/* the other way */
	KUNIT_EXPECT_FALSE(test, rtp(test, 7002, SOTTO_DIR_TX, 1, 11));	/* elsewhere */
}

static void sources_on_one_port_do_not_hide_each_other(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 10));
	KUNIT_EXPECT_FALSE(test, rtp(test, 7000, SOTTO_DIR_TX, 2, 900));
	KUNIT_EXPECT_TRUE(test, rtp(test, 7000, SOTTO_DIR_TX, 1, 11));
}

static void four_of_another_source_are_a_call(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 80, 80), 4);		/* 10 ms */
	KUNIT_EXPECT_EQ(test, found_at(test, 96, 1, 441, 100), 4);	/* 44.1 kHz */
	KUNIT_EXPECT_EQ(test, found_at(test, 97, 1, 3003, 900), 4);	/* video */
	KUNIT_EXPECT_EQ(test, found_at(test, 97, 1, 0, 1200), 4);	/* one picture */
	KUNIT_EXPECT_EQ(test, found_at(test, 97, 10, 3000, 900), 4);
}

static void counters_of_others_are_none(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 0, 160, 160), 0);	/* one number */
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 11, 440, 160), 0);	/* too far */
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 1, 160), 0);		/* counts */
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 33, 160), 0);	/* milliseconds */
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 16667, 160), 0);	/* microseconds */
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, -160, 160), 0);	/* backwards */
	KUNIT_EXPECT_EQ(test, found_at(test, 97, 1, 0, 40), 0);		/* small ones */
	KUNIT_EXPECT_EQ(test, found_at(test, 72, 1, 160, 160), 0);	/* no payload type */
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 160, 0), 0);		/* nothing in it */
}

static void nothing_is_found_before_there_is_room(struct kunit *test)
{
	struct sotto_evidence *own = test->priv;
	struct sotto_evidence *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);
	const struct sotto_tuple tuple = tuple_of(7000);
	static const u8 finished[17] = { 22, 254, 253, 0, 1, [12] = 4 };

	KUNIT_ASSERT_NOT_NULL(test, ev);
	sotto_evidence_init(ev);
	test->priv = ev;
	KUNIT_EXPECT_EQ(test, found_at(test, 0, 1, 160, 160), 0);
	for (int dir = 0; dir < __SOTTO_DIR_MAX; dir++)
		KUNIT_EXPECT_FALSE(test, sotto_evidence_dtls(ev, &tuple, dir, finished,
							     sizeof(finished)));
	sotto_evidence_exit(ev);
	test->priv = own;
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
		sotto_evidence_init(ev);
		KUNIT_ASSERT_EQ(test, 0, sotto_evidence_ready(ev));
		test->priv = ev;
		for (u16 seq = 1; seq <= 2; seq++)
			for (u16 port = 7000; port < 7032; port += 2)
				missed += rtp(test, port, SOTTO_DIR_TX, port, seq) != (seq == 2);
		sotto_evidence_exit(ev);
		test->priv = own;
	}
	KUNIT_EXPECT_EQ(test, 0, missed);
}

/* A query and its answer, whose id begins as RTP does; each cut short by @cut. */
static bool dns(struct kunit *test, enum sotto_dir dir, unsigned int cut)
{
	static const u8 message[__SOTTO_DIR_MAX][19] = {
		[SOTTO_DIR_TX] = { 0x80, 1, 0x01, 0, 0, 1, [12] = 1, 'a', 0, 0, 1, 0, 1 },
		[SOTTO_DIR_RX] = { 0x80, 1, 0x81, 0x83, 0, 1, [12] = 1, 'a', 0, 0, 1, 0, 1 },
	};
	struct sotto_tuple tuple = tuple_of(7000);
	u8 *exact = kmemdup(message[dir], sizeof(message[dir]) - cut, GFP_KERNEL);
	bool is;

	KUNIT_ASSERT_NOT_NULL(test, exact);
	tuple.rport = htons(53);
	is = sotto_evidence_dns(test->priv, &tuple, dir, exact, sizeof(message[dir]) - cut);
	kfree(exact);
	return is;
}

static void dns_is_answered_once_asked(struct kunit *test)
{
	for (unsigned int cut = 1; cut < 19; cut++)
		KUNIT_EXPECT_FALSE(test, dns(test, SOTTO_DIR_TX, cut));
	KUNIT_EXPECT_FALSE(test, dns(test, SOTTO_DIR_RX, 0));
	KUNIT_EXPECT_TRUE(test, dns(test, SOTTO_DIR_TX, 0));
	KUNIT_EXPECT_TRUE(test, dns(test, SOTTO_DIR_RX, 0));
	for (unsigned int cut = 1; cut < 19; cut++)
		KUNIT_EXPECT_FALSE(test, dns(test, SOTTO_DIR_RX, cut));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(two_of_a_telephone_are_a_call),
	KUNIT_CASE(lost_ones_in_between_do_no_harm),
	KUNIT_CASE(nor_that_one_overtakes_another),
	KUNIT_CASE(what_does_not_follow_is_none),
	KUNIT_CASE(sources_on_one_port_do_not_hide_each_other),
	KUNIT_CASE(four_of_another_source_are_a_call),
	KUNIT_CASE(counters_of_others_are_none),
	KUNIT_CASE(nothing_is_found_before_there_is_room),
	KUNIT_CASE(calls_that_begin_together_all_begin),
	KUNIT_CASE(a_handshake_ends_in_both_directions),
	KUNIT_CASE(what_is_no_end_of_a_handshake),
	KUNIT_CASE(dns_is_answered_once_asked),
	{}
};

struct kunit_suite sotto_evidence_suite = {
	.name = "sotto_evidence",
	.init = evidence_setup,
	.exit = evidence_teardown,
	.test_cases = cases,
};
