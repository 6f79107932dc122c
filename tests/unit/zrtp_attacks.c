// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a dishonest peer must not achieve; strangers are in zrtp_strangers.c. Each
 * case names a check of the engine and fails when that check is taken out.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>

#include "bytes.h"
#include "session.h"
#include "zrtp_mallory.h"
#include "zrtp_sim.h"

static const uint8_t some_hvi[ZRTP_HVI_LEN] = { 0x55 };

static void failed_with(const struct mallory *m, enum zrtp_error code)
{
	assert_true(m->failed);
	assert_int_equal(m->error, code);
	assert_false(m->error_remote);
	assert_false(m->has_rx || m->has_tx || m->secure || m->retained);
	assert_true(m->seen[ZRTP_MSG_ERROR].count >= 1);
	assert_int_equal(get_be32(m->seen[ZRTP_MSG_ERROR].msg + 12), code);
}

/* The control: an honest mallory comes through, in both roles. */
static void an_honest_peer_is_accepted(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_until_dhpart1(&m, NULL);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_CONFIRM1].count, 1);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	assert_int_equal(mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body), 0);
	assert_true(m.secure && m.rx_secure && m.tx_secure);
	mallory_free(&m);

	mallory_init(&m, ZRTP_KA_X255, true);
	mallory_discover(&m);
	assert_int_equal(m.seen[ZRTP_MSG_COMMIT].count, 1);
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART2].count, 1);
	mallory_derive(&m, ZRTP_ROLE_RESPONDER);
	assert_int_equal(mallory_confirm(&m, ZRTP_ROLE_RESPONDER, &body), 0);
	assert_true(m.rx_secure && m.has_tx && !m.tx_secure);
	assert_int_equal(mallory_ack(&m, ZRTP_MSG_CONF2ACK), 0);
	assert_true(m.secure && m.tx_secure);
	mallory_free(&m);
}

/* The commitment is what makes a short SAS safe. */
static void an_initiator_is_held_to_its_commitment(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_discover(&m);
	assert_int_equal(mallory_commit(&m, some_hvi), 0);
	/* Having seen pvr, choose pvi. */
	mallory_make_dhpart(&m, ZRTP_ROLE_INITIATOR, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	failed_with(&m, ZRTP_ERROR_DH_BAD_HVI);
	assert_int_equal(m.seen[ZRTP_MSG_CONFIRM1].count, 0);
	mallory_free(&m);
}

static void weak_value(int which, uint8_t pv[ZRTP_PV_MAX])
{
	BIGNUM *n = BN_get_rfc3526_prime_3072(NULL);

	switch (which) {
	case 0: BN_zero(n); break;
	case 1: BN_one(n); break;
	case 2: BN_sub_word(n, 1); break;
	case 3: break;			/* p */
	case 4: BN_add_word(n, 1); break;
	}
	assert_int_equal(BN_bn2binpad(n, pv, ZRTP_PV_MAX), ZRTP_PV_MAX);
	BN_free(n);
}

static void weak_dh3k_values_end_the_exchange(void **state)
{
	uint8_t pv[ZRTP_PV_MAX];
	struct mallory m;

	for (int i = 0; i < 5; i++) {
		weak_value(i, pv);
		mallory_init(&m, ZRTP_KA_DH3K, false);
		mallory_until_dhpart1(&m, pv);
		mallory_send(&m, m.dhpart, m.dhpart_len);
		failed_with(&m, ZRTP_ERROR_DH_BAD_PV);
		mallory_free(&m);

		mallory_init(&m, ZRTP_KA_DH3K, true);
		mallory_discover(&m);
		mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, pv);
		mallory_send(&m, m.dhpart, m.dhpart_len);
		failed_with(&m, ZRTP_ERROR_DH_BAD_PV);
		assert_int_equal(m.seen[ZRTP_MSG_DHPART2].count, 0);
		mallory_free(&m);
	}
}

