// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which secrets two sides have in common, RFC 6189 4.3: both must come to the
 * same, whatever each has kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "secrets.h"

static const uint8_t h3_i[ZRTP_IMAGE_LEN] = { 1 }, h3_r[ZRTP_IMAGE_LEN] = { 2 };

/* Each of the letters is a secret; '-' for none. */
static struct zrtp_peer peer_of(const char *rs1_rs2)
{
	struct zrtp_peer p = { 0 };

	p.has_rs1 = rs1_rs2[0] != '-';
	p.has_rs2 = rs1_rs2[1] != '-';
	memset(p.rs1, rs1_rs2[0], sizeof(p.rs1));
	memset(p.rs2, rs1_rs2[1], sizeof(p.rs2));
	return p;
}

static struct zrtp_secret_ids ids_of(const struct zrtp_peer *p, enum zrtp_role role)
{
	struct zrtp_secret_ids random, ids;

	memset(&random, role == ZRTP_ROLE_INITIATOR ? 0x77 : 0x78, sizeof(random));
	assert_int_equal(zrtp_secret_ids_fill(ZRTP_HASH_S256, p, role, role == ZRTP_ROLE_INITIATOR ?
					      h3_i : h3_r, &random, &ids), 0);
	return ids;
}

static void both_sides_choose_the_same_s1(void **state)
{
	static const struct {
		const char *initiator, *responder;
		char s1;
		bool alarm_i, alarm_r;
	} cases[] = {
		{ "--", "--", 0,   false, false },	/* the first call */
		{ "a-", "a-", 'a', false, false },
		{ "ba", "ba", 'b', false, false },
		{ "ba", "a-", 'a', false, false },	/* the responder lost the last update */
		{ "a-", "ba", 'a', false, false },	/* the initiator did */
		{ "ba", "ca", 'a', false, false },
		{ "ab", "ba", 'a', false, false },	/* both match crosswise: initiator's rs1 */
		{ "a-", "--", 0,   true,  false },
		{ "--", "a-", 0,   false, true },
		{ "ba", "dc", 0,   true,  true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zrtp_peer pi = peer_of(cases[i].initiator), pr = peer_of(cases[i].responder);
		struct zrtp_secret_ids from_i = ids_of(&pi, ZRTP_ROLE_INITIATOR);
		struct zrtp_secret_ids from_r = ids_of(&pr, ZRTP_ROLE_RESPONDER);
		struct zrtp_match mi, mr;

		assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &pi, ZRTP_ROLE_RESPONDER, h3_r,
						    &from_r, &mi), 0);
		assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &pr, ZRTP_ROLE_INITIATOR, h3_i,
						    &from_i, &mr), 0);
		assert_int_equal(mi.s1 ? mi.s1[0] : 0, cases[i].s1);
		assert_int_equal(mr.s1 ? mr.s1[0] : 0, cases[i].s1);
		assert_int_equal(mi.mismatch, cases[i].alarm_i);
		assert_int_equal(mr.mismatch, cases[i].alarm_r);
	}
}

/* The eavesdropper must not see which secrets there are, nor meet an ID twice. */
static void absent_secrets_look_like_random_and_roles_differ(void **state)
{
	struct zrtp_peer none = peer_of("--"), some = peer_of("ab");
	struct zrtp_secret_ids n = ids_of(&none, ZRTP_ROLE_INITIATOR);
	struct zrtp_secret_ids i = ids_of(&some, ZRTP_ROLE_INITIATOR);
	struct zrtp_secret_ids r = ids_of(&some, ZRTP_ROLE_RESPONDER);

	assert_int_equal(n.rs1[0], 0x77);
	assert_int_equal(n.aux[7], 0x77);
	assert_int_equal(i.pbx[0], 0x77);
	assert_memory_not_equal(i.rs1, n.rs1, 8);
	assert_memory_not_equal(i.rs1, i.rs2, 8);
	assert_memory_not_equal(i.rs1, r.rs1, 8);
}

/* auxsecret's ID is keyed by the sender's H3, so it is new in each session. */
static void aux_follows_the_senders_h3(void **state)
{
	struct zrtp_peer a = peer_of("--"), b = peer_of("--");
	struct zrtp_secret_ids from_b;
	struct zrtp_match m;

	memcpy(a.aux, "shared", 6);
	memcpy(b.aux, "shared", 6);
	a.aux_len = b.aux_len = 6;
	from_b = ids_of(&b, ZRTP_ROLE_RESPONDER);
	assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &a, ZRTP_ROLE_RESPONDER, h3_r,
					    &from_b, &m), 0);
	assert_ptr_equal(m.s2, a.aux);
	assert_int_equal(m.s2_len, 6);
	assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &a, ZRTP_ROLE_RESPONDER, h3_i,
					    &from_b, &m), 0);
	assert_null(m.s2);
	a.aux_len = 5;
	assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &a, ZRTP_ROLE_RESPONDER, h3_r,
					    &from_b, &m), 0);
	assert_null(m.s2);
	assert_int_equal(m.s2_len, 0);
}

/* pbxsecret's ID is keyed by the role, as rs1's is. */
static void pbx_matches_only_when_both_have_it(void **state)
{
	struct zrtp_peer a = peer_of("--"), b = peer_of("--");
	struct zrtp_secret_ids from_b;
	struct zrtp_match m;

	memset(a.pbx, 0xb1, sizeof(a.pbx));
	memset(b.pbx, 0xb1, sizeof(b.pbx));
	for (int have = 0; have < 4; have++) {
		a.has_pbx = have & 1;
		b.has_pbx = have & 2;
		from_b = ids_of(&b, ZRTP_ROLE_RESPONDER);
		assert_int_equal(from_b.pbx[0] == 0x78, !b.has_pbx);
		assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &a, ZRTP_ROLE_RESPONDER, h3_r,
						    &from_b, &m), 0);
		assert_ptr_equal(m.s3, have == 3 ? a.pbx : NULL);
		/* What was said in the other role is no match. */
		assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &a, ZRTP_ROLE_INITIATOR, h3_i,
						    &from_b, &m), 0);
		assert_null(m.s3);
	}
	b.pbx[31] ^= 1;
	from_b = ids_of(&b, ZRTP_ROLE_RESPONDER);
	assert_int_equal(zrtp_secrets_match(ZRTP_HASH_S256, &a, ZRTP_ROLE_RESPONDER, h3_r,
					    &from_b, &m), 0);
	assert_null(m.s3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_choose_the_same_s1),
		cmocka_unit_test(absent_secrets_look_like_random_and_roles_differ),
		cmocka_unit_test(aux_follows_the_senders_h3),
		cmocka_unit_test(pbx_matches_only_when_both_have_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
