// SPDX-License-Identifier: GPL-2.0-or-later
#include "hashlog.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct hashlog {
	int fd;
};

int hashlog_open(const char *path, struct hashlog **out)
{
	struct hashlog *h = malloc(sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (h->fd < 0) {
		int error = -errno;

		free(h);
		return error;
	}
	*out = h;
	return 0;
}

void hashlog_close(struct hashlog *h)
{
	if (!h)
		return;
	close(h->fd);
	free(h);
}

int hashlog_add(struct hashlog *h, const char *kind, const uint8_t *data, size_t len)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(hash) + 1];
	char line[sizeof(hex) + 40];
	int n;

	if (!h)
		return 0;
	crypto_hash_sha256(hash, data, len);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	n = snprintf(line, sizeof(line), "%s %zu %s\n", hex, len, kind);
	if (n < 0 || (size_t)n >= sizeof(line))
		return -EINVAL;
	if (write(h->fd, line, n) != n)
		return -EIO;
	return 0;
}