static void weak_x255_points_end_the_exchange(void **state)
{
	/* RFC 7748 6.1: these give an all-zero result; the last one is p itself. */
	static const uint8_t points[][32] = {
		{ 0 },
		{ 1 },
		{ 0xec, [1 ... 30] = 0xff, 0x7f },
		{ 0xed, [1 ... 30] = 0xff, 0x7f },
	};
	struct mallory m;

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		mallory_init(&m, ZRTP_KA_X255, false);
		mallory_until_dhpart1(&m, points[i]);
		mallory_send(&m, m.dhpart, m.dhpart_len);
		failed_with(&m, ZRTP_ERROR_DH_BAD_PV);
		mallory_free(&m);

		mallory_init(&m, ZRTP_KA_X255, true);
		mallory_discover(&m);
		mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, points[i]);
		mallory_send(&m, m.dhpart, m.dhpart_len);
		failed_with(&m, ZRTP_ERROR_DH_BAD_PV);
		mallory_free(&m);
	}
}

/* A man in the middle takes the strong algorithms out of a Hello. */
static void a_downgraded_hello_is_found_by_the_responder(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	m.suite.agreement = ZRTP_KA_DH3K;
	mallory_hello(&m, ZRTP_VERSION);
	m.hello[m.hello_len - ZRTP_MAC_LEN - 1] ^= 1;	/* last algorithm block */
	mallory_send(&m, m.hello, m.hello_len);
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	mallory_commit(&m, some_hvi);
	failed_with(&m, ZRTP_ERROR_HELLO_MISMATCH);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART1].count, 0);
	mallory_free(&m);
}

static void a_downgraded_hello_is_found_by_the_initiator(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	mallory_hello(&m, ZRTP_VERSION);
	m.hello[m.hello_len - ZRTP_MAC_LEN - 1] ^= 1;
	mallory_send(&m, m.hello, m.hello_len);
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	assert_int_equal(m.seen[ZRTP_MSG_COMMIT].count, 1);
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	failed_with(&m, ZRTP_ERROR_HELLO_MISMATCH);
	mallory_free(&m);
}

static void a_changed_commit_is_found(void **state)
{
	uint8_t hvi[ZRTP_HVI_LEN];
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_discover(&m);
	mallory_make_dhpart(&m, ZRTP_ROLE_INITIATOR, NULL);
	mallory_hvi(&m, hvi);
	/* Right but for its MAC: as after a change by someone without H1. */
	m.chain.h[1][0] ^= 1;
	mallory_commit(&m, hvi);
	m.chain.h[1][0] ^= 1;
	assert_int_equal(m.seen[ZRTP_MSG_DHPART1].count, 1);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	failed_with(&m, ZRTP_ERROR_MALFORMED);
	mallory_free(&m);
}

static void a_commit_for_another_zid_is_refused(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_discover(&m);
	m.zid[0] ^= 1;
	mallory_commit(&m, some_hvi);
	failed_with(&m, ZRTP_ERROR_HELLO_MISMATCH);
	mallory_free(&m);
}

