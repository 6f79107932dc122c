// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The worker dies, hangs, or is somebody else's: what is secure stays, what is being
 * agreed fails and says so, the next call is as if nothing had happened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#include "daemon_world.h"
#include "wire.h"

#define MOMENTS_MS	300	/* a handshake between two that know each other takes less */

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
}

static bool is_secure(int end)
{
	const struct world_flow *f = world_flow_of(end);

	return f && f->flow.tx == SOTTO_STATE_SECURE && f->flow.rx == SOTTO_STATE_SECURE;
}

static bool both_secure(void)
{
	return is_secure(ALICE) && is_secure(BOB);
}

static bool bob_rings(void)
{
	return world_line(BOB) && world_call(BOB)->progress == CALL_RINGING;
}

static bool alice_has_ended(void)
{
	return world_call(ALICE)->progress == CALL_ENDED;
}

static void restart_worker(int end)
{
	world_kill_worker(end);
	world_start_worker(end);
}

static bool media_goes_both_ways(void)
{
	unsigned int alice = world.end[ALICE].understood, bob = world.end[BOB].understood;

	world_run(500);
	return world.end[ALICE].understood > alice + 15 && world.end[BOB].understood > bob + 15;
}

static void what_is_secure_stays(void **state)
{
	struct zrtp_srtp tx, rx;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.media = true;
	assert_true(media_goes_both_ways());
	tx = world_flow_of(ALICE)->current[SOTTO_DIR_TX];
	rx = world_flow_of(ALICE)->current[SOTTO_DIR_RX];

	world_kill_worker(ALICE);
	world_kill_worker(BOB);
	world_run(20000);	/* longer than a call lives that hears nothing */
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_int_equal(world_call(BOB)->progress, CALL_ACTIVE);
	assert_true(media_goes_both_ways());

	world_start_worker(ALICE);
	world_start_worker(BOB);
	world_run(6000);
	assert_true(both_secure());
	assert_true(media_goes_both_ways());
	assert_memory_equal(&world_flow_of(ALICE)->current[SOTTO_DIR_TX], &tx, sizeof(tx));
	assert_memory_equal(&world_flow_of(ALICE)->current[SOTTO_DIR_RX], &rx, sizeof(rx));
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_true(call_their_verified(world_call(BOB)));
	world_hangup(ALICE);
	assert_int_equal(world_call(BOB)->reason, CALL_HANGUP);
	assert_int_equal(world_call(BOB)->by, CALL_BY_THEM);
}

/* What the other end says meanwhile is not lost: it says it until it is heard. */
static void what_is_said_without_a_worker_is_heard_later(void **state)
{
	world_pair_both();
	world_ring(ALICE, "Bob", BOB);
	world_kill_worker(ALICE);
	world_answer(BOB);
	assert_int_equal(world_call(ALICE)->progress, CALL_CALLING);
	world_start_worker(ALICE);
	world_run(2000);
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
}

static void a_dial_fails_and_says_why(void **state)
{
	world_pair_both();
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(15);
	assert_false(world_call(ALICE)->security.secure);
	world_kill_worker(ALICE);
	assert_int_equal(world_call(ALICE)->progress, CALL_ENDED);
	assert_int_equal(world_call(ALICE)->reason, CALL_INTERRUPTED);
	assert_int_equal(world_call(ALICE)->by, CALL_BY_NOBODY);
	assert_string_equal(call_reason_name(CALL_INTERRUPTED), "interrupted");
	assert_int_equal(world_flows(ALICE), 0);	/* nothing waits for keys any more */
}

static void without_a_worker_nothing_is_dialled(void **state)
{
	struct line *line;

	world_pair_both();
	world_kill_worker(ALICE);
	assert_int_equal(calls_dial(calls_of(ALICE), WORLD_UID + ALICE, "Bob", NULL, &line),
			 -ENOTCONN);
	assert_null(world_line(ALICE));
	world_start_worker(ALICE);
	world_ring(ALICE, "Bob", BOB);
}

/* The caller says Hello again, so nobody notices. */
static void a_call_that_comes_begins_anew(void **state)
{
	world_pair_both();
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(15);
	assert_null(world_line(BOB));
	world_kill_worker(BOB);
	world_run(200);
	world_start_worker(BOB);
	world_until(bob_rings, 5000);
	world_until(both_secure, 500);
}

