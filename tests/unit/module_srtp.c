// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/srtp.c: one packet there and back, and all that must not come through.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto.h"
#include "module_link.h"
#include "session_priv.h"
#include "vectors.h"

#define SSRC	0xcafebabe

/* Runs @fn for every profile, without MKI and with one. */
static void for_each_profile(void (*fn)(struct test_link *l, bool rtcp))
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		for (unsigned int mki_len = 0; mki_len <= 4; mki_len += 4) {
			for (unsigned int rtcp = 0; rtcp < 2; rtcp++) {
				struct test_link l;

				test_link_open(&l, profile, mki_len);
				fn(&l, rtcp);
				test_link_close(&l);
			}
		}
	}
}

static void make(struct test_packet *pkt, bool rtcp, u16 seq)
{
	if (rtcp)
		test_rtcp(pkt, SSRC, 2);
	else
		test_rtp(pkt, SSRC, seq, 48);
}

static unsigned int clear_len(bool rtcp)
{
	return rtcp ? 8 : 12;
}

static void there_and_back(struct test_link *l, bool rtcp)
{
	const struct sotto_profile_params *params = sotto_profile_params(l->key.profile);
	struct sotto_srtp_note note;
	struct test_packet plain, pkt;
	unsigned int overhead;

	overhead = (rtcp ? 4 : 0) + l->key.mki_len + params->tag_len[rtcp];
	make(&plain, rtcp, 0);
	assert_int_equal(sotto_srtp_overhead(&l->tx, rtcp, plain.data, plain.len), overhead);
	for (u16 seq = 0; seq < 3; seq++) {
		make(&plain, rtcp, seq);
		pkt = plain;
		assert_int_equal(test_protect(&l->tx, &pkt, &note), 0);
		assert_int_equal(note.ssrc, SSRC);
		assert_int_equal(pkt.len, plain.len + overhead);
		assert_memory_equal(pkt.data, plain.data, clear_len(rtcp));
		/* No 8 bytes of the payload are left as they were. */
		for (unsigned int i = clear_len(rtcp); i + 8 <= plain.len; i += 8)
			assert_memory_not_equal(pkt.data + i, plain.data + i, 8);

		assert_int_equal(test_unprotect(&l->rx, &pkt, &note), 0);
		assert_int_equal(note.first, seq == 0);
		assert_int_equal(note.slot, SOTTO_SLOT_CURRENT);
		assert_int_equal(note.ssrc, SSRC);
		assert_int_equal(pkt.len, plain.len);
		assert_memory_equal(pkt.data, plain.data, plain.len);
	}
}

static void every_profile_there_and_back(void **state)
{
	for_each_profile(there_and_back);
}

/* The forged packets must leave nothing behind that keeps the true one out. */
static void every_bit_counts(struct test_link *l, bool rtcp)
{
	struct sotto_srtp_note note;
	struct test_packet good, bad;

	make(&good, rtcp, 1);
	assert_int_equal(test_protect(&l->tx, &good, &note), 0);
	for (unsigned int bit = 0; bit < 8 * good.len; bit++) {
		int err;

		bad = good;
		bad.data[bit / 8] ^= 1 << bit % 8;
		err = test_unprotect(&l->rx, &bad, &note);
		/* Some bits make the header itself impossible. */
		if (err != -EBADMSG && err != -EINVAL)
			fail_msg("profile %u, rtcp %d, bit %u: %d", l->key.profile, rtcp, bit, err);
		assert_false(note.first);
	}
	assert_int_equal(test_unprotect(&l->rx, &good, &note), 0);
	assert_true(note.first);
}

static void a_flipped_bit_does_not_authenticate(void **state)
{
	for_each_profile(every_bit_counts);
}

static void every_length(struct test_link *l, bool rtcp)
{
	struct sotto_srtp_note note;
	struct test_packet good, bad;

	make(&good, rtcp, 1);
	assert_int_equal(test_protect(&l->tx, &good, &note), 0);
	for (unsigned int len = 0; len < good.len; len++) {
		int err;

		bad = good;
		bad.len = len;
		err = test_unprotect(&l->rx, &bad, &note);
		assert_true(err == -EBADMSG || err == -EINVAL);
	}
	bad = good;
	bad.len = good.len + 1;
	assert_int_equal(test_unprotect(&l->rx, &bad, &note), -EBADMSG);
	assert_int_equal(test_unprotect(&l->rx, &good, &note), 0);
}

