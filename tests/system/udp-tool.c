// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udp-tool: an ordinary program with one UDP socket, which knows nothing of sotto.
 *
 *	udp-tool send --bind ADDRESS --to ADDRESS [OPTION...]
 *		sends --count packets; {"sent":4,"errors":{"EPERM":1}}
 *	udp-tool recv --bind ADDRESS [OPTION...]
 *		{"listening":true}, then a line for each packet, until --count or
 *		--for seconds
 *	udp-tool talk --bind ADDRESS [OPTION...]
 *		both with the same socket; orders on standard input, one a line, until
 *		it ends: "to ADDRESS", "kind KIND", "ssrc N", "seq N",
 *		"payload-len N", "send COUNT",
 *		"batch KIND,KIND,...": one of each, all as long as the first, handed to
 *		the kernel as one (UDP_SEGMENT), "order N": a number that the next
 *		answers bear
 *
 * An ADDRESS is 10.9.0.1:7000 or [fd09::1]:7000. SIGTERM ends it, exit status 0.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "udp-packet.h"

#define PEERS_MAX	8
#define ERRNO_MAX	200

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

struct tool {
	int fd;
	int signals;
	struct address peer[PEERS_MAX];
	unsigned int n_peers;
	bool unconnected;	/* sendto() instead of connect() and send() */
	bool dont_fragment;
	bool no_check;
	bool gro;
	bool talks;
	const char *device;
	bool hex;
	unsigned long count;	/* to send, or to receive; 0: no bound */
	unsigned int interval_ms;
	unsigned long order;	/* 0: none */
	unsigned int seconds;	/* recv ends after that; 0: never */
	struct udp_packet_params next;
};

static unsigned long number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (!*text || *end)
		errx(2, "%s is no number", text);
	return n;
}

/* 10.9.0.1:7000 or [fd09::1]:7000 */
static struct address address(const char *text)
{
	struct address a = {};
	struct sockaddr_in *in = (void *)&a.sa;
	struct sockaddr_in6 *in6 = (void *)&a.sa;
	const char *colon = strrchr(text, ':');
	char host[64] = "";

	if (!colon || colon - text >= (int)sizeof(host))
		errx(2, "%s is no ADDRESS:PORT", text);
	if (text[0] == '[') {
		memcpy(host, text + 1, colon - text - 2);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(number(colon + 1));
		a.len = sizeof(*in6);
		if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1)
			return a;
	} else {
		memcpy(host, text, colon - text);
		in->sin_family = AF_INET;
		in->sin_port = htons(number(colon + 1));
		a.len = sizeof(*in);
		if (inet_pton(AF_INET, host, &in->sin_addr) == 1)
			return a;
	}
	errx(2, "%s is no ADDRESS:PORT", text);
}

static void print_address(const struct address *a)
{
	char host[INET6_ADDRSTRLEN];

	if (a->sa.ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)&a->sa;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		printf("%s:%u", host, ntohs(in->sin_port));
	} else {
		const struct sockaddr_in6 *in6 = (const void *)&a->sa;

		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		printf("[%s]:%u", host, ntohs(in6->sin6_port));
	}
}

static void open_socket(struct tool *t, const struct address *local)
{
	int family = local->sa.ss_family, yes = 1, dont = IP_PMTUDISC_DO;

	t->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (t->fd < 0)
		err(2, "socket");
	if (t->dont_fragment &&
	    (family == AF_INET ?
	     setsockopt(t->fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont)) :
	     setsockopt(t->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &dont, sizeof(dont))))
		err(2, "no fragments");
	if (t->no_check && setsockopt(t->fd, SOL_SOCKET, SO_NO_CHECK, &yes, sizeof(yes)))
		err(2, "no checksum");
	if (t->device && setsockopt(t->fd, SOL_SOCKET, SO_BINDTODEVICE, t->device,
				    strlen(t->device)))
		err(2, "%s", t->device);
	if (t->gro && setsockopt(t->fd, IPPROTO_UDP, UDP_GRO, &yes, sizeof(yes)))
		err(2, "UDP_GRO");
	if (bind(t->fd, (const void *)&local->sa, local->len))
		err(2, "bind");
}

