// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udp-flood: IPv4 packets from sources that do not exist, as fast as they leave.
 *
 *	udp-flood NETWORK TO PORT KIND
 *
 * Each has a source in NETWORK/16 and a source port of its own. Every 10 000 packets
 * it says {"sent":10000}; SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "udp-packet.h"

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t payload[1024];
};

static in_addr_t address(const char *text)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		errx(2, "%s is no address", text);
	return a.s_addr;
}

int main(int argc, char **argv)
{
	struct udp_packet_params params = {
		.ssrc = 0xbad, .payload = "nobody says this ", .payload_len = 60,
	};
	struct sockaddr_in to = { .sin_family = AF_INET };
	static struct packet p;
	in_addr_t network;
	size_t len;
	int fd;

	if (argc != 5)
		errx(2, "usage: udp-flood NETWORK TO PORT KIND");
	network = ntohl(address(argv[1])) & 0xffff0000;
	to.sin_addr.s_addr = address(argv[2]);
	params.kind = argv[4];
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		err(2, "socket");
	len = udp_packet_make(&params, p.payload);
	if (!len)
		errx(2, "no such kind: %s", argv[4]);
	len += sizeof(p.ip) + sizeof(p.udp);
	p.ip = (struct iphdr){
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .daddr = to.sin_addr.s_addr,
	};
	p.udp = (struct udphdr){
		.dest = htons(atoi(argv[3])), .len = htons(len - sizeof(p.ip)),
	};
	for (unsigned long n = 1;; n++) {
		uint32_t r = random();

		/* The kernel fills in length and checksum of the IP header. */
		p.ip.saddr = htonl(network | (r & 0xffff));
		p.udp.source = htons(1024 + (r >> 16) % 60000);
		if (sendto(fd, &p, len, 0, (void *)&to, sizeof(to)) < 0 && errno != ENOBUFS)
			err(1, "sendto");
		if (n % 10000 == 0) {
			printf("{\"sent\":%lu}\n", n);
			fflush(stdout);
		}
	}
}
