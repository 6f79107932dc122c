// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module/dns.c and what evidence.c makes of it: what is DNS to the last byte, where it
 * may be, and that RTP never is. Each packet is read in a block of exactly its length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include "dns.h"
#include "evidence.h"
#include "traffic.h"

static const u8 query[] = {
	0x9a, 0x01, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1,
	3, 's', 'i', 'p', 2, 'd', 'e', 0, 0, 28, 0, 1,
	0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 4, 0, 10, 0, 0,
};

static const u8 response[] = {
	0x9a, 0x01, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0,
	3, 's', 'i', 'p', 2, 'd', 'e', 0, 0, 1, 0, 1,
	0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
};

static enum sotto_dns_kind read_exactly(const u8 *data, unsigned int len)
{
	u8 *copy = malloc(len ?: 1);
	enum sotto_dns_kind kind;
	u16 id;

	assert_non_null(copy);
	if (len)
		memcpy(copy, data, len);
	kind = sotto_dns_read(copy, len, &id);
	if (kind != SOTTO_DNS_NONE)
		assert_int_equal(id, data[0] << 8 | data[1]);
	free(copy);
	return kind;
}

static void it_ends_where_the_datagram_ends(void **state)
{
	u8 more[64] = {};

	for (unsigned int len = 0; len <= sizeof(query); len++)
		assert_int_equal(read_exactly(query, len),
				 len == sizeof(query) ? SOTTO_DNS_QUERY : SOTTO_DNS_NONE);
	for (unsigned int len = 0; len <= sizeof(response); len++)
		assert_int_equal(read_exactly(response, len),
				 len == sizeof(response) ? SOTTO_DNS_RESPONSE : SOTTO_DNS_NONE);
	memcpy(more, query, sizeof(query));
	assert_int_equal(read_exactly(more, sizeof(query) + 1), SOTTO_DNS_NONE);
	memcpy(more, response, sizeof(response));
	assert_int_equal(read_exactly(more, sizeof(response) + 1), SOTTO_DNS_NONE);
}

/* In a query nearly every bit that says what it is must be as it is. */
static void other_headers_are_none(void **state)
{
	unsigned int as_good = 0;
	u8 data[sizeof(query)];

	for (unsigned int bit = 16; bit < 96; bit++) {
		memcpy(data, query, sizeof(query));
		data[bit / 8] ^= 0x80 >> bit % 8;
		as_good += read_exactly(data, sizeof(data)) != SOTTO_DNS_NONE;
	}
	/* RD, AD, CD, and QR, which makes it a response with the same records. */
	assert_int_equal(as_good, 4);
}

static void names_stay_inside(void **state)
{
	u8 data[sizeof(query)];

	/* A label that is too long, one of another kind, a name without an end. */
	for (unsigned int first = 64; first < 192; first++) {
		memcpy(data, query, sizeof(query));
		data[12] = first;
		assert_int_equal(read_exactly(data, sizeof(data)), SOTTO_DNS_NONE);
	}
	memset(data + 12, 1, sizeof(data) - 12);
	assert_int_equal(read_exactly(data, sizeof(data)), SOTTO_DNS_NONE);
	memset(data + 12, 0xc0, sizeof(data) - 12);
	assert_int_equal(read_exactly(data, sizeof(data)), SOTTO_DNS_NONE);
}

/* Of RTP at random, and of the worst there can be: whose header is that of a query. */
static void rtp_is_none(void **state)
{
	uint64_t rng = 1;

	for (unsigned int i = 0; i < 300000; i++) {
		u8 data[172];

		for (unsigned int at = 0; at < sizeof(data); at += 4) {
			u32 word = traffic_random(&rng);

			memcpy(data + at, &word, 4);
		}
		if (i % 2)
			memcpy(data, query, 12);
		data[0] = 0x80;
		assert_int_equal(read_exactly(data, sizeof(data)), SOTTO_DNS_NONE);
	}
}

/* Where it may be. */

static struct sotto_evidence ev;

static int setup(void **state)
{
	sotto_evidence_init(&ev);
	return sotto_evidence_ready(&ev);
}

static int teardown(void **state)
{
	sotto_evidence_exit(&ev);
	return 0;
}

