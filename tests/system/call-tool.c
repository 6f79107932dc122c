// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program on sottod's D-Bus interface, for the tests of calls.
 *
 *	call-tool hold CALL	acquires the call's socket and sends an RTP packet
 *				every 20 ms, whose payload anybody could read;
 *				prints "holding", then "sent N gap MS received N"
 *				with each 25th packet that comes back in clear from
 *				the other end's call-tool; MS is the longest time
 *				between two of them since the last line. Begins its
 *				sequence anew, a minute behind, at SIGUSR1, and two
 *				seconds behind at SIGUSR2; ends at SIGTERM
 *	call-tool listen	prints the member, path and text of each signal of
 *				org.sotto1; "listening" before
 *
 * Exit: 0, 1 refused (the error's name on stdout), 2 usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define INTERVAL_US	20000
#define PAYLOAD		"THIS-WAS-SAID-IN-A-CALL"
#define HEADER		12
#define FAR_BEHIND	3000	/* packets: beyond what a replay window remembers */
#define A_LITTLE_BEHIND	100	/* inside of it */
#define PACKET		(HEADER + 160)

struct holder {
	sd_event *loop;
	sd_event_source *timer;
	int fd;
	uint32_t ssrc;
	uint16_t sequence;
	unsigned int sent;
	unsigned int received;
	uint64_t last;		/* us, when the last one was received */
	uint64_t gap;
};

static void fill(uint8_t *packet, struct holder *h)
{
	uint16_t sequence = htons(h->sequence);
	uint32_t timestamp = htonl(h->sequence * 960u), ssrc = htonl(h->ssrc);

	packet[0] = 0x80;
	packet[1] = 96;
	memcpy(packet + 2, &sequence, 2);
	memcpy(packet + 4, &timestamp, 4);
	memcpy(packet + 8, &ssrc, 4);
	for (size_t i = HEADER; i < PACKET; i++)
		packet[i] = PAYLOAD[(i - HEADER) % strlen(PAYLOAD)];
	h->sequence++;
}

static int on_tick(sd_event_source *s, uint64_t usec, void *data)
{
	struct holder *h = data;
	uint8_t packet[PACKET];
	int r;

	fill(packet, h);
	if (send(h->fd, packet, sizeof(packet), MSG_DONTWAIT) == PACKET)
		h->sent++;
	r = sd_event_source_set_time(s, usec + INTERVAL_US);
	return r < 0 ? r : sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

static void note_gap(struct holder *h)
{
	uint64_t now;

	if (sd_event_now(h->loop, CLOCK_MONOTONIC, &now) < 0)
		return;
	if (h->last && now - h->last > h->gap)
		h->gap = now - h->last;
	h->last = now;
}

static void tell(const struct holder *h)
{
	printf("sent %u gap %u received %u\n", h->sent, (unsigned int)(h->gap / 1000),
	       h->received);
}

static int on_packet(sd_event_source *s, int fd, uint32_t events, void *data)
{
	struct holder *h = data;
	uint8_t packet[2048];
	ssize_t n = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != ECONNREFUSED))
		return sd_event_exit(h->loop, 0);	/* revoked */
	if (n != PACKET || memcmp(packet + HEADER, PAYLOAD, strlen(PAYLOAD)))
		return 0;
	note_gap(h);
	if (++h->received % 25 == 0) {
		tell(h);
		fflush(stdout);
		h->gap = 0;
	}
	return 0;
}

static int on_behind(sd_event_source *s, const struct signalfd_siginfo *si, void *data)
{
	struct holder *h = data;

	h->sequence -= si->ssi_signo == SIGUSR1 ? FAR_BEHIND : A_LITTLE_BEHIND;
	return 0;
}

static int refused(const sd_bus_error *error, int r)
{
	printf("%s: %s\n", error->name ?: strerror(-r), error->message ?: "");
	return 1;
}

static int acquire(sd_bus *bus, const char *path, struct holder *h)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int fd, r = sd_bus_call_method(bus, "org.sotto1", path, "org.sotto1.Call", "Acquire",
				       &error, &reply, "");

	if (r < 0)
		return refused(&error, r);
	r = sd_bus_message_read(reply, "h", &fd);
	h->fd = r < 0 ? -1 : dup(fd);
	h->ssrc = getpid() * 2654435761u;
	h->sequence = 2 * FAR_BEHIND;	/* so that what is behind is not taken for a wrap */
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return h->fd < 0;
}

static int block_signals(sd_event *loop)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	r = sd_event_add_signal(loop, NULL, SIGTERM, NULL, NULL);
	return r < 0 ? r : 0;
}

static int hold(sd_bus *bus, sd_event *loop, const char *path)
{
	struct holder h = { .loop = loop, .fd = -1 };
	uint64_t now;
	int r = acquire(bus, path, &h);

	if (r)
		return r;
	r = sd_event_now(loop, CLOCK_MONOTONIC, &now);
	if (r >= 0)
		r = sd_event_add_time(loop, &h.timer, CLOCK_MONOTONIC, now, 1, on_tick, &h);
	if (r >= 0)
		r = sd_event_add_io(loop, NULL, h.fd, EPOLLIN, on_packet, &h);
	if (r >= 0)
		r = sd_event_add_signal(loop, NULL, SIGUSR1, on_behind, &h);
	if (r >= 0)
		r = sd_event_add_signal(loop, NULL, SIGUSR2, on_behind, &h);
	if (r >= 0) {
		puts("holding");
		fflush(stdout);
		r = sd_event_loop(loop);
	}
	tell(&h);
	close(h.fd);
	return r < 0;
}

static int on_signal(sd_bus_message *m, void *data, sd_bus_error *error)
{
	printf("%s %s", sd_bus_message_get_member(m), sd_bus_message_get_path(m));
	for (const char *text; sd_bus_message_read_basic(m, 's', &text) > 0 ||
			       sd_bus_message_read_basic(m, 'o', &text) > 0;)
		printf(" %s", text);
	putchar('\n');
	fflush(stdout);
	return 0;
}

static int listen_to_all(sd_bus *bus, sd_event *loop)
{
	int r = sd_bus_match_signal(bus, NULL, "org.sotto1", NULL, NULL, NULL, on_signal, NULL);

	if (r < 0)
		return 1;
	puts("listening");
	fflush(stdout);
	return sd_event_loop(loop) < 0;
}

int main(int argc, char **argv)
{
	sd_event *loop = NULL;
	sd_bus *bus = NULL;
	int r = sd_event_default(&loop);

	if (r >= 0)
		r = block_signals(loop);
	if (r >= 0)
		r = sd_bus_open_system(&bus);
	if (r >= 0)
		r = sd_bus_attach_event(bus, loop, 0);
	if (r < 0) {
		fprintf(stderr, "call-tool: %s\n", strerror(-r));
		return 1;
	}
	if (argc == 3 && !strcmp(argv[1], "hold"))
		r = hold(bus, loop, argv[2]);
	else if (argc == 2 && !strcmp(argv[1], "listen"))
		r = listen_to_all(bus, loop);
	else
		r = 2;
	sd_bus_flush_close_unref(bus);
	sd_event_unref(loop);
	if (r == 2)
		fputs("usage: call-tool hold CALL | call-tool listen\n", stderr);
	return r;
}
