// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept of a peer, how it is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "daemon_dir.h"
#include "peers.h"

#define PORT	7686
#define UID	1000

static const uint8_t master[SEAL_KEY_LEN] = "the master key of these tests";

struct place {
	struct seal *seal;
	struct store *store;
};

static struct place open_place(const char *dir)
{
	struct place p;

	assert_int_equal(seal_new(&p.seal, master), 0);
	assert_int_equal(store_open(&p.store, dir, p.seal), 0);
	return p;
}

static void close_place(struct place *p)
{
	store_close(p->store);
	seal_free(p->seal);
}

static struct sotto_addr at(const char *text)
{
	struct sotto_addr addr;

	assert_int_equal(addr_parse(text, PORT, &addr), 0);
	return addr;
}

/* The peer itself. */

static void every_peer_is_shown_another_zid(void **state)
{
	_cleanup_peer_ struct peer *a = peer_new(), *b = peer_new();

	assert_memory_not_equal(a->own_zid, b->own_zid, ZRTP_ZID_LEN);
	assert_false(sodium_is_zero(a->own_zid, ZRTP_ZID_LEN));
}

/* All of it, each member with a value of its own. */
static void fill(struct peer *p)
{
	p->uid = 0x12345678;
	strcpy(p->name, "J\xc3\xbcrgen");
	for (size_t i = 0; i < PEER_HINTS_MAX; i++) {
		p->hints[i] = at(i % 2 ? "192.0.2.1" : "2001:db8::7");
		p->hints[i].in.sin_port = htons(65535 - i);
	}
	p->n_hints = PEER_HINTS_MAX;
	p->last = at("[2001:db8::7]:9999");
	memset(p->peer_zid, 2, sizeof(p->peer_zid));
	memset(p->rs1, 3, sizeof(p->rs1));
	memset(p->rs2, 4, sizeof(p->rs2));
	p->has_zid = p->has_rs1 = p->has_rs2 = p->verified = true;
	p->mismatch = p->auto_answer = p->has_suite = p->tentative = true;
	memset(p->code, 5, sizeof(p->code));
	p->has_code = p->code_weak = p->by_code = true;
	p->expires = 0x1122334455667788;
	p->verified_since = 1800000001;
	p->last_call = 1800000002;
	p->strongest = (struct zrtp_suite){ ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_GCM,
					    ZRTP_KA_EC38, ZRTP_SAS_B256 };
}

