// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The demo's control: the plugin's own encoder and packetizer, but an ordinary
 * socket that nothing protects. If the analysis does not find this speech on the
 * wire, it would not find a leak either.
 */
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "hashlog.h"
#include "packetizer.h"
#include "wav.h"

struct options {
	const char *wav;
	const char *to;
	const char *from;
	const char *hash_log;
	unsigned int bitrate;
	unsigned int payload_type;
};

static const char usage[] =
	"usage: sotto-sendplain [options] WAV ADDRESS:PORT\n"
	"\n"
	"Sends the speech in WAV (16-bit PCM) as unprotected Opus RTP, one packet\n"
	"each 20 ms, made by the plugin's encoder and packetizer. IPv6: [ADDRESS]:PORT.\n"
	"At the end it prints the number of packets sent.\n"
	"\n"
	"  -f, --from ADDRESS:PORT   send from there\n"
	"  -l, --hash-log FILE       append one line per packet: SHA-256 of the payload in\n"
	"                            hex, its length, \"rtp\"\n"
	"  -b, --bitrate N           bits per second (32000)\n"
	"  -p, --payload-type N      RTP payload type (96)\n"
	"  -h, --help\n";

static const struct option long_options[] = {
	{ "from", required_argument, NULL, 'f' },
	{ "hash-log", required_argument, NULL, 'l' },
	{ "bitrate", required_argument, NULL, 'b' },
	{ "payload-type", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Split "address:port" or "[v6]:port" and look it up; numeric only. */
static int resolve(const char *text, struct addrinfo **out)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	char host[80];
	const char *colon = strrchr(text, ':');
	size_t len;

	if (!colon)
		return -EINVAL;
	len = colon - text;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len == 0 || len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	return getaddrinfo(host, colon + 1, &hints, out) ? -EINVAL : 0;
}

static int fail(const char *what, int error)
{
	fprintf(stderr, "sotto-sendplain: %s: %s\n", what, strerror(-error));
	return 1;
}

static int open_socket(const struct options *o, int *fd)
{
	struct addrinfo *to = NULL, *from = NULL;
	int error = resolve(o->to, &to);

	if (!error && o->from)
		error = resolve(o->from, &from);
	if (!error) {
		*fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (*fd < 0 ||
		    (from && bind(*fd, from->ai_addr, from->ai_addrlen)) ||
		    connect(*fd, to->ai_addr, to->ai_addrlen))
			error = -errno;
	}
	if (from)
		freeaddrinfo(from);
	if (to)
		freeaddrinfo(to);
	return error;
}

static int open_clock(int *fd)
{
	const struct itimerspec every = {
		.it_interval.tv_nsec = CODEC_FRAME_MS * 1000000,
		.it_value.tv_nsec = CODEC_FRAME_MS * 1000000,
	};

	*fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return *fd < 0 || timerfd_settime(*fd, 0, &every, NULL) ? -errno : 0;
}

static int send_all(int fd, int clock_fd, struct packetizer *p, struct hashlog *log,
		    const float *samples, size_t n)
{
	uint8_t packet[PACKETIZER_MAX_LEN];
	size_t at = 0;

	while (at < n) {
		uint64_t ticks;

		if (read(clock_fd, &ticks, sizeof(ticks)) != sizeof(ticks))
			return -errno;
		for (; ticks > 0 && at < n; ticks--, at += CODEC_FRAME) {
			float pcm[CODEC_FRAME] = { 0 };
			size_t left = n - at < CODEC_FRAME ? n - at : CODEC_FRAME;
			size_t len;
			int error;

			memcpy(pcm, samples + at, left * sizeof(*pcm));
			error = packetizer_frame(p, pcm, packet, &len);
			if (error)
				return error;
			error = hashlog_add(log, "rtp", packet + RTP_HEADER_LEN,
					    len - RTP_HEADER_LEN);
			if (error)
				return error;
			/* Nobody need listen: the capture is what counts. */
			if (send(fd, packet, len, 0) < 0 && errno != ECONNREFUSED)
				return -errno;
		}
	}
	return 0;
}

static int run(const struct options *o)
{
	struct packetizer p;
	struct hashlog *log = NULL;
	float *samples;
	size_t n;
	int fd = -1, clock_fd = -1;
	int error;

	error = wav_read(o->wav, &samples, &n);
	if (error)
		return fail(o->wav, error);
	error = packetizer_init(&p, o->bitrate, o->payload_type, randombytes_random());
	if (error) {
		free(samples);
		return fail("encoder", error);
	}
	if (o->hash_log)
		error = hashlog_open(o->hash_log, &log);
	if (!error)
		error = open_socket(o, &fd);
	if (!error)
		error = open_clock(&clock_fd);
	if (!error)
		error = send_all(fd, clock_fd, &p, log, samples, n);
	if (!error)
		printf("%u\n", p.packets);
	else
		fail(o->to, error);
	if (clock_fd >= 0)
		close(clock_fd);
	if (fd >= 0)
		close(fd);
	hashlog_close(log);
	packetizer_clear(&p);
	free(samples);
	return error ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = { .bitrate = 32000, .payload_type = 96 };
	int c;

	while ((c = getopt_long(argc, argv, "f:l:b:p:h", long_options, NULL)) != -1) {
		switch (c) {
		case 'f':
			o.from = optarg;
			break;
		case 'l':
			o.hash_log = optarg;
			break;
		case 'b':
			o.bitrate = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			o.payload_type = strtoul(optarg, NULL, 10);
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (argc - optind != 2 || o.payload_type > 127) {
		fputs(usage, stderr);
		return 2;
	}
	o.wav = argv[optind];
	o.to = argv[optind + 1];
	if (sodium_init() < 0)
		return fail("libsodium", -EIO);
	return run(&o);
}
