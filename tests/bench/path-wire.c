// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A wiretap where the packets arrive.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "path.h"

#define FRAME_ROOM	4096

int path_wire_open(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd, room = 4 << 20;

	path_enter("bob");
	at.sll_ifindex = if_nametoindex("eth0");
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(2, "wiretap");
	path_enter("alice");
	return fd;
}

unsigned int path_wire_close(int fd, const char *spoken, unsigned int *frames)
{
	uint8_t frame[FRAME_ROOM];
	unsigned int seen = 0;
	ssize_t n;

	*frames = 0;
	while ((n = recv(fd, frame, sizeof(frame), MSG_DONTWAIT)) >= 0) {
		++*frames;
		seen += memmem(frame, n, spoken, strlen(spoken)) != NULL;
	}
	close(fd);
	return seen;
}
