// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * many-programs: a host full of programs that telephone, each of another person, none of
 * which knows of sotto.
 *
 *	many-programs ADDRESS TO COUNT
 *
 * Program I is uid 20000+I's, has ADDRESS:10000+2I and talks to TO:10000+2I. Prints
 * {"listening":COUNT}; from SIGUSR1 on all speak: four packets as a telephone sends them, then
 * one every 4 s each, so that even an emulated machine has time for the rest. When the last of
 * them has understood a packet: {"heard":COUNT}. SIGTERM ends it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "udp-packet.h"

#define FIRST_PORT	10000
#define FIRST_UID	20000
#define TICK_MS		20
#define EARLY		4	/* packets */
#define LATER_TICKS	200	/* between two packets of one program */
#define SIGNALS		UINT32_MAX
#define CLOCK		(UINT32_MAX - 1)
#define EVENTS		64

struct program {
	int fd;
	bool heard;
	struct udp_packet_params next;
};

static struct program *programs;
static unsigned int count, heard, ticks;

static void watch(int epoll, int fd, uint32_t what)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u32 = what };

	if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e))
		err(2, "epoll");
}

static void open_program(unsigned int i, struct in_addr here, struct in_addr there)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = here };
	struct program *p = &programs[i];

	a.sin_port = htons(FIRST_PORT + 2 * i);
	/* A socket is his who makes it. */
	setfsuid(FIRST_UID + i);
	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setfsuid(0);
	if (p->fd < 0 || bind(p->fd, (void *)&a, sizeof(a)))
		err(2, "port %u", FIRST_PORT + 2 * i);
	a.sin_addr = there;
	if (connect(p->fd, (void *)&a, sizeof(a)))
		err(2, "connect");
	p->next = (struct udp_packet_params){
		.kind = "rtp", .ssrc = (ntohl(here.s_addr) << 16) + i, .seq = i, .ts = i,
		.payload = "said in confidence ", .payload_len = 160,
	};
}

/* What is held back or lost is no error of a program's. */
static void speak(struct program *p)
{
	static uint8_t packet[UDP_PACKET_MAX];
	size_t len = udp_packet_make(&p->next, packet);

	p->next.seq++;
	p->next.ts += 160;
	if (send(p->fd, packet, len, 0) < 0 && errno != EPERM && errno != EAGAIN &&
	    errno != ECONNREFUSED && errno != ENOBUFS)
		err(2, "send");
}

static void tick(void)
{
	for (unsigned int i = 0; i < count; i++)
		if (ticks < EARLY || (ticks + i) % LATER_TICKS == 0)
			speak(&programs[i]);
	ticks++;
}

/* Understood is what has the other's text in it. */
static void listen_to(struct program *p)
{
	uint8_t packet[2048];
	ssize_t n;

	while ((n = recv(p->fd, packet, sizeof(packet), 0)) >= 0) {
		if (p->heard || n != 12 + 160 || memcmp(packet + 12, "said in confidence ", 19))
			continue;
		p->heard = true;
		if (++heard != count)
			continue;
		printf("{\"heard\":%u}\n", heard);
		fflush(stdout);
	}
}

static int all_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		err(2, "signals");
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* False: it is over. */
static bool obey(int signals, int clock)
{
	const struct itimerspec every = {
		.it_value.tv_nsec = TICK_MS * 1000000, .it_interval.tv_nsec = TICK_MS * 1000000,
	};
	struct signalfd_siginfo s;

	if (read(signals, &s, sizeof(s)) != sizeof(s))
		err(2, "signals");
	if (s.ssi_signo == SIGUSR1 && timerfd_settime(clock, 0, &every, NULL))
		err(2, "clock");
	return s.ssi_signo != SIGTERM;
}

int main(int argc, char **argv)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC), signals = all_signals();
	int clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct epoll_event events[EVENTS];
	struct in_addr here, there;
	struct rlimit files;
	uint64_t expired;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &here) != 1 ||
	    inet_pton(AF_INET, argv[2], &there) != 1)
		errx(2, "usage: many-programs ADDRESS TO COUNT");
	count = atoi(argv[3]);
	files.rlim_cur = files.rlim_max = count + 64;
	programs = calloc(count, sizeof(*programs));
	if (!count || !programs || setrlimit(RLIMIT_NOFILE, &files))
		err(2, "%s programs", argv[3]);
	watch(epoll, signals, SIGNALS);
	watch(epoll, clock, CLOCK);
	for (unsigned int i = 0; i < count; i++) {
		open_program(i, here, there);
		watch(epoll, programs[i].fd, i);
	}
	printf("{\"listening\":%u}\n", count);
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.u32 == SIGNALS) {
				if (!obey(signals, clock))
					return 0;
			} else if (events[i].data.u32 != CLOCK) {
				listen_to(&programs[events[i].data.u32]);
			} else if (read(clock, &expired, sizeof(expired)) == sizeof(expired)) {
				tick();
			}
		}
	}
}
