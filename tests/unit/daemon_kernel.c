// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In which order sottod hears what the kernel tells, when some of it was lost.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define kernel_error kernel_refuses	/* sottod's own is another */
#include "libsotto_kernel.h"
#undef kernel_error
#include "kernel.h"
#include "priv.h"

static struct kernel *kernel;
static char story[64];		/* a letter for each thing told */

static void add(char c)
{
	size_t n = strlen(story);

	if (n + 1 < sizeof(story))
		story[n] = c;
}

static void on_notice(const struct sotto_notice *notice, void *arg)
{
	(void)arg;
	add('a' + notice->flow.id);
}

static void on_resync(void *arg)
{
	(void)arg;
	add('!');
}

static const struct kernel_events events = { .notice = on_notice, .resync = on_resync };

static int setup(void **state)
{
	(void)state;
	memset(story, 0, sizeof(story));
	kernel_reset(true);
	kernel_ack();	/* AGENT_BIND */
	return kernel_open(&kernel, &events, NULL);
}

static int teardown(void **state)
{
	(void)state;
	kernel_close(kernel);
	return kernel_sockets();
}

static void put_event(uint64_t id)
{
	struct nlmsghdr *nlh = kernel_notice(SOTTO_CMD_EVENT);
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, SOTTO_A_EVENT, SOTTO_EVENT_FLOW_STATE);
	nest = mnl_attr_nest_start(nlh, SOTTO_A_FLOW);
	mnl_attr_put_u64(nlh, SOTTO_A_FLOW_ID, id);
	mnl_attr_nest_end(nlh, nest);
	kernel_datagram();
}

static void nothing_lost_nothing_dumped(void **state)
{
	(void)state;
	put_event(0);
	put_event(1);
	assert_int_equal(kernel_dispatch(kernel), 0);
	assert_string_equal(story, "ab");
	assert_int_equal(kernel_dispatch(kernel), 0);
	assert_string_equal(story, "ab");
}

/* The error comes first, and behind it what is older than what was lost. */
static void the_dump_comes_after_what_waits(void **state)
{
	(void)state;
	put_event(0);
	kernel_fails(ENOBUFS);
	put_event(1);
	put_event(2);
	assert_int_equal(kernel_dispatch(kernel), 0);
	assert_string_equal(story, "abc!");
	put_event(3);
	assert_int_equal(kernel_dispatch(kernel), 0);
	assert_string_equal(story, "abc!d");
}

static void one_dump_for_losses_in_a_row(void **state)
{
	(void)state;
	kernel_fails(ENOBUFS);
	put_event(0);
	kernel_fails(ENOBUFS);
	put_event(1);
	assert_int_equal(kernel_dispatch(kernel), 0);
	assert_string_equal(story, "ab!");
}

static void another_error_is_the_end(void **state)
{
	(void)state;
	kernel_fails(EBADF);
	assert_int_equal(kernel_dispatch(kernel), -EBADF);
	assert_string_equal(story, "");
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_lost_nothing_dumped),
		TEST(the_dump_comes_after_what_waits),
		TEST(one_dump_for_losses_in_a_row),
		TEST(another_error_is_the_end),
	};

	return cmocka_run_group_tests_name("sottod kernel", tests, NULL, NULL);
}
