// SPDX-License-Identifier: GPL-2.0-only
/*
 * srtp.c with the kernel's ciphers: every profile, RTP and RTCP.
 */
#include "link.h"
#include "suites.h"

struct combination {
	enum sotto_profile profile;
	bool rtcp;
	const char *name;
};

static const struct combination combinations[] = {
	{ SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, false, "AES_CM_128_HMAC_SHA1_80 RTP" },
	{ SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, true, "AES_CM_128_HMAC_SHA1_80 RTCP" },
	{ SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32, false, "AES_CM_128_HMAC_SHA1_32 RTP" },
	{ SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32, true, "AES_CM_128_HMAC_SHA1_32 RTCP" },
	{ SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80, false, "AES_256_CM_HMAC_SHA1_80 RTP" },
	{ SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80, true, "AES_256_CM_HMAC_SHA1_80 RTCP" },
	{ SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32, false, "AES_256_CM_HMAC_SHA1_32 RTP" },
	{ SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32, true, "AES_256_CM_HMAC_SHA1_32 RTCP" },
	{ SOTTO_PROFILE_AEAD_AES_128_GCM, false, "AEAD_AES_128_GCM RTP" },
	{ SOTTO_PROFILE_AEAD_AES_128_GCM, true, "AEAD_AES_128_GCM RTCP" },
	{ SOTTO_PROFILE_AEAD_AES_256_GCM, false, "AEAD_AES_256_GCM RTP" },
	{ SOTTO_PROFILE_AEAD_AES_256_GCM, true, "AEAD_AES_256_GCM RTCP" },
};

static void combination_name(const struct combination *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(combination, combinations, combination_name);

static void make(struct test_packet *pkt, bool rtcp, u16 seq)
{
	if (rtcp)
		packet_rtcp(pkt);
	else
		packet_rtp(pkt, seq);
}

static void there_and_back_once(struct kunit *test)
{
	const struct combination *c = test->param_value;
	struct test_packet *plain = packet_new(test), *pkt = packet_new(test);
	struct test_packet *copy = packet_new(test);
	struct test_link *l = link_open(test, c->profile);
	struct sotto_srtp_note note;

	for (u16 seq = 0; seq < 4; seq++) {
		make(plain, c->rtcp, seq);
		*pkt = *plain;
		KUNIT_EXPECT_EQ(test, link_protect(l, pkt, &note), 0);
		KUNIT_EXPECT_GT(test, pkt->len, plain->len);
		KUNIT_EXPECT_NE(test, 0, memcmp(pkt->data + 12, plain->data + 12, 8));
		*copy = *pkt;
		KUNIT_EXPECT_EQ(test, link_unprotect(l, pkt, &note), 0);
		KUNIT_EXPECT_EQ(test, note.first, seq == 0);
		KUNIT_EXPECT_EQ(test, pkt->len, plain->len);
		KUNIT_EXPECT_EQ(test, 0, memcmp(pkt->data, plain->data, plain->len));
		KUNIT_EXPECT_EQ(test, link_unprotect(l, copy, &note), -EALREADY);
	}
	link_close(l);
}

static void every_bit_counts(struct kunit *test)
{
	const struct combination *c = test->param_value;
	struct test_packet *good = packet_new(test), *bad = packet_new(test);
	struct test_link *l = link_open(test, c->profile);
	struct sotto_srtp_note note;

	make(good, c->rtcp, 1);
	KUNIT_EXPECT_EQ(test, link_protect(l, good, &note), 0);
	for (unsigned int bit = 0; bit < 8 * good->len; bit++) {
		int err;

		*bad = *good;
		bad->data[bit / 8] ^= 1 << bit % 8;
		err = link_unprotect(l, bad, &note);
		KUNIT_EXPECT_TRUE(test, err == -EBADMSG || err == -EINVAL);
	}
	/* All of them have left nothing behind. */
	KUNIT_EXPECT_EQ(test, link_unprotect(l, good, &note), 0);
	KUNIT_EXPECT_TRUE(test, note.first);
	link_close(l);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(there_and_back_once, combination_gen_params),
	KUNIT_CASE_PARAM(every_bit_counts, combination_gen_params),
	{}
};

struct kunit_suite sotto_srtp_suite = {
	.name = "sotto_srtp",
	.suite_init = link_suite_init,
	.suite_exit = link_suite_exit,
	.test_cases = cases,
};
