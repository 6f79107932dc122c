// SPDX-License-Identifier: GPL-2.0-or-later
/* What sottod and its worker say to each other: everything valid arrives, nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "wire.h"

#define HEAD	10
#define FLAGS	14	/* of ZRTP_ACTION_SECURE */
#define ID	0x0123456789abcdefULL

static uint8_t bytes[WIRE_SIGNALLING_MAX + 1];

/* Every octet of @to another one, none of them 0. */
static void fill(void *to, size_t len, uint8_t from)
{
	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = from + i ? from + i : 0xff;
}

static struct zrtp_suite some_suite(void)
{
	return (struct zrtp_suite){ ZRTP_HASH_S384, ZRTP_CIPHER_AES3, ZRTP_AUTH_GCM, ZRTP_KA_EC38,
				    ZRTP_SAS_B256 };
}

static void some_master(struct zrtp_master *m)
{
	m->suite = some_suite();
	fill(m->key, sizeof(m->key), 1);
	fill(m->nonces, sizeof(m->nonces), 2);
	m->n_nonces = ZRTP_NONCES_KEPT;
}

static void some_peer(struct zrtp_peer *p)
{
	fill(p->own_zid, sizeof(p->own_zid), 3);
	fill(p->peer_zid, sizeof(p->peer_zid), 4);
	fill(p->rs1, sizeof(p->rs1), 5);
	fill(p->rs2, sizeof(p->rs2), 6);
	fill(p->pbx, sizeof(p->pbx), 18);
	p->has_rs1 = p->has_rs2 = p->has_pbx = true;
	p->verified = p->tentative = p->preshare = true;
	fill(p->aux, sizeof(p->aux), 7);
	p->aux_len = ZRTP_AUX_MAX;
}

static const enum wire_order_type orders[] = {
	WIRE_OPEN, WIRE_MULTISTREAM, WIRE_START, WIRE_PEER, WIRE_PACKET, WIRE_AUTHENTICATED,
	WIRE_CLOSE, WIRE_CONTROL, WIRE_PING, WIRE_JOIN, WIRE_CONTEND, WIRE_REFUSE, WIRE_SIGNALLING,
	WIRE_EXPECT,
};

#define N_ORDERS	(sizeof(orders) / sizeof(orders[0]))

static void some_order(struct wire_order *o, enum wire_order_type type)
{
	memset(o, 0, sizeof(*o));
	o->type = type;
	o->id = ID;
	if (type == WIRE_OPEN)
		o->ssrc = 0x89abcdef;
	if (type == WIRE_MULTISTREAM || type == WIRE_JOIN)
		some_master(&o->master);
	if (type == WIRE_MULTISTREAM || type == WIRE_JOIN || type == WIRE_START ||
	    type == WIRE_PEER)
		some_peer(&o->peer);
	if (type == WIRE_CONTEND) {
		o->contend.dh = true;
		fill(o->contend.value, sizeof(o->contend.value), 20);
	}
	if (type == WIRE_PACKET || type == WIRE_CONTROL)
		o->packet = (struct wire_packet){ bytes, ZRTP_PACKET_MAX };
	if (type == WIRE_SIGNALLING) {
		o->packet = (struct wire_packet){ bytes, WIRE_SIGNALLING_MAX };
		o->sent = true;
	}
	if (type == WIRE_EXPECT)
		fill(o->hash, sizeof(o->hash), 20);
}

static bool has_packet(enum wire_order_type type)
{
	return type == WIRE_PACKET || type == WIRE_CONTROL || type == WIRE_SIGNALLING;
}

/* Answers in a row: 1..ZRTP_ACTION_YIELDED are actions, then the others. */
enum { READY = ZRTP_ACTION_YIELDED + 1, HEARD, PONG, SIGNALLED, N_ANSWERS };

