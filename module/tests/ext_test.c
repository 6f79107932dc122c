// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of a key with the kernel's ciphers: the packets of RFC 6904 and RFC 9335,
 * and every profile there and back with all of them.
 */
#include "link.h"
#include "suites.h"
#include "used_keys.h"
#include "vectors.h"

static void packet_name(const struct sotto_packet_vector *v, char *desc)
{
	strscpy(desc, v->source, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(packet, sotto_packet_vectors, packet_name);

/* One end for each direction: they have one key, which a flow would be refused. */
static void packet_is_that_of_the_rfc(struct kunit *test)
{
	const struct sotto_packet_vector *v = test->param_value;
	struct sotto_options options = { .window = SOTTO_WINDOW_DEFAULT, .cryptex = v->cryptex };
	struct test_packet *pkt = packet_new(test);
	struct test_link *l = link_open(test, v->profile);
	struct sotto_srtp_note note;

	for (unsigned int i = 0; i < ARRAY_SIZE(v->enc_ext) && v->enc_ext[i]; i++)
		sotto_ext_ids_add(&options.enc_ext, v->enc_ext[i]);
	memcpy(l->master, v->master, sizeof(l->master));
	memcpy(l->salt, v->salt, sizeof(l->salt));
	sotto_session_options_set(&l->tx, &options);
	sotto_session_options_set(&l->rx, &options);
	/* Vectors share a key; what was used before is known by the module alone. */
	sotto_used_keys_exit();
	KUNIT_ASSERT_EQ(test, sotto_used_keys_init(), 0);
	KUNIT_ASSERT_EQ(test, link_install(l, &l->tx, SOTTO_DIR_TX, v->profile), 0);
	KUNIT_ASSERT_EQ(test, link_install(l, &l->rx, SOTTO_DIR_RX, v->profile), 0);
	KUNIT_ASSERT_EQ(test, sotto_session_key_promote(&l->tx, SOTTO_DIR_TX), 0);
	KUNIT_ASSERT_EQ(test, sotto_session_key_promote(&l->rx, SOTTO_DIR_RX), 0);

	memcpy(pkt->data, v->plain, v->plain_len);
	pkt->len = v->plain_len;
	KUNIT_EXPECT_EQ(test, link_protect(l, pkt, &note), 0);
	KUNIT_EXPECT_EQ(test, pkt->len, v->wire_len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(pkt->data, v->wire, v->wire_len));
	KUNIT_EXPECT_EQ(test, link_unprotect(l, pkt, &note), 0);
	KUNIT_EXPECT_EQ(test, pkt->len, v->plain_len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(pkt->data, v->plain, v->plain_len));
	link_close(l);
}

/* Of 60 bytes: 2 CSRCs, one-byte elements 1 and 2 with padding between, 28 of payload. */
static void make(struct test_packet *pkt, u16 seq)
{
	static const u8 ext[] = { 0xbe, 0xde, 0, 2, 0x11, 'a', 'b', 0, 0x22, 'c', 'd', 'e' };

	packet_rtp(pkt, seq);
	pkt->data[0] |= 0x12;
	memcpy(pkt->data + 20, ext, sizeof(ext));
}

static const struct sotto_options all_options[] = {
	{ .window = SOTTO_WINDOW_MAX, .enc_ext.bits[0] = 1U << 2 },
	{ .window = SOTTO_WINDOW_MIN, .cryptex = SOTTO_CRYPTEX_REQUIRE },
	{ .window = SOTTO_WINDOW_DEFAULT, .pad_size = 200, .pad_multiple = 16 },
};

static void option_name(const struct sotto_options *o, char *desc)
{
	strscpy(desc, o->cryptex ? "Cryptex" : o->pad_size ? "padding" : "RFC 6904",
		KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(option, all_options, option_name);

static void every_profile_there_and_back(struct kunit *test)
{
	struct test_packet *plain = packet_new(test), *pkt = packet_new(test);
	struct test_link *l = link_open(test, SOTTO_PROFILE_AEAD_AES_128_GCM);
	const struct sotto_options *o = test->param_value;
	struct sotto_srtp_note note;

	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		link_options(test, l, profile, o);
		for (u16 seq = 0; seq < 4; seq++) {
			make(plain, 8 * profile + seq);
			*pkt = *plain;
			KUNIT_EXPECT_EQ(test, link_protect(l, pkt, &note), 0);
			/* Element 2 in clear, or not. */
			KUNIT_EXPECT_EQ(test, o->pad_size > 0,
					!memcmp(pkt->data + 29, plain->data + 29, 3));
			KUNIT_EXPECT_EQ(test, o->cryptex == SOTTO_CRYPTEX_OFF,
					!memcmp(pkt->data + 12, plain->data + 12, 8));
			KUNIT_EXPECT_EQ(test, link_unprotect(l, pkt, &note), 0);
			if (o->pad_size) {
				KUNIT_EXPECT_EQ(test, pkt->len, 32 + 208);
				KUNIT_EXPECT_EQ(test, pkt->data[pkt->len - 1], 208 - 28);
				pkt->len -= pkt->data[pkt->len - 1];
				pkt->data[0] &= ~0x20;
			}
			KUNIT_EXPECT_EQ(test, pkt->len, plain->len);
			KUNIT_EXPECT_EQ(test, 0, memcmp(pkt->data, plain->data, plain->len));
		}
	}
	link_close(l);
}

static void a_joiner_hears_when_it_is_told_the_roc(struct kunit *test)
{
	struct test_packet *pkt = packet_new(test), *copy = packet_new(test);
	struct test_link *l = link_open(test, SOTTO_PROFILE_AEAD_AES_256_GCM);
	struct sotto_srtp_note note;

	KUNIT_EXPECT_EQ(test, sotto_session_roc_set(&l->tx, SOTTO_DIR_TX, LINK_SSRC, 7), 0);
	packet_rtp(pkt, 40000);
	KUNIT_EXPECT_EQ(test, link_protect(l, pkt, &note), 0);
	*copy = *pkt;
	KUNIT_EXPECT_EQ(test, link_unprotect(l, copy, &note), -EBADMSG);
	KUNIT_EXPECT_EQ(test, sotto_session_roc_set(&l->rx, SOTTO_DIR_RX, LINK_SSRC, 7), 0);
	KUNIT_EXPECT_EQ(test, link_unprotect(l, pkt, &note), 0);
	KUNIT_EXPECT_EQ(test, sotto_session_roc_set(&l->rx, SOTTO_DIR_RX, LINK_SSRC, 7), -EBUSY);
	link_close(l);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(packet_is_that_of_the_rfc, packet_gen_params),
	KUNIT_CASE_PARAM(every_profile_there_and_back, option_gen_params),
	KUNIT_CASE(a_joiner_hears_when_it_is_told_the_roc),
	{}
};

struct kunit_suite sotto_ext_suite = {
	.name = "sotto_ext",
	.suite_init = link_suite_init,
	.suite_exit = link_suite_exit,
	.test_cases = cases,
};
