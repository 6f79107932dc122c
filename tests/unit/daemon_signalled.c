// SPDX-License-Identifier: GPL-2.0-or-later
/* What SIP says of a far end's Hello, and the calls of programs that it is about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sodium.h>

#include "addr.h"
#include "daemon_world.h"
#include "sip_packet.h"

#define ZRTP_HEADER	12
#define CRC		4

static uint8_t bobs_hello[ZRTP_HELLO_HASH_LEN];
static bool has_hello;
static bool all_is_lost;
static const char *lost;	/* messages of this type are */
static bool alice_is_not_heard;

static const uint8_t other[ZRTP_HELLO_HASH_LEN] = { 1 };

/* Hears bob's Hello, as only the wire knows it here. */
static bool listen_and_lose(int from, const uint8_t *zrtp, size_t len)
{
	if (from == BOB && len > ZRTP_HEADER + CRC && !memcmp(zrtp + ZRTP_HEADER + 4, "Hello   ", 8)) {
		crypto_hash_sha256(bobs_hello, zrtp + ZRTP_HEADER, len - ZRTP_HEADER - CRC);
		has_hello = true;
	}
	return all_is_lost || (from == ALICE && alice_is_not_heard) ||
	       (lost && len > ZRTP_HEADER + CRC && !memcmp(zrtp + ZRTP_HEADER + 4, lost, 8));
}

static void signal_media(bool sent, const char *start, const char *cseq, const char *body)
{
	uint8_t packet[4096];
	size_t len = sip_message(packet, start, "a@b", cseq, body);

	calls_signalling(world.end[ALICE].calls, sent, packet, len);
	world_run(20);
}

/*
 * Alice's program has called bob's by SIP, and he has answered so: of what comes from @port.
 * @hash: NULL for none
 */
static void bob_names(uint16_t port, const uint8_t *hash)
{
	char body[512], address[ADDR_TEXT_MAX], hex[2 * ZRTP_HELLO_HASH_LEN + 1];

	addr_format(&world.end[BOB].wire, address);
	*strchr(address, ':') = '\0';
	if (hash)
		sodium_bin2hex(hex, sizeof(hex), hash, ZRTP_HELLO_HASH_LEN);
	snprintf(body, sizeof(body), "v=0\r\nc=IN IP4 %s\r\nm=audio %u RTP/AVP 0\r\n%s%s%s", address,
		 port, hash ? "a=zrtp-hash:1.10 " : "", hash ? hex : "",
		 hash ? "\r\n" : "");
	signal_media(true, "INVITE", "1 INVITE", "");
	signal_media(false, "SIP/2.0 200 OK", "1 INVITE", body);
}

static void bob_answers(const uint8_t *hash)
{
	bob_names(WORLD_PROGRAM_PORT, hash);
}

static void both_send(void)
{
	world_program_starts(ALICE, BOB);
	world_program_starts(BOB, ALICE);
}

static bool is_secure(void)
{
	return world_line(ALICE) && world_call(ALICE)->security.secure;
}

/* Bob speaks into the void first, so that his Hello is known. */
static void learn_hello(void)
{
	all_is_lost = true;
	world_program_starts(BOB, ALICE);
	world_run(1000);
	assert_true(has_hello);
}

static int setup(void **state)
{
	int r = world_setup(state);

	has_hello = all_is_lost = alice_is_not_heard = false;
	lost = NULL;
	world.lose = listen_and_lose;
	return r;
}

static void the_hello_that_sip_names_is_taken(void **state)
{
	learn_hello();
	bob_answers(bobs_hello);
	all_is_lost = false;
	world_program_starts(ALICE, BOB);
	world_run(20);
	assert_non_null(world_line(ALICE));
	assert_true(world_line(ALICE)->signalled);
	world_until(is_secure, 20000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

static void another_hello_is_an_alarm_and_nothing_is_agreed(void **state)
{
	bob_answers(other);
	both_send();
	world_run(20000);
	assert_false(is_secure());
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_ALARM], 1);
	assert_int_equal(world_flow_of(ALICE)->flow.tx, SOTTO_STATE_HOLD);
	assert_int_equal(world_flow_of(ALICE)->flow.rx, SOTTO_STATE_HOLD);
}

/* The message comes after the first packet. */
static void a_flow_that_has_begun_is_held_to_it(void **state)
{
	world_program_starts(ALICE, BOB);
	bob_answers(other);
	world_program_starts(BOB, ALICE);
	world_run(20000);
	assert_false(is_secure());
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
}

