// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/session.c and used_keys.c: which keys are taken, when they are used,
 * and when they end.
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
#define SSRC	0xcafebabe

static void refused(const struct sotto_key_params *p, const char *why)
{
	struct netlink_ext_ack extack = {};
	struct sotto_session s;

	assert_int_equal(sotto_session_init(&s, GFP_KERNEL), 0);
	assert_int_equal(sotto_session_key_new(&s, p, &extack), -EINVAL);
	assert_string_equal(extack._msg, why);
	assert_false(sotto_session_has_key(&s, p->dir, SOTTO_SLOT_NEXT));
	sotto_session_destroy(&s);
}

static void a_key_that_does_not_fit_is_refused(void **state)
{
	static const u8 bytes[SOTTO_MKI_MAX + 1] = { 1 };
	const struct sotto_key_params good = {
		.dir = SOTTO_DIR_RX, .profile = GCM,
		.master = bytes, .master_len = 16, .salt = bytes, .salt_len = 12,
		.mki = bytes, .mki_len = 1,
	};
	struct sotto_key_params p;

	p = good;
	p.profile = SOTTO_PROFILE_UNSPEC;
	refused(&p, "key/profile is none that this kernel has");
	p.profile = SOTTO_PROFILE_MAX + 1;
	refused(&p, "key/profile is none that this kernel has");
	for (p = good; p.master_len <= 32; p.master_len += 15)
		if (p.master_len != 16)
			refused(&p, "key/master has not the length for key/profile");
	p = good;
	p.salt_len = 14;
	refused(&p, "key/salt has not the length for key/profile");
	p = good;
	p.mki_len = SOTTO_MKI_MAX + 1;
	refused(&p, "key/mki is too long");
}

static void a_used_tx_key_is_refused_on_any_flow(void **state)
{
	struct sotto_session other;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	assert_int_equal(sotto_session_init(&other, GFP_KERNEL), 0);
	assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &l.key), -EEXIST);
	assert_int_equal(test_key_install(&other, SOTTO_DIR_TX, &l.key), -EEXIST);

	/* Nor by another name, nor after its flow has gone. */
	test_link_close(&l);
	l.key.mki_len = 1;
	assert_int_equal(test_key_install(&other, SOTTO_DIR_TX, &l.key), -EEXIST);

	/* One byte of salt makes it another key; to receive with it is no harm. */
	assert_int_equal(test_key_install(&other, SOTTO_DIR_RX, &l.key), 0);
	l.key.salt[11] ^= 1;
	assert_int_equal(test_key_install(&other, SOTTO_DIR_TX, &l.key), 0);
	sotto_session_destroy(&other);
}

static void one_key_for_both_directions_is_refused(void **state)
{
	struct sotto_session s;
	struct test_key key;

	assert_int_equal(sotto_session_init(&s, GFP_KERNEL), 0);
	test_key_make(&key, GCM, 0);
	assert_int_equal(test_key_install(&s, SOTTO_DIR_RX, &key), 0);
	assert_int_equal(test_key_install(&s, SOTTO_DIR_TX, &key), -EINVAL);

	test_key_make(&key, CM, 0);
	assert_int_equal(test_key_install(&s, SOTTO_DIR_TX, &key), 0);
	assert_int_equal(test_key_install(&s, SOTTO_DIR_RX, &key), -EINVAL);
	sotto_session_destroy(&s);
}

/* It would come with an empty replay window. */
static void an_rx_key_is_not_installed_twice(void **state)
{
	struct test_link l;

	test_link_open(&l, GCM, 0);
	assert_int_equal(test_key_install(&l.rx, SOTTO_DIR_RX, &l.key), -EEXIST);
	test_link_close(&l);
}

static void a_failed_allocation_changes_nothing(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		struct sotto_session s;
		struct test_key key;
		unsigned int n = 0;
		int err;

		assert_int_equal(sotto_session_init(&s, GFP_KERNEL), 0);
		test_key_make(&key, profile, 0);
		do {
			assert_false(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_NEXT));
			kshim_fail_alloc(++n);
			err = test_key_install(&s, SOTTO_DIR_TX, &key);
			assert_int_equal(err, kshim_alloc_failed() ? -ENOMEM : 0);
		} while (err);
		kshim_fail_alloc(0);
		assert_true(n > 3);
		assert_true(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_NEXT));
		sotto_session_destroy(&s);
	}
	kshim_fail_alloc(1);
	assert_int_equal(sotto_session_init(&(struct sotto_session){}, GFP_KERNEL), -ENOMEM);
	kshim_fail_alloc(0);
}

