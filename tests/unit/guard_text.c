// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What nftables is told for which rules. That it then drops them is seen in
 * tests/system/guard_*.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "nft_text.h"

#define OUT	"fib daddr type != local "
#define IN	"meta iiftype != loopback "
#define RTCP	"@th,64,2 2 @th,72,8 192-223 "

/* The text of one list; the caller frees it. */
static char *text_of(const struct sotto_rule *rules, size_t n)
{
	const struct guard_list list = { rules, n };
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(guard_text(out, &list, 1), 0);
	fclose(out);
	return text;
}

/* What stands in a chain, without the blanks before each line. */
static void assert_chain(const char *text, const char *name, const char *wanted)
{
	char head[64], got[2048];
	const char *at, *end;
	size_t n = 0;

	snprintf(head, sizeof(head), "\tchain %s {\n", name);
	at = strstr(text, head);
	assert_non_null(at);
	at += strlen(head);
	end = strstr(at, "\t}\n");
	assert_non_null(end);
	for (; at < end && n < sizeof(got) - 1; at++)
		if (*at != '\t')
			got[n++] = *at;
	got[n] = '\0';
	assert_string_equal(got, wanted);
}

static void assert_chains(const struct sotto_rule *rules, size_t n, const char *out, const char *in)
{
	char *text = text_of(rules, n);

	assert_chain(text, "out-0", out);
	assert_chain(text, "in-0", in);
	free(text);
}

static const struct sotto_rule ports = {
	.has = SOTTO_RULE_HAS_PORTS, .port_min = 5000, .port_max = 5009,
};

static void all_udp_on_ports_of_calls_and_rtcp_above(void **state)
{
	assert_chains(&ports, 1,
		      "udp sport 5000-5009 " OUT "counter drop\n"
		      "udp sport 5010 " RTCP OUT "counter drop\n",
		      "udp dport 5000-5009 " IN "counter drop\n"
		      "udp dport 5010 " RTCP IN "counter drop\n");
}

static void no_port_is_above_the_last(void **state)
{
	const struct sotto_rule r = {
		.has = SOTTO_RULE_HAS_PORTS, .port_min = 65535, .port_max = 65535,
	};

	assert_chains(&r, 1, "udp sport 65535 " OUT "counter drop\n",
		      "udp dport 65535 " IN "counter drop\n");
}

static void without_ports_what_looks_like_a_call(void **state)
{
	const struct sotto_rule r = { 0 };
	char *text = text_of(&r, 1);

	assert_chain(text, "out-0", OUT "jump call-shaped\n");
	assert_chain(text, "in-0", IN "jump call-shaped\n");
	assert_chain(text, "call-shaped",
		     "exthdr frag exists counter drop\n"
		     "@th,64,2 2 counter drop\n"
		     "@th,64,6 4 @th,96,32 0x5a525450 counter drop\n"
		     "@th,64,6 0 @th,96,32 0x2112a442 counter drop\n"
		     "@th,64,4 4 @th,96,2 2 counter drop\n");
	free(text);
}

static void own_addresses_only_if_the_rule_says_local(void **state)
{
	struct sotto_rule r = ports;

	r.flags = SOTTO_RULE_F_LOCAL;
	assert_chains(&r, 1,
		      "udp sport 5000-5009 counter drop\nudp sport 5010 " RTCP "counter drop\n",
		      "udp dport 5000-5009 counter drop\nudp dport 5010 " RTCP "counter drop\n");
}

static void a_peer_is_its_network(void **state)
{
	const struct sotto_rule v4 = {
		.has = SOTTO_RULE_HAS_PEER | SOTTO_RULE_HAS_FAMILY, .family = AF_INET,
		.peer = { 192, 0, 2, 77 }, .peer_len = 26, .flags = SOTTO_RULE_F_LOCAL,
	};
	const struct sotto_rule v6 = {
		.has = SOTTO_RULE_HAS_PEER | SOTTO_RULE_HAS_FAMILY, .family = AF_INET6,
		.peer = { 0x20, 0x01, 0x0d, 0xb8, 0xff }, .peer_len = 33,
	};
	const struct sotto_rule any = {
		.has = SOTTO_RULE_HAS_PEER | SOTTO_RULE_HAS_FAMILY, .family = AF_INET,
		.flags = SOTTO_RULE_F_LOCAL,
	};

	assert_chains(&v4, 1, "meta nfproto ipv4 ip daddr 192.0.2.64/26 jump call-shaped\n",
		      "meta nfproto ipv4 ip saddr 192.0.2.64/26 jump call-shaped\n");
	assert_chains(&v6, 1,
		      OUT "meta nfproto ipv6 ip6 daddr 2001:db8:8000::/33 jump call-shaped\n",
		      IN "meta nfproto ipv6 ip6 saddr 2001:db8:8000::/33 jump call-shaped\n");
	assert_chains(&any, 1, "meta nfproto ipv4 jump call-shaped\n",
		      "meta nfproto ipv4 jump call-shaped\n");
}

