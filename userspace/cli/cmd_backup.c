// SPDX-License-Identifier: GPL-2.0-or-later
/* backup, restore: sottod seals and opens, with a key that is made of a passphrase here */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "ask.h"
#include "backup_head.h"
#include "bus.h"
#include "json.h"
#include "text.h"

#define BOX_MAX		(16 << 20)	/* bytes; the bus carries no more at once */

enum { OPT_FD = 'f' };

static const struct option options[] = {
	{ "passphrase-fd", required_argument, NULL, OPT_FD },
	{ 0 }
};

/** struct secret - in locked memory, wiped when freed */
struct secret {
	char passphrase[BACKUP_PASSPHRASE_MAX];
	char again[BACKUP_PASSPHRASE_MAX];
	uint8_t key[BACKUP_KEY_LEN];
};

/** struct job - one run of either command; @fd: where the passphrase comes from */
struct job {
	struct cli *cli;
	const char *path;
	int fd;
	struct secret *secret;
	uint8_t head[BACKUP_HEAD_LEN];
};

/* What follows returns 0, or a negative errno and the person has been told. */

static int cannot(struct job *j, const char *what, int r)
{
	cli_refuse(j->cli, "Failed", "%s cannot be %s: %s.", j->path, what, strerror(-r));
	return r;
}

static int bad(struct job *j, const char *why)
{
	cli_refuse(j->cli, "BadArgument", "%s", why);
	return -EINVAL;
}

static int ask_passphrase(struct job *j, bool twice)
{
	struct secret *s = j->secret;
	int r = ask_hidden(j->fd, "Passphrase of the backup: ", s->passphrase,
			   sizeof(s->passphrase));

	if (r >= 0 && twice && isatty(j->fd)) {
		r = ask_hidden(j->fd, "Once more: ", s->again, sizeof(s->again));
		if (r >= 0 && strcmp(s->passphrase, s->again))
			return bad(j, "The two differ. Nothing was written: begin again.");
	}
	if (r == -EMSGSIZE)
		return bad(j, "That is longer than any passphrase.");
	if (r < 0) {
		cli_refuse(j->cli, "Failed", "The passphrase cannot be read: %s.", strerror(-r));
		return r;
	}
	if (twice && strlen(s->passphrase) < BACKUP_PASSPHRASE_MIN)
		return bad(j, "The passphrase is too short: several words that nobody would guess. "
			   "Nothing was written.");
	return 0;
}

static int make_key(struct job *j)
{
	int r = backup_key(j->head, j->secret->passphrase, j->secret->key);

	if (r)
		cli_refuse(j->cli, "Failed", "There is no memory to work on the passphrase.");
	return r;
}

/* @box: NULL for Backup() */
static int ask_sottod(struct job *j, const char *member, const void *box, size_t len,
		      sd_bus_message **reply)
{
	sd_bus_message *m = NULL;
	int r = bus_need(j->cli);

	if (r < 0)
		return r;
	r = sd_bus_message_new_method_call(j->cli->bus, &m, BUS_NAME, BUS_PATH,
					   BUS_MANAGER_INTERFACE, member);
	if (r >= 0)
		r = sd_bus_message_sensitive(m);	/* wiped when freed */
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', j->secret->key, sizeof(j->secret->key));
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', j->head, sizeof(j->head));
	if (r >= 0 && box)
		r = sd_bus_message_append_array(m, 'y', box, len);
	if (r >= 0)
		r = bus_send(j->cli, m, reply);
	else
		bus_failed(j->cli, NULL, r);
	sd_bus_message_unref(m);
	return r;
}

static int write_all(int fd, const void *data, size_t len)
{
	const uint8_t *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= n;
	}
	return 0;
}

