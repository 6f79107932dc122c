// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "nft.h"
#include "nft_text.h"
#include "release.h"
#include "rule_file.h"
#include "state.h"

#define START	"sudo systemctl start sotto-guard"

static void say(const struct trouble *t)
{
	fprintf(stderr, "sotto-guard: %s; cure: %s\n", t->cause, t->cure);
}

/* How things are; that it cannot be told changes nothing of how they are. */
static void tell(const struct guard *g, const char *word, const struct trouble *t)
{
	int r = state_write(g->state_dir, word, t);

	if (r)
		fprintf(stderr, "sotto-guard: %s cannot be written: %s\n", g->state_dir,
			strerror(-r));
}

/* The files. */

/* "FILE, line 3, word 2"; for a person with the word itself. */
static int bad_file(const struct guard *g, const struct rule_fault *f, struct trouble *t)
{
	char place[64] = "", word[sizeof(f->word) + 8] = "";

	if (f->line)
		snprintf(place, sizeof(place), ", line %u", f->line);
	if (f->word_number && g->quotes)
		snprintf(word, sizeof(word), ", \"%s\"", f->word);
	else if (f->word_number)
		snprintf(word, sizeof(word), ", word %u", f->word_number);
	return trouble(t, "mend the file as sotto-guard check says, then: sudo systemctl "
		       "reload-or-restart sotto-guard", "%.160s%s%s: %s", f->file, place, word,
		       f->reason);
}

static int read_rules(const struct guard *g, struct rules *rules, struct trouble *t)
{
	struct rule_fault fault;

	if (rules_read(rules, g->rules_dir, &rule_lookup_here, &fault))
		return bad_file(g, &fault, t);
	return 0;
}

/* Return: the first rule that names what is not here, or NULL. */
static const struct rule_line *missing(const struct rules *rules, struct trouble *t)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule_line *line = &rules->lines[i];

		if (line->missing == RULE_MISSING_NOTHING)
			continue;
		trouble(t, "make it, or correct the file; then: sudo systemctl reload sotto-guard",
			"%.160s, line %u: the %s that the rule names does not exist, so the rule "
			"%s", line->file, line->line,
			line->missing == RULE_MISSING_USER ? "user" : "cgroup",
			rule_line_counts(line) ? "covers everybody" : "is left out");
		return line;
	}
	return NULL;
}

/* The table. */

/* Those that the kernel is to have. Return: an array for the caller to free, or NULL. */
static struct sotto_rule *rules_that_count(const struct rules *rules, size_t *n)
{
	struct sotto_rule *array = calloc(rules->n + 1, sizeof(*array));

	*n = 0;
	for (size_t i = 0; array && i < rules->n; i++)
		if (rule_line_counts(&rules->lines[i]))
			array[(*n)++] = rules->lines[i].rule;
	return array;
}

/* @rules: NULL where the files are wrong; @more: other rules that are to be covered */
static int write_text(FILE *out, const struct rules *rules, const struct guard_list *more)
{
	struct guard_list lists[2] = { guard_every_call };
	struct sotto_rule *array = NULL;
	int r;

	if (rules) {
		array = rules_that_count(rules, &lists[0].n);
		if (!array)
			return -ENOMEM;
		lists[0].rules = array;
	}
	if (more)
		lists[1] = *more;
	r = guard_text(out, lists, more ? 2 : 1);
	free(array);
	return r;
}

static char *make_text(const struct rules *rules, const struct guard_list *more)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r = out ? write_text(out, rules, more) : -ENOMEM;

	if (out && fclose(out))
		r = -ENOMEM;
	if (!r)
		return text;
	free(text);
	return NULL;
}

/* The table stands, in place of the one before: for the rules, or for every call. */
static int stand(const struct guard *g, const struct rules *rules, const struct guard_list *more,
		 struct trouble *t)
{
	char *text = make_text(rules, more);
	char error[NFT_ERROR_MAX];
	int r = text ? nft_apply(text, error) : -1;

	if (!text)
		r = trouble(t, "free some memory, then: " START, "%s", strerror(ENOMEM));
	else if (r)
		r = trouble(t, "see to it that nftables works (sudo nft list tables), then: " START,
			    "nftables does not stand in: %s", error);
	else if (state_keep_table(g->state_dir, text))
		fprintf(stderr, "sotto-guard: the table cannot be kept in %s\n", g->state_dir);
	free(text);
	return r;
}

static int stand_down(const struct guard *g, struct trouble *t)
{
	char error[NFT_ERROR_MAX];

	if (nft_remove(error))
		return trouble(t, "sudo nft delete table " GUARD_TABLE,
			       "the kernel has the rules, but nftables does not end to stand in: "
			       "%s", error);
	state_keep_table(g->state_dir, NULL);
	return 0;
}

static int waiting(struct trouble *t)
{
	return trouble(t, "end them, or restart the machine",
		       "another kernel module is installed, and is taken when no call holds the one "
		       "that runs");
}

/* How things are. */

