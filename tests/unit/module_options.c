// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What options do to a packet, that they go with the key, and the ROC that an SSRC
 * begins with. Header extensions are in module_ext.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "module_link.h"
#include "session_priv.h"

#define GCM	SOTTO_PROFILE_AEAD_AES_128_GCM
#define CM	SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80
#define SSRC	TEST_SSRC

static const struct sotto_options plain_options = { .window = SOTTO_WINDOW_DEFAULT };

static const u8 one_byte[] = { 0x12, 'o', 'n', 'e', 0x21, 'i', 'd', 0 };

/* Padding. */

/* Protects, unprotects, and strips the padding as a program does (RFC 3550 5.1). */
static unsigned int padded(struct test_link *l, const struct test_packet *plain,
			   unsigned int header_len)
{
	const struct sotto_profile_params *params = sotto_profile_params(l->key.profile);
	struct sotto_srtp_note note;
	struct test_packet pkt = *plain;
	unsigned int wire_len;

	assert_int_equal(test_protect(&l->tx, &pkt, &note), 0);
	wire_len = pkt.len - header_len - params->tag_len[0] - l->key.mki_len;
	assert_int_equal(test_unprotect(&l->rx, &pkt, &note), 0);
	if (pkt.data[0] & 0x20) {
		assert_true(pkt.data[pkt.len - 1] > 0);
		assert_true(pkt.data[pkt.len - 1] <= pkt.len - header_len);
		pkt.len -= pkt.data[pkt.len - 1];
		pkt.data[0] &= ~0x20;
	}
	assert_int_equal(pkt.len, plain->len);
	assert_memory_equal(pkt.data, plain->data, plain->len);
	return wire_len;
}

static void sizes_are_one(struct test_link *l)
{
	struct test_packet plain;

	for (unsigned int len = 0; len <= 200; len++) {
		test_rtp_ext(&plain, len, 0, 0, NULL, -1, len);
		assert_int_equal(padded(l, &plain, 12), 200);
	}
	/* What is longer goes as it is; what 255 bytes do not reach, as far as they do. */
	test_rtp_ext(&plain, 300, 0, 0, NULL, -1, 201);
	assert_int_equal(padded(l, &plain, 12), 201);
}

static void payloads_are_padded_to_one_size(void **state)
{
	const struct sotto_options options = { .window = 128, .pad_size = 200 };

	test_each_profile(&options, sizes_are_one);
}

static void sizes_are_multiples(struct test_link *l)
{
	struct test_packet plain;

	for (unsigned int len = 0; len <= 600; len += 7) {
		test_rtp_ext(&plain, len, 0, 0xbede, one_byte, sizeof(one_byte), len);
		assert_int_equal(padded(l, &plain, 24), (len + 99) / 100 * 100);
	}
}

static void payloads_are_padded_to_a_multiple(void **state)
{
	struct sotto_options options = { .window = 128, .pad_multiple = 100 };

	test_each_profile(&options, sizes_are_multiples);
	/* The extension is no part of what is padded, whoever encrypts it. */
	options.cryptex = SOTTO_CRYPTEX_ON;
	test_each_profile(&options, sizes_are_multiples);
}

static void padding_has_its_limit(void **state)
{
	struct sotto_options options = { .window = 128, .pad_size = 1000, .pad_multiple = 255 };
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open_with(&l, GCM, 0, &options);
	test_rtp_ext(&pkt, 1, 0, 0, NULL, -1, 10);
	assert_int_equal(padded(&l, &pkt, 12), 265);
	test_rtp_ext(&pkt, 2, 0, 0, NULL, -1, 900);
	assert_int_equal(padded(&l, &pkt, 12), 1020);
	/* The most that can be added is what the header says. */
	test_link_close(&l);
	options.cryptex = SOTTO_CRYPTEX_ON;
	test_link_open_with(&l, GCM, SOTTO_MKI_MAX, &options);
	test_rtp_ext(&pkt, 3, 15, 0, NULL, -1, 0);
	assert_int_equal(sotto_srtp_overhead(&l.tx, false, pkt.data, pkt.len),
			 SOTTO_SRTP_OVERHEAD_MAX);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
	test_link_close(&l);
}

