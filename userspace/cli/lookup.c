// SPDX-License-Identifier: GPL-2.0-or-later
#include "lookup.h"

#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "text.h"

struct texts {
	char **list;	/* NULL-terminated */
	size_t n;
};

static int append(struct texts *t, const char *text)
{
	char **list;

	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->list[i], text))
			return 0;
	list = reallocarray(t->list, t->n + 2, sizeof(*list));
	if (!list)
		return -ENOMEM;
	t->list = list;
	list[t->n] = strdup(text);
	list[t->n + 1] = NULL;
	return list[t->n++] ? 0 : -ENOMEM;
}

/*
 * A host name (RFC 1123 2.1), perhaps with a port. IPv6 has more colons, IPv4 no
 * letter, and what is no address at all is left to sottod, which says so.
 */
static bool is_name(const char *text, size_t *host_len)
{
	const char *colon = strchr(text, ':');
	bool letter = false;

	*host_len = colon ? (size_t)(colon - text) : strlen(text);
	if (colon && (!colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1)))
		return false;
	for (size_t i = 0; i < *host_len; i++) {
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '.')
			return false;
		if (isalpha((unsigned char)text[i]))
			letter = true;
	}
	return letter;
}

/* @port: ":7686" or "" */
static int append_found(struct texts *t, const struct addrinfo *found, const char *port)
{
	char host[NI_MAXHOST], text[NI_MAXHOST + 16];
	int r = 0;

	for (; found && !r; found = found->ai_next) {
		/* An address with a scope holds on one link only. */
		if (getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof(host), NULL, 0,
				NI_NUMERICHOST) || strchr(host, '%'))
			continue;
		snprintf(text, sizeof(text), found->ai_family == AF_INET6 && *port ? "[%s]%s" :
			 "%s%s", host, port);
		r = append(t, text);
	}
	return r;
}

static int look_up(struct cli *cli, struct texts *t, const char *text, size_t host_len)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM };
	char *host = strndup(text, host_len);
	struct addrinfo *found = NULL;
	size_t before = t->n;
	int e = host ? getaddrinfo(host, NULL, &hints, &found) : EAI_MEMORY;
	int r = e ? -ENXIO : append_found(t, found, text + host_len);

	if (e || (!r && t->n == before)) {
		cli_refuse(cli, "NoAddress",
			   "No address is found for \"%s\" (%s). Give it in numbers, as in "
			   "192.0.2.7.", host ? host : text, gai_strerror(e ? e : EAI_NONAME));
		r = -ENXIO;
	} else if (r) {
		cli_refuse(cli, "Failed", "There is no memory for addresses.");
	} else if (!cli->json) {
		text_put(stdout, text);
		fputs(" is", stdout);
		for (size_t i = before; i < t->n; i++)
			printf(" %s", t->list[i]);
		putchar('\n');
	}
	if (found)
		freeaddrinfo(found);
	free(host);
	return r;
}

char **lookup_addresses(struct cli *cli, char **texts)
{
	struct texts t = { calloc(1, sizeof(*t.list)), 0 };
	size_t host_len;
	int r = t.list ? 0 : -ENOMEM;

	if (r)
		cli_refuse(cli, "Failed", "There is no memory for addresses.");
	for (; !r && *texts; texts++)
		if (is_name(*texts, &host_len))
			r = look_up(cli, &t, *texts, host_len);
		else if ((r = append(&t, *texts)))
			cli_refuse(cli, "Failed", "There is no memory for addresses.");
	if (!r)
		return t.list;
	lookup_free(t.list);
	return NULL;
}

void lookup_free(char **texts)
{
	for (char **t = texts; t && *t; t++)
		free(*t);
	free(texts);
}
