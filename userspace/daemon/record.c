// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#define DIRECTORY	"calls"
#define BOX_LEN		(sizeof(struct call) + SEAL_OVERHEAD)
#define NAME_LEN	(2 * CALL_COOKIE_LEN + 1)
#define TEMPORARY	"new"	/* cannot be mistaken for a cookie */

/*
 * A record lives on the same machine no longer than until the next boot, so the
 * struct goes as it is; what it was built from is part of what the box is tied to.
 */
struct tie {
	char build[16];
	uint64_t size;
	uint8_t cookie[CALL_COOKIE_LEN];
};

struct record {
	int dir;
	const struct seal *seal;
	uint8_t box[BOX_LEN];
};

static void make_tie(const uint8_t cookie[CALL_COOKIE_LEN], struct tie *out)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->build, sizeof(out->build), "%s", SOTTO_VERSION);
	out->size = sizeof(struct call);
	memcpy(out->cookie, cookie, CALL_COOKIE_LEN);
}

static void make_name(const uint8_t cookie[CALL_COOKIE_LEN], char out[NAME_LEN])
{
	sodium_bin2hex(out, NAME_LEN, cookie, CALL_COOKIE_LEN);
}

int record_open(struct record **out, const char *runtime_dir, const struct seal *seal)
{
	struct record *r;
	int parent, error;

	parent = open(runtime_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return -errno;
	r = calloc(1, sizeof(*r));
	if (!r) {
		close(parent);
		return -ENOMEM;
	}
	r->seal = seal;
	if (mkdirat(parent, DIRECTORY, S_IRWXU) && errno != EEXIST)
		r->dir = -1;
	else
		r->dir = openat(parent, DIRECTORY,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	error = r->dir < 0 ? -errno : 0;
	close(parent);
	if (error) {
		free(r);
		return error;
	}
	*out = r;
	return 0;
}

void record_close(struct record *r)
{
	if (!r)
		return;
	close(r->dir);
	free(r);
}

int record_write(struct record *r, const struct call *call)
{
	char name[NAME_LEN];
	struct tie tie;
	ssize_t n;
	int fd;

	make_tie(call->cookie, &tie);
	make_name(call->cookie, name);
	seal_close_box(r->seal, SEAL_RECORD, &tie, sizeof(tie), call, sizeof(*call), r->box);
	fd = openat(r->dir, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	n = write(fd, r->box, BOX_LEN);
	close(fd);
	if (n != BOX_LEN)
		return -EIO;
	return renameat(r->dir, TEMPORARY, r->dir, name) ? -errno : 0;
}

int record_read(struct record *r, const uint8_t cookie[CALL_COOKIE_LEN], struct call *out)
{
	char name[NAME_LEN];
	struct tie tie;
	ssize_t n;
	int fd;

	make_tie(cookie, &tie);
	make_name(cookie, name);
	fd = openat(r->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, r->box, BOX_LEN);
	close(fd);
	if (n != BOX_LEN)
		return -EBADMSG;
	return seal_open_box(r->seal, SEAL_RECORD, &tie, sizeof(tie), r->box, BOX_LEN, out);
}

int record_remove(struct record *r, const uint8_t cookie[CALL_COOKIE_LEN])
{
	char name[NAME_LEN];

	make_name(cookie, name);
	return unlinkat(r->dir, name, 0) && errno != ENOENT ? -errno : 0;
}

static bool is_kept(const char *name, bool (*keep)(const uint8_t *cookie, void *arg), void *arg)
{
	uint8_t cookie[CALL_COOKIE_LEN];
	size_t len;

	return !sodium_hex2bin(cookie, sizeof(cookie), name, strlen(name), NULL, &len, NULL) &&
	       len == sizeof(cookie) && keep(cookie, arg);
}

int record_sweep(struct record *r, bool (*keep)(const uint8_t cookie[CALL_COOKIE_LEN], void *arg),
		 void *arg)
{
	int fd = openat(r->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	int error = 0;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		error = -errno;
		close(fd);
		return error;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !is_kept(entry->d_name, keep, arg) &&
		    unlinkat(r->dir, entry->d_name, 0))
			error = -errno;
	closedir(dir);
	return error;
}
