// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Offers, choice and versions: RFC 6189 4.1.1, 4.1.2, 5.2.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "negotiate.h"

static struct zrtp_offer offer_of(const struct zrtp_config *config)
{
	struct zrtp_offer offer;

	assert_int_equal(zrtp_offer_from_config(config, &offer), 0);
	return offer;
}

static void assert_list(const struct zrtp_algo_list *list, const uint8_t *ids, uint8_t n)
{
	assert_int_equal(list->n, n);
	assert_memory_equal(list->id, ids, n);
}

static void an_empty_config_offers_everything_best_first(void **state)
{
	const struct zrtp_config config = { .client_id = "" };
	struct zrtp_offer o = offer_of(&config);

	assert_list(&o.list[ZRTP_KIND_HASH], (uint8_t[]) { ZRTP_HASH_S256, ZRTP_HASH_S384, ZRTP_HASH_S512 }, 3);
	assert_list(&o.list[ZRTP_KIND_CIPHER],
		    (uint8_t[]) { ZRTP_CIPHER_AES1, ZRTP_CIPHER_AES3 }, 2);
	assert_list(&o.list[ZRTP_KIND_AUTH_TAG],
		    (uint8_t[]) { ZRTP_AUTH_GCM, ZRTP_AUTH_HS80, ZRTP_AUTH_HS32 }, 3);
	assert_list(&o.list[ZRTP_KIND_AGREEMENT],
		    (uint8_t[]) { ZRTP_KA_X255, ZRTP_KA_X448, ZRTP_KA_EC38, ZRTP_KA_EC25,
				  ZRTP_KA_DH3K }, 5);
	assert_list(&o.list[ZRTP_KIND_SAS], (uint8_t[]) { ZRTP_SAS_B32, ZRTP_SAS_B256 }, 2);
}

static void mandatory_algorithms_end_every_list(void **state)
{
	const struct zrtp_config config = {
		.hashes = { ZRTP_HASH_S384 }, .ciphers = { ZRTP_CIPHER_AES3 },
		.auth_tags = { ZRTP_AUTH_GCM }, .agreements = { ZRTP_KA_X255 },
		.sas_types = { ZRTP_SAS_B256 },
	};
	struct zrtp_offer o = offer_of(&config);

	assert_list(&o.list[ZRTP_KIND_HASH], (uint8_t[]) { ZRTP_HASH_S384, ZRTP_HASH_S256 }, 2);
	assert_list(&o.list[ZRTP_KIND_CIPHER],
		    (uint8_t[]) { ZRTP_CIPHER_AES3, ZRTP_CIPHER_AES1 }, 2);
	assert_list(&o.list[ZRTP_KIND_AUTH_TAG],
		    (uint8_t[]) { ZRTP_AUTH_GCM, ZRTP_AUTH_HS80, ZRTP_AUTH_HS32 }, 3);
	assert_list(&o.list[ZRTP_KIND_AGREEMENT], (uint8_t[]) { ZRTP_KA_X255, ZRTP_KA_DH3K }, 2);
	assert_list(&o.list[ZRTP_KIND_SAS], (uint8_t[]) { ZRTP_SAS_B256, ZRTP_SAS_B32 }, 2);
}

static void a_hello_without_lists_offers_the_mandatory_ones(void **state)
{
	const struct zrtp_hello hello = { .version = NULL };
	struct zrtp_offer o;

	zrtp_offer_from_hello(&hello, &o);
	assert_list(&o.list[ZRTP_KIND_HASH], (uint8_t[]) { ZRTP_HASH_S256 }, 1);
	assert_list(&o.list[ZRTP_KIND_AUTH_TAG], (uint8_t[]) { ZRTP_AUTH_HS80, ZRTP_AUTH_HS32 }, 2);
	assert_list(&o.list[ZRTP_KIND_AGREEMENT], (uint8_t[]) { ZRTP_KA_DH3K }, 1);
}

static void unknown_and_repeated_blocks_are_skipped(void **state)
{
	struct zrtp_hello hello = { .version = NULL };
	struct zrtp_offer o;

	hello.blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)"X1M1DH3kDH3kMultX255DH3kPrsh";
	hello.counts[ZRTP_KIND_AGREEMENT] = 7;
	hello.blocks[ZRTP_KIND_AUTH_TAG] = (const uint8_t *)"SK32SK64aaaabbbbccccdddd\0\0\0\0";
	hello.counts[ZRTP_KIND_AUTH_TAG] = 7;
	zrtp_offer_from_hello(&hello, &o);
	assert_list(&o.list[ZRTP_KIND_AGREEMENT], (uint8_t[]) { ZRTP_KA_DH3K, ZRTP_KA_X255 }, 2);
	assert_list(&o.list[ZRTP_KIND_AUTH_TAG], (uint8_t[]) { ZRTP_AUTH_HS80, ZRTP_AUTH_HS32 }, 2);
}