static void some_action(struct zrtp_action *a, enum zrtp_action_type type)
{
	a->type = type;
	switch (type) {
	case ZRTP_ACTION_SEND:
		a->packet.data = bytes;
		a->packet.len = 1;
		break;
	case ZRTP_ACTION_PEER:
		fill(a->peer_zid, sizeof(a->peer_zid), 8);
		break;
	case ZRTP_ACTION_KEY_RX:
	case ZRTP_ACTION_KEY_TX:
		a->srtp = (struct zrtp_srtp){ .cipher = ZRTP_CIPHER_AES3, .auth_tag = ZRTP_AUTH_HS80,
					      .key_len = ZRTP_KEY_MAX, .salt_len = ZRTP_SALT_MAX };
		fill(a->srtp.key, sizeof(a->srtp.key), 9);
		fill(a->srtp.salt, sizeof(a->srtp.salt), 10);
		break;
	case ZRTP_ACTION_SECURE:
		a->secure.suite = some_suite();
		a->secure.role = ZRTP_ROLE_RESPONDER;
		fill(a->secure.own_zid, sizeof(a->secure.own_zid), 11);
		fill(a->secure.peer_zid, sizeof(a->secure.peer_zid), 12);
		fill(a->secure.peer_hello, sizeof(a->secure.peer_hello), 14);
		fill(a->secure.sas_value, sizeof(a->secure.sas_value), 13);
		a->secure.secrets_matched = a->secure.secrets_mismatch = true;
		a->secure.aux_matched = a->secure.peer_verified = true;
		a->secure.peer_disclosure = a->secure.multistream = true;
		a->secure.peer_multistream = a->secure.preshared = true;
		a->secure.hello_signalled = a->secure.pbx_matched = true;
		a->secure.peer_signature = a->secure.peer_mitm = true;
		a->secure.peer_enrollment = true;
		a->secure.peer_allow_clear = true;
		some_master(&a->secure.master);
		break;
	case ZRTP_ACTION_RETAIN:
		fill(a->retain.peer_zid, sizeof(a->retain.peer_zid), 14);
		fill(a->retain.rs1, sizeof(a->retain.rs1), 15);
		fill(a->retain.rs2, sizeof(a->retain.rs2), 16);
		a->retain.has_rs2 = a->retain.frozen = true;
		a->retain.expiry_s = UINT32_MAX;
		break;
	case ZRTP_ACTION_RELAY:
		a->relay.what = ZRTP_RELAY_SAS;
		a->relay.sas_type = ZRTP_SAS_B256;
		fill(a->relay.sas_value, sizeof(a->relay.sas_value), 19);
		a->relay.verified = a->relay.disclosure = a->relay.signature = true;
		a->relay.error = ZRTP_ERROR_MITM;
		break;
	case ZRTP_ACTION_CONTEND:
		a->contend.dh = true;
		fill(a->contend.value, sizeof(a->contend.value), 21);
		break;
	case ZRTP_ACTION_FAILED:
		a->error.code = ZRTP_ERROR_GOCLEAR_REFUSED;
		a->error.remote = true;
		break;
	case ZRTP_ACTION_CLEARED:
		a->cleared.by_peer = true;
		break;
	case ZRTP_ACTION_CLEAR_REFUSED:
		a->refused.remote = true;
		break;
	case ZRTP_ACTION_ANEW:
		a->anew.same_call = true;
		break;
	default:
		break;
	}
}

static void some_answer(struct wire_answer *a, int which)
{
	memset(a, 0, sizeof(*a));
	a->id = ID;
	if (which == READY) {
		a->type = WIRE_READY;
		a->locks = WIRE_LOCKS_ALL;
	} else if (which == HEARD) {
		a->type = WIRE_HEARD;
		a->control = (struct control_packet){ .ssrc = 0x11223344, .version = CONTROL_VERSION,
			.state = { CONTROL_ENDED, CONTROL_REASON_BUSY, CONTROL_F_ALL },
			.sequence = 0x55667788, .acknowledged = 0x99aabbcc };
	} else if (which == PONG) {
		a->type = WIRE_PONG;
	} else if (which == SIGNALLED) {
		a->type = WIRE_SIGNALLED;
		a->media = (struct sip_media){ .ipv6 = true, .port = 5004, .has_hash = true };
		fill(a->media.addr, sizeof(a->media.addr), 21);
		fill(a->media.hash, sizeof(a->media.hash), 22);
	} else {
		a->type = WIRE_ACTION;
		some_action(&a->action, which);
	}
}

/* The packet's place is the message, so that the rest can be compared as it is. */
static void orders_arrive_as_they_are(void **state)
{
	uint8_t message[WIRE_MAX];
	struct wire_order sent, got;

	for (size_t i = 0; i < N_ORDERS; i++) {
		size_t len;

		some_order(&sent, orders[i]);
		len = wire_put_order(message, &sent);
		assert_in_range(len, HEAD, HEAD + 1 + WIRE_SIGNALLING_MAX);
		assert_int_equal(wire_get_order(message, len, &got), 0);
		if (has_packet(sent.type)) {
			assert_int_equal(got.packet.len, sent.packet.len);
			assert_memory_equal(got.packet.data, bytes, sent.packet.len);
			got.packet.data = sent.packet.data;
		}
		assert_memory_equal(&got, &sent, sizeof(got));
	}
}