static void slots_are_told_as_they_are(void **state)
{
	struct sotto_session s;
	struct test_key key;

	assert_int_equal(sotto_session_init(&s, GFP_KERNEL), 0);
	assert_int_equal(sotto_session_key_promote(&s, SOTTO_DIR_TX), -ENOKEY);
	assert_int_equal(sotto_session_key_del(&s, SOTTO_DIR_TX, SOTTO_SLOT_NEXT), -ENOKEY);
	assert_int_equal(sotto_session_profile(&s, SOTTO_DIR_TX), SOTTO_PROFILE_UNSPEC);

	test_key_make(&key, CM, 0);
	assert_int_equal(test_key_install(&s, SOTTO_DIR_TX, &key), 0);
	assert_true(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_NEXT));
	assert_false(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT));
	assert_false(sotto_session_has_key(&s, SOTTO_DIR_RX, SOTTO_SLOT_NEXT));
	assert_int_equal(sotto_session_profile(&s, SOTTO_DIR_TX), SOTTO_PROFILE_UNSPEC);

	assert_int_equal(sotto_session_key_promote(&s, SOTTO_DIR_TX), 0);
	assert_int_equal(sotto_session_profile(&s, SOTTO_DIR_TX), CM);
	assert_false(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_NEXT));
	assert_int_equal(sotto_session_key_promote(&s, SOTTO_DIR_TX), 0);
	assert_true(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT));

	assert_int_equal(sotto_session_key_del(&s, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT), 0);
	assert_false(sotto_session_has_key(&s, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT));
	assert_int_equal(sotto_session_key_del(&s, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT), -ENOKEY);
	sotto_session_destroy(&s);
}

/* Sends with the old key and the new one in turn over every pair of profiles. */
static void rekey_makes_before_it_breaks(void **state)
{
	for (unsigned int pair = 0; pair < SOTTO_PROFILE_MAX * SOTTO_PROFILE_MAX; pair++) {
		enum sotto_profile from = 1 + pair / SOTTO_PROFILE_MAX;
		enum sotto_profile to = 1 + pair % SOTTO_PROFILE_MAX;
		struct test_packet old, new;
		struct sotto_srtp_note note;
		struct test_link l;

		test_link_open(&l, from, 0);
		test_deliver(&l, SSRC, 1);
		test_key_make(&l.key, to, 0);
		assert_int_equal(test_key_install(&l.rx, SOTTO_DIR_RX, &l.key), 0);
		assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &l.key), 0);
		test_deliver(&l, SSRC, 2);

		assert_false(sotto_session_next_heard(&l.rx));

		test_rtp(&old, SSRC, 3, 20);
		assert_int_equal(test_protect(&l.tx, &old, &note), 0);
		assert_int_equal(sotto_session_key_promote(&l.tx, SOTTO_DIR_TX), 0);
		test_rtp(&new, SSRC, 4, 20);
		assert_int_equal(test_protect(&l.tx, &new, &note), 0);

		assert_int_equal(test_unprotect(&l.rx, &new, &note), 0);
		assert_int_equal(note.slot, SOTTO_SLOT_NEXT);
		assert_true(note.first);
		assert_true(sotto_session_next_heard(&l.rx));
		assert_int_equal(test_unprotect(&l.rx, &old, &note), 0);
		assert_int_equal(note.slot, SOTTO_SLOT_CURRENT);
		assert_false(note.first);

		assert_int_equal(sotto_session_key_promote(&l.rx, SOTTO_DIR_RX), 0);
		assert_false(sotto_session_next_heard(&l.rx));
		test_deliver(&l, SSRC, 6);
		test_link_close(&l);
	}
}

static void a_next_key_is_replaced_before_its_time(void **state)
{
	struct test_key first;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	test_key_make(&first, GCM, 0);
	assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &first), 0);
	assert_int_equal(test_key_install(&l.rx, SOTTO_DIR_RX, &first), 0);
	test_deliver(&l, SSRC, 1);
	test_link_rekey(&l, CM, 0);
	test_deliver(&l, SSRC, 2);
	/* It was never used, but nobody can be sure of that. */
	assert_int_equal(test_key_install(&l.tx, SOTTO_DIR_TX, &first), -EEXIST);
	test_link_close(&l);
}

static void an_old_key_opens_nothing(void **state)
{
	struct sotto_srtp_note note;
	struct test_packet pkt;
	struct test_link l;

	test_link_open(&l, GCM, 0);
	test_rtp(&pkt, SSRC, 1, 20);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), 0);
	test_link_rekey(&l, GCM, 0);
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -EBADMSG);

	assert_int_equal(sotto_session_key_del(&l.rx, SOTTO_DIR_RX, SOTTO_SLOT_CURRENT), 0);
	assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -ENOKEY);
	assert_int_equal(sotto_session_key_del(&l.tx, SOTTO_DIR_TX, SOTTO_SLOT_CURRENT), 0);
	test_rtp(&pkt, SSRC, 2, 20);
	assert_int_equal(test_protect(&l.tx, &pkt, &note), -ENOKEY);
	test_link_close(&l);
}

