// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PBX in the middle, RFC 6189 5.13, 7.3: whose word on the SAS is taken, and how somebody
 * comes to be trusted.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"
#include "session.h"
#include "zrtp_mallory.h"
#include "zrtp_sim.h"

#define BODY_LEN		40
#define FLAG_VERIFIED		4
#define FLAG_ALLOW_CLEAR	2
#define FLAG_DISCLOSURE		1

static const enum zrtp_role roles[] = { ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER };

/* What is special about a call. */
struct with {
	bool mitm, we_have_pbx, they_have_pbx, enrollment;
};

static const struct with enrolled = { .mitm = true, .we_have_pbx = true, .they_have_pbx = true };
static const struct with unenrolled = { .mitm = true };

/* Mallory is the PBX; her role is @role. */
static void call(struct mallory *m, enum zrtp_role role, const struct with *with)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000, .enrollment = with->enrollment };

	mallory_init(m, ZRTP_KA_X255, false);
	m->mitm = with->mitm;
	m->has_pbx = with->they_have_pbx;
	memset(m->pbx, 0xb7, sizeof(m->pbx));
	m->victim_peer.has_pbx = with->we_have_pbx;
	memset(m->victim_peer.pbx, 0xb7, sizeof(m->victim_peer.pbx));
	memcpy(m->victim_peer.peer_zid, m->zid, ZRTP_ZID_LEN);
	mallory_begin(m, role == ZRTP_ROLE_RESPONDER);
	mallory_secure(m, role, &body);
}

static void make_body(uint8_t body[BODY_LEN], const char *scheme, uint32_t sas, uint8_t flags)
{
	memset(body, 0, BODY_LEN);
	body[3] = flags;
	memcpy(body + 4, scheme, ZRTP_BLOCK_LEN);
	if (sas) {
		memset(body + 8, 0x99, 32);
		put_be32(body + 8, sas);
	}
}

static int relay(struct mallory *m, enum zrtp_role role, const char *scheme, uint32_t sas,
		 uint8_t flags)
{
	uint8_t body[BODY_LEN];

	make_body(body, scheme, sas, flags);
	return mallory_seal(m, role, ZRTP_MSG_SASRELAY, body, sizeof(body));
}

static void assert_error(const struct mallory *m, enum zrtp_error code, unsigned int count)
{
	assert_int_equal(m->seen[ZRTP_MSG_ERROR].count, count);
	assert_int_equal(get_be32(m->seen[ZRTP_MSG_ERROR].msg + 12), code);
	assert_int_equal(m->seen[ZRTP_MSG_RELAY_ACK].count, 0);
}

/* In no case is there anything for people to read. */
static void assert_nothing_shown(const struct mallory *m)
{
	static const uint8_t none[4];

	assert_int_not_equal(m->relay.relay.what, ZRTP_RELAY_SAS);
	assert_memory_equal(m->relay.relay.sas_value, none, sizeof(none));
}

static void the_word_of_a_trusted_pbx_is_taken(void **state)
{
	struct mallory m;

	for (int i = 0; i < 2; i++) {
		call(&m, roles[i], &enrolled);
		assert_true(m.secured.secure.peer_mitm && m.secured.secure.pbx_matched);
		assert_int_equal(relay(&m, roles[i], "B256", 0xd269b071,
				       FLAG_VERIFIED | FLAG_DISCLOSURE), 0);
		assert_int_equal(m.relays, 1);
		assert_int_equal(m.relay.relay.what, ZRTP_RELAY_SAS);
		assert_int_equal(m.relay.relay.sas_type, ZRTP_SAS_B256);
		assert_memory_equal(m.relay.relay.sas_value, "\xd2\x69\xb0\x71", 4);
		assert_true(m.relay.relay.verified && m.relay.relay.disclosure);
		assert_false(m.relay.relay.signature);
		assert_int_equal(m.seen[ZRTP_MSG_RELAY_ACK].count, 1);
		assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 0);
		mallory_free(&m);
	}
}

/* Whoever lacks the secret: it has been lost here, or there, or was never made. */
static void the_word_of_anybody_else_is_refused(void **state)
{
	static const struct with cases[] = {
		{ .mitm = true },
		{ .mitm = true, .we_have_pbx = true },
		{ .mitm = true, .they_have_pbx = true },
	};
	struct mallory m;

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		for (int i = 0; i < 2; i++) {
			call(&m, roles[i], &cases[c]);
			assert_false(m.secured.secure.pbx_matched);
			for (unsigned int n = 1; n <= 3; n++) {	/* told once */
				assert_int_equal(relay(&m, roles[i], "B32 ", 0xd269b071, 0), 0);
				assert_error(&m, ZRTP_ERROR_MITM, n);
				assert_int_equal(m.relays, 1);
			}
			assert_int_equal(m.relay.relay.what, ZRTP_RELAY_REFUSED);
			assert_int_equal(m.relay.relay.error, ZRTP_ERROR_MITM);
			assert_nothing_shown(&m);
			assert_false(m.failed);
			mallory_free(&m);
		}
	}
}

