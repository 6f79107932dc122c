/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules that are kept: the files of /etc/sotto/rules.d, sotto-rules(5). One rule a
 * line, in the words of "sotto rule add".
 */
#ifndef RULE_FILE_H
#define RULE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "sotto.h"

#define RULE_DIR	"/etc/sotto/rules.d"
#define RULE_LINE_MAX	1024	/* bytes */
#define RULES_MAX	256	/* as many as the kernel takes */

/* The ids that these rules have in the kernel. Those without a name of their own begin at 1. */
#define RULE_ID_MIN	1001U
#define RULE_ID_MAX	(RULE_ID_MIN + RULES_MAX - 1)

/**
 * enum rule_missing - what a rule names and this machine does not have (yet)
 *
 * A rule that says require then covers more than it says: whoever it may have meant.
 * One that says prefer or bypass is left out.
 */
enum rule_missing {
	RULE_MISSING_NOTHING,
	RULE_MISSING_USER,
	RULE_MISSING_CGROUP,
};

/** struct rule_line - one rule, and where it stands; @rule.id is its id in the kernel */
struct rule_line {
	struct sotto_rule rule;
	enum rule_missing missing;
	char file[NAME_MAX + 1];
	unsigned int line;
};

/** struct rules - all of them, in the order of the files' names; begins as zeroes */
struct rules {
	struct rule_line *lines;
	size_t n;
};

/**
 * struct rule_fault - why the files cannot be used
 * @file: which; a name in the directory, or the directory itself
 * @line: 0 if it is the file as a whole
 * @word: the word that is wrong; "" if it is the line as a whole
 * @word_number: how many words of the line come before it, and one
 * @reason: a sentence's end, which does not quote the file; a constant, or strerror()'s
 */
struct rule_fault {
	char file[PATH_MAX];
	unsigned int line;
	char word[64];
	unsigned int word_number;
	const char *reason;
};

/** struct rule_lookup - how names are found; rule_lookup_here asks this machine */
struct rule_lookup {
	bool (*user)(const char *text, uint32_t *uid);
	bool (*cgroup)(const char *text, uint64_t *id);
};

extern const struct rule_lookup rule_lookup_here;

/**
 * rules_read() - Read every file of a directory whose name ends in ".conf".
 * @rules: zeroes; the caller frees it with rules_free(), also after a fault
 *
 * Return: 0, or -1 with @fault: then nothing of @rules may be used.
 */
int rules_read(struct rules *rules, const char *dir, const struct rule_lookup *lookup,
	       struct rule_fault *fault);

/** rules_parse() - Read one that is open, @name for faults. Return: as rules_read(). */
int rules_parse(struct rules *rules, FILE *file, const char *name,
		const struct rule_lookup *lookup, struct rule_fault *fault);

void rules_free(struct rules *rules);

/** rule_line_counts() - Is the rule one for the kernel, or left out? */
bool rule_line_counts(const struct rule_line *line);

/** rules_same() - Do both say the same, apart from the kernel's counters? */
bool rules_same(const struct sotto_rule *a, const struct sotto_rule *b);

#endif
