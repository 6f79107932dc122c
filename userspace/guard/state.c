// SPDX-License-Identifier: GPL-2.0-or-later
#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int trouble(struct trouble *t, const char *cure, const char *cause, ...)
{
	va_list args;

	va_start(args, cause);
	vsnprintf(t->cause, sizeof(t->cause), cause, args);
	va_end(args);
	snprintf(t->cure, sizeof(t->cure), "%s", cure);
	return -1;
}

static int path_of(char path[PATH_MAX], const char *dir, const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s", dir, name) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Whoever reads it sees all of it, or all of the one before. */
static int replace(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX], next[PATH_MAX];
	FILE *file;
	int r = path_of(path, dir, name) ?: path_of(next, dir, ".next");

	if (r)
		return r;
	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	file = fopen(next, "we");
	if (!file)
		return -errno;
	if (fputs(text, file) < 0 || fchmod(fileno(file), 0644))
		r = -errno;
	if (fclose(file) && !r)
		r = -errno;
	if (!r && rename(next, path))
		r = -errno;
	if (r)
		unlink(next);
	return r;
}

int state_write(const char *dir, const char *word, const struct trouble *t)
{
	char text[sizeof(struct trouble) + 32];

	snprintf(text, sizeof(text), "%s\n%s\n%s\n", word, t ? t->cause : "", t ? t->cure : "");
	return replace(dir, "state", text);
}

int state_keep_table(const char *dir, const char *text)
{
	char path[PATH_MAX];
	int r = path_of(path, dir, "table.nft");

	if (r)
		return r;
	if (text)
		return replace(dir, "table.nft", text);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}