static void a_truncated_packet_does_not_authenticate(void **state)
{
	for_each_profile(every_length);
}

static void again(struct test_link *l, bool rtcp)
{
	struct sotto_srtp_note note;
	struct test_packet pkt, copy;

	make(&pkt, rtcp, 1);
	assert_int_equal(test_protect(&l->tx, &pkt, &note), 0);
	copy = pkt;
	assert_int_equal(test_unprotect(&l->rx, &pkt, &note), 0);
	assert_int_equal(test_unprotect(&l->rx, &copy, &note), -EALREADY);
	/* That costs no cryptography: nobody asks whether it would authenticate. */
	copy.data[clear_len(rtcp)] ^= 1;
	assert_int_equal(test_unprotect(&l->rx, &copy, &note), -EALREADY);
}

static void a_replayed_packet_is_refused(void **state)
{
	for_each_profile(again);
}

/* A flow follows only what is newer than all before (roam.c). */
static void newer(struct test_link *l, bool rtcp)
{
	struct sotto_srtp_note note;
	struct test_packet pkt[4];

	for (u16 seq = 0; seq < ARRAY_SIZE(pkt); seq++) {
		make(&pkt[seq], rtcp, seq);
		assert_int_equal(test_protect(&l->tx, &pkt[seq], &note), 0);
	}
	assert_false(sotto_srtp_knows(&l->rx, rtcp, pkt[1].data, pkt[1].len));
	assert_int_equal(test_unprotect(&l->rx, &pkt[1], &note), 0);
	assert_true(note.newest);
	assert_true(sotto_srtp_knows(&l->rx, rtcp, pkt[3].data, pkt[3].len));
	assert_int_equal(test_unprotect(&l->rx, &pkt[3], &note), 0);
	assert_true(note.newest);
	assert_int_equal(test_unprotect(&l->rx, &pkt[2], &note), 0);
	assert_false(note.newest);
	assert_int_equal(test_unprotect(&l->rx, &pkt[0], &note), 0);
	assert_false(note.newest);
}

static void what_came_late_is_not_the_newest(void **state)
{
	for_each_profile(newer);
}

static void plain(struct test_link *l, bool rtcp)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;

	make(&pkt, rtcp, 1);
	assert_int_equal(test_unprotect(&l->rx, &pkt, &note), -EBADMSG);
}

static void a_plain_packet_is_refused(void **state)
{
	for_each_profile(plain);
}

/* RFC 3711 3.4: E clear means sent in clear, and the tag over it may be right. */
static void srtcp_without_e_is_refused(void **state)
{
	struct sotto_session_keys keys;
	struct sotto_srtp_note note;
	struct sotto_hmac hmac;
	struct test_packet pkt;
	struct test_link l;
	u8 mac[SOTTO_HMAC_LEN];

	test_link_open(&l, SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, 0);
	assert_int_equal(sotto_kdf(sotto_profile_params(l.key.profile), l.key.master, l.key.salt,
				   true, &keys), 0);
	assert_int_equal(sotto_hmac_init(&hmac, keys.auth, sizeof(keys.auth)), 0);
	for (unsigned int e = 0; e < 2; e++) {
		test_rtcp(&pkt, SSRC, 1);
		put_unaligned_be32(e << 31 | 1, pkt.data + pkt.len);
		pkt.len += 4;
		sotto_hmac_sign(&hmac, pkt.data, pkt.len, mac);
		memcpy(pkt.data + pkt.len, mac, 10);
		pkt.len += 10;
		/* With E it is taken: so it was E that kept it out. */
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), e ? 0 : -EBADMSG);
	}
	sotto_hmac_exit(&hmac);
	test_link_close(&l);
}

/*
 * RFC 7714 gives session keys: they take the place of those that were derived. Of its
 * RTCP packets the header says a word more than there is, so that they are none for
 * us; module_kdf.c has their cipher text.
 */