static void padding_that_there_is_gets_more(void **state)
{
	const struct sotto_options options = { .window = 128, .pad_multiple = 64 };
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;
	u16 seq = 0;

	test_link_open_with(&l, CM, 0, &options);
	for (unsigned int have = 1; have <= 255; have++) {
		unsigned int media = 10, len = media + have;
		unsigned int more = (64 - len % 64) % 64;

		test_rtp_ext(&pkt, seq++, 0, 0, NULL, -1, len);
		pkt.data[0] |= 0x20;
		pkt.data[pkt.len - 1] = have;
		more = min(more, 255 - have);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		assert_int_equal(pkt.len, 12 + len + more);
		assert_int_equal(pkt.data[pkt.len - 1], have + more);
		assert_memory_equal(pkt.data + 12, "xxxxxxxxxx", media);
	}
	/* A count that cannot be leaves nothing to add to. */
	for (unsigned int have = 0; have <= 21; have += 21) {
		test_rtp_ext(&pkt, seq++, 0, 0, NULL, -1, 20);
		pkt.data[0] |= 0x20;
		pkt.data[pkt.len - 1] = have;
		assert_int_equal(test_protect(&l.tx, &pkt, &note), -EINVAL);
	}
	test_link_close(&l);
}

static void rtcp_is_as_ever(void **state)
{
	struct sotto_options options = {
		.window = 128, .cryptex = SOTTO_CRYPTEX_REQUIRE, .pad_size = 500,
	};
	struct test_packet plain, wire;
	struct test_link l;

	sotto_ext_ids_add(&options.enc_ext, 1);
	test_link_open_with(&l, CM, 0, &options);
	test_rtcp(&plain, SSRC, 1);
	test_carry(&l, &plain, &wire);
	assert_int_equal(wire.len, plain.len + 14);
	test_link_close(&l);
}

/* All of it. */

static u64 rng_state;

static u32 rng(u32 below)
{
	rng_state = rng_state * 6364136223846793005 + 1442695040888963407;
	return (rng_state >> 33) % below;
}

/* Version 2 and a sequence number of its own, and mostly an extension that could be. */
static void make_anything(struct test_packet *pkt, u16 seq)
{
	unsigned int csrcs;

	pkt->rtcp = false;
	pkt->len = 12 + rng(300);
	for (unsigned int i = 0; i < pkt->len; i++)
		pkt->data[i] = rng(256);
	pkt->data[0] = 0x80 | rng(64);
	pkt->data[1] = 96;
	pkt->data[2] = seq >> 8;
	pkt->data[3] = seq;
	put_unaligned_be32(SSRC, pkt->data + 8);
	csrcs = pkt->data[0] & 15;
	if (pkt->data[0] & 0x10 && rng(4) && pkt->len >= 12 + 4 * csrcs + 4) {
		u8 *ext = pkt->data + 12 + 4 * csrcs;

		memcpy(ext, rng(2) ? "\xbe\xde\0" : "\x10\0\0", 3);
		ext[3] = rng(20);
	}
	/* Padding that could be, too. */
	if (pkt->data[0] & 0x20 && rng(2))
		pkt->data[pkt->len - 1] = 1 + rng(8);
}

/* What arrives, byte by byte. */
static void expect(struct test_packet *pkt, const struct sotto_options *o)
{
	unsigned int header = 12 + 4 * (pkt->data[0] & 15), len = pkt->len, have = 0;

	if (pkt->data[0] & 0x10)
		header += 4 + 4 * (pkt->data[header + 2] << 8 | pkt->data[header + 3]);
	if (pkt->data[0] & 0x20)
		have = pkt->data[pkt->len - 1];
	while (have < 255 && (o->pad_size || o->pad_multiple > 1) &&
	       (pkt->len - header < o->pad_size ||
		(o->pad_multiple > 1 && (pkt->len - header) % o->pad_multiple))) {
		pkt->data[pkt->len++] = 0;
		pkt->data[0] |= 0x20;
		have++;
	}
	if (pkt->len > len)
		pkt->data[pkt->len - 1] = have;
	if (o->cryptex && header > 12 && !(pkt->data[0] & 0x10)) {
		memmove(pkt->data + header + 4, pkt->data + header, pkt->len - header);
		memcpy(pkt->data + header, "\xbe\xde\0\0", 4);
		pkt->data[0] |= 0x10;
		pkt->len += 4;
	}
}

