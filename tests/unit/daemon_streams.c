// SPDX-License-Identifier: GPL-2.0-or-later
/* Softphones with sound and picture: two streams, one call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "calls_priv.h"
#include "daemon_dir.h"
#include "daemon_world.h"

#define TYPE_AT		16	/* in a ZRTP packet */
#define BODY_AT		12
#define CRC_LEN		4
#define KINDS_MAX	64

/* The DHPart1 messages that have been sent, each once: so many first exchanges. */
static uint8_t parts[KINDS_MAX][crypto_generichash_BYTES];
static unsigned int n_parts;
static unsigned int commits_by[ENDS];

static bool (*also_lose)(int from, const uint8_t *zrtp, size_t len);

static bool is(const uint8_t *zrtp, size_t len, const char *type)
{
	return len > TYPE_AT + 8 && !memcmp(zrtp + TYPE_AT, type, 8);
}

static bool watch_parts(int from, const uint8_t *zrtp, size_t len)
{
	uint8_t hash[crypto_generichash_BYTES];
	unsigned int i = 0;

	commits_by[from] += is(zrtp, len, "Commit  ");
	if (is(zrtp, len, "DHPart1 ")) {
		crypto_generichash(hash, sizeof(hash), zrtp + BODY_AT, len - BODY_AT - CRC_LEN, NULL,
				   0);
		while (i < n_parts && memcmp(parts[i], hash, sizeof(hash)))
			i++;
		assert_true(i < KINDS_MAX);
		memcpy(parts[i], hash, sizeof(hash));
		n_parts += i == n_parts;
	}
	return also_lose && also_lose(from, zrtp, len);
}

static int setup(void **state)
{
	int r = world_setup(state);

	world.lose = watch_parts;
	n_parts = 0;
	memset(commits_by, 0, sizeof(commits_by));
	also_lose = NULL;
	return r;
}

static struct calls *calls_of(int end)
{
	return world.end[end].calls;
}

static bool is_secure(int end, uint16_t port)
{
	const struct world_flow *f = world_program_flow(end, port);

	return f && f->flow.tx == SOTTO_STATE_SECURE && f->flow.rx == SOTTO_STATE_SECURE;
}

static bool same_keys(uint16_t port)
{
	const struct world_flow *a = world_program_flow(ALICE, port);
	const struct world_flow *b = world_program_flow(BOB, port);

	return !memcmp(&a->current[SOTTO_DIR_TX], &b->current[SOTTO_DIR_RX], sizeof(a->current[0])) &&
	       !memcmp(&a->current[SOTTO_DIR_RX], &b->current[SOTTO_DIR_TX], sizeof(a->current[0]));
}

static bool both_secure(void)
{
	for (int end = ALICE; end <= BOB; end++)
		if (!is_secure(end, WORLD_PROGRAM_PORT) || !is_secure(end, WORLD_PICTURE_PORT))
			return false;
	return true;
}

/* Keys are installed, and whoever has initiated knows that the other end has them too. */
static bool all_settled(void)
{
	unsigned int n = 0;

	for (int end = ALICE; end <= BOB; end++)
		for (const struct line *line = calls_first(calls_of(end)); line; line = line->next)
			n += line->has_flow && line->call->security.secure && !line->securing;
	return both_secure() && n == 4 && world_calls(ALICE) == 1 && world_calls(BOB) == 1;
}

static unsigned int streams(int end)
{
	const struct line *call = world_line(end);
	unsigned int n = 0;

	for (const struct line *one = line_stream(call, NULL); one; one = line_stream(call, one))
		n++;
	return n;
}

/* One call at each end, with one SAS, and two streams whose keys differ. */
static void assert_one_call(void)
{
	assert_true(all_settled());
	for (int end = ALICE; end <= BOB; end++) {
		assert_true(world_call(end)->security.secure);
		assert_int_equal(streams(end), 2);
		assert_memory_not_equal(
			&world_program_flow(end, WORLD_PROGRAM_PORT)->current[SOTTO_DIR_TX],
			&world_program_flow(end, WORLD_PICTURE_PORT)->current[SOTTO_DIR_TX],
			sizeof(struct zrtp_srtp));
	}
	assert_true(same_keys(WORLD_PROGRAM_PORT));
	assert_true(same_keys(WORLD_PICTURE_PORT));
	assert_memory_equal(world_call(ALICE)->security.sas, world_call(BOB)->security.sas, 4);
	assert_int_equal(world.end[ALICE].refused + world.end[BOB].refused, 0);
}

