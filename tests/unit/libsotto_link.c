// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests and their answers: errors with the kernel's sentence, answers that are
 * short, late, lost or interrupted.
 */
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

static void without_the_module_the_sentence_says_what_to_do(void **state)
{
	struct sotto *none;

	(void)state;
	kernel_reset(false);
	assert_int_equal(sotto_open(&none), -ENOENT);
	assert_non_null(strstr(sotto_error(none), "modprobe sotto"));
	sotto_close(none);
	assert_int_equal(kernel_sockets(), 0);
}

static void an_acknowledgement_is_success(void **state)
{
	const struct nlmsghdr *asked;
	const struct genlmsghdr *genl;

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_flow_del(s, 42), 0);
	asked = kernel_asked();
	genl = mnl_nlmsg_get_payload(asked);
	assert_int_equal(asked->nlmsg_type, KERNEL_FAMILY);
	assert_int_equal(genl->cmd, SOTTO_CMD_FLOW_DEL);
	assert_int_equal(genl->version, SOTTO_FAMILY_VERSION);
}

static void the_kernel_s_sentence_is_handed_on(void **state)
{
	(void)state;
	kernel_error(EBUSY, "this network namespace has an agent already");
	assert_int_equal(sotto_flow_del(s, 42), -EBUSY);
	assert_string_equal(sotto_error(s), "this network namespace has an agent already");
}

static void without_one_the_errno_gets_a_sentence(void **state)
{
	(void)state;
	kernel_error(EPERM, NULL);
	assert_int_equal(sotto_flow_del(s, 42), -EPERM);
	assert_string_equal(sotto_error(s), strerror(EPERM));
}

static void a_sentence_does_not_outlive_its_error(void **state)
{
	(void)state;
	kernel_error(EINVAL, "needs flow/id: a u64, not 0");
	kernel_error(EPERM, NULL);
	kernel_ack();
	assert_int_equal(sotto_flow_del(s, 0), -EINVAL);
	assert_int_equal(sotto_flow_del(s, 1), -EPERM);
	assert_string_equal(sotto_error(s), strerror(EPERM));
	assert_int_equal(sotto_flow_del(s, 1), 0);
}

static void a_sentence_without_its_end_is_not_read(void **state)
{
	struct nlmsghdr *nlh = kernel_message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

	(void)state;
	e->error = -EINVAL;
	mnl_attr_put(nlh, NLMSGERR_ATTR_MSG, 4, "abcd");
	kernel_datagram();
	assert_int_equal(sotto_flow_del(s, 1), -EINVAL);
	assert_string_equal(sotto_error(s), strerror(EINVAL));
}

static void a_quoted_request_is_passed_over(void **state)
{
	struct nlmsghdr *nlh = kernel_message(NLMSG_ERROR, NLM_F_ACK_TLVS);
	struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e) + 16);

	(void)state;
	e->error = -EINVAL;
	e->msg.nlmsg_len = sizeof(e->msg) + 16;
	memset(e + 1, 0xff, 16);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "behind what is quoted");
	kernel_datagram();
	assert_int_equal(sotto_flow_del(s, 1), -EINVAL);
	assert_string_equal(sotto_error(s), "behind what is quoted");
}

static void short_answers_are_errors(void **state)
{
	(void)state;
	for (size_t len = 1; len < sizeof(struct nlmsghdr); len++) {
		kernel_message(NLMSG_ERROR, 0);
		kernel_cut(len);
		assert_int_equal(sotto_flow_del(s, 1), -EBADMSG);
		assert_true(sotto_error(s)[0]);
	}
	/* An error without its errno. */
	kernel_message(NLMSG_ERROR, 0);
	kernel_datagram();
	assert_int_equal(sotto_flow_del(s, 1), -EBADMSG);
}

static void an_answer_that_claims_more_than_there_is_is_an_error(void **state)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	struct sotto_flow flow;

	(void)state;
	nlh->nlmsg_len += 100;
	kernel_cut(sizeof(*nlh) + sizeof(struct genlmsghdr));
	assert_int_equal(sotto_flow_get(s, 1, &flow), -EBADMSG);
}