static void assert_like_new(void)
{
	for (int end = ALICE; end <= BOB; end++) {
		assert_false(world_call(end)->security.mismatch);
		assert_int_equal(call_alarm(world_call(end)), CALL_ALARM_NONE);
	}
}

/*
 * At every moment of a call's beginning, at either end: it fails at once or becomes
 * secure, and the next one has the secrets of the one before.
 */
static void killed_at_any_moment(int end)
{
	unsigned int failed = 0, secured = 0;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + 5000);
	for (uint64_t ms = 0; ms < MOMENTS_MS; ms += 3) {
		assert_int_equal(world_dial(ALICE, "Bob"), 0);
		world_run(ms);
		restart_worker(end);
		world_run(12000);
		if (world_call(ALICE)->progress == CALL_ENDED) {
			failed++;
			assert_false(is_secure(ALICE));
			assert_true(world_call(ALICE)->reason == CALL_INTERRUPTED ||
				    world_call(ALICE)->reason == CALL_FAILED);
		} else {
			secured++;
			assert_true(both_secure());
			assert_like_new();
			world_hangup(ALICE);
		}
		world_run(CALL_LINGER_MS + CALL_RING_MS);
		world_ring(ALICE, "Bob", BOB);
		assert_true(world_call(ALICE)->security.matched);
		assert_true(world_call(BOB)->security.matched);
		assert_like_new();
		world_hangup(ALICE);
		world_run(CALL_LINGER_MS + 5000);
	}
	print_message("killed at %s: %u calls failed, %u became secure\n",
		      end == ALICE ? "the caller" : "the one who is called", failed, secured);
	assert_in_range(secured, 10, UINT32_MAX);	/* what was secure by then */
	assert_true(end == BOB || failed);
}

static void the_callers_at_any_moment(void **state)
{
	killed_at_any_moment(ALICE);
}

static void the_other_at_any_moment(void **state)
{
	killed_at_any_moment(BOB);
}

/* Nobody has dialled it, so nobody would dial again. */
static void softphones_become_secure_all_the_same(void **state)
{
	world.media = true;
	for (int end = ALICE; end <= BOB; end++)
		for (uint64_t ms = 0; ms < MOMENTS_MS; ms += 7) {
			world_program_starts(ALICE, BOB);
			world_program_starts(BOB, ALICE);
			world_run(ms);
			restart_worker(end);
			world_until(both_secure, 20000);
			assert_true(media_goes_both_ways());
			assert_like_new();
			world_program_stops(ALICE);
			world_program_stops(BOB);
			world_run(CALL_LINGER_MS + 1000);
		}
}

static void a_softphone_that_starts_meanwhile_waits(void **state)
{
	world_kill_worker(ALICE);
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_false(both_secure());
	assert_int_equal(world_flows(ALICE), 1);	/* held */
	world_start_worker(ALICE);
	world_until(both_secure, 20000);
}

static void fresh_keys_are_agreed_with_the_next_worker(void **state)
{
	unsigned int rekeyed;

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world.media = true;
	world_run(1000);
	for (uint64_t ms = 0; ms < 60; ms += 5) {
		rekeyed = world.end[ALICE].rekeyed;
		world_key_life(ALICE);
		world_run(ms);
		restart_worker(ALICE);
		world_run(60000);
		assert_true(world.end[ALICE].rekeyed > rekeyed);
		assert_true(both_secure());
		assert_true(media_goes_both_ways());
	}
}

/* A worker at fault. */

static const char *fault_of(int end)
{
	calls_run(calls_of(end));
	return calls_worker_fault(calls_of(end));
}

static void a_worker_that_hangs_is_found(void **state)
{
	world_pair_both();
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world.end[ALICE].worker_hangs = true;
	world_run(9000);
	assert_null(calls_worker_fault(calls_of(ALICE)));
	world_run(17000);
	assert_string_equal(calls_worker_fault(calls_of(ALICE)), "it does not answer");
	world_kill_worker(ALICE);
	assert_true(alice_has_ended());
	assert_int_equal(world_call(ALICE)->reason, CALL_INTERRUPTED);
}

/* No session, nothing to do: nothing is asked, and the machine sleeps. */
static void a_worker_without_work_is_left_alone(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + 5000);
	assert_null(calls_first(calls_of(ALICE)));
	world.end[ALICE].worker_hangs = true;
	world_run(3600 * 1000);
	assert_null(calls_worker_fault(calls_of(ALICE)));
	world.end[ALICE].worker_hangs = false;
}

