// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel_wire.h"

#define IP4_LEN		20
#define IP6_LEN		40
#define UDP_LEN		8
#define FRAGMENT_LEN	8	/* header of IPv6 */
#define PIECES_MAX	4

static void put16(uint8_t *at, unsigned int v)
{
	at[0] = v >> 8;
	at[1] = v;
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v);
}

static unsigned int add16(const uint8_t *data, size_t len, unsigned int sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += data[i] << 8 | data[i + 1];
	if (len % 2)
		sum += data[len - 1] << 8;
	return sum;
}

static uint16_t fold(unsigned int sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

int wire_station(const char *dev, uint8_t mac[6])
{
	struct ifreq req = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -1;
	strncpy(req.ifr_name, dev, IFNAMSIZ - 1);
	rc = ioctl(fd, SIOCGIFHWADDR, &req);
	close(fd);
	if (!rc)
		memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	return rc;
}

int wire_open(struct wire *w, const char *dev, const uint8_t to[6])
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(dev) };

	*w = (struct wire){};
	memcpy(w->to, to, 6);
	if (wire_station(dev, w->from))
		return -1;
	w->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return -1;
	return bind(w->fd, (struct sockaddr *)&at, sizeof(at));
}

static size_t put_udp(const struct wire_packet *p, uint8_t *out)
{
	size_t len = UDP_LEN + p->len, counts = len;
	size_t addr = p->family == AF_INET ? 4 : 16;
	unsigned int sum;

	put16(out, p->sport + (p->fault == WIRE_OTHER_PORT));
	put16(out + 2, p->dport);
	memcpy(out + UDP_LEN, p->payload, p->len);
	switch (p->fault) {
	case WIRE_UDP_LEN_SHORT:
		counts = UDP_LEN + p->cut;
		break;
	case WIRE_UDP_LEN_LONG:
		counts = len + 1 + p->len % 7;
		break;
	case WIRE_UDP_LEN_TINY:
		counts = 1 + p->len % 7;
		break;
	default:
		break;
	}
	put16(out + 4, counts);
	put16(out + 6, 0);
	sum = add16(p->src, addr, IPPROTO_UDP + counts);
	sum = add16(p->dst, addr, sum);
	sum = fold(add16(out, counts < len ? counts : len, sum)) ?: 0xffff;
	if (p->fault == WIRE_CSUM_BAD)
		sum = sum == 0x1234 ? 0x4321 : 0x1234;
	put16(out + 6, p->fault == WIRE_CSUM_NONE ? 0 : sum);
	return len;
}

static int send_frame(struct wire *w, uint16_t type, const uint8_t *packet, size_t len,
		      size_t padding)
{
	uint8_t frame[WIRE_FRAME_MAX + ETHER_HDR_LEN] = {};

	memcpy(frame, w->to, 6);
	memcpy(frame + 6, w->from, 6);
	put16(frame + 12, type);
	memcpy(frame + ETHER_HDR_LEN, packet, len);
	memset(frame + ETHER_HDR_LEN + len, 0x55, padding);
	return send(w->fd, frame, ETHER_HDR_LEN + len + padding, 0) < 0 ? -1 : 0;
}

/* @off in bytes; @more follow */
static int send_ip4(struct wire *w, const struct wire_packet *p, const uint8_t *data, size_t len,
		    size_t off, bool more)
{
	size_t options = p->fault == WIRE_IP_OPTIONS ? 8 : 0;
	uint8_t ip[WIRE_FRAME_MAX] = { [0] = 0x45 + options / 4, [8] = 64, [9] = IPPROTO_UDP };
	unsigned int sum;

	put16(ip + 2, IP4_LEN + options + len);
	put16(ip + 4, w->id4);
	put16(ip + 6, off / 8 | (more ? 0x2000 : 0));
	memcpy(ip + 12, p->src, 4);
	memcpy(ip + 16, p->dst, 4);
	memset(ip + IP4_LEN, 1, options);	/* each a NOP */
	sum = fold(add16(ip, IP4_LEN + options, 0));
	put16(ip + 10, sum ^ (p->fault == WIRE_IP_CSUM_BAD ? 0x0101 : 0));
	memcpy(ip + IP4_LEN + options, data, len);
	return send_frame(w, ETHERTYPE_IP, ip, IP4_LEN + options + len,
			  p->fault == WIRE_LINK_PADDING ? 9 : 0);
}

