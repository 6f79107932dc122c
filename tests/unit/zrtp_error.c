// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each code of RFC 6189 table 8: it has words of its own, it is sent where it belongs, and
 * whoever sends it says so until it is heard.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "session.h"
#include "zrtp_mallory.h"

static const uint8_t some_hvi[ZRTP_HVI_LEN] = { 0x55 };

static void begin(struct mallory *m)
{
	mallory_init(m, ZRTP_KA_X255, true);
}

/* Mallory is the initiator, and has the DHPart1 of an engine that has been started. */
static void until_dhpart1(struct mallory *m)
{
	mallory_init(m, ZRTP_KA_X255, false);
	m->config.passive = true;
	mallory_begin(m, true);
	mallory_until_dhpart1(m, NULL);
}

static void until_confirm1(struct mallory *m)
{
	until_dhpart1(m);
	assert_int_equal(mallory_send(m, m->dhpart, m->dhpart_len), 0);
	mallory_derive(m, ZRTP_ROLE_INITIATOR);
}

/* A Commit with another word of four characters for the algorithm of one kind. */
static void commit_with(struct mallory *m, enum zrtp_kind kind, const char *block)
{
	const uint8_t nonce[ZRTP_NONCE_LEN + ZRTP_KEY_ID_LEN] = { 6 };
	struct zrtp_commit commit = { .zid = m->zid, .h2 = m->chain.h[2], .hvi = some_hvi,
				      .nonce = nonce, .key_id = nonce + ZRTP_NONCE_LEN };
	int len;

	if (!strcmp(block, ZRTP_PRSH_BLOCK))
		commit.form = ZRTP_COMMIT_PRSH;
	if (!strcmp(block, ZRTP_MULT_BLOCK))
		commit.form = ZRTP_COMMIT_MULT;
	zrtp_suite_blocks(&m->suite, commit.blocks);
	commit.blocks[kind] = (const uint8_t *)block;
	len = zrtp_commit_build(m->commit, sizeof(m->commit), &commit, m->chain.h[1]);
	assert_true(len > 0);
	assert_int_equal(mallory_send(m, m->commit, len), 0);
}

static void refuse_kind(struct mallory *m, enum zrtp_kind kind, const char *block)
{
	mallory_init(m, ZRTP_KA_X255, false);
	m->config.passive = true;	/* else it is we who commit */
	mallory_begin(m, true);
	mallory_discover(m);
	commit_with(m, kind, block);
}

static void malformed(struct mallory *m)	/* DHPart2 is a word short */
{
	until_dhpart1(m);
	put_be16(m->dhpart + 2, m->dhpart_len / 4 - 1);
	assert_int_equal(mallory_send(m, m->dhpart, m->dhpart_len - 4), -EBADMSG);
}

static void software(struct mallory *m)
{
	until_dhpart1(m);
	m->victim->dh.agreement = 99;
	mallory_send(m, m->dhpart, m->dhpart_len);
}

static void version(struct mallory *m)
{
	begin(m);
	mallory_hello(m, "1.00");
}

static void hello_mismatch(struct mallory *m)
{
	mallory_init(m, ZRTP_KA_X255, false);
	m->config.passive = true;
	mallory_begin(m, true);
	mallory_discover(m);
	m->zid[0] ^= 1;
	mallory_commit(m, some_hvi);
}

static void hash(struct mallory *m) { refuse_kind(m, ZRTP_KIND_HASH, "N256"); }
static void cipher(struct mallory *m) { refuse_kind(m, ZRTP_KIND_CIPHER, "2FS1"); }
static void agreement(struct mallory *m) { refuse_kind(m, ZRTP_KIND_AGREEMENT, "DH2k"); }
static void auth_tag(struct mallory *m) { refuse_kind(m, ZRTP_KIND_AUTH_TAG, "SK32"); }
static void sas_type(struct mallory *m) { refuse_kind(m, ZRTP_KIND_SAS, "B512"); }
static void no_shared_secret(struct mallory *m) { refuse_kind(m, ZRTP_KIND_AGREEMENT, "Prsh"); }

static void bad_pv(struct mallory *m)
{
	const uint8_t zero[32] = { 0 };

	mallory_init(m, ZRTP_KA_X255, false);
	mallory_until_dhpart1(m, zero);
	mallory_send(m, m->dhpart, m->dhpart_len);
}