static void whatever_a_program_sends_arrives_or_does_not_leave(struct test_link *l)
{
	unsigned int sent = 0, refused = 0;
	struct sotto_options options;

	sotto_session_options_get(&l->tx, &options);
	for (unsigned int i = 0; i < 3000; i++) {
		struct test_packet plain, want, pkt;
		struct sotto_srtp_note note;
		int err;

		make_anything(&plain, i);
		pkt = plain;
		err = test_protect(&l->tx, &pkt, &note);
		if (err) {
			assert_int_equal(err, -EINVAL);
			refused++;
			continue;
		}
		sent++;
		want = plain;
		expect(&want, &options);
		assert_int_equal(test_unprotect(&l->rx, &pkt, &note), 0);
		assert_int_equal(pkt.len, want.len);
		assert_memory_equal(pkt.data, want.data, want.len);
	}
	assert_true(sent > 100 && refused > 100);
}

static void anything_arrives_or_does_not_leave(void **state)
{
	rng_state = 5;
	for (unsigned int n = 0; n < 8; n++) {
		struct sotto_options options = {
			.window = 128,
			.cryptex = n & 1 ? SOTTO_CRYPTEX_ON : SOTTO_CRYPTEX_OFF,
			.pad_size = n & 2 ? 150 : 0,
			.pad_multiple = n & 4 ? 7 : 0,
		};

		for (unsigned int id = 1; id < 256; id += 2)
			sotto_ext_ids_add(&options.enc_ext, id);
		test_each_profile(&options, whatever_a_program_sends_arrives_or_does_not_leave);
	}
}

/* Whose options they are. */

static void options_go_with_the_key(void **state)
{
	const struct sotto_options cryptex = { .window = 128, .cryptex = SOTTO_CRYPTEX_REQUIRE };
	struct sotto_options other = plain_options;
	struct test_packet plain, old, new;
	struct sotto_srtp_note note;
	struct test_link l;

	sotto_ext_ids_add(&other.enc_ext, 2);
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		test_link_open_with(&l, profile, 0, &plain_options);
		/* The key in use stays as it is. */
		test_link_options(&l, &cryptex);
		test_rtp_ext(&plain, 1, 1, 0xbede, one_byte, sizeof(one_byte), 20);
		test_carry(&l, &plain, &old);
		assert_true(test_contains(&old, "one", 3));

		/* In a rekey both are understood, each in its way. */
		test_key_make(&l.key, profile, 0);
		assert_int_equal(test_key_install(&l.rx, SOTTO_DIR_RX, &l.key), 0);
		assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &l.key), 0);
		test_rtp_ext(&old, 2, 1, 0xbede, one_byte, sizeof(one_byte), 20);
		assert_int_equal(test_protect(&l.tx, &old, &note), 0);
		assert_int_equal(sotto_session_key_promote(&l.tx, SOTTO_DIR_TX), 0);
		test_rtp_ext(&plain, 3, 1, 0xbede, one_byte, sizeof(one_byte), 20);
		new = plain;
		assert_int_equal(test_protect(&l.tx, &new, &note), 0);
		assert_false(test_contains(&new, "one", 3));
		assert_int_equal(test_unprotect(&l.rx, &new, &note), 0);
		assert_int_equal(note.slot, SOTTO_SLOT_NEXT);
		assert_memory_equal(new.data, plain.data, plain.len);
		assert_int_equal(test_unprotect(&l.rx, &old, &note), 0);
		assert_int_equal(note.slot, SOTTO_SLOT_CURRENT);
		assert_true(test_contains(&old, "one", 3));
		test_link_close(&l);
	}
}

