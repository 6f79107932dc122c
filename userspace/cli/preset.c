// SPDX-License-Identifier: GPL-2.0-or-later
#include "preset.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX	".conf"

/* Whoever is named in a preset would be somebody else on the next machine. */
static bool nobody(const char *text, uint32_t *uid)
{
	return false;
}

static bool nowhere(const char *text, uint64_t *id)
{
	return false;
}

static const struct rule_lookup no_names = { nobody, nowhere };

/* Return: NULL, or why a line is none of a preset. */
static const char *line_fault(const struct rule_line *line)
{
	const struct sotto_rule *r = &line->rule;

	if (line->missing != RULE_MISSING_NOTHING || r->has != SOTTO_RULE_HAS_PORTS ||
	    r->priority || r->flags & ~SOTTO_RULE_F_OWN)
		return "a preset has --port and perhaps --own, and nothing else";
	return NULL;
}

static int check(const struct rules *rules, const char *name, struct rule_fault *fault)
{
	const char *reason = rules->n ? NULL : "there is no rule in it";

	*fault = (struct rule_fault){ 0 };
	snprintf(fault->file, sizeof(fault->file), "%s", name);
	for (size_t i = 0; !reason && i < rules->n; i++) {
		reason = line_fault(&rules->lines[i]);
		fault->line = rules->lines[i].line;
	}
	fault->reason = reason;
	return reason ? -1 : 0;
}

/* A name of ours, and no way out of the directory. */
static bool is_name(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

enum preset_result preset_read(const char *name, struct rules *rules, struct rule_fault *fault)
{
	bool is_path = strchr(name, '/');
	char *path = NULL;
	FILE *file;
	int r;

	if (!is_path && !is_name(name))
		return PRESET_UNKNOWN;
	if (!is_path && asprintf(&path, PRESET_DIR "/%s" SUFFIX, name) < 0)
		path = NULL;
	file = is_path || path ? fopen(path ?: name, "re") : NULL;
	free(path);
	if (!file && errno == ENOENT)
		return PRESET_UNKNOWN;
	if (file) {
		r = rules_parse(rules, file, name, &no_names, fault) ?: check(rules, name, fault);
		fclose(file);
		return r ? PRESET_WRONG : PRESET_GOOD;
	}
	*fault = (struct rule_fault){ .reason = strerror(errno) };
	snprintf(fault->file, sizeof(fault->file), "%s", name);
	return PRESET_WRONG;
}

static int is_preset(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), suffix = strlen(SUFFIX);

	return len > suffix && !strcmp(entry->d_name + len - suffix, SUFFIX);
}

int preset_each(int (*take)(const char *name, enum preset_result result,
			    const struct rules *rules, const struct rule_fault *fault, void *arg),
		void *arg)
{
	struct dirent **entries = NULL;
	int n = scandir(PRESET_DIR, &entries, is_preset, alphasort);
	int r = n < 0 ? -errno : 0;

	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;
		struct rules rules = { 0 };
		struct rule_fault fault = { 0 };
		enum preset_result result;

		name[strlen(name) - strlen(SUFFIX)] = '\0';
		if (!r) {
			result = preset_read(name, &rules, &fault);
			r = take(name, result, &rules, &fault, arg);
		}
		rules_free(&rules);
		free(entries[i]);
	}
	free(entries);
	return r;
}
