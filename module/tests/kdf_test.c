// SPDX-License-Identifier: GPL-2.0-only
#include "kdf.h"
#include "suites.h"
#include "vectors.h"

static void session_keys_are_those_of_the_rfcs(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_kdf_vectors); i++) {
		const struct sotto_kdf_vector *v = &sotto_kdf_vectors[i];
		const struct sotto_profile_params *params = sotto_profile_params(v->profile);
		struct sotto_session_keys keys;

		KUNIT_EXPECT_EQ(test, 0, sotto_kdf(params, v->master, v->salt, false, &keys));
		KUNIT_EXPECT_EQ(test, 0, memcmp(keys.key, v->key, params->key_len));
		KUNIT_EXPECT_EQ(test, 0, memcmp(keys.salt, v->session_salt, params->salt_len));
		KUNIT_EXPECT_EQ(test, 0, memcmp(keys.auth, v->auth, params->auth_key_len));
	}
}

static void extension_keys_are_those_of_rfc_6904(struct kunit *test)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(sotto_kdf_ext_vectors); i++) {
		const struct sotto_kdf_ext_vector *v = &sotto_kdf_ext_vectors[i];
		const struct sotto_profile_params *params = sotto_profile_params(v->profile);
		struct sotto_session_keys keys;

		KUNIT_EXPECT_EQ(test, 0, sotto_kdf_ext(params, v->master, v->salt, &keys));
		KUNIT_EXPECT_EQ(test, 0, memcmp(keys.key, v->key, params->key_len));
		KUNIT_EXPECT_EQ(test, 0, memcmp(keys.salt, v->session_salt, params->salt_len));
	}
}

static void every_profile_has_its_tags(struct kunit *test)
{
	static const u8 tags[__SOTTO_PROFILE_MAX][2] = {
		[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80] = { 10, 10 },
		[SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32] = { 4, 10 },
		[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80] = { 10, 10 },
		[SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32] = { 4, 10 },
		[SOTTO_PROFILE_AEAD_AES_128_GCM] = { 16, 16 },
		[SOTTO_PROFILE_AEAD_AES_256_GCM] = { 16, 16 },
	};

	KUNIT_EXPECT_NULL(test, sotto_profile_params(SOTTO_PROFILE_UNSPEC));
	KUNIT_EXPECT_NULL(test, sotto_profile_params(__SOTTO_PROFILE_MAX));
	for (unsigned int i = 1; i < __SOTTO_PROFILE_MAX; i++) {
		const struct sotto_profile_params *params = sotto_profile_params(i);

		KUNIT_ASSERT_NOT_NULL(test, params);
		KUNIT_EXPECT_EQ(test, params->tag_len[0], tags[i][0]);
		KUNIT_EXPECT_EQ(test, params->tag_len[1], tags[i][1]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(session_keys_are_those_of_the_rfcs),
	KUNIT_CASE(extension_keys_are_those_of_rfc_6904),
	KUNIT_CASE(every_profile_has_its_tags),
	{}
};

struct kunit_suite sotto_kdf_suite = {
	.name = "sotto_kdf",
	.test_cases = cases,
};
