// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer target: a file of rules, and what nftables is told for them.
 *
 * Besides what the sanitizers see it must hold that a fault has its place and reason,
 * that what is taken fits into a request to the kernel, and that no word of the file
 * reaches the text for nft but as a number, an address, or a device's name in quotes.
 */
#include <stdlib.h>
#include <string.h>

#include "nft_text.h"
#include "rule_file.h"
#include "rule_words.h"

#define REQUIRE(x) do { if (!(x)) abort(); } while (0)

/* Half of all names are here. */
static bool find_user(const char *text, uint32_t *uid)
{
	*uid = strlen(text);
	return *text & 1;
}

static bool find_cgroup(const char *text, uint64_t *id)
{
	*id = strlen(text) + 1;
	return *text & 1;
}

static const struct rule_lookup here = { find_user, find_cgroup };

static void check_rule(const struct rule_line *line, size_t place)
{
	const struct sotto_rule *r = &line->rule;

	REQUIRE(line->line && r->id == RULE_ID_MIN + place);
	REQUIRE(r->action <= SOTTO_ACTION_MAX);
	REQUIRE(!(r->flags & ~(SOTTO_RULE_F_OWN | SOTTO_RULE_F_SDES |
			      SOTTO_RULE_F_LOCAL)));
	if (r->has & SOTTO_RULE_HAS_PORTS)
		REQUIRE(r->port_min && r->port_min <= r->port_max);
	if (r->has & SOTTO_RULE_HAS_FAMILY)
		REQUIRE(r->family == AF_INET || r->family == AF_INET6);
	if (r->has & SOTTO_RULE_HAS_PEER)
		REQUIRE(r->has & SOTTO_RULE_HAS_FAMILY &&
			r->peer_len <= (r->family == AF_INET ? 32 : 128));
	if (line->missing != RULE_MISSING_NOTHING)
		REQUIRE(!(r->has & (SOTTO_RULE_HAS_UID | SOTTO_RULE_HAS_CGROUP)) &&
			!(r->flags & (SOTTO_RULE_F_OWN | SOTTO_RULE_F_SDES)));
}

/* Outside of quotes only what our own words have; within also names that we take. */
static void check_words(char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789 \t\n.:/-@,=!{};'()";
	char *quoted = text + strspn(text, plain), *end;

	while (*quoted) {
		REQUIRE(*quoted == '"');
		end = strchr(++quoted, '"');
		REQUIRE(end);
		*end = '\0';
		REQUIRE(rule_device(quoted) || strspn(quoted, plain) == strlen(quoted));
		quoted = end + 1;
		quoted += strspn(quoted, plain);
	}
}

static void check_text(const struct rules *rules)
{
	struct sotto_rule *array = calloc(rules->n + 1, sizeof(*array));
	struct guard_list list = { array, rules->n };
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	REQUIRE(array && out);
	for (size_t i = 0; i < rules->n; i++)
		array[i] = rules->lines[i].rule;
	REQUIRE(!guard_text(out, &list, 1));
	fclose(out);
	REQUIRE(strlen(text) == len);
	check_words(text);
	free(text);
	free(array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules rules = { 0 };
	struct rule_fault fault;
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL;

	if (!file)
		return 0;
	if (rules_parse(&rules, file, "fuzz.conf", &here, &fault)) {
		REQUIRE(fault.reason && fault.line);
		REQUIRE(!*fault.word == !fault.word_number);
	} else {
		REQUIRE(rules.n <= RULES_MAX);
		for (size_t i = 0; i < rules.n; i++)
			check_rule(&rules.lines[i], i);
		check_text(&rules);
	}
	fclose(file);
	rules_free(&rules);
	return 0;
}