/* RFC 6189 5.13: acknowledged, not shown, and no Error; even if it knew the secret. */
static void without_the_m_flag_nothing_is_shown(void **state)
{
	static const struct with with = { .we_have_pbx = true, .they_have_pbx = true };
	struct mallory m;

	for (int i = 0; i < 2; i++) {
		call(&m, roles[i], &with);
		assert_true(m.secured.secure.pbx_matched);
		assert_false(m.secured.secure.peer_mitm);
		assert_int_equal(relay(&m, roles[i], "B32 ", 0xd269b071, 0), 0);
		assert_int_equal(m.seen[ZRTP_MSG_RELAY_ACK].count, 1);
		assert_int_equal(m.seen[ZRTP_MSG_ERROR].count, 0);
		assert_int_equal(m.relays, 0);
		mallory_free(&m);
	}
}

/* RFC 6189 7.3: who has not enrolled hears how the other side reads its SAS, no more. */
static void a_scheme_without_a_sas_is_taken_from_any_pbx(void **state)
{
	struct mallory m;

	for (int i = 0; i < 2; i++) {
		call(&m, roles[i], i ? &enrolled : &unenrolled);
		assert_int_equal(relay(&m, roles[i], "B256", 0, 0), 0);
		assert_int_equal(m.seen[ZRTP_MSG_RELAY_ACK].count, 1);
		assert_int_equal(m.relay.relay.what, ZRTP_RELAY_SCHEME);
		assert_int_equal(m.relay.relay.sas_type, ZRTP_SAS_B256);
		assert_nothing_shown(&m);
		mallory_free(&m);
	}
}

static void a_scheme_that_we_do_not_know_is_refused(void **state)
{
	struct mallory m;

	for (int i = 0; i < 2; i++) {
		call(&m, roles[i], i ? &enrolled : &unenrolled);
		assert_int_equal(relay(&m, roles[i], "B512", 0xd269b071, 0), 0);
		assert_error(&m, ZRTP_ERROR_SAS_TYPE, 1);
		assert_int_equal(m.relay.relay.what, ZRTP_RELAY_REFUSED);
		assert_nothing_shown(&m);
		mallory_free(&m);
	}
}

/*
 * The RFC has no MAC over the IV. With CFB a change of it makes noise of the first 16
 * octets, and a scheme that nobody knows: the SAS behind it is not shown either.
 */
static void a_changed_bit_shows_nothing(void **state)
{
	for (size_t bit = 12 * 8; bit <= 76 * 8; bit++) {
		bool in_iv = bit >= 20 * 8 && bit < 36 * 8, none = bit == 76 * 8;
		struct mallory m;
		int r;

		call(&m, ZRTP_ROLE_INITIATOR, &enrolled);
		m.flip = !none;
		m.flip_type = ZRTP_MSG_SASRELAY;
		m.flip_bit = bit;
		r = relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0xd269b071, 0);
		assert_int_equal(m.seen[ZRTP_MSG_RELAY_ACK].count, none);
		assert_false(m.failed);
		if (!none)
			assert_nothing_shown(&m);
		if (!in_iv) {
			assert_int_equal(r, none ? 0 : -EBADMSG);
			assert_int_equal(m.relays, none);
		}
		mallory_free(&m);
	}
}

/* Our own keys are not the peer's: nobody reflects what is ours. */
static void under_the_other_sides_keys_it_is_dropped(void **state)
{
	struct mallory m;

	for (int i = 0; i < 2; i++) {
		call(&m, roles[i], &enrolled);
		assert_int_equal(relay(&m, roles[!i], "B32 ", 0xd269b071, 0), -EBADMSG);
		assert_int_equal(m.relays + m.seen[ZRTP_MSG_RELAY_ACK].count, 0);
		mallory_free(&m);
	}
}