static void packets_are_those_of_rfc_7714(void **state)
{
	unsigned int done = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_gcm_vectors); i++) {
		const struct sotto_gcm_vector *v = &sotto_gcm_vectors[i];
		struct test_packet pkt = { .len = sizeof(v->aad) + v->plain_len };
		struct sotto_srtp_note note;
		struct test_link l;

		if (v->rtcp)
			continue;
		test_link_open(&l, v->key_len == 16 ? SOTTO_PROFILE_AEAD_AES_128_GCM
						    : SOTTO_PROFILE_AEAD_AES_256_GCM, 0);
		for (enum sotto_dir dir = 0; dir < __SOTTO_DIR_MAX; dir++) {
			struct sotto_session *s = dir == SOTTO_DIR_TX ? &l.tx : &l.rx;
			struct sotto_key *key = s->state->dir[dir].slot[SOTTO_SLOT_CURRENT];

			sotto_gcm_exit(&key->half[0].gcm);
			assert_int_equal(sotto_gcm_init(&key->half[0].gcm, v->key, v->key_len), 0);
			memcpy(key->half[0].salt, v->salt, sizeof(v->salt));
		}
		memcpy(pkt.data, v->aad, sizeof(v->aad));
		memcpy(pkt.data + sizeof(v->aad), v->plain, v->plain_len);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		assert_int_equal(pkt.len, sizeof(v->aad) + v->plain_len + 16);
		assert_memory_equal(pkt.data, v->aad, sizeof(v->aad));
		assert_memory_equal(pkt.data + sizeof(v->aad), v->sealed, v->plain_len + 16);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		assert_int_equal(pkt.len, sizeof(v->aad) + v->plain_len);
		assert_memory_equal(pkt.data + sizeof(v->aad), v->plain, v->plain_len);
		test_link_close(&l);
		done++;
	}
	assert_int_equal(done, 2);
}

static void srtcp_of_the_32_suites_keeps_80_bits(void **state)
{
	static const enum sotto_profile profiles[] = {
		SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32, SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct test_packet pkt;
		struct test_link l;

		test_link_open(&l, profiles[i], 0);
		make(&pkt, false, 1);
		assert_int_equal(sotto_srtp_overhead(&l.tx, false, pkt.data, pkt.len), 4);
		make(&pkt, true, 1);
		assert_int_equal(sotto_srtp_overhead(&l.tx, true, pkt.data, pkt.len), 4 + 10);
		test_link_close(&l);
	}
}

static void mki_is_matched_not_skipped(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_session other;
		struct sotto_srtp_note note;
		struct test_packet pkt;
		struct test_link l;
		struct test_key key;

		/* The same key under another MKI is another key. */
		test_link_open(&l, profile, 8);
		key = l.key;
		key.mki[7] ^= 1;
		assert_int_equal(sotto_session_init(&other, GFP_KERNEL), 0);
		assert_int_equal(test_key_install(&other, SOTTO_DIR_RX, &key), 0);
		test_rtp(&pkt, SSRC, 1, 20);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		assert_int_equal(test_unprotect(&other, &pkt, &note), -EBADMSG);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		sotto_session_destroy(&other);
		test_link_close(&l);
	}
}

static void the_longest_mki_fits_the_room(void **state)
{
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, SOTTO_PROFILE_AEAD_AES_256_GCM, SOTTO_MKI_MAX);
	make(&pkt, true, 1);
	assert_int_equal(sotto_srtp_overhead(&l.tx, true, pkt.data, pkt.len),
			 SOTTO_SRTCP_OVERHEAD_MAX);
	there_and_back(&l, true);
	test_link_close(&l);
}

static void without_a_key_nothing_goes(void **state)
{
	struct sotto_srtp_note note;
	struct sotto_session s;
	struct test_packet pkt;
	struct test_key key;

	assert_int_equal(sotto_session_init(&s, GFP_KERNEL), 0);
	test_rtp(&pkt, SSRC, 1, 20);
	assert_int_equal(test_protect(&s, &pkt, &note), -ENOKEY);
	assert_int_equal(test_unprotect(&s, &pkt, &note), -ENOKEY);
	assert_int_equal(sotto_srtp_overhead(&s, false, pkt.data, pkt.len), -ENOKEY);

	/* On tx a key that was not made current is no key. */
	test_key_make(&key, SOTTO_PROFILE_AEAD_AES_128_GCM, 0);
	assert_int_equal(test_key_install(&s, SOTTO_DIR_TX, &key), 0);
	assert_int_equal(test_protect(&s, &pkt, &note), -ENOKEY);
	sotto_session_destroy(&s);
}

