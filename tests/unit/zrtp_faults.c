// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever libcrypto or libsodium cannot do, at whatever moment of an exchange: nobody gets
 * keys of it, the owner is told, and nothing is left behind (ASan looks).
 *
 * Each function that can fail is wrapped by the linker; the n-th call of all fails, for
 * every n that there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "zrtp_sim.h"

#define CALL_MS	60000

static unsigned int calls, fails_at;	/* 0: none fails */

static bool fails(void)
{
	return ++calls == fails_at;
}

/* WRAP(what it returns, and returns when it fails, its name, parameters, arguments) */
#define WRAP(type, failure, name, params, args)	\
	type __real_##name params;		\
	type __wrap_##name params;		\
	type __wrap_##name params		\
	{					\
		return fails() ? failure : __real_##name args;	\
	}

WRAP(EVP_MD *, NULL, EVP_MD_fetch, (OSSL_LIB_CTX *c, const char *n, const char *p), (c, n, p))
WRAP(EVP_MD_CTX *, NULL, EVP_MD_CTX_new, (void), ())
WRAP(int, 0, EVP_DigestInit_ex2, (EVP_MD_CTX *c, const EVP_MD *m, const OSSL_PARAM *p), (c, m, p))
WRAP(int, 0, EVP_DigestUpdate, (EVP_MD_CTX *c, const void *d, size_t n), (c, d, n))
WRAP(int, 0, EVP_DigestFinal_ex, (EVP_MD_CTX *c, unsigned char *o, unsigned int *n), (c, o, n))
WRAP(unsigned char *, NULL, EVP_Q_mac,
     (OSSL_LIB_CTX *c, const char *name, const char *q, const char *alg, const OSSL_PARAM *p,
      const void *key, size_t key_len, const unsigned char *data, size_t len, unsigned char *out,
      size_t out_size, size_t *out_len),
     (c, name, q, alg, p, key, key_len, data, len, out, out_size, out_len))
WRAP(EVP_CIPHER *, NULL, EVP_CIPHER_fetch, (OSSL_LIB_CTX *c, const char *n, const char *p),
     (c, n, p))
WRAP(EVP_CIPHER_CTX *, NULL, EVP_CIPHER_CTX_new, (void), ())
WRAP(int, 0, EVP_CipherInit_ex2,
     (EVP_CIPHER_CTX *c, const EVP_CIPHER *t, const unsigned char *k, const unsigned char *iv,
      int enc, const OSSL_PARAM *p), (c, t, k, iv, enc, p))
WRAP(int, 0, EVP_CipherUpdate,
     (EVP_CIPHER_CTX *c, unsigned char *o, int *n, const unsigned char *in, int len),
     (c, o, n, in, len))
WRAP(EVP_PKEY *, NULL, EVP_PKEY_new_raw_private_key_ex,
     (OSSL_LIB_CTX *c, const char *t, const char *p, const unsigned char *k, size_t n),
     (c, t, p, k, n))
WRAP(EVP_PKEY *, NULL, EVP_PKEY_new_raw_public_key_ex,
     (OSSL_LIB_CTX *c, const char *t, const char *p, const unsigned char *k, size_t n),
     (c, t, p, k, n))
WRAP(int, 0, EVP_PKEY_get_raw_public_key, (const EVP_PKEY *k, unsigned char *o, size_t *n), (k, o, n))
WRAP(EVP_PKEY_CTX *, NULL, EVP_PKEY_CTX_new_from_pkey,
     (OSSL_LIB_CTX *c, EVP_PKEY *k, const char *p), (c, k, p))
WRAP(int, 0, EVP_PKEY_derive_init, (EVP_PKEY_CTX *c), (c))
WRAP(int, 0, EVP_PKEY_derive_set_peer, (EVP_PKEY_CTX *c, EVP_PKEY *k), (c, k))
WRAP(int, 0, EVP_PKEY_derive, (EVP_PKEY_CTX *c, unsigned char *o, size_t *n), (c, o, n))
WRAP(BIGNUM *, NULL, BN_new, (void), ())
WRAP(BIGNUM *, NULL, BN_secure_new, (void), ())
WRAP(BIGNUM *, NULL, BN_dup, (const BIGNUM *a), (a))
WRAP(BIGNUM *, NULL, BN_get_rfc3526_prime_3072, (BIGNUM *a), (a))
WRAP(BIGNUM *, NULL, BN_bin2bn, (const unsigned char *s, int n, BIGNUM *r), (s, n, r))
WRAP(int, -1, BN_bn2binpad, (const BIGNUM *a, unsigned char *o, int n), (a, o, n))
WRAP(int, 0, BN_set_word, (BIGNUM *a, BN_ULONG w), (a, w))
WRAP(int, 0, BN_sub_word, (BIGNUM *a, BN_ULONG w), (a, w))
WRAP(int, 0, BN_add_word, (BIGNUM *a, BN_ULONG w), (a, w))
WRAP(int, 0, BN_mod_exp_mont_consttime,
     (BIGNUM *r, const BIGNUM *a, const BIGNUM *p, const BIGNUM *m, BN_CTX *c, BN_MONT_CTX *mont),
     (r, a, p, m, c, mont))
WRAP(BN_CTX *, NULL, BN_CTX_secure_new, (void), ())
WRAP(EC_GROUP *, NULL, EC_GROUP_new_by_curve_name, (int nid), (nid))
WRAP(EC_POINT *, NULL, EC_POINT_new, (const EC_GROUP *g), (g))
WRAP(int, 0, EC_POINT_mul,
     (const EC_GROUP *g, EC_POINT *r, const BIGNUM *n, const EC_POINT *q, const BIGNUM *m, BN_CTX *c),
     (g, r, n, q, m, c))