static void bad_hvi(struct mallory *m)
{
	until_dhpart1(m);
	m->victim->commit[80] ^= 1;
	zrtp_chain_mac(m->chain.h[1], m->victim->commit, ZRTP_COMMIT_LEN - ZRTP_MAC_LEN,
		       m->victim->commit + ZRTP_COMMIT_LEN - ZRTP_MAC_LEN);
	mallory_send(m, m->dhpart, m->dhpart_len);
}

static void confirm_mac(struct mallory *m)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };

	until_confirm1(m);
	m->keys.mac[ZRTP_KEYS_INITIATOR][0] ^= 1;
	mallory_confirm(m, ZRTP_ROLE_INITIATOR, &body);
}

/* Multistream mode, and the nonce of an exchange before. */
static void nonce_reuse(struct mallory *m)
{
	struct zrtp_master master = { .key = { 1 }, .nonces = { { 6 } }, .n_nonces = 1 };

	mallory_init(m, ZRTP_KA_X255, false);
	m->config.passive = true;
	mallory_begin(m, false);
	master.suite = m->suite;
	memcpy(m->victim_peer.peer_zid, m->zid, ZRTP_ZID_LEN);
	assert_int_equal(zrtp_session_multistream(m->victim, &master, &m->victim_peer), 0);
	assert_int_equal(zrtp_session_start(m->victim, m->now, &m->victim_peer), 0);
	m->mult = true;
	mallory_hello(m, ZRTP_VERSION);
	commit_with(m, ZRTP_KIND_AGREEMENT, ZRTP_MULT_BLOCK);
}

static void equal_zid(struct mallory *m)
{
	begin(m);
	memcpy(m->zid, m->victim_peer.own_zid, ZRTP_ZID_LEN);
	mallory_hello(m, ZRTP_VERSION);
}

static void ssrc(struct mallory *m)
{
	begin(m);
	m->ssrc = m->config.ssrc;
	mallory_hello(m, ZRTP_VERSION);
	m->ssrc = 2222;
}

static void unavailable(struct mallory *m)
{
	until_dhpart1(m);
	assert_int_equal(zrtp_session_refuse(m->victim, m->now), 0);
	mallory_wait(m, 0);
}

static void timeout(struct mallory *m)
{
	begin(m);
	mallory_discover(m);
	assert_int_equal(m->seen[ZRTP_MSG_COMMIT].count, 1);
	mallory_wait(m, 9450 + ZRTP_T2_CAP);	/* RFC 6189 6, and as long as after each */
}

/* The two that come once there are keys: an answer to each message, and the call stays. */
static void mitm(struct mallory *m)
{
	uint8_t body[40] = "\0\0\0\0B32 a SAS of nobody's";
	struct zrtp_confirm_body confirm = { .expiry_s = 1000 };

	mallory_init(m, ZRTP_KA_X255, false);
	m->mitm = true;
	mallory_secure(m, ZRTP_ROLE_INITIATOR, &confirm);
	mallory_seal(m, ZRTP_ROLE_INITIATOR, ZRTP_MSG_SASRELAY, body, sizeof(body));
}

static void goclear_refused(struct mallory *m)
{
	struct zrtp_confirm_body confirm = { .expiry_s = 1000 };

	mallory_init(m, ZRTP_KA_X255, false);
	mallory_secure(m, ZRTP_ROLE_INITIATOR, &confirm);
	mallory_goclear(m, ZRTP_ROLE_INITIATOR);
}

static const struct {
	uint16_t code;
	void (*provoke)(struct mallory *m);
	bool secure;
} codes[] = {
	{ 0x10, malformed },
	{ 0x20, software },
	{ 0x30, version },
	{ 0x40, hello_mismatch },
	{ 0x51, hash },
	{ 0x52, cipher },
	{ 0x53, agreement },
	{ 0x54, auth_tag },
	{ 0x55, sas_type },
	{ 0x56, no_shared_secret },
	{ 0x61, bad_pv },
	{ 0x62, bad_hvi },
	{ 0x63, mitm, true },
	{ 0x70, confirm_mac },
	{ 0x80, nonce_reuse },
	{ 0x90, equal_zid },
	{ 0x91, ssrc },
	{ 0xa0, unavailable },
	{ 0xb0, timeout },
	{ 0x100, goclear_refused, true },
};

