/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel module: into the kernel, and its rules into it.
 */
#ifndef GUARD_MODULE_H
#define GUARD_MODULE_H

#include "rule_file.h"
#include "state.h"

#define MODULE_DOUBTFUL	(-2)

/** module_load() - As modprobe does. Return: 0, or -1 with the trouble. */
int module_load(struct trouble *t);

/**
 * module_unload() - As modprobe -r does; nothing to do if it is not loaded.
 *
 * Rules that hold it and did not come from files are a trouble.
 * Return: 0, or -1 with the trouble.
 */
int module_unload(struct trouble *t);

/**
 * module_put_rules() - Give the kernel the rules of the files, in one step, and look
 * whether it has them.
 * @rules: all of them; NULL takes those away that it has
 *
 * Rules that did not come from files stay.
 *
 * Return: 0, or with the trouble: -1, the kernel has what it had; MODULE_DOUBTFUL, it is not
 * known what it has.
 */
int module_put_rules(const struct rules *rules, struct trouble *t);

/** module_drop_rules() - The kernel has none any more. Return: 0, or -1 with the trouble. */
int module_drop_rules(struct trouble *t);

/**
 * module_get_rules() - What the kernel has, from files or not.
 * @n: how many; 0 where the module is not loaded
 *
 * Return: 0 with @out for the caller to free, or -1: it cannot be known.
 */
int module_get_rules(struct sotto_rule **out, size_t *n);

#endif
