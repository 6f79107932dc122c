/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in for the kernel module: rules as an nftables table that drops what
 * "require" covers. Documentation/architecture.rst, "Before the module is there".
 */
#ifndef GUARD_NFT_TEXT_H
#define GUARD_NFT_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include "sotto.h"

#define GUARD_TABLE	"inet sotto-guard"

/** struct guard_list - rules that decide among themselves, by their priority */
struct guard_list {
	const struct sotto_rule *rules;
	size_t n;
};

/**
 * guard_text() - The table for nft, in place of the one that may stand.
 * @out: where the text goes
 * @lists: a packet is dropped if any of them says so
 * @n: how many
 *
 * Where nftables cannot look as closely as the module it drops more, never less:
 * it does not ask for cgroups, which may be made anew, nor for the user of a packet that
 * arrives, and a rule that spares such traffic spares nothing.
 *
 * Return: 0 or -ENOMEM.
 */
int guard_text(FILE *out, const struct guard_list *lists, size_t n);

/** guard_every_call - For when it is not known what the rules are. */
extern const struct guard_list guard_every_call;

#endif