static void a_peer_is_packed_and_unpacked(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new(), *q = peer_new();
	uint8_t packed[PEER_PACKED_LEN], again[PEER_PACKED_LEN];

	fill(p);
	peer_pack(p, packed);
	assert_int_equal(peer_unpack(q, packed), 0);
	peer_pack(q, again);
	assert_memory_equal(packed, again, sizeof(packed));
	assert_int_equal(q->uid, 0x12345678);
	assert_string_equal(q->name, p->name);
	assert_int_equal(q->n_hints, PEER_HINTS_MAX);
	for (size_t i = 0; i < PEER_HINTS_MAX; i++)
		assert_true(addr_same(&q->hints[i], &p->hints[i]));
	assert_true(addr_same(&q->last, &p->last));
	assert_memory_equal(q->own_zid, p->own_zid, ZRTP_ZID_LEN);
	assert_memory_equal(q->peer_zid, p->peer_zid, ZRTP_ZID_LEN);
	assert_memory_equal(q->rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_memory_equal(q->rs2, p->rs2, ZRTP_SECRET_LEN);
	assert_true(q->has_zid && q->has_rs1 && q->has_rs2 && q->verified && q->mismatch);
	assert_true(q->auto_answer && q->has_suite && q->tentative);
	assert_memory_equal(q->code, p->code, PEER_CODE_LEN);
	assert_true(q->has_code && q->code_weak && q->by_code);
	assert_true(q->expires == p->expires && q->verified_since == p->verified_since);
	assert_true(q->last_call == p->last_call);
	assert_memory_equal(&q->strongest, &p->strongest, sizeof(p->strongest));
}

static void what_cannot_be_a_peer_is_not_unpacked(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new(), *q = peer_new();
	uint8_t packed[PEER_PACKED_LEN], bad[PEER_PACKED_LEN];

	fill(p);
	peer_pack(p, packed);
	memcpy(bad, packed, sizeof(bad));
	bad[0]++;					/* another format */
	assert_int_equal(peer_unpack(q, bad), -EBADMSG);
	memcpy(bad, packed, sizeof(bad));
	memset(bad + 1 + 4, 'x', PEER_NAME_MAX);	/* a name without an end */
	assert_int_equal(peer_unpack(q, bad), -EBADMSG);
	memcpy(bad, packed, sizeof(bad));
	bad[1 + 4 + PEER_NAME_MAX] = PEER_HINTS_MAX + 1;
	assert_int_equal(peer_unpack(q, bad), -EBADMSG);
}

static void nothing_that_is_unpacked_crashes(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new();
	uint8_t noise[PEER_PACKED_LEN];
	struct zrtp_peer secrets;
	struct sotto_addr addr = at("192.0.2.1");

	for (int i = 0; i < 2000; i++) {
		randombytes_buf(noise, sizeof(noise));
		noise[0] = 1;
		noise[1 + 4 + PEER_NAME_MAX] %= PEER_HINTS_MAX + 2;
		if (peer_unpack(p, noise))
			continue;
		peer_secrets(p, 1, &secrets);
		peer_has_host(p, &addr);
	}
}

static void secrets_are_given_for_whom_and_while_they_hold(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct zrtp_peer out;

	fill(p);
	p->mismatch = p->by_code = false;
	p->expires = 1000;
	peer_secrets(p, 999, &out);
	assert_true(out.has_rs1 && out.has_rs2 && out.verified);
	assert_memory_equal(out.rs1, p->rs1, ZRTP_SECRET_LEN);
	assert_memory_equal(out.rs2, p->rs2, ZRTP_SECRET_LEN);
	assert_memory_equal(out.own_zid, p->own_zid, ZRTP_ZID_LEN);
	assert_memory_equal(out.peer_zid, p->peer_zid, ZRTP_ZID_LEN);
	peer_secrets(p, 1000, &out);
	assert_false(out.has_rs1 || out.has_rs2);
	assert_true(sodium_is_zero(out.rs1, ZRTP_SECRET_LEN));
	p->expires = PEER_NEVER_EXPIRES;
	peer_secrets(p, UINT64_MAX - 1, &out);
	assert_true(out.has_rs1);
	p->mismatch = true;			/* in doubt: do not say that it was compared */
	peer_secrets(p, 1, &out);
	assert_false(out.verified);
	p->has_zid = false;			/* whose would they be? */
	peer_secrets(p, 1, &out);
	assert_false(out.has_rs1 || out.has_rs2);
	assert_true(sodium_is_zero(out.peer_zid, ZRTP_ZID_LEN));
	assert_int_equal(out.aux_len, PEER_CODE_LEN);	/* of whoever it may be */
	assert_memory_equal(out.aux, p->code, PEER_CODE_LEN);
	peer_agree_code(p, NULL, false);
	peer_secrets(p, 1, &out);
	assert_int_equal(out.aux_len, 0);
	assert_true(sodium_is_zero(p->code, PEER_CODE_LEN));
}

static void names_of_people(void **state)
{
	static const char *const good[] = {
		"Bob", "b", "Bob/phone", "J\xc3\xbcrgen K.", "\xe6\x9d\x8e", "\xf0\x9f\x8e\xa7",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	static const char *const bad[] = {
		"", " Bob", "Bob ", "/", "Bob/", "/phone", "Bob/a/b", "Bob /phone", "Bob/ phone",
		"Bob/phone ", "Bob//", "a\nb", "a\x1b[31mb", "a\x7f", "\xc2\x9b" "31m",
		"a\xe2\x80\xae" "b", "a\xe2\x80\x8b", "\xe2\x81\xa6", "\xef\xbb\xbf" "a",
		"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
		"\xf0\x80\x80\x80", "a\xe6\x9d",
		"01234567890123456789012345678901234567890123456789012345678901234",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!peer_name_valid(good[i]))
			fail_msg("good name %zu is refused", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (peer_name_valid(bad[i]))
			fail_msg("bad name %zu is taken", i);
}

static void devices_of_a_person(void **state)
{
	assert_true(peer_same_person("Bob", "Bob") && peer_same_person("Bob/phone", "Bob"));
	assert_true(peer_same_person("Bob/phone", "Bob/laptop"));
	assert_false(peer_same_person("Bob", "Bobby") || peer_same_person("Bobby/phone", "Bob"));
	assert_false(peer_same_person("bob/phone", "Bob/phone"));
}

static void a_suite_is_as_weak_as_its_weakest_part(void **state)
{
	const struct zrtp_suite usual = { ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_GCM,
					  ZRTP_KA_X255, ZRTP_SAS_B32 };
	struct zrtp_suite other = usual;

	assert_false(suite_weaker(&usual, &usual));
	other.agreement = ZRTP_KA_DH3K;		/* as strong, as tables go */
	other.sas_type = ZRTP_SAS_B256;
	assert_false(suite_weaker(&other, &usual) || suite_weaker(&usual, &other));
	other = usual;
	other.agreement = ZRTP_KA_EC38;
	assert_true(suite_weaker(&usual, &other));
	assert_false(suite_weaker(&other, &usual));
	other = usual;
	other.hash = ZRTP_HASH_S384;
	assert_true(suite_weaker(&usual, &other));
	other = usual;
	other.cipher = ZRTP_CIPHER_AES3;
	assert_true(suite_weaker(&usual, &other));
	other = usual;
	other.auth_tag = ZRTP_AUTH_HS80;
	assert_true(suite_weaker(&other, &usual));
	other.auth_tag = ZRTP_AUTH_HS32;
	assert_true(suite_weaker(&other, &usual));
	/* Stronger in one respect does not make up for another. */
	other.cipher = ZRTP_CIPHER_AES3;
	assert_true(suite_weaker(&other, &usual) && suite_weaker(&usual, &other));
}

/* In the store. */

static int pair(struct place *place, uint32_t uid, const char *name, char *address, uint64_t *id)
{
	char *addresses[] = { address, NULL };

	return peers_pair(place->store, uid, name, addresses, PORT, id);
}

static void pairing_again_replaces_the_hints_only(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new(), *q = peer_new();
	struct place place = open_place(*state);
	struct sotto_addr hint = at("192.0.2.2:9"), first = at("192.0.2.1");
	uint64_t id, again;

	assert_int_equal(pair(&place, UID, "Bob", "192.0.2.1", &id), 1);
	assert_int_equal(store_get(place.store, id, p), 0);
	assert_true(addr_same(&p->hints[0], &first));
	p->has_zid = p->has_rs1 = p->verified = true;
	p->last = at("192.0.2.77");
	assert_int_equal(store_put(place.store, p), 0);
	assert_int_equal(pair(&place, UID, "Bob", "192.0.2.2:9", &again), 0);
	assert_int_equal(again, id);
	assert_int_equal(store_get(place.store, id, q), 0);
	assert_int_equal(q->n_hints, 1);
	assert_true(addr_same(&q->hints[0], &hint));
	assert_int_equal(q->last.sa.sa_family, AF_UNSPEC);
	assert_true(q->has_zid && q->has_rs1 && q->verified);
	assert_memory_equal(q->own_zid, p->own_zid, ZRTP_ZID_LEN);
	/* Another person's Bob is somebody else. */
	assert_int_equal(pair(&place, UID + 1, "Bob", "192.0.2.1", &again), 1);
	assert_int_not_equal(again, id);
	close_place(&place);
}

static void what_cannot_be_paired_changes_nothing(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct place place = open_place(*state);
	struct sotto_addr hint = at("192.0.2.1");
	char *many[PEER_HINTS_MAX + 2] = { 0 };
	uint64_t id, other;

	assert_int_equal(pair(&place, UID, "Bob", "192.0.2.1", &id), 1);
	assert_int_equal(pair(&place, UID, "Bob", "not an address", &other), -EINVAL);
	assert_int_equal(pair(&place, UID, "Bo\nb", "192.0.2.1", &other), -EINVAL);
	for (int i = 0; i <= PEER_HINTS_MAX; i++)
		many[i] = "192.0.2.9";
	assert_int_equal(peers_pair(place.store, UID, "Bob", many, PORT, &other), -E2BIG);
	assert_int_equal(store_get(place.store, id, p), 0);
	assert_int_equal(p->n_hints, 1);
	assert_true(addr_same(&p->hints[0], &hint));
	assert_int_equal(store_get(place.store, id + 1, p), -ENOENT);
	close_place(&place);
}

static void who_may_be_at_an_address(void **state)
{
	_cleanup_peer_ struct peer *p = peer_new();
	struct sotto_addr here = at("192.0.2.1:4444"), there = at("192.0.2.2");
	struct place place = open_place(*state);
	uint64_t older, met, not_met, other;

	assert_int_equal(pair(&place, UID, "Older", "192.0.2.3", &older), 1);
	assert_int_equal(pair(&place, UID, "Met", "192.0.2.1", &met), 1);
	assert_int_equal(store_get(place.store, met, p), 0);
	p->has_zid = true;
	assert_int_equal(store_put(place.store, p), 0);
	/* Whom we have met shows a ZID: an address claims nothing for him. */
	assert_int_equal(peers_claimed(place.store, &here, p), -ENOENT);
	assert_int_equal(peers_expected(place.store, UID, &here, p), 0);
	assert_int_equal(p->id, met);
	assert_int_equal(pair(&place, UID, "New", "192.0.2.1", &not_met), 1);
	assert_int_equal(peers_claimed(place.store, &here, p), 0);
	assert_int_equal(p->id, not_met);
	assert_int_equal(peers_expected(place.store, UID, &here, p), 0);
	assert_int_equal(p->id, met);
	assert_int_equal(pair(&place, UID, "Older", "192.0.2.1", &older), 0);
	assert_int_equal(peers_expected(place.store, UID, &here, p), 0);
	assert_int_equal(p->id, met);		/* rather one whom we have met */
	assert_int_equal(peers_expected(place.store, UID + 1, &here, p), -ENOENT);
	assert_int_equal(peers_claimed(place.store, &there, p), -ENOENT);
	assert_int_equal(pair(&place, UID + 1, "Mine", "192.0.2.2", &other), 1);
	assert_int_equal(peers_expected(place.store, UID, &there, p), -ENOENT);
	assert_int_equal(peers_expected(place.store, UID + 1, &there, p), 0);
	assert_int_equal(p->id, other);
	close_place(&place);
}

/* Addresses. */

static void addresses_as_people_write_them(void **state)
{
	static const struct { const char *text, *in_full; } good[] = {
		{ "192.0.2.7", "192.0.2.7:7686" }, { "192.0.2.7:9", "192.0.2.7:9" },
		{ "2001:db8::7", "[2001:db8::7]:7686" }, { "[2001:db8::7]", "[2001:db8::7]:7686" },
		{ "[2001:db8::7]:65535", "[2001:db8::7]:65535" },
		{ "::ffff:192.0.2.7", "[::ffff:192.0.2.7]:7686" },
	};
	static const char *const bad[] = {
		"", ":", ":9", "1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:9x",
		"1.2.3.4:-1", "1.2.3.4:000009", "[192.0.2.7]", "[2001:db8::7", "[2001:db8::7]9",
		"[2001:db8::7]:", "[]", "[]:9", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ",
		"2001:db8::7::1", "fe80::1%lo", "bob", "bob.example", "bob.example:9",
		"1111:2222:3333:4444:5555:6666:255.255.255.2555",
	};
	struct sotto_addr addr, again;
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(addr_parse(good[i].text, PORT, &addr), 0);
		addr_format(&addr, text);
		assert_string_equal(text, good[i].in_full);
		assert_int_equal(addr_parse(text, PORT, &again), 0);
		assert_memory_equal(&addr, &again, sizeof(addr));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (addr_parse(bad[i], PORT, &addr) != -EINVAL)
			fail_msg("\"%s\" is taken for an address", bad[i]);
}

static void addresses_are_compared(void **state)
{
	struct sotto_addr a = at("192.0.2.7"), b = at("192.0.2.7:9"), c = at("[::ffff:192.0.2.7]"),
			  d = at("2001:db8::7"), none = { 0 };
	char text[ADDR_TEXT_MAX];

	assert_true(addr_same_host(&a, &b) && !addr_same(&a, &b) && addr_same(&a, &a));
	assert_false(addr_same_host(&a, &c) || addr_same_host(&a, &d));
	assert_false(addr_same_host(&none, &none));
	addr_format(&d, text);
	assert_string_equal(text, "[2001:db8::7]:7686");
	addr_format(&b, text);
	assert_string_equal(text, "192.0.2.7:9");
	addr_format(&none, text);
	assert_string_equal(text, "");
}

static void each_part_of_the_strongest_suite_is_remembered(void **state)
{
	const struct zrtp_suite long_key = {
		ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_HS32, ZRTP_KA_EC38, ZRTP_SAS_B32,
	};
	const struct zrtp_suite long_tag = {
		ZRTP_HASH_S256, ZRTP_CIPHER_AES1, ZRTP_AUTH_GCM, ZRTP_KA_X255, ZRTP_SAS_B256,
	};
	struct zrtp_suite best = long_key;

	/* Neither is the stronger, so that each after the other is an alarm. */
	assert_true(suite_weaker(&long_tag, &long_key) && suite_weaker(&long_key, &long_tag));
	suite_raise(&best, &long_tag);
	assert_true(suite_weaker(&long_tag, &best) && suite_weaker(&long_key, &best));
	assert_int_equal(best.hash, ZRTP_HASH_S384);
	assert_int_equal(best.cipher, ZRTP_CIPHER_AES3);
	assert_int_equal(best.auth_tag, ZRTP_AUTH_GCM);
	assert_int_equal(best.agreement, ZRTP_KA_EC38);
	suite_raise(&best, &long_key);		/* and nothing is taken back */
	assert_int_equal(best.auth_tag, ZRTP_AUTH_GCM);
}

#define WITH_DIR(f)	cmocka_unit_test_setup_teardown(f, dir_setup, dir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_peer_is_shown_another_zid),
		cmocka_unit_test(a_peer_is_packed_and_unpacked),
		cmocka_unit_test(what_cannot_be_a_peer_is_not_unpacked),
		cmocka_unit_test(nothing_that_is_unpacked_crashes),
		cmocka_unit_test(secrets_are_given_for_whom_and_while_they_hold),
		cmocka_unit_test(names_of_people),
		cmocka_unit_test(devices_of_a_person),
		cmocka_unit_test(a_suite_is_as_weak_as_its_weakest_part),
		cmocka_unit_test(each_part_of_the_strongest_suite_is_remembered),
		WITH_DIR(pairing_again_replaces_the_hints_only),
		WITH_DIR(what_cannot_be_paired_changes_nothing),
		WITH_DIR(who_may_be_at_an_address),
		cmocka_unit_test(addresses_as_people_write_them),
		cmocka_unit_test(addresses_are_compared),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("sottod peer", tests, NULL, NULL);
}
