// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flows, keys and rules: what is asked for, and what is read of an answer in which
 * attributes are missing or unknown.
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

/* The one nest of what was asked, sorted. */
static void asked(uint16_t attr, const struct nlattr **tb, int max)
{
	const struct nlattr *top[SOTTO_A_MAX + 1];

	assert_non_null(kernel_asked());
	sotto_attrs_top(kernel_asked(), top);
	assert_non_null(top[attr]);
	sotto_attrs_nest(top[attr], tb, max);
}

static void asked_u32(const struct nlattr *attr, uint32_t value)
{
	assert_non_null(attr);
	assert_int_equal(mnl_attr_get_payload_len(attr), sizeof(uint32_t));
	assert_int_equal(mnl_attr_get_u32(attr), value);
}

static struct sotto_addr v4(const char *host, uint16_t port)
{
	struct sotto_addr a = { .in = { .sin_family = AF_INET, .sin_port = htons(port) } };

	assert_int_equal(inet_pton(AF_INET, host, &a.in.sin_addr), 1);
	return a;
}

static void a_flow_without_attributes_is_empty(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	struct sotto_flow flow;

	(void)state;
	memset(&flow, 0xff, sizeof(flow));
	mnl_attr_nest_end(nlh, mnl_attr_nest_start(nlh, SOTTO_A_FLOW));
	kernel_datagram();
	kernel_ack();
	assert_int_equal(sotto_flow_get(s, 1, &flow), 0);
	assert_int_equal(flow.id, 0);
	assert_int_equal(flow.local.sa.sa_family, AF_UNSPEC);
	assert_int_equal(flow.tx, SOTTO_STATE_NONE);
	assert_int_equal(flow.cookie_len, 0);
	assert_false(flow.has_uid || flow.has_ssrc_tx || flow.has_ssrc_rx);
	assert_true(flow.idle_tx_ms == SOTTO_IDLE_NEVER);
	assert_true(flow.idle_rx_ms == SOTTO_IDLE_NEVER);
	for (int i = 0; i < SOTTO_STATS_COUNT; i++)
		assert_int_equal(flow.stats[i], 0);
}

