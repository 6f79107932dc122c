// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon_dir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_MAX_DIRS	8

static const void *needle;
static size_t needle_len;
static unsigned int files;

int dir_setup(void **state)
{
	const char *parent = getenv("TMPDIR") ?: P_tmpdir;
	char *path;

	if (asprintf(&path, "%s/sottod-test.XXXXXX", parent) < 0)
		return -1;
	*state = mkdtemp(path);
	return *state ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

int dir_teardown(void **state)
{
	int r = nftw(*state, remove_one, OPEN_MAX_DIRS, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

static bool file_has(const char *path, size_t size)
{
	FILE *f = fopen(path, "re");
	char *data = malloc(size + 1);
	bool found;

	if (!f || !data || fread(data, 1, size, f) != size)
		abort();	/* what cannot be read must not count as clean */
	found = memmem(data, size, needle, needle_len);
	free(data);
	fclose(f);
	return found;
}

static int look(const char *path, const struct stat *st, int type, struct FTW *at)
{
	if (type != FTW_F)
		return 0;
	files++;
	if (!needle)
		return 0;
	return memmem(path + at->base, strlen(path + at->base), needle, needle_len) ||
	       file_has(path, st->st_size);
}

bool dir_has_bytes(const char *dir, const void *bytes, size_t len)
{
	needle = bytes;
	needle_len = len;
	return nftw(dir, look, OPEN_MAX_DIRS, FTW_PHYS);
}

unsigned int dir_files(const char *dir)
{
	files = 0;
	needle = NULL;
	nftw(dir, look, OPEN_MAX_DIRS, FTW_PHYS);
	return files;
}
