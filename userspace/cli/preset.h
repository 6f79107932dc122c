/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presets: which ports the telephone programs take that people use. A preset is a file in
 * the language of sotto-rules(5), NAME.conf, whose rules have ports and nothing else that
 * would narrow them: who, and with whom, is the person's to say.
 */
#ifndef CLI_PRESET_H
#define CLI_PRESET_H

#include "rule_file.h"

#ifndef PRESET_DIR
#define PRESET_DIR	"/usr/share/sotto/presets"
#endif

enum preset_result {
	PRESET_GOOD,
	PRESET_UNKNOWN,	/* there is none of that name */
	PRESET_WRONG,	/* it cannot be used, see the fault */
};

/**
 * preset_read() - Read one.
 * @name: of a file in PRESET_DIR, without ".conf"; or a path, if there is a slash in it
 * @rules: zeroes; the caller frees it with rules_free(), whatever comes of it
 * @fault: filled for PRESET_WRONG
 */
enum preset_result preset_read(const char *name, struct rules *rules, struct rule_fault *fault);

/**
 * preset_each() - Read all of PRESET_DIR, in the order of their names.
 *
 * Ends when @take returns what is not 0, and returns that; -errno if there is no directory.
 */
int preset_each(int (*take)(const char *name, enum preset_result result,
			    const struct rules *rules, const struct rule_fault *fault, void *arg),
		void *arg);

#endif
