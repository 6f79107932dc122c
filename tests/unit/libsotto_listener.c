// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notices: events, packets for the agent, and what is none of them.
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

static struct sotto_listener *l;

struct heard {
	unsigned int n;
	int verdict;	/* what the callback answers */
	struct sotto_notice last;
	uint8_t data[SOTTO_PAYLOAD_MAX];
};

static int setup(void **state)
{
	(void)state;
	kernel_reset(true);
	kernel_ack();	/* AGENT_BIND */
	return sotto_listener_open(&l, true);
}

static int teardown(void **state)
{
	(void)state;
	sotto_listener_close(l);
	return kernel_sockets();
}

static int hear(const struct sotto_notice *notice, void *arg)
{
	struct heard *h = arg;

	h->n++;
	h->last = *notice;
	if (notice->is_packet)
		memcpy(h->data, notice->data, notice->len);
	return h->verdict;
}

static void put_event(enum sotto_event event, uint64_t id)
{
	struct nlmsghdr *nlh = kernel_notice(SOTTO_CMD_EVENT);
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, SOTTO_A_EVENT, event);
	nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, id);
	mnl_attr_nest_end(nlh, nest);
}

/* Without one of its attributes; SOTTO_A_PACKET_UNSPEC: with all. */
static void put_packet(uint16_t without)
{
	struct nlmsghdr *nlh = kernel_notice(SOTTO_CMD_PACKET);
	struct nlattr *nest = mnl_attr_nest_start(nlh, SOTTO_A_PACKET);

	if (without != SOTTO_A_PACKET_FLOW_ID)
		mnl_attr_put_u64(nlh, SOTTO_A_PACKET_FLOW_ID, 8);
	if (without != SOTTO_A_PACKET_KIND)
		mnl_attr_put_u32(nlh, SOTTO_A_PACKET_KIND, SOTTO_PACKET_CONTROL);
	if (without != SOTTO_A_PACKET_DATA)
		mnl_attr_put(nlh, SOTTO_A_PACKET_DATA, 5, "SOTO!");
	mnl_attr_nest_end(nlh, nest);
}

static void an_agent_that_is_refused_hears_why(void **state)
{
	struct sotto_listener *second;

	(void)state;
	kernel_reset(true);
	kernel_error(EBUSY, "this network namespace has an agent already");
	assert_int_equal(sotto_listener_open(&second, true), -EBUSY);
	assert_string_equal(sotto_listener_error(second),
			    "this network namespace has an agent already");
	sotto_listener_close(second);
	assert_int_equal(kernel_sockets(), 0);
}

static void who_only_listens_does_not_bind(void **state)
{
	struct sotto_listener *other;

	(void)state;
	kernel_reset(true);
	assert_int_equal(sotto_listener_open(&other, false), 0);
	assert_null(kernel_asked());
	sotto_listener_close(other);
}

static void without_the_module_there_is_a_sentence(void **state)
{
	struct sotto_listener *none;

	(void)state;
	kernel_reset(false);
	assert_int_equal(sotto_listener_open(&none, true), -ENOENT);
	assert_non_null(strstr(sotto_listener_error(none), "modprobe sotto"));
	sotto_listener_close(none);
}

static void events_and_packets_come_in_their_order(void **state)
{
	struct heard h = {};

	(void)state;
	put_event(SOTTO_EVENT_RX_FIRST, 8);
	put_packet(SOTTO_A_PACKET_UNSPEC);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.n, 2);
	assert_true(h.last.is_packet);
	assert_int_equal(h.last.flow_id, 8);
	assert_int_equal(h.last.kind, SOTTO_PACKET_CONTROL);
	assert_int_equal(h.last.len, 5);
	assert_memory_equal(h.data, "SOTO!", 5);

	put_event(SOTTO_EVENT_FLOW_GONE, 9);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.n, 3);
	assert_false(h.last.is_packet || h.last.has_dir);
	assert_int_equal(h.last.event, SOTTO_EVENT_FLOW_GONE);
	assert_int_equal(h.last.flow_id, 9);
}

static void what_lacks_an_attribute_is_passed_over(void **state)
{
	struct heard h = {};

	(void)state;
	for (uint16_t a = SOTTO_A_PACKET_FLOW_ID; a <= SOTTO_A_PACKET_DATA; a++)
		put_packet(a);
	mnl_attr_put_u32(kernel_notice(SOTTO_CMD_EVENT), SOTTO_A_EVENT, 0);
	kernel_notice(SOTTO_CMD_PACKET);
	kernel_notice(SOTTO_CMD_EVENT);
	kernel_notice(SOTTO_CMD_MAX + 1);
	kernel_message(KERNEL_FAMILY, 0);	/* without the generic header */
	kernel_message(NLMSG_ERROR, 0);
	kernel_message(KERNEL_FAMILY + 1, 0);
	put_event(SOTTO_EVENT_FLOW_NEW, 4);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.last.flow_id, 4);
}

