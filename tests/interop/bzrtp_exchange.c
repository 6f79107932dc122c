// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole exchanges with libbzrtp: each role, each suite that both know, with
 * retained secrets, with a spoilt cache, with loss. Keys and SAS must be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bzrtp_link.h"

static const struct zrtp_suite suites[] = {
	{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32 },
	{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_DH3K, ZRTP_SAS_B32 },
	{ ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS32, ZRTP_KA_X255, ZRTP_SAS_B256 },
	{ ZRTP_HASH_S384, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80, ZRTP_KA_DH3K, ZRTP_SAS_B256 },
	{ ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_HS80, ZRTP_KA_X255, ZRTP_SAS_B32 },
	{ ZRTP_HASH_S256, ZRTP_CIPHER_AES3, ZRTP_AUTH_HS32, ZRTP_KA_DH3K, ZRTP_SAS_B32 },
};

#define SUITES (sizeof(suites) / sizeof(suites[0]))

static int setup(void **state)
{
	static struct link link;

	link_open(&link);
	*state = &link;
	return 0;
}

static int teardown(void **state)
{
	link_close(*state);
	return 0;
}

static void assert_same_keys(const struct link *link, enum zrtp_role role)
{
	const struct our_end *u = &link->us;
	const struct their_end *t = &link->them;

	if (u->failed)
		print_error("failed: %s\n", zrtp_error_text(u->error));
	assert_true(u->secure);
	assert_true(t->secure);
	if (role != ZRTP_ROLE_NONE)
		assert_int_equal(u->secured.secure.role, role);
	assert_true(t->key_len >= 16);
	assert_int_equal(u->tx.key_len, t->key_len);
	assert_int_equal(u->tx.salt_len, t->salt_len);
	assert_memory_equal(u->tx.key, t->rx_key, t->key_len);
	assert_memory_equal(u->tx.salt, t->rx_salt, t->salt_len);
	assert_memory_equal(u->rx.key, t->tx_key, t->key_len);
	assert_memory_equal(u->rx.salt, t->tx_salt, t->salt_len);
	assert_memory_not_equal(u->rx.key, u->tx.key, t->key_len);
}

static void assert_same(const struct link *link, enum zrtp_role role)
{
	const struct our_end *u = &link->us;
	const struct their_end *t = &link->them;
	struct zrtp_sas sas;
	char text[THEIR_SAS_MAX];

	assert_same_keys(link, role);
	assert_int_equal(zrtp_sas_render(u->secured.secure.suite.sas_type,
					 u->secured.secure.sas_value, &sas), 0);
	if (u->secured.secure.suite.sas_type == ZRTP_SAS_B256)
		snprintf(text, sizeof(text), "%s:%s", sas.first, sas.second);
	else
		snprintf(text, sizeof(text), "%s%s", sas.first, sas.second);
	assert_string_equal(text, t->sas);
}

/* The next combination of all that there is, like a number whose digits count; false: no more. */
static bool next_suite(struct zrtp_suite *s)
{
	if (s->sas_type++ < ZRTP_SAS_B256)
		return true;
	s->sas_type = ZRTP_SAS_B32;
	if (s->auth_tag++ < ZRTP_AUTH_GCM)
		return true;
	s->auth_tag = ZRTP_AUTH_HS32;
	if (s->cipher++ < ZRTP_CIPHER_AES3)
		return true;
	s->cipher = ZRTP_CIPHER_AES1;
	if (s->hash++ < ZRTP_HASH_S512)
		return true;
	s->hash = ZRTP_HASH_S256;
	return s->agreement++ < ZRTP_KA_X448;
}

/* Every combination that both know: 48 of them with Debian 12's libbzrtp. */
static void each_suite(struct link *link, enum zrtp_role role)
{
	struct zrtp_suite s = { ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_HS32, ZRTP_KA_DH3K,
				ZRTP_SAS_B32 };
	unsigned int n = 0;

	do {
		char name[64];

		if (!link_can(&s))
			continue;
		assert_int_equal(zrtp_suite_format(&s, name, sizeof(name)), 0);
		link_call(link, &s, role, n++);
		if (!link->us.secure || !link->them.secure)
			print_error("with %s\n", name);
		assert_same(link, role);
		assert_memory_equal(&link->us.secured.secure.suite, &s, sizeof(s));
		assert_memory_equal(link->us.secured.secure.peer_client_id, "BZRTP", 5);
	} while (next_suite(&s));
	print_message("%u combinations\n", n);
	assert_true(n >= 48);
}

