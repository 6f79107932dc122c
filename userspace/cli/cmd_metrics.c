// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus.h"
#include "json.h"
#include "metrics.h"

enum { OPT_OUTPUT = 'o' };

static const struct option options[] = {
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ 0 }
};

/* @list: the caller frees it, whatever happens; its names live with the message */
static int read_metrics(sd_bus_message *m, struct metric **list, size_t *n)
{
	struct metric one, *grown;
	int r = sd_bus_message_enter_container(m, 'a', "{st}");

	while (r >= 0 && (r = sd_bus_message_read(m, "{st}", &one.name, &one.value)) > 0) {
		grown = reallocarray(*list, *n + 1, sizeof(one));
		if (!grown)
			return -ENOMEM;
		*list = grown;
		grown[(*n)++] = one;
	}
	return r;
}

/* On disk before it has its name: who reads it never sees a part, nor an empty one later. */
static int write_to(int fd, const struct metric *list, size_t n)
{
	FILE *out = fdopen(fd, "w");
	int r = out ? 0 : -errno;

	if (!out) {
		close(fd);
		return r;
	}
	metrics_put(out, list, n);
	/* It names nobody, and the collector is another user. */
	if (ferror(out))
		r = -EIO;
	else if (fflush(out) || fchmod(fd, 0644) || fsync(fd))
		r = -errno;
	if (fclose(out) && !r)
		r = -errno;
	return r;
}

static enum cli_exit write_file(struct cli *cli, const char *path, const struct metric *list,
				size_t n)
{
	char *part = NULL;
	int fd, r;

	/* Beside it, so that it can take its place; no collector reads what ends so. */
	if (asprintf(&part, "%s.XXXXXX", path) < 0)
		return cli_refuse(cli, "Failed", "There is no memory.");
	fd = mkostemp(part, O_CLOEXEC);
	r = fd < 0 ? -errno : write_to(fd, list, n);
	if (!r && rename(part, path))
		r = -errno;
	if (r && fd >= 0)
		unlink(part);
	free(part);
	if (!r)
		return CLI_DONE;
	return cli_refuse(cli, "Failed", "%s cannot be written: %s. Nothing there was changed.", path,
			  strerror(-r));
}

static enum cli_exit show(struct cli *cli, const char *path, const struct metric *list, size_t n)
{
	struct json j;

	if (path)
		return write_file(cli, path, list, n);
	if (!cli->json) {
		metrics_put(stdout, list, n);
		return CLI_DONE;
	}
	json_begin(&j, stdout);
	json_object(&j, "metrics");
	for (size_t i = 0; i < n; i++)
		json_unsigned(&j, list[i].name, list[i].value);
	json_object_end(&j);
	json_end(&j);
	return CLI_DONE;
}

enum cli_exit cmd_metrics(struct cli *cli, int argc, char **argv)
{
	enum cli_exit status = CLI_REFUSED;
	sd_bus_message *reply = NULL;
	struct metric *list = NULL;
	const char *path = NULL;
	size_t n = 0;
	int opt, r;

	while ((opt = cli_option(cli, argc, argv, options)) >= 0)
		if (opt == OPT_OUTPUT)
			path = optarg;
	cli_arguments(cli, argc, 0, 0);
	if (path && (cli->json || !*path))
		cli_usage(cli, "--output needs the name of a file, which is no JSON.");
	if (bus_manager_asking(cli, "Metrics", &reply, NULL) < 0)
		return CLI_REFUSED;
	r = read_metrics(reply, &list, &n);
	if (r < 0)
		bus_unreadable(cli, r);
	else
		status = show(cli, path, list, n);
	free(list);
	sd_bus_message_unref(reply);
	return status;
}