static void a_flow_is_read_whole(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW), *stats, *srtp;
	struct sotto_addr local = v4("10.9.0.1", 7000), remote = v4("10.9.0.2", 7002);
	struct sotto_flow flow;

	(void)state;
	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, 1ULL << 40);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, AF_INET);
	mnl_attr_put(nlh, SOTTO_A_FLOW_LADDR, 4, &local.in.sin_addr);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_LPORT, local.in.sin_port);
	mnl_attr_put(nlh, SOTTO_A_FLOW_RADDR, 4, &remote.in.sin_addr);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_RPORT, remote.in.sin_port);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_TX, SOTTO_STATE_HOLD);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_STATE_RX, SOTTO_STATE_SECURE);
	mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, 3, "abc");
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_UID, 0);
	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_IDLE_RX_MS, 20);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_MAX + 5, 1);	/* of a kernel to come */
	stats = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_STATS);
	mnl_attr_put_u64(nlh, SOTTO_A_STATS_TX_PROTECTED, 17);
	mnl_attr_put_u64(nlh, SOTTO_A_STATS_MAX, 18);
	mnl_attr_put_u64(nlh, SOTTO_A_STATS_MAX + 1, 19);
	mnl_attr_nest_end(nlh, stats);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_WINDOW, 4096);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOW_CRYPTEX, SOTTO_CRYPTEX_REQUIRE);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_PAD_SIZE, 300);
	mnl_attr_put_u8(nlh, SOTTO_A_FLOW_PAD_MULTIPLE, 16);
	mnl_attr_put(nlh, SOTTO_A_FLOW_ENC_EXT, 2, "\1\7");
	srtp = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_SRTP_RX);
	mnl_attr_put_u8(nlh, SOTTO_A_SRTP_MKI_LEN, 4);
	mnl_attr_put_u32(nlh, SOTTO_A_SRTP_WINDOW, 64);
	mnl_attr_put_u32(nlh, SOTTO_A_SRTP_CRYPTEX, SOTTO_CRYPTEX_ON);
	mnl_attr_put_u16(nlh, SOTTO_A_SRTP_PAD_SIZE, 200);
	mnl_attr_put_u8(nlh, SOTTO_A_SRTP_PAD_MULTIPLE, 8);
	mnl_attr_put(nlh, SOTTO_A_SRTP_ENC_EXT, 1, "\11");
	mnl_attr_nest_end(nlh, srtp);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_ack();
	assert_int_equal(sotto_flow_get(s, 1, &flow), 0);
	assert_true(flow.id == 1ULL << 40);
	assert_memory_equal(&flow.local, &local, sizeof(local.in));
	assert_memory_equal(&flow.remote, &remote, sizeof(remote.in));
	assert_int_equal(flow.tx, SOTTO_STATE_HOLD);
	assert_int_equal(flow.rx, SOTTO_STATE_SECURE);
	assert_int_equal(flow.cookie_len, 3);
	assert_true(flow.has_uid);
	assert_true(flow.idle_tx_ms == SOTTO_IDLE_NEVER);
	assert_int_equal(flow.idle_rx_ms, 20);
	assert_int_equal(flow.stats[SOTTO_A_STATS_TX_PROTECTED], 17);
	assert_int_equal(flow.stats[SOTTO_A_STATS_MAX], 18);
	assert_int_equal(flow.options.window, 4096);
	assert_int_equal(flow.options.cryptex, SOTTO_CRYPTEX_REQUIRE);
	assert_int_equal(flow.options.pad_size, 300);
	assert_int_equal(flow.options.pad_multiple, 16);
	assert_int_equal(flow.options.enc_ext_len, 2);
	assert_memory_equal(flow.options.enc_ext, "\1\7", 2);
	/* Of the key that is in use, where there is one. */
	assert_false(flow.srtp_tx.has_key);
	assert_true(flow.srtp_rx.has_key);
	assert_int_equal(flow.srtp_rx.mki_len, 4);
	assert_int_equal(flow.srtp_rx.options.window, 64);
	assert_int_equal(flow.srtp_rx.options.cryptex, SOTTO_CRYPTEX_ON);
	assert_int_equal(flow.srtp_rx.options.pad_size, 200);
	assert_int_equal(flow.srtp_rx.options.pad_multiple, 8);
	assert_int_equal(flow.srtp_rx.options.enc_ext_len, 1);
	assert_int_equal(flow.srtp_rx.options.enc_ext[0], 9);
}

static void what_is_longer_than_its_place_is_not_read(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	uint8_t much[SOTTO_ENC_EXT_MAX + 1];
	struct sotto_flow flow;

	(void)state;
	memset(much, 1, sizeof(much));
	mnl_attr_put(nlh, SOTTO_A_FLOW_COOKIE, SOTTO_COOKIE_MAX + 1, much);
	mnl_attr_put(nlh, SOTTO_A_FLOW_ENC_EXT, SOTTO_ENC_EXT_MAX + 1, much);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_FAMILY, AF_INET);
	mnl_attr_put(nlh, SOTTO_A_FLOW_LADDR, sizeof(much), much);
	mnl_attr_put(nlh, SOTTO_A_FLOW_RADDR, 16, much);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_ack();
	assert_int_equal(sotto_flow_get(s, 1, &flow), 0);
	assert_int_equal(flow.cookie_len, 0);
	assert_int_equal(flow.options.enc_ext_len, 0);
	assert_int_equal(flow.local.in.sin_addr.s_addr, 0);
	assert_int_equal(flow.remote.in.sin_addr.s_addr, 0);
}

