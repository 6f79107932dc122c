// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c: which keys are taken, in the kernel's own memory and workqueue.
 */
#include "link.h"
#include "suites.h"

#define GCM	SOTTO_PROFILE_AEAD_AES_128_GCM
#define CM	SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80

static void a_used_tx_key_is_refused_on_any_flow(struct kunit *test)
{
	struct test_link *l = link_open(test, GCM);
	struct sotto_session other;

	KUNIT_ASSERT_EQ(test, sotto_session_init(&other, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, link_install(l, &other, SOTTO_DIR_TX, GCM), -EEXIST);
	link_close(l);
	KUNIT_EXPECT_EQ(test, link_install(l, &other, SOTTO_DIR_TX, GCM), -EEXIST);
	l->salt[0] ^= 1;
	KUNIT_EXPECT_EQ(test, link_install(l, &other, SOTTO_DIR_TX, GCM), 0);
	KUNIT_EXPECT_EQ(test, link_install(l, &other, SOTTO_DIR_RX, GCM), -EINVAL);
	sotto_session_destroy(&other);
}

static void old_and_new_key_are_accepted_in_a_rekey(struct kunit *test)
{
	struct test_link *l = link_open(test, CM);
	struct test_packet *old = packet_new(test), *new = packet_new(test);
	struct sotto_srtp_note note;

	packet_rtp(old, 1);
	KUNIT_EXPECT_EQ(test, link_protect(l, old, &note), 0);
	link_rekey_begin(test, l, GCM);
	packet_rtp(new, 2);
	KUNIT_EXPECT_EQ(test, link_protect(l, new, &note), 0);

	KUNIT_EXPECT_EQ(test, link_unprotect(l, new, &note), 0);
	KUNIT_EXPECT_EQ(test, note.slot, SOTTO_SLOT_NEXT);
	KUNIT_EXPECT_TRUE(test, note.first);
	KUNIT_EXPECT_EQ(test, link_unprotect(l, old, &note), 0);
	KUNIT_EXPECT_EQ(test, note.slot, SOTTO_SLOT_CURRENT);

	packet_rtp(old, 3);
	KUNIT_EXPECT_EQ(test, link_protect(l, old, &note), 0);
	KUNIT_EXPECT_EQ(test, sotto_session_key_promote(&l->rx, SOTTO_DIR_RX), 0);
	KUNIT_EXPECT_EQ(test, link_unprotect(l, old, &note), 0);
	link_close(l);
}

static void a_deleted_key_does_nothing(struct kunit *test)
{
	struct test_link *l = link_open(test, GCM);
	struct test_packet *pkt = packet_new(test);
	struct sotto_srtp_note note;

	packet_rtp(pkt, 1);
	KUNIT_EXPECT_EQ(test, link_protect(l, pkt, &note), 0);
	KUNIT_EXPECT_EQ(test, 0, sotto_session_key_del(&l->rx, SOTTO_DIR_RX, SOTTO_SLOT_CURRENT));
	KUNIT_EXPECT_EQ(test, link_unprotect(l, pkt, &note), -ENOKEY);
	KUNIT_EXPECT_EQ(test, 0, sotto_session_key_del(&l->tx, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT));
	packet_rtp(pkt, 2);
	KUNIT_EXPECT_EQ(test, link_protect(l, pkt, &note), -ENOKEY);
	link_close(l);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_used_tx_key_is_refused_on_any_flow),
	KUNIT_CASE(old_and_new_key_are_accepted_in_a_rekey),
	KUNIT_CASE(a_deleted_key_does_nothing),
	{}
};

struct kunit_suite sotto_session_suite = {
	.name = "sotto_session",
	.suite_init = link_suite_init,
	.suite_exit = link_suite_exit,
	.test_cases = cases,
};