/* libmnl takes a length above INT_MAX for a negative one, and goes on far behind the buffer. */
static void a_length_of_gigabytes_is_one_that_is_not_there(void **state)
{
	struct nlmsghdr *nlh;

	(void)state;
	kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	nlh = kernel_message(NLMSG_ERROR, 0);
	nlh->nlmsg_seq = s->link.seq + 1;
	nlh->nlmsg_len = 0xa1000000;
	kernel_cut(2 * sizeof(*nlh) + sizeof(struct genlmsghdr));
	kernel_ack();
	assert_int_equal(sotto_flow_del(s, 1), 0);
	nlh = kernel_message(NLMSG_ERROR, 0);
	nlh->nlmsg_len = 0xfffffff0;
	kernel_cut(sizeof(*nlh));
	assert_int_equal(sotto_flow_del(s, 1), -EBADMSG);
}

static void a_quote_that_is_longer_than_the_error_hides_no_sentence(void **state)
{
	static const uint32_t lens[] = { 0, 4, 17, 1000, 0xfffffff0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		struct nlmsghdr *nlh = kernel_message(NLMSG_ERROR, NLM_F_ACK_TLVS);
		struct nlmsgerr *e = mnl_nlmsg_put_extra_header(nlh, sizeof(*e));

		e->error = -EINVAL;
		e->msg.nlmsg_len = lens[i];
		kernel_datagram();
		assert_int_equal(sotto_flow_del(s, 1), -EINVAL);
		assert_string_equal(sotto_error(s), strerror(EINVAL));
	}
}

/* Then there is nothing that the caller could go by. */
static void a_yes_without_the_flow_is_an_error(void **state)
{
	struct sotto_flow flow;

	(void)state;
	kernel_ack();
	assert_int_equal(sotto_flow_get(s, 1, &flow), -EBADMSG);
	assert_true(sotto_error(s)[0]);
}

static int take_rule(const struct sotto_rule *rule, void *arg)
{
	*(struct sotto_rule *)arg = *rule;
	return 0;
}

/* What is behind such a one is another's. */
static void values_that_are_too_short_are_none(void **state)
{
	struct sotto_flow flow = { .id = 1 };
	struct sotto_rule rule;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	(void)state;
	nlh = kernel_answer(SOTTO_CMD_FLOW_GET, 0);
	nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, 1);
	mnl_attr_put_u8(nlh, SOTTO_A_FLOW_STATE_TX, SOTTO_STATE_SECURE);
	mnl_attr_put_u16(nlh, SOTTO_A_FLOW_UID, 1000);
	mnl_attr_put(nlh, SOTTO_A_FLOW_IDLE_RX_MS, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_ack();
	assert_int_equal(sotto_flow_get(s, 1, &flow), 0);
	assert_int_equal(flow.tx, SOTTO_STATE_NONE);
	assert_int_equal(flow.uid, 0);
	assert_true(flow.idle_rx_ms == SOTTO_IDLE_NEVER);

	nlh = kernel_answer(SOTTO_CMD_RULE_GET, NLM_F_MULTI);
	nest = mnl_attr_nest_start(nlh, SOTTO_A_RULE);
	mnl_attr_put_u16(nlh, SOTTO_A_RULE_ID, 5);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_CGROUP, 5);
	mnl_attr_put_u32(nlh, SOTTO_A_RULE_PEER, 0x0a000001);	/* of no family */
	mnl_attr_put_u8(nlh, SOTTO_A_RULE_PEER_LEN, 32);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
	kernel_done();
	assert_int_equal(sotto_rule_dump(s, take_rule, &rule), 0);
	assert_int_equal(rule.id, 0);
	assert_true(rule.cgroup == 0);
	assert_false(rule.has & SOTTO_RULE_HAS_PEER);
}

static void a_lost_answer_is_an_error(void **state)
{
	(void)state;
	kernel_fails(ENOBUFS);
	assert_int_equal(sotto_flow_del(s, 1), -ENOBUFS);
	assert_non_null(strstr(sotto_error(s), "got lost"));
}

static void a_signal_does_not_interrupt(void **state)
{
	(void)state;
	kernel_fails(EINTR);
	kernel_ack();
	assert_int_equal(sotto_flow_del(s, 1), 0);
}

static void a_late_answer_is_not_the_next_one_s(void **state)
{
	(void)state;
	kernel_fails(ENOBUFS);
	assert_int_equal(sotto_flow_del(s, 1), -ENOBUFS);
	/* It comes all the same, and says no; the one to the next request says yes. */
	kernel_message(NLMSG_ERROR, 0)->nlmsg_seq = s->link.seq;
	kernel_cut(sizeof(struct nlmsghdr) + sizeof(struct nlmsgerr));
	kernel_ack();
	assert_int_equal(sotto_flow_del(s, 1), 0);
}