/* The example's rule: of the two first common choices the faster, whoever asks. */
static void the_faster_first_choice_wins(void **state)
{
	const struct zrtp_config slow = { .agreements = { ZRTP_KA_DH3K, ZRTP_KA_X255 } };
	const struct zrtp_config fast = { .agreements = { ZRTP_KA_X255, ZRTP_KA_DH3K } };
	const struct zrtp_config only = { .agreements = { ZRTP_KA_DH3K } };
	struct zrtp_offer a = offer_of(&slow), b = offer_of(&fast), c = offer_of(&only);
	struct zrtp_suite suite;

	zrtp_negotiate(&a, &b, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_X255);
	zrtp_negotiate(&b, &a, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_X255);
	zrtp_negotiate(&a, &a, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_DH3K);
	zrtp_negotiate(&b, &c, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_DH3K);
}

static void the_rest_is_the_initiators_first_common_choice(void **state)
{
	const struct zrtp_config ours = {
		.hashes = { ZRTP_HASH_S384 }, .ciphers = { ZRTP_CIPHER_AES3 },
		.auth_tags = { ZRTP_AUTH_GCM, ZRTP_AUTH_HS32, ZRTP_AUTH_HS80 },
		.sas_types = { ZRTP_SAS_B256 },
	};
	const struct zrtp_config theirs = {
		.hashes = { ZRTP_HASH_S256 }, .ciphers = { ZRTP_CIPHER_AES1, ZRTP_CIPHER_AES3 },
		.auth_tags = { ZRTP_AUTH_HS80, ZRTP_AUTH_HS32 }, .sas_types = { ZRTP_SAS_B32 },
	};
	struct zrtp_offer a = offer_of(&ours), b = offer_of(&theirs);
	struct zrtp_suite suite;

	zrtp_negotiate(&a, &b, &suite);
	assert_int_equal(suite.hash, ZRTP_HASH_S256);
	assert_int_equal(suite.cipher, ZRTP_CIPHER_AES3);
	assert_int_equal(suite.auth_tag, ZRTP_AUTH_HS32);
	assert_int_equal(suite.sas_type, ZRTP_SAS_B32);
}

/* RFC 6189 5.1.5: from the fastest to the slowest, with libbzrtp's two beside their likes. */
static void any_two_first_choices_give_the_faster(void **state)
{
	static const enum zrtp_agreement fastest_first[] = {
		ZRTP_KA_X255, ZRTP_KA_EC25, ZRTP_KA_X448, ZRTP_KA_DH3K, ZRTP_KA_EC38, 0,
	};
	const size_t n = sizeof(fastest_first) / sizeof(fastest_first[0]) - 1;
	struct zrtp_suite suite;

	for (size_t a = 0; a < n; a++) {
		for (size_t b = 0; b < n; b++) {
			const struct zrtp_config ours = {
				.agreements = { fastest_first[a], fastest_first[b != a ? b : n] },
			};
			const struct zrtp_config theirs = {
				.agreements = { fastest_first[b], fastest_first[a != b ? a : n] },
			};
			struct zrtp_offer own = offer_of(&ours), peer = offer_of(&theirs);

			zrtp_negotiate(&own, &peer, &suite);
			assert_int_equal(suite.agreement, fastest_first[a < b ? a : b]);
		}
	}
}

static void ec38_takes_a_hash_and_a_cipher_of_its_strength(void **state)
{
	const struct zrtp_config strong = { .agreements = { ZRTP_KA_EC38 } };
	const struct zrtp_config weak_hash = { .hashes = { ZRTP_HASH_S256 } };
	const struct zrtp_config weak_cipher = { .ciphers = { ZRTP_CIPHER_AES1 } };
	const struct zrtp_config cannot = { .agreements = { ZRTP_KA_EC38 },
					    .hashes = { ZRTP_HASH_S256, ZRTP_HASH_S512 } };
	struct zrtp_offer a = offer_of(&strong), b = offer_of(&weak_hash),
			  c = offer_of(&weak_cipher), d;
	struct zrtp_suite suite;

	zrtp_negotiate(&a, &a, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_EC38);
	assert_int_equal(suite.hash, ZRTP_HASH_S384);
	assert_int_equal(suite.cipher, ZRTP_CIPHER_AES3);
	/* One who cannot does not offer it, and is not asked for it. */
	assert_false(zrtp_algo_list_has(&b.list[ZRTP_KIND_AGREEMENT], ZRTP_KA_EC38));
	assert_false(zrtp_algo_list_has(&c.list[ZRTP_KIND_AGREEMENT], ZRTP_KA_EC38));
	zrtp_negotiate(&a, &b, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_DH3K);
	zrtp_negotiate(&a, &c, &suite);
	assert_int_equal(suite.agreement, ZRTP_KA_DH3K);
	assert_int_equal(zrtp_offer_from_config(&cannot, &d), -EINVAL);
}