static void a_repetition_is_acknowledged_and_told_once(void **state)
{
	struct mallory m;

	call(&m, ZRTP_ROLE_INITIATOR, &enrolled);
	for (unsigned int i = 1; i <= 4; i++) {
		assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0xd269b071, 0), 0);
		assert_int_equal(m.seen[ZRTP_MSG_RELAY_ACK].count, i);
		assert_int_equal(m.relays, 1);
	}
	/* The PBX has put us through to somebody else; the old one is heard again, late. */
	assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0x01020304, 0), 0);
	assert_int_equal(m.relays, 2);
	assert_memory_equal(m.relay.relay.sas_value, "\1\2\3\4", 4);
	assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0xd269b071, 0), 0);
	assert_int_equal(m.relays, 2);
	assert_memory_equal(m.relay.relay.sas_value, "\1\2\3\4", 4);
	mallory_free(&m);
}

/* The most words that a signature can have are skipped, and told; no other length is taken. */
static void a_signature_is_skipped(void **state)
{
	static uint8_t body[BODY_LEN + ZRTP_SIGNATURE_MAX];
	static const int words[] = { 0, 1, 2, 255, 256, 510, 511 };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct mallory m;

		call(&m, ZRTP_ROLE_INITIATOR, &enrolled);
		make_body(body, "B32 ", 0xd269b071, 0);
		body[1] = words[i] >> 8;
		body[2] = words[i];
		if (words[i])
			assert_int_equal(mallory_seal(&m, ZRTP_ROLE_INITIATOR, ZRTP_MSG_SASRELAY,
						      body, BODY_LEN + words[i] * 4 - 4),
					 -EBADMSG);
		assert_int_equal(m.relays, 0);
		assert_int_equal(mallory_seal(&m, ZRTP_ROLE_INITIATOR, ZRTP_MSG_SASRELAY, body,
					      BODY_LEN + words[i] * 4), 0);
		assert_int_equal(m.relay.relay.what, ZRTP_RELAY_SAS);
		assert_int_equal(m.relay.relay.signature, words[i] > 0);
		mallory_free(&m);
	}
}

/* Before the keys are complete there is nothing to relay. */
static void before_the_call_is_secure_it_is_dropped(void **state)
{
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	m.mitm = true;
	mallory_until_dhpart1(&m, NULL);
	assert_int_equal(mallory_send(&m, m.dhpart, m.dhpart_len), 0);
	mallory_derive(&m, ZRTP_ROLE_INITIATOR);
	assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0xd269b071, 0), -EBADMSG);
	assert_int_equal(m.seen[ZRTP_MSG_RELAY_ACK].count + m.relays, 0);
	mallory_free(&m);
}

static void only_a_pbx_can_ask_to_enrol(void **state)
{
	for (int i = 0; i < 4; i++) {
		const struct with with = { .mitm = i & 1, .enrollment = i & 2 };
		struct mallory m;

		call(&m, ZRTP_ROLE_INITIATOR, &with);
		assert_int_equal(m.secured.secure.peer_enrollment, i == 3);
		/* Whatever it asks for, nothing is trusted by itself. */
		assert_false(m.secured.secure.pbx_matched);
		mallory_free(&m);
	}
}

/* From the enrolment to the next call, in which the PBX is trusted. */
static void who_has_enrolled_trusts_the_pbx_in_the_next_call(void **state)
{
	static const struct with with = { .mitm = true, .enrollment = true };
	struct mallory m;
	uint8_t pbx[ZRTP_SECRET_LEN], theirs[ZRTP_SECRET_LEN];
	struct zrtp_confirm_body body = { .expiry_s = 1000 };
	struct zrtp_master master = { 0 };

	call(&m, ZRTP_ROLE_INITIATOR, &with);
	assert_true(m.secured.secure.peer_enrollment);
	assert_int_equal(zrtp_pbxsecret(&m.secured.secure.master, m.secured.secure.role,
					m.secured.secure.own_zid, m.secured.secure.peer_zid, pbx),
			 0);
	master.suite = m.suite;
	memcpy(master.key, m.keys.master, sizeof(master.key));
	assert_int_equal(zrtp_pbxsecret(&master, ZRTP_ROLE_INITIATOR, m.zid,
					m.victim_peer.own_zid, theirs), 0);
	assert_memory_equal(pbx, theirs, sizeof(pbx));

	memcpy(m.pbx, theirs, sizeof(pbx));
	memcpy(m.victim_peer.pbx, pbx, sizeof(pbx));
	m.has_pbx = m.victim_peer.has_pbx = true;
	m.secure = false;
	memset(m.seen, 0, sizeof(m.seen));
	mallory_begin(&m, false);
	mallory_secure(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_true(m.secured.secure.pbx_matched);
	assert_false(m.secured.secure.peer_enrollment);
	assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0xd269b071, 0), 0);
	assert_int_equal(m.relay.relay.what, ZRTP_RELAY_SAS);
	mallory_free(&m);
}

