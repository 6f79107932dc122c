// SPDX-License-Identifier: GPL-2.0-or-later
/* module/kdf.c: the published vectors, and the numbers of the profiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "crypto.h"
#include "kdf.h"
#include "vectors.h"

static void session_keys_are_those_of_the_rfcs(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_kdf_vectors); i++) {
		const struct sotto_kdf_vector *v = &sotto_kdf_vectors[i];
		const struct sotto_profile_params *params = sotto_profile_params(v->profile);
		struct sotto_session_keys keys;

		assert_int_equal(sotto_kdf(params, v->master, v->salt, false, &keys), 0);
		assert_memory_equal(keys.key, v->key, params->key_len);
		assert_memory_equal(keys.salt, v->session_salt, params->salt_len);
		assert_memory_equal(keys.auth, v->auth, params->auth_key_len);
	}
}

static void rtcp_has_keys_of_its_own(void **state)
{
	const struct sotto_kdf_vector *v = &sotto_kdf_vectors[0];
	const struct sotto_profile_params *params = sotto_profile_params(v->profile);
	struct sotto_session_keys rtp, rtcp;

	assert_int_equal(sotto_kdf(params, v->master, v->salt, false, &rtp), 0);
	assert_int_equal(sotto_kdf(params, v->master, v->salt, true, &rtcp), 0);
	assert_memory_not_equal(rtp.key, rtcp.key, params->key_len);
	assert_memory_not_equal(rtp.salt, rtcp.salt, params->salt_len);
	assert_memory_not_equal(rtp.auth, rtcp.auth, params->auth_key_len);
}

static void extension_keys_are_those_of_rfc_6904(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_kdf_ext_vectors); i++) {
		const struct sotto_kdf_ext_vector *v = &sotto_kdf_ext_vectors[i];
		const struct sotto_profile_params *params = sotto_profile_params(v->profile);
		struct sotto_session_keys keys;

		assert_int_equal(sotto_kdf_ext(params, v->master, v->salt, &keys), 0);
		assert_memory_equal(keys.key, v->key, params->key_len);
		assert_memory_equal(keys.salt, v->session_salt, params->salt_len);
	}
}

/* The IV of block 0 in RFC 3711 B.2 is that of SSRC 0 and index 0. */
static void counter_is_salt_ssrc_and_index(void **state)
{
	const struct sotto_cm_vector *v = &sotto_cm_vectors[0];
	const u8 moved[16] = { 0xf0, 0xf1, 0xf2, 0xf3, 0xf5, 0xf7, 0xf5, 0xf3,
			       0xf9, 0xfb, 0xf9, 0xff, 0xf9, 0xfb, 0, 0 };
	u8 iv[16];

	sotto_cm_iv(iv, v->iv, 0, 0);
	assert_memory_equal(iv, v->iv, 16);
	sotto_cm_iv(iv, v->iv, 0x01020304, 0x010203040506);
	assert_memory_equal(iv, moved, 16);
}

/* RFC 7714 8.1: two zeros, SSRC, ROC, sequence, over the salt. */
static void nonce_is_salt_ssrc_and_index(void **state)
{
	static const u8 salt[12] = { 0x51, 0x75, 0x69, 0x64, 0x20, 0x70,
				     0x72, 0x6f, 0x20, 0x71, 0x75, 0x6f };
	static const u8 want[12] = { 0x51, 0x75, 0x68, 0x66, 0x23, 0x74,
				     0x73, 0x6d, 0x23, 0x75, 0x70, 0x69 };
	u8 iv[12];

	sotto_gcm_iv(iv, salt, 0x01020304, 0x010203040506);
	assert_memory_equal(iv, want, sizeof(want));
}

static void gcm_seals_as_in_rfc_7714(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_gcm_vectors); i++) {
		const struct sotto_gcm_vector *v = &sotto_gcm_vectors[i];
		struct sotto_gcm gcm;
		u8 data[128], iv[12];

		memcpy(data, v->aad, 12);
		memcpy(data + 12, v->plain, v->plain_len);
		sotto_gcm_iv(iv, v->salt, v->ssrc, v->index);
		assert_int_equal(sotto_gcm_init(&gcm, v->key, v->key_len), 0);
		assert_int_equal(sotto_gcm_seal(&gcm, iv, data, 12, v->plain_len), 0);
		assert_memory_equal(data + 12, v->sealed, v->plain_len + 16);
		sotto_gcm_exit(&gcm);
	}
}

static void keystream_is_that_of_the_rfcs(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_cm_vectors); i++) {
		const struct sotto_cm_vector *v = &sotto_cm_vectors[i];
		u8 iv[16], out[sizeof(v->keystream)];

		memcpy(iv, v->iv, sizeof(iv));
		assert_int_equal(sotto_aes_keystream(v->key, v->key_len, iv, out, sizeof(out)), 0);
		assert_memory_equal(out, v->keystream, sizeof(out));
	}
}

static void every_profile_has_its_numbers(void **state)
{
	static const struct {
		enum sotto_profile profile;
		struct sotto_profile_params want;
	} table[] = {
		/* key, salt, auth key, tags of SRTP and SRTCP: RFC 4568 6.2, 6188, 7714 */
		{ SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80, { 16, 14, 20, { 10, 10 } } },
		{ SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32, { 16, 14, 20, { 4, 10 } } },
		{ SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80, { 32, 14, 20, { 10, 10 } } },
		{ SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32, { 32, 14, 20, { 4, 10 } } },
		{ SOTTO_PROFILE_AEAD_AES_128_GCM, { 16, 12, 0, { 16, 16 } } },
		{ SOTTO_PROFILE_AEAD_AES_256_GCM, { 32, 12, 0, { 16, 16 } } },
	};

	assert_int_equal(ARRAY_SIZE(table), SOTTO_PROFILE_MAX);
	for (unsigned int i = 0; i < ARRAY_SIZE(table); i++)
		assert_memory_equal(sotto_profile_params(table[i].profile), &table[i].want,
				    sizeof(table[i].want));
	assert_null(sotto_profile_params(SOTTO_PROFILE_UNSPEC));
	assert_null(sotto_profile_params(SOTTO_PROFILE_MAX + 1));
	assert_null(sotto_profile_params(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_keys_are_those_of_the_rfcs),
		cmocka_unit_test(rtcp_has_keys_of_its_own),
		cmocka_unit_test(extension_keys_are_those_of_rfc_6904),
		cmocka_unit_test(counter_is_salt_ssrc_and_index),
		cmocka_unit_test(nonce_is_salt_ssrc_and_index),
		cmocka_unit_test(gcm_seals_as_in_rfc_7714),
		cmocka_unit_test(keystream_is_that_of_the_rfcs),
		cmocka_unit_test(every_profile_has_its_numbers),
	};

	return cmocka_run_group_tests_name("module kdf", tests, NULL, NULL);
}
