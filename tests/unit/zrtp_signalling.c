// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Hello hash in the signalling, RFC 6189 8.1: made of ours, checked of the peer's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "session.h"
#include "zrtp_sim.h"

#define CALL_MS	60000

static int setup(void **state)
{
	return sim_setup(state, 17);
}

static void hello_hash(struct sim *sim, int end, uint8_t out[ZRTP_HELLO_HASH_LEN])
{
	assert_int_equal(zrtp_session_hello_hash(sim->end[end].session,
						 sim->end[end].peer.own_zid, out), 0);
}

static int expect(struct sim *sim, int end, const uint8_t hash[ZRTP_HELLO_HASH_LEN])
{
	int r = zrtp_session_expect_hello(sim->end[end].session, sim->now, hash);

	sim_act(sim, end);
	return r;
}

/* What each Hello that leaves hashes to, by another library. */
static uint8_t sent_hash[2][ZRTP_HELLO_HASH_LEN];

static bool hash_hellos(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;

	if (!zrtp_packet_parse(packet, *len, &pkt) && pkt.type == ZRTP_MSG_HELLO)
		assert_int_equal(EVP_Digest(pkt.msg, pkt.msg_len, sent_hash[from], NULL,
					    EVP_sha256(), NULL), 1);
	return true;
}

static void ours_is_the_hash_of_the_hello_that_leaves(void **state)
{
	uint8_t before[2][ZRTP_HELLO_HASH_LEN], again[ZRTP_HELLO_HASH_LEN];
	struct sim *sim = *state;

	sim->hook = hash_hellos;
	for (int who = 0; who < 3; who++) {	/* Alice begins, Bob, both */
		sim_engines(sim, 20 + who);
		hello_hash(sim, ALICE, before[ALICE]);
		hello_hash(sim, BOB, before[BOB]);
		if (who != 1)
			sim_start(sim, ALICE);
		if (who != 0)
			sim_start(sim, BOB);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		for (int i = 0; i < 2; i++) {
			assert_memory_equal(before[i], sent_hash[i], sizeof(before[i]));
			hello_hash(sim, i, again);	/* at any time */
			assert_memory_equal(again, before[i], sizeof(again));
			assert_false(sim->end[i].secured.secure.hello_signalled);
		}
	}
	/* Each session has another: a Hello hash is of one stream. */
	sim_engines(sim, 30);
	hello_hash(sim, ALICE, again);
	assert_memory_not_equal(again, before[ALICE], sizeof(again));
}

static void the_secrets_told_at_the_start_hold_all_the_same(void **state)
{
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
	struct sim *sim = *state;

	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	sim_store(sim);
	sim_engines(sim, 1);
	hello_hash(sim, ALICE, hash);
	/* And not the ZID, which is in the Hello. */
	sim->end[ALICE].peer.own_zid[0] ^= 1;
	sim_start(sim, ALICE);
	sim->end[ALICE].peer.own_zid[0] ^= 1;
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	assert_true(sim->end[ALICE].secured.secure.secrets_matched);
	assert_int_equal(sim->end[ALICE].asked, 0);
}

static void both_signalled_and_both_secure(void **state)
{
	uint8_t hash[2][ZRTP_HELLO_HASH_LEN];
	struct sim *sim = *state;

	for (int who = 0; who < 2; who++) {
		sim_engines(sim, 40 + who);
		for (int i = 0; i < 2; i++)
			hello_hash(sim, i, hash[i]);
		for (int i = 0; i < 2; i++)
			assert_int_equal(expect(sim, i, hash[!i]), 0);
		sim_start(sim, who);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		for (int i = 0; i < 2; i++) {
			assert_true(sim->end[i].secured.secure.hello_signalled);
			assert_int_equal(sim->end[i].false_hellos, 0);
		}
	}
}

/* A Hello of somebody else, whole and well-formed. */
static size_t make_false_hello(uint8_t hello[ZRTP_HELLO_MAX])
{
	const uint8_t h0[ZRTP_IMAGE_LEN] = { 8 };
	struct zrtp_chain chain;
	struct zrtp_hello say = {
		.version = (const uint8_t *)ZRTP_VERSION,
		.client_id = (const uint8_t *)"0123456789abcdef",
		.zid = (const uint8_t *)"somebody els",
	};
	int len;

	zrtp_chain_init(&chain, h0);
	say.h3 = chain.h[3];
	len = zrtp_hello_build(hello, ZRTP_HELLO_MAX, &say, chain.h[2]);
	assert_true(len > 0);
	return len;
}