static int send_ip6(struct wire *w, const struct wire_packet *p, const uint8_t *data, size_t len,
		    size_t off, bool more)
{
	uint8_t ip[WIRE_FRAME_MAX] = { [0] = p->fault == WIRE_IP_CSUM_BAD ? 0x50 : 0x60, [7] = 64 };
	uint8_t *at = ip + IP6_LEN;

	memcpy(ip + 8, p->src, 16);
	memcpy(ip + 24, p->dst, 16);
	ip[6] = IPPROTO_UDP;
	if (off || more) {
		ip[6] = IPPROTO_FRAGMENT;
		at[0] = IPPROTO_UDP;
		put16(at + 2, off | more);
		put32(at + 4, w->id6);
		at += FRAGMENT_LEN;
	} else if (p->fault == WIRE_IP_OPTIONS) {
		ip[6] = IPPROTO_DSTOPTS;
		at[0] = IPPROTO_UDP;
		at[2] = 1;	/* PadN */
		at[3] = 4;
		at += 8;
	}
	memcpy(at, data, len);
	at += len;
	put16(ip + 4, at - ip - IP6_LEN);
	return send_frame(w, ETHERTYPE_IPV6, ip, at - ip, p->fault == WIRE_LINK_PADDING ? 9 : 0);
}

static int send_ip(struct wire *w, const struct wire_packet *p, const uint8_t *data, size_t len,
		   size_t off, bool more)
{
	return p->family == AF_INET ? send_ip4(w, p, data, len, off, more)
				    : send_ip6(w, p, data, len, off, more);
}

/* Two to four pieces, in any order; one of them may be lost. */
static int send_pieces(struct wire *w, struct dice *d, const struct wire_packet *p,
		       const uint8_t *data, size_t len)
{
	size_t at[PIECES_MAX + 1] = {};
	unsigned int order[PIECES_MAX], n = 0;
	unsigned int lost;

	while (n < PIECES_MAX && at[n] + 8 < len) {
		size_t words = (len - at[n] - 1) / 8;

		at[n + 1] = n + 1 == PIECES_MAX ? len : at[n] + 8 * (1 + roll(d, words));
		order[n] = n;
		n++;
	}
	at[n] = len;
	for (unsigned int i = n; i > 1; i--) {
		unsigned int j = roll(d, i), kept = order[j];

		order[j] = order[i - 1];
		order[i - 1] = kept;
	}
	lost = p->fault == WIRE_FRAGMENT_LOST ? roll(d, n) : n;
	for (unsigned int i = 0; i < n; i++) {
		unsigned int k = order[i];

		if (k != lost && send_ip(w, p, data + at[k], at[k + 1] - at[k], at[k], k + 1 < n))
			return -1;
	}
	return 0;
}

int wire_send(struct wire *w, struct dice *d, const struct wire_packet *p)
{
	uint8_t udp[UDP_LEN + WIRE_PAYLOAD_MAX];
	size_t len;

	if (p->len > WIRE_PAYLOAD_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	len = put_udp(p, udp);
	if ((p->fault == WIRE_FRAGMENTS || p->fault == WIRE_FRAGMENT_LOST) && len > 8) {
		/*
		 * Not soon the same: what has lost a piece is waited for, with IPv4 half a
		 * minute, with IPv6 a whole one.
		 */
		if (p->family == AF_INET)
			w->id4++;
		else
			w->id6++;
		return send_pieces(w, d, p, udp, len);
	}
	return send_ip(w, p, udp, len, 0, false);
}