static struct sotto_tuple between(u16 lport, u32 raddr, u16 rport)
{
	return (struct sotto_tuple){
		.family = AF_INET,
		.raddr.s6_addr32[0] = htonl(raddr),
		.lport = htons(lport),
		.rport = htons(rport),
	};
}

static bool asks(u16 lport, u32 raddr, u16 rport, enum sotto_dir dir)
{
	struct sotto_tuple tuple = between(lport, raddr, rport);

	return sotto_evidence_dns(&ev, &tuple, dir, query, sizeof(query));
}

static bool answers(u16 lport, u32 raddr, u16 rport, enum sotto_dir dir)
{
	struct sotto_tuple tuple = between(lport, raddr, rport);

	return sotto_evidence_dns(&ev, &tuple, dir, response, sizeof(response));
}

static void only_what_was_asked_is_answered(void **state)
{
	const u32 server = 0x0a000001, other = 0x0a000002;

	assert_false(answers(7000, server, 53, SOTTO_DIR_RX));
	assert_true(asks(7000, server, 53, SOTTO_DIR_TX));
	assert_true(answers(7000, server, 53, SOTTO_DIR_RX));
	assert_false(answers(7000, other, 53, SOTTO_DIR_RX));
	assert_false(answers(7001, server, 53, SOTTO_DIR_RX));
	assert_false(answers(7000, server, 53, SOTTO_DIR_TX));
	jiffies += 10 * HZ + 1;
	assert_false(answers(7000, server, 53, SOTTO_DIR_RX));
}

static void other_ids_are_no_answer(void **state)
{
	struct sotto_tuple tuple = between(7000, 1, 53);
	u8 data[sizeof(response)];

	memcpy(data, response, sizeof(data));
	assert_true(asks(7000, 1, 53, SOTTO_DIR_TX));
	data[1]++;
	assert_false(sotto_evidence_dns(&ev, &tuple, SOTTO_DIR_RX, data, sizeof(data)));
}

static void it_is_asked_where_dns_is_asked(void **state)
{
	assert_false(asks(7000, 1, 54, SOTTO_DIR_TX));
	assert_false(asks(53, 1, 7000, SOTTO_DIR_TX));
	assert_false(asks(7000, 1, 53, SOTTO_DIR_RX));
	assert_true(asks(53, 1, 7000, SOTTO_DIR_RX));
	assert_true(answers(53, 1, 7000, SOTTO_DIR_TX));
}

/* By multicast: whoever knows it answers. But not in DNS itself. */
static void mdns_is_answered_from_elsewhere(void **state)
{
	assert_true(asks(7000, 0xe00000fb, 5353, SOTTO_DIR_TX));
	assert_true(answers(7000, 0x0a000007, 5353, SOTTO_DIR_RX));
	assert_false(answers(7000, 0x0a000007, 53, SOTTO_DIR_RX));
	assert_false(answers(7000, 0x0a000007, 5355, SOTTO_DIR_RX));
}

static void queries_wait_together(void **state)
{
	struct sotto_tuple tuple = between(7000, 1, 53);
	u8 q[sizeof(query)], r[sizeof(response)];

	memcpy(q, query, sizeof(q));
	memcpy(r, response, sizeof(r));
	for (u8 i = 0; i <= SOTTO_EVIDENCE_QUERIES; i++) {
		q[1] = i;
		assert_true(sotto_evidence_dns(&ev, &tuple, SOTTO_DIR_TX, q, sizeof(q)));
	}
	for (u8 i = 0; i <= SOTTO_EVIDENCE_QUERIES; i++) {
		r[1] = i;
		/* Of the first there is no trace left. */
		assert_int_equal(sotto_evidence_dns(&ev, &tuple, SOTTO_DIR_RX, r, sizeof(r)), !!i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_where_the_datagram_ends),
		cmocka_unit_test(other_headers_are_none),
		cmocka_unit_test(names_stay_inside),
		cmocka_unit_test(rtp_is_none),
		cmocka_unit_test_setup_teardown(only_what_was_asked_is_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(other_ids_are_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(it_is_asked_where_dns_is_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(mdns_is_answered_from_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(queries_wait_together, setup, teardown),
	};

	return cmocka_run_group_tests_name("module dns", tests, NULL, NULL);
}