static void a_worker_that_comes_anew_is_told_again(void **state)
{
	bob_answers(other);
	world_program_starts(ALICE, BOB);
	world_kill_worker(ALICE);
	world_start_worker(ALICE);
	world_program_starts(BOB, ALICE);
	world_run(20000);
	assert_false(is_secure());
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
}

static void without_a_hash_all_is_as_ever(void **state)
{
	bob_answers(other);
	bob_answers(NULL);	/* which takes it back */
	both_send();
	world_until(is_secure, 20000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

/* Nobody can have a call refused by a message of a call that no program here takes part in. */
static void a_stranger_names_no_hello(void **state)
{
	char body[512], address[ADDR_TEXT_MAX];

	addr_format(&world.end[BOB].wire, address);
	*strchr(address, ':') = '\0';
	snprintf(body, sizeof(body), "v=0\r\nc=IN IP4 %s\r\nm=audio %u RTP/AVP 0\r\n"
		 SIP_ZRTP(SIP_HASH), address, WORLD_PROGRAM_PORT);
	signal_media(false, "SIP/2.0 200 OK", "1 INVITE", body);
	signal_media(false, "INVITE", "1 INVITE", body);
	both_send();
	world_until(is_secure, 20000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

/* Of a call long ago it says nothing of the next from there. */
static void what_was_named_is_not_good_for_ever(void **state)
{
	bob_answers(other);
	world_run(5 * 60 * 1000 + 1000);
	both_send();
	world_until(is_secure, 20000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

static void assert_alarm(void)
{
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
	assert_false(call_verified(world_call(ALICE)));
	assert_int_equal(world.end[ALICE].asked[CALLS_ASK_ALARM], 1);
}

/* The far end's Hello comes first, and what opens the session is no program here. */
static void a_false_hello_that_comes_first_is_an_alarm(void **state)
{
	bob_answers(other);
	world_program_starts(BOB, ALICE);
	world_run(3000);
	assert_alarm();
	world_program_starts(ALICE, BOB);
	world_run(20000);
	assert_false(is_secure());
	assert_alarm();
	assert_int_equal(world_flow_of(ALICE)->flow.tx, SOTTO_STATE_HOLD);
	assert_int_equal(world_flow_of(ALICE)->flow.rx, SOTTO_STATE_HOLD);
}

static void the_right_hello_that_comes_first_is_taken(void **state)
{
	learn_hello();
	bob_answers(bobs_hello);
	all_is_lost = false;
	world_run(5000);
	world_program_starts(ALICE, BOB);
	world_until(is_secure, 20000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

/* What a flow that has come to nothing was told holds for the next one. */
static void it_holds_until_something_is_agreed(void **state)
{
	bob_answers(other);
	world_program_starts(ALICE, BOB);
	world_run(100);
	world_program_stops(ALICE);
	world_run(CALL_LINGER_MS + CALL_BYE_MS);
	both_send();
	world_run(20000);
	assert_false(is_secure());
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
}

/* The Hello is there, and has been answered, when SIP names another. */
static void a_hello_that_came_before_sip_is_compared(void **state)
{
	alice_is_not_heard = true;
	both_send();
	world_run(200);
	assert_true(has_hello);
	assert_false(is_secure());
	all_is_lost = true;	/* nor does it come again */
	bob_answers(other);
	assert_alarm();
	all_is_lost = alice_is_not_heard = false;
	world_run(20000);
	assert_false(is_secure());
	assert_alarm();
}

/* The exchange cannot be taken back any more. */
static void a_hello_whose_exchange_goes_on_is_compared(void **state)
{
	lost = "Confirm1";
	both_send();
	world_run(300);
	assert_false(is_secure());
	bob_answers(other);
	assert_false(is_secure());
	lost = NULL;
	world_until(is_secure, 20000);
	assert_alarm();
}

static void a_hello_with_which_it_has_agreed_is_compared(void **state)
{
	both_send();
	world_until(is_secure, 20000);
	bob_answers(world_call(ALICE)->peer_hello);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	bob_answers(other);
	assert_alarm();
	world_kill(ALICE);
	world_start(ALICE);
	world_run(1000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
	/* Whoever knows the voice knows more than SIP. */
	world_verify(ALICE, BOB);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
}

static void after_a_restart_it_is_compared_too(void **state)
{
	both_send();
	world_until(is_secure, 20000);
	world_run(1000);
	world_kill(ALICE);
	world_start(ALICE);
	world_run(1000);
	bob_answers(world_call(ALICE)->peer_hello);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	bob_answers(other);
	assert_alarm();
}

/* Streams. */

static bool is_secure_at(uint16_t port)
{
	const struct world_flow *f = world_program_flow(ALICE, port);

	return f && f->flow.tx == SOTTO_STATE_SECURE && f->flow.rx == SOTTO_STATE_SECURE;
}

static bool both_streams_secure(void)
{
	return is_secure_at(WORLD_PROGRAM_PORT) && is_secure_at(WORLD_PICTURE_PORT) &&
	       world_calls(ALICE) == 1;
}

static void sound_is_secure(void)
{
	both_send();
	world_until(is_secure, 20000);
	world_run(1000);
}

/* The call has the alarm, the sound goes on, and nothing of the picture is agreed. */
static void assert_no_picture(void)
{
	assert_int_equal(world_calls(ALICE), 1);
	assert_alarm();
	assert_true(is_secure_at(WORLD_PROGRAM_PORT));
	assert_false(is_secure_at(WORLD_PICTURE_PORT));
}

static void a_false_hello_of_the_picture_is_an_alarm_of_the_call(void **state)
{
	sound_is_secure();
	world_verify(ALICE, BOB);
	bob_names(WORLD_PICTURE_PORT, other);
	world_picture_starts(ALICE, BOB);
	world_picture_starts(BOB, ALICE);
	world_run(20000);
	assert_no_picture();
}

static void also_where_the_pictures_hello_comes_first(void **state)
{
	sound_is_secure();
	bob_names(WORLD_PICTURE_PORT, other);
	world_picture_starts(BOB, ALICE);
	world_run(500);
	world_picture_starts(ALICE, BOB);
	world_run(20000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
	assert_true(is_secure_at(WORLD_PROGRAM_PORT));
	assert_false(is_secure_at(WORLD_PICTURE_PORT));
}

static void also_while_the_picture_joins(void **state)
{
	sound_is_secure();
	lost = "Commit  ";
	world_picture_starts(ALICE, BOB);
	world_picture_starts(BOB, ALICE);
	world_run(300);
	bob_names(WORLD_PICTURE_PORT, other);
	lost = NULL;
	world_run(20000);
	assert_int_equal(world_calls(ALICE), 1);
	assert_alarm();
}

static void also_when_the_picture_has_joined(void **state)
{
	sound_is_secure();
	world_picture_starts(ALICE, BOB);
	world_picture_starts(BOB, ALICE);
	world_until(both_streams_secure, 20000);
	for (const struct line *line = calls_first(world.end[ALICE].calls); line; line = line->next)
		bob_names(addr_port(&line->flow.remote), line->call->peer_hello);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_NONE);
	bob_names(WORLD_PICTURE_PORT, other);
	assert_alarm();
}

/* Which of the two goes first, and becomes what people see, is not known beforehand. */
static void two_that_begin_at_once_keep_each_its_own(void **state)
{
	bob_names(WORLD_PICTURE_PORT, other);
	world_picture_starts(ALICE, BOB);
	world_picture_starts(BOB, ALICE);
	both_send();
	world_run(40000);
	assert_int_equal(call_alarm(world_call(ALICE)), CALL_ALARM_SIGNALLING);
	assert_false(is_secure_at(WORLD_PICTURE_PORT));
}

#define WORLD(name)	cmocka_unit_test_setup_teardown(name, setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(the_hello_that_sip_names_is_taken),
		WORLD(another_hello_is_an_alarm_and_nothing_is_agreed),
		WORLD(a_flow_that_has_begun_is_held_to_it),
		WORLD(a_worker_that_comes_anew_is_told_again),
		WORLD(without_a_hash_all_is_as_ever),
		WORLD(a_stranger_names_no_hello),
		WORLD(what_was_named_is_not_good_for_ever),
		WORLD(a_false_hello_that_comes_first_is_an_alarm),
		WORLD(the_right_hello_that_comes_first_is_taken),
		WORLD(it_holds_until_something_is_agreed),
		WORLD(a_hello_that_came_before_sip_is_compared),
		WORLD(a_hello_whose_exchange_goes_on_is_compared),
		WORLD(a_hello_with_which_it_has_agreed_is_compared),
		WORLD(after_a_restart_it_is_compared_too),
		WORLD(a_false_hello_of_the_picture_is_an_alarm_of_the_call),
		WORLD(also_where_the_pictures_hello_comes_first),
		WORLD(also_while_the_picture_joins),
		WORLD(also_when_the_picture_has_joined),
		WORLD(two_that_begin_at_once_keep_each_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
