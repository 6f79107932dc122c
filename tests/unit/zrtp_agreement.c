// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The key agreements alone, RFC 6189 4.4.1, 5.1.5.
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

/* RFC 7748 6.2. */
static void x448_is_rfc_7748(void **state)
{
	uint8_t random[ZRTP_DH_RANDOM_LEN], bob[56], want[56], result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	unhex("9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5"
	      "74a9419744897391006382a6f127ab1d9ac2d8c0a598726b", random, 56);
	unhex("3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972"
	      "fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609", bob, 56);
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_X448, ZRTP_CIPHER_AES1, random), 0);
	assert_int_equal(dh.pv_len, 56);
	unhex("9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb"
	      "c836647241d953d40c5b12da88120d53177f80e532c41fa0", want, 56);
	assert_memory_equal(dh.pv, want, 56);
	assert_int_equal(zrtp_dh_derive(&dh, bob, result), 0);
	unhex("07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56"
	      "fd2464c335543936521c24403085d59a449a5037514a879d", want, 56);
	assert_memory_equal(result, want, 56);
	assert_int_equal(zrtp_dh_result_len(&dh), 56);
}

static void points_of_small_order_are_refused(void **state)
{
	const uint8_t random[ZRTP_DH_RANDOM_LEN] = { 3 };
	uint8_t pv[ZRTP_PV_MAX] = { 0 }, result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	for (pv[0] = 0; pv[0] < 2; pv[0]++) {
		assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_X255, ZRTP_CIPHER_AES1, random), 0);
		assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
		assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_X448, ZRTP_CIPHER_AES1, random), 0);
		assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
	}
}

/** struct ec_case - RFC 5903 8.1, 8.2: what each side has, and the X that they share */
struct ec_case {
	enum zrtp_agreement agreement;
	size_t width;
	const char *i, *gi, *gr, *x;
};

static const struct ec_case ec_cases[] = {
	{
		ZRTP_KA_EC25, 32,
		"c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
		"dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
		"5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
		"d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
		"56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
		"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
	}, {
		ZRTP_KA_EC38, 48,
		"099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655"
		"e35b538041e649ee3faef896783ab194",
		"667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6"
		"de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f"
		"65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
		"e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d"
		"0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f"
		"66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
		"11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4"
		"d603135569b9e9d09cf5d4a270f59746",
	},
};

/* The scalar is 1 + r mod (n - 1): r is one less than what the RFC gives. */
static void ec_generate(const struct ec_case *c, struct zrtp_dh *dh)
{
	uint8_t random[ZRTP_DH_RANDOM_LEN] = { 0 };

	unhex(c->i, random + 8, c->width);
	random[8 + c->width - 1]--;
	assert_int_equal(zrtp_dh_generate(dh, c->agreement, ZRTP_CIPHER_AES3, random), 0);
}

static void ecdh_is_rfc_5903(void **state)
{
	uint8_t want[96], peer[96], result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	for (size_t n = 0; n < 2; n++) {
		const struct ec_case *c = &ec_cases[n];

		ec_generate(c, &dh);
		unhex(c->gi, want, 2 * c->width);
		assert_int_equal(dh.pv_len, 2 * c->width);
		assert_memory_equal(dh.pv, want, 2 * c->width);
		unhex(c->gr, peer, 2 * c->width);
		assert_int_equal(zrtp_dh_derive(&dh, peer, result), 0);
		unhex(c->x, want, c->width);
		assert_int_equal(zrtp_dh_result_len(&dh), c->width);
		assert_memory_equal(result, want, c->width);
	}
}

/* All that is not two reduced coordinates of a point of the curve. */
static void what_is_no_point_is_refused(void **state)
{
	uint8_t pv[96], result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	for (size_t n = 0; n < 2; n++) {
		const struct ec_case *c = &ec_cases[n];

		ec_generate(c, &dh);
		for (size_t bit = 0; bit < 16 * c->width; bit++) {
			unhex(c->gr, pv, 2 * c->width);
			pv[bit / 8] ^= 1 << bit % 8;
			assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
		}
		memset(pv, 0, sizeof(pv));
		assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
		memset(pv, 0xff, sizeof(pv));
		assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
	}
}

/* X + p is the same X to who reduces it first; P-256 has points with so small an X. */
static void a_coordinate_that_is_not_reduced_is_refused(void **state)
{
	/* (5, y) and (5 + p, y): p is 2^256 - 2^224 + 2^192 + 2^96 - 1 */
	static const char y[] = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
	static const char x[2][65] = {
		"0000000000000000000000000000000000000000000000000000000000000005",
		"ffffffff00000001000000000000000000000001000000000000000000000004",
	};
	uint8_t pv[64], result[ZRTP_PV_MAX];
	struct zrtp_dh dh;

	ec_generate(&ec_cases[0], &dh);
	unhex(y, pv + 32, 32);
	unhex(x[0], pv, 32);
	assert_int_equal(zrtp_dh_derive(&dh, pv, result), 0);
	unhex(x[1], pv, 32);
	assert_int_equal(zrtp_dh_derive(&dh, pv, result), -EKEYREJECTED);
}

static void scalars_are_from_one_to_the_order_less_one(void **state)
{
	/* n - 1 of P-256, and with it (n - 1) * 1 + 0: both give the scalar 1 */
	uint8_t random[ZRTP_DH_RANDOM_LEN] = { 0 }, g[64];
	struct zrtp_dh dh;

	unhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
	      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", g, 64);
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_EC25, ZRTP_CIPHER_AES1, random), 0);
	assert_memory_equal(dh.pv, g, 64);
	unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", random + 8, 32);
	assert_int_equal(zrtp_dh_generate(&dh, ZRTP_KA_EC25, ZRTP_CIPHER_AES1, random), 0);
	assert_memory_equal(dh.pv, g, 64);
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
		cmocka_unit_test(x448_is_rfc_7748),
		cmocka_unit_test(points_of_small_order_are_refused),
		cmocka_unit_test(ecdh_is_rfc_5903),
		cmocka_unit_test(what_is_no_point_is_refused),
		cmocka_unit_test(a_coordinate_that_is_not_reduced_is_refused),
		cmocka_unit_test(scalars_are_from_one_to_the_order_less_one),
		cmocka_unit_test(values_at_the_edge_are_judged_rightly),
		cmocka_unit_test(an_unknown_agreement_is_refused),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
