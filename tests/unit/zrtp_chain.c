// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash chain and the MACs that it keys, RFC 6189 9.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chain.h"

static void the_chain_leads_from_h0_to_h3_and_not_back(void **state)
{
	const uint8_t h0[ZRTP_IMAGE_LEN] = { 0 };
	/* SHA-256 of 32 zero octets. */
	static const uint8_t h1[] = {
		0x66, 0x68, 0x7a, 0xad, 0xf8, 0x62, 0xbd, 0x77, 0x6c, 0x8f, 0xc1, 0x8b, 0x8e, 0x9f,
		0x8e, 0x20, 0x08, 0x97, 0x14, 0x85, 0x6e, 0xe2, 0x33, 0xb3, 0x90, 0x2a, 0x59, 0x1d,
		0x0d, 0x5f, 0x29, 0x25,
	};
	struct zrtp_chain c;

	zrtp_chain_init(&c, h0);
	assert_memory_equal(c.h[1], h1, sizeof(h1));
	assert_true(zrtp_chain_leads(c.h[2], 1, c.h[3]));
	assert_true(zrtp_chain_leads(c.h[1], 2, c.h[3]));
	assert_true(zrtp_chain_leads(c.h[0], 1, c.h[1]));
	assert_false(zrtp_chain_leads(c.h[1], 1, c.h[3]));
	assert_false(zrtp_chain_leads(c.h[3], 1, c.h[2]));
}

/* The value is from Python's hmac. */
static void the_mac_is_64_bits_of_hmac_sha256(void **state)
{
	static const uint8_t want[] = { 0x3a, 0x4d, 0x75, 0x69, 0x9f, 0x35, 0x53, 0x39 };
	uint8_t key[ZRTP_IMAGE_LEN], msg[5 + ZRTP_MAC_LEN] = "hello";

	memset(key, 1, sizeof(key));
	zrtp_chain_mac(key, msg, 5, msg + 5);
	assert_memory_equal(msg + 5, want, sizeof(want));
	assert_true(zrtp_chain_mac_valid(key, msg, sizeof(msg)));
	for (size_t bit = 0; bit < sizeof(msg) * 8; bit++) {
		msg[bit / 8] ^= 1 << bit % 8;
		assert_false(zrtp_chain_mac_valid(key, msg, sizeof(msg)));
		msg[bit / 8] ^= 1 << bit % 8;
	}
	assert_false(zrtp_chain_mac_valid(key, msg, ZRTP_MAC_LEN - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chain_leads_from_h0_to_h3_and_not_back),
		cmocka_unit_test(the_mac_is_64_bits_of_hmac_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