static void a_weak_commit_to_ec38_is_refused(void **state)
{
	static const struct {
		const char *blocks;
		enum zrtp_error want;
	} cases[] = {
		{ "S384AES3HS80EC38B32 ", ZRTP_ERROR_NONE },
		{ "S256AES3HS80EC38B32 ", ZRTP_ERROR_HASH },
		{ "S512AES3HS80EC38B32 ", ZRTP_ERROR_HASH },
		{ "S384AES1HS80EC38B32 ", ZRTP_ERROR_CIPHER },
		{ "S256AES1HS80EC25B32 ", ZRTP_ERROR_NONE },
	};
	const struct zrtp_config all = { .client_id = "" };
	struct zrtp_offer own = offer_of(&all);
	struct zrtp_suite suite;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zrtp_commit commit = { .form = ZRTP_COMMIT_DH };

		for (int kind = 0; kind < ZRTP_KINDS; kind++)
			commit.blocks[kind] = (const uint8_t *)cases[i].blocks + 4 * kind;
		assert_int_equal(zrtp_suite_from_commit(&own, &commit, &suite), cases[i].want);
	}
}

static void only_what_we_offered_may_be_committed_to(void **state)
{
	static const struct {
		const char *blocks;
		enum zrtp_error want;
	} cases[] = {
		{ "S256AES1HS80X255B32 ", ZRTP_ERROR_NONE },
		{ "S256AES1HS32DH3kB32 ", ZRTP_ERROR_NONE },	/* mandatory, so implied */
		{ "S384AES1HS80X255B32 ", ZRTP_ERROR_HASH },
		{ "S256AES2HS80X255B32 ", ZRTP_ERROR_CIPHER },
		{ "S256AES1SK32X255B32 ", ZRTP_ERROR_AUTH_TAG },
		{ "S256AES1GCM X255B32 ", ZRTP_ERROR_AUTH_TAG },
		{ "S256AES1HS80EC25B32 ", ZRTP_ERROR_AGREEMENT },
		{ "S256AES1HS80X255B256", ZRTP_ERROR_SAS_TYPE },
	};
	const struct zrtp_config config = {
		.hashes = { ZRTP_HASH_S256 }, .ciphers = { ZRTP_CIPHER_AES1 },
		.auth_tags = { ZRTP_AUTH_HS80 }, .agreements = { ZRTP_KA_X255 },
		.sas_types = { ZRTP_SAS_B32 },
	};
	struct zrtp_offer own = offer_of(&config);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zrtp_commit commit = { .form = ZRTP_COMMIT_DH };
		struct zrtp_suite suite;

		for (int kind = 0; kind < ZRTP_KINDS; kind++)
			commit.blocks[kind] = (const uint8_t *)cases[i].blocks + 4 * kind;
		assert_int_equal(zrtp_suite_from_commit(&own, &commit, &suite), cases[i].want);
	}
}

static void versions_compare_by_three_octets(void **state)
{
	assert_int_equal(zrtp_version_compare((const uint8_t *)"1.10"), 0);
	assert_int_equal(zrtp_version_compare((const uint8_t *)"1.1a"), 0);
	assert_int_equal(zrtp_version_compare((const uint8_t *)"1.1 "), 0);
	assert_true(zrtp_version_compare((const uint8_t *)"1.00") < 0);
	assert_true(zrtp_version_compare((const uint8_t *)"0.95") < 0);
	assert_true(zrtp_version_compare((const uint8_t *)"1.20") > 0);
	assert_true(zrtp_version_compare((const uint8_t *)"2.00") > 0);
}

static void a_suite_has_a_text(void **state)
{
	struct zrtp_suite suite = { ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_GCM,
				    ZRTP_KA_X255, ZRTP_SAS_B32 };
	char text[64];

	assert_int_equal(zrtp_suite_format(&suite, text, sizeof(text)), 0);
	assert_string_equal(text, "X255 S256 AES1 GCM B32");
	assert_int_equal(zrtp_suite_format(&suite, text, 22), -ENOBUFS);
	suite.hash = 0;
	assert_int_equal(zrtp_suite_format(&suite, text, sizeof(text)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_config_offers_everything_best_first),
		cmocka_unit_test(mandatory_algorithms_end_every_list),
		cmocka_unit_test(a_hello_without_lists_offers_the_mandatory_ones),
		cmocka_unit_test(unknown_and_repeated_blocks_are_skipped),
		cmocka_unit_test(the_faster_first_choice_wins),
		cmocka_unit_test(the_rest_is_the_initiators_first_common_choice),
		cmocka_unit_test(any_two_first_choices_give_the_faster),
		cmocka_unit_test(ec38_takes_a_hash_and_a_cipher_of_its_strength),
		cmocka_unit_test(a_weak_commit_to_ec38_is_refused),
		cmocka_unit_test(only_what_we_offered_may_be_committed_to),
		cmocka_unit_test(versions_compare_by_three_octets),
		cmocka_unit_test(a_suite_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
