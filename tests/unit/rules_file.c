// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of rules: what they say, and what is told of them where they are wrong. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "rule_file.h"

/* A machine with one user and one cgroup. */
static bool find_user(const char *text, uint32_t *uid)
{
	*uid = 1000;
	return !strcmp(text, "alice");
}

static bool find_cgroup(const char *text, uint64_t *id)
{
	*id = 4711;
	return !strcmp(text, "calls.slice");
}

static const struct rule_lookup here = { find_user, find_cgroup };

static int parse(struct rules *rules, struct rule_fault *fault, const char *text, size_t len)
{
	FILE *file = fmemopen((void *)text, len, "r");
	int r;

	assert_non_null(file);
	r = rules_parse(rules, file, "a.conf", &here, fault);
	fclose(file);
	return r;
}

static void every_word_is_understood(void **state)
{
	static const char text[] =
		"# a comment\n"
		"\n"
		"  require --port 16384-32767 --user alice --priority -5\t--local --own # and one here\r\n"
		"prefer --peer 2001:db8::/32 --family ipv6\n"
		"bypass --port=5004 --cgroup=calls.slice\n"
		"require --forward lan0.10 --port 7000 --own --sdes\n"
		"require";	/* without an end of line */
	struct rules rules = { 0 };
	struct rule_fault fault;
	const struct sotto_rule *r;

	assert_int_equal(parse(&rules, &fault, text, sizeof(text) - 1), 0);
	assert_int_equal(rules.n, 5);
	r = &rules.lines[0].rule;
	assert_int_equal(r->id, RULE_ID_MIN);
	assert_int_equal(r->action, SOTTO_ACTION_REQUIRE);
	assert_int_equal(r->has, SOTTO_RULE_HAS_PORTS | SOTTO_RULE_HAS_UID);
	assert_int_equal(r->port_min, 16384);
	assert_int_equal(r->port_max, 32767);
	assert_int_equal(r->uid, 1000);
	assert_int_equal(r->priority, -5);
	assert_int_equal(r->flags, SOTTO_RULE_F_LOCAL | SOTTO_RULE_F_OWN);
	r = &rules.lines[1].rule;
	assert_int_equal(r->action, SOTTO_ACTION_PREFER);
	assert_int_equal(r->has, SOTTO_RULE_HAS_FAMILY | SOTTO_RULE_HAS_PEER);
	assert_int_equal(r->family, AF_INET6);
	assert_int_equal(r->peer_len, 32);
	assert_memory_equal(r->peer, "\x20\x01\x0d\xb8", 4);
	r = &rules.lines[2].rule;
	assert_int_equal(r->action, SOTTO_ACTION_BYPASS);
	assert_int_equal(r->has, SOTTO_RULE_HAS_PORTS | SOTTO_RULE_HAS_CGROUP);
	assert_int_equal(r->port_max, 5004);
	assert_int_equal(r->cgroup, 4711);
	r = &rules.lines[3].rule;
	assert_int_equal(r->has, SOTTO_RULE_HAS_PORTS | SOTTO_RULE_HAS_FORWARD);
	assert_string_equal(r->forward, "lan0.10");
	assert_int_equal(r->flags, SOTTO_RULE_F_OWN | SOTTO_RULE_F_SDES);
	r = &rules.lines[4].rule;
	assert_int_equal(r->id, RULE_ID_MIN + 4);
	assert_int_equal(r->has, 0);
	assert_string_equal(rules.lines[4].file, "a.conf");
	assert_int_equal(rules.lines[4].line, 7);
	rules_free(&rules);
}

static const struct {
	const char *line;
	const char *word;
	unsigned int number;
	const char *reason;
} wrong[] = {
	{ "requre", "requre", 1, "begins with require" },
	{ "Require", "Require", 1, "begins with require" },
	{ "--port 1 require", "--port", 1, "begins with require" },
	{ "require 5004", "5004", 2, "nothing else" },
	{ "require --ports 5004", "--ports", 2, "nothing else" },
	{ "require --por 5004", "--por", 2, "nothing else" },
	{ "require --port", "--port", 2, "is missing" },
	{ "require --port # 5004", "--port", 2, "is missing" },
	{ "require --port=", "--port=", 2, "--port is one port" },
	{ "require --port 0", "0", 3, "--port is one port" },
	{ "require --port 9-5", "9-5", 3, "--port is one port" },
	{ "require --port 1 --port 2", "--port", 4, "twice" },
	{ "require --own --own", "--own", 3, "twice" },
	{ "require --own=yes", "--own=yes", 2, "no value" },
	{ "require --peer bob", "bob", 3, "--peer is an address" },
	{ "require --peer ::1 --family ipv4", "ipv4", 5, "same family" },
	{ "require --family ipv6 --peer 192.0.2.1", "192.0.2.1", 5, "same family" },
	{ "require --family ip", "ip", 3, "ipv4 or ipv6" },
	{ "require --cgroup 4711", "4711", 3, "is a path here" },
	{ "require --priority 1.5", "1.5", 3, "whole number" },
	{ "require --forward", "--forward", 2, "is missing" },
	{ "require --forward lan*", "lan*", 3, "name of the network device" },
	{ "require --forward lan\"0", "lan\"0", 3, "name of the network device" },
	{ "require --forward sixteen-letters-", "sixteen-letters-", 3, "name of the network device" },
	{ "require --forward lan0 --user alice", "alice", 5, "behind this machine" },
	{ "require --user nobody-here --forward lan0", "lan0", 5, "behind this machine" },
	{ "require --cgroup calls.slice --forward lan0", "lan0", 5, "behind this machine" },
	{ "require --forward lan0 --local", "--local", 4, "behind this machine" },
	{ "require --priority 2147483648", "2147483648", 3, "whole number" },
};

