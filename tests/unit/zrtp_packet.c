// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Header, CRC, message type: what is accepted, and nothing else.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "packet.h"

static const uint8_t hello_ack[12] = "\x50\x5a\x00\x03HelloACK";

static size_t good(uint8_t packet[64])
{
	int n = zrtp_packet_build(packet, 64, 0xfffe, 0xdeadbeef, hello_ack, sizeof(hello_ack));

	assert_int_equal(n, 28);
	return n;
}

/* The check value of CRC-32C, and RFC 3720 B.4's. */
static void the_crc_is_castagnolis(void **state)
{
	uint8_t data[32];

	assert_int_equal(zrtp_crc32c((const uint8_t *)"123456789", 9), 0xe3069283);
	memset(data, 0, sizeof(data));
	assert_int_equal(zrtp_crc32c(data, sizeof(data)), 0x8a9136aa);
	memset(data, 0xff, sizeof(data));
	assert_int_equal(zrtp_crc32c(data, sizeof(data)), 0x62a8ab43);
}

static void a_packet_comes_back_as_it_was(void **state)
{
	uint8_t packet[64];
	size_t len = good(packet);
	struct zrtp_packet out;

	assert_memory_equal(packet, "\x10\x00\xff\xfeZRTP\xde\xad\xbe\xef", 12);
	assert_int_equal(zrtp_packet_parse(packet, len, &out), 0);
	assert_int_equal(out.type, ZRTP_MSG_HELLO_ACK);
	assert_int_equal(out.seq, 0xfffe);
	assert_int_equal(out.ssrc, 0xdeadbeef);
	assert_int_equal(out.msg_len, sizeof(hello_ack));
	assert_memory_equal(out.msg, hello_ack, sizeof(hello_ack));
}

static void reseal(uint8_t *packet, size_t len)
{
	uint32_t crc = zrtp_crc32c(packet, len - 4);

	for (int i = 0; i < 4; i++)
		packet[len - 4 + i] = crc >> 8 * i;
}

static void the_unused_bits_are_ignored(void **state)
{
	uint8_t packet[64];
	size_t len = good(packet);
	struct zrtp_packet out;

	packet[0] |= 0x0f;
	packet[1] = 0xff;
	reseal(packet, len);
	assert_int_equal(zrtp_packet_parse(packet, len, &out), 0);
}

static void header_and_cookie_are_checked_beside_the_crc(void **state)
{
	uint8_t packet[64];
	size_t len = good(packet);
	struct zrtp_packet out;

	for (size_t bit = 0; bit < 8 * 8; bit++) {
		bool matters = bit >= 32 || (bit >= 4 && bit < 8);	/* cookie, version nibble */

		packet[bit / 8] ^= 1 << bit % 8;
		reseal(packet, len);
		assert_int_equal(zrtp_packet_parse(packet, len, &out), matters ? -EBADMSG : 0);
		packet[bit / 8] ^= 1 << bit % 8;
	}
}

static void any_flipped_bit_is_dropped(void **state)
{
	uint8_t packet[64];
	size_t len = good(packet);
	struct zrtp_packet out;

	for (size_t bit = 0; bit < len * 8; bit++) {
		packet[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(zrtp_packet_parse(packet, len, &out), -EBADMSG);
		packet[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_equal(zrtp_packet_parse(packet, len, &out), 0);
}

static void any_truncation_is_dropped(void **state)
{
	uint8_t packet[64];
	size_t len = good(packet);
	struct zrtp_packet out;

	for (size_t n = 0; n < len; n++)
		assert_int_equal(zrtp_packet_parse(packet, n, &out), -EBADMSG);
}

static void parse_message(const uint8_t *msg, size_t len, int want)
{
	static uint8_t packet[2 * ZRTP_PACKET_MAX];
	struct zrtp_packet out;
	int n = zrtp_packet_build(packet, sizeof(packet), 1, 2, msg, len);

	assert_true(n > 0);
	assert_int_equal(zrtp_packet_parse(packet, n, &out), want);
}

static void length_field_and_type_must_fit(void **state)
{
	static uint8_t large[ZRTP_PACKET_MAX] = "\x50\x5a\x03\x00" "Confirm1";
	uint8_t msg[16];

	memcpy(msg, hello_ack, sizeof(hello_ack));
	parse_message(msg, 12, 0);
	parse_message(msg, 16, -EBADMSG);	/* longer than it says */
	msg[3] = 4;
	parse_message(msg, 12, -EBADMSG);	/* shorter */
	msg[3] = 3;
	msg[0] = 0x51;
	parse_message(msg, 12, -EBADMSG);	/* preamble */
	msg[0] = 0x50;
	msg[4] = 'h';
	parse_message(msg, 12, -EBADMSG);	/* unknown type */
	parse_message(large, 0x300 * 4, -EBADMSG);	/* too large with its header */
}

static void a_small_buffer_is_refused(void **state)
{
	uint8_t packet[64];

	assert_int_equal(zrtp_packet_build(packet, 27, 1, 2, hello_ack, 12), -ENOBUFS);
	assert_int_equal(zrtp_packet_build(packet, 28, 1, 2, hello_ack, 12), 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_crc_is_castagnolis),
		cmocka_unit_test(a_packet_comes_back_as_it_was),
		cmocka_unit_test(the_unused_bits_are_ignored),
		cmocka_unit_test(header_and_cookie_are_checked_beside_the_crc),
		cmocka_unit_test(any_flipped_bit_is_dropped),
		cmocka_unit_test(any_truncation_is_dropped),
		cmocka_unit_test(length_field_and_type_must_fit),
		cmocka_unit_test(a_small_buffer_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
