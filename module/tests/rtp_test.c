// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtp.c over every truncation, each in a block of exactly its length, so that
 * KASAN sees a read behind it.
 */
#include <linux/slab.h>

#include "rtp.h"
#include "suites.h"

struct shape {
	const char *name;
	enum sotto_class class;		/* of the whole */
	enum sotto_class cut;		/* of any piece of it */
	unsigned int len;
	u8 data[32];
};

static const struct shape shapes[] = {
	{ "RTP", SOTTO_CLASS_RTP, SOTTO_CLASS_RTP, 28,
	  { 0x92, 0x60, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 1 } },
	{ "STUN", SOTTO_CLASS_STUN, SOTTO_CLASS_OTHER, 28,
	  { 0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, [20] = 0x80, 0x22, 0, 4 } },
	{ "STUN with DATA", SOTTO_CLASS_TURN, SOTTO_CLASS_OTHER, 28,
	  { 0, 0x16, 0, 8, 0x21, 0x12, 0xa4, 0x42, [20] = 0, 0x13, 0, 4 } },
	{ "channel data", SOTTO_CLASS_TURN, SOTTO_CLASS_OTHER, 16, { 0x40, 0, 0, 12, 0x80 } },
	{ "DTLS", SOTTO_CLASS_DTLS, SOTTO_CLASS_DTLS, 13, { 22, 0xfe, 0xfd } },
};

static void shape_name(const struct shape *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

static void class_of_the_whole_and_of_pieces(struct kunit *test)
{
	const struct shape *s = test->param_value;

	for (unsigned int len = 1; len <= s->len; len++) {
		u8 *exact = kmemdup(s->data, len, GFP_KERNEL);
		struct sotto_rtp_info info;
		u32 ssrc;

		KUNIT_ASSERT_NOT_NULL(test, exact);
		KUNIT_EXPECT_EQ(test, sotto_classify(exact, len),
				len == s->len ? s->class : s->cut);
		/* Whatever they say of it, they stay inside. */
		sotto_rtp_parse(exact, len, &info);
		sotto_rtcp_parse(exact, len, &ssrc);
		sotto_rtcp_is_control(exact, len);
		kfree(exact);
	}
	KUNIT_EXPECT_EQ(test, sotto_classify(NULL, 0), SOTTO_CLASS_OTHER);
}

static void rtp_header_ends_where_it_says(struct kunit *test)
{
	struct sotto_rtp_info info;

	for (unsigned int len = 0; len < 28; len++)
		KUNIT_EXPECT_EQ(test, sotto_rtp_parse(shapes[0].data, len, &info), -EINVAL);
	KUNIT_EXPECT_EQ(test, sotto_rtp_parse(shapes[0].data, 28, &info), 0);
	KUNIT_EXPECT_EQ(test, info.header_len, 28);
	KUNIT_EXPECT_EQ(test, info.ext_off, 20);
	KUNIT_EXPECT_EQ(test, info.ssrc, 0x01020304);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(class_of_the_whole_and_of_pieces, shape_gen_params),
	KUNIT_CASE(rtp_header_ends_where_it_says),
	{}
};

struct kunit_suite sotto_rtp_suite = {
	.name = "sotto_rtp",
	.test_cases = cases,
};
