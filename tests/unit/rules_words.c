// SPDX-License-Identifier: GPL-2.0-or-later
/* What people may type for a rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "rule_words.h"

static const struct {
	const char *text;
	bool good;
	uint16_t least;
	uint16_t most;
} ports[] = {
	{ "1", true, 1, 1 },
	{ "65535", true, 65535, 65535 },
	{ "16384-32767", true, 16384, 32767 },
	{ "5004-5004", true, 5004, 5004 },
	{ "1-65535", true, 1, 65535 },
	{ "" }, { "0" }, { "65536" }, { "-1" }, { "5004-" }, { "-5004" }, { "9-5" }, { "5004x" },
	{ " 5004" }, { "5004 " }, { "+5004" }, { "0x10" }, { "5004-5006-5008" }, { "5004--5006" },
	{ "00000000005004-5006" }, { "5004-65536" }, { "99999999999999999999" },
};

static void ports_are_one_or_a_range(void **state)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		uint16_t least = 0, most = 0;

		assert_int_equal(rule_ports(ports[i].text, &least, &most), ports[i].good);
		assert_int_equal(least, ports[i].least);
		assert_int_equal(most, ports[i].most);
	}
}

static void numbers_are_whole_and_within(void **state)
{
	int64_t n = 42;

	assert_true(rule_number("-2147483648", INT32_MIN, INT32_MAX, &n));
	assert_int_equal(n, INT32_MIN);
	assert_true(rule_number("9223372036854775807", 0, INT64_MAX, &n));
	assert_int_equal(n, INT64_MAX);
	n = 42;
	assert_false(rule_number("9223372036854775808", 0, INT64_MAX, &n));
	assert_false(rule_number("2147483648", INT32_MIN, INT32_MAX, &n));
	assert_false(rule_number("-2147483649", INT32_MIN, INT32_MAX, &n));
	assert_false(rule_number("-", -9, 9, &n));
	assert_false(rule_number("--1", -9, 9, &n));
	assert_false(rule_number("1.5", -9, 9, &n));
	assert_false(rule_number("", -9, 9, &n));
	assert_int_equal(n, 42);
}

static void a_user_is_a_name_or_a_number(void **state)
{
	uint32_t uid = 42;

	assert_true(rule_user("root", &uid));
	assert_int_equal(uid, 0);
	assert_true(rule_user("4294967294", &uid));
	assert_int_equal(uid, 4294967294);
	assert_false(rule_user("4294967295", &uid));	/* (uid_t)-1 is nobody at all */
	assert_false(rule_user("no such user", &uid));
	assert_int_equal(uid, 4294967294);
}

static void a_cgroup_is_a_number_or_a_directory_of_cgroup2(void **state)
{
	uint64_t id = 42;

	assert_true(rule_cgroup("4711", &id));
	assert_int_equal(id, 4711);
	assert_false(rule_cgroup("0", &id));
	assert_false(rule_cgroup("/", &id));	/* there, but no cgroup */
	assert_false(rule_cgroup("/no/such/directory", &id));
	assert_int_equal(id, 4711);
}

static void a_peer_is_a_host_or_a_network(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint16_t family;
		uint8_t len;
	} peers[] = {
		{ "192.0.2.7", true, AF_INET, 32 }, { "192.0.2.0/24", true, AF_INET, 24 },
		{ "0.0.0.0/0", true, AF_INET, 0 }, { "2001:db8::1", true, AF_INET6, 128 },
		{ "2001:db8::/32", true, AF_INET6, 32 }, { "::/0", true, AF_INET6, 0 },
		{ "::ffff:192.0.2.1/128", true, AF_INET6, 128 },
		{ "" }, { "/" }, { "/24" }, { "192.0.2.0/" }, { "192.0.2.0/33" }, { "192.0.2.0/-1" },
		{ "192.0.2.0/24x" }, { "192.0.2.0/24/24" }, { "192.0.2" }, { "192.0.2.256" },
		{ "2001:db8::/129" }, { "bob" }, { "[::1]" }, { "192.0.2.1:5004" },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd" },
	};
	uint8_t addr[16] = { 0 };

	for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		uint16_t family = 0;
		uint8_t len = 0;

		assert_int_equal(rule_peer(peers[i].text, &family, addr, &len), peers[i].good);
		assert_int_equal(family, peers[i].family);
		assert_int_equal(len, peers[i].len);
	}
	assert_true(rule_peer("192.0.2.7", &(uint16_t){ 0 }, addr, &(uint8_t){ 0 }));
	assert_memory_equal(addr, "\xc0\x00\x02\x07", 4);
}

static void a_family_is_one_of_two(void **state)
{
	uint16_t family = 42;

	assert_false(rule_family("ip", &family));
	assert_false(rule_family("IPv4", &family));
	assert_int_equal(family, 42);
	assert_true(rule_family("ipv4", &family));
	assert_int_equal(family, AF_INET);
	assert_true(rule_family("ipv6", &family));
	assert_int_equal(family, AF_INET6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_are_one_or_a_range),
		cmocka_unit_test(numbers_are_whole_and_within),
		cmocka_unit_test(a_user_is_a_name_or_a_number),
		cmocka_unit_test(a_cgroup_is_a_number_or_a_directory_of_cgroup2),
		cmocka_unit_test(a_peer_is_a_host_or_a_network),
		cmocka_unit_test(a_family_is_one_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
