// SPDX-License-Identifier: GPL-2.0-or-later
#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

int stats_append(const char *path, unsigned int call, const struct media_stats *s)
{
	char line[768];
	int error = 0;
	int fd, n;

	n = snprintf(line, sizeof(line),
		"{\"schema\":1,\"call\":%u,\"sent\":%" PRIu64 ",\"send_errors\":%" PRIu64
		",\"received\":%" PRIu64 ",\"malformed\":%" PRIu64 ",\"frames\":%" PRIu64
		",\"concealed\":%" PRIu64 ",\"concealed_ratio\":%.5f,\"late\":%" PRIu64
		",\"reordered\":%" PRIu64 ",\"duplicates\":%" PRIu64 ",\"dropped\":%" PRIu64
		",\"restarts\":%" PRIu64 ",\"jitter_us\":%" PRIu32 ",\"lost_there\":%.3f}\n",
		call, s->sent, s->send_errors, s->received, s->malformed, s->frames,
		s->concealed, s->frames ? (double)s->concealed / (double)s->frames : 0.0,
		s->late, s->reordered, s->duplicates, s->dropped, s->restarts, s->jitter_us,
		s->lost_there / 256.0);
	if (n < 0 || (size_t)n >= sizeof(line))
		return -EOVERFLOW;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, line, n) != n)
		error = -EIO;
	if (close(fd) && !error)
		error = -errno;
	return error;
}