/* In whichever state it comes, it gets no answer, asks nobody, and changes nothing. */
static void a_false_hello_is_dropped_and_told_once(void **state)
{
	uint8_t hello[ZRTP_HELLO_MAX], hash[ZRTP_HELLO_HASH_LEN];
	size_t len = make_false_hello(hello);
	struct sim *sim = *state;

	for (int started = 0; started < 2; started++) {
		struct sim_end *bob = &sim->end[BOB];
		unsigned int sent;

		sim_engines(sim, 50 + started);
		hello_hash(sim, ALICE, hash);
		assert_int_equal(expect(sim, BOB, hash), 0);
		if (started)
			sim_start(sim, BOB);
		sent = bob->sent;
		for (int i = 0; i < 3; i++)
			assert_int_equal(sim_forge(sim, BOB, 9, hello, len), 0);
		assert_int_equal(bob->false_hellos, 1);
		assert_int_equal(bob->asked, 0);
		assert_int_equal(bob->sent, sent);
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_true(bob->secured.secure.hello_signalled);
	}
}

/* The signalling may be slower than the media. */
static void a_false_hello_that_came_before_is_forgotten(void **state)
{
	uint8_t hello[ZRTP_HELLO_MAX], hash[ZRTP_HELLO_HASH_LEN];
	size_t len = make_false_hello(hello);
	struct sim *sim = *state;

	for (int started = 0; started < 2; started++) {
		uint8_t ack[ZRTP_MESSAGE_HEADER_LEN];
		struct sim_end *bob = &sim->end[BOB];

		/* Bob has to get his Hello through, and then it is he who commits. */
		sim->end[ALICE].config.passive = started;
		sim_engines(sim, 60 + started);
		sim_lose(sim, ZRTP_MSG_HELLO, started);
		bob->answer_peer = false;	/* it takes a while to find who that is */
		if (started)
			sim_start(sim, BOB);
		assert_int_equal(sim_forge(sim, BOB, 9, hello, len), 0);
		assert_int_equal(bob->asked, 1);
		if (started) {
			zrtp_ack_build(ack, sizeof(ack), ZRTP_MSG_HELLO_ACK);
			assert_int_equal(sim_forge(sim, BOB, 9, ack, sizeof(ack)), 0);
		}
		hello_hash(sim, ALICE, hash);
		assert_int_equal(expect(sim, BOB, hash), 0);
		/* The answer about somebody else comes too late. */
		assert_int_equal(zrtp_session_peer(bob->session, sim->now, &bob->peer), -EINVAL);
		bob->answer_peer = true;
		sim_start(sim, ALICE);
		sim_run(sim, CALL_MS);
		assert_true(sim_agreed(sim));
		assert_true(bob->secured.secure.hello_signalled);
	}
}

/* Alice's Hello in other words, on its way: found before anything else is said. */
static bool change_hello(struct sim *sim, int from, uint8_t *packet, size_t *len)
{
	struct zrtp_packet pkt;

	if (from != ALICE || zrtp_packet_parse(packet, *len, &pkt) || pkt.type != ZRTP_MSG_HELLO)
		return true;
	packet[ZRTP_HEADER_LEN + *(size_t *)sim->arg] ^= 1;
	sim_reseal(packet, *len);
	return true;
}

static void each_octet_of_the_hello_counts(void **state)
{
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
	struct sim *sim = *state;
	struct zrtp_hello_msg *hello;

	for (size_t at = 16; ; at += 4) {	/* client id to MAC */
		sim->hook = NULL;
		sim_engines(sim, 70);
		hello_hash(sim, ALICE, hash);
		hello = &sim->end[ALICE].session->own_hello;
		if (at >= hello->len)
			break;
		assert_int_equal(expect(sim, BOB, hash), 0);
		sim->hook = change_hello;
		sim->arg = &at;
		sim_start(sim, ALICE);
		sim_run(sim, 8000);
		assert_int_equal(sim->end[BOB].false_hellos, 1);
		assert_int_equal(sim->end[BOB].sent, 0);
		assert_false(sim->end[BOB].secure || sim->end[ALICE].secure);
	}
}

