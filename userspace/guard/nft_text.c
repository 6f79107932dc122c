// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rule_words.h"

/*
 * At the module's side of NAT: the port is the program's and the peer is as it is on
 * the wire. A packet is UDP here; th is its header, 64 bits long.
 */
#define HOOK_OUT	"type filter hook output priority -98; policy accept;"
#define HOOK_IN		"type filter hook input priority 98; policy accept;"
/* In front of every rule that could give a connection to a flowtable. NAT is elsewhere. */
#define HOOK_FORWARD	"type filter hook forward priority -400; policy accept;"
#define DROP		"counter drop"
#define SHAPED		"jump call-shaped"

/*
 * Whatever a call is made of: RTP and RTCP, ZRTP, STUN, which may carry data, and a
 * relay's channel with RTP inside (RFC 7983, module/rtp.c). Of a piece of an IPv6
 * packet nothing is known.
 */
static const char shapes[] =
	"\tchain call-shaped {\n"
	"\t\texthdr frag exists " DROP "\n"
	"\t\t@th,64,2 2 " DROP "\n"
	"\t\t@th,64,6 4 @th,96,32 0x5a525450 " DROP "\n"
	"\t\t@th,64,6 0 @th,96,32 0x2112a442 " DROP "\n"
	"\t\t@th,64,4 4 @th,96,2 2 " DROP "\n"
	"\t}\n";

/* Behind which device those are whose calls pass through is not known either. */
static const struct sotto_rule every_call[] = {
	{ .action = SOTTO_ACTION_REQUIRE },
	{ .action = SOTTO_ACTION_REQUIRE, .has = SOTTO_RULE_HAS_FORWARD },
};
const struct guard_list guard_every_call = { every_call, 2 };

/* One direction of the table. */
struct side {
	const char *chain;	/* "out", "in" */
	const char *port;	/* the program's */
	const char *peer;
	const char *abroad;	/* not between this machine's own addresses */
	bool knows_user;
	const char *inside;	/* forwarded: the device of those behind this machine */
	const char *outside;	/* and the other */
};

/* Going out the device is no help: destination NAT may have changed the way. */
static const struct side sides[] = {
	{ "out", "sport", "daddr", "fib daddr type != local ", true, NULL, NULL },
	{ "in", "dport", "saddr", "meta iiftype != loopback ", false, NULL, NULL },
	{ "away", "sport", "daddr", NULL, false, "iifname", "oifname" },
	{ "back", "dport", "saddr", NULL, false, "oifname", "iifname" },
};

#define N_SIDES	(sizeof(sides) / sizeof(sides[0]))

static void put_begin(FILE *out)
{
	/* Named first, so that it can be deleted; all of this is one transaction. */
	fputs("table " GUARD_TABLE "\n"
	      "delete table " GUARD_TABLE "\n"
	      "table " GUARD_TABLE " {\n"
	      "\tcomment \"in place of sotto's kernel module, see sotto-guard(8)\"\n", out);
	fputs(shapes, out);
}

static bool is_wanted(const struct sotto_rule *rule)
{
	return rule->action == SOTTO_ACTION_REQUIRE;
}

/* May the rule spare a packet on this side? Not if it cannot be told whose that is. */
static bool can_spare(const struct sotto_rule *rule, const struct side *side)
{
	return !(rule->has & SOTTO_RULE_HAS_CGROUP) &&
	       (!side->inside || rule_device(rule->forward)) &&
	       (!(rule->has & SOTTO_RULE_HAS_UID) || side->knows_user);
}

static void put_peer(FILE *out, const struct sotto_rule *rule, const struct side *side)
{
	size_t bytes = rule->family == AF_INET ? 4 : 16;
	char host[INET6_ADDRSTRLEN];
	uint8_t network[16] = { 0 };

	for (size_t i = 0; i < bytes * 8 && i < rule->peer_len; i++)
		network[i / 8] |= rule->peer[i / 8] & (0x80 >> i % 8);
	inet_ntop(rule->family, network, host, sizeof(host));
	fprintf(out, "%s %s %s/%u ", rule->family == AF_INET ? "ip" : "ip6", side->peer, host,
		rule->peer_len);
}

/* Is the rule about what goes through on this side? */
static bool is_of_side(const struct sotto_rule *rule, const struct side *side)
{
	return !(rule->has & SOTTO_RULE_HAS_FORWARD) == !side->inside;
}

/*
 * Between those who are behind one device calls are as they are. A name that nft could take
 * for something else is left out where that is stricter.
 */
static void put_devices(FILE *out, const struct sotto_rule *rule, const struct side *side)
{
	if (rule_device(rule->forward))
		fprintf(out, "%s \"%s\" %s != \"%s\" ", side->inside, rule->forward,
			side->outside, rule->forward);
}

/* What the rule asks for, but for ports and the user. */
static void put_match(FILE *out, const struct sotto_rule *rule, const struct side *side)
{
	if (side->inside)
		put_devices(out, rule, side);
	else if (!(rule->flags & SOTTO_RULE_F_LOCAL))
		fputs(side->abroad, out);
	if (rule->has & SOTTO_RULE_HAS_FAMILY)
		fprintf(out, "meta nfproto %s ", rule->family == AF_INET ? "ipv4" : "ipv6");
	if (rule->has & SOTTO_RULE_HAS_PEER && rule->peer_len)
		put_peer(out, rule, side);
}

