// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream.c on several CPUs at once: no index is allotted twice, no packet is
 * accepted twice, also while keys come and go and streams are made.
 */
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "link.h"
#include "suites.h"

#define THREADS		4
#define PACKETS		2000
#define SSRCS		4
#define REKEYS		50

struct race;

struct racer {
	struct race *race;
	struct completion done;
	struct test_packet pkt;
	unsigned int ok;	/* packets that went through */
	unsigned int refused;	/* as used or seen before */
	int other;		/* any other error: the last */
};

struct race {
	struct test_link *l;
	void (*one)(struct racer *r, unsigned int i);
	struct completion start;
	struct racer racer[THREADS];
	/* SRTCP indices that were sent, per SSRC. */
	DECLARE_BITMAP(rtcp_index[SSRCS], THREADS * PACKETS);
	atomic_t twice;
	/* Packets to receive. */
	struct test_packet *wire;
};

static void count(struct racer *r, int err)
{
	if (!err)
		r->ok++;
	else if (err == -EALREADY)
		r->refused++;
	else
		r->other = err;
}

static int run_racer(void *arg)
{
	struct racer *r = arg;

	wait_for_completion(&r->race->start);
	for (unsigned int i = 0; i < PACKETS; i++) {
		r->race->one(r, i);
		cond_resched();
	}
	complete(&r->done);
	return 0;
}

static struct race *race_new(struct kunit *test, void (*one)(struct racer *r, unsigned int i))
{
	struct race *race = kunit_kzalloc(test, sizeof(*race), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, race);
	race->l = link_open(test, SOTTO_PROFILE_AEAD_AES_128_GCM);
	race->one = one;
	init_completion(&race->start);
	return race;
}

static void race_start(struct kunit *test, struct race *race)
{
	for (unsigned int i = 0; i < THREADS; i++) {
		struct racer *r = &race->racer[i];
		struct task_struct *task;

		r->race = race;
		init_completion(&r->done);
		task = kthread_run(run_racer, r, "sotto_racer/%u", i);
		/* One that is missing leaves the others waiting: not reached in practice. */
		KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	}
	complete_all(&race->start);
}

static void race_end(struct kunit *test, struct race *race, unsigned int *ok,
		     unsigned int *refused)
{
	*ok = 0;
	*refused = 0;
	for (unsigned int i = 0; i < THREADS; i++) {
		wait_for_completion(&race->racer[i].done);
		KUNIT_EXPECT_EQ(test, race->racer[i].other, 0);
		*ok += race->racer[i].ok;
		*refused += race->racer[i].refused;
	}
	link_close(race->l);
}

static void set_ssrc(struct test_packet *pkt, unsigned int n)
{
	put_unaligned_be32(LINK_SSRC + n, pkt->data + (pkt->rtcp ? 4 : 8));
}

static void send_same_rtp(struct racer *r, unsigned int i)
{
	struct sotto_srtp_note note;

	packet_rtp(&r->pkt, i);
	count(r, link_protect(r->race->l, &r->pkt, &note));
}

/* All send the same sequence numbers: each goes out once at most. */
static void an_rtp_index_is_sent_once(struct kunit *test)
{
	struct race *race = race_new(test, send_same_rtp);
	unsigned int ok, refused;

	race_start(test, race);
	race_end(test, race, &ok, &refused);
	KUNIT_EXPECT_LE(test, ok, PACKETS);
	KUNIT_EXPECT_GT(test, ok, 0);
	KUNIT_EXPECT_EQ(test, ok + refused, THREADS * PACKETS);
}

static void send_rtcp(struct racer *r, unsigned int i)
{
	struct race *race = r->race;
	struct sotto_srtp_note note;
	u32 index;
	int err;

	packet_rtcp(&r->pkt);
	set_ssrc(&r->pkt, i % SSRCS);
	err = link_protect(race->l, &r->pkt, &note);
	count(r, err);
	if (err)
		return;
	index = get_unaligned_be32(r->pkt.data + r->pkt.len - 4) & ~BIT(31);
	if (index >= THREADS * PACKETS || test_and_set_bit(index, race->rtcp_index[i % SSRCS]))
		atomic_inc(&race->twice);
}

