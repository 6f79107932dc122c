/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sotto rule add, and what it has in common with the rest of sotto rule. */
#ifndef CLI_RULE_ADD_H
#define CLI_RULE_ADD_H

#include <stdint.h>

#include "cli.h"

/* Values of options that are not only for D-Bus. */
#define RULE_OPT_PORT	0x200
#define RULE_OPT_PRESET	0x300

extern const struct option rule_options[];

/**
 * rule_add() - Add one rule, or those of a preset, all or none.
 * @preset: its name, or NULL: then there is an action
 *
 * The options have been looked through once, and the action, if there is one, is
 * argv[optind].
 */
enum cli_exit rule_add(struct cli *cli, int argc, char **argv, const char *preset);

/** rule_said() - Tell what has been done to a rule: @done in JSON, else @sentence. */
void rule_said(struct cli *cli, const char *done, uint32_t id, const char *sentence);

#endif