static void answers_arrive_as_they_are(void **state)
{
	uint8_t message[WIRE_MAX];
	struct wire_answer sent, got;

	for (int i = ZRTP_ACTION_SEND; i < N_ANSWERS; i++) {
		size_t len;

		some_answer(&sent, i);
		len = wire_put_answer(message, &sent);
		assert_in_range(len, HEAD, WIRE_MAX);
		assert_int_equal(wire_get_answer(message, len, &got), 0);
		if (i == ZRTP_ACTION_SEND) {
			assert_int_equal(*got.action.packet.data, *bytes);
			got.action.packet.data = bytes;
		}
		assert_memory_equal(&got, &sent, sizeof(got));
	}
}

/* Shorter by any number, or longer by one. */
static void another_length_is_refused(void **state)
{
	uint8_t message[WIRE_MAX + 1] = { 0 };
	struct wire_order order, got_order;
	struct wire_answer answer, got_answer;
	size_t len;

	for (size_t i = 0; i < N_ORDERS; i++) {
		bool open_ended = has_packet(orders[i]);
		size_t least = HEAD + (orders[i] == WIRE_SIGNALLING);

		some_order(&order, orders[i]);
		len = wire_put_order(message, &order);
		for (size_t n = 0; n <= len + 1; n++)
			assert_int_equal(wire_get_order(message, n, &got_order),
					 n == len || (open_ended && n > least && n < len) ?
					 0 : -EBADMSG);
	}
	for (int i = ZRTP_ACTION_SEND + 1; i < N_ANSWERS; i++) {
		some_answer(&answer, i);
		len = wire_put_answer(message, &answer);
		for (size_t n = 0; n <= len + 1; n++)
			assert_int_equal(wire_get_answer(message, n, &got_answer),
					 n == len ? 0 : -EBADMSG);
	}
}

static void packets_have_a_length(void **state)
{
	uint8_t message[WIRE_MAX];
	struct wire_order o = { .type = WIRE_PACKET };
	struct wire_answer a = { .type = WIRE_ACTION, .action.type = ZRTP_ACTION_SEND };

	o.packet = (struct wire_packet){ bytes, 0 };
	assert_int_equal(wire_put_order(message, &o), 0);
	o.packet.len = ZRTP_PACKET_MAX + 1;
	assert_int_equal(wire_put_order(message, &o), 0);
	o.type = WIRE_SIGNALLING;
	assert_in_range(wire_put_order(message, &o), HEAD, WIRE_MAX);
	o.packet.len = WIRE_SIGNALLING_MAX + 1;
	assert_int_equal(wire_put_order(message, &o), 0);
	a.action.packet.data = bytes;
	assert_int_equal(wire_put_answer(message, &a), 0);
	a.action.packet.len = ZRTP_PACKET_MAX + 1;
	assert_int_equal(wire_put_answer(message, &a), 0);
}

/*
 * With one octet changed in any way, a message is refused or says what can be said again:
 * no flag but 0 and 1, no member that an enumeration does not have, no length that does
 * not fit.
 */
static void changed_answers_stay_in_their_bounds(void **state)
{
	uint8_t message[WIRE_MAX], again[WIRE_MAX];
	struct wire_answer answer, got;
	unsigned int refused = 0;

	for (int i = ZRTP_ACTION_SEND; i < N_ANSWERS; i++) {
		size_t len;

		some_answer(&answer, i);
		len = wire_put_answer(message, &answer);
		for (size_t at = 0; at < len; at++) {
			uint8_t was = message[at];

			for (int value = 0; value <= UINT8_MAX; value++) {
				message[at] = value;
				if (wire_get_answer(message, len, &got)) {
					refused++;
					continue;
				}
				assert_int_equal(wire_put_answer(again, &got), len);
				assert_memory_equal(again, message, len);
			}
			message[at] = was;
		}
	}
	assert_in_range(refused, 10000, UINT32_MAX);
}

/* Where it is in a message: tried one by one, so that no check is left out. */
static bool refuses(int which, size_t offset, uint8_t value)
{
	uint8_t message[WIRE_MAX];
	struct wire_answer a;
	size_t len;

	some_answer(&a, which);
	len = wire_put_answer(message, &a);
	assert_in_range(offset, 0, len - 1);
	message[offset] = value;
	return wire_get_answer(message, len, &a) == -EBADMSG;
}