static void a_wrong_line_is_named_with_its_word_and_reason(void **state)
{
	char text[256];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct rules rules = { 0 };
		struct rule_fault fault;
		int len = snprintf(text, sizeof(text), "prefer\n\n%s\nbypass\n", wrong[i].line);

		assert_int_equal(parse(&rules, &fault, text, len), -1);
		assert_string_equal(fault.file, "a.conf");
		assert_int_equal(fault.line, 3);
		assert_string_equal(fault.word, wrong[i].word);
		assert_int_equal(fault.word_number, wrong[i].number);
		assert_non_null(strstr(fault.reason, wrong[i].reason));
		rules_free(&rules);
	}
}

static void a_line_that_is_no_text_is_refused(void **state)
{
	char text[RULE_LINE_MAX + 16];
	struct rules rules = { 0 };
	struct rule_fault fault;

	/* What stands behind the byte of 0 would be passed over. */
	assert_int_equal(parse(&rules, &fault, "bypass --port 1\0 --user alice\n", 30), -1);
	assert_non_null(strstr(fault.reason, "byte of 0"));
	assert_int_equal(fault.line, 1);
	memset(text, ' ', sizeof(text));
	memcpy(text, "bypass", 6);
	assert_int_equal(parse(&rules, &fault, text, sizeof(text)), -1);
	assert_non_null(strstr(fault.reason, "too long"));
	assert_string_equal(fault.word, "");
	rules_free(&rules);
}

static void the_kernel_takes_so_many_and_no_more(void **state)
{
	struct rules rules = { 0 };
	struct rule_fault fault;
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; i < RULES_MAX; i++)
		fprintf(out, "require --port %d\n", i + 1);
	fflush(out);
	assert_int_equal(parse(&rules, &fault, text, len), 0);
	assert_int_equal(rules.lines[RULES_MAX - 1].rule.id, RULE_ID_MAX);
	rules_free(&rules);
	fputs("require\n", out);
	fclose(out);
	assert_int_equal(parse(&rules, &fault, text, len), -1);
	assert_int_equal(fault.line, RULES_MAX + 1);
	rules_free(&rules);
	free(text);
}

/* What is not here may mean anybody: to require is wider then, to spare is nothing. */
static void who_is_not_here_makes_a_rule_stricter(void **state)
{
	static const char text[] =
		"require --port 5004 --user bob --own --sdes\n"
		"require --user alice --cgroup nowhere --local\n"
		"bypass --user bob\n"
		"prefer --cgroup nowhere --port 1\n";
	struct rules rules = { 0 };
	struct rule_fault fault;
	const struct rule_line *l;

	assert_int_equal(parse(&rules, &fault, text, sizeof(text) - 1), 0);
	assert_int_equal(rules.n, 4);
	l = rules.lines;
	assert_int_equal(l[0].missing, RULE_MISSING_USER);
	assert_true(rule_line_counts(&l[0]));
	assert_int_equal(l[0].rule.has, SOTTO_RULE_HAS_PORTS);
	assert_int_equal(l[0].rule.flags, 0);	/* own is leave that bob had */
	assert_int_equal(l[1].missing, RULE_MISSING_CGROUP);
	assert_true(rule_line_counts(&l[1]));
	assert_int_equal(l[1].rule.has, 0);
	assert_int_equal(l[1].rule.flags, SOTTO_RULE_F_LOCAL);
	assert_false(rule_line_counts(&l[2]));
	assert_false(rule_line_counts(&l[3]));
	rules_free(&rules);
}