static void a_key_that_needs_more_room_is_not_squeezed_in(void **state)
{
	const struct sotto_options options = { .window = 128, .pad_size = 100 };
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;
	unsigned int len;

	test_link_open_with(&l, GCM, 0, &options);
	test_rtp_ext(&pkt, 1, 0, 0, NULL, -1, 60);
	len = pkt.len;
	assert_int_equal(sotto_srtp_protect(&l.tx, false, pkt.data, &len, 40 + 16 - 1, &note),
			 -ENOBUFS);
	assert_int_equal(len, pkt.len);
	assert_int_equal(sotto_srtp_protect(&l.tx, false, pkt.data, &len, 40 + 16, &note), 0);
	test_link_close(&l);
}

static void a_failed_allocation_changes_nothing(void **state)
{
	struct sotto_options options = plain_options;
	struct sotto_session s;
	struct test_key key;
	unsigned int n = 0;
	int err;

	sotto_ext_ids_add(&options.enc_ext, 1);
	assert_int_equal(sotto_session_init(&s, GFP_KERNEL), 0);
	sotto_session_options_set(&s, &options);
	test_key_make(&key, GCM, 0);
	do {
		kshim_fail_alloc(++n);
		err = test_key_install(&s, SOTTO_DIR_TX, &key);
		assert_int_equal(err, kshim_alloc_failed() ? -ENOMEM : 0);
	} while (err);
	kshim_fail_alloc(0);
	sotto_session_destroy(&s);
}

/* The watch aborts when memory that holds the bytes is freed unwiped. */
static void extension_keys_are_wiped(void **state)
{
	struct sotto_options options = plain_options;

	sotto_ext_ids_add(&options.enc_ext, 1);
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		const struct sotto_profile_params *params = sotto_profile_params(profile);
		struct sotto_session_keys keys;
		struct test_link l;

		test_link_open_with(&l, profile, 0, &options);
		sotto_kdf_ext(params, l.key.master, l.key.salt, &keys);
		kshim_watch_secret(keys.salt, params->salt_len);
		test_link_rekey(&l, profile, 0);
		sotto_kdf_ext(params, l.key.master, l.key.salt, &keys);
		kshim_watch_secret(keys.key, params->key_len);
		test_link_close(&l);
		kshim_watch_secret(NULL, 0);
	}
}

/* The window. */

static void the_window_is_the_key_s(void **state)
{
	static const unsigned int windows[] = { 64, 128, 129, 5000, 32768, 64 };
	struct sotto_options options = plain_options;
	struct sotto_srtp_note note;
	struct test_packet in, out;
	struct test_link l;
	u32 seq = 0;

	test_link_open_with(&l, GCM, 0, &options);
	for (unsigned int i = 0; i < ARRAY_SIZE(windows); i++) {
		const unsigned int window = windows[i];

		options.window = window;
		test_link_options(&l, &options);
		test_link_rekey(&l, i % 2 ? GCM : CM, 0);
		/* Two that are held up on the way: just inside, and just outside. */
		test_rtp(&out, SSRC, seq, 20);
		assert_int_equal(test_protect(&l.tx, &out, &note), 0);
		test_rtp(&in, SSRC, seq + 1, 20);
		assert_int_equal(test_protect(&l.tx, &in, &note), 0);
		seq += window;
		test_deliver(&l, SSRC, seq);
		assert_int_equal(test_unprotect(&l.rx, &out, &note), -EALREADY);
		out = in;
		assert_int_equal(test_unprotect(&l.rx, &in, &note), 0);
		assert_int_equal(test_unprotect(&l.rx, &out, &note), -EALREADY);
		/* So is the sender's: what it has sent it knows as long. */
		test_rtp(&in, SSRC, seq - window + 1, 20);
		assert_int_equal(test_protect(&l.tx, &in, &note), -EALREADY);
		assert_false(note.restart);
		test_rtp(&in, SSRC, seq - window, 20);
		assert_int_equal(test_protect(&l.tx, &in, &note), -EALREADY);
		assert_true(note.restart);
		seq++;
	}
	test_link_close(&l);
}

