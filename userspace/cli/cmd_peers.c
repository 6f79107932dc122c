// SPDX-License-Identifier: GPL-2.0-or-later
/* peers, forget */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "json.h"
#include "peers.h"
#include "text.h"

#define SECOND_US	1000000ULL

/* Where the columns of the list begin. */
enum { COLUMN_VERIFIED_MIN = 6, COLUMN_GAP = 2, WIDTH_VERIFIED = 32, WIDTH_LAST = 18 };

enum cli_exit cmd_forget(struct cli *cli, int argc, char **argv)
{
	const char *name;
	struct json j;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 1, 1);
	name = argv[optind];
	if (bus_manager(cli, "Forget", NULL, "s", name) < 0)
		return CLI_REFUSED;
	if (cli->json) {
		json_begin(&j, stdout);
		json_text(&j, "forgotten", name);
		json_end(&j);
		return CLI_DONE;
	}
	text_put(stdout, name);
	puts(" is forgotten, with all secrets that were kept. A new call begins as with a stranger.");
	return CLI_DONE;
}

static int put_verified(const struct peer *p, uint64_t now_us)
{
	char when[TEXT_TIME_MAX];
	int columns;

	if (p->mismatch) {
		text_paint(stdout, TEXT_BAD);
		columns = printf("ALARM: verify next call");
		text_paint(stdout, TEXT_PLAIN);
		return columns;
	}
	if (!p->verified)
		return printf("%s", p->code ? "at first call, by code" : p->known ? "no" : "never met");
	text_time(p->verified_since * SECOND_US, now_us, when);
	text_paint(stdout, TEXT_GOOD);
	columns = printf("since %s%s", when, strcmp(p->verified_by, "code") ? "" : " (code)");
	text_paint(stdout, TEXT_PLAIN);
	return columns;
}

static int put_last_call(const struct peer *p, uint64_t now_us)
{
	char when[TEXT_TIME_MAX];

	if (!p->last_call)
		return printf("never");
	text_time(p->last_call * SECOND_US, now_us, when);
	return printf("%s", when);
}

static void put_peer(const struct peer *p, int verified_at, uint64_t now_us)
{
	text_pad(stdout, text_put(stdout, p->name), verified_at);
	text_pad(stdout, put_verified(p, now_us), WIDTH_VERIFIED);
	text_pad(stdout, put_last_call(p, now_us), WIDTH_LAST);
	for (char **a = p->addresses; a && *a; a++) {
		if (a != p->addresses)
			putchar(' ');
		text_put(stdout, *a);
	}
	putchar('\n');
}

static void print_text(const struct peers *peers)
{
	int verified_at = COLUMN_VERIFIED_MIN;

	if (!peers->n && !peers->n_spoilt)
		puts("No peer. Name one with: sotto pair NAME ADDRESS");
	if (!peers->n)
		return;
	for (size_t i = 0; i < peers->n; i++)
		if (text_width(peers->list[i].name) + COLUMN_GAP > verified_at)
			verified_at = text_width(peers->list[i].name) + COLUMN_GAP;
	text_paint(stdout, TEXT_FAINT);
	printf("%-*s%-*s%-*s%s\n", verified_at, "NAME", WIDTH_VERIFIED, "VERIFIED", WIDTH_LAST,
	       "LAST CALL", "ADDRESSES");
	text_paint(stdout, TEXT_PLAIN);
	for (size_t i = 0; i < peers->n; i++)
		put_peer(&peers->list[i], verified_at, text_now_us());
}

static void peer_json(struct json *j, const struct peer *p)
{
	json_object(j, NULL);
	json_text(j, "name", p->name);
	json_array(j, "addresses");
	for (char **a = p->addresses; a && *a; a++)
		json_text(j, NULL, *a);
	json_array_end(j);
	json_bool(j, "known", p->known);
	json_bool(j, "verified", p->verified);
	json_time(j, "verified_since", p->verified_since * SECOND_US);
	json_text_or_null(j, "verified_by", p->verified_by);
	json_bool(j, "code", p->code);
	json_time(j, "last_call", p->last_call * SECOND_US);
	json_text_or_null(j, "suite", p->suite);
	json_bool(j, "mismatch", p->mismatch);
	json_bool(j, "auto_answer", p->auto_answer);
	json_object_end(j);
}

static void print_json(const struct peers *peers)
{
	struct json j;

	json_begin(&j, stdout);
	json_array(&j, "peers");
	for (size_t i = 0; i < peers->n; i++)
		peer_json(&j, &peers->list[i]);
	json_array_end(&j);
	json_array(&j, "spoilt");
	for (size_t i = 0; i < peers->n_spoilt; i++)
		json_unsigned(&j, NULL, peers->spoilt[i]);
	json_array_end(&j);
	json_end(&j);
}

/* It has no name that anybody could read: its number, and how it is found all the same. */
static void tell_spoilt(const struct peers *peers)
{
	fflush(stdout);
	for (size_t i = 0; i < peers->n_spoilt; i++)
		fprintf(stderr, "sotto peers: The row of peer %" PRIu64 " is spoilt: nobody can read "
			"whose it is. If you miss a peer: sotto forget NAME, by its whole name; then "
			"pair again.\n", peers->spoilt[i]);
}

enum cli_exit cmd_peers(struct cli *cli, int argc, char **argv)
{
	enum cli_exit status = CLI_DONE;
	struct peers peers;

	cli_option(cli, argc, argv, NULL);
	cli_arguments(cli, argc, 0, 0);
	if (peers_list(cli, &peers) < 0)
		return CLI_REFUSED;
	if (cli->json)
		print_json(&peers);
	else
		print_text(&peers);
	if (peers.n_spoilt) {
		tell_spoilt(&peers);
		status = CLI_REFUSED;
	}
	peers_free(&peers);
	return status;
}
