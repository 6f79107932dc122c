// SPDX-License-Identifier: GPL-2.0-or-later
#include "rule_words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>

#define CGROUP_ROOT	"/sys/fs/cgroup/"

static bool starts_number(const char *text)
{
	return *text >= '0' && *text <= '9';
}

bool rule_number(const char *text, int64_t least, int64_t most, int64_t *out)
{
	long long value;
	char *end;

	if (!starts_number(text) && !(*text == '-' && starts_number(text + 1)))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || value < least || value > most)
		return false;
	*out = value;
	return true;
}

bool rule_ports(const char *text, uint16_t *least, uint16_t *most)
{
	const char *dash = strchr(text, '-');
	char first[8];
	int64_t from, to;

	if (!dash) {
		if (!rule_number(text, 1, UINT16_MAX, &from))
			return false;
		*least = *most = from;
		return true;
	}
	if ((size_t)(dash - text) >= sizeof(first))
		return false;
	memcpy(first, text, dash - text);
	first[dash - text] = '\0';
	if (!rule_number(first, 1, UINT16_MAX, &from) ||
	    !rule_number(dash + 1, from, UINT16_MAX, &to))
		return false;
	*least = from;
	*most = to;
	return true;
}

bool rule_family(const char *text, uint16_t *family)
{
	if (!strcmp(text, "ipv4"))
		*family = AF_INET;
	else if (!strcmp(text, "ipv6"))
		*family = AF_INET6;
	else
		return false;
	return true;
}

bool rule_peer(const char *text, uint16_t *family, uint8_t *addr, uint8_t *len)
{
	const char *slash = strchrnul(text, '/');
	size_t host_len = slash - text;
	char host[INET6_ADDRSTRLEN];
	int64_t bits, most;
	int af;

	if (host_len >= sizeof(host))
		return false;
	memcpy(host, text, host_len);
	host[host_len] = '\0';
	af = strchr(host, ':') ? AF_INET6 : AF_INET;
	most = af == AF_INET6 ? 128 : 32;
	bits = most;
	if (inet_pton(af, host, addr) != 1 || (*slash && !rule_number(slash + 1, 0, most, &bits)))
		return false;
	*family = af;
	*len = bits;
	return true;
}

bool rule_user(const char *text, uint32_t *uid)
{
	struct passwd *user;
	int64_t number;

	if (rule_number(text, 0, UINT32_MAX - 1, &number)) {
		*uid = number;
		return true;
	}
	user = getpwnam(text);
	if (user)
		*uid = user->pw_uid;
	return user;
}

/* A cgroup v2's id is its directory's inode number. */
bool rule_cgroup(const char *text, uint64_t *id)
{
	char path[PATH_MAX];
	struct statfs fs;
	struct stat st;
	int64_t number;

	if (rule_number(text, 1, INT64_MAX, &number)) {
		*id = number;
		return true;
	}
	if (snprintf(path, sizeof(path), "%s%s", *text == '/' ? "" : CGROUP_ROOT, text) >=
	    (int)sizeof(path))
		return false;
	if (statfs(path, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC || stat(path, &st))
		return false;
	*id = st.st_ino;
	return true;
}

bool rule_device(const char *text)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t len = strspn(text, good);

	return len && len < IFNAMSIZ && !text[len] && strcmp(text, ".") && strcmp(text, "..");
}
