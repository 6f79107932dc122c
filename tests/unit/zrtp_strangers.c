// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a stranger must not achieve who can send, but not read or change what
 * others send: nothing ends, nothing is answered at length, nothing grows.
 */
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "zrtp_mallory.h"

static const uint8_t some_hvi[ZRTP_HVI_LEN] = { 0x55 };

/* Whoever does not know H2 behind the Hello's H3 cannot commit in its name. */
static void a_commit_outside_the_chain_is_dropped(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_discover(&m);
	m.chain.h[2][0] ^= 1;
	assert_int_equal(mallory_commit(&m, some_hvi), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART1].count, 0);
	m.chain.h[2][0] ^= 1;
	assert_int_equal(mallory_commit(&m, some_hvi), 0);
	assert_false(m.failed);
	mallory_free(&m);
}

/* A DHPart of another exchange, or of a stranger, does not fit the chain. */
static void a_replayed_dhpart1_is_dropped(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	mallory_discover(&m);
	m.chain.h[1][0] ^= 1;
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART2].count, 0);
	assert_false(m.failed);
	/* The right one is still taken. */
	m.chain.h[1][0] ^= 1;
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART2].count, 1);
	mallory_free(&m);
}

static void a_replayed_dhpart2_is_dropped(void **state)
{
	uint8_t good[ZRTP_DHPART_MAX];
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_until_dhpart1(&m, NULL);
	memcpy(good, m.dhpart, m.dhpart_len);
	m.dhpart[12] ^= 1;	/* H1 */
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), -EBADMSG);
	assert_false(m.failed);
	assert_int_equal(mallory_send(&m, good, m.dhpart_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_CONFIRM1].count, 1);
	mallory_free(&m);
}

/* The same bytes again are a repetition; anything else is not answered. */
static void only_identical_messages_are_repetitions(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_until_dhpart1(&m, NULL);
	assert_int_equal(mallory_send(&m, m.commit, m.commit_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART1].count, 2);
	m.commit[80] ^= 1;
	assert_int_equal(mallory_send(&m, m.commit, m.commit_len), -EBADMSG);
	m.commit[80] ^= 1;

	mallory_send(&m, m.dhpart, m.dhpart_len);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_CONFIRM1].count, 2);
	m.dhpart[80] ^= 1;
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), -EBADMSG);
	m.dhpart[80] ^= 1;

	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_true(m.secure);
	assert_int_equal(mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body), 0);
	assert_int_equal(m.seen[ZRTP_MSG_CONF2ACK].count, 2);
	body.expiry_s = 1;
	assert_int_equal(mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_CONF2ACK].count, 2);
	mallory_free(&m);
}

static void a_forged_confirm_does_not_stop_the_right_one(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_discover(&m);
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_RESPONDER);
	m.keys.mac[ZRTP_KEYS_RESPONDER][0] ^= 1;
	mallory_confirm(&m, ZRTP_ROLE_RESPONDER, &body);
	assert_false(m.has_rx || m.failed);
	m.keys.mac[ZRTP_KEYS_RESPONDER][0] ^= 1;
	mallory_confirm(&m, ZRTP_ROLE_RESPONDER, &body);
	assert_true(m.rx_secure);
	mallory_wait(&m, 2000);
	assert_false(m.failed);
	mallory_free(&m);
}

static void nobody_is_answered_before_the_owner_knows_who(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	m.mute = true;
	mallory_hello(&m, ZRTP_VERSION);
	mallory_ack(&m, ZRTP_MSG_HELLO_ACK);
	assert_int_equal(m.asked, 1);
	assert_int_equal(mallory_commit(&m, some_hvi), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART1].count, 0);
	mallory_free(&m);

	/* All zero stands for "unknown" in the contract; as a ZID it is one like any other. */
	mallory_init(&m, ZRTP_KA_X255, true);
	memset(m.zid, 0, ZRTP_ZID_LEN);
	mallory_hello(&m, ZRTP_VERSION);
	assert_int_equal(m.asked, 1);
	mallory_free(&m);
}

static void another_hello_in_mid_exchange_is_dropped(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_until_dhpart1(&m, NULL);
	assert_int_equal(m.seen[ZRTP_MSG_HELLO_ACK].count, 1);
	assert_int_equal(mallory_send(&m, m.hello, m.hello_len), 0);
	assert_int_equal(m.seen[ZRTP_MSG_HELLO_ACK].count, 2);
	m.hello[20] ^= 1;
	assert_int_equal(mallory_send(&m, m.hello, m.hello_len), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_HELLO_ACK].count, 2);
	mallory_free(&m);
}