/* What stays is what opens the peer's messages, and of nobody but a PBX. */
static void no_more_keys_are_kept_than_it_takes(void **state)
{
	struct mallory m;

	call(&m, ZRTP_ROLE_INITIATOR, &enrolled);
	assert_true(sim_holds(m.victim, m.keys.mac[ZRTP_KEYS_INITIATOR], 32));
	assert_true(sim_holds(m.victim, m.keys.zrtp[ZRTP_KEYS_INITIATOR], 16));
	assert_false(sim_holds(m.victim, m.keys.mac[ZRTP_KEYS_RESPONDER], 32));
	assert_false(sim_holds(m.victim, m.keys.zrtp[ZRTP_KEYS_RESPONDER], 16));
	assert_false(sim_holds(m.victim, m.keys.master, 32));
	assert_false(sim_holds(m.victim, m.keys.rs1, 32));
	assert_false(sim_holds(m.victim, m.pbx, 32));
	for (int side = 0; side < 2; side++)
		assert_false(sim_holds(m.victim, m.keys.srtp[side].key, 16));
	mallory_free(&m);

	call(&m, ZRTP_ROLE_INITIATOR, &(struct with) { 0 });
	assert_false(sim_holds(m.victim, m.keys.mac[ZRTP_KEYS_INITIATOR], 32));
	assert_false(sim_holds(m.victim, m.keys.zrtp[ZRTP_KEYS_INITIATOR], 16));
	mallory_free(&m);
}

/* The PBX tells whether whom it has put us through to takes a GoClear. */
static void the_flag_of_the_far_end_counts_from_then_on(void **state)
{
	for (int before = 0; before < 2; before++) {
		struct zrtp_confirm_body body = { .expiry_s = 1000, .allow_clear = before };
		struct mallory m;

		mallory_init(&m, ZRTP_KA_X255, false);
		m.config.allow_clear = true;
		m.mitm = true;
		mallory_begin(&m, false);
		mallory_secure(&m, ZRTP_ROLE_INITIATOR, &body);
		assert_int_equal(m.secured.secure.peer_allow_clear, before);
		assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0,
				       before ? 0 : FLAG_ALLOW_CLEAR), 0);
		assert_int_equal(zrtp_session_go_clear(m.victim, m.now), before ? -EPERM : 0);
		mallory_free(&m);
	}
}

/* In clear there is no SAS any more, and no key to open a message with. */
static void after_goclear_it_is_dropped(void **state)
{
	struct zrtp_confirm_body body = { .expiry_s = 1000, .allow_clear = true };
	struct mallory m;

	mallory_init(&m, ZRTP_KA_X255, false);
	m.config.allow_clear = true;
	m.mitm = true;
	mallory_begin(&m, false);
	mallory_secure(&m, ZRTP_ROLE_INITIATOR, &body);
	assert_int_equal(mallory_goclear(&m, ZRTP_ROLE_INITIATOR), 0);
	assert_int_equal(m.cleared, 1);
	assert_false(sim_holds(m.victim, m.keys.mac[ZRTP_KEYS_INITIATOR], 32));
	assert_int_equal(relay(&m, ZRTP_ROLE_INITIATOR, "B32 ", 0, 0), -EBADMSG);
	mallory_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_word_of_a_trusted_pbx_is_taken),
		cmocka_unit_test(the_word_of_anybody_else_is_refused),
		cmocka_unit_test(without_the_m_flag_nothing_is_shown),
		cmocka_unit_test(a_scheme_without_a_sas_is_taken_from_any_pbx),
		cmocka_unit_test(a_scheme_that_we_do_not_know_is_refused),
		cmocka_unit_test(a_changed_bit_shows_nothing),
		cmocka_unit_test(under_the_other_sides_keys_it_is_dropped),
		cmocka_unit_test(a_repetition_is_acknowledged_and_told_once),
		cmocka_unit_test(a_signature_is_skipped),
		cmocka_unit_test(before_the_call_is_secure_it_is_dropped),
		cmocka_unit_test(only_a_pbx_can_ask_to_enrol),
		cmocka_unit_test(who_has_enrolled_trusts_the_pbx_in_the_next_call),
		cmocka_unit_test(no_more_keys_are_kept_than_it_takes),
		cmocka_unit_test(the_flag_of_the_far_end_counts_from_then_on),
		cmocka_unit_test(after_goclear_it_is_dropped),
	};

	return cmocka_run_group_tests_name("zrtp relay", tests, NULL, NULL);
}
