// SPDX-License-Identifier: GPL-2.0-or-later
/* SIP, as far as it names a Hello: what a message says, and whose messages are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>

#include "dialogs.h"
#include "sip.h"
#include "sip_packet.h"

#define OFFER	SIP_SDP("IP4 192.0.2.7") SIP_AUDIO("5004") SIP_ZRTP(SIP_HASH)
#define OTHER	"0000000000000000000000000000000000000000000000000000000000000001"

static uint8_t packet[4096];
static struct sip_message m;

/* One octet too far is seen. */
static int parse(size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);
	int r;

	assert_non_null(exact);
	memcpy(exact, packet, len);
	r = sip_parse(exact, len, &m);
	free(exact);
	return r;
}

static int parse_body(const char *body)
{
	return parse(sip_message(packet, "INVITE", "a@b", "1 INVITE", body));
}

static void an_offer_names_its_hello(void **state)
{
	static const uint8_t address[4] = { 192, 0, 2, 7 };

	assert_int_equal(parse_body(OFFER), 0);
	assert_int_equal(m.status, 0);
	assert_int_equal(m.method, SIP_INVITE);
	assert_int_equal(m.cseq, 1);
	assert_int_equal(m.n, 1);
	assert_false(m.media[0].ipv6);
	assert_memory_equal(m.media[0].addr, address, 4);
	assert_int_equal(m.media[0].port, 5004);
	assert_true(m.media[0].has_hash);
	assert_int_equal(m.media[0].hash[0], 0xfe);
	assert_int_equal(m.media[0].hash[31], 0xdf);
}

static void responses_say_to_what(void **state)
{
	assert_int_equal(parse(sip_message(packet, "SIP/2.0 183 Progress", "a@b", "7 INVITE", OFFER)),
			 0);
	assert_int_equal(m.status, 183);
	assert_int_equal(m.method, SIP_INVITE);
	assert_int_equal(m.cseq, 7);
	assert_int_equal(m.n, 1);
	assert_int_equal(parse(sip_message(packet, "SIP/2.0 99 No", "a@b", "1 INVITE", "")), -EBADMSG);
	assert_int_equal(parse(sip_message(packet, "SIP/2.0 700 No", "a@b", "1 INVITE", "")), -EBADMSG);
	assert_int_equal(parse(sip_message(packet, "SIP/2.0 200", "a@b", "9 BYE", "")), 0);
	assert_int_equal(m.method, SIP_OTHER);
	assert_int_equal(m.n, 0);
}

static void each_media_line_has_its_own(void **state)
{
	static const uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 };

	assert_int_equal(parse_body(SIP_SDP("IP4 192.0.2.7")
				    SIP_AUDIO("5004") "c=IN IP6 2001:db8::7\r\n" SIP_ZRTP(SIP_HASH)
				    "m=video 5006/2 RTP/AVP 96\r\n"
				    "m=video 5008 RTP/AVP 96\r\n" SIP_ZRTP(OTHER)
				    "m=text 0 RTP/AVP 98\r\n" SIP_ZRTP(OTHER)
				    "m=audio 5010 RTP/AVP 0\r\n"), 0);
	assert_int_equal(m.n, 3);	/* no number, and no port, is no place */
	assert_true(m.media[0].ipv6);
	assert_memory_equal(m.media[0].addr, v6, 16);
	assert_int_equal(m.media[1].port, 5008);
	assert_false(m.media[1].ipv6);
	assert_int_equal(m.media[1].hash[31], 1);
	assert_int_equal(m.media[2].port, 5010);
	assert_false(m.media[2].has_hash);
}