#define CODES	(sizeof(codes) / sizeof(codes[0]))

static void each_code_has_its_own_text(void **state)
{
	const char *unknown = zrtp_error_text(0xdead);

	assert_string_not_equal(zrtp_error_text(0), unknown);
	for (size_t i = 0; i < CODES; i++) {
		assert_string_not_equal(zrtp_error_text(codes[i].code), unknown);
		assert_string_not_equal(zrtp_error_text(codes[i].code), zrtp_error_text(0));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(zrtp_error_text(codes[i].code),
						zrtp_error_text(codes[j].code));
	}
}

static unsigned int errors(const struct mallory *m)
{
	return m->seen[ZRTP_MSG_ERROR].count;
}

/* Until it is acknowledged, and no longer than any message (RFC 6189 6). */
static void each_code_is_sent_where_it_belongs(void **state)
{
	for (size_t i = 0; i < CODES; i++) {
		for (int acked = 0; acked < 2; acked++) {
			struct mallory m;

			codes[i].provoke(&m);
			if (!errors(&m))
				mallory_wait(&m, ZRTP_DOUBT_MS);
			assert_int_equal(errors(&m), 1);
			assert_int_equal(get_be32(m.seen[ZRTP_MSG_ERROR].msg + 12),
					 codes[i].code);
			assert_int_equal(m.failed, !codes[i].secure);
			assert_int_equal(m.secure, codes[i].secure);
			if (m.failed) {
				assert_int_equal(m.error, codes[i].code);
				assert_false(m.error_remote || m.has_rx || m.has_tx);
			}
			if (acked)
				mallory_ack(&m, ZRTP_MSG_ERROR_ACK);
			mallory_wait(&m, 60000);
			assert_int_equal(errors(&m), acked || codes[i].secure ? 1 : 11);
			assert_int_equal(get_be32(m.seen[ZRTP_MSG_ERROR].msg + 12),
					 codes[i].code);
			mallory_free(&m);
		}
	}
}

/* Whatever the code, known or not: acknowledged, and passed on when nothing better comes. */
static void each_code_is_heard(void **state)
{
	for (size_t i = 0; i <= CODES; i++) {
		enum zrtp_error code = i < CODES ? codes[i].code : 0xdead;
		struct mallory m;

		until_dhpart1(&m);
		for (unsigned int n = 1; n <= 3; n++) {
			assert_int_equal(mallory_error(&m, code), 0);
			assert_int_equal(m.seen[ZRTP_MSG_ERROR_ACK].count, n);
		}
		assert_false(m.failed);
		mallory_wait(&m, ZRTP_DOUBT_MS);
		assert_true(m.failed && m.error_remote);
		assert_int_equal(m.error, code);
		assert_int_equal(errors(&m), 0);
		mallory_free(&m);
	}
}

/* In whichever state: RFC 6189 5.10 and 5.16 know no other. */
static void errors_and_pings_are_answered_in_every_state(void **state)
{
	const uint8_t ping[24] = "\x50\x5a\x00\x06Ping    1.10endpoint";
	const uint8_t later[24] = "\x50\x5a\x00\x06Ping    2.00endpoint";
	struct zrtp_confirm_body body = { .expiry_s = 1000, .allow_clear = true };

	for (int s = 0; s < 6; s++) {
		struct mallory m;

		mallory_init(&m, ZRTP_KA_X255, s == 1 || s == 5);
		m.config.allow_clear = true;
		if (s < 5)
			mallory_begin(&m, s == 1);
		switch (s) {
		case 2:
			mallory_until_dhpart1(&m, NULL);
			break;
		case 3:
			mallory_secure(&m, ZRTP_ROLE_INITIATOR, &body);
			break;
		case 4:
			mallory_secure(&m, ZRTP_ROLE_INITIATOR, &body);
			assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_INITIATOR), 0);
			break;
		case 5:
			assert_int_equal(zrtp_session_refuse(m.victim, m.now), 0);
			break;
		}
		assert_int_equal(mallory_error(&m, ZRTP_ERROR_SOFTWARE), 0);
		assert_int_equal(m.seen[ZRTP_MSG_ERROR_ACK].count, 1);
		assert_int_equal(mallory_send(&m, ping, sizeof(ping)), 0);
		assert_int_equal(m.seen[ZRTP_MSG_PING_ACK].count, 1);
		mallory_ack(&m, ZRTP_MSG_ERROR_ACK);	/* and after the end */
		assert_int_equal(mallory_send(&m, later, sizeof(later)), 0);
		assert_int_equal(m.seen[ZRTP_MSG_PING_ACK].count, 2);
		/* In the highest version that we know, RFC 6189 5.16. */
		assert_memory_equal(m.seen[ZRTP_MSG_PING_ACK].msg + 12, ZRTP_VERSION, 4);
		assert_memory_equal(m.seen[ZRTP_MSG_PING_ACK].msg + 24, "endpoint", 8);
		assert_int_equal(get_be32(m.seen[ZRTP_MSG_PING_ACK].msg + 32), m.ssrc);
		/* We never ask. */
		assert_int_equal(mallory_send(&m, m.seen[ZRTP_MSG_PING_ACK].msg,
					      m.seen[ZRTP_MSG_PING_ACK].len), -EBADMSG);
		mallory_free(&m);
	}
}

