// SPDX-License-Identifier: GPL-2.0-or-later
#include "addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_port(const char *text, uint16_t *out)
{
	unsigned long port = 0;

	if (!*text || strlen(text) > 5)
		return -EINVAL;
	for (const char *p = text; *p; p++) {
		if (!isdigit((unsigned char)*p))
			return -EINVAL;
		port = port * 10 + (*p - '0');
	}
	if (!port || port > UINT16_MAX)
		return -EINVAL;
	*out = port;
	return 0;
}

int addr_parse(const char *text, uint16_t port, struct sotto_addr *out)
{
	const char *host = text, *end = text + strlen(text), *colon = strrchr(text, ':');
	char copy[INET6_ADDRSTRLEN] = "";

	memset(out, 0, sizeof(*out));
	if (*text == '[') {
		host = text + 1;
		end = strchr(text, ']');
		if (!end || (end[1] && (end[1] != ':' || parse_port(end + 2, &port))))
			return -EINVAL;
	} else if (colon && colon == strchr(text, ':')) {	/* one colon only: not IPv6 */
		if (parse_port(colon + 1, &port))
			return -EINVAL;
		end = colon;
	}
	if (end - host >= (long)sizeof(copy))
		return -EINVAL;
	memcpy(copy, host, end - host);
	if (*text != '[' && inet_pton(AF_INET, copy, &out->in.sin_addr) == 1) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(port);
		return 0;
	}
	if (inet_pton(AF_INET6, copy, &out->in6.sin6_addr) == 1) {
		out->in6.sin6_family = AF_INET6;
		out->in6.sin6_port = htons(port);
		return 0;
	}
	return -EINVAL;
}

static const void *host_of(const struct sotto_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? (const void *)&addr->in.sin_addr :
					       (const void *)&addr->in6.sin6_addr;
}

static bool is_addr(const struct sotto_addr *addr)
{
	return addr->sa.sa_family == AF_INET || addr->sa.sa_family == AF_INET6;
}

void addr_format(const struct sotto_addr *addr, char buf[ADDR_TEXT_MAX])
{
	char host[INET6_ADDRSTRLEN];

	*buf = 0;
	if (!is_addr(addr))
		return;
	inet_ntop(addr->sa.sa_family, host_of(addr), host, sizeof(host));
	snprintf(buf, ADDR_TEXT_MAX, addr->sa.sa_family == AF_INET ? "%s:%u" : "[%s]:%u", host,
		 addr_port(addr));
}

void addr_set_port(struct sotto_addr *addr, uint16_t port)
{
	if (addr->sa.sa_family == AF_INET)
		addr->in.sin_port = htons(port);
	else if (addr->sa.sa_family == AF_INET6)
		addr->in6.sin6_port = htons(port);
}

uint16_t addr_port(const struct sotto_addr *addr)
{
	switch (addr->sa.sa_family) {
	case AF_INET:
		return ntohs(addr->in.sin_port);
	case AF_INET6:
		return ntohs(addr->in6.sin6_port);
	default:
		return 0;
	}
}

bool addr_same_host(const struct sotto_addr *a, const struct sotto_addr *b)
{
	return is_addr(a) && a->sa.sa_family == b->sa.sa_family &&
	       !memcmp(host_of(a), host_of(b), a->sa.sa_family == AF_INET ? 4 : 16);
}

bool addr_same(const struct sotto_addr *a, const struct sotto_addr *b)
{
	return addr_same_host(a, b) && addr_port(a) == addr_port(b);
}

socklen_t addr_len(const struct sotto_addr *addr)
{
	return addr->sa.sa_family == AF_INET ? sizeof(addr->in) : sizeof(addr->in6);
}