static void start(int what, int end)
{
	if (what == WORLD_PROGRAM_PORT)
		world_program_starts(end, !end);
	else
		world_picture_starts(end, !end);
}

static void start_both(void)
{
	for (int end = ALICE; end <= BOB; end++) {
		world_program_starts(end, !end);
		world_picture_starts(end, !end);
	}
}

static void end_call(void)
{
	for (int end = ALICE; end <= BOB; end++) {
		world_program_stops(end);
		world_picture_stops(end);
	}
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	for (int end = ALICE; end <= BOB; end++) {
		assert_null(calls_first(calls_of(end)));
		assert_int_equal(world_flows(end), 0);
		world.end[end].refused = 0;	/* farewells that crossed */
	}
	world.media = false;
	n_parts = 0;
}

static void sound_and_picture_are_one_call(void **state)
{
	char calls[256];

	start_both();
	world_run(3000);
	assert_one_call();
	assert_int_equal(n_parts, 1);
	for (int end = ALICE; end <= BOB; end++) {
		assert_int_equal(world.end[end].added, 1);
		assert_int_equal(world.end[end].removed, 0);
		snprintf(calls, sizeof(calls), "%s/calls", world.end[end].dir);
		assert_int_equal(dir_files(calls), 2);
	}
	/* Compared once, for both. */
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	for (int end = ALICE; end <= BOB; end++)
		for (const struct line *line = calls_first(calls_of(end)); line; line = line->next) {
			assert_true(call_verified(line->call));
			assert_true(call_their_verified(line->call));
		}
	world_run(60000);
	assert_one_call();
	end_call();
}

/* Whoever begins which, and whenever: what one of the ends begins, both show as one call. */
static void whoever_begins_which(void **state)
{
	static const uint16_t ports[] = { WORLD_PROGRAM_PORT, WORLD_PICTURE_PORT };

	for (unsigned int i = 0; i < 4 * 4 * 10; i++) {
		int first_end = i & 1, second_end = i >> 1 & 1, first = i >> 2 & 1;
		uint64_t late = i / 16 * 7, answer = (i >> 3 & 1) * 300;

		start(ports[first], first_end);
		world_run(late);
		start(ports[!first], second_end);
		world_run(answer);
		start(ports[first], !first_end);
		start(ports[!first], !second_end);
		world_until(all_settled, 6000);
		world_run(1000);
		assert_one_call();
		assert_int_equal(n_parts, 1);
		end_call();
	}
}

static void a_second_stream_later_has_keys_at_once(void **state)
{
	uint8_t sas[4];

	for (int who = ALICE; who <= BOB; who++) {
		world_program_starts(ALICE, BOB);
		world_program_starts(BOB, ALICE);
		world_run(2000);
		assert_int_equal(world_verify(ALICE, BOB), 1);
		memcpy(sas, world_call(ALICE)->security.sas, sizeof(sas));
		world_run(20000);
		world_picture_starts(who, !who);
		world_run(300);
		assert_true(is_secure(who, WORLD_PICTURE_PORT));	/* nobody has begun it there */
		world_picture_starts(!who, who);
		world_run(100);
		assert_one_call();
		assert_int_equal(n_parts, 1);
		assert_true(call_verified(world_call(ALICE)));
		assert_memory_equal(world_call(ALICE)->security.sas, sas, sizeof(sas));
		assert_int_equal(world.end[ALICE].added, who + 1);
		end_call();
	}
}

static void a_bad_network_only_takes_longer(void **state)
{
	for (unsigned int i = 0; i < 60; i++) {
		world.loss_percent = 5 + i % 25;
		world.jitter_ms = i % 3 * 30;
		world.media = true;	/* or one is over for its silence, before the other has keys */
		start_both();
		world_until(all_settled, 60000);
		world.loss_percent = 0;
		world_run(8000);
		assert_one_call();
		end_call();
	}
}

/* Both ends begin at once, each with another stream, as no order of packets decides. */
static bool lose_hello_acks(int from, const uint8_t *zrtp, size_t len)
{
	return world.now % 1000 < 100 && is(zrtp, len, "HelloACK");
}