static void an_address_that_the_routes_choose_is_left_out(void **state)
{
	const struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];
	struct sotto_flow flow = { .remote = v4("10.9.0.2", 7000), .local = v4("0.0.0.0", 7000) };

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_flow_new(s, &flow), 0);
	asked(SOTTO_A_FLOW, tb, SOTTO_A_FLOW_MAX);
	assert_null(tb[SOTTO_A_FLOW_LADDR]);
	assert_int_equal(mnl_attr_get_u16(tb[SOTTO_A_FLOW_LPORT]), htons(7000));
	assert_int_equal(mnl_attr_get_u16(tb[SOTTO_A_FLOW_FAMILY]), AF_INET);
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_RADDR]), 4);
	assert_null(tb[SOTTO_A_FLOW_COOKIE]);
}

static void families_are_not_mixed(void **state)
{
	struct sotto_flow flow = { .remote = v4("10.9.0.2", 7000) };

	(void)state;
	flow.local.sa.sa_family = AF_INET6;
	assert_int_equal(sotto_flow_new(s, &flow), -EINVAL);
	assert_true(sotto_error(s)[0]);
	assert_null(kernel_asked());
}

static void one_direction_is_set_and_not_the_other(void **state)
{
	const struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_flow_set_state(s, 5, SOTTO_DIR_RX, SOTTO_STATE_SECURE), 0);
	asked(SOTTO_A_FLOW, tb, SOTTO_A_FLOW_MAX);
	assert_int_equal(mnl_attr_get_u64(tb[SOTTO_A_FLOW_ID]), 5);
	asked_u32(tb[SOTTO_A_FLOW_STATE_RX], SOTTO_STATE_SECURE);
	assert_null(tb[SOTTO_A_FLOW_STATE_TX]);
}

static void options_are_asked_for_all_at_once(void **state)
{
	struct sotto_options options = {
		.cryptex = SOTTO_CRYPTEX_ON, .pad_size = 300, .pad_multiple = 16,
		.enc_ext = { 1, 7, 255 }, .enc_ext_len = 3,
	};
	const struct nlattr *tb[SOTTO_A_FLOW_MAX + 1];

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_flow_set_options(s, 5, &options), 0);
	asked(SOTTO_A_FLOW, tb, SOTTO_A_FLOW_MAX);
	assert_int_equal(mnl_attr_get_u64(tb[SOTTO_A_FLOW_ID]), 5);
	/* Only the window can be left as it is. */
	assert_null(tb[SOTTO_A_FLOW_WINDOW]);
	asked_u32(tb[SOTTO_A_FLOW_CRYPTEX], SOTTO_CRYPTEX_ON);
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_PAD_SIZE]), 2);
	assert_int_equal(mnl_attr_get_u16(tb[SOTTO_A_FLOW_PAD_SIZE]), 300);
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_PAD_MULTIPLE]), 1);
	assert_int_equal(mnl_attr_get_u8(tb[SOTTO_A_FLOW_PAD_MULTIPLE]), 16);
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_ENC_EXT]), 3);
	assert_memory_equal(mnl_attr_get_payload(tb[SOTTO_A_FLOW_ENC_EXT]), "\1\7\377", 3);

	options.window = 64;
	options.enc_ext_len = 0;
	kernel_ack();
	assert_int_equal(sotto_flow_set_options(s, 5, &options), 0);
	asked(SOTTO_A_FLOW, tb, SOTTO_A_FLOW_MAX);
	asked_u32(tb[SOTTO_A_FLOW_WINDOW], 64);
	/* No ids is something to ask for, too. */
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_FLOW_ENC_EXT]), 0);
}