/* A wrong MAC may be anybody's; a peer that has no other is at odds with us. */
static void a_wrong_confirm_mac_never_secures(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_until_dhpart1(&m, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	m.keys.mac[ZRTP_KEYS_INITIATOR][0] ^= 1;
	mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_false(m.secure || m.has_rx || m.failed);
	mallory_wait(&m, 2000);
	failed_with(&m, ZRTP_ERROR_CONFIRM_MAC);
	m.keys.mac[ZRTP_KEYS_INITIATOR][0] ^= 1;
	mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_false(m.secure);
	mallory_free(&m);
}

/* A second chain: H0 fits the MAC of DHPart, but does not hash to its H1. */
static void a_confirm_from_another_chain_is_refused(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	m.chain.h[0][0] ^= 1;
	mallory_run_as_initiator(&m);
	failed_with(&m, ZRTP_ERROR_MALFORMED);
	mallory_free(&m);
}

/* H0 keys the MAC of DHPart and hashes to H1: the last link of the chain. */
static void a_confirm_with_a_wrong_h0_is_refused(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_until_dhpart1(&m, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	body.h0[31] ^= 1;
	mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
	failed_with(&m, ZRTP_ERROR_MALFORMED);
	mallory_free(&m);
}

static void a_dhpart_with_a_wrong_mac_is_refused(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	/* As responder: DHPart1's MAC is not covered by a commitment. */
	mallory_init(&m, ZRTP_KA_X255, true);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_discover(&m);
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	m.dhpart[m.dhpart_len - 1] ^= 1;
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_RESPONDER);
	mallory_confirm(&m, ZRTP_ROLE_RESPONDER, &body);
	failed_with(&m, ZRTP_ERROR_MALFORMED);
	mallory_free(&m);
}

static void our_own_zid_from_the_other_side_ends_the_exchange(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	memcpy(m.zid, m.victim_peer.own_zid, ZRTP_ZID_LEN);
	mallory_hello(&m, ZRTP_VERSION);
	failed_with(&m, ZRTP_ERROR_EQUAL_ZID);
	mallory_free(&m);

	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(m.zid, m.victim_peer.own_zid, ZRTP_ZID_LEN);
	mallory_hello(&m, ZRTP_VERSION);
	assert_true(m.failed);
	assert_int_equal(m.error, ZRTP_ERROR_EQUAL_ZID);
	/* Whoever it was has proven nothing: told once, no timer. */
	mallory_wait(&m, 20000);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 1);
	mallory_free(&m);

	/* It needs no word of the owner. */
	mallory_init(&m, ZRTP_KA_X255, true);
	m.mute = true;
	memcpy(m.zid, m.victim_peer.own_zid, ZRTP_ZID_LEN);
	mallory_hello(&m, ZRTP_VERSION);
	failed_with(&m, ZRTP_ERROR_EQUAL_ZID);
	assert_int_equal(m.asked, 0);
	mallory_free(&m);
}

static void disclosure_and_expiry_are_passed_on(void **state)
{
	static const uint32_t expiry[] = { 0, 1000, 0xffffffff };

	for (int i = 0; i < 3; i++) {
		struct zrtp_confirm_body body = { .expiry_s = expiry[i], .disclosure = i };
		struct mallory m;

		mallory_init(&m, ZRTP_KA_X255, false);
		memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
		mallory_until_dhpart1(&m, NULL);
		mallory_send(&m, m.dhpart, m.dhpart_len);
		mallory_derive(&m, ZRTP_ROLE_INITIATOR);
		mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
		assert_true(m.secure);
		assert_int_equal(m.secured.secure.peer_disclosure, i > 0);
		/* RFC 6189 4.9: the smaller of both; ours never expires. */
		assert_int_equal(m.retain.retain.expiry_s, expiry[i]);
		mallory_free(&m);
	}
}

static bool holds(const struct mallory *m, const uint8_t *secret, size_t len)
{
	return sim_holds(m->victim, secret, len);
}