static void turn_to(struct tool *t, const struct address *peer)
{
	t->peer[0] = *peer;
	t->n_peers = 1;
	if (!t->unconnected && connect(t->fd, (const void *)&peer->sa, peer->len))
		err(2, "connect");
}

/* 0 or what errno says. */
static int send_one(const struct tool *t, const struct address *to, const void *data, size_t len)
{
	ssize_t n = t->unconnected ?
		sendto(t->fd, data, len, 0, (const void *)&to->sa, to->len) :
		send(t->fd, data, len, 0);

	return n < 0 ? errno : 0;
}

static void print_sent(const struct tool *t, unsigned long sent, const unsigned long *errors)
{
	const char *comma = "";

	printf("{\"sent\":%lu,\"errors\":{", sent);
	for (int e = 0; e < ERRNO_MAX; e++) {
		if (!errors[e])
			continue;
		printf("%s\"%s\":%lu", comma, e ? strerrorname_np(e) : "other", errors[e]);
		comma = ",";
	}
	putchar('}');
	if (t->order)
		printf(",\"order\":%lu", t->order);
	puts("}");
	fflush(stdout);
}

static size_t make_next(struct tool *t, uint8_t *out)
{
	size_t len = udp_packet_make(&t->next, out);

	if (!len)
		errx(2, "no such kind: %s (%s, hex:...)", t->next.kind, udp_packet_kinds);
	t->next.seq++;
	t->next.ts += 160;
	return len;
}

/* Packets in one call; the kernel sends each by itself. */
static void send_batch(struct tool *t, char *kinds)
{
	static uint8_t data[UDP_PACKET_MAX], packet[UDP_PACKET_MAX];
	unsigned long errors[ERRNO_MAX] = {};
	const char *kind_before = t->next.kind;
	char control[CMSG_SPACE(sizeof(uint16_t))] = {};
	struct iovec iov = { .iov_base = data };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	size_t size = 0;
	uint16_t segment;

	for (char *kind = strtok(kinds, ","); kind; kind = strtok(NULL, ",")) {
		size_t len;

		t->next.kind = kind;
		len = make_next(t, packet);
		if (!size)
			size = len;
		if (len > size || iov.iov_len + size > sizeof(data))
			errx(2, "%s is too long for this batch", kind);
		memset(data + iov.iov_len, 0, size);
		memcpy(data + iov.iov_len, packet, len);
		iov.iov_len += size;
	}
	t->next.kind = kind_before;
	segment = size;
	cmsg->cmsg_level = IPPROTO_UDP;
	cmsg->cmsg_type = UDP_SEGMENT;
	cmsg->cmsg_len = CMSG_LEN(sizeof(segment));
	memcpy(CMSG_DATA(cmsg), &segment, sizeof(segment));
	if (sendmsg(t->fd, &msg, 0) < 0)
		errors[errno < ERRNO_MAX ? errno : 0]++;
	print_sent(t, size ? iov.iov_len / size : 0, errors);
}

static void receive(struct tool *t);