/* A line without its place, an address that is none, a hash that is none or of another version. */
static void what_is_not_as_it_should_names_nothing(void **state)
{
	static const char *const bodies[] = {
		"v=0\r\n" SIP_AUDIO("5004") SIP_ZRTP(SIP_HASH),
		SIP_SDP("IP4 bob.example") SIP_AUDIO("5004") SIP_ZRTP(SIP_HASH),
		SIP_SDP("IP4 0.0.0.0") SIP_AUDIO("5004") SIP_ZRTP(SIP_HASH),
		SIP_SDP("IP5 192.0.2.7") SIP_AUDIO("5004") SIP_ZRTP(SIP_HASH),
		SIP_SDP("IP4 192.0.2.7") SIP_AUDIO("65536") SIP_ZRTP(SIP_HASH),
		SIP_SDP("IP4 192.0.2.7") SIP_AUDIO("5004x") SIP_ZRTP(SIP_HASH),
		/* Its own address is none: not that of the session instead. */
		SIP_SDP("IP4 192.0.2.7") SIP_AUDIO("5004") "c=IN IP4 nowhere\r\n" SIP_ZRTP(SIP_HASH),
		"", "m=", "c=", "a=zrtp-hash:",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(parse_body(bodies[i]), 0);
		assert_int_equal(m.n, 0);
	}
	/* RFC 6189 8: at the media level only. */
	assert_int_equal(parse_body(SIP_SDP("IP4 192.0.2.7") SIP_ZRTP(SIP_HASH) SIP_AUDIO("5004")), 0);
	assert_int_equal(m.n, 1);
	assert_false(m.media[0].has_hash);
	assert_int_equal(parse_body(SIP_SDP("IP4 192.0.2.7") SIP_AUDIO("5004")
				    "a=zrtp-hash:2.00 " SIP_HASH "\r\n"), 0);
	assert_false(m.media[0].has_hash);
	assert_int_equal(parse_body(SIP_SDP("IP4 192.0.2.7") SIP_AUDIO("5004")
				    "a=zrtp-hash:1.10 " SIP_HASH "00\r\n"), 0);
	assert_false(m.media[0].has_hash);
}

static void what_is_no_sip_is_refused(void **state)
{
	size_t len = sip_message(packet, "INVITE", "a@b", "1 INVITE", OFFER);

	for (size_t n = 0; n < len; n++)
		assert_int_equal(parse(n), -EBADMSG);	/* UDP says that there is more */
	packet[9] = 6;	/* TCP */
	assert_int_equal(parse(len), -EBADMSG);
	sip_message(packet, "INVITE", "a@b", "1 INVITE", OFFER);
	packet[6] = 0x20;	/* more fragments */
	assert_int_equal(parse(len), -EBADMSG);
	packet[6] = 0;
	packet[7] = 1;	/* not the first */
	assert_int_equal(parse(len), -EBADMSG);
	packet[7] = 0;
	packet[0] = 0x4f;	/* the header is longer: what follows is no UDP */
	assert_int_equal(parse(len), -EBADMSG);
	assert_int_equal(parse(sip_message(packet, "INVITE", "", "1 INVITE", OFFER)), -EBADMSG);
	assert_int_equal(parse(sip_message(packet, "INVITE", "a@b", "x INVITE", OFFER)), -EBADMSG);
	assert_int_equal(parse(sip_message(packet, "INVITE", "a@b", "4294967296 INVITE", OFFER)),
			 -EBADMSG);
}

static void another_body_has_no_media(void **state)
{
	static const char text[] = "INVITE sip:b SIP/2.0\ni: a@b\ncseq: 1 INVITE\nc: text/plain\n\n" OFFER;
	static const char compact[] =
		"INVITE sip:b SIP/2.0\ni: a@b\ncseq: 1 INVITE\nc: Application/SDP\n\n" OFFER;

	assert_int_equal(parse(sip_packet(packet, text, sizeof(text) - 1)), 0);
	assert_int_equal(m.n, 0);
	assert_int_equal(parse(sip_packet(packet, compact, sizeof(compact) - 1)), 0);
	assert_int_equal(m.n, 1);
}

/* Dialogs. */

static struct dialogs dialogs;
static struct sip_media out[SIP_MEDIA_MAX];

static size_t passes(bool sent, const char *start, const char *call, const char *cseq,
		     const char *body)
{
	assert_int_equal(parse(sip_message(packet, start, call, cseq, body)), 0);
	return dialogs_message(&dialogs, sent, &m, out);
}

#define SENT(...)	passes(true, __VA_ARGS__)
#define CAME(...)	passes(false, __VA_ARGS__)

static int begin(void **state)
{
	memset(&dialogs, 0, sizeof(dialogs));
	return 0;
}

