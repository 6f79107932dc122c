// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/srtp.c beside libsrtp2: every profile, RTP and RTCP, without MKI and
 * with one, each kind of header, elements of extensions encrypted or not. (libsrtp2 2.5
 * has no Cryptex.) What one sends is byte for byte what the other
 * sends, and over a line that loses, reorders and repeats, past two wraps of the
 * sequence, each receiver accepts the same packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "libsrtp_end.h"
#include "module_link.h"

#define SSRC		0xcafebabe
#define PACKETS		10000	/* in each combination */
#define FIRST_SEQ	62000	/* the first wrap comes soon, with nothing lost around it */
#define HELD_BACK	6	/* packets that wait on the line at a time */

enum header {
	HEADER_PLAIN,
	HEADER_CSRC,
	HEADER_EXT_1,	/* one-byte extension elements, RFC 8285 4.2 */
	HEADER_EXT_2,	/* two-byte ones, 4.3 */
	HEADER_ENC_1,	/* the same, some elements encrypted: RFC 6904 */
	HEADER_ENC_2,
	HEADERS,
};

/* Of these, two are encrypted. Between elements libsrtp2 2.5 has no padding: see ext.c. */
static const int enc_ext[] = { 2, 5 };

static u64 rng_state;

static u32 rng(void)
{
	rng_state = rng_state * 6364136223846793005 + 1442695040888963407;
	return rng_state >> 33;
}

/* Elements 1, 2, 3 ... of random length; padding behind the last. */
static unsigned int make_elements(u8 *ext, bool two_byte)
{
	unsigned int len = 0;

	for (u8 id = 1; id <= 1 + rng() % 6; id++) {
		unsigned int n = two_byte ? rng() % 30 : 1 + rng() % 16;

		ext[len++] = two_byte ? id : id << 4 | (n - 1);
		if (two_byte)
			ext[len++] = n;
		/* A zero at the end of a value is no padding, but libsrtp2 needs no such help. */
		while (n--)
			ext[len++] = 1 + rng() % 255;
	}
	while (len % 4)
		ext[len++] = 0;
	return len;
}

static void make_enc_ext(struct test_packet *pkt, u16 seq, bool two_byte)
{
	u8 ext[256];
	unsigned int len = make_elements(ext, two_byte);

	test_rtp_ext(pkt, seq, rng() % 3, two_byte ? 0x1000 | rng() % 16 : 0xbede, ext, len,
		     rng() % 200);
}

static void make_rtp(struct test_packet *pkt, enum header header, u16 seq)
{
	static const u8 extra[HEADERS][8] = {
		[HEADER_CSRC] = { 1, 1, 1, 1, 2, 2, 2, 2 },
		[HEADER_EXT_1] = { 0xbe, 0xde, 0, 1, 0x10, 0x7f, 0, 0 },
		[HEADER_EXT_2] = { 0x10, 0, 0, 1, 1, 2, 0x7f, 0x7f },
	};
	unsigned int payload_len = rng() % 200;
	u8 *p = pkt->data;

	if (header >= HEADER_ENC_1) {
		make_enc_ext(pkt, seq, header == HEADER_ENC_2);
		return;
	}
	test_rtp(pkt, SSRC, seq, payload_len);
	for (unsigned int i = 12; i < pkt->len; i++)
		p[i] = rng();
	if (header == HEADER_PLAIN)
		return;
	memmove(p + 12 + 8, p + 12, payload_len);
	memcpy(p + 12, extra[header], 8);
	p[0] |= header == HEADER_CSRC ? 2 : 0x10;
	pkt->len += 8;
}

static void make(struct test_packet *pkt, bool rtcp, enum header header, u16 seq)
{
	if (rtcp)
		test_rtcp(pkt, SSRC, rng() % 4);
	else
		make_rtp(pkt, header, seq);
}

/* The same key at four ends. */
struct four {
	struct test_link ours;
	struct libsrtp_end sends;
	struct libsrtp_end receives;
};

/* @roc: of the first packet of SSRC */
static void four_open_at(struct four *f, enum sotto_profile profile, unsigned int mki_len,
			 const struct sotto_options *options, u32 roc)
{
	const struct sotto_profile_params *params = sotto_profile_params(profile);
	struct libsrtp_key key = { .mki_len = mki_len, .window = options->window };

	for (unsigned int i = 0; i < ARRAY_SIZE(enc_ext); i++)
		if (sotto_ext_ids_has(&options->enc_ext, enc_ext[i]))
			key.enc_ext[key.enc_ext_len++] = enc_ext[i];
	test_link_open_with(&f->ours, profile, mki_len, options);
	memcpy(key.key_and_salt, f->ours.key.master, params->key_len);
	memcpy(key.key_and_salt + params->key_len, f->ours.key.salt, params->salt_len);
	memcpy(key.mki, f->ours.key.mki, mki_len);
	if (roc) {
		key.ssrc = SSRC;
		key.roc = roc;
		assert_int_equal(sotto_session_roc_set(&f->ours.tx, SOTTO_DIR_TX, SSRC, roc), 0);
		assert_int_equal(sotto_session_roc_set(&f->ours.rx, SOTTO_DIR_RX, SSRC, roc), 0);
	}
	assert_int_equal(libsrtp_end_open(&f->sends, profile, &key, false), srtp_err_status_ok);
	assert_int_equal(libsrtp_end_open(&f->receives, profile, &key, true),
			 srtp_err_status_ok);
}