static void send_all(struct tool *t, unsigned long count)
{
	struct timespec pause = {
		.tv_sec = t->interval_ms / 1000, .tv_nsec = t->interval_ms % 1000 * 1000000L,
	};
	unsigned long sent = 0, errors[ERRNO_MAX] = {};
	static uint8_t data[UDP_PACKET_MAX];

	for (unsigned long i = 0; i < count; i++) {
		size_t len = make_next(t, data);

		for (unsigned int p = 0; p < t->n_peers; p++) {
			int e = send_one(t, &t->peer[p], data, len);

			if (e)
				errors[e < ERRNO_MAX ? e : 0]++;
			else
				sent++;
		}
		if (t->interval_ms && i + 1 < count)
			nanosleep(&pause, NULL);
		if (t->interval_ms && t->talks)	/* or its buffer overflows meanwhile */
			receive(t);
	}
	print_sent(t, sent, errors);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static void print_packet(const struct tool *t, const struct address *from, const uint8_t *data,
			 size_t len)
{
	printf("{\"from\":\"");
	print_address(from);
	printf("\",\"len\":%zu,\"first\":%d", len, len ? data[0] : -1);
	if (len >= 12 && (data[0] & 0xc0) == 0x80) {
		if (data[1] >= 192 && data[1] <= 223)
			printf(",\"rtcp\":%u,\"ssrc\":%u", data[1], get32(data + 4));
		else
			printf(",\"pt\":%u,\"seq\":%u,\"ssrc\":%u", data[1] & 0x7f,
			       data[2] << 8 | data[3], get32(data + 8));
	}
	if (t->hex) {
		printf(",\"hex\":\"");
		for (size_t i = 0; i < len; i++)
			printf("%02x", data[i]);
		putchar('"');
	}
	puts("}");
	fflush(stdout);
}

static void receive(struct tool *t)
{
	static uint8_t data[UDP_PACKET_MAX];
	struct address from = { .len = sizeof(from.sa) };
	ssize_t n = recvfrom(t->fd, data, sizeof(data), MSG_DONTWAIT, (void *)&from.sa, &from.len);

	/* An ICMP error about what was sent before is no packet. */
	if (n >= 0)
		print_packet(t, &from, data, n);
	else if (errno != EAGAIN && errno != ECONNREFUSED && errno != EMSGSIZE)
		err(2, "recv");
}

static void obey(struct tool *t, char *order)
{
	static char kind[2 * UDP_PACKET_MAX + 8];
	char *arg = strchr(order, ' ');
	struct address peer;

	if (!arg)
		errx(2, "no such order: %s", order);
	*arg++ = 0;
	if (!strcmp(order, "to")) {
		peer = address(arg);
		turn_to(t, &peer);
	} else if (!strcmp(order, "kind")) {
		snprintf(kind, sizeof(kind), "%s", arg);
		t->next.kind = kind;
	} else if (!strcmp(order, "ssrc")) {
		t->next.ssrc = number(arg);
	} else if (!strcmp(order, "seq")) {
		t->next.seq = number(arg);
	} else if (!strcmp(order, "payload-len")) {
		t->next.payload_len = number(arg);
	} else if (!strcmp(order, "order")) {
		t->order = number(arg);
	} else if (!strcmp(order, "batch")) {
		send_batch(t, arg);
	} else if (!strcmp(order, "send")) {
		send_all(t, number(arg));
	} else {
		errx(2, "no such order: %s", order);
	}
}

/* Returns false when standard input has ended. */
static bool read_orders(struct tool *t)
{
	static char line[2 * UDP_PACKET_MAX + 8];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, line + have, sizeof(line) - 1 - have);
	char *end;

	if (n <= 0)
		return false;
	have += n;
	line[have] = 0;
	while ((end = strchr(line, '\n'))) {
		*end++ = 0;
		obey(t, line);
		have -= end - line;
		memmove(line, end, have + 1);
	}
	if (have == sizeof(line) - 1)
		errx(2, "an order without an end");
	return true;
}

static void listen_on(struct tool *t, bool orders)
{
	struct pollfd pfd[] = {
		{ .fd = t->fd, .events = POLLIN },
		{ .fd = t->signals, .events = POLLIN },
		{ .fd = orders ? STDIN_FILENO : -1, .events = POLLIN },
	};
	time_t end = time(NULL) + t->seconds;
	unsigned long left = t->count;

	puts("{\"listening\":true}");
	fflush(stdout);
	for (;;) {
		int n = poll(pfd, 3, 200);

		if (n < 0)
			err(2, "poll");
		if (pfd[1].revents || (t->seconds && time(NULL) >= end))
			return;
		if (pfd[0].revents) {
			receive(t);
			if (!orders && left && !--left)
				return;
		}
		if (pfd[2].revents && !read_orders(t))
			return;
	}
}