static struct sotto_key *current_key(struct sotto_session *s, enum sotto_dir dir)
{
	return s->state->dir[dir].slot[SOTTO_SLOT_CURRENT];
}

static int send_one(struct test_link *l, bool rtcp, u16 seq, struct sotto_srtp_note *note,
		    struct test_packet *pkt)
{
	if (rtcp)
		test_rtcp(pkt, SSRC, 1);
	else
		test_rtp(pkt, SSRC, seq, 20);
	return test_protect(&l->tx, pkt, note);
}

static void a_key_lives_as_long_as_rfc_3711_says(void **state)
{
	static const u64 life[] = { 1ULL << 48, 1ULL << 31 };

	for (unsigned int rtcp = 0; rtcp < 2; rtcp++) {
		struct sotto_srtp_note note;
		struct test_packet pkt;
		struct test_link l;
		u16 seq = 0;

		test_link_open(&l, GCM, 0);
		atomic64_set(&current_key(&l.tx, SOTTO_DIR_TX)->half[rtcp].spent,
			     life[rtcp] / 16 * 15 - 2);
		for (unsigned int i = 0; i < 3; i++) {
			assert_int_equal(send_one(&l, rtcp, seq++, &note, &pkt), 0);
			assert_int_equal(note.key_life, i == 1);
		}

		atomic64_set(&current_key(&l.tx, SOTTO_DIR_TX)->half[rtcp].spent,
			     life[rtcp] - 1);
		assert_int_equal(send_one(&l, rtcp, seq++, &note, &pkt), 0);
		assert_false(note.exhausted);
		for (unsigned int i = 0; i < 2; i++) {
			struct test_packet late;

			assert_int_equal(send_one(&l, rtcp, seq++, &note, &late), -EKEYEXPIRED);
			assert_true(note.exhausted);
		}

		/* The receiver keeps to it, too. */
		atomic64_set(&current_key(&l.rx, SOTTO_DIR_RX)->half[rtcp].spent,
			     life[rtcp] - 1);
		atomic64_set(&current_key(&l.tx, SOTTO_DIR_TX)->half[rtcp].spent, 0);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		assert_int_equal(send_one(&l, rtcp, seq++, &note, &pkt), 0);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), -EKEYEXPIRED);
		assert_true(note.exhausted);

		/* The other half has a life of its own. */
		assert_int_equal(send_one(&l, !rtcp, seq++, &note, &pkt), 0);
		assert_int_equal(test_unprotect(&l.rx, &pkt, &note), 0);
		test_link_close(&l);
	}
}

/* The watch aborts when memory that holds the bytes is freed unwiped. */
static void keys_are_wiped(void **state)
{
	for (unsigned int profile = 1; profile <= SOTTO_PROFILE_MAX; profile++) {
		const struct sotto_profile_params *params = sotto_profile_params(profile);
		struct sotto_session_keys keys;
		struct test_link l;

		for (unsigned int rtcp = 0; rtcp < 2; rtcp++) {
			test_link_open(&l, profile, 0);
			sotto_kdf(params, l.key.master, l.key.salt, rtcp, &keys);
			kshim_watch_secret(keys.salt, params->salt_len);
			test_link_rekey(&l, profile, 0);
			sotto_kdf(params, l.key.master, l.key.salt, rtcp, &keys);
			kshim_watch_secret(keys.key, params->key_len);
			test_link_close(&l);
			kshim_watch_secret(NULL, 0);
		}
	}
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
		cmocka_unit_test(a_key_that_does_not_fit_is_refused),
		cmocka_unit_test(a_used_tx_key_is_refused_on_any_flow),
		cmocka_unit_test(one_key_for_both_directions_is_refused),
		cmocka_unit_test(an_rx_key_is_not_installed_twice),
		cmocka_unit_test(a_failed_allocation_changes_nothing),
		cmocka_unit_test(slots_are_told_as_they_are),
		cmocka_unit_test(rekey_makes_before_it_breaks),
		cmocka_unit_test(a_next_key_is_replaced_before_its_time),
		cmocka_unit_test(an_old_key_opens_nothing),
		cmocka_unit_test(a_key_lives_as_long_as_rfc_3711_says),
		cmocka_unit_test(keys_are_wiped),
	};

	return cmocka_run_group_tests_name("module session", tests, module_init, module_exit);
}