static void we_initiate_with_each_suite(void **state)
{
	each_suite(*state, ZRTP_ROLE_INITIATOR);
}

static void we_respond_with_each_suite(void **state)
{
	each_suite(*state, ZRTP_ROLE_RESPONDER);
}

static void both_may_commit(void **state)
{
	int roles[3] = { 0 };

	for (int seed = 0; seed < 16; seed++) {
		struct link *link = *state;

		link_call(link, &suites[0], ZRTP_ROLE_NONE, seed);
		assert_same(link, ZRTP_ROLE_NONE);
		roles[link->us.secured.secure.role]++;
	}
	assert_int_equal(roles[ZRTP_ROLE_INITIATOR] + roles[ZRTP_ROLE_RESPONDER], 16);
}

/* First call, cached calls in both roles, a cache spoilt here, then one that was lost here. */
static void retained_secrets(struct link *link, const struct zrtp_suite *suite)
{
	static const enum zrtp_role roles[] = {
		ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER, ZRTP_ROLE_RESPONDER, ZRTP_ROLE_INITIATOR,
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		link_call(link, suite, roles[i], 40 + i);
		assert_same(link, roles[i]);
		assert_int_equal(link->us.secured.secure.secrets_matched, i > 0);
		assert_false(link->us.secured.secure.secrets_mismatch);
		assert_false(link->us.retain.retain.frozen);
		assert_false(link->them.cache_mismatch);
		link_store(link);
	}
	for (size_t i = 0; i < 2; i++) {
		struct zrtp_peer good = link->us.peer;

		link->us.peer.rs1[0] ^= 1;
		link->us.peer.rs2[0] ^= 1;
		link_call(link, suite, roles[i], 50 + i);
		assert_same(link, roles[i]);
		assert_true(link->us.secured.secure.secrets_mismatch);
		assert_true(link->us.retain.retain.frozen);
		assert_true(link->them.cache_mismatch);
		/* Frozen at both ends: the old secret still works. */
		link->us.peer = good;
		link_call(link, suite, roles[i], 60 + i);
		assert_same(link, roles[i]);
		assert_true(link->us.secured.secure.secrets_matched);
		assert_false(link->them.cache_mismatch);
		link_store(link);
	}
}

static void retained_secrets_with_x255(void **state)
{
	retained_secrets(*state, &suites[0]);
}

static void retained_secrets_with_dh3k(void **state)
{
	retained_secrets(*state, &suites[1]);
}

/* They kept one call more than we did: their rs2 is our rs1. */
static void rs2_heals_a_call_that_we_did_not_store(void **state)
{
	struct link *link = *state;

	for (int i = 0; i < 4; i++) {
		enum zrtp_role role = i & 1 ? ZRTP_ROLE_RESPONDER : ZRTP_ROLE_INITIATOR;

		link_call(link, &suites[0], role, 70 + i);
		assert_same(link, role);
		if (i)
			assert_true(link->us.secured.secure.secrets_matched);
		assert_false(link->them.cache_mismatch);
		if (i != 1)
			link_store(link);
	}
}

static void auxsecret_is_matched_alike(void **state)
{
	struct link *link = *state;

	link->them.aux_len = link->us.peer.aux_len = 20;
	memset(link->them.aux, 0x5a, 20);
	memset(link->us.peer.aux, 0x5a, 20);
	for (int i = 0; i < 4; i++) {
		enum zrtp_role role = i & 1 ? ZRTP_ROLE_RESPONDER : ZRTP_ROLE_INITIATOR;

		if (i == 2)
			link->us.peer.aux[19] ^= 1;
		link_call(link, &suites[i % 2], role, 120 + i);
		assert_same(link, role);
		assert_int_equal(link->us.secured.secure.aux_matched, i < 2);
		assert_int_equal(link->them.aux_matched, i < 2);
	}
}

