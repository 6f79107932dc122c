// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key derivation against vectors computed a second time from the RFC's text.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "keys.h"
#include "session.h"
#include "zrtp_vectors.h"

#define PART(text) { text, sizeof(text) - 1 }

static size_t unhex(const char *hex, uint8_t *out, size_t size)
{
	size_t len;

	assert_int_equal(sodium_hex2bin(out, size, hex, strlen(hex), NULL, &len, NULL), 0);
	return len;
}

static void assert_hex(const uint8_t *value, size_t len, const char *hex)
{
	uint8_t want[64];

	assert_int_equal(unhex(hex, want, sizeof(want)), len);
	assert_memory_equal(value, want, len);
}

static struct zrtp_suite suite_of(const struct vector *v)
{
	return (struct zrtp_suite) {
		.hash = v->hash == 384 ? ZRTP_HASH_S384 : ZRTP_HASH_S256,
		.cipher = v->key_bits == 256 ? ZRTP_CIPHER_AES3 : ZRTP_CIPHER_AES1,
		.auth_tag = v->salt_bits == 96 ? ZRTP_AUTH_GCM : ZRTP_AUTH_HS80,
		.agreement = ZRTP_KA_X255,
		.sas_type = ZRTP_SAS_B32,
	};
}

static void make_zids(uint8_t zid_i[ZRTP_ZID_LEN], uint8_t zid_r[ZRTP_ZID_LEN])
{
	for (int i = 0; i < ZRTP_ZID_LEN; i++) {
		zid_i[i] = 0x10 + i;
		zid_r[i] = 0x20 + i;
	}
}

static void all_keys_are_the_vectors(void **state)
{
	uint8_t zid_i[ZRTP_ZID_LEN], zid_r[ZRTP_ZID_LEN], dh[32], s1[64], s2[64], s3[64], key[64];

	for (int i = 0; i < 32; i++)
		dh[i] = i;
	make_zids(zid_i, zid_r);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		const struct zrtp_suite suite = suite_of(v);
		const struct zrtp_transcript t = {
			.zid_initiator = zid_i,
			.zid_responder = zid_r,
			.messages = { PART("Hello of the responder"), PART("Commit"),
				      PART("DHPart1"), PART("DHPart2") },
		};
		const struct zrtp_shared shared = {
			.dh_result = { dh, sizeof(dh) },
			.s1 = { s1, unhex(v->s1, s1, sizeof(s1)) },
			.s2 = { s2, unhex(v->s2, s2, sizeof(s2)) },
			.s3 = { s3, unhex(v->s3, s3, sizeof(s3)) },
		};
		struct zrtp_keys keys;

		if (v->preshared_key) {
			unhex(v->preshared_key, key, sizeof(key));
			assert_int_equal(zrtp_keys_derive_preshared(&suite, &t, key, &keys), 0);
		} else {
			assert_int_equal(zrtp_keys_derive(&suite, &t, &shared, &keys), 0);
		}
		for (int side = 0; side < 2; side++) {
			assert_hex(keys.srtp[side].key, keys.srtp[side].key_len, v->srtp_key[side]);
			assert_hex(keys.srtp[side].salt, keys.srtp[side].salt_len,
				   v->srtp_salt[side]);
			assert_hex(keys.mac[side], v->hash / 8, v->mac[side]);
			assert_hex(keys.zrtp[side], v->key_bits / 8, v->zrtp[side]);
		}
		assert_hex(keys.rs1, sizeof(keys.rs1), v->rs1);
		assert_hex(keys.sas_value, sizeof(keys.sas_value), v->sas);
		assert_hex(keys.master, v->hash / 8, v->master);
	}
}

/* RFC 6189 4.4.2.2: what our Commit names. */
static void key_ids_are_the_vectors(void **state)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		struct zrtp_session s = { .suite = suite_of(v) };
		struct zrtp_commit commit;

		if (!v->preshared_key)
			continue;
		unhex(v->s1, s.peer.rs1, sizeof(s.peer.rs1));
		s.peer.aux_len = unhex(v->s2, s.peer.aux, sizeof(s.peer.aux));
		s.peer.has_pbx = unhex(v->s3, s.peer.pbx, sizeof(s.peer.pbx));
		assert_int_equal(zrtp_preshared_commit(&s), 0);
		assert_int_equal(zrtp_commit_parse(s.commit, s.commit_len, &commit), 0);
		assert_int_equal(commit.form, ZRTP_COMMIT_PRSH);
		assert_hex(commit.key_id, ZRTP_KEY_ID_LEN, v->key_id);
	}
}

