// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fresh keys for a running call, over a pretended kernel: nothing is lost but what the
 * program's own kernel has refused, nobody is asked, and nothing else of the call changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "chain.h"
#include "daemon_world.h"
#include "message.h"
#include "packet.h"

#define HEARD_AGAIN_MS	2000
#define TYPE_AT		16	/* in a ZRTP packet, RFC 6189 5.1 and 5.2 */

/* What a rekey leaves alone. */
struct picture {
	struct call_security security;
	enum call_progress progress;
	uint64_t peer_id, since;
	char name[PEER_NAME_MAX];
	unsigned int asked[CALLS_ASK_ALARM + 1];
	bool verified, their_verified;
	struct zrtp_srtp rx, tx;
};

static struct picture before[2];

static void take(int end, struct picture *p)
{
	const struct call *call = world_call(end);
	const struct world_flow *f = world_flow_of(end);

	memset(p, 0, sizeof(*p));
	p->security = call->security;
	p->progress = call->progress;
	p->peer_id = call->peer_id;
	p->since = call->since;
	memcpy(p->name, call->name, sizeof(p->name));
	memcpy(p->asked, world.end[end].asked, sizeof(p->asked));
	p->verified = call_verified(call);
	p->their_verified = call_their_verified(call);
	p->rx = f->current[SOTTO_DIR_RX];
	p->tx = f->current[SOTTO_DIR_TX];
}

/* Alice and Bob have verified each other, talk, and both have been heard. */
static void talk(void)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world.media = true;
	world_run(1000);
	take(ALICE, &before[ALICE]);
	take(BOB, &before[BOB]);
}

static bool media_goes_both_ways(void)
{
	unsigned int alice = world.end[ALICE].understood, bob = world.end[BOB].understood;

	world_run(500);
	return world.end[ALICE].understood > alice + 15 && world.end[BOB].understood > bob + 15;
}

static bool has_fresh_keys(int end)
{
	const struct world_flow *f = world_flow_of(end);

	return memcmp(&f->current[SOTTO_DIR_TX], &before[end].tx, sizeof(before[end].tx)) &&
	       memcmp(&f->current[SOTTO_DIR_RX], &before[end].rx, sizeof(before[end].rx));
}

static void assert_same_call(void)
{
	for (int end = ALICE; end <= BOB; end++) {
		struct picture now;

		take(end, &now);
		now.rx = before[end].rx;
		now.tx = before[end].tx;
		assert_memory_equal(&now, &before[end], sizeof(now));
	}
}

/* Both use fresh keys, the old ones are wiped, nothing was refused on the way. */
static void assert_rekeyed(void)
{
	for (int end = ALICE; end <= BOB; end++) {
		const struct world_flow *f = world_flow_of(end);

		assert_true(has_fresh_keys(end));
		assert_false(f->has_next[SOTTO_DIR_RX]);
		assert_int_equal(f->flow.tx, SOTTO_STATE_SECURE);
		assert_int_equal(f->flow.rx, SOTTO_STATE_SECURE);
	}
	assert_same_call();
	assert_true(media_goes_both_ways());
}

static void a_program_that_begins_anew_is_heard_again(void **state)
{
	unsigned int gap, zrtp;

	talk();
	zrtp = world.end[ALICE].zrtp_sent;
	world_restart(ALICE);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
	assert_int_equal(world.end[ALICE].rekeyed, 1);
	assert_int_equal(world.end[BOB].rekeyed, 1);
	/* What Alice said is lost as long as her kernel refused it, and not a packet more. */
	gap = world_flow_of(ALICE)->flow.stats[SOTTO_A_STATS_DROP_TX_REPEAT];
	assert_true(gap && gap < 15);
	assert_in_range(world.end[ALICE].spoken - gap - world.end[BOB].understood, 0, 1);
	assert_in_range(world.end[BOB].spoken - world.end[ALICE].understood, 0, 1);
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
	/* And then it is quiet. */
	assert_true(world.end[ALICE].zrtp_sent > zrtp);
	zrtp = world.end[ALICE].zrtp_sent;
	world_run(60000);
	assert_int_equal(world.end[ALICE].zrtp_sent, zrtp);
}