static void a_roc_is_told_of_one_ssrc(void **state)
{
	const struct nlattr *tb[SOTTO_A_FLOW_MAX + 1], *stream[SOTTO_A_STREAM_MAX + 1];

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_flow_set_roc(s, 5, SOTTO_DIR_RX, 0xcafebabe, 7), 0);
	asked(SOTTO_A_FLOW, tb, SOTTO_A_FLOW_MAX);
	assert_int_equal(mnl_attr_get_u64(tb[SOTTO_A_FLOW_ID]), 5);
	assert_non_null(tb[SOTTO_A_FLOW_STREAM]);
	sotto_attrs_nest(tb[SOTTO_A_FLOW_STREAM], stream, SOTTO_A_STREAM_MAX);
	asked_u32(stream[SOTTO_A_STREAM_DIR], SOTTO_DIR_RX);
	asked_u32(stream[SOTTO_A_STREAM_SSRC], 0xcafebabe);
	asked_u32(stream[SOTTO_A_STREAM_ROC], 7);
	assert_null(stream[SOTTO_A_STREAM_SEQ]);
}

static int read_stream(const struct sotto_stream *stream, void *arg)
{
	struct sotto_stream **next = arg;

	*(*next)++ = *stream;
	return 0;
}

static void streams_are_read_one_by_one(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW), *stream;
	struct sotto_stream streams[3] = {}, *next = streams;

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		stream = mnl_attr_nest_start(nlh, SOTTO_A_FLOW_STREAM);
		mnl_attr_put_u32(nlh, SOTTO_A_STREAM_DIR, i);
		mnl_attr_put_u32(nlh, SOTTO_A_STREAM_SSRC, 100 + i);
		mnl_attr_put_u32(nlh, SOTTO_A_STREAM_ROC, 200 + i);
		if (i)
			mnl_attr_put_u16(nlh, SOTTO_A_STREAM_SEQ, 300);
		mnl_attr_nest_end(nlh, stream);
		mnl_attr_put_u32(nlh, SOTTO_A_FLOW_MARK, 1);
	}
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_ack();
	assert_int_equal(sotto_flow_streams(s, 5, read_stream, &next), 0);
	assert_ptr_equal(next, streams + 2);
	assert_int_equal(streams[0].dir, SOTTO_DIR_TX);
	assert_int_equal(streams[0].ssrc, 100);
	assert_int_equal(streams[0].roc, 200);
	assert_false(streams[0].has_seq);
	assert_int_equal(streams[1].dir, SOTTO_DIR_RX);
	assert_true(streams[1].has_seq);
	assert_int_equal(streams[1].seq, 300);
}

static void a_cookie_has_its_limit(void **state)
{
	uint8_t cookie[SOTTO_COOKIE_MAX + 1] = { 0 };

	(void)state;
	assert_int_equal(sotto_flow_set_cookie(s, 5, cookie, sizeof(cookie)), -EINVAL);
	assert_null(kernel_asked());
	kernel_ack();
	assert_int_equal(sotto_flow_set_cookie(s, 5, cookie, SOTTO_COOKIE_MAX), 0);
}

static void a_key_is_put_as_long_as_it_is(void **state)
{
	const struct nlattr *tb[SOTTO_A_KEY_MAX + 1];
	struct sotto_key key = {
		.flow_id = 9, .dir = SOTTO_DIR_RX, .profile = SOTTO_PROFILE_AEAD_AES_128_GCM,
		.master = { 1 }, .master_len = 16, .salt = { 2 }, .salt_len = 12,
	};

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_key_new(s, &key), 0);
	asked(SOTTO_A_KEY, tb, SOTTO_A_KEY_MAX);
	assert_int_equal(mnl_attr_get_u64(tb[SOTTO_A_KEY_FLOW_ID]), 9);
	asked_u32(tb[SOTTO_A_KEY_DIR], SOTTO_DIR_RX);
	asked_u32(tb[SOTTO_A_KEY_PROFILE], SOTTO_PROFILE_AEAD_AES_128_GCM);
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_KEY_MASTER]), 16);
	assert_int_equal(mnl_attr_get_payload_len(tb[SOTTO_A_KEY_SALT]), 12);
	assert_null(tb[SOTTO_A_KEY_MKI]);
	assert_null(tb[SOTTO_A_KEY_SLOT]);
}

