// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a program with keys of its own asks of libsotto: to have a flow, whoever has begun
 * it, and to make it secure.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "libsotto_kernel.h"
#include "priv.h"

static struct sotto *s;

static int setup(void **state)
{
	(void)state;
	kernel_reset(true);
	return sotto_open(&s);
}

static int teardown(void **state)
{
	(void)state;
	sotto_close(s);
	return kernel_sockets();
}

static struct sotto_flow wanted(void)
{
	struct sotto_flow flow = {
		.local.in = { .sin_family = AF_INET, .sin_port = htons(7000) },
		.remote.in = { .sin_family = AF_INET, .sin_port = htons(7002) },
		.cookie = "me", .cookie_len = 2,
	};

	flow.local.in.sin_addr.s_addr = htonl(0x0a090001);
	flow.remote.in.sin_addr.s_addr = htonl(0x0a090002);
	return flow;
}

/* The kernel tells of a flow at the wanted addresses. */
static void tell(uint8_t flags, uint64_t id, uint32_t flow_flags, const char *cookie)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, flags);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	struct sotto_flow flow = wanted();

	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, id);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, AF_INET);
	mnl_attr_put(nlh, SOTTO_A_FLOW_LADDR, 4, &flow.local.in.sin_addr);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_LPORT, flow.local.in.sin_port);
	mnl_attr_put(nlh, SOTTO_A_FLOW_RADDR, 4, &flow.remote.in.sin_addr);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_RPORT, flow.remote.in.sin_port);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_FLAGS, flow_flags);
	if (cookie)
		mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, strlen(cookie), cookie);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
}

static void exists(uint32_t flags, const char *cookie)
{
	kernel_error(EEXIST, "a flow with these addresses exists");
	tell(NLM_F_MULTI, 7, flags, cookie);
	kernel_done();
}

static void a_flow_that_is_not_there_is_made(void **state)
{
	struct sotto_flow flow = wanted();

	(void)state;
	tell(0, 9, SOTTO_FLOW_F_AGENT, "me");
	kernel_ack();
	assert_int_equal(sotto_flow_claim(s, &flow), 0);
	assert_int_equal(flow.id, 9);
}

static void one_that_the_network_has_begun_is_taken_up(void **state)
{
	struct sotto_flow flow = wanted();

	(void)state;
	exists(SOTTO_FLOW_F_EMBRYONIC, NULL);
	kernel_ack();	/* the cookie */
	kernel_ack();	/* the options */
	tell(0, 7, 0, "me");
	kernel_ack();
	assert_int_equal(sotto_flow_claim(s, &flow), 0);
	assert_int_equal(flow.id, 7);
	assert_int_equal(flow.cookie_len, 2);
}

static void one_that_somebody_has_is_left_alone(void **state)
{
	struct sotto_flow flow = wanted();

	(void)state;
	exists(0, NULL);
	assert_int_equal(sotto_flow_claim(s, &flow), -EEXIST);
	assert_non_null(strstr(sotto_error(s), "flow 7"));
	flow = wanted();
	exists(SOTTO_FLOW_F_EMBRYONIC, "somebody");
	assert_int_equal(sotto_flow_claim(s, &flow), -EEXIST);
}

static void one_that_ends_meanwhile_is_made_anew(void **state)
{
	struct sotto_flow flow = wanted();

	(void)state;
	kernel_error(EEXIST, NULL);
	kernel_done();	/* it is not there any more */
	tell(0, 10, SOTTO_FLOW_F_AGENT, "me");
	kernel_ack();
	assert_int_equal(sotto_flow_claim(s, &flow), 0);
	assert_int_equal(flow.id, 10);
	/* So often, and no more. */
	flow = wanted();
	for (int i = 0; i < 3; i++) {
		exists(SOTTO_FLOW_F_EMBRYONIC, NULL);
		kernel_error(ENOENT, NULL);
	}
	assert_int_equal(sotto_flow_claim(s, &flow), -EAGAIN);
}

static void no_flow_is_had_without_a_cookie(void **state)
{
	struct sotto_flow flow = wanted();

	(void)state;
	flow.cookie_len = 0;
	assert_int_equal(sotto_flow_claim(s, &flow), -EINVAL);
	assert_null(kernel_asked());
}

static struct sotto_key a_key(enum sotto_dir dir, uint64_t id)
{
	return (struct sotto_key){
		.flow_id = id, .dir = dir, .profile = SOTTO_PROFILE_AEAD_AES_128_GCM,
		.master_len = 16, .salt_len = 12,
	};
}