static void so_is_the_one_that_was_called(void **state)
{
	talk();
	for (int i = 1; i <= 3; i++) {
		world_restart(BOB);
		world_run(HEARD_AGAIN_MS);
		assert_rekeyed();
		assert_int_equal(world.end[BOB].rekeyed, i);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
	}
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

static void a_key_that_is_nearly_used_up_is_replaced(void **state)
{
	talk();
	world_key_life(BOB);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
	assert_in_range(world.end[BOB].spoken - world.end[ALICE].understood, 0, 1);
	assert_in_range(world.end[ALICE].spoken - world.end[BOB].understood, 0, 1);
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

static void both_at_once_is_one_exchange(void **state)
{
	talk();
	for (int i = 1; i <= 3; i++) {
		world_restart(ALICE);
		world_restart(BOB);
		world_run(HEARD_AGAIN_MS);
		assert_rekeyed();
		assert_int_equal(world.end[ALICE].rekeyed, i);
		assert_int_equal(world.end[BOB].rekeyed, i);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
	}
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

static void softphones_calls_too(void **state)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(2000);
	world.media = true;
	world_run(1000);
	take(ALICE, &before[ALICE]);
	take(BOB, &before[BOB]);
	world_restart(BOB);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

/* Where nothing is said the control channel shows that the new keys are in use. */
static void without_media_the_old_keys_go_too(void **state)
{
	talk();
	world.media = false;
	world_key_life(ALICE);
	world_run(HEARD_AGAIN_MS);
	for (int end = ALICE; end <= BOB; end++) {
		assert_true(has_fresh_keys(end));
		assert_false(world_flow_of(end)->has_next[SOTTO_DIR_RX]);
	}
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

/* Of one kind of message the first ones are lost. */
static const char *lost_type;
static int lost_from;
static unsigned int lost_times;

static bool lose(int from, const uint8_t *zrtp, size_t len)
{
	if (!lost_times || memcmp(zrtp + TYPE_AT, lost_type, 8) || from != lost_from)
		return false;
	lost_times--;
	return true;
}

static void each_message_may_be_lost(void **state)
{
	static const struct {
		const char *type;
		int from;
	} messages[] = {
		{ "Hello   ", ALICE }, { "Hello   ", BOB }, { "HelloACK", ALICE },
		{ "HelloACK", BOB }, { "Commit  ", ALICE }, { "Confirm1", BOB },
		{ "Confirm2", ALICE }, { "Conf2ACK", BOB },
	};

	talk();
	world.lose = lose;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		lost_type = messages[i].type;
		lost_from = messages[i].from;
		lost_times = i == 7 ? 1 : 2;	/* media comes before a second Conf2ACK */
		world_restart(ALICE);
		world_run(10000);
		assert_int_equal(lost_times, 0);
		assert_rekeyed();
		assert_int_equal(world.end[ALICE].rekeyed, i + 1);
		assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
		world_run(30000);	/* nobody rekeys all the time */
	}
}

static void on_a_bad_network_each_still_hears_the_other(void **state)
{
	talk();
	for (unsigned int i = 0; i < 40; i++) {
		world.loss_percent = i % 35;
		world_restart(i % 2);
		if (i % 5 == 0)
			world_restart(!(i % 2));
		world_run(20000);
		world.loss_percent = 0;
		world_run(20000);
		assert_rekeyed();
		/* Whatever arrived could be read. */
		assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
	}
}

static void where_packets_overtake_each_other(void **state)
{
	talk();
	world.jitter_ms = 300;
	world_run(1000);
	for (unsigned int i = 0; i < 10; i++) {
		world_restart(i % 2);
		world_run(20000);
		assert_rekeyed();
		assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
	}
}

static void wherever_the_network_is_cut(void **state)
{
	talk();
	for (uint64_t cut = 1; cut < 200; cut += 7) {
		world_restart(ALICE);
		world_run(cut);
		world.cut = true;
		world_run(5000);
		world.cut = false;
		world_run(40000);
		assert_rekeyed();
		assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
	}
}

/* The initiator never learns that the responder has the keys: both go on as they are. */
static bool lose_all_from_bob_but_confirm1(int from, const uint8_t *zrtp, size_t len)
{
	return from == BOB && !memcmp(zrtp + TYPE_AT, "Conf2ACK", 8);
}

static void media_counts_as_conf2ack(void **state)
{
	talk();
	world.lose = lose_all_from_bob_but_confirm1;
	world_restart(ALICE);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

static void whoever_is_killed_meanwhile(void **state)
{
	talk();
	for (uint64_t at = 1; at < 300; at += 3) {
		int victim = at % 2;

		world_restart(ALICE);
		world_run(at);
		world_kill(victim);
		world_run(200);
		world_start(victim);
		world_run(60000);
		assert_rekeyed();
		assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
	}
}

/* Bob waits for what Alice has forgotten: her next Hello is not left until he gives that up. */
static void the_next_sottod_is_answered_soon(void **state)
{
	talk();
	for (uint64_t at = 1; at < 160; at += 3) {
		world_restart(ALICE);
		world_run(at);
		world_kill(ALICE);
		world_start(ALICE);
		world_run(5000);
		assert_rekeyed();
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
		world_run(30000);
	}
}

/* Alice uses Bob's next key already, and the next sottod of his begins another rekey. */
static void a_next_key_in_use_is_not_replaced(void **state)
{
	talk();
	for (uint64_t at = 100; at < 900; at += 50) {
		world_restart(ALICE);
		world_run(at);
		world_kill(BOB);
		world_restart(BOB);
		world_run(250);
		world_start(BOB);
		world_run(20000);
		assert_rekeyed();
		assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
		take(ALICE, &before[ALICE]);
		take(BOB, &before[BOB]);
		world_run(30000);
	}
}

/* The kernel tells it once, to whom listens. */
static void a_restart_that_nobody_was_told_of_is_seen(void **state)
{
	talk();
	world_kill(ALICE);
	world_restart(ALICE);
	world_run(1000);
	world_start(ALICE);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();

	take(ALICE, &before[ALICE]);
	take(BOB, &before[BOB]);
	world.end[BOB].deaf = true;
	world_restart(BOB);
	world_run(1000);
	assert_int_equal(world.end[BOB].rekeyed, 1);
	world_overrun(BOB);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
}

static void what_was_to_be_done_is_done_by_the_next_sottod(void **state)
{
	talk();
	world.cut = true;	/* so that it cannot have begun */
	world_key_life(BOB);
	world_run(1);
	world_kill(BOB);
	world.cut = false;
	world_start(BOB);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
}

static void a_broken_program_does_not_make_us_rekey_in_a_loop(void **state)
{
	uint64_t sent;

	talk();
	sent = world.end[ALICE].zrtp_sent;
	for (int i = 0; i < 600; i++) {
		world_restart(ALICE);
		world_run(100);
	}
	/* A minute: a few at once, then one in ten seconds. */
	assert_in_range(world.end[ALICE].rekeyed, 4, 11);
	/* Bob would not take more; Alice does not try it either. */
	assert_in_range(world.end[ALICE].zrtp_sent - sent, 4 * 4, 80);
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
	world_run(30000);
	assert_same_call();
	assert_true(media_goes_both_ways());
}

static void nor_does_the_other_end(void **state)
{
	talk();
	for (int i = 0; i < 600; i++) {
		world_line(ALICE)->rekey.own_limit = 0;	/* she is not as we are */
		world_restart(ALICE);
		world_run(100);
	}
	assert_in_range(world.end[BOB].rekeyed, 4, 11);
}

/* Somebody who sees the wire copies Alice's ZID into Hellos of her own. */
static void hellos_alone_change_nothing(void **state)
{
	uint8_t msg[ZRTP_HELLO_MAX], packet[ZRTP_PACKET_MAX], h0[ZRTP_IMAGE_LEN] = { 0 };
	struct zrtp_hello hello = {
		.version = (const uint8_t *)ZRTP_VERSION,
		.client_id = (const uint8_t *)"0123456789abcdef",
		.blocks[ZRTP_KIND_AGREEMENT] = (const uint8_t *)"Mult",
		.counts[ZRTP_KIND_AGREEMENT] = 1,
	};
	unsigned int sent;

	talk();
	hello.zid = world_call(ALICE)->own_zid;
	sent = world.end[BOB].zrtp_sent;
	for (int i = 0; i < 10000; i++) {
		struct zrtp_chain chain;
		int len;

		memcpy(h0, &i, sizeof(i));
		zrtp_chain_init(&chain, h0);
		hello.h3 = chain.h[3];
		len = zrtp_hello_build(msg, sizeof(msg), &hello, chain.h[2]);
		len = zrtp_packet_build(packet, sizeof(packet), i, 99, msg, len);
		world_inject(BOB, packet, len);
		if (i % 20 == 0)
			world_run(20);
	}
	/* One answer for each; and some, as Alice gets those and answers them. */
	assert_true(world.end[BOB].zrtp_sent - sent <= 11000);
	assert_int_equal(world.end[BOB].rekeyed, 0);
	assert_int_equal(world.end[BOB].refused, 0);
	assert_same_call();
	assert_true(media_goes_both_ways());
	world_run(60000);
	world_restart(BOB);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
}

/* Another implementation, or a sotto that is older. */
static void where_the_other_end_cannot_nothing_is_tried(void **state)
{
	unsigned int sent;

	talk();
	world_call(ALICE)->can_rekey = false;
	sent = world.end[ALICE].zrtp_sent;
	world_restart(ALICE);
	world_run(30000);
	assert_int_equal(world.end[ALICE].zrtp_sent, sent);
	assert_same_call();
}

/* It says that it can, and does not answer: a few tries, and the call goes on as it is. */
static bool lose_all(int from, const uint8_t *zrtp, size_t len)
{
	return true;
}

static void where_it_does_not_answer_it_is_given_up(void **state)
{
	unsigned int sent;

	talk();
	world.lose = lose_all;
	world_restart(ALICE);
	world_run(60000);
	assert_false(world_call(ALICE)->rekey);
	sent = world.end[ALICE].zrtp_sent;
	world_run(60000);
	assert_int_equal(world.end[ALICE].zrtp_sent, sent);
	assert_same_call();
	assert_false(has_fresh_keys(ALICE));
	/* The next event is another chance. */
	world.lose = NULL;
	world_restart(ALICE);
	world_run(HEARD_AGAIN_MS);
	assert_rekeyed();
}

/* What anybody can make who sees the wire, at Alice and Bob alike. */
static void forge(void)
{
	static const uint8_t goclear[] = "\x50\x5a\x00\x05GoClear 01234567";
	uint8_t msg[ZRTP_ERROR_LEN], packet[ZRTP_PACKET_MAX];
	static uint16_t seq;

	for (int end = ALICE; end <= BOB; end++) {
		int len = zrtp_error_build(msg, sizeof(msg), ZRTP_ERROR_GOCLEAR_REFUSED);

		len = zrtp_packet_build(packet, sizeof(packet), seq++, 99, msg, len);
		world_inject(end, packet, len);
		len = zrtp_packet_build(packet, sizeof(packet), seq++, 99, goclear, 20);
		world_inject(end, packet, len);
	}
}

/* Whatever becomes of a rekey: secure before it, secure while it lasts, secure after it. */
static void a_rekey_is_at_no_moment_less_than_secure(void **state)
{
	talk();
	for (uint64_t cut = 40; cut <= 120; cut += 40) {
		world_restart(ALICE);
		for (uint64_t ms = 0; ms < 12000; ms += 5) {	/* before the call is lost */
			world.cut = ms >= cut;
			world_run(5);
			if (ms % 100 == 0)
				forge();
			for (int end = ALICE; end <= BOB; end++) {
				const struct world_flow *f = world_flow_of(end);

				assert_int_equal(f->flow.tx, SOTTO_STATE_SECURE);
				assert_int_equal(f->flow.rx, SOTTO_STATE_SECURE);
				assert_true(f->has_current[SOTTO_DIR_TX]);
			}
		}
		world.cut = false;
		world_run(40000);
		assert_same_call();
	}
}

static void what_more_keys_come_from_is_gone_with_the_call(void **state)
{
	static const struct zrtp_master none;

	talk();
	assert_memory_not_equal(&world_call(BOB)->master, &none, sizeof(none));
	world_hangup(ALICE);
	world_run(4000);
	assert_memory_equal(&world_call(ALICE)->master, &none, sizeof(none));
	assert_memory_equal(&world_call(BOB)->master, &none, sizeof(none));
}

#define WORLD(f)	cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(a_program_that_begins_anew_is_heard_again),
		WORLD(so_is_the_one_that_was_called),
		WORLD(a_key_that_is_nearly_used_up_is_replaced),
		WORLD(both_at_once_is_one_exchange),
		WORLD(softphones_calls_too),
		WORLD(without_media_the_old_keys_go_too),
		WORLD(each_message_may_be_lost),
		WORLD(on_a_bad_network_each_still_hears_the_other),
		WORLD(where_packets_overtake_each_other),
		WORLD(wherever_the_network_is_cut),
		WORLD(media_counts_as_conf2ack),
		WORLD(whoever_is_killed_meanwhile),
		WORLD(the_next_sottod_is_answered_soon),
		WORLD(a_next_key_in_use_is_not_replaced),
		WORLD(a_restart_that_nobody_was_told_of_is_seen),
		WORLD(what_was_to_be_done_is_done_by_the_next_sottod),
		WORLD(a_broken_program_does_not_make_us_rekey_in_a_loop),
		WORLD(nor_does_the_other_end),
		WORLD(hellos_alone_change_nothing),
		WORLD(where_the_other_end_cannot_nothing_is_tried),
		WORLD(where_it_does_not_answer_it_is_given_up),
		WORLD(a_rekey_is_at_no_moment_less_than_secure),
		WORLD(what_more_keys_come_from_is_gone_with_the_call),
	};

	return cmocka_run_group_tests_name("sottod rekey", tests, NULL, NULL);
}