static void malformed_is_not_sent(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, 0);
	for (unsigned int len = 1; len < 12; len++) {
		test_rtp(&pkt, SSRC, 1, 20);
		pkt.len = len;
		assert_int_equal(test_protect(&l.tx, &pkt, &note), -EINVAL);
	}
	test_rtp(&pkt, SSRC, 1, 2);
	pkt.data[0] |= 0x0f;
	assert_int_equal(test_protect(&l.tx, &pkt, &note), -EINVAL);
	test_rtcp(&pkt, SSRC, 1);
	pkt.len -= 4;
	assert_int_equal(test_protect(&l.tx, &pkt, &note), -EINVAL);
	test_link_close(&l);
}

static void an_empty_payload_is_authenticated(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_srtp_note note;
		struct test_packet pkt, bad;
		struct test_link l;

		test_link_open(&l, profile, 0);
		test_rtp(&pkt, SSRC, 1, 0);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		bad = pkt;
		bad.data[pkt.len - 1] ^= 1;
		assert_int_equal(test_unprotect(&l.rx, &bad, &note), -EBADMSG);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		assert_int_equal(pkt.len, 12);
		test_link_close(&l);
	}
}

/* Shorter than a block, and than a tag: RTP and RTCP, none of it is left as it was. */
static void short_packets_are_encrypted(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_srtp_note note;
		struct test_packet pkt, plain;
		struct test_link l;

		test_link_open(&l, profile, 0);
		for (unsigned int len = 1; len <= 20; len++) {
			unsigned int as_it_was = 0;

			for (u16 n = 0; n < 64; n++) {
				test_rtp(&plain, SSRC, 64 * len + n, len);
				pkt = plain;
				assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
				as_it_was += !memcmp(pkt.data + 12, plain.data + 12, len);
				assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
				assert_memory_equal(pkt.data, plain.data, plain.len);
			}
			/* One byte may turn out the same by chance. */
			assert_true(as_it_was <= (len == 1 ? 4 : 0));
		}
		/* Of RTCP the shortest has a header alone: nothing to encrypt, but a tag. */
		test_rtcp(&pkt, SSRC, 0);
		assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		assert_int_equal(pkt.len, 8 + 4 + sotto_profile_params(profile)->tag_len[1]);
		pkt.data[7] ^= 1;
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -EBADMSG);
		test_link_close(&l);
	}
}

/* Both trials of a new SSRC destroy the packet under GCM; see try_candidates(). */
static void a_stream_may_begin_after_its_wrap(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_srtp_note note;
		struct test_packet pkt;
		struct test_link l;

		test_link_open(&l, profile, 0);
		/* Lost: the last before the wrap and the first after it. */
		for (unsigned int seq = 65530; seq < 65536 + 10; seq++) {
			test_rtp(&pkt, SSRC, seq, 20);
			assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
		}
		test_deliver(&l, SSRC, 10);
		test_deliver(&l, SSRC, 11);
		test_link_close(&l);
	}
}

static void no_memory_for_a_second_trial_is_a_drop(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, SOTTO_PROFILE_AEAD_AES_128_GCM, 0);
	test_rtp(&pkt, SSRC, 1, 20);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
	/* First the copy for the second trial, then the stream. */
	for (unsigned int n = 1; n <= 2; n++) {
		kshim_fail_alloc(n);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -ENOMEM);
		assert_true(kshim_alloc_failed());
		kshim_fail_alloc(0);
	}
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
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
		cmocka_unit_test(every_profile_there_and_back),
		cmocka_unit_test(a_flipped_bit_does_not_authenticate),
		cmocka_unit_test(a_truncated_packet_does_not_authenticate),
		cmocka_unit_test(a_replayed_packet_is_refused),
		cmocka_unit_test(what_came_late_is_not_the_newest),
		cmocka_unit_test(a_plain_packet_is_refused),
		cmocka_unit_test(srtcp_without_e_is_refused),
		cmocka_unit_test(packets_are_those_of_rfc_7714),
		cmocka_unit_test(srtcp_of_the_32_suites_keeps_80_bits),
		cmocka_unit_test(mki_is_matched_not_skipped),
		cmocka_unit_test(the_longest_mki_fits_the_room),
		cmocka_unit_test(without_a_key_nothing_goes),
		cmocka_unit_test(malformed_is_not_sent),
		cmocka_unit_test(an_empty_payload_is_authenticated),
		cmocka_unit_test(short_packets_are_encrypted),
		cmocka_unit_test(a_stream_may_begin_after_its_wrap),
		cmocka_unit_test(no_memory_for_a_second_trial_is_a_drop),
	};

	return cmocka_run_group_tests_name("module srtp", tests, module_init, module_exit);
}
