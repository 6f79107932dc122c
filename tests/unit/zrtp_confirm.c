// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Confirm sealed and opened, RFC 6189 4.6, 5.7, and its cipher.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "confirm.h"

static const uint8_t iv[ZRTP_IV_LEN] = { 3 };

static void keys_of(struct zrtp_keys *keys)
{
	memset(keys, 0, sizeof(*keys));
	for (int side = 0; side < 2; side++) {
		memset(keys->mac[side], 0x10 + side, sizeof(keys->mac[side]));
		memset(keys->zrtp[side], 0x20 + side, sizeof(keys->zrtp[side]));
	}
}

/* NIST SP 800-38A F.3.13 and F.3.17: the first two blocks, and a cut last one. */
static void cfb_is_nists(void **state)
{
	static const uint8_t key[32] = {
		0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
		0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
	}, key256[32] = {
		0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d,
		0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3,
		0x09, 0x14, 0xdf, 0xf4,
	}, plain[32] = {
		0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93,
		0x17, 0x2a, 0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac,
		0x45, 0xaf, 0x8e, 0x51,
	}, cipher[32] = {
		0x3b, 0x3f, 0xd9, 0x2e, 0xb7, 0x2d, 0xad, 0x20, 0x33, 0x34, 0x49, 0xf8, 0xe8, 0x3c,
		0xfb, 0x4a, 0xc8, 0xa6, 0x45, 0x37, 0xa0, 0xb3, 0xa9, 0x3f, 0xcd, 0xe3, 0xcd, 0xad,
		0x9f, 0x1c, 0xe5, 0x8b,
	}, cipher256[16] = {
		0xdc, 0x7e, 0x84, 0xbf, 0xda, 0x79, 0x16, 0x4b, 0x7e, 0xcd, 0x84, 0x86, 0x98, 0x5d,
		0x38, 0x60,
	};
	uint8_t nist_iv[16], out[32] = { 0 }, back[32];

	for (int i = 0; i < 16; i++)
		nist_iv[i] = i;
	assert_int_equal(zrtp_cfb(ZRTP_CIPHER_AES1, key, nist_iv, true, plain, 25, out), 0);
	assert_memory_equal(out, cipher, 25);
	assert_int_equal(out[25], 0);
	assert_int_equal(zrtp_cfb(ZRTP_CIPHER_AES1, key, nist_iv, false, cipher, 32, back), 0);
	assert_memory_equal(back, plain, 32);
	assert_int_equal(zrtp_cfb(ZRTP_CIPHER_AES3, key256, nist_iv, true, plain, 16, out), 0);
	assert_memory_equal(out, cipher256, 16);
}

static void what_was_sealed_opens(void **state)
{
	static const enum zrtp_role roles[] = { ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER };
	static const struct zrtp_suite suites[] = {
		{ .hash = ZRTP_HASH_S256, .cipher = ZRTP_CIPHER_AES1 },
		{ .hash = ZRTP_HASH_S384, .cipher = ZRTP_CIPHER_AES3 },
	};
	struct zrtp_confirm_body in = { .verified = true, .expiry_s = 77 }, out;
	uint8_t msg[ZRTP_CONFIRM_LEN];
	struct zrtp_keys keys;

	keys_of(&keys);
	memset(in.h0, 0x99, sizeof(in.h0));
	for (int i = 0; i < 4; i++) {
		const struct zrtp_suite *suite = &suites[i / 2];
		enum zrtp_role role = roles[i % 2], other = roles[!(i % 2)];

		assert_int_equal(zrtp_confirm_seal(suite, &keys, role, iv, &in, msg, sizeof(msg)), 76);
		assert_memory_equal(msg + 4, role == ZRTP_ROLE_INITIATOR ? "Confirm2" : "Confirm1", 8);
		assert_int_equal(zrtp_confirm_open(suite, &keys, role, msg, sizeof(msg), &out), 0);
		assert_memory_equal(out.h0, in.h0, sizeof(in.h0));
		assert_true(out.verified);
		assert_int_equal(out.expiry_s, 77);
		/* Neither reflected nor under the other side's keys. */
		assert_int_equal(zrtp_confirm_open(suite, &keys, other, msg, sizeof(msg), &out),
				 -EACCES);
	}
}

static void a_changed_octet_is_found(void **state)
{
	const struct zrtp_suite suite = { .hash = ZRTP_HASH_S256, .cipher = ZRTP_CIPHER_AES1 };
	struct zrtp_confirm_body body = { .expiry_s = 77 };
	uint8_t msg[ZRTP_CONFIRM_LEN];
	struct zrtp_keys keys;

	keys_of(&keys);
	zrtp_confirm_seal(&suite, &keys, ZRTP_ROLE_INITIATOR, iv, &body, msg, sizeof(msg));
	for (size_t i = 12; i < sizeof(msg); i++) {
		bool in_iv = i >= 20 && i < 36;	/* not under the MAC; it garbles H0 */

		msg[i] ^= 1;
		assert_int_equal(zrtp_confirm_open(&suite, &keys, ZRTP_ROLE_INITIATOR, msg,
						   sizeof(msg), &body), in_iv ? 0 : -EACCES);
		msg[i] ^= 1;
	}
}

/* The most words that a signature can have are skipped; a wrong length is refused. */
static void a_signature_is_skipped(void **state)
{
	const struct zrtp_suite suite = { .hash = ZRTP_HASH_S256, .cipher = ZRTP_CIPHER_AES1 };
	static uint8_t clear[ZRTP_CONFIRM_BODY_MAX], sealed[sizeof(clear)];
	static uint8_t msg[ZRTP_CONFIRM_CLEAR_LEN + sizeof(clear)];
	struct zrtp_confirm_body body;
	uint8_t mac[ZRTP_HASH_MAX];
	struct zrtp_confirm confirm = { .mac = mac, .iv = iv, .body = sealed };
	struct zrtp_keys keys;
	int len;

	keys_of(&keys);
	for (int words = 510; words <= 511; words++) {
		clear[33] = words >> 8;
		clear[34] = words;
		put_be32(clear + 36, 5);
		assert_int_equal(zrtp_cfb(suite.cipher, keys.zrtp[ZRTP_KEYS_RESPONDER], iv, true,
					  clear, sizeof(clear), sealed), 0);
		assert_int_equal(zrtp_hmac(suite.hash, keys.mac[ZRTP_KEYS_RESPONDER], 32, sealed,
					   sizeof(sealed), mac), 0);
		confirm.body_len = sizeof(sealed);
		len = zrtp_confirm_build(msg, sizeof(msg), ZRTP_MSG_CONFIRM1, &confirm);
		assert_int_equal(len, sizeof(msg));
		assert_int_equal(zrtp_confirm_open(&suite, &keys, ZRTP_ROLE_RESPONDER, msg, len,
						   &body), words == 511 ? 0 : -EPROTO);
	}
	assert_int_equal(body.expiry_s, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cfb_is_nists),
		cmocka_unit_test(what_was_sealed_opens),
		cmocka_unit_test(a_changed_octet_is_found),
		cmocka_unit_test(a_signature_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