/* Who receives is not known; who sends nearly always is, and if not it is dropped. */
static void a_user_is_asked_for_on_the_way_out(void **state)
{
	struct sotto_rule r = ports;
	char *text;

	r.has |= SOTTO_RULE_HAS_UID;
	r.uid = 1000;
	text = text_of(&r, 1);
	assert_chain(text, "out-0",
		     "udp sport 5000-5009 " OUT "jump out-0-0\n"
		     "udp sport 5010 " RTCP OUT "jump out-0-0\n");
	assert_chain(text, "out-0-0", "meta skuid != 1000 return\ncounter drop\n");
	assert_chain(text, "in-0",
		     "udp dport 5000-5009 " IN "counter drop\n"
		     "udp dport 5010 " RTCP IN "counter drop\n");
	free(text);
	r.has = SOTTO_RULE_HAS_UID;
	text = text_of(&r, 1);
	assert_chain(text, "out-0", OUT "jump out-0-0\n");
	assert_chain(text, "out-0-0", "meta skuid != 1000 return\njump call-shaped\n");
	assert_chain(text, "in-0", IN "jump call-shaped\n");
	free(text);
}

static void a_cgroup_is_not_asked_for(void **state)
{
	struct sotto_rule r = ports;

	r.has |= SOTTO_RULE_HAS_CGROUP;
	r.cgroup = 4711;
	assert_chains(&r, 1,
		      "udp sport 5000-5009 " OUT "counter drop\n"
		      "udp sport 5010 " RTCP OUT "counter drop\n",
		      "udp dport 5000-5009 " IN "counter drop\n"
		      "udp dport 5010 " RTCP IN "counter drop\n");
}

static void what_is_spared_is_spared_by_priority(void **state)
{
	const struct sotto_rule rules[] = {
		{ .id = 1, .action = SOTTO_ACTION_REQUIRE, .has = SOTTO_RULE_HAS_PORTS,
		  .port_min = 1, .port_max = 65535, .flags = SOTTO_RULE_F_LOCAL },
		{ .id = 2, .action = SOTTO_ACTION_BYPASS, .has = SOTTO_RULE_HAS_PORTS,
		  .port_min = 53, .port_max = 53, .flags = SOTTO_RULE_F_LOCAL, .priority = -1 },
		{ .id = 3, .action = SOTTO_ACTION_BYPASS, .has = SOTTO_RULE_HAS_PORTS,
		  .port_min = 70, .port_max = 71, .flags = SOTTO_RULE_F_LOCAL },
		{ .id = 4, .action = SOTTO_ACTION_PREFER, .has = SOTTO_RULE_HAS_PORTS,
		  .port_min = 80, .port_max = 80, .priority = -2 },
	};

	/* Of equals the stricter, so that 3 comes too late. */
	assert_chains(rules, 4,
		      "udp sport 80 " OUT "return\n"
		      "udp sport 81 " RTCP OUT "return\n"
		      "udp sport 53 return\n"
		      "udp sport 54 " RTCP "return\n"
		      "udp sport 1-65535 counter drop\n"
		      "udp sport 70-71 return\n"
		      "udp sport 72 " RTCP "return\n",
		      "udp dport 80 " IN "return\n"
		      "udp dport 81 " RTCP IN "return\n"
		      "udp dport 53 return\n"
		      "udp dport 54 " RTCP "return\n"
		      "udp dport 1-65535 counter drop\n"
		      "udp dport 70-71 return\n"
		      "udp dport 72 " RTCP "return\n");
}

static void nobody_is_spared_who_is_not_known(void **state)
{
	struct sotto_rule r = { .action = SOTTO_ACTION_BYPASS, .has = SOTTO_RULE_HAS_UID, .uid = 5 };

	assert_chains(&r, 1, OUT "meta skuid 5 return\n", "");
	r.has = SOTTO_RULE_HAS_CGROUP;
	assert_chains(&r, 1, "", "");
	r.has |= SOTTO_RULE_HAS_UID;
	assert_chains(&r, 1, "", "");
}