static void commits_on_different_streams_are_settled(void **state)
{
	unsigned int crossed = 0;

	for (unsigned int i = 0; i < 40; i++) {
		memset(commits_by, 0, sizeof(commits_by));
		world.jitter_ms = 40;
		also_lose = i % 2 ? lose_hello_acks : NULL;
		world.now += 1000 - world.now % 1000;
		start(i & 2 ? WORLD_PICTURE_PORT : WORLD_PROGRAM_PORT, ALICE);
		start(i & 2 ? WORLD_PROGRAM_PORT : WORLD_PICTURE_PORT, BOB);
		start_both();
		world_until(all_settled, 6000);
		world_run(3000);
		assert_one_call();
		assert_int_equal(n_parts, 1);
		crossed += commits_by[ALICE] && commits_by[BOB];
		end_call();
	}
	assert_true(crossed > 5);	/* it was tried */
}

static void each_stream_can_have_fresh_keys(void **state)
{
	struct zrtp_srtp sound, picture;

	start_both();
	world_run(3000);
	world.media = true;
	for (int i = 0; i < 12; i++) {
		struct world_flow *f = world_program_flow(i % 2, WORLD_PICTURE_PORT);
		struct world_flow *g = world_program_flow(i % 2, WORLD_PROGRAM_PORT);

		sound = g->current[SOTTO_DIR_TX];
		picture = f->current[SOTTO_DIR_TX];
		world_restart_flow(i % 2, f);
		if (i % 3 == 0)
			world_restart_flow(i % 2, g);
		world_run(20000);
		assert_one_call();
		assert_memory_not_equal(&f->current[SOTTO_DIR_TX], &picture, sizeof(picture));
		if (i % 3)
			assert_memory_equal(&g->current[SOTTO_DIR_TX], &sound, sizeof(sound));
		else
			assert_memory_not_equal(&g->current[SOTTO_DIR_TX], &sound, sizeof(sound));
	}
	assert_int_equal(n_parts, 1);
}

/* A nonce of one stream's is not good on another. */
static void no_nonce_comes_twice_in_a_call(void **state)
{
	const struct line *line;
	uint8_t n = 0;

	start_both();
	world_run(3000);
	world.media = true;
	for (int i = 0; i < 3; i++) {
		world_restart_flow(ALICE, world_program_flow(ALICE, i % 2 ? WORLD_PICTURE_PORT :
							     WORLD_PROGRAM_PORT));
		world_run(20000);
	}
	for (int end = ALICE; end <= BOB; end++)
		for (line = calls_first(calls_of(end)); line; line = line->next) {
			n = line->call->master.n_nonces;
			assert_int_equal(n, 4);
			assert_memory_equal(line->call->master.nonces,
					    calls_first(calls_of(ALICE))->call->master.nonces,
					    n * ZRTP_NONCE_LEN);
		}
}

/* The sound's flow goes: the call goes on with the picture, as the one that was compared. */
static void the_call_goes_on_with_what_is_left(void **state)
{
	uint64_t id;
	uint8_t sas[4];

	start_both();
	world_run(3000);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	assert_int_equal(world_verify(BOB, ALICE), 1);
	id = world_line(ALICE)->id;
	memcpy(sas, world_call(ALICE)->security.sas, sizeof(sas));
	world_program_stops(ALICE);
	world_program_stops(BOB);
	world_run(10000);
	for (int end = ALICE; end <= BOB; end++) {
		assert_int_equal(world_call(end)->progress, CALL_ACTIVE);
		assert_int_equal(streams(end), 1);
		assert_memory_equal(world_call(end)->security.sas, sas, sizeof(sas));
		assert_true(call_verified(world_call(end)));
		assert_true(call_their_verified(world_call(end)));
		assert_int_equal(world_line(end)->flow.id,
				 world_program_flow(end, WORLD_PICTURE_PORT)->flow.id);
	}
	assert_int_equal(world_line(ALICE)->id, id);
	/* From other ports, as after a re-INVITE: it joins. */
	world_program_starts(BOB, ALICE);
	world_program_starts(ALICE, BOB);
	world_run(1000);
	assert_one_call();
	assert_int_equal(n_parts, 1);
	assert_int_equal(world_line(ALICE)->id, id);
	end_call();
	assert_int_equal(world.end[ALICE].added, 1);
	assert_int_equal(world.end[ALICE].removed, 1);
}