static void a_rule_has_what_is_set_and_no_more(void **state)
{
	const struct nlattr *tb[SOTTO_A_RULE_MAX + 1];
	struct sotto_rule rule = {
		.action = SOTTO_ACTION_PREFER, .priority = -5, .uid = 1000, .port_min = 7000,
		.port_max = 7010, .has = SOTTO_RULE_HAS_PORTS,
	};

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_rule_new(s, &rule), 0);
	asked(SOTTO_A_RULE, tb, SOTTO_A_RULE_MAX);
	asked_u32(tb[SOTTO_A_RULE_ACTION], SOTTO_ACTION_PREFER);
	asked_u32(tb[SOTTO_A_RULE_PRIORITY], (uint32_t)-5);
	assert_int_equal(mnl_attr_get_u16(tb[SOTTO_A_RULE_PORT_MIN]), 7000);
	assert_int_equal(mnl_attr_get_u16(tb[SOTTO_A_RULE_PORT_MAX]), 7010);
	assert_null(tb[SOTTO_A_RULE_ID]);
	assert_null(tb[SOTTO_A_RULE_UID]);
	assert_null(tb[SOTTO_A_RULE_PEER]);
}

static void a_new_rule_is_told_its_id(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_RULE_NEW, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_RULE);
	struct sotto_rule rule = { .action = SOTTO_ACTION_REQUIRE };

	(void)state;
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_ID, 77);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_ack();
	assert_int_equal(sotto_rule_new(s, &rule), 0);
	assert_int_equal(rule.id, 77);
}

static void more_rules_than_fit_are_refused_whole(void **state)
{
	static struct sotto_rule rules[1024];

	(void)state;
	for (size_t i = 0; i < 1024; i++)
		rules[i] = (struct sotto_rule){ .has = 31, .family = AF_INET6, .peer_len = 64 };
	assert_int_equal(sotto_rule_replace(s, rules, 1024), -E2BIG);
	assert_null(kernel_asked());
	kernel_ack();
	/* As many as the kernel takes do fit. */
	assert_int_equal(sotto_rule_replace(s, rules, 256), 0);
	kernel_ack();
	assert_int_equal(sotto_rule_replace(s, NULL, 0), 0);
}

static int keep_rule(const struct sotto_rule *rule, void *arg)
{
	*(struct sotto_rule *)arg = *rule;
	return 0;
}

static void half_a_condition_is_none(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_RULE_GET, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_RULE);
	uint8_t long_peer[20] = { 1 };
	struct sotto_rule rule;

	(void)state;
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_ID, 3);
	mnl_attr_put_u16(nlh, SOTTO_A_RULE_PORT_MIN, 7000);
	mnl_attr_put(nlh, SOTTO_A_RULE_PEER, sizeof(long_peer), long_peer);
	mnl_attr_put_u8(nlh, SOTTO_A_RULE_PEER_LEN, 8);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_done();
	assert_int_equal(sotto_rule_dump(s, keep_rule, &rule), 0);
	assert_int_equal(rule.id, 3);
	assert_int_equal(rule.has, 0);
}

static void totals_are_all_counters_and_how_many_flows(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_STATS_GET, 0);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_STATS);
	uint64_t stats[SOTTO_STATS_COUNT];
	uint32_t flows;

	(void)state;
	memset(stats, 0xff, sizeof(stats));
	mnl_attr_put_u64(nlh, SOTTO_A_STATS_TX_PROTECTED, 17);
	mnl_attr_put_u64(nlh, SOTTO_A_STATS_MAX, UINT64_MAX);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, SOTTO_A_FLOWS, 3);
	kernel_ack();
	assert_int_equal(sotto_stats_get(s, stats, &flows), 0);
	assert_int_equal(kernel_asked()->nlmsg_len, MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr));
	assert_int_equal(flows, 3);
	assert_true(stats[SOTTO_A_STATS_TX_PROTECTED] == 17);
	assert_true(stats[SOTTO_A_STATS_MAX] == UINT64_MAX);
	/* An older module does not know all. */
	assert_true(stats[SOTTO_A_STATS_RX_AGENT] == 0);
}