static const struct option options[] = {
	{ "bind", required_argument, NULL, 'b' },
	{ "to", required_argument, NULL, 't' },
	{ "unconnected", no_argument, NULL, 'u' },
	{ "dont-fragment", no_argument, NULL, 'd' },
	{ "no-checksum", no_argument, NULL, 'C' },
	{ "device", required_argument, NULL, 'D' },
	{ "gro", no_argument, NULL, 'g' },
	{ "kind", required_argument, NULL, 'k' },
	{ "count", required_argument, NULL, 'c' },
	{ "interval-ms", required_argument, NULL, 'i' },
	{ "for", required_argument, NULL, 'f' },
	{ "ssrc", required_argument, NULL, 'r' },
	{ "seq", required_argument, NULL, 's' },
	{ "ts", required_argument, NULL, 'T' },
	{ "pt", required_argument, NULL, 'p' },
	{ "payload", required_argument, NULL, 'P' },
	{ "payload-len", required_argument, NULL, 'l' },
	{ "hex", no_argument, NULL, 'x' },
	{},
};

static void read_options(struct tool *t, int argc, char **argv, struct address *local)
{
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'b': *local = address(optarg); break;
		case 't':
			if (t->n_peers == PEERS_MAX)
				errx(2, "too many --to");
			t->peer[t->n_peers++] = address(optarg);
			break;
		case 'u': t->unconnected = true; break;
		case 'd': t->dont_fragment = true; break;
		case 'C': t->no_check = true; break;
		case 'D': t->device = optarg; break;
		case 'g': t->gro = true; break;
		case 'k': t->next.kind = optarg; break;
		case 'c': t->count = number(optarg); break;
		case 'i': t->interval_ms = number(optarg); break;
		case 'f': t->seconds = number(optarg); break;
		case 'r': t->next.ssrc = number(optarg); break;
		case 's': t->next.seq = number(optarg); break;
		case 'T': t->next.ts = number(optarg); break;
		case 'p': t->next.pt = number(optarg); break;
		case 'P': t->next.payload = optarg; break;
		case 'l': t->next.payload_len = number(optarg); break;
		case 'x': t->hex = true; break;
		default: exit(2);
		}
	}
	if (!local->len || optind != argc)
		errx(2, "--bind ADDRESS is needed, and nothing but options");
}

int main(int argc, char **argv)
{
	struct tool t = {
		.next = {
			.kind = "rtp", .ssrc = 0x50eec4, .seq = 1000, .payload_len = 160,
			.payload = "said in confidence ",
		},
	};
	const char *mode = argc > 1 ? argv[1] : "";
	struct address local = {};
	sigset_t ends;

	if (strcmp(mode, "send") && strcmp(mode, "recv") && strcmp(mode, "talk"))
		errx(2, "usage: udp-tool send|recv|talk --bind ADDRESS [OPTION...]");
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	read_options(&t, argc - 1, argv + 1, &local);
	open_socket(&t, &local);
	if (t.n_peers > 1 && !t.unconnected)
		errx(2, "several --to need --unconnected");
	if (t.n_peers == 1)
		turn_to(&t, &(struct address){ t.peer[0].sa, t.peer[0].len });
	if (!strcmp(mode, "send")) {
		if (!t.n_peers)
			errx(2, "--to ADDRESS is needed");
		send_all(&t, t.count ? t.count : 1);
		return 0;
	}
	if (sigprocmask(SIG_BLOCK, &ends, NULL))
		err(2, "signals");
	t.signals = signalfd(-1, &ends, SFD_CLOEXEC);
	if (t.signals < 0)
		err(2, "signals");
	t.talks = !strcmp(mode, "talk");
	listen_on(&t, t.talks);
	return 0;
}
