/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has become of the guard, for "sotto doctor" and for those who load an nftables
 * ruleset of their own.
 */
#ifndef GUARD_STATE_H
#define GUARD_STATE_H

#define STATE_DIR	"/run/sotto-guard"

/** struct trouble - what is wrong and how to mend it; names no address and no user */
struct trouble {
	char cause[320];
	char cure[256];
};

/** trouble() - Fill it in. Return: -1. */
int trouble(struct trouble *t, const char *cure, const char *cause, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * state_write() - Say how things are: DIR/state has @word, cause and cure, a line each.
 * @word: "loaded": the kernel has the rules; "waiting": it has, and another module is
 *	installed than the one that runs; "wider": it has, and some cover more than
 *	they say; "old": it has those from before; "standing": nftables stands in; "off":
 *	nothing does
 * @t: NULL if nothing is wrong
 *
 * Return: 0 or a negative errno.
 */
int state_write(const char *dir, const char *word, const struct trouble *t);

/**
 * state_keep_table() - Keep the table's text as DIR/table.nft, for whoever flushes every
 * table: included in the same transaction it is never away.
 * @text: NULL: it does not stand any more
 *
 * Return: 0 or a negative errno.
 */
int state_keep_table(const char *dir, const char *text);

#endif