static void four_open(struct four *f, enum sotto_profile profile, unsigned int mki_len,
		      const struct sotto_options *options)
{
	four_open_at(f, profile, mki_len, options, 0);
}

static void four_close(struct four *f)
{
	libsrtp_end_close(&f->receives);
	libsrtp_end_close(&f->sends);
	test_link_close(&f->ours);
}

/* Protects at both and checks that they agree. */
static void send_both(struct four *f, struct test_packet *pkt)
{
	struct test_packet theirs = *pkt;
	struct sotto_srtp_note note;
	int len = pkt->len;

	assert_int_equal(libsrtp_end_protect(&f->sends, pkt->rtcp, theirs.data, &len),
			 srtp_err_status_ok);
	assert_int_equal(test_protect(&f->ours.tx, pkt, &note), 0);
	assert_int_equal(pkt->len, len);
	assert_memory_equal(pkt->data, theirs.data, len);
}

/*
 * libsrtp2 2.5 looks for SRTCP's MKI where SRTP's tag would leave it
 * (its pull request 733), and so receives no SRTCP of a _32 suite with MKI.
 */
static bool they_receive(const struct four *f, bool rtcp)
{
	const struct sotto_profile_params *params = sotto_profile_params(f->ours.key.profile);

	return !rtcp || !f->ours.key.mki_len || params->tag_len[0] == params->tag_len[1];
}

/* Unprotects at both and checks that they agree. Returns whether they accepted. */
static bool receive_both(struct four *f, const struct test_packet *wire,
			 const struct test_packet *plain)
{
	struct test_packet ours = *wire, theirs = *wire;
	struct sotto_srtp_note note;
	int our_err, len = wire->len;

	our_err = test_unprotect(&f->ours.rx, &ours, &note);
	if (they_receive(f, wire->rtcp)) {
		int their_err = libsrtp_end_unprotect(&f->receives, wire->rtcp, theirs.data, &len);

		assert_int_equal(!our_err, !their_err);
		if (!our_err) {
			assert_int_equal(ours.len, len);
			assert_memory_equal(ours.data, theirs.data, len);
		}
	}
	if (our_err) {
		assert_int_equal(our_err, -EALREADY);
		return false;
	}
	assert_int_equal(ours.len, plain->len);
	assert_memory_equal(ours.data, plain->data, plain->len);
	return true;
}

struct on_the_line {
	struct test_packet plain;
	struct test_packet wire;
};

static void run(enum sotto_profile profile, unsigned int mki_len, bool rtcp,
		enum header header)
{
	struct on_the_line *line = calloc(HELD_BACK, sizeof(*line));
	unsigned int accepted = 0, refused = 0;
	struct sotto_options options = { .window = SOTTO_WINDOW_DEFAULT };
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct four f;

	assert_non_null(line);
	for (unsigned int i = 0; header >= HEADER_ENC_1 && i < ARRAY_SIZE(enc_ext); i++)
		sotto_ext_ids_add(&options.enc_ext, enc_ext[i]);
	four_open(&f, profile, mki_len, &options);
	/* libsrtp2 begins SRTCP at index 1, we at RFC 3711's 0. */
	test_rtcp(&pkt, SSRC, 0);
	assert_int_equal(test_protect(&f.ours.tx, &pkt, &note), 0);

	for (unsigned int i = 0; i < PACKETS; i++) {
		/* Steps of up to 20, so that 10 000 packets wrap twice. */
		static u16 seq;
		struct on_the_line *slot = &line[rng() % HELD_BACK];

		seq = i ? seq + 1 + rng() % 20 : FIRST_SEQ;
		/* What waited in this place arrives now, one in eight twice; one in ten is lost. */
		if (slot->wire.len && rng() % 10) {
			for (unsigned int n = rng() % 8 ? 1 : 2; n; n--) {
				if (receive_both(&f, &slot->wire, &slot->plain))
					accepted++;
				else
					refused++;
			}
		}
		make(&slot->plain, rtcp, header, seq);
		slot->wire = slot->plain;
		send_both(&f, &slot->wire);
		/* Nothing is lost or late before the first one is heard. */
		if (!i)
			assert_true(receive_both(&f, &slot->wire, &slot->plain));
	}
	assert_true(accepted > PACKETS / 2);
	assert_true(refused > PACKETS / 20);
	four_close(&f);
	free(line);
}