/* The one who forges it is not in the media's path, and the right one still comes. */
static void a_malformed_message_does_not_stop_the_right_one(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	uint8_t junk[ZRTP_PACKET_MAX] = { 0 };
	struct mallory m;

	until_dhpart1(&m);
	memcpy(junk, "\x50\x5a\x00\x04" "DHPart2 ", 12);
	assert_int_equal(mallory_send(&m, junk, 16), -EBADMSG);
	mallory_wait(&m, ZRTP_DOUBT_MS - 1);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	memcpy(junk + 4, "Confirm2", 8);
	assert_int_equal(mallory_send(&m, junk, 16), -EBADMSG);
	mallory_wait(&m, ZRTP_DOUBT_MS - 1);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	memcpy(body.h0, m.chain.h[0], ZRTP_IMAGE_LEN);
	assert_int_equal(mallory_confirm(&m, ZRTP_ROLE_INITIATOR, &body), 0);
	mallory_wait(&m, 10000);
	assert_true(m.secure && !m.failed);
	/* Nor does any that nobody waits for. */
	assert_int_equal(mallory_send(&m, junk, 16), -EBADMSG);
	mallory_wait(&m, 10000);
	assert_int_equal(errors(&m), 0);
	mallory_free(&m);
}

static void a_peer_whose_confirm_is_malformed_is_told(void **state)
{
	const uint8_t junk[16] = "\x50\x5a\x00\x04" "Confirm2";
	struct mallory m;

	until_confirm1(&m);
	assert_int_equal(mallory_send(&m, junk, sizeof(junk)), -EBADMSG);
	mallory_wait(&m, ZRTP_DOUBT_MS);
	assert_true(m.failed);
	assert_int_equal(m.error, ZRTP_ERROR_MALFORMED);
	assert_int_equal(errors(&m), 1);
	mallory_free(&m);
}

static void what_is_secure_or_over_cannot_be_refused(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	mallory_secure(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_int_equal(zrtp_session_refuse(m.victim, m.now), -EINVAL);
	mallory_free(&m);

	unavailable(&m);
	assert_int_equal(zrtp_session_refuse(m.victim, m.now), -EINVAL);
	mallory_free(&m);
}

/* A stranger who is refused has proven nothing: told once, no timer. */
static void a_stranger_is_refused_once(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	m.mute = true;
	mallory_hello(&m, ZRTP_VERSION);
	assert_int_equal(m.asked, 1);
	assert_int_equal(zrtp_session_refuse(m.victim, m.now), 0);
	mallory_wait(&m, 60000);
	assert_int_equal(m.error, ZRTP_ERROR_UNAVAILABLE);
	assert_int_equal(errors(&m), 1);
	mallory_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_has_its_own_text),
		cmocka_unit_test(each_code_is_sent_where_it_belongs),
		cmocka_unit_test(each_code_is_heard),
		cmocka_unit_test(errors_and_pings_are_answered_in_every_state),
		cmocka_unit_test(a_malformed_message_does_not_stop_the_right_one),
		cmocka_unit_test(a_peer_whose_confirm_is_malformed_is_told),
		cmocka_unit_test(what_is_secure_or_over_cannot_be_refused),
		cmocka_unit_test(a_stranger_is_refused_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