/* What one list spares the other may want. */
static void lists_decide_each_for_itself(void **state)
{
	const struct sotto_rule spare = { .action = SOTTO_ACTION_BYPASS, .priority = -9 };
	const struct guard_list lists[] = { { &spare, 1 }, { &ports, 1 } };
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(guard_text(out, lists, 2), 0);
	fclose(out);
	assert_chain(text, "output",
		     "type filter hook output priority -98; policy accept;\n"
		     "meta l4proto udp jump out-0\n"
		     "meta l4proto udp jump out-1\n");
	assert_chain(text, "input",
		     "type filter hook input priority 98; policy accept;\n"
		     "meta l4proto udp jump in-0\n"
		     "meta l4proto udp jump in-1\n");
	assert_chain(text, "out-0", OUT "return\n");
	assert_chain(text, "out-1",
		     "udp sport 5000-5009 " OUT "counter drop\n"
		     "udp sport 5010 " RTCP OUT "counter drop\n");
	free(text);
}

/* What goes between somebody behind that device and others, and nothing that stays here. */
static void of_forwarded_calls_both_directions(void **state)
{
	struct sotto_rule rules[] = {
		{ .has = SOTTO_RULE_HAS_PORTS | SOTTO_RULE_HAS_FORWARD, .port_min = 5000,
		  .port_max = 5009, .forward = "lan0" },
		{ .id = 1, .has = SOTTO_RULE_HAS_FORWARD, .forward = "lan0",
		  .action = SOTTO_ACTION_BYPASS },
		{ .id = 2, .has = SOTTO_RULE_HAS_FORWARD, .forward = "lan*" },
		{ .id = 3, .has = SOTTO_RULE_HAS_FORWARD, .forward = "la\"n", .priority = -1,
		  .action = SOTTO_ACTION_BYPASS },
	};
	char *text = text_of(rules, 4);

	assert_chain(text, "out-0", "");
	assert_chain(text, "in-0", "");
	/* A name that is none is any device where that is stricter, and else nobody's. */
	assert_chain(text, "away-0",
		     "udp sport 5000-5009 iifname \"lan0\" oifname != \"lan0\" counter drop\n"
		     "udp sport 5010 " RTCP "iifname \"lan0\" oifname != \"lan0\" counter drop\n"
		     "jump call-shaped\n"
		     "iifname \"lan0\" oifname != \"lan0\" return\n");
	assert_chain(text, "back-0",
		     "udp dport 5000-5009 oifname \"lan0\" iifname != \"lan0\" counter drop\n"
		     "udp dport 5010 " RTCP "oifname \"lan0\" iifname != \"lan0\" counter drop\n"
		     "jump call-shaped\n"
		     "oifname \"lan0\" iifname != \"lan0\" return\n");
	assert_chain(text, "forward",
		     "type filter hook forward priority -400; policy accept;\n"
		     "meta l4proto udp jump away-0\n"
		     "meta l4proto udp jump back-0\n");
	free(text);
	text = text_of(&ports, 1);
	assert_null(strstr(text, "hook forward"));
	free(text);
}

static void of_unknown_rules_every_call(void **state)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(guard_text(out, &guard_every_call, 1), 0);
	fclose(out);
	assert_chain(text, "out-0", OUT "jump call-shaped\n");
	assert_chain(text, "in-0", IN "jump call-shaped\n");
	assert_chain(text, "away-0", "jump call-shaped\n");
	assert_chain(text, "back-0", "jump call-shaped\n");
	assert_chain(text, "output",
		     "type filter hook output priority -98; policy accept;\n"
		     "meta l4proto udp jump out-0\n");
	free(text);
}

static void the_table_takes_the_place_of_the_one_before(void **state)
{
	char *text = text_of(NULL, 0);

	assert_int_equal(strncmp(text, "table inet sotto-guard\ndelete table inet sotto-guard\n"
				 "table inet sotto-guard {\n", 76), 0);
	assert_chain(text, "out-0", "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_udp_on_ports_of_calls_and_rtcp_above),
		cmocka_unit_test(no_port_is_above_the_last),
		cmocka_unit_test(without_ports_what_looks_like_a_call),
		cmocka_unit_test(own_addresses_only_if_the_rule_says_local),
		cmocka_unit_test(a_peer_is_its_network),
		cmocka_unit_test(a_user_is_asked_for_on_the_way_out),
		cmocka_unit_test(a_cgroup_is_not_asked_for),
		cmocka_unit_test(what_is_spared_is_spared_by_priority),
		cmocka_unit_test(nobody_is_spared_who_is_not_known),
		cmocka_unit_test(lists_decide_each_for_itself),
		cmocka_unit_test(of_forwarded_calls_both_directions),
		cmocka_unit_test(of_unknown_rules_every_call),
		cmocka_unit_test(the_table_takes_the_place_of_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
