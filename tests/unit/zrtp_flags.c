// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the two Confirms say besides H0, RFC 6189 5.7: flags, expiry, a signature.
 */
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

#define CALL_MS	60000

static const enum zrtp_role roles[] = { ZRTP_ROLE_INITIATOR, ZRTP_ROLE_RESPONDER };

static int setup(void **state)
{
	return sim_setup(state, 19);
}

/* All but mallory's Confirm; @mitm is the M flag of her Hello. */
static void until_confirm(struct mallory *m, enum zrtp_role role, bool mitm)
{
	mallory_init(m, ZRTP_KA_X255, false);
	m->mitm = mitm;
	mallory_begin(m, role == ZRTP_ROLE_RESPONDER);
	if (role == ZRTP_ROLE_INITIATOR) {
		mallory_until_dhpart1(m, NULL);
	} else {
		mallory_discover(m);
		mallory_make_dhpart(m, role, NULL);
	}
	assert_int_equal(mallory_send(m, m->dhpart, m->dhpart_len), 0);
	mallory_derive(m, role);
}

static void confirm(struct mallory *m, enum zrtp_role role, uint8_t *body, size_t len)
{
	memcpy(body, m->chain.h[0], ZRTP_IMAGE_LEN);
	put_be32(body + 36, 1000);
	mallory_seal(m, role, role == ZRTP_ROLE_INITIATOR ? ZRTP_MSG_CONFIRM2 :
		     ZRTP_MSG_CONFIRM1, body, len);
	if (role == ZRTP_ROLE_RESPONDER && m->has_rx)
		mallory_ack(m, ZRTP_MSG_CONF2ACK);
}

static void each_flag_is_told_and_none_for_another(void **state)
{
	for (int flags = 0; flags < 256; flags++) {
		uint8_t body[ZRTP_CONFIRM_BODY_LEN] = { [35] = flags };
		bool e = flags & 8, v = flags & 4, a = flags & 2, d = flags & 1;
		bool mitm = flags & 0x10;	/* of no meaning there: any bit will do */
		struct mallory m;

		/* The 15 bits that mean nothing are ignored, and so are the other flags. */
		body[32] = flags;
		body[33] = flags & 0xfe;
		until_confirm(&m, roles[flags & 1], mitm);
		confirm(&m, roles[flags & 1], body, sizeof(body));
		assert_true(m.secure);
		assert_int_equal(m.secured.secure.peer_verified, v);
		assert_int_equal(m.secured.secure.peer_disclosure, d);
		assert_int_equal(m.secured.secure.peer_allow_clear, a && !e);
		assert_int_equal(m.secured.secure.peer_enrollment, e && mitm);
		assert_false(m.secured.secure.peer_signature);
		assert_int_equal(m.retain.retain.expiry_s, 1000);
		mallory_free(&m);
	}
}

/* Ours are what the owner says of itself; RFC 6189 11 leaves no choice about D. */
static void our_flags_are_what_the_owner_says(void **state)
{
	struct sim *sim = *state;

	for (int i = 0; i < 8; i++) {
		struct zrtp_config *a = &sim->end[ALICE].config;
		const struct zrtp_action *told = &sim->end[BOB].secured;

		a->allow_clear = i & 1;
		a->disclosure = i & 2;
		sim_engines(sim, 20 + i);
		sim_start(sim, i & 4 ? ALICE : BOB);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_int_equal(told->secure.peer_allow_clear, a->allow_clear);
		assert_int_equal(told->secure.peer_disclosure, a->disclosure);
		assert_false(told->secure.peer_enrollment || told->secure.peer_mitm);
		assert_false(sim->end[ALICE].secured.secure.peer_disclosure);
		/* And in Multistream mode the same. */
		sim_more(sim, 30 + i);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_int_equal(told->secure.peer_disclosure, a->disclosure);
	}
}

/* Nobody here is a PBX, can check a signature, or never commits: S, M and P stay zero. */
static bool assert_no_hello_flags(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;
	struct zrtp_hello hello;

	if (zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_HELLO)
		return true;
	assert_int_equal(zrtp_hello_parse(pkt.msg, pkt.msg_len, &hello), 0);
	assert_false(hello.signature || hello.mitm || hello.passive);
	(*(int *)sim->arg)++;
	return true;
}

static void our_hello_claims_nothing(void **state)
{
	struct sim *sim = *state;
	int hellos = 0;

	sim->hook = assert_no_hello_flags;
	sim->arg = &hellos;
	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	assert_true(hellos >= 2);
}

/* RFC 6189 5.7: 9 bits of length in words, the type among them; all of it skipped. */
static void a_signature_is_skipped_and_told(void **state)
{
	static const int words[] = { 0, 1, 2, 255, 256, 510, 511 };
	static uint8_t body[ZRTP_CONFIRM_BODY_MAX + 4];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int r = 0; r < 2; r++) {
			size_t len = ZRTP_CONFIRM_BODY_LEN + words[i] * 4;
			struct mallory m;

			memset(body, 0xee, sizeof(body));
			memset(body + 32, 0, 8);
			body[33] = words[i] >> 8;
			body[34] = words[i];
			memcpy(body + 40, "PGP ", 4);
			until_confirm(&m, roles[r], false);
			confirm(&m, roles[r], body, len);
			assert_true(m.secure && m.rx_secure);
			assert_int_equal(m.secured.secure.peer_signature, words[i] > 0);
			mallory_free(&m);
		}
	}
}

