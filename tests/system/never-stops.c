// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * never-stops: a program that talks without end and does not care for errors.
 *
 *	never-stops PROGRESS KIND ADDRESS ADDRESS [KIND ADDRESS ADDRESS]...
 *
 * Each round it sends one packet of each KIND (udp-packet.h) from the first ADDRESS to
 * the second, and writes to PROGRESS how many rounds there have been. An ADDRESS is
 * 10.9.0.1:7000 or [fd09::1]:7000. As long as an address is not there the packet is
 * not sent.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "udp-packet.h"

#define TALKERS_MAX	16
#define PAUSE_NS	10000000

struct talker {
	struct addrinfo *from;
	struct addrinfo *to;
	int fd;		/* -1: not bound yet */
	struct udp_packet_params next;
};

static struct addrinfo *address(const char *text)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found;
	char host[64];
	const char *colon = strrchr(text, ':');
	size_t skip = *text == '[';

	if (!colon || colon - text >= (int)sizeof(host))
		errx(2, "%s is no ADDRESS:PORT", text);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text - 2 * skip), text + skip);
	if (getaddrinfo(host, colon + 1, &hints, &found))
		errx(2, "%s is no ADDRESS:PORT", text);
	return found;
}

static void talker_bind(struct talker *t)
{
	t->fd = socket(t->from->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		err(2, "socket");
	if (!bind(t->fd, t->from->ai_addr, t->from->ai_addrlen))
		return;
	if (errno != EADDRNOTAVAIL)
		err(2, "bind");
	close(t->fd);
	t->fd = -1;
}

static void talker_send(struct talker *t)
{
	static uint8_t data[UDP_PACKET_MAX];
	size_t len;

	if (t->fd < 0)
		talker_bind(t);
	if (t->fd < 0)
		return;
	len = udp_packet_make(&t->next, data);
	if (!len)
		errx(2, "no such kind: %s", t->next.kind);
	/* Whatever becomes of it. */
	if (sendto(t->fd, data, len, 0, t->to->ai_addr, t->to->ai_addrlen) < 0)
		errno = 0;
	t->next.seq++;
	t->next.ts += 160;
}

int main(int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct talker talkers[TALKERS_MAX] = {};
	size_t n = (argc - 2) / 3;
	char progress[32];
	int file;

	if (argc < 5 || (argc - 2) % 3 || n > TALKERS_MAX)
		errx(2, "usage: never-stops PROGRESS KIND ADDRESS ADDRESS...");
	file = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (file < 0)
		err(2, "%s", argv[1]);
	for (size_t i = 0; i < n; i++)
		talkers[i] = (struct talker){
			.from = address(argv[3 + 3 * i]), .to = address(argv[4 + 3 * i]), .fd = -1,
			.next = {
				.kind = argv[2 + 3 * i], .ssrc = 0x50eec4 + i, .seq = 1,
				.payload_len = 160, .payload = "said in confidence ",
			},
		};
	for (unsigned long round = 1;; round++) {
		for (size_t i = 0; i < n; i++)
			talker_send(&talkers[i]);
		/* As long as the last, so that nothing of that is left over. */
		snprintf(progress, sizeof(progress), "%10lu\n", round);
		if (pwrite(file, progress, strlen(progress), 0) < 0)
			err(2, "%s", argv[1]);
		nanosleep(&pause, NULL);
	}
}
