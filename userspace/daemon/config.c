// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS	" \t\r\n"

void config_init(struct config *c)
{
	const char *state = getenv("STATE_DIRECTORY");
	const char *runtime = getenv("RUNTIME_DIRECTORY");

	memset(c, 0, sizeof(*c));
	c->port = CONFIG_PORT;
	snprintf(c->state_dir, sizeof(c->state_dir), "%s", state ?: "/var/lib/sotto");
	snprintf(c->runtime_dir, sizeof(c->runtime_dir), "%s", runtime ?: "/run/sotto");
	snprintf(c->worker, sizeof(c->worker), "%s", SOTTOD_WORKER);
}

static int set_port(uint16_t *out, const char *value)
{
	char *end;
	unsigned long port = strtoul(value, &end, 10);

	/* The next port would be RTCP's. */
	if (value[0] < '0' || value[0] > '9' || *end || !port || port >= UINT16_MAX)
		return -EINVAL;
	*out = port;
	return 0;
}

/* None, unless it is asked for. */
static int set_signalling(uint16_t *port, const char *value)
{
	if (strcmp(value, "no"))
		return set_port(port, value);
	*port = 0;
	return 0;
}

static int set_flag(bool *flag, const char *value)
{
	if (!strcmp(value, "yes"))
		*flag = true;
	else if (!strcmp(value, "no"))
		*flag = false;
	else
		return -EINVAL;
	return 0;
}

static int set_path(char path[PATH_MAX], const char *value)
{
	if (value[0] != '/' || strlen(value) >= PATH_MAX)
		return -EINVAL;
	strcpy(path, value);
	return 0;
}

/* A program, or a socket at which systemd starts it. */
static int set_worker(char worker[PATH_MAX], const char *value)
{
	static const char scheme[] = "unix:";
	const bool is_socket = !strncmp(value, scheme, strlen(scheme));

	if (value[is_socket ? strlen(scheme) : 0] != '/' || strlen(value) >= PATH_MAX)
		return -EINVAL;
	strcpy(worker, value);
	return 0;
}

int config_set(struct config *c, const char *key, const char *value)
{
	if (!strcmp(key, "port"))
		return set_port(&c->port, value);
	if (!strcmp(key, "signalling"))
		return set_signalling(&c->signalling, value);
	if (!strcmp(key, "strangers"))
		return set_flag(&c->strangers, value);
	if (!strcmp(key, "verbose"))
		return set_flag(&c->verbose, value);
	if (!strcmp(key, "state-dir"))
		return set_path(c->state_dir, value);
	if (!strcmp(key, "runtime-dir"))
		return set_path(c->runtime_dir, value);
	if (!strcmp(key, "worker"))
		return set_worker(c->worker, value);
	return -ENOKEY;
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(BLANKS, end[-1]))
		*--end = '\0';
	return text + strspn(text, BLANKS);
}

static int read_line(struct config *c, char *text)
{
	char *value;

	text[strcspn(text, "#")] = '\0';
	text = trim(text);
	if (!*text)
		return 0;
	value = strchr(text, '=');
	if (!value)
		return -EINVAL;
	*value++ = '\0';
	return config_set(c, trim(text), trim(value));
}

int config_read(struct config *c, const char *path, unsigned int *line)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	int r = 0;

	*line = 0;
	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (!r && getline(&text, &room, f) >= 0) {
		++*line;
		r = read_line(c, text);
	}
	if (!r && !feof(f))
		r = -errno;
	free(text);
	fclose(f);
	return r;
}