/* What a rekey is made of, with what libbzrtp knows it as: a second stream of the call. */
static void more_keys_of_a_call(void **state)
{
	static const enum zrtp_role roles[] = {
		ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER, ZRTP_ROLE_NONE,
	};
	struct link *link = *state;

	for (size_t i = 0; i < SUITES; i++) {
		for (size_t j = 0; j < sizeof(roles) / sizeof(roles[0]); j++) {
			struct zrtp_srtp before;

			link_call(link, &suites[i], roles[j], 140 + i);
			assert_same(link, roles[j]);
			assert_true(link->us.secured.secure.peer_multistream);
			before = link->us.tx;
			link_more(link, roles[j], 160 + i);
			assert_true(link->them.more_secure);
			assert_same_keys(link, roles[j]);
			assert_true(link->us.secured.secure.multistream);
			assert_memory_not_equal(&link->us.tx, &before, sizeof(before));
		}
	}
}

static void loss_is_survived(void **state)
{
	static const enum zrtp_role roles[] = { ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER };
	struct link *link = *state;

	for (int i = 0; i < 40; i++) {
		link->rng = i;
		link->loss_percent = 20;
		link_call(link, &suites[i % SUITES], roles[i % 2], 80 + i);
		if (!link->us.secure || !link->them.secure)
			print_error("network seed %d\n", i);
		assert_same(link, roles[i % 2]);
	}
}

static void the_sas_is_shown_alike_for_each_value(void **state)
{
	for (uint32_t i = 0; i < 0x10000; i++) {
		uint32_t bits = i << 16 | (i * 40503u & 0xffff);
		const uint8_t value[4] = { bits >> 24, bits >> 16, bits >> 8, bits };
		char theirs[THEIR_SAS_MAX], ours[THEIR_SAS_MAX];
		struct zrtp_sas sas;

		their_sas_words(bits, theirs, sizeof(theirs));
		assert_int_equal(zrtp_sas_render(ZRTP_SAS_B256, value, &sas), 0);
		snprintf(ours, sizeof(ours), "%s:%s", sas.first, sas.second);
		assert_string_equal(ours, theirs);

		their_sas_base32(bits, theirs, sizeof(theirs));
		assert_int_equal(zrtp_sas_render(ZRTP_SAS_B32, value, &sas), 0);
		snprintf(ours, sizeof(ours), "%s%s", sas.first, sas.second);
		assert_memory_equal(ours, theirs, 4);
	}
}

/* RFC 6189 8.1: libbzrtp makes and reads the same text, of the same octets. */
static void each_checks_the_others_hello_hash(void **state)
{
	static const enum zrtp_role roles[] = { ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER };
	struct link *link = *state;

	for (int i = 0; i < 2; i++) {
		link->signalling = LINK_SIGNALLED;
		link_call(link, &suites[0], roles[i], 60 + i);
		assert_same(link, roles[i]);
		assert_true(link->us.secured.secure.hello_signalled);
		assert_int_equal(link->us.false_hellos, 0);

		link->signalling = LINK_THEIRS_FALSE;
		link_call(link, &suites[0], roles[i], 62 + i);
		assert_false(link->us.secure || link->them.secure);
		assert_int_equal(link->us.false_hellos, 1);

		link->signalling = LINK_OURS_FALSE;
		link_call(link, &suites[0], roles[i], 64 + i);
		assert_false(link->us.secure || link->them.secure);
		assert_true(link->us.sent > 0);
		assert_int_equal(link->us.false_hellos, 0);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(we_initiate_with_each_suite),
		T(we_respond_with_each_suite),
		T(both_may_commit),
		T(retained_secrets_with_x255),
		T(retained_secrets_with_dh3k),
		T(rs2_heals_a_call_that_we_did_not_store),
		T(auxsecret_is_matched_alike),
		T(more_keys_of_a_call),
		T(each_checks_the_others_hello_hash),
		T(loss_is_survived),
		cmocka_unit_test(the_sas_is_shown_alike_for_each_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