WRAP(int, 0, EC_POINT_get_affine_coordinates,
     (const EC_GROUP *g, const EC_POINT *p, BIGNUM *x, BIGNUM *y, BN_CTX *c), (g, p, x, y, c))
WRAP(int, 0, EC_POINT_set_affine_coordinates,
     (const EC_GROUP *g, EC_POINT *p, const BIGNUM *x, const BIGNUM *y, BN_CTX *c), (g, p, x, y, c))
WRAP(int, -1, crypto_scalarmult_base, (unsigned char *q, const unsigned char *n), (q, n))
WRAP(int, -1, crypto_scalarmult,
     (unsigned char *q, const unsigned char *n, const unsigned char *p), (q, n, p))
WRAP(int, -1, sodium_init, (void), ())
WRAP(void *, NULL, sodium_malloc, (size_t n), (n))

enum mode { MODE_DH, MODE_PRESHARED, MODE_MULTISTREAM };

static void first_call(struct sim *sim, enum zrtp_agreement agreement, enum mode mode)
{
	for (int i = 0; i < 2; i++) {
		sim->end[i].config.agreements[0] = agreement;
		sim->end[i].config.preshared = mode == MODE_PRESHARED;
	}
	sim_engines(sim, agreement);
	if (mode == MODE_DH)
		return;
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	if (mode == MODE_MULTISTREAM) {
		sim_more(sim, mode);
		return;
	}
	sim_store(sim);
	sim->end[ALICE].peer.preshare = true;
	sim->end[BOB].peer.preshare = true;
	sim_engines(sim, mode);
}

/* Somebody has failed and says so, and nobody else has got keys out of it. */
static void assert_nothing_came_of_it(const struct sim *sim)
{
	bool told = false;

	for (int i = 0; i < 2; i++) {
		const struct sim_end *e = &sim->end[i];

		if (e->failed && !e->error_remote)
			told = told || e->error == ZRTP_ERROR_SOFTWARE ||
			       e->error == ZRTP_ERROR_DH_BAD_PV;
		assert_false(e->secure && e->failed);
	}
	if (!told || (sim->end[ALICE].secure && sim->end[BOB].secure))
		sim_print(sim);
	assert_true(told);
	assert_false(sim->end[ALICE].secure && sim->end[BOB].secure);
}

static unsigned int each_call_fails(struct sim *sim, enum zrtp_agreement agreement, enum mode mode)
{
	unsigned int n = 0;

	do {
		sim_free(sim);
		fails_at = 0;
		sim_init(sim, 3);
		first_call(sim, agreement, mode);
		calls = 0;
		fails_at = ++n;
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		fails_at = 0;
		if (calls >= n)
			assert_nothing_came_of_it(sim);
	} while (calls >= n);
	assert_true(sim_agreed(sim));
	return n - 1;
}

static void no_failure_in_an_exchange_makes_keys(void **state)
{
	static const enum zrtp_agreement agreements[] = {
		ZRTP_KA_DH3K, ZRTP_KA_X255, ZRTP_KA_EC25, ZRTP_KA_EC38, ZRTP_KA_X448,
	};

	for (size_t i = 0; i < sizeof(agreements) / sizeof(agreements[0]); i++)
		assert_true(each_call_fails(*state, agreements[i], MODE_DH) > 100);
}

static void nor_in_one_without_dh(void **state)
{
	assert_true(each_call_fails(*state, ZRTP_KA_X255, MODE_PRESHARED) > 50);
	assert_true(each_call_fails(*state, ZRTP_KA_X255, MODE_MULTISTREAM) > 50);
}

static void a_session_that_cannot_be_made_is_none(void **state)
{
	static const uint8_t seed[ZRTP_SEED_LEN] = { 1 };
	const struct zrtp_config config = { .client_id = "nobody" };
	struct zrtp_session *s;
	unsigned int n = 0;
	int r;

	do {
		s = NULL;
		calls = 0;
		fails_at = ++n;
		r = zrtp_session_new(&s, &config, seed);
		fails_at = 0;
		if (calls < n)
			break;
		assert_true(r < 0);
		assert_null(s);
	} while (true);
	assert_int_equal(r, 0);
	zrtp_session_free(s);
	assert_true(n > 2);
}

static void the_old_zrtpsess_stays_when_there_is_no_new_one(void **state)
{
	static const uint8_t zids[2][ZRTP_ZID_LEN] = { { 1 }, { 2 } };
	const struct zrtp_master before = {
		.suite = { ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_GCM, ZRTP_KA_X255, ZRTP_SAS_B32 },
		.key = { 7 },
	};
	struct zrtp_master master = before;

	calls = 0;
	fails_at = 1;
	assert_true(zrtp_master_renew(&master, ZRTP_ROLE_INITIATOR, zids[0], zids[1]) < 0);
	fails_at = 0;
	assert_memory_equal(&master, &before, sizeof(master));
	assert_int_equal(zrtp_master_renew(&master, ZRTP_ROLE_INITIATOR, zids[0], zids[1]), 0);
	assert_memory_not_equal(master.key, before.key, sizeof(master.key));
}

static int setup(void **state)
{
	fails_at = 0;
	return sim_setup(state, 3);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, sim_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(no_failure_in_an_exchange_makes_keys),
		T(nor_in_one_without_dh),
		cmocka_unit_test(a_session_that_cannot_be_made_is_none),
		cmocka_unit_test(the_old_zrtpsess_stays_when_there_is_no_new_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