static void a_full_socket_loses_packets_but_no_orders(void **state)
{
	uint8_t packet[ZRTP_PACKET_MAX] = "not ZRTP";
	unsigned int n = 0;
	struct line *line;

	world_pair_both();
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	world_run(15);
	world.end[ALICE].worker_hangs = true;
	line = world_line(ALICE);
	for (; n < 100000; n++) {
		struct sotto_notice notice = { .is_packet = true, .kind = SOTTO_PACKET_ZRTP,
					       .flow_id = line->flow.id, .data = packet,
					       .len = sizeof(packet) };

		calls_kernel_events.notice(&notice, calls_of(ALICE));
	}
	assert_null(fault_of(ALICE));
	assert_int_equal(calls_hangup(calls_of(ALICE), line), 0);
	world_run(100);
	assert_null(fault_of(ALICE));	/* that the session is closed could be said */
	world.end[ALICE].worker_hangs = false;
	world_run(CALL_LINGER_MS + 5000);
	world_ring(ALICE, "Bob", BOB);
}

/* Of each who is displaced the worker has to be told, and is killed if it cannot be. */
static void strangers_do_not_have_a_slow_worker_killed(void **state)
{
	world_pair_both();
	world.end[BOB].worker_hangs = true;
	for (uint32_t n = 1; n <= 20000; n++) {
		world_stranger(BOB, n);
		assert_null(fault_of(BOB));
	}
	world.end[BOB].worker_hangs = false;
	world_run(1000);
	assert_null(fault_of(BOB));
	world_ring(ALICE, "Bob", BOB);
}

static void say(int end, const struct wire_answer *a)
{
	uint8_t message[WIRE_MAX];
	size_t len = wire_put_answer(message, a);

	assert_true(len);
	assert_int_equal(send(world.end[end].worker_fd, message, len, 0), len);
}

static void a_worker_that_says_what_it_may_not_is_heard_no_more(void **state)
{
	struct wire_answer pong = { .type = WIRE_PONG };

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(send(world.end[ALICE].worker_fd, "nonsense", 8, 0), 8);
	say(ALICE, &pong);
	assert_string_equal(fault_of(ALICE), "it says what it may not");
	restart_worker(ALICE);
	assert_true(both_secure());
	assert_null(fault_of(ALICE));
	say(ALICE, &(struct wire_answer){ .type = WIRE_READY, .locks = WIRE_LOCKS_ALL });
	assert_string_equal(fault_of(ALICE), "it says twice that it is ready");
}