/* One socket is closed: the other end is told that this stream has ended, and no more. */
static void a_closed_socket_ends_its_stream(void **state)
{
	for (int i = 0; i < 2; i++) {
		start_both();
		world_run(3000);
		if (i)
			world_program_closes(ALICE);
		else
			world_picture_closes(ALICE);
		world_run(5000);
		for (int end = ALICE; end <= BOB; end++) {
			assert_int_equal(world_call(end)->progress, CALL_ACTIVE);
			assert_int_equal(streams(end), 1);
			assert_int_equal(world_flows(end), 1);
			assert_true(is_secure(end, i ? WORLD_PICTURE_PORT : WORLD_PROGRAM_PORT));
		}
		world_run(30000);	/* nobody takes the rest for lost */
		assert_int_equal(world_calls(BOB), 1);
		if (i)
			world_picture_closes(ALICE);
		else
			world_program_closes(ALICE);
		world_run(5000);
		assert_int_equal(world_call(ALICE)->reason, CALL_CLOSED);
		assert_int_equal(world_call(BOB)->reason, CALL_HANGUP);
		end_call();
	}
}

static void a_restarted_sottod_knows_both_streams(void **state)
{
	start_both();
	world_run(3000);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	for (int i = 0; i < 2; i++) {
		world_kill(ALICE);
		world_run(2000);
		world_start(ALICE);
		world_run(1000);
		assert_int_equal(world_calls(ALICE), 1);
		assert_int_equal(streams(ALICE), 2);
		assert_true(call_verified(world_call(ALICE)));
		assert_one_call();
		/* And with another first stream than before. */
		if (!i) {
			world_program_stops(ALICE);
			world_run(100);
			world_program_starts(ALICE, BOB);
			world_program_stops(BOB);
			world_run(100);
			world_program_starts(BOB, ALICE);
			world_run(3000);
			assert_one_call();
		}
	}
	world.media = true;
	world_run(1000);
	world_restart_flow(ALICE, world_program_flow(ALICE, WORLD_PICTURE_PORT));
	world_run(10000);
	assert_one_call();
	assert_int_equal(n_parts, 1);
}

static void another_worker_secures_what_is_left(void **state)
{
	for (uint64_t after = 0; after <= 200; after += 20) {
		start_both();
		world_run(after);
		world_kill_worker(ALICE);
		world_run(500);
		world_start_worker(ALICE);
		world_until(all_settled, 30000);
		world_run(3000);
		/* What Bob has said while Alice had lost her half of the keys was lost. */
		world.end[ALICE].refused = 0;
		world_run(10000);
		assert_one_call();
		end_call();
	}
}

/* Two people behind one address: the second call is not the first one's picture. */
static void another_peer_at_the_same_host_is_another_call(void **state)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(2000);
	world.end[CAROL].wire = world.end[BOB].wire;
	world_readdress(BOB, 99);
	world_picture_starts(ALICE, CAROL);
	world_run(5);
	assert_int_equal(world_calls(ALICE), 1);	/* it was likely to be */
	world_picture_starts(CAROL, ALICE);
	world_run(3000);
	assert_int_equal(world_calls(ALICE), 2);
	assert_true(is_secure(ALICE, WORLD_PICTURE_PORT));
	assert_int_equal(n_parts, 2);
	assert_memory_not_equal(calls_first(calls_of(ALICE))->call->peer_zid,
				world_call(ALICE)->peer_zid, ZRTP_ZID_LEN);
}

static bool lose_multistream(int from, const uint8_t *zrtp, size_t len)
{
	const size_t agreement_at = BODY_AT + 12 + 32 + 12 + 12;

	return is(zrtp, len, "Commit  ") && !memcmp(zrtp + agreement_at, "Mult", 4);
}