/* RFC 6189 4.7.2.1: whichever role we had, it is the same for both. */
static void a_renewed_zrtpsess_is_the_vectors(void **state)
{
	uint8_t zid_i[ZRTP_ZID_LEN], zid_r[ZRTP_ZID_LEN];

	make_zids(zid_i, zid_r);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		struct zrtp_master a = { .suite = suite_of(v) }, b, nobody = { 0 };

		unhex(v->master, a.key, sizeof(a.key));
		b = a;
		assert_int_equal(zrtp_master_renew(&a, ZRTP_ROLE_INITIATOR, zid_i, zid_r), 0);
		assert_int_equal(zrtp_master_renew(&b, ZRTP_ROLE_RESPONDER, zid_r, zid_i), 0);
		assert_hex(a.key, v->hash / 8, v->renewed);
		assert_hex(b.key, v->hash / 8, v->renewed);
		assert_int_equal(zrtp_master_renew(&a, ZRTP_ROLE_NONE, zid_i, zid_r), -EINVAL);
		assert_int_equal(zrtp_master_renew(&nobody, ZRTP_ROLE_INITIATOR, zid_i, zid_r),
				 -EINVAL);
	}
}

/* RFC 6189 7.3.1: what a telephone and its PBX keep of their enrolment. */
static void pbxsecret_is_the_vectors(void **state)
{
	uint8_t zid_i[ZRTP_ZID_LEN], zid_r[ZRTP_ZID_LEN], out[ZRTP_SECRET_LEN];

	make_zids(zid_i, zid_r);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		struct zrtp_master m = { .suite = suite_of(v) };

		unhex(v->master, m.key, sizeof(m.key));
		assert_int_equal(zrtp_pbxsecret(&m, ZRTP_ROLE_INITIATOR, zid_i, zid_r, out), 0);
		assert_hex(out, sizeof(out), v->pbx);
		assert_int_equal(zrtp_pbxsecret(&m, ZRTP_ROLE_RESPONDER, zid_r, zid_i, out), 0);
		assert_hex(out, sizeof(out), v->pbx);
	}
}

/* libbzrtp >= 5.3: the salt of GCM is derived for 96 bits, not cut from 112. */
static void a_shorter_length_is_another_key(void **state)
{
	const uint8_t ki[32] = { 1 }, context[10] = { 2 };
	uint8_t a[14], b[14];

	assert_int_equal(zrtp_kdf(ZRTP_HASH_S256, ki, sizeof(ki), "salt", context,
				  sizeof(context), 112, a), 0);
	assert_int_equal(zrtp_kdf(ZRTP_HASH_S256, ki, sizeof(ki), "salt", context,
				  sizeof(context), 96, b), 0);
	assert_memory_not_equal(a, b, 12);
}

static void what_does_not_fit_is_refused(void **state)
{
	const uint8_t ki[32] = { 1 };
	uint8_t context[200] = { 2 }, out[48];

	assert_int_equal(zrtp_kdf(ZRTP_HASH_S256, ki, sizeof(ki), "label", context, 10, 264, out),
			 -EINVAL);
	assert_int_equal(zrtp_kdf(ZRTP_HASH_S256, ki, sizeof(ki), "label", context,
				  sizeof(context), 256, out), -EINVAL);
	assert_int_equal(zrtp_kdf(ZRTP_HASH_S256, ki, sizeof(ki),
				  "a label that is much longer than any in the RFC",
				  context, 10, 256, out), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_keys_are_the_vectors),
		cmocka_unit_test(key_ids_are_the_vectors),
		cmocka_unit_test(a_renewed_zrtpsess_is_the_vectors),
		cmocka_unit_test(pbxsecret_is_the_vectors),
		cmocka_unit_test(a_shorter_length_is_another_key),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