static void a_worker_that_is_not_locked_in_gets_no_work(void **state)
{
	int pair[2];

	for (uint32_t lock = 1; lock <= WIRE_LOCKS_ALL; lock <<= 1) {
		struct wire_answer ready = { .type = WIRE_READY, .locks = WIRE_LOCKS_ALL & ~lock };
		bool needed = lock & WIRE_LOCKS_NEEDED;

		world_kill_worker(ALICE);
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		calls_use_worker(calls_of(ALICE), pair[0]);
		world.end[ALICE].worker_fd = pair[1];
		assert_int_equal(calls_worker_locks(calls_of(ALICE)), 0);
		say(ALICE, &ready);
		if (needed)
			assert_string_equal(fault_of(ALICE), "it is not locked in");
		else
			assert_null(fault_of(ALICE));
		assert_int_equal(calls_worker_locks(calls_of(ALICE)), ready.locks);
		close(pair[1]);
	}
	/* Nor one that has not said so at all. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	calls_use_worker(calls_of(ALICE), pair[0]);
	world.end[ALICE].worker_fd = pair[1];
	say(ALICE, &(struct wire_answer){ .type = WIRE_PONG });
	assert_string_equal(fault_of(ALICE), "it speaks before it is locked in");
	close(pair[1]);
}

/* Somebody has taken it over: the keys of a call that is secure are not his to change. */
static void a_worker_cannot_change_what_is_secure(void **state)
{
	struct wire_answer a = { .type = WIRE_ACTION };
	struct world_flow before;
	uint8_t sas[4];

	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	before = *world_flow_of(ALICE);
	memcpy(sas, world_call(ALICE)->security.sas, sizeof(sas));
	a.id = world_line(ALICE)->session;
	assert_true(a.id);
	for (int type = ZRTP_ACTION_PEER; type < ZRTP_ACTION_ANEW; type++) {
		memset(&a.action, 0, sizeof(a.action));
		a.action.type = type;
		if (type == ZRTP_ACTION_KEY_RX || type == ZRTP_ACTION_KEY_TX)
			a.action.srtp = (struct zrtp_srtp){ ZRTP_CIPHER_AES1, ZRTP_AUTH_HS80,
							    .key_len = 16, .salt_len = 14 };
		if (type == ZRTP_ACTION_RELAY)
			a.action.relay.what = ZRTP_RELAY_REFUSED;
		if (type == ZRTP_ACTION_SECURE) {
			a.action.secure.suite = world_call(ALICE)->security.suite;
			a.action.secure.role = ZRTP_ROLE_INITIATOR;
			a.action.secure.master.suite = a.action.secure.suite;
		}
		say(ALICE, &a);
	}
	world_run(100);
	assert_memory_equal(world_flow_of(ALICE)->current, before.current, sizeof(before.current));
	assert_memory_equal(world_flow_of(ALICE)->has_next, before.has_next,
			    sizeof(before.has_next));
	assert_memory_equal(world_call(ALICE)->security.sas, sas, sizeof(sas));
	assert_int_equal(world_call(ALICE)->progress, CALL_ACTIVE);
	assert_true(both_secure());
}

/* What it says of a flow that is not secure, no peer can have said. */
static void a_worker_cannot_speak_for_who_is_not_there(void **state)
{
	struct wire_answer a = { .type = WIRE_HEARD };

	world_pair_both();
	world.cut = true;
	assert_int_equal(world_dial(ALICE, "Bob"), 0);
	a.id = world_line(ALICE)->flow.id;
	a.control = (struct control_packet){ .ssrc = 1, .version = CONTROL_VERSION,
		.state = { .progress = CONTROL_ACTIVE }, .sequence = 1 };
	say(ALICE, &a);
	world_run(100);
	assert_int_equal(world_call(ALICE)->progress, CALL_CALLING);
}

static uint8_t below(uint8_t n)
{
	return randombytes_uniform(n);
}

static struct zrtp_suite any_suite(void)
{
	return (struct zrtp_suite){ 1 + below(ZRTP_HASH_S512), 1 + below(ZRTP_CIPHER_AES3),
				    1 + below(ZRTP_AUTH_GCM), 1 + below(ZRTP_KA_PRSH),
				    1 + below(ZRTP_SAS_B256) };
}

static void any_secure(struct zrtp_action *a)
{
	a->secure.suite = any_suite();
	a->secure.role = 1 + below(ZRTP_ROLE_RESPONDER);
	randombytes_buf(a->secure.own_zid, sizeof(a->secure.own_zid));
	randombytes_buf(a->secure.peer_zid, sizeof(a->secure.peer_zid));
	randombytes_buf(a->secure.sas_value, sizeof(a->secure.sas_value));
	a->secure.secrets_matched = below(2);
	a->secure.secrets_mismatch = below(2);
	a->secure.aux_matched = below(2);
	a->secure.peer_multistream = below(2);
	a->secure.master.suite = any_suite();
	a->secure.master.n_nonces = below(ZRTP_NONCES_KEPT + 1);
}

static void any_action(struct zrtp_action *a)
{
	static uint8_t packet[ZRTP_PACKET_MAX];

	a->type = 1 + below(ZRTP_ACTION_YIELDED);
	switch (a->type) {
	case ZRTP_ACTION_SEND:
		randombytes_buf(packet, sizeof(packet));
		a->packet.data = packet;
		a->packet.len = 1 + randombytes_uniform(sizeof(packet));
		break;
	case ZRTP_ACTION_PEER:
		randombytes_buf(a->peer_zid, sizeof(a->peer_zid));
		break;
	case ZRTP_ACTION_KEY_RX:
	case ZRTP_ACTION_KEY_TX:
		a->srtp.cipher = 1 + below(ZRTP_CIPHER_AES3);
		a->srtp.auth_tag = 1 + below(ZRTP_AUTH_GCM);
		a->srtp.key_len = below(ZRTP_KEY_MAX + 1);
		a->srtp.salt_len = below(ZRTP_SALT_MAX + 1);
		randombytes_buf(a->srtp.key, sizeof(a->srtp.key));
		break;
	case ZRTP_ACTION_SECURE:
		any_secure(a);
		break;
	case ZRTP_ACTION_RETAIN:
		randombytes_buf(&a->retain.rs1, sizeof(a->retain.rs1));
		a->retain.expiry_s = randombytes_random();
		a->retain.has_rs2 = below(2);
		a->retain.frozen = below(2);
		break;
	case ZRTP_ACTION_RELAY:
		a->relay.what = 1 + below(ZRTP_RELAY_REFUSED);
		a->relay.sas_type = 1 + below(ZRTP_SAS_B256);
		break;
	default:
		break;
	}
}

/* Everything that the wire lets through, in any order, of what there is. */
static void say_anything(int end)
{
	const struct line *line = calls_first(calls_of(end));
	struct wire_answer a = { .type = WIRE_ACTION };

	for (uint32_t n = randombytes_uniform(4); line && line->next && n; n--)
		line = line->next;
	if (line && !below(4)) {
		a.type = WIRE_HEARD;
		a.id = line->flow.id;
		a.control = (struct control_packet){ .version = CONTROL_VERSION,
			.state = { 1 + below(CONTROL_ENDED), below(CONTROL_REASON_NOT_ALLOWED + 1),
				   below(CONTROL_F_ALL + 1) },
			.sequence = 1 + randombytes_uniform(1000),
			.acknowledged = randombytes_uniform(1000) };
	} else {
		a.id = !line ? 1 : line->rekey.session && below(2) ? line->rekey.session :
			line->session;
		any_action(&a.action);
	}
	say(end, &a);
}

static void hang_up_all(int end)
{
	for (struct line *line = calls_first(calls_of(end)); line; line = line->next)
		if (line->call->kind == CALL_DIRECT && line->call->progress != CALL_ENDED)
			assert_int_equal(calls_hangup(calls_of(end), line), 0);
}

/* Whoever has taken it over does what he can: sottod lives, and what it knows of people. */
static void whatever_a_worker_says_sottod_goes_on(void **state)
{
	world_pair_both();
	world_talk(ALICE, "Bob", BOB);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	world_hangup(ALICE);
	world_run(CALL_LINGER_MS + 5000);
	world.hostile = true;
	world.cut = true;	/* nobody else has a part in it */
	for (int round = 0; round < 60; round++) {
		world_program_starts(ALICE, BOB);
		world_dial(ALICE, "Bob");
		if (round % 2)
			world_run(below(200));
		world.end[ALICE].worker_hangs = true;
		for (int n = 0; n < 300; n++) {
			say_anything(ALICE);
			calls_run(calls_of(ALICE));
			assert_null(calls_worker_fault(calls_of(ALICE)));
		}
		restart_worker(ALICE);
		world_program_stops(ALICE);
		world_run(CALL_RING_MS + CALL_LINGER_MS);
		hang_up_all(ALICE);
		world_run(CALL_LINGER_MS + 5000);
	}
	world.cut = false;
	world_ring(ALICE, "Bob", BOB);
	assert_true(world_call(ALICE)->security.matched);
	assert_true(world_call(ALICE)->security.verified_before);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

int main(void)
{
#define T(test)	cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_secure_stays),
		T(what_is_said_without_a_worker_is_heard_later),
		T(a_dial_fails_and_says_why),
		T(without_a_worker_nothing_is_dialled),
		T(a_call_that_comes_begins_anew),
		T(the_callers_at_any_moment),
		T(the_other_at_any_moment),
		T(softphones_become_secure_all_the_same),
		T(a_softphone_that_starts_meanwhile_waits),
		T(fresh_keys_are_agreed_with_the_next_worker),
		T(a_worker_that_hangs_is_found),
		T(a_worker_without_work_is_left_alone),
		T(a_full_socket_loses_packets_but_no_orders),
		T(strangers_do_not_have_a_slow_worker_killed),
		T(a_worker_that_says_what_it_may_not_is_heard_no_more),
		T(a_worker_that_is_not_locked_in_gets_no_work),
		T(a_worker_cannot_change_what_is_secure),
		T(a_worker_cannot_speak_for_who_is_not_there),
		T(whatever_a_worker_says_sottod_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