/* What the owner has taken is nowhere in the session any more. */
static void no_secret_outlives_its_use(void **state)
{
	static const uint8_t own_rs1[ZRTP_SECRET_LEN] = "the secret of the last call ...";
	static const uint8_t seed[ZRTP_SEED_LEN] = { 42 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(m.victim_peer.rs1, own_rs1, sizeof(own_rs1));
	m.victim_peer.has_rs1 = true;
	mallory_discover(&m);
	assert_true(holds(&m, own_rs1, sizeof(own_rs1)));	/* the search can find it */
	assert_true(holds(&m, seed, sizeof(seed)));
	mallory_error(&m, ZRTP_ERROR_SOFTWARE);
	mallory_run_as_initiator(&m);
	assert_true(m.secure);
	assert_false(holds(&m, m.rx.key, m.rx.key_len));
	assert_false(holds(&m, m.tx.key, m.tx.key_len));
	assert_false(holds(&m, m.rx.salt, m.rx.salt_len));
	assert_false(holds(&m, m.retain.retain.rs1, ZRTP_SECRET_LEN));
	assert_false(holds(&m, own_rs1, sizeof(own_rs1)));
	assert_false(holds(&m, seed, sizeof(seed)));
	assert_false(holds(&m, m.keys.mac[0], 32));
	assert_false(holds(&m, m.keys.zrtp[0], 16));
	assert_false(holds(&m, m.keys.master, 32));
	mallory_free(&m);

	/* Nor after a failure. */
	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(m.victim_peer.rs1, own_rs1, sizeof(own_rs1));
	m.victim_peer.has_rs1 = true;
	mallory_until_dhpart1(&m, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	assert_true(holds(&m, m.keys.mac[0], 32));
	mallory_wait(&m, 10000);
	assert_true(m.failed);
	assert_false(holds(&m, m.keys.mac[0], 32));
	assert_false(holds(&m, own_rs1, sizeof(own_rs1)));
	assert_false(holds(&m, seed, sizeof(seed)));
	mallory_free(&m);

	/* Nor after one that the peer is not told of. */
	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(m.victim_peer.rs1, own_rs1, sizeof(own_rs1));
	m.victim_peer.has_rs1 = true;
	mallory_until_dhpart1(&m, NULL);
	mallory_wait(&m, 10000);
	assert_true(m.failed);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 0);
	assert_false(holds(&m, own_rs1, sizeof(own_rs1)));
	assert_false(holds(&m, seed, sizeof(seed)));
	mallory_free(&m);
}

static void our_own_ssrc_from_the_other_side_ends_the_exchange(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	m.ssrc = 1111;
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	failed_with(&m, ZRTP_ERROR_SSRC);
	mallory_free(&m);

	/* But nothing unauthenticated ends what is agreed. */
	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_until_dhpart1(&m, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
	m.ssrc = 1111;
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	assert_true(m.secure);
	assert_false(m.failed);
	mallory_free(&m);
}

static void versions_are_negotiated(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	assert_int_equal(mallory_hello(&m, "2.00"), 0);
	assert_int_equal(m.seen[ZRTP_MSG_HELLO_ACK].count, 1);
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	assert_int_equal(m.seen[ZRTP_MSG_COMMIT].count, 0);
	/* The fourth octet does not count. */
	mallory_hello(&m, "1.1a");
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	assert_int_equal(m.seen[ZRTP_MSG_COMMIT].count, 1);
	mallory_free(&m);

	mallory_init(&m, ZRTP_KA_X255, true);
	mallory_hello(&m, "1.00");
	mallory_wait(&m, 2000);
	failed_with(&m, ZRTP_ERROR_VERSION);
	mallory_free(&m);

	/* Who only answers tells its version too. */
	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_hello(&m, "2.00");
	assert_int_equal(m.seen[ZRTP_MSG_HELLO].count, 1);
	mallory_hello(&m, "2.00");
	assert_int_equal(m.seen[ZRTP_MSG_HELLO].count, 2);
	mallory_until_dhpart1(&m, NULL);
	mallory_free(&m);
}

static void modes_that_we_did_not_offer_are_refused(void **state)
{
	static const struct {
		const char *block;
		size_t len;
		enum zrtp_error code;
	} forms[] = {
		{ "Mult", 100, ZRTP_ERROR_AGREEMENT },
		{ "EC25", 116, ZRTP_ERROR_AGREEMENT },
	};
	struct mallory m;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		uint8_t commit[ZRTP_COMMIT_LEN];

		mallory_init(&m, ZRTP_KA_X255, false);
		mallory_discover(&m);
		mallory_make_dhpart(&m, ZRTP_ROLE_INITIATOR, NULL);
		/* A good Commit, then another agreement and length under a new MAC. */
		mallory_commit(&m, some_hvi);
		memcpy(commit, m.commit, sizeof(commit));
		mallory_free(&m);

		mallory_init(&m, ZRTP_KA_X255, false);
		mallory_discover(&m);
		put_be16(commit + 2, forms[i].len / 4);
		memcpy(commit + 68, forms[i].block, 4);
		zrtp_chain_mac(m.chain.h[1], commit, forms[i].len - ZRTP_MAC_LEN,
			       commit + forms[i].len - ZRTP_MAC_LEN);
		mallory_send(&m, commit, forms[i].len);
		failed_with(&m, forms[i].code);
		mallory_free(&m);
	}
}

/* RFC 6189 4.2: it is discarded, and our DH Commit goes on. */
static void a_preshared_commit_loses_against_ours(void **state)
{
	uint8_t prsh[108];
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	mallory_discover(&m);
	assert_int_equal(m.seen[ZRTP_MSG_COMMIT].count, 1);
	memcpy(prsh, m.seen[ZRTP_MSG_COMMIT].msg, sizeof(prsh));
	put_be16(prsh + 2, sizeof(prsh) / 4);
	memcpy(prsh + 12, m.chain.h[2], ZRTP_IMAGE_LEN);
	memcpy(prsh + 44, m.zid, ZRTP_ZID_LEN);
	memcpy(prsh + 68, "Prsh", 4);
	memset(prsh + 76, 0xff, 16);
	assert_int_equal(mallory_send(&m, prsh, sizeof(prsh)), -EBADMSG);
	assert_false(m.failed);
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART2].count, 1);
	mallory_free(&m);
}