static void both_keys_make_it_secure_and_tx_comes_last(void **state)
{
	struct sotto_key tx = a_key(SOTTO_DIR_TX, 7), rx = a_key(SOTTO_DIR_RX, 7);
	const struct nlattr *top[SOTTO_A_MAX + 1], *tb[SOTTO_A_FLOW_MAX + 1];

	(void)state;
	for (int i = 0; i < 4; i++)
		kernel_ack();
	assert_int_equal(sotto_flow_protect(s, 7, &tx, &rx), 0);
	sotto_attrs_top(kernel_asked(), top);
	assert_non_null(top[SOTTO_A_FLOW]);
	sotto_attrs_nest(top[SOTTO_A_FLOW], tb, SOTTO_A_FLOW_MAX);
	assert_non_null(tb[SOTTO_A_FLOW_STATE_TX]);
	assert_int_equal(mnl_attr_get_u32(tb[SOTTO_A_FLOW_STATE_TX]), SOTTO_STATE_SECURE);
	/* Nothing is sent before what arrives can be read, nor with half of it refused. */
	kernel_ack();
	kernel_error(EEXIST, "used before");
	assert_int_equal(sotto_flow_protect(s, 7, &tx, &rx), -EEXIST);
	sotto_attrs_top(kernel_asked(), top);
	assert_null(top[SOTTO_A_FLOW]);
}

static void keys_of_another_flow_or_way_round_are_refused(void **state)
{
	struct sotto_key tx = a_key(SOTTO_DIR_TX, 7), rx = a_key(SOTTO_DIR_RX, 7);

	(void)state;
	assert_int_equal(sotto_flow_protect(s, 8, &tx, &rx), -EINVAL);
	assert_int_equal(sotto_flow_protect(s, 7, &rx, &tx), -EINVAL);
	assert_int_equal(sotto_flow_protect(s, 7, &tx, &tx), -EINVAL);
	assert_null(kernel_asked());
}

static void profiles_have_names_and_sizes(void **state)
{
	enum sotto_profile profile;
	uint8_t master, salt;

	(void)state;
	for (unsigned int i = SOTTO_PROFILE_UNSPEC + 1; i <= SOTTO_PROFILE_MAX; i++) {
		assert_int_equal(sotto_profile_parse(sotto_profile_name(i), &profile), 0);
		assert_int_equal(profile, i);
		assert_int_equal(sotto_profile_sizes(i, &master, &salt), 0);
		assert_int_equal(master, strstr(sotto_profile_name(i), "256") ? 32 : 16);
		assert_int_equal(salt, strstr(sotto_profile_name(i), "aead") ? 12 : 14);
	}
	assert_int_equal(sotto_profile_parse("AES_CM_128_HMAC_SHA1_80", &profile), 0);
	assert_int_equal(profile, SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80);
	assert_int_equal(sotto_profile_parse("AEAD_AES_256_GCM", &profile), 0);
	assert_int_equal(profile, SOTTO_PROFILE_AEAD_AES_256_GCM);
	assert_int_equal(sotto_profile_parse("AES_CM_128_HMAC_SHA1_8", &profile), -EINVAL);
	assert_int_equal(sotto_profile_parse("AES_CM_128_HMAC_SHA1_800", &profile), -EINVAL);
	assert_int_equal(sotto_profile_parse("NULL_HMAC_SHA1_80", &profile), -EINVAL);
	assert_int_equal(sotto_profile_parse("none", &profile), -EINVAL);
	assert_int_equal(sotto_profile_sizes(SOTTO_PROFILE_UNSPEC, &master, &salt), -EINVAL);
	assert_int_equal(sotto_profile_sizes(SOTTO_PROFILE_MAX + 1, &master, &salt), -EINVAL);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_flow_that_is_not_there_is_made),
		TEST(one_that_the_network_has_begun_is_taken_up),
		TEST(one_that_somebody_has_is_left_alone),
		TEST(one_that_ends_meanwhile_is_made_anew),
		TEST(no_flow_is_had_without_a_cookie),
		TEST(both_keys_make_it_secure_and_tx_comes_last),
		TEST(keys_of_another_flow_or_way_round_are_refused),
		TEST(profiles_have_names_and_sizes),
	};

	return cmocka_run_group_tests_name("libsotto program", tests, NULL, NULL);
}