static void a_datagram_that_is_cut_short_is_read_as_far_as_it_goes(void **state)
{
	struct heard h = {};

	(void)state;
	for (size_t len = 1; len < sizeof(struct nlmsghdr) + sizeof(struct genlmsghdr) + 8; len++) {
		put_packet(SOTTO_A_PACKET_UNSPEC);
		kernel_cut(len);
		assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	}
	assert_int_equal(h.n, 0);
}

static void lost_notices_are_told(void **state)
{
	struct heard h = {};

	(void)state;
	kernel_fails(ENOBUFS);
	put_event(SOTTO_EVENT_FLOW_NEW, 4);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), -ENOBUFS);
	assert_true(sotto_listener_error(l)[0]);
	/* What came behind them is not lost with them. */
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.n, 1);
}

/* @id: -1: without */
static void put_family(uint8_t cmd, int id)
{
	struct nlmsghdr *nlh = kernel_notice(cmd);

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, SOTTO_FAMILY_NAME);
	if (id >= 0)
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, id);
}

static void a_module_that_goes_is_told(void **state)
{
	struct heard h = {};

	(void)state;
	assert_true(kernel_hears_families());
	put_family(CTRL_CMD_NEWFAMILY, KERNEL_FAMILY + 1);
	put_family(CTRL_CMD_NEWFAMILY, KERNEL_FAMILY);
	put_family(CTRL_CMD_DELFAMILY, KERNEL_FAMILY + 1);
	put_family(CTRL_CMD_DELFAMILY, -1);
	kernel_message(GENL_ID_CTRL, 0);	/* without the generic header */
	put_event(SOTTO_EVENT_FLOW_GONE, 4);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.n, 1);

	put_event(SOTTO_EVENT_FLOW_GONE, 5);
	kernel_datagram();
	put_family(CTRL_CMD_DELFAMILY, KERNEL_FAMILY);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), -ENODEV);
	assert_int_equal(h.n, 2);	/* what came before it is told */
	assert_string_equal(sotto_listener_error(l), "the kernel module has been unloaded");
}

static void a_signal_does_not_interrupt(void **state)
{
	struct heard h = {};

	(void)state;
	kernel_fails(EINTR);
	put_event(SOTTO_EVENT_FLOW_NEW, 4);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.n, 1);
}

static void the_callback_can_end_it(void **state)
{
	struct heard h = { .verdict = 3 };

	(void)state;
	put_event(SOTTO_EVENT_FLOW_NEW, 4);
	kernel_datagram();
	put_event(SOTTO_EVENT_FLOW_NEW, 5);
	kernel_datagram();
	assert_int_equal(sotto_listener_read(l, hear, &h), 3);
	assert_int_equal(h.n, 1);
	h.verdict = 0;
	assert_int_equal(sotto_listener_read(l, hear, &h), 0);
	assert_int_equal(h.last.flow_id, 5);
}

static void a_packet_has_its_limits(void **state)
{
	uint8_t data[SOTTO_PAYLOAD_MAX + 1] = { 0x10 };

	(void)state;
	assert_int_equal(sotto_packet_send(l, 8, SOTTO_PACKET_ZRTP, data, 0), -EINVAL);
	assert_int_equal(sotto_packet_send(l, 8, SOTTO_PACKET_ZRTP, data, sizeof(data)), -EINVAL);
	kernel_ack();
	assert_int_equal(sotto_packet_send(l, 8, SOTTO_PACKET_ZRTP, data, SOTTO_PAYLOAD_MAX), 0);
	kernel_error(ENOKEY, "control packets leave only where flow/state-tx is secure");
	assert_int_equal(sotto_packet_send(l, 8, SOTTO_PACKET_CONTROL, data, 20), -ENOKEY);
	assert_string_equal(sotto_listener_error(l),
			    "control packets leave only where flow/state-tx is secure");
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agent_that_is_refused_hears_why),
		cmocka_unit_test(who_only_listens_does_not_bind),
		cmocka_unit_test(without_the_module_there_is_a_sentence),
		TEST(events_and_packets_come_in_their_order),
		TEST(what_lacks_an_attribute_is_passed_over),
		TEST(a_datagram_that_is_cut_short_is_read_as_far_as_it_goes),
		TEST(lost_notices_are_told),
		TEST(a_module_that_goes_is_told),
		TEST(a_signal_does_not_interrupt),
		TEST(the_callback_can_end_it),
		TEST(a_packet_has_its_limits),
	};

	return cmocka_run_group_tests_name("libsotto listener", tests, NULL, NULL);
}