/* The MAC is right and the structure is not: that is the peer's doing. */
static void a_signature_of_another_length_is_refused(void **state)
{
	static const struct {
		int says, has;
	} words[] = { { 0, 1 }, { 1, 0 }, { 1, 2 }, { 511, 510 }, { 510, 511 }, { 256, 0 } };
	static uint8_t body[ZRTP_CONFIRM_BODY_MAX];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int r = 0; r < 2; r++) {
			struct mallory m;

			memset(body, 0, sizeof(body));
			body[33] = words[i].says >> 8;
			body[34] = words[i].says;
			until_confirm(&m, roles[r], false);
			confirm(&m, roles[r], body, ZRTP_CONFIRM_BODY_LEN + words[i].has * 4);
			assert_true(m.failed && !m.has_rx && !m.secure);
			assert_int_equal(m.error, ZRTP_ERROR_MALFORMED);
			assert_int_equal(get_be32(m.seen[ZRTP_MSG_ERROR].msg + 12),
					 ZRTP_ERROR_MALFORMED);
			mallory_free(&m);
		}
	}
}

/* The Confirm of the end in @arg on its way, sealed again with a signature of one word. */
static bool sign(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	const struct zrtp_session *s = sim->end[from].session;
	int side = s->role == ZRTP_ROLE_INITIATOR ? ZRTP_KEYS_INITIATOR : ZRTP_KEYS_RESPONDER;
	uint8_t clear[ZRTP_CONFIRM_BODY_LEN + 4], sealed[sizeof(clear)], mac[ZRTP_HASH_MAX];
	uint8_t msg[ZRTP_PACKET_MAX];
	struct zrtp_confirm c;
	struct zrtp_packet pkt;
	int n;

	if (from != *(int *)sim->arg || zrtp_packet_parse(packet, *len, &pkt) ||
	    (pkt.type != ZRTP_MSG_CONFIRM1 && pkt.type != ZRTP_MSG_CONFIRM2))
		return true;
	assert_int_equal(zrtp_confirm_parse(pkt.msg, pkt.msg_len, &c), 0);
	assert_int_equal(c.body_len, ZRTP_CONFIRM_BODY_LEN);	/* 19 words without one */
	assert_int_equal(zrtp_cfb(s->suite.cipher, s->keys.zrtp[side], c.iv, false, c.body,
				  c.body_len, clear), 0);
	clear[34] = 1;
	memcpy(clear + 40, "X509", 4);
	assert_int_equal(zrtp_cfb(s->suite.cipher, s->keys.zrtp[side], c.iv, true, clear,
				  sizeof(clear), sealed), 0);
	assert_int_equal(zrtp_hmac(s->suite.hash, s->keys.mac[side],
				   zrtp_hash_len(s->suite.hash), sealed, sizeof(sealed), mac), 0);
	c.mac = mac;
	c.body = sealed;
	c.body_len = sizeof(sealed);
	n = zrtp_confirm_build(msg, sizeof(msg), pkt.type, &c);
	*len = zrtp_packet_build(packet, ZRTP_PACKET_MAX, pkt.seq, pkt.ssrc, msg, n);
	return true;
}

static void assert_refused(struct sim *sim, int signer)
{
	assert_true(sim->end[!signer].failed);
	assert_int_equal(sim->end[!signer].error, ZRTP_ERROR_MALFORMED);
	assert_false(sim->end[!signer].has_rx || sim->end[!signer].secure);
}

/* RFC 6189 7.2: only in a DH exchange; the control shows that there it is taken. */
static void no_signature_comes_without_dh(void **state)
{
	struct sim *sim = *state;

	for (int signer = 0; signer < 2; signer++) {
		for (int i = 0; i < 2; i++) {
			sim->end[i].config.preshared = true;
			sim->end[i].peer = (struct zrtp_peer) { .own_zid = { 1 + i } };
		}
		sim_engines(sim, 40 + signer);
		sim->hook = sign;
		sim->arg = &signer;
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_true(sim->end[!signer].secured.secure.peer_signature);
		sim_store(sim);

		sim_more(sim, 50 + signer);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_refused(sim, signer);

		for (int i = 0; i < 2; i++)
			sim->end[i].peer.preshare = true;
		sim_engines(sim, 60 + signer);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_true(sim->end[ALICE].session->prsh);
		assert_refused(sim, signer);
	}
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, sim_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_flag_is_told_and_none_for_another),
		T(our_flags_are_what_the_owner_says),
		T(our_hello_claims_nothing),
		cmocka_unit_test(a_signature_is_skipped_and_told),
		cmocka_unit_test(a_signature_of_another_length_is_refused),
		T(no_signature_comes_without_dh),
	};

	return cmocka_run_group_tests_name("zrtp flags", tests, NULL, NULL);
}