/* RFC 6189 6: a Hello hash is evidence that the peer speaks ZRTP. */
static void a_signalled_peer_is_called_for_longer(void **state)
{
	const uint8_t hash[ZRTP_HELLO_HASH_LEN] = { 1 };
	struct sim *sim = *state;

	assert_int_equal(expect(sim, ALICE, hash), 0);
	sim_start(sim, ALICE);
	sim_run_until(sim, sim->now + 12000, NULL);
	assert_int_equal(sim->end[ALICE].no_zrtp, 0);
	assert_true(sim->end[ALICE].sent > 55);
}

static void it_comes_too_late_once_an_exchange_has_begun(void **state)
{
	const uint8_t hash[ZRTP_HELLO_HASH_LEN] = { 1 };
	struct sim *sim = *state;

	sim_start(sim, ALICE);
	sim_run(sim, CALL_MS);
	assert_true(sim_agreed(sim));
	for (int i = 0; i < 2; i++)
		assert_int_equal(expect(sim, i, hash), -EINVAL);
}

/* What a stranger hears by a Ping is not the ZID that the signalling is about. */
static void a_signalled_zid_is_not_told_to_strangers(void **state)
{
	const uint8_t ping[24] = "\x50\x5a\x00\x06Ping    1.10endpoint";
	uint8_t hash[ZRTP_HELLO_HASH_LEN], packet[64];
	struct sim *sim = *state;
	struct zrtp_action a;
	int len = zrtp_packet_build(packet, sizeof(packet), 1, 5, ping, sizeof(ping));

	hello_hash(sim, BOB, hash);
	assert_int_equal(zrtp_session_packet(sim->end[BOB].session, sim->now, packet, len), 0);
	assert_int_equal(zrtp_session_next(sim->end[BOB].session, &a), 1);
	assert_int_equal(a.type, ZRTP_ACTION_SEND);
	assert_memory_not_equal(a.packet.data + ZRTP_HEADER_LEN + 16,
				sim->end[BOB].peer.own_zid, ZRTP_ENDPOINT_HASH_LEN);
}

/* RFC 6189 8 has the example, which is of nobody's Hello. */
#define EXAMPLE	"fe30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46df"

static void the_text_is_that_of_a_zrtp_hash(void **state)
{
	static const struct {
		const char *text;
		int result;
	} cases[] = {
		{ "1.10 " EXAMPLE, 0 },
		{ "  1.10\t" EXAMPLE "\r\n", 0 },
		{ "1.1a " EXAMPLE, 0 },		/* the last octet of a version does not count */
		{ "1.10 FE30efd02423cb054e50efd0248742ac7a52c8f91bc2df881ae642c371ba46DF", 0 },
		{ "2.00 " EXAMPLE, -EPROTONOSUPPORT },
		{ "1.20 00", -EPROTONOSUPPORT },
		{ "1.10 " EXAMPLE "00", -EBADMSG },
		{ "1.10 " EXAMPLE " 00", -EBADMSG },
		{ "1.10 fe30", -EBADMSG },
		{ "1.10 " EXAMPLE "x", -EBADMSG },
		{ "1.10", -EBADMSG },
		{ "1.10 ", -EBADMSG },
		{ EXAMPLE, -EBADMSG },
		{ "", -EBADMSG },
		{ " ", -EBADMSG },
	};
	uint8_t hash[ZRTP_HELLO_HASH_LEN];
	char text[ZRTP_HELLO_HASH_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(hash, 0, sizeof(hash));
		assert_int_equal(zrtp_hello_hash_parse(cases[i].text, hash), cases[i].result);
		if (cases[i].result)
			continue;
		assert_int_equal(hash[0], 0xfe);
		assert_int_equal(zrtp_hello_hash_format(hash, text, sizeof(text)), 0);
		assert_string_equal(text, "1.10 " EXAMPLE);
	}
	assert_int_equal(zrtp_hello_hash_format(hash, text, sizeof(text) - 1), -ENOBUFS);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, sim_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(ours_is_the_hash_of_the_hello_that_leaves),
		T(the_secrets_told_at_the_start_hold_all_the_same),
		T(both_signalled_and_both_secure),
		T(a_false_hello_is_dropped_and_told_once),
		T(a_false_hello_that_came_before_is_forgotten),
		T(each_octet_of_the_hello_counts),
		T(a_signalled_peer_is_called_for_longer),
		T(it_comes_too_late_once_an_exchange_has_begun),
		T(a_signalled_zid_is_not_told_to_strangers),
		cmocka_unit_test(the_text_is_that_of_a_zrtp_hash),
	};

	return cmocka_run_group_tests_name("zrtp signalling", tests, NULL, NULL);
}