static void a_call_begun_here_is_answered_there(void **state)
{
	assert_int_equal(SENT("INVITE", "a", "1 INVITE", OFFER), 0);	/* ours, not theirs */
	assert_int_equal(CAME("SIP/2.0 180 Ringing", "a", "1 INVITE", ""), 0);
	assert_int_equal(CAME("SIP/2.0 200 OK", "a", "1 INVITE", OFFER), 1);
	assert_int_equal(out[0].port, 5004);
	/* It is put on hold, and we say yes to that. */
	assert_int_equal(CAME("INVITE", "a", "5 INVITE", OFFER), 0);
	assert_int_equal(SENT("SIP/2.0 200 OK", "a", "5 INVITE", OFFER), 1);
}

static void a_call_begun_there_counts_when_it_is_answered_here(void **state)
{
	assert_int_equal(CAME("INVITE", "a", "1 INVITE", OFFER), 0);
	assert_int_equal(SENT("SIP/2.0 180 Ringing", "a", "1 INVITE", ""), 0);
	assert_int_equal(SENT("SIP/2.0 200 OK", "a", "1 INVITE", OFFER), 1);
	assert_int_equal(SENT("SIP/2.0 200 OK", "a", "1 INVITE", OFFER), 0);	/* repeated */
	/* An INVITE without an offer is answered in the ACK. */
	assert_int_equal(CAME("INVITE", "b", "1 INVITE", ""), 0);
	assert_int_equal(SENT("SIP/2.0 200 OK", "b", "1 INVITE", OFFER), 0);
	assert_int_equal(CAME("ACK", "b", "1 ACK", OFFER), 1);
}

static void a_stranger_to_the_call_names_nothing(void **state)
{
	assert_int_equal(SENT("INVITE", "a", "1 INVITE", OFFER), 0);
	assert_int_equal(CAME("SIP/2.0 200 OK", "b", "1 INVITE", OFFER), 0);
	assert_int_equal(CAME("ACK", "b", "1 ACK", OFFER), 0);
	assert_int_equal(CAME("UPDATE", "b", "1 UPDATE", OFFER), 0);
	/* Nobody has answered it, or it was refused. */
	assert_int_equal(CAME("INVITE", "c", "1 INVITE", OFFER), 0);
	assert_int_equal(SENT("SIP/2.0 603 Decline", "c", "1 INVITE", ""), 0);
	assert_int_equal(CAME("ACK", "c", "1 ACK", OFFER), 0);
	/* What was answered is another request of that call. */
	assert_int_equal(CAME("INVITE", "d", "1 INVITE", OFFER), 0);
	assert_int_equal(SENT("SIP/2.0 200 OK", "d", "2 INVITE", OFFER), 0);
	assert_int_equal(SENT("SIP/2.0 200 OK", "d", "1 OPTIONS", OFFER), 0);
	/* A failure's description is none of a call. */
	assert_int_equal(CAME("SIP/2.0 488 No", "a", "1 INVITE", OFFER), 0);
	assert_int_equal(CAME("SIP/2.0 200 OK", "a", "2 OPTIONS", OFFER), 0);
}

static void a_flood_of_calls_pushes_none_of_ours_out(void **state)
{
	char call[16];

	assert_int_equal(SENT("INVITE", "a", "1 INVITE", OFFER), 0);
	for (int i = 0; i < 10 * DIALOGS_MAX; i++) {
		snprintf(call, sizeof(call), "flood-%d", i);
		assert_int_equal(CAME("INVITE", call, "1 INVITE", OFFER), 0);
	}
	assert_int_equal(CAME("SIP/2.0 200 OK", "a", "1 INVITE", OFFER), 1);
}

#define DIALOG(name)	cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer_names_its_hello),
		cmocka_unit_test(responses_say_to_what),
		cmocka_unit_test(each_media_line_has_its_own),
		cmocka_unit_test(what_is_not_as_it_should_names_nothing),
		cmocka_unit_test(what_is_no_sip_is_refused),
		cmocka_unit_test(another_body_has_no_media),
		DIALOG(a_call_begun_here_is_answered_there),
		DIALOG(a_call_begun_there_counts_when_it_is_answered_here),
		DIALOG(a_stranger_to_the_call_names_nothing),
		DIALOG(a_flood_of_calls_pushes_none_of_ours_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
