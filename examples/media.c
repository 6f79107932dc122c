// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RTP_HEADER	12
#define RTP_ROOM	160	/* for who encrypts here */

static int parse(const char *text, struct sotto_addr *out)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t len = colon ? (size_t)(colon - text) : 0;
	unsigned long port;
	char *end;

	*out = (struct sotto_addr){ 0 };
	if (!len || len >= sizeof(host))
		return -EINVAL;
	port = strtoul(colon + 1, &end, 10);
	if (*end || !colon[1] || !port || port > UINT16_MAX)
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		out->in6.sin6_family = AF_INET6;
		out->in6.sin6_port = htons(port);
		return inet_pton(AF_INET6, host + 1, &out->in6.sin6_addr) == 1 ? 0 : -EINVAL;
	}
	out->in.sin_family = AF_INET;
	out->in.sin_port = htons(port);
	return inet_pton(AF_INET, host, &out->in.sin_addr) == 1 ? 0 : -EINVAL;
}

static socklen_t length(const struct sotto_addr *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

int media_open(const char *local, const char *remote, struct sotto_addr *from,
	       struct sotto_addr *to)
{
	int fd, err;

	if (parse(local, from) || parse(remote, to) || from->sa.sa_family != to->sa.sa_family)
		return -EINVAL;
	fd = socket(from->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!bind(fd, &from->sa, length(from)) && !connect(fd, &to->sa, length(to)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int media_read_line(char line[MEDIA_LINE_MAX])
{
	size_t len = 0;
	ssize_t n;

	while (len < MEDIA_LINE_MAX) {
		n = read(STDIN_FILENO, line + len, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		if (line[len] == '\n') {
			line[len] = '\0';
			return len;
		}
		len++;
	}
	return -1;
}

int media_print(const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= n;
	}
	return 0;
}

/* RFC 3550 5.1: version 2, one payload type, no CSRCs. */
int media_say(const struct media *m, const char *line)
{
	static uint16_t seq = 1;
	uint8_t packet[RTP_HEADER + MEDIA_LINE_MAX + RTP_ROOM] = {
		0x80, 96, seq >> 8, seq & 0xff,
		[8] = 0x50, 0x4f, 0x54, 0x4f,
	};
	uint32_t time = htonl(seq * 160);
	int len = strlen(line), total = RTP_HEADER + len;

	seq++;
	memcpy(packet + 4, &time, sizeof(time));
	memcpy(packet + RTP_HEADER, line, len);
	if (m->seal && m->seal(packet, &total, m->arg))
		return -EIO;
	if (send(m->fd, packet, total, 0) < 0 && errno != ECONNREFUSED)
		return -errno;
	return 0;
}

static int hear(const struct media *m)
{
	char text[MEDIA_LINE_MAX + sizeof("heard: \n")];
	uint8_t packet[RTP_HEADER + MEDIA_LINE_MAX + RTP_ROOM];
	ssize_t n = recv(m->fd, packet, sizeof(packet), 0);
	int len = n;

	if (n < 0)
		return errno == ECONNREFUSED || errno == EINTR ? 0 : -errno;
	if (n < RTP_HEADER || packet[0] != 0x80 || packet[1] != 96)
		return 0;	/* no packet of ours */
	if (m->open && m->open(packet, &len, m->arg))
		return 0;	/* nor of who has the keys */
	if (len - RTP_HEADER > MEDIA_LINE_MAX)
		return 0;
	snprintf(text, sizeof(text), "heard: %.*s\n", len - RTP_HEADER,
		 (const char *)packet + RTP_HEADER);
	return media_print(text);
}

int media_talk(const struct media *m)
{
	struct pollfd on[] = { { STDIN_FILENO, POLLIN, 0 }, { m->fd, POLLIN, 0 } };
	char line[MEDIA_LINE_MAX];
	int err = 0;

	while (!err) {
		if (poll(on, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (on[1].revents)
			err = hear(m);
		if (!err && on[0].revents) {
			if (media_read_line(line) < 0)
				return 0;
			err = media_say(m, line);
		}
	}
	return err;
}