/* Every bit of every message of an initiator, flipped on the way: none ends secure. */
static void no_flipped_bit_is_accepted(void **state)
{
	static const struct {
		enum zrtp_message type;
		size_t len;
	} messages[] = {
		{ ZRTP_MSG_HELLO, 108 },
		{ ZRTP_MSG_COMMIT, 116 },
		{ ZRTP_MSG_DHPART2, 116 },
		{ ZRTP_MSG_CONFIRM2, 76 },
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		for (size_t bit = 0; bit <= messages[i].len * 8; bit++) {
			bool none = bit == messages[i].len * 8;	/* the control */
			struct mallory m;

			mallory_init(&m, ZRTP_KA_X255, false);
			m.flip = !none;
			m.flip_type = messages[i].type;
			m.flip_bit = bit;
			mallory_run_as_initiator(&m);
			assert_int_equal(m.secure, none);
			mallory_free(&m);
		}
	}
}


int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_peer_is_accepted),
		cmocka_unit_test(an_initiator_is_held_to_its_commitment),
		cmocka_unit_test(weak_dh3k_values_end_the_exchange),
		cmocka_unit_test(weak_x255_points_end_the_exchange),
		cmocka_unit_test(a_downgraded_hello_is_found_by_the_responder),
		cmocka_unit_test(a_downgraded_hello_is_found_by_the_initiator),
		cmocka_unit_test(a_changed_commit_is_found),
		cmocka_unit_test(a_commit_for_another_zid_is_refused),
		cmocka_unit_test(a_wrong_confirm_mac_never_secures),
		cmocka_unit_test(a_confirm_from_another_chain_is_refused),
		cmocka_unit_test(a_confirm_with_a_wrong_h0_is_refused),
		cmocka_unit_test(a_dhpart_with_a_wrong_mac_is_refused),
		cmocka_unit_test(our_own_zid_from_the_other_side_ends_the_exchange),
		cmocka_unit_test(disclosure_and_expiry_are_passed_on),
		cmocka_unit_test(no_secret_outlives_its_use),
		cmocka_unit_test(our_own_ssrc_from_the_other_side_ends_the_exchange),
		cmocka_unit_test(versions_are_negotiated),
		cmocka_unit_test(modes_that_we_did_not_offer_are_refused),
		cmocka_unit_test(a_preshared_commit_loses_against_ours),
		cmocka_unit_test(no_flipped_bit_is_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