static void a_forged_error_does_not_stop_an_exchange(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_discover(&m);
	assert_int_equal(mallory_error(&m, ZRTP_ERROR_SOFTWARE), 0);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR_ACK].count, 1);
	mallory_wait(&m, 1000);
	mallory_make_dhpart(&m, ZRTP_ROLE_RESPONDER, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART2].count, 1);
	mallory_error(&m, ZRTP_ERROR_SOFTWARE);
	mallory_wait(&m, 1000);
	mallory_derive(&m, ZRTP_ROLE_RESPONDER);
	mallory_confirm(&m, ZRTP_ROLE_RESPONDER, &body);
	mallory_error(&m, ZRTP_ERROR_SOFTWARE);
	mallory_wait(&m, 1000);
	mallory_ack(&m, ZRTP_MSG_CONF2ACK);
	assert_true(m.secure);
	assert_false(m.failed);
	/* And none ends a call that is secure: it is acknowledged, and that is all. */
	m.seen[ZRTP_MSG_ERROR_ACK].count = 0;
	assert_int_equal(mallory_error(&m, ZRTP_ERROR_SOFTWARE), 0);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR_ACK].count, 1);
	mallory_wait(&m, 10000);
	assert_false(m.failed);
	mallory_free(&m);
}

static void a_true_error_ends_the_exchange_soon(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, true);
	mallory_discover(&m);
	mallory_error(&m, ZRTP_ERROR_UNAVAILABLE);
	/* Nor can it be put off by repeating it. */
	for (int i = 0; i < 3; i++) {
		mallory_wait(&m, 500);
		mallory_error(&m, ZRTP_ERROR_SOFTWARE);
	}
	assert_true(m.failed);
	assert_int_equal(m.error, ZRTP_ERROR_UNAVAILABLE);
	assert_true(m.error_remote);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 0);
	mallory_free(&m);
}

static void goclear_is_not_obeyed(void **state)
{
	static const uint8_t goclear[20] = "\x50\x5a\x00\x05GoClear ";
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	mallory_until_dhpart1(&m, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_int_equal(mallory_send(&m, goclear, sizeof(goclear)), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_CLEAR_ACK].count, 0);
	assert_true(m.secure && !m.failed);
	mallory_free(&m);
}

extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated(void)
{
	return __sanitizer_get_current_allocated_bytes ?
	       __sanitizer_get_current_allocated_bytes() : mallinfo2().uordblks;
}

/*
 * Somebody writes Hellos and Commits under a forged address: what goes there is
 * an answer each, no timer, and no memory.
 */
static void a_flood_earns_little_and_costs_no_memory(void **state)
{
	struct mallory m;
	size_t before;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_hello(&m, ZRTP_VERSION);
	before = allocated();
	for (int i = 0; i < 20000; i++) {
		put_be32(m.zid, i);
		put_be32(m.chain.h[3], i);
		assert_int_equal(mallory_hello(&m, ZRTP_VERSION), 0);
		assert_int_equal(zrtp_session_deadline(m.victim), ZRTP_NEVER);
		/* No Commit of this chain fits. */
		assert_int_equal(mallory_commit(&m, some_hvi), -EBADMSG);
	}
	assert_int_equal(allocated(), before);
	assert_int_equal(m.seen[ZRTP_MSG_HELLO].count, 20001);
	assert_int_equal(m.sent, 20001);
	assert_true(m.sent_bytes < 2 * m.received_bytes);
	mallory_free(&m);
}

static void a_blind_initiator_earns_one_dhpart1_and_silence(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_DH3K, false);
	mallory_hello(&m, ZRTP_VERSION);	/* its answers are not seen */
	mallory_commit(&m, some_hvi);
	assert_int_equal(m.seen[ZRTP_MSG_DHPART1].count, 1);
	mallory_wait(&m, 60000);
	assert_true(m.failed);
	assert_int_equal(m.error, ZRTP_ERROR_TIMEOUT);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 0);
	assert_int_equal(m.sent, 2);	/* Hello, DHPart1 */
	assert_true(m.sent_bytes <= 5 * m.received_bytes);
	mallory_free(&m);
}

static void an_initiator_that_vanishes_is_given_up(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_until_dhpart1(&m, NULL);
	mallory_send(&m, m.dhpart, m.dhpart_len);
	mallory_wait(&m, 9999);
	assert_false(m.failed);
	mallory_wait(&m, 1);
	assert_true(m.failed);
	assert_int_equal(m.error, ZRTP_ERROR_TIMEOUT);
	/* It has shown its address: the Error is repeated, and ends by itself. */
	mallory_wait(&m, 60000);
	assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 11);
	assert_int_equal(zrtp_session_deadline(m.victim), ZRTP_NEVER);
	mallory_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_outside_the_chain_is_dropped),
		cmocka_unit_test(a_replayed_dhpart1_is_dropped),
		cmocka_unit_test(a_replayed_dhpart2_is_dropped),
		cmocka_unit_test(only_identical_messages_are_repetitions),
		cmocka_unit_test(a_forged_confirm_does_not_stop_the_right_one),
		cmocka_unit_test(nobody_is_answered_before_the_owner_knows_who),
		cmocka_unit_test(another_hello_in_mid_exchange_is_dropped),
		cmocka_unit_test(a_forged_error_does_not_stop_an_exchange),
		cmocka_unit_test(a_true_error_ends_the_exchange_soon),
		cmocka_unit_test(goclear_is_not_obeyed),
		cmocka_unit_test(a_flood_earns_little_and_costs_no_memory),
		cmocka_unit_test(a_blind_initiator_earns_one_dhpart1_and_silence),
		cmocka_unit_test(an_initiator_that_vanishes_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