static void an_srtcp_index_is_sent_once(struct kunit *test)
{
	struct race *race = race_new(test, send_rtcp);
	unsigned int ok, refused;

	race_start(test, race);
	race_end(test, race, &ok, &refused);
	KUNIT_EXPECT_EQ(test, ok, THREADS * PACKETS);
	KUNIT_EXPECT_EQ(test, atomic_read(&race->twice), 0);
	/* They are the first ones, with no gap. */
	for (unsigned int n = 0; n < SSRCS; n++)
		KUNIT_EXPECT_EQ(test, find_first_zero_bit(race->rtcp_index[n], THREADS * PACKETS),
				THREADS * PACKETS / SSRCS);
}

static void receive_same(struct racer *r, unsigned int i)
{
	struct sotto_srtp_note note;

	r->pkt = r->race->wire[i];
	count(r, link_unprotect(r->race->l, &r->pkt, &note));
}

static void a_packet_is_accepted_once(struct kunit *test)
{
	struct race *race = race_new(test, receive_same);
	struct sotto_srtp_note note;
	unsigned int ok, refused;

	race->wire = kunit_kcalloc(test, PACKETS, sizeof(*race->wire), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, race->wire);
	for (unsigned int i = 0; i < PACKETS; i++) {
		packet_rtp(&race->wire[i], i);
		KUNIT_ASSERT_EQ(test, link_protect(race->l, &race->wire[i], &note), 0);
	}
	race_start(test, race);
	race_end(test, race, &ok, &refused);
	KUNIT_EXPECT_LE(test, ok, PACKETS);
	KUNIT_EXPECT_GT(test, ok, 0);
	KUNIT_EXPECT_EQ(test, ok + refused, THREADS * PACKETS);
}

/* A stream of its own for each racer, received as it is sent. */
static void send_and_receive(struct racer *r, unsigned int i)
{
	struct sotto_srtp_note note;
	int err;

	packet_rtp(&r->pkt, i);
	set_ssrc(&r->pkt, r - r->race->racer);
	err = link_protect(r->race->l, &r->pkt, &note);
	if (!err)
		err = link_unprotect(r->race->l, &r->pkt, &note);
	/* The key may be replaced in between; nothing else may happen. */
	if (!err)
		r->ok++;
	else if (err == -EBADMSG || err == -ENOKEY)
		r->refused++;
	else
		r->other = err;
}

static void keys_change_under_traffic(struct kunit *test)
{
	static const enum sotto_profile profiles[] = {
		SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, SOTTO_PROFILE_AEAD_AES_128_GCM,
	};
	struct race *race = race_new(test, send_and_receive);
	unsigned int ok, refused;

	race_start(test, race);
	for (unsigned int i = 0; i < REKEYS; i++) {
		link_rekey_begin(test, race->l, profiles[i % 2]);
		cond_resched();
		KUNIT_EXPECT_EQ(test, 0, sotto_session_key_promote(&race->l->rx, SOTTO_DIR_RX));
	}
	race_end(test, race, &ok, &refused);
	KUNIT_EXPECT_EQ(test, ok + refused, THREADS * PACKETS);
	/* Only packets under way at a promote are lost: one per racer each time. */
	KUNIT_EXPECT_LE(test, refused, THREADS * REKEYS);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_rtp_index_is_sent_once),
	KUNIT_CASE(an_srtcp_index_is_sent_once),
	KUNIT_CASE(a_packet_is_accepted_once),
	KUNIT_CASE(keys_change_under_traffic),
	{}
};

struct kunit_suite sotto_stream_suite = {
	.name = "sotto_stream",
	.suite_init = link_suite_init,
	.suite_exit = link_suite_exit,
	.test_cases = cases,
};