static void what_main_relies_on_is_checked(void **state)
{
	const size_t body = HEAD + 1;	/* behind the action's type */
	const size_t srtp_key_len = body + 2 + ZRTP_KEY_MAX;
	const size_t secure_flags = body + 5 + 1 + 2 * ZRTP_ZID_LEN + ZRTP_HELLO_HASH_LEN +
		4;
	const size_t nonces = secure_flags + FLAGS + 5 + ZRTP_HASH_MAX +
			      ZRTP_NONCES_KEPT * ZRTP_NONCE_LEN;

	assert_true(refuses(PONG, 0, WIRE_VERSION + 1));
	assert_true(refuses(PONG, 1, 0));
	assert_true(refuses(PONG, 1, WIRE_OPEN));
	assert_true(refuses(PONG, 1, WIRE_SIGNALLED + 1));
	assert_true(refuses(READY, HEAD, WIRE_LOCKS_ALL + 1));
	assert_true(refuses(ZRTP_ACTION_NO_ZRTP, HEAD, 0));
	assert_true(refuses(ZRTP_ACTION_NO_ZRTP, HEAD, ZRTP_ACTION_YIELDED + 1));
	assert_true(refuses(ZRTP_ACTION_KEY_RX, body, 0));
	assert_true(refuses(ZRTP_ACTION_KEY_RX, body, ZRTP_CIPHER_AES3 + 1));
	assert_true(refuses(ZRTP_ACTION_KEY_RX, body + 1, ZRTP_AUTH_GCM + 1));
	assert_true(refuses(ZRTP_ACTION_KEY_TX, srtp_key_len, ZRTP_KEY_MAX + 1));
	assert_true(refuses(ZRTP_ACTION_KEY_TX, srtp_key_len + 1 + ZRTP_SALT_MAX,
			    ZRTP_SALT_MAX + 1));
	assert_true(refuses(ZRTP_ACTION_SECURE, body, ZRTP_HASH_S512 + 1));
	assert_true(refuses(ZRTP_ACTION_SECURE, body + 3, ZRTP_KA_PRSH + 1));
	assert_true(refuses(ZRTP_ACTION_SECURE, body + 4, ZRTP_SAS_B256 + 1));
	assert_true(refuses(ZRTP_ACTION_SECURE, body + 5, ZRTP_ROLE_NONE));
	for (size_t flag = 0; flag < FLAGS; flag++)
		assert_true(refuses(ZRTP_ACTION_SECURE, secure_flags + flag, 2));
	assert_true(refuses(ZRTP_ACTION_SECURE, nonces, ZRTP_NONCES_KEPT + 1));
	assert_true(refuses(ZRTP_ACTION_RELAY, body, ZRTP_RELAY_REFUSED + 1));
	assert_true(refuses(ZRTP_ACTION_RELAY, body + 1, ZRTP_SAS_B256 + 1));
	assert_true(refuses(ZRTP_ACTION_RELAY, body + 1, 0));
	assert_true(refuses(HEARD, HEAD + 5, CONTROL_ENDED + 1));
	assert_true(refuses(HEARD, HEAD + 5, 0));
	assert_true(refuses(HEARD, HEAD + 6, CONTROL_REASON_NOT_ALLOWED + 1));
	assert_true(refuses(HEARD, HEAD + 7, CONTROL_F_ALL + 1));
	assert_true(refuses(SIGNALLED, HEAD, 2));
	assert_true(refuses(SIGNALLED, HEAD, 0));	/* 16 octets are no IPv4 address */
	assert_true(refuses(SIGNALLED, HEAD + 19, 2));
}

static void refused_message_leaves_nothing(void **state)
{
	static const struct wire_order none;
	uint8_t message[WIRE_MAX];
	struct wire_order o;
	size_t len;

	some_order(&o, WIRE_MULTISTREAM);
	len = wire_put_order(message, &o);
	message[len - 1] = 2;	/* the last flag */
	assert_int_equal(wire_get_order(message, len, &o), -EBADMSG);
	assert_memory_equal(&o, &none, sizeof(o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_arrive_as_they_are),
		cmocka_unit_test(answers_arrive_as_they_are),
		cmocka_unit_test(another_length_is_refused),
		cmocka_unit_test(packets_have_a_length),
		cmocka_unit_test(changed_answers_stay_in_their_bounds),
		cmocka_unit_test(what_main_relies_on_is_checked),
		cmocka_unit_test(refused_message_leaves_nothing),
	};

	fill(bytes, sizeof(bytes), 17);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
