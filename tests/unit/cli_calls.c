// SPDX-License-Identifier: GPL-2.0-or-later
/* How sotto reads sottod's answers, and which call a person means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"
#include "dict.h"

static sd_bus *bus;
static int far_end;

/* A bus that nobody answers on: messages need one to belong to. */
static int open_bus(void **state)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) ||
	    sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fds[0], fds[0]) < 0 ||
	    sd_bus_start(bus) < 0)
		return -1;
	far_end = fds[1];
	return 0;
}

static int close_bus(void **state)
{
	sd_bus_close_unref(bus);
	return close(far_end);
}

static sd_bus_message *new_message(void)
{
	sd_bus_message *m;

	assert_true(sd_bus_message_new_signal(bus, &m, "/x", "x.y", "Z") >= 0);
	return m;
}

static void ready(sd_bus_message *m)
{
	assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
	assert_true(sd_bus_message_rewind(m, 1) >= 0);
}

static void append_call(sd_bus_message *m, const char *path, const char *name, const char *claim)
{
	assert_true(sd_bus_message_append(m, "(oa{sv})", path, 3, "Name", "s", name,
					  "Later", "a{su}", 1, "x", 7, "Claim", "s", claim) >= 0);
}

/* Calls 1 to 5: two bobs, a claimed carol before carol, one called "1". */
static struct calls some_calls(void)
{
	sd_bus_message *m = new_message();
	struct calls calls;

	assert_true(sd_bus_message_open_container(m, 'a', "(oa{sv})") >= 0);
	append_call(m, "/org/sotto1/call/1", "bob", "");
	append_call(m, "/org/sotto1/call/2", "bob", "");
	append_call(m, "/org/sotto1/call/3", "", "carol");
	append_call(m, "/org/sotto1/call/4", "carol", "");
	append_call(m, "/org/sotto1/call/5", "1", "dave");
	assert_true(sd_bus_message_close_container(m) >= 0);
	ready(m);
	assert_int_equal(calls_parse(m, &calls), 1);
	return calls;
}

static bool any(const struct call *call)
{
	return true;
}

static bool not_the_second(const struct call *call)
{
	return call->number != 2;
}

static bool the_second(const struct call *call)
{
	return call->number == 2;
}

static void calls_are_read_and_strangers_to_us_skipped(void **state)
{
	struct calls calls = some_calls();

	assert_int_equal(calls.n, 5);
	assert_string_equal(calls.list[0].name, "bob");
	assert_string_equal(calls.list[2].claim, "carol");
	assert_int_equal(calls.list[4].number, 5);
	assert_ptr_equal(calls_at(&calls, "/org/sotto1/call/4"), &calls.list[3]);
	assert_null(calls_at(&calls, "/org/sotto1/call/9"));
	calls_free(&calls);
}

static void what_is_not_said_is_not_taken_for_secure(void **state)
{
	struct calls calls = some_calls();

	assert_false(call_is_secure(&calls.list[0]));
	calls.list[0].security_tx = "secure";
	assert_false(call_is_secure(&calls.list[0]));
	calls.list[0].security_rx = "secure";
	assert_true(call_is_secure(&calls.list[0]));
	calls.list[0].alarm = "of a later release";
	assert_false(call_is_secure(&calls.list[0]));
	calls.list[0].alarm = "";
	calls.list[0].progress = "ended";
	assert_false(call_is_secure(&calls.list[0]));
	calls_free(&calls);
}

static const struct {
	const char *wanted;
	call_test fits;
	int n;
	uint64_t number;
} meant[] = {
	{ NULL, the_second, 1, 2 },
	{ NULL, any, 2 },
	{ "bob", any, 2 },
	{ "bob", not_the_second, 1, 1 },
	{ "carol", any, 1, 4 },		/* who has the name, not who claims it */
	{ "1", any, 1, 5 },		/* a name before a number */
	{ "3", any, 1, 3 },
	{ "03", any, 0 },
	{ "dave", any, 0 },		/* a claim means nothing where the name is known */
	{ "", not_the_second, 0 },
	{ "eve", any, 0 },
};

static void the_call_that_is_meant(void **state)
{
	struct calls calls = some_calls();

	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++) {
		const struct call *found = NULL;
		int n = calls_match(&calls, meant[i].wanted, meant[i].fits, &found);

		assert_int_equal(n, meant[i].n);
		if (n == 1)
			assert_int_equal(found->number, meant[i].number);
	}
	calls_free(&calls);
}

static void a_claim_is_meant_where_no_name_is(void **state)
{
	struct calls calls = some_calls();
	const struct call *found;

	calls.n = 3;	/* without carol herself */
	assert_int_equal(calls_match(&calls, "carol", any, &found), 1);
	assert_int_equal(found->number, 3);
	calls_free(&calls);
}

struct wanted {
	const char *text;
	bool flag;
	uint16_t small;
	uint64_t big;
	char **texts;
};

static const struct field fields[] = {
	{ "text", "s", offsetof(struct wanted, text) },
	{ "flag", "b", offsetof(struct wanted, flag) },
	{ "small", "q", offsetof(struct wanted, small) },
	{ "big", "t", offsetof(struct wanted, big) },
	{ "texts", "as", offsetof(struct wanted, texts) },
	{ 0 }
};

static void each_type_has_its_place(void **state)
{
	sd_bus_message *m = new_message();
	struct wanted w = { 0 };

	assert_true(sd_bus_message_append(m, "a{sv}", 6, "big", "t", UINT64_MAX, "flag", "b", 1,
					  "texts", "as", 1, "lost", "texts", "as", 2, "a", "b",
					  "small", "q", 65535, "text", "s", "x") >= 0);
	ready(m);
	assert_int_equal(dict_read(m, fields, NULL, &w), 0);
	assert_string_equal(w.text, "x");
	assert_true(w.flag);
	assert_int_equal(w.small, 65535);
	assert_true(w.big == UINT64_MAX);
	assert_string_equal(w.texts[1], "b");
	assert_null(w.texts[2]);
	dict_free_texts(w.texts);
	sd_bus_message_unref(m);
}

static void another_type_is_refused(void **state)
{
	sd_bus_message *m = new_message();
	struct wanted w = { 0 };

	assert_true(sd_bus_message_append(m, "a{sv}", 1, "flag", "s", "yes") >= 0);
	ready(m);
	assert_int_equal(dict_read(m, fields, NULL, &w), -ENXIO);
	assert_false(w.flag);
	sd_bus_message_unref(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_read_and_strangers_to_us_skipped),
		cmocka_unit_test(what_is_not_said_is_not_taken_for_secure),
		cmocka_unit_test(the_call_that_is_meant),
		cmocka_unit_test(a_claim_is_meant_where_no_name_is),
		cmocka_unit_test(each_type_has_its_place),
		cmocka_unit_test(another_type_is_refused),
	};

	return cmocka_run_group_tests(tests, open_bus, close_bus);
}