/* Whose Multistream mode does not come about is a call of its own, by DH. */
static void what_cannot_join_is_a_call_of_its_own(void **state)
{
	also_lose = lose_multistream;
	start_both();
	world_run(40000);
	assert_true(both_secure());
	assert_int_equal(world_calls(ALICE), 2);
	assert_int_equal(world_calls(BOB), 2);
	assert_int_equal(n_parts, 2);
	assert_true(same_keys(WORLD_PROGRAM_PORT));
	assert_true(same_keys(WORLD_PICTURE_PORT));
}

/* The far end has no picture: what has no ZRTP is not hidden behind what has. */
static void a_stream_without_zrtp_is_shown(void **state)
{
	unsigned int told = 0;

	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(1000);
	assert_true(is_secure(ALICE, WORLD_PROGRAM_PORT));
	world_kill(BOB);
	world_picture_starts(ALICE, BOB);
	world_run(2000);
	assert_int_equal(world_calls(ALICE), 1);	/* it is likely to be */
	world_run(6000);
	for (struct line *line = calls_first(calls_of(ALICE)); line; line = line->next)
		told += line->call->shown && !strcmp(line_note(line), "no-zrtp");
	assert_int_equal(told, 1);
	assert_int_equal(world_calls(ALICE), 2);
	world_start(BOB);
}

static struct line *second_stream(int end)
{
	const struct line *call = world_line(end);

	return (struct line *)line_stream(call, line_stream(call, NULL));
}

/* RFC 6189 4.7.2: nobody allows it, on whichever stream, and the keys of all stay. */
static void no_stream_goes_clear(void **state)
{
	static const enum zrtp_action_type types[] = {
		ZRTP_ACTION_CLEAR_REFUSED, ZRTP_ACTION_CLEARED, ZRTP_ACTION_TX_CLEAR,
	};
	struct world_flow sound, picture;

	start_both();
	world_run(3000);
	sound = *world_program_flow(ALICE, WORLD_PROGRAM_PORT);
	picture = *world_program_flow(ALICE, WORLD_PICTURE_PORT);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct zrtp_action action = { .type = types[i] };

		second_stream(ALICE)->agreed = false;
		calls_zrtp(second_stream(ALICE)->session, &action, calls_of(ALICE));
		world_run(100);
		assert_one_call();
	}
	assert_memory_equal(sound.current,
			    world_program_flow(ALICE, WORLD_PROGRAM_PORT)->current,
			    sizeof(sound.current));
	assert_memory_equal(picture.current,
			    world_program_flow(ALICE, WORLD_PICTURE_PORT)->current,
			    sizeof(picture.current));
}

/* Somebody has taken the worker over: what joins a call, he does not choose. */
static void a_worker_does_not_choose_what_joins(void **state)
{
	struct zrtp_action action = { .type = ZRTP_ACTION_SECURE };
	struct line *line;

	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
	world_run(2000);
	assert_int_equal(world_verify(ALICE, BOB), 1);
	world_kill(BOB);
	world_picture_starts(ALICE, BOB);
	world_run(100);
	line = calls_first(calls_of(ALICE))->next;
	assert_int_equal(addr_port(&line->flow.local), WORLD_PICTURE_PORT);
	action.secure.multistream = true;
	action.secure.suite = world_call(ALICE)->security.suite;
	memcpy(action.secure.peer_zid, world_call(ALICE)->peer_zid, ZRTP_ZID_LEN);
	memcpy(action.secure.own_zid, world_call(ALICE)->own_zid, ZRTP_ZID_LEN);
	calls_zrtp(line->session, &action, calls_of(ALICE));
	assert_false(line->call->security.secure);
	assert_false(line->call->stream);
	world_start(BOB);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(sound_and_picture_are_one_call),
		T(whoever_begins_which),
		T(a_second_stream_later_has_keys_at_once),
		T(a_bad_network_only_takes_longer),
		T(commits_on_different_streams_are_settled),
		T(each_stream_can_have_fresh_keys),
		T(no_nonce_comes_twice_in_a_call),
		T(the_call_goes_on_with_what_is_left),
		T(a_closed_socket_ends_its_stream),
		T(a_restarted_sottod_knows_both_streams),
		T(another_worker_secures_what_is_left),
		T(another_peer_at_the_same_host_is_another_call),
		T(what_cannot_join_is_a_call_of_its_own),
		T(a_stream_without_zrtp_is_shown),
		T(no_stream_goes_clear),
		T(a_worker_does_not_choose_what_joins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