/* Whole or not at all, and never over another one. */
static int write_file(struct job *j, const void *box, size_t len)
{
	int fd = open(j->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	int r;

	if (fd < 0)
		return cannot(j, "written", -errno);
	r = write_all(fd, j->head, sizeof(j->head)) ?: write_all(fd, box, len);
	if (!r && fsync(fd))
		r = -errno;
	if (close(fd) && !r)
		r = -errno;
	if (!r)
		return 0;
	unlink(j->path);
	return cannot(j, "written", r);
}

static enum cli_exit say_backup(struct job *j)
{
	struct json json;

	if (j->cli->json) {
		json_begin(&json, stdout);
		json_text(&json, "backup", j->path);
		json_end(&json);
		return CLI_DONE;
	}
	text_put(stdout, j->path);
	puts(" has your peers, their secrets too, under the passphrase. Back with: sotto restore");
	return CLI_DONE;
}

static enum cli_exit backup(struct job *j)
{
	sd_bus_message *reply = NULL;
	const void *box;
	size_t len;
	int r;

	/* Before anything is asked for. */
	if (!access(j->path, F_OK)) {
		cannot(j, "written", -EEXIST);
		return CLI_REFUSED;
	}
	backup_head_make(j->head);
	r = ask_passphrase(j, true) ?: make_key(j);
	r = r ?: ask_sottod(j, "Backup", NULL, 0, &reply);
	if (r >= 0) {
		r = sd_bus_message_read_array(reply, 'y', &box, &len);
		if (r < 0)
			bus_unreadable(j->cli, r);
		else
			r = write_file(j, box, len);
	}
	sd_bus_message_unref(reply);
	return r < 0 ? CLI_REFUSED : say_backup(j);
}

static int read_all(int fd, uint8_t *out, size_t room, size_t *len)
{
	for (*len = 0; *len < room;) {
		ssize_t n = read(fd, out + *len, room - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		*len += n;
	}
	return -EFBIG;
}

/* @file: the caller frees it, whatever happens */
static int read_file(struct job *j, uint8_t **file, size_t *len)
{
	int fd = open(j->path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		return cannot(j, "read", -errno);
	*file = malloc(BOX_MAX);
	r = *file ? read_all(fd, *file, BOX_MAX, len) : -ENOMEM;
	close(fd);
	return r ? cannot(j, "read", r) : 0;
}

static int check_head(struct job *j, const uint8_t *file, size_t len)
{
	int r = len < sizeof(j->head) ? -EINVAL : 0;

	if (!r) {
		memcpy(j->head, file, sizeof(j->head));
		r = backup_head_check(j->head);
	}
	switch (r) {
	case 0:
		return 0;
	case -EPROTO:
		return bad(j, "A newer sotto has written this backup. Restore it with that one.");
	case -E2BIG:
		return bad(j, "This backup wants more work than any that sotto has written. Nothing was "
			   "restored.");
	default:
		return bad(j, "That is no backup of sotto's.");
	}
}

static enum cli_exit say_restored(struct job *j, unsigned int added, unsigned int kept)
{
	struct json json;

	if (j->cli->json) {
		json_begin(&json, stdout);
		json_unsigned(&json, "restored", added);
		json_unsigned(&json, "kept", kept);
		json_end(&json);
		return CLI_DONE;
	}
	printf("%u restored.", added);
	if (kept)
		printf(" %u left as they are: they were here already, or are somebody else's.", kept);
	puts(added ? "\nUse them on one machine only: on two, each call on one is an alarm on the other." :
	     "");
	return CLI_DONE;
}

static enum cli_exit restore(struct job *j)
{
	sd_bus_message *reply = NULL;
	unsigned int added, kept;
	uint8_t *file = NULL;
	size_t len = 0;
	int r = read_file(j, &file, &len);

	r = r ?: check_head(j, file, len);
	r = r ?: ask_passphrase(j, false);
	r = r ?: make_key(j);
	r = r ?: ask_sottod(j, "Restore", file + sizeof(j->head), len - sizeof(j->head), &reply);
	free(file);
	if (r >= 0) {
		r = sd_bus_message_read(reply, "uu", &added, &kept);
		if (r < 0)
			bus_unreadable(j->cli, r);
	}
	sd_bus_message_unref(reply);
	return r < 0 ? CLI_REFUSED : say_restored(j, added, kept);
}

static int fd_of(struct cli *cli, const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);

	if (!*text || *end || fd < 0 || fd > INT_MAX)
		cli_usage(cli, "--passphrase-fd is the number of a descriptor that is open.");
	return fd;
}

static enum cli_exit run(struct cli *cli, int argc, char **argv,
			 enum cli_exit (*command)(struct job *j))
{
	struct job j = { .cli = cli, .fd = STDIN_FILENO };
	enum cli_exit status;
	int opt;

	while ((opt = cli_option(cli, argc, argv, options)) >= 0)
		if (opt == OPT_FD)
			j.fd = fd_of(cli, optarg);
	cli_arguments(cli, argc, 1, 1);
	j.path = argv[optind];
	j.secret = sodium_init() < 0 ? NULL : sodium_malloc(sizeof(*j.secret));
	if (!j.secret)
		return cli_refuse(cli, "Failed", "There is no locked memory for secrets.");
	status = command(&j);
	sodium_free(j.secret);
	return status;
}

enum cli_exit cmd_backup(struct cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, backup);
}

enum cli_exit cmd_restore(struct cli *cli, int argc, char **argv)
{
	return run(cli, argc, argv, restore);
}