/*
 * The lines of one rule: its ports, and RTCP on the port above them. Where it names
 * ports they are for calls, and all UDP on them waits; where it names none only what looks
 * like a call does, or the machine could not ask for names.
 */
static void put_lines(FILE *out, const struct sotto_rule *rule, const struct side *side,
		      const char *user, const char *all, const char *shaped)
{
	if (!(rule->has & SOTTO_RULE_HAS_PORTS)) {
		fputs("\t\t", out);
		put_match(out, rule, side);
		fprintf(out, "%s%s\n", user, shaped);
		return;
	}
	fprintf(out, "\t\tudp %s %u", side->port, rule->port_min);
	if (rule->port_max != rule->port_min)
		fprintf(out, "-%u", rule->port_max);
	fputc(' ', out);
	put_match(out, rule, side);
	fprintf(out, "%s%s\n", user, all);
	if (rule->port_max == UINT16_MAX)
		return;
	fprintf(out, "\t\tudp %s %u @th,64,2 2 @th,72,8 192-223 ", side->port, rule->port_max + 1);
	put_match(out, rule, side);
	fprintf(out, "%s%s\n", user, all);
}

static bool is_for_a_user(const struct sotto_rule *rule, const struct side *side)
{
	return is_wanted(rule) && side->knows_user && rule->has & SOTTO_RULE_HAS_UID;
}

/* A packet whose user is not known does not match "skuid" at all, and is dropped. */
static void put_user_chain(FILE *out, const struct sotto_rule *rule, const struct side *side,
			   size_t list, size_t place)
{
	fprintf(out, "\tchain %s-%zu-%zu {\n\t\tmeta skuid != %u return\n\t\t%s\n\t}\n",
		side->chain, list, place, rule->uid,
		rule->has & SOTTO_RULE_HAS_PORTS ? DROP : SHAPED);
}

static void put_wanted(FILE *out, const struct sotto_rule *rule, const struct side *side,
		       size_t list, size_t place)
{
	char jump[64];

	if (!is_for_a_user(rule, side)) {
		put_lines(out, rule, side, "", DROP, SHAPED);
		return;
	}
	snprintf(jump, sizeof(jump), "jump %s-%zu-%zu", side->chain, list, place);
	put_lines(out, rule, side, "", jump, jump);
}

static void put_spared(FILE *out, const struct sotto_rule *rule, const struct side *side)
{
	char user[32] = "";

	if (rule->has & SOTTO_RULE_HAS_UID)
		snprintf(user, sizeof(user), "meta skuid %u ", rule->uid);
	put_lines(out, rule, side, user, "return", "return");
}

static void put_list(FILE *out, const struct sotto_rule **rules, size_t n,
		     const struct side *side, size_t list)
{
	for (size_t i = 0; i < n; i++)
		if (is_of_side(rules[i], side) && is_for_a_user(rules[i], side))
			put_user_chain(out, rules[i], side, list, i);
	fprintf(out, "\tchain %s-%zu {\n", side->chain, list);
	for (size_t i = 0; i < n; i++)
		if (!is_of_side(rules[i], side))
			continue;
		else if (is_wanted(rules[i]))
			put_wanted(out, rules[i], side, list, i);
		else if (can_spare(rules[i], side))
			put_spared(out, rules[i], side);
	fputs("\t}\n", out);
}

static bool forwards(const struct guard_list *lists, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < lists[i].n; k++)
			if (lists[i].rules[k].has & SOTTO_RULE_HAS_FORWARD)
				return true;
	return false;
}

/* @side: the first of @n_sides whose chains the hook jumps to */
static void put_hook(FILE *out, const char *chain, const char *hook, const struct side *side,
		     size_t n_sides, size_t n)
{
	fprintf(out, "\tchain %s {\n\t\t%s\n", chain, hook);
	for (size_t i = 0; i < n; i++)
		for (size_t s = 0; s < n_sides; s++)
			fprintf(out, "\t\tmeta l4proto udp jump %s-%zu\n", side[s].chain, i);
	fputs("\t}\n", out);
}

/* As the module does: a lower priority first, and of equals the stricter. */
static int order(const void *a, const void *b)
{
	const struct sotto_rule *x = *(const struct sotto_rule *const *)a;
	const struct sotto_rule *y = *(const struct sotto_rule *const *)b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->action != y->action)
		return x->action < y->action ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

int guard_text(FILE *out, const struct guard_list *lists, size_t n)
{
	/* Who forwards for nobody is not asked about what he forwards. */
	size_t n_sides = forwards(lists, n) ? N_SIDES : N_SIDES - 2;

	put_begin(out);
	for (size_t i = 0; i < n; i++) {
		const struct sotto_rule **rules = calloc(lists[i].n + 1, sizeof(*rules));

		if (!rules)
			return -ENOMEM;
		for (size_t k = 0; k < lists[i].n; k++)
			rules[k] = &lists[i].rules[k];
		qsort(rules, lists[i].n, sizeof(*rules), order);
		for (size_t s = 0; s < n_sides; s++)
			put_list(out, rules, lists[i].n, &sides[s], i);
		free(rules);
	}
	put_hook(out, "output", HOOK_OUT, &sides[0], 1, n);
	put_hook(out, "input", HOOK_IN, &sides[1], 1, n);
	if (n_sides == N_SIDES)
		put_hook(out, "forward", HOOK_FORWARD, &sides[2], 2, n);
	fputs("}\n", out);
	return 0;
}