static int count(const struct sotto_flow *flow, void *arg)
{
	*(uint64_t *)arg += flow->id;
	return 0;
}

static void put_flow(uint64_t id)
{
	struct nlmsghdr *nlh = kernel_answer(SOTTO_CMD_FLOW_GET, NLM_F_MULTI);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);

	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, id);
	mnl_attr_nest_end(nlh, nest);
}

static void a_dump_goes_over_datagrams(void **state)
{
	uint64_t sum = 0;

	(void)state;
	put_flow(1);
	put_flow(2);
	kernel_datagram();
	put_flow(4);
	kernel_datagram();
	kernel_done();
	assert_int_equal(sotto_flow_dump(s, count, &sum), 0);
	assert_int_equal(sum, 7);
	assert_int_equal(kernel_asked()->nlmsg_flags & NLM_F_DUMP, NLM_F_DUMP);
}

static int stop_at_first(const struct sotto_flow *flow, void *arg)
{
	*(uint64_t *)arg += flow->id;
	return 5;
}

static void a_dump_that_is_ended_early_leaves_nothing_behind(void **state)
{
	uint64_t sum = 0;

	(void)state;
	put_flow(1);
	put_flow(2);
	kernel_datagram();
	kernel_done();
	kernel_ack();
	assert_int_equal(sotto_flow_dump(s, stop_at_first, &sum), 5);
	assert_int_equal(sum, 1);
	assert_int_equal(sotto_flow_del(s, 1), 0);
}

static void a_dump_that_the_kernel_interrupts_is_an_error(void **state)
{
	uint64_t sum = 0;

	(void)state;
	put_flow(1);
	kernel_datagram();
	kernel_answer(SOTTO_CMD_FLOW_GET, NLM_F_MULTI | NLM_F_DUMP_INTR);
	kernel_datagram();
	assert_int_equal(sotto_flow_dump(s, count, &sum), -EINTR);
}

static void a_dump_of_which_a_part_is_lost_is_an_error(void **state)
{
	uint64_t sum = 0;

	(void)state;
	put_flow(1);
	kernel_datagram();
	kernel_fails(ENOBUFS);
	assert_int_equal(sotto_flow_dump(s, count, &sum), -ENOBUFS);
}

static void a_key_is_wiped_from_the_buffer(void **state)
{
	struct sotto_key key = { .flow_id = 1, .profile = 1, .master_len = 16, .salt_len = 14 };

	(void)state;
	memset(key.master, 0xa5, sizeof(key.master));
	memset(key.salt, 0xa5, sizeof(key.salt));
	for (int refused = 0; refused < 2; refused++) {
		if (refused)
			kernel_fails(ENOBUFS);
		else
			kernel_ack();
		assert_int_equal(sotto_key_new(s, &key), refused ? -ENOBUFS : 0);
		assert_non_null(memmem(kernel_asked(), kernel_asked()->nlmsg_len, key.master, 16));
		assert_null(memmem(s->link.buf, sizeof(s->link.buf), "\xa5\xa5\xa5\xa5", 4));
	}
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_the_module_the_sentence_says_what_to_do),
		TEST(an_acknowledgement_is_success),
		TEST(the_kernel_s_sentence_is_handed_on),
		TEST(without_one_the_errno_gets_a_sentence),
		TEST(a_sentence_does_not_outlive_its_error),
		TEST(a_sentence_without_its_end_is_not_read),
		TEST(a_quoted_request_is_passed_over),
		TEST(short_answers_are_errors),
		TEST(an_answer_that_claims_more_than_there_is_is_an_error),
		TEST(a_length_of_gigabytes_is_one_that_is_not_there),
		TEST(a_quote_that_is_longer_than_the_error_hides_no_sentence),
		TEST(a_yes_without_the_flow_is_an_error),
		TEST(values_that_are_too_short_are_none),
		TEST(a_lost_answer_is_an_error),
		TEST(a_signal_does_not_interrupt),
		TEST(a_late_answer_is_not_the_next_one_s),
		TEST(a_dump_goes_over_datagrams),
		TEST(a_dump_that_is_ended_early_leaves_nothing_behind),
		TEST(a_dump_that_the_kernel_interrupts_is_an_error),
		TEST(a_dump_of_which_a_part_is_lost_is_an_error),
		TEST(a_key_is_wiped_from_the_buffer),
	};

	return cmocka_run_group_tests_name("libsotto link", tests, NULL, NULL);
}