static void rules_are_the_same_or_not(void **state)
{
	const struct sotto_rule a = {
		.id = 1001, .has = SOTTO_RULE_HAS_PEER | SOTTO_RULE_HAS_FAMILY, .family = AF_INET,
		.peer = { 192, 0, 2, 1 }, .peer_len = 32,
	};
	struct sotto_rule b = a;

	b.flows = 7;
	b.peer[4] = 1;	/* not of the address */
	b.uid = 3;	/* not said */
	assert_true(rules_same(&a, &b));
	b.peer[3] = 2;
	assert_false(rules_same(&a, &b));
	b = a;
	b.peer_len = 31;
	assert_false(rules_same(&a, &b));
	b = a;
	b.action = SOTTO_ACTION_BYPASS;
	assert_false(rules_same(&a, &b));
	b = a;
	b.id = 1;
	assert_false(rules_same(&a, &b));
	b = a;
	b.flags = SOTTO_RULE_F_OWN;
	assert_false(rules_same(&a, &b));
	b = a;
	b.priority = 1;
	assert_false(rules_same(&a, &b));
	b = a;
	b.has |= SOTTO_RULE_HAS_UID;
	assert_false(rules_same(&a, &b));
}

/* Directories. */

static char dir[] = "/tmp/rules.XXXXXX";
static int dir_fd = -1;

static int dir_make(void **state)
{
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
	return 0;
}

static void file(const char *name, const char *text)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int dir_remove(void **state)
{
	static const char *const names[] = {
		"20-b.conf", "10-a.conf", "B.conf", "a.conf", "x.conf~", ".conf", ".hidden.conf",
		"README", "c.conf", "odd.conf",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(dir_fd, names[i], 0);
	unlinkat(dir_fd, "odd.conf", AT_REMOVEDIR);
	close(dir_fd);
	return rmdir(dir);
}

static void files_are_read_in_the_order_of_their_names(void **state)
{
	struct rules rules = { 0 };
	struct rule_fault fault;

	file("20-b.conf", "require --port 2\n");
	file("10-a.conf", "require --port 1\n");
	file("B.conf", "require --port 3\n");
	file("a.conf", "\n# nothing\n");
	file("x.conf~", "nonsense\n");
	file(".hidden.conf", "nonsense\n");
	file(".conf", "nonsense\n");
	file("README", "nonsense\n");
	assert_int_equal(rules_read(&rules, dir, &here, &fault), 0);
	assert_int_equal(rules.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rules.lines[i].rule.port_min, i + 1);
	assert_string_equal(rules.lines[2].file, "B.conf");
	rules_free(&rules);
}

static void one_wrong_file_is_enough(void **state)
{
	struct rules rules = { 0 };
	struct rule_fault fault;

	file("10-a.conf", "require\n");
	file("20-b.conf", "require\nrequire --port x\n");
	file("c.conf", "require\n");
	assert_int_equal(rules_read(&rules, dir, &here, &fault), -1);
	assert_string_equal(fault.file, "20-b.conf");
	assert_int_equal(fault.line, 2);
	rules_free(&rules);
}

/* One that is a pipe would keep us waiting for ever, before the network. */
static void what_is_no_file_is_not_waited_for(void **state)
{
	struct rules rules = { 0 };
	struct rule_fault fault;

	assert_int_equal(mkfifoat(dir_fd, "odd.conf", 0644), 0);
	assert_int_equal(rules_read(&rules, dir, &here, &fault), -1);
	assert_string_equal(fault.file, "odd.conf");
	assert_int_equal(fault.line, 0);
	assert_string_equal(fault.reason, "it is not a file");
	unlinkat(dir_fd, "odd.conf", 0);
	assert_int_equal(mkdirat(dir_fd, "odd.conf", 0755), 0);
	assert_int_equal(rules_read(&rules, dir, &here, &fault), -1);
	assert_string_equal(fault.reason, "it is not a file");
	unlinkat(dir_fd, "odd.conf", AT_REMOVEDIR);
	assert_int_equal(symlinkat("nowhere", dir_fd, "odd.conf"), 0);
	assert_int_equal(rules_read(&rules, dir, &here, &fault), -1);
	assert_string_equal(fault.reason, "No such file or directory");
	rules_free(&rules);
}

static void no_directory_is_not_no_rules(void **state)
{
	struct rules rules = { 0 };
	struct rule_fault fault;

	assert_int_equal(rules_read(&rules, "/nowhere/at/all", &here, &fault), -1);
	assert_string_equal(fault.file, "/nowhere/at/all");
	assert_string_equal(fault.reason, "No such file or directory");
	assert_int_equal(rules_read(&rules, dir, &here, &fault), 0);
	assert_int_equal(rules.n, 0);
	rules_free(&rules);
}

#define WITH_DIR(test)	cmocka_unit_test_setup_teardown(test, dir_make, dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_is_understood),
		cmocka_unit_test(a_wrong_line_is_named_with_its_word_and_reason),
		cmocka_unit_test(a_line_that_is_no_text_is_refused),
		cmocka_unit_test(the_kernel_takes_so_many_and_no_more),
		cmocka_unit_test(who_is_not_here_makes_a_rule_stricter),
		cmocka_unit_test(rules_are_the_same_or_not),
		WITH_DIR(files_are_read_in_the_order_of_their_names),
		WITH_DIR(one_wrong_file_is_enough),
		WITH_DIR(what_is_no_file_is_not_waited_for),
		WITH_DIR(no_directory_is_not_no_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