static void no_memory_for_a_window_is_a_drop(void **state)
{
	const struct sotto_options options = { .window = SOTTO_WINDOW_MAX };
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open_with(&l, CM, 0, &options);
	for (unsigned int n = 1; n <= 2; n++) {
		test_rtp(&pkt, SSRC, 0xffff, 20);
		kshim_fail_alloc(n);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), -ENOMEM);
		assert_true(kshim_alloc_failed());
	}
	kshim_fail_alloc(0);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
	for (unsigned int n = 1; n <= 2; n++) {
		struct test_packet copy = pkt;

		kshim_fail_alloc(n);
		assert_int_equal(test_unprotect(&l.rx, &copy, &note), -ENOMEM);
		assert_true(kshim_alloc_failed());
	}
	kshim_fail_alloc(0);
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
	test_link_close(&l);
}

/* The ROC that an SSRC begins with. */

static void a_joiner_hears_when_it_is_told_the_roc(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_srtp_note note;
		struct test_packet pkt, copy;
		struct test_link l;

		test_link_open(&l, profile, 0);
		assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, SSRC, 7), 0);
		test_rtp(&pkt, SSRC, 40000, 20);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		copy = pkt;
		assert_int_equal(test_unprotect(&l.rx, &copy, &note), -EBADMSG);
		/* Told wrongly, and then again. */
		assert_int_equal(sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, SSRC, 8), 0);
		copy = pkt;
		assert_int_equal(test_unprotect(&l.rx, &copy, &note), -EBADMSG);
		assert_int_equal(sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, SSRC, 7), 0);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		test_deliver(&l, SSRC, 40001);
		/* Once there was a packet, it is known better. */
		assert_int_equal(sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, SSRC, 7), -EBUSY);
		assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, SSRC, 7), -EBUSY);
		/* Other SSRCs begin as ever. */
		test_deliver(&l, SSRC + 1, 1);
		test_link_close(&l);
	}
}

static void the_sender_may_wrap_between_the_telling_and_the_first_packet(void **state)
{
	struct test_link l;

	test_link_open(&l, GCM, 0);
	assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, SSRC, 9), 0);
	assert_int_equal(sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, SSRC, 8), 0);
	test_deliver(&l, SSRC, 5);
	test_deliver(&l, SSRC, 6);
	test_link_close(&l);
}

/* The end of the indices is an end of the key, and told before as any other. */
static void last_roc(enum sotto_profile profile)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, profile, 0);
	assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, SSRC, U32_MAX), 0);
	assert_int_equal(sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, SSRC, U32_MAX), 0);
	for (u32 seq = 5; seq < 65536; seq += 21843) {
		test_rtp(&pkt, SSRC, seq, 20);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		assert_int_equal(note.key_life, seq == 5);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		assert_int_equal(note.key_life, seq == 5);
		assert_false(note.exhausted);
	}
	test_deliver(&l, SSRC, 65535);
	test_rtp(&pkt, SSRC, 0, 20);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), -EKEYEXPIRED);
	assert_true(note.exhausted);
	test_link_close(&l);
}

/* In GCM it is in the nonce, in AES-CM in what is signed as well. */
static void the_last_roc_is_one_too(void **state)
{
	last_roc(GCM);
	last_roc(CM);
}

