/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sotto-guard: at every moment either the kernel module has the rules or nftables stands
 * in. What is to hold is made before what held is taken away.
 */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include <stdbool.h>

/**
 * struct guard - where things are
 * @quotes: errors may quote the rules: a person reads them, not the journal
 */
struct guard {
	const char *rules_dir;
	const char *state_dir;
	bool quotes;
};

/* Each says on standard error what is wrong. Return: 0, or -1. */

/** guard_up() - nftables stands in for the rules; for every call if they cannot be read. */
int guard_up(struct guard *g);

/**
 * guard_load() - The module has the rules, then nftables ends to stand in.
 *
 * If that fails the module keeps the rules that it has from before, or nftables stands in.
 */
int guard_load(struct guard *g);

/** guard_start() - The one, then the other; the second also where the first has failed. */
int guard_start(struct guard *g);

/** guard_down() - nftables stands in; the module keeps its rules as long as it is there. */
int guard_down(struct guard *g);

/** guard_unload() - nftables stands in, then the rules of the files and the module go. */
int guard_unload(struct guard *g);

/**
 * guard_renew() - If another module is installed than the one that runs, it takes its place.
 *
 * Not while there are flows: that is said, and -1 is returned.
 */
int guard_renew(struct guard *g);

/**
 * guard_end() - As guard_unload(), and rules that were not read from files go as well; then
 * nftables lets go too: nothing holds calls back.
 */
int guard_end(struct guard *g);

/** guard_check() - Are the files right? */
int guard_check(struct guard *g);

/** guard_text_of_files() - Write to standard output what nftables would be told. */
int guard_text_of_files(struct guard *g);

#endif