static void totals_of_a_kernel_that_has_none_are_an_error(void **state)
{
	uint64_t stats[SOTTO_STATS_COUNT];
	uint32_t flows;

	(void)state;
	kernel_error(EOPNOTSUPP, NULL);
	assert_int_equal(sotto_stats_get(s, stats, &flows), -EOPNOTSUPP);
	kernel_answer(SOTTO_CMD_STATS_GET, 0);
	kernel_ack();
	assert_int_equal(sotto_stats_get(s, stats, &flows), -EPROTO);
	assert_non_null(strstr(sotto_error(s), "no counters"));
}

static void names_are_there_for_all_and_for_nothing_else(void **state)
{
	enum sotto_action action;

	(void)state;
	for (int i = 0; i <= SOTTO_ACTION_MAX; i++) {
		assert_int_equal(sotto_action_parse(sotto_action_name(i), &action), 0);
		assert_int_equal(action, i);
	}
	for (int i = 0; i <= SOTTO_STATE_MAX; i++)
		assert_non_null(sotto_state_name(i));
	for (int i = 0; i <= SOTTO_EVENT_MAX; i++)
		assert_non_null(sotto_event_name(i));
	for (int i = 0; i <= SOTTO_PROFILE_MAX; i++)
		assert_non_null(sotto_profile_name(i));
	for (int i = 0; i <= SOTTO_CRYPTEX_MAX; i++)
		assert_string_not_equal(sotto_cryptex_name(i), "unknown");
	for (int i = SOTTO_A_STATS_PAD + 1; i <= SOTTO_A_STATS_MAX; i++)
		assert_non_null(sotto_stats_name(i));
	assert_int_equal(sotto_action_parse("required", &action), -EINVAL);
	assert_int_equal(sotto_action_parse("", &action), -EINVAL);
	/* A newer kernel may say more. */
	assert_string_equal(sotto_state_name(SOTTO_STATE_MAX + 1), "unknown");
	assert_string_equal(sotto_action_name(0x7fffffff), "unknown");
	assert_string_equal(sotto_event_name(SOTTO_EVENT_MAX + 1), "unknown");
	assert_string_equal(sotto_profile_name(SOTTO_PROFILE_MAX + 1), "unknown");
	assert_null(sotto_stats_name(SOTTO_A_STATS_MAX + 1));
	assert_null(sotto_stats_name(SOTTO_A_STATS_PAD));
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_flow_without_attributes_is_empty),
		TEST(a_flow_is_read_whole),
		TEST(what_is_longer_than_its_place_is_not_read),
		TEST(an_address_that_the_routes_choose_is_left_out),
		TEST(families_are_not_mixed),
		TEST(one_direction_is_set_and_not_the_other),
		TEST(options_are_asked_for_all_at_once),
		TEST(a_roc_is_told_of_one_ssrc),
		TEST(streams_are_read_one_by_one),
		TEST(a_cookie_has_its_limit),
		TEST(a_key_is_put_as_long_as_it_is),
		TEST(a_rule_has_what_is_set_and_no_more),
		TEST(a_new_rule_is_told_its_id),
		TEST(more_rules_than_fit_are_refused_whole),
		TEST(half_a_condition_is_none),
		TEST(totals_are_all_counters_and_how_many_flows),
		TEST(totals_of_a_kernel_that_has_none_are_an_error),
		TEST(names_are_there_for_all_and_for_nothing_else),
	};

	return cmocka_run_group_tests_name("libsotto flow", tests, NULL, NULL);
}
