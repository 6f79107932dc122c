// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DH3k and X255 alone, RFC 6189 4.4.1, 5.1.5.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <sodium.h>

#include "agreement.h"

static void unhex(const char *hex, uint8_t *out, size_t len)
{
	size_t n;

	assert_int_equal(sodium_hex2bin(out, len, hex, strlen(hex), NULL, &n, NULL), 0);
	assert_int_equal(n, len);
}

static void assert_hash(const uint8_t *data, size_t len, const char *hex)
{
	uint8_t want[32], hash[32];

	unhex(hex, want, sizeof(want));
	crypto_hash_sha256(hash, data, len);
	assert_memory_equal(hash, want, sizeof(want));
}

/* SHA-256 of 2^x mod p and of (2^y)^x mod p, by Python's pow and RFC 3526's formula for p. */
static void dh3k_is_the_modp_group_of_rfc_3526(void **state)
{
	uint8_t x[ZRTP_DH_RANDOM_LEN], y[ZRTP_DH_RANDOM_LEN], result[ZRTP_PV_MAX];
	struct zrtp_dh ours, theirs;

	for (int i = 0; i < ZRTP_DH_RANDOM_LEN; i++) {
		x[i] = 1 + i;
		y[i] = 33 + i;
	}
	assert_int_equal(zrtp_dh_generate(&ours, ZRTP_KA_DH3K, ZRTP_CIPHER_AES1, x), 0);
	assert_int_equal(zrtp_dh_generate(&theirs, ZRTP_KA_DH3K, ZRTP_CIPHER_AES1, y), 0);
	assert_hash(ours.pv, 384,
		    "b74e630be90eb9d4b19affaa173864f62b7b5408127da1bbe6614ff3b3d96c4d");
	assert_int_equal(zrtp_dh_derive(&ours, theirs.pv, result), 0);
	assert_hash(result, 384,
		    "7d23090d7cfef8ee29952ed65e964468236dfddc200a24fa0fa959dee749dba9");
}

/* Twice as long as the cipher's key; leading zeros stay. */
static void dh3k_has_the_lengths_of_the_rfc(void **state)
{
	uint8_t random[ZRTP_DH_RANDOM_LEN];
	struct zrtp_dh dh;

	memset(random, 0xff, sizeof(random));
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_DH3K, ZRTP_CIPHER_AES1, random), 0);
	assert_int_equal(dh.secret_len, 32);
	assert_int_equal(dh.pv_len, 384);
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_DH3K, ZRTP_CIPHER_AES3, random), 0);
	assert_int_equal(dh.secret_len, 64);

	/* 2^8 is short, and still 384 octets wide. */
	memset(random, 0, sizeof(random));
	random[31] = 8;
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_DH3K, ZRTP_CIPHER_AES1, random), 0);
	assert_true(sodium_is_zero(dh.pv, 382));
	assert_int_equal(dh.pv[382], 1);
	assert_int_equal(dh.pv[383], 0);
}

/* RFC 7748 6.1. */
static void x255_is_rfc_7748(void **state)
{
	uint8_t random[ZRTP_DH_RANDOM_LEN], bob[32], want[32], result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", random, 32);
	unhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", bob, 32);
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_X255, ZRTP_CIPHER_AES1, random), 0);
	assert_int_equal(dh.pv_len, 32);
	unhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", want, 32);
	assert_memory_equal(dh.pv, want, 32);
	assert_int_equal(zrtp_dh_derive(&dh, bob, result), 0);
	unhex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", want, 32);
	assert_memory_equal(result, want, 32);
}

static void values_at_the_edge_are_judged_rightly(void **state)
{
	static const struct {
		int from_zero, below_p, want;
	} cases[] = {
		{ 0, -1, -EKEYREJECTED }, { 1, -1, -EKEYREJECTED }, { 2, -1, 0 },
		{ -1, 2, 0 }, { -1, 1, -EKEYREJECTED }, { -1, 0, -EKEYREJECTED },
	};
	const uint8_t random[ZRTP_DH_RANDOM_LEN] = { 3 };
	uint8_t pv[ZRTP_PV_MAX], result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_DH3K, ZRTP_CIPHER_AES1, random), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BIGNUM *y = BN_get_rfc3526_prime_3072(NULL);

		if (cases[i].from_zero >= 0)
			BN_set_word(y, cases[i].from_zero);
		else
			BN_sub_word(y, cases[i].below_p);
		assert_int_equal(BN_bn2binpad(y, pv, sizeof(pv)), sizeof(pv));
		BN_free(y);
		assert_int_equal(zrtp_dh_derive(&dh, pv, result), cases[i].want);
	}
	memset(pv, 0xff, sizeof(pv));
	assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
}

static void an_unknown_agreement_is_refused(void **state)
{
	const uint8_t random[ZRTP_DH_RANDOM_LEN] = { 3 };
	struct zrtp_dh dh = { 0 };
	uint8_t result[ZRTP_PV_MAX];

	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_MULT, ZRTP_CIPHER_AES1, random), -EINVAL);
	assert_int_equal(zrtp_dh_derive(&dh, result, result), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dh3k_is_the_modp_group_of_rfc_3526),
		cmocka_unit_test(dh3k_has_the_lengths_of_the_rfc),
		cmocka_unit_test(x255_is_rfc_7748),
		cmocka_unit_test(values_at_the_edge_are_judged_rightly),
		cmocka_unit_test(an_unknown_agreement_is_refused),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