static void both_do_the_same(void **state)
{
	const enum sotto_profile profile = *(enum sotto_profile *)*state;

	rng_state = profile;
	for (unsigned int mki_len = 0; mki_len <= 4; mki_len += 4) {
		for (enum header header = 0; header < HEADERS; header++)
			run(profile, mki_len, false, header);
		run(profile, mki_len, true, HEADER_PLAIN);
	}
}

/* libsrtp2 has windows of up to 32767, in steps of 32. */
static void windows_are_as_wide(void **state)
{
	static const unsigned int windows[] = { 64, 128, 1024, 32736 };

	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		const struct sotto_options options = { .window = windows[i] };
		unsigned int accepted = 0, refused = 0;
		struct test_packet *sent = calloc(PACKETS, sizeof(*sent));
		struct test_packet plain[3];
		struct four f;
		u32 seq = 1000;

		assert_non_null(sent);
		four_open(&f, SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, 0, &options);
		rng_state = windows[i];
		/* Three that wait while one comes that is about a window ahead. */
		for (unsigned int round = 0; round < 200; round++) {
			for (unsigned int n = 0; n < 3; n++) {
				test_rtp(&plain[n], SSRC, seq + n, 20);
				sent[n] = plain[n];
				send_both(&f, &sent[n]);
			}
			seq += windows[i] + 1;
			test_rtp(&sent[3], SSRC, seq, 20);
			sent[4] = sent[3];
			send_both(&f, &sent[3]);
			assert_true(receive_both(&f, &sent[3], &sent[4]));
			for (unsigned int n = 0; n < 3; n++) {
				if (receive_both(&f, &sent[n], &plain[n]))
					accepted++;
				else
					refused++;
			}
			seq++;
		}
		/* Of the three one is just inside. */
		assert_int_equal(accepted, 200);
		assert_int_equal(refused, 400);
		four_close(&f);
		free(sent);
	}
}

static void a_roc_that_is_told_is_the_same(void **state)
{
	const struct sotto_options options = { .window = SOTTO_WINDOW_DEFAULT };

	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct test_packet plain, wire;
		struct four f;

		four_open_at(&f, profile, 0, &options, 77);
		for (u32 seq = 60000; seq < 70000; seq += 500) {
			test_rtp(&plain, SSRC, seq, 20);
			wire = plain;
			send_both(&f, &wire);
			assert_true(receive_both(&f, &wire, &plain));
		}
		four_close(&f);
	}
}

/* Padding is RTP's own: what comes out of libsrtp2 is the packet with its padding. */
static void padding_arrives(void **state)
{
	const struct sotto_options options = { .window = 128, .pad_size = 100 };

	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_srtp_note note;
		struct test_packet pkt;
		struct four f;
		int len;

		four_open(&f, profile, 4, &options);
		for (unsigned int n = 0; n <= 100; n++) {
			test_rtp(&pkt, SSRC, n, n);
			assert_int_equal(test_protect(&f.ours.tx, &pkt, &note), 0);
			len = pkt.len;
			assert_int_equal(libsrtp_end_unprotect(&f.receives, false, pkt.data, &len),
					 srtp_err_status_ok);
			assert_int_equal(len, 112);
			assert_int_equal(pkt.data[0], n < 100 ? 0xa0 : 0x80);
			assert_int_equal(pkt.data[111], n < 100 ? 100 - n : 'x');
		}
		four_close(&f);
	}
}

static int setup(void **state)
{
	return srtp_init() ? -1 : sotto_session_module_init();
}

static int teardown(void **state)
{
	sotto_session_module_exit();
	return srtp_shutdown() ? -1 : 0;
}

int main(void)
{
	static enum sotto_profile profiles[] = {
		SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32,
		SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80, SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32,
		SOTTO_PROFILE_AEAD_AES_128_GCM, SOTTO_PROFILE_AEAD_AES_256_GCM,
	};
#define TEST_OF(i, name) { name, both_do_the_same, NULL, NULL, &profiles[i] }
	const struct CMUnitTest tests[] = {
		TEST_OF(0, "AES_CM_128_HMAC_SHA1_80"),
		TEST_OF(1, "AES_CM_128_HMAC_SHA1_32"),
		TEST_OF(2, "AES_256_CM_HMAC_SHA1_80"),
		TEST_OF(3, "AES_256_CM_HMAC_SHA1_32"),
		TEST_OF(4, "AEAD_AES_128_GCM"),
		TEST_OF(5, "AEAD_AES_256_GCM"),
		cmocka_unit_test(windows_are_as_wide),
		cmocka_unit_test(a_roc_that_is_told_is_the_same),
		cmocka_unit_test(padding_arrives),
	};

	return cmocka_run_group_tests_name("SRTP beside libsrtp2", tests, setup, teardown);
}