/* What was told is not forgotten under a flood: the indices before may have been used. */
static void a_told_roc_is_kept_until_its_packet(void **state)
{
	struct sotto_session_dir *dir;
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, CM, 0);
	dir = &l.tx.state->dir[SOTTO_DIR_TX];
	assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, SSRC, 3), 0);
	for (u32 round = 0; round < 3; round++) {
		for (u32 i = 0; i < 2 * SOTTO_STREAMS_MAX; i++) {
			test_rtp(&pkt, round << 16 | i, 1, 20);
			test_protect(&l.tx, &pkt, &note);
		}
		assert_int_equal(dir->stream_count, SOTTO_STREAMS_MAX);
		test_link_rekey(&l, CM, 0);
	}
	assert_int_equal(sotto_stream_find(dir, SSRC)->highest, 3ULL << 16);
	/* And they are bounded as the others are. */
	for (u32 i = 0; i < SOTTO_STREAMS_MAX; i++)
		sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, i, 1);
	assert_int_equal(sotto_session_roc_set(&l.rx, SOTTO_DIR_RX, SSRC, 1), -ENOSPC);
	kshim_fail_alloc(1);
	assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_RX, SSRC, 1), -ENOMEM);
	kshim_fail_alloc(0);
	test_link_close(&l);
}

struct told {
	unsigned int n;
	struct sotto_stream_info info[4];
};

static int tell(const struct sotto_stream_info *info, void *arg)
{
	struct told *t = arg;

	t->info[t->n++] = *info;
	return t->n == ARRAY_SIZE(t->info) ? -ENOSPC : 0;
}

static void streams_are_told(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct told told = {};
	struct test_link l;

	test_link_open(&l, CM, 0);
	/* RTCP alone has no ROC. */
	test_rtcp(&pkt, SSRC, 1);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
	assert_int_equal(sotto_session_streams(&l.tx, SOTTO_DIR_TX, tell, &told), 0);
	assert_int_equal(told.n, 0);

	assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, SSRC, 5), 0);
	assert_int_equal(sotto_session_streams(&l.tx, SOTTO_DIR_TX, tell, &told), 0);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.info[0].ssrc, SSRC);
	assert_int_equal(told.info[0].roc, 5);
	assert_false(told.info[0].heard);

	test_rtp(&pkt, SSRC, 77, 20);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
	told.n = 0;
	assert_int_equal(sotto_session_streams(&l.tx, SOTTO_DIR_TX, tell, &told), 0);
	assert_true(told.info[0].heard);
	assert_int_equal(told.info[0].roc, 5);
	assert_int_equal(told.info[0].seq, 77);
	assert_int_equal(sotto_session_streams(&l.tx, SOTTO_DIR_RX, tell, &told), 0);
	assert_int_equal(told.n, 1);

	for (u32 i = 0; i < 5; i++)
		assert_int_equal(sotto_session_roc_set(&l.tx, SOTTO_DIR_TX, i, 1), 0);
	told.n = 0;
	assert_int_equal(sotto_session_streams(&l.tx, SOTTO_DIR_TX, tell, &told), -ENOSPC);
	test_link_close(&l);
}

static int module_init(void **state)
{
	return sotto_session_module_init();
}

static int module_exit(void **state)
{
	sotto_session_module_exit();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads_are_padded_to_one_size),
		cmocka_unit_test(payloads_are_padded_to_a_multiple),
		cmocka_unit_test(padding_has_its_limit),
		cmocka_unit_test(padding_that_there_is_gets_more),
		cmocka_unit_test(rtcp_is_as_ever),
		cmocka_unit_test(anything_arrives_or_does_not_leave),
		cmocka_unit_test(options_go_with_the_key),
		cmocka_unit_test(a_key_that_needs_more_room_is_not_squeezed_in),
		cmocka_unit_test(a_failed_allocation_changes_nothing),
		cmocka_unit_test(extension_keys_are_wiped),
		cmocka_unit_test(the_window_is_the_key_s),
		cmocka_unit_test(no_memory_for_a_window_is_a_drop),
		cmocka_unit_test(a_joiner_hears_when_it_is_told_the_roc),
		cmocka_unit_test(the_sender_may_wrap_between_the_telling_and_the_first_packet),
		cmocka_unit_test(the_last_roc_is_one_too),
		cmocka_unit_test(a_told_roc_is_kept_until_its_packet),
		cmocka_unit_test(streams_are_told),
	};

	return cmocka_run_group_tests_name("module options", tests, module_init, module_exit);
}