/* Has the kernel rules that were read from files, or others? */
static bool has_rules(bool from_files)
{
	struct sotto_rule *rules = NULL;
	bool found = false;
	size_t n = 0;

	if (module_get_rules(&rules, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		found |= from_files == (rules[i].id >= RULE_ID_MIN && rules[i].id <= RULE_ID_MAX);
	free(rules);
	return found;
}

/* In one word, for state_write(). */
static const char *how_it_is(void)
{
	if (nft_stands())
		return "standing";
	return has_rules(true) ? "old" : "off";
}

/* What is done. */

/* @says: also of what is wrong with the files, which the caller does not say */
static int up(struct guard *g, bool says)
{
	const bool stood = nft_stands();
	struct trouble files, t;
	struct rules rules = { 0 };
	int read, r = 0;

	/* First all that could be meant: whatever befalls us while we read, it stands. */
	if (!stood)
		r = stand(g, NULL, NULL, &t);
	read = read_rules(g, &rules, &files);
	if (!read)
		r = stand(g, &rules, NULL, &t);
	else if (stood)
		r = stand(g, NULL, NULL, &t);
	rules_free(&rules);
	if (read && says)
		say(&files);
	if (!read)
		trouble(&files, START, "the kernel has not been given the rules yet");
	if (r)
		say(&t);
	tell(g, how_it_is(), r ? &t : &files);
	return r;
}

int guard_up(struct guard *g)
{
	return up(g, true);
}

/* It has failed by @why. What held before holds on, or else nftables stands in. */
static int load_failed(struct guard *g, int r, const struct trouble *why)
{
	if (!nft_stands() && (r == MODULE_DOUBTFUL || !has_rules(true)))
		up(g, false);
	say(why);
	tell(g, how_it_is(), why);
	return -1;
}

int guard_load(struct guard *g)
{
	struct rules rules = { 0 };
	struct trouble t;
	int r = read_rules(g, &rules, &t);

	if (!r)
		r = module_load(&t);
	if (!r)
		r = module_put_rules(&rules, &t);
	if (r) {
		rules_free(&rules);
		return load_failed(g, r, &t);
	}
	r = stand_down(g, &t);
	if (r || missing(&rules, &t)) {
		say(&t);
		tell(g, r ? "standing" : "wider", &t);
	} else if (release_waits()) {
		waiting(&t);
		tell(g, "waiting", &t);
	} else {
		tell(g, "loaded", NULL);
	}
	rules_free(&rules);
	return r;
}

int guard_start(struct guard *g)
{
	up(g, false);
	return guard_load(g);
}

/* The table stands for what the files say, and for what the kernel has: they may differ. */
static int stand_for_both(struct guard *g, struct trouble *t)
{
	struct rules rules = { 0 };
	struct guard_list kernel = { 0 };
	struct sotto_rule *has = NULL;
	int r, unknown = read_rules(g, &rules, t);

	if (unknown)
		say(t);
	if (module_get_rules(&has, &kernel.n))
		unknown = -1;
	kernel.rules = has;
	r = stand(g, unknown ? NULL : &rules, &kernel, t);
	free(has);
	rules_free(&rules);
	return r;
}

int guard_down(struct guard *g)
{
	struct trouble t;
	int r = stand_for_both(g, &t);

	if (r)
		say(&t);
	else
		trouble(&t, START, "sotto-guard.service has been stopped");
	tell(g, how_it_is(), &t);
	return r;
}

/* @all: those too that were not read from files */
static int unload(struct guard *g, bool all)
{
	struct trouble t;
	int r = stand_for_both(g, &t);

	if (!r && has_rules(true))
		r = module_put_rules(NULL, &t);
	if (!r && all && has_rules(false))
		r = module_drop_rules(&t);
	if (!r)
		r = module_unload(&t);
	if (r)
		say(&t);
	else
		trouble(&t, "sudo systemctl restart sotto-guard", "the kernel module was unloaded");
	tell(g, how_it_is(), &t);
	return r;
}

int guard_unload(struct guard *g)
{
	return unload(g, false);
}

int guard_renew(struct guard *g)
{
	struct trouble t;

	if (!release_waits())
		return 0;
	if (release_flows()) {
		waiting(&t);
	} else if (has_rules(false)) {
		trouble(&t, "sudo sotto rule list; delete what must go, or restart the machine",
			"another kernel module is installed, but rules that were not read from files "
			"hold the one that runs");
	} else {
		const bool unloaded = !guard_unload(g);

		return guard_load(g) || !unloaded ? -1 : 0;
	}
	say(&t);
	tell(g, "waiting", &t);
	return -1;
}

int guard_end(struct guard *g)
{
	struct trouble t;
	int r;

	unload(g, true);
	r = stand_down(g, &t);
	if (r)
		say(&t);
	/* Not by asking the kernel: to be asked for rules would bring the module back. */
	tell(g, r ? "standing" : "off", r ? &t : NULL);
	return r;
}

int guard_check(struct guard *g)
{
	struct rules rules = { 0 };
	struct trouble t;
	int r = read_rules(g, &rules, &t);

	if (r) {
		say(&t);
	} else {
		if (missing(&rules, &t))
			say(&t);
		printf("%zu rule%s in %s\n", rules.n, rules.n == 1 ? "" : "s", g->rules_dir);
	}
	rules_free(&rules);
	return r;
}

int guard_text_of_files(struct guard *g)
{
	struct rules rules = { 0 };
	struct trouble t;
	int read = read_rules(g, &rules, &t);
	int r;

	if (read)
		say(&t);
	r = write_text(stdout, read ? NULL : &rules, NULL);
	rules_free(&rules);
	return r || fflush(stdout) ? -1 : read;
}
