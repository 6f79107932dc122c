// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zrtp-phone: a telephone that does without sotto: ZRTP by libbzrtp, SRTP by libsrtp2.
 *
 *	zrtp-phone call [OPTION...] FROM TO	one call; prints what came of it, as JSON
 *	zrtp-phone echo AT [AT]			the program at the other end, which knows nothing
 *
 * An address is IPv4, or IPv6 in brackets, and a port. Options of a call:
 *	--role responder|initiator	what libbzrtp is to be
 *	--suite HASH/CIPHER/TAG/AGREEMENT/SAS	the only one that it offers, beside those
 *						that everybody must know
 *	--cache FILE			retained secrets; else none are kept
 *	--compared			the SAS is taken as compared
 *	--picture			a second stream, two ports higher at both ends: it begins
 *					when the first one is secure, by Multistream mode
 *	--clear				no ZRTP: it sends and expects plain RTP
 *	--announce			says first the hash of its Hello, as SIP would, and says
 *					Hello when a line has come to standard input
 *	--time MS			after which a call that has not come about is none
 *
 * The echo sends back the RTP that it receives, and calls whoever knocks: it sends RTP to
 * there by itself. A call is good when what it has said has come back word for word, as
 * often as ROUNDS says, and exits 0; 1 if not, 2 if it cannot be tried.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/sotto.h>

#include "bzrtp_theirs.h"
#include "libsrtp_end.h"

#define STREAMS_MAX	2
#define ROUNDS		5
#define TICK_MS		20
#define TIME_MS		20000
#define AFTER_MS	400		/* goes on sending so long when all is well */
#define PACKET_MAX	2048
#define RTP_HEADER	12
#define PAYLOAD		160
#define ZRTP_HEADER	12
#define ZRTP_TYPE	4		/* behind it: preamble and length */
#define KNOCK		0xff		/* of no class that RFC 7983 knows */

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

enum their_role { ROLE_INITIATOR, ROLE_RESPONDER };

/* One stream of the call. */
struct phone {
	struct phone *first;		/* the one whose keys this is to have others from, or NULL */
	uint32_t ssrc;			/* of its RTP */
	int fd;
	union address to;
	socklen_t to_len;
	struct their_end them;
	enum their_role role;
	bool clear;
	bool compared;
	const struct their_offer *offer;
	bool begun;			/* it has said Hello */
	bool announce;
	bool silent;			/* what ZRTP says is as good as lost */
	bool ready;			/* SRTP may be sent and taken */
	struct libsrtp_end tx, rx;
	uint16_t seq;
	unsigned int heard;		/* SRTP or RTP that was accepted */
	unsigned int refused;
	unsigned int back;		/* of which: our own words */
};

static const char words[] = "said in confidence ";

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static socklen_t read_address(const char *text, union address *a)
{
	char host[INET6_ADDRSTRLEN + 2] = "";
	unsigned int port;

	memset(a, 0, sizeof(*a));
	if (sscanf(text, "[%45[0-9a-f:.]]:%u", host, &port) == 2 &&
	    inet_pton(AF_INET6, host, &a->in6.sin6_addr) == 1) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = htons(port);
		return sizeof(a->in6);
	}
	if (sscanf(text, "%45[0-9.]:%u", host, &port) == 2 &&
	    inet_pton(AF_INET, host, &a->in.sin_addr) == 1) {
		a->in.sin_family = AF_INET;
		a->in.sin_port = htons(port);
		return sizeof(a->in);
	}
	errx(2, "%s is no address and port", text);
}

static void add_to_port(union address *a, int more)
{
	if (a->sa.sa_family == AF_INET)
		a->in.sin_port = htons(ntohs(a->in.sin_port) + more);
	else
		a->in6.sin6_port = htons(ntohs(a->in6.sin6_port) + more);
}

static int socket_at(const char *text, int more)
{
	union address at;
	socklen_t len = read_address(text, &at);
	int fd;

	add_to_port(&at, more);
	fd = socket(at.sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, &at.sa, len))
		err(2, "%s", text);
	return fd;
}

static size_t make_rtp(uint8_t *out, uint32_t ssrc, uint16_t seq)
{
	const uint8_t header[RTP_HEADER] = {
		0x80, 0, seq >> 8, seq, 0, 0, 0, 0, ssrc >> 24, ssrc >> 16, ssrc >> 8, ssrc,
	};

	memcpy(out, header, sizeof(header));
	out[5] = (seq * PAYLOAD) >> 16;
	out[6] = (seq * PAYLOAD) >> 8;
	out[7] = seq * PAYLOAD;
	for (size_t i = 0; i < PAYLOAD; i++)
		out[RTP_HEADER + i] = words[i % (sizeof(words) - 1)];
	return RTP_HEADER + PAYLOAD;
}

static bool is_rtp(const uint8_t *data, ssize_t len)
{
	return len >= RTP_HEADER && data[0] >> 6 == 2;
}

static bool is_zrtp(const uint8_t *data, ssize_t len)
{
	return len > ZRTP_HEADER + ZRTP_TYPE + 8 && data[0] >> 4 == 1;
}

/*
 * Without a HelloACK libbzrtp does not commit: so the other end, whose program is made to
 * call, becomes the initiator. As long as that one's program is silent it only answers.
 */
static bool is_hello_ack(const uint8_t *data, size_t len)
{
	return is_zrtp(data, len) && !memcmp(data + ZRTP_HEADER + ZRTP_TYPE, "HelloACK", 8);
}

static void on_zrtp_out(void *arg, const uint8_t *data, size_t len)
{
	struct phone *p = arg;

	if (p->silent)
		return;
	sendto(p->fd, data, len, 0, &p->to.sa, p->to_len);
}

/* RFC 3711 and 6188, by what libbzrtp has agreed. */
static enum sotto_profile profile_of(const struct their_end *t)
{
	bool aes_256 = t->key_len == 32;

	if (t->short_tag)
		return aes_256 ? SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32
			       : SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32;
	return aes_256 ? SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_80
		       : SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80;
}

static void open_srtp(struct phone *p)
{
	enum sotto_profile profile = profile_of(&p->them);
	struct libsrtp_key tx = {}, rx = {};

	memcpy(tx.key_and_salt, p->them.tx_key, p->them.key_len);
	memcpy(tx.key_and_salt + p->them.key_len, p->them.tx_salt, p->them.salt_len);
	memcpy(rx.key_and_salt, p->them.rx_key, p->them.key_len);
	memcpy(rx.key_and_salt + p->them.key_len, p->them.rx_salt, p->them.salt_len);
	if (libsrtp_end_open(&p->tx, profile, &tx, false) ||
	    libsrtp_end_open(&p->rx, profile, &rx, true))
		errx(2, "libsrtp2 does not take these keys");
	p->ready = true;
}

static void take_media(struct phone *p, uint8_t *data, int len)
{
	if (!p->ready) {
		p->refused++;
		return;
	}
	if (!p->clear && libsrtp_end_unprotect(&p->rx, false, data, &len)) {
		p->refused++;
		return;
	}
	p->heard++;
	if (len == RTP_HEADER + PAYLOAD && data[8] == p->ssrc >> 24 &&
	    !memcmp(data + RTP_HEADER, words, sizeof(words) - 1))
		p->back++;
}

static void begin(struct phone *p)
{
	char hash[80];

	p->begun = true;
	p->silent = p->announce;
	if (p->first)
		their_stream(&p->first->them, &p->them, now_ms());
	else
		their_start(&p->them, p->offer, now_ms());
	if (!p->announce)
		return;
	their_hello_hash(&p->them, hash, sizeof(hash));
	printf("{\"hello\":\"%s\"}\n", hash);
	fflush(stdout);
	if (getchar() == EOF)
		errx(2, "nobody says that it may begin");
	p->silent = false;
}

static void take_zrtp(struct phone *p, uint8_t *data, size_t len)
{
	if (p->clear || (p->role == ROLE_RESPONDER && is_hello_ack(data, len)))
		return;
	if (p->first && !p->first->ready)
		return;
	if (!p->begun)
		begin(p);
	their_packet(&p->them, data, len);
}

static void take(struct phone *p)
{
	uint8_t data[PACKET_MAX];
	ssize_t len;

	while ((len = recv(p->fd, data, sizeof(data), MSG_DONTWAIT)) >= 0) {
		if (is_rtp(data, len))
			take_media(p, data, len);
		else if (is_zrtp(data, len))
			take_zrtp(p, data, len);
	}
	/* Of an ICMP error there is nothing to learn: it tries again. */
}

static void say(struct phone *p)
{
	uint8_t data[PACKET_MAX];
	int len = make_rtp(data, p->ssrc, p->seq++);

	if (!p->clear && libsrtp_end_protect(&p->tx, false, data, &len))
		errx(2, "libsrtp2 does not send");
	sendto(p->fd, data, len, 0, &p->to.sa, p->to_len);
}

static void wait_for(const struct phone *p, size_t n, int ms)
{
	struct pollfd fds[STREAMS_MAX];

	for (size_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = p[i].fd, .events = POLLIN };
	if (poll(fds, n, ms) < 0)
		err(2, "poll");
}

static void tell(const struct phone *p, size_t n, bool good)
{
	const char *split = strchr(p->them.sas, ':');
	int half = split ? split - p->them.sas : 2;
	unsigned int refused = 0;

	printf("{\"good\":%s,\"secure\":%s,\"first\":\"%.*s\",\"second\":\"%s\",\"verified\":%s,"
	       "\"mismatch\":%s,\"key\":%u,\"heard\":%u,\"back\":%u",
	       good ? "true" : "false", p->them.secure ? "true" : "false",
	       p->them.secure ? half : 0, p->them.sas,
	       p->them.secure ? p->them.sas + half + (split ? 1 : 0) : "",
	       p->them.verified ? "true" : "false", p->them.cache_mismatch ? "true" : "false",
	       p->them.key_len * 8, p->heard, p->back);
	if (n > 1)
		printf(",\"picture\":{\"secure\":%s,\"key\":%u,\"back\":%u}",
		       p[1].them.secure ? "true" : "false", p[1].them.key_len * 8, p[1].back);
	for (size_t i = 0; i < n; i++)
		refused += p[i].refused;
	printf(",\"refused\":%u}\n", refused);
}

/* Who says Hello first is not the one who answers. */
static void knock(struct phone *p)
{
	static const uint8_t knock[] = { KNOCK, 'k', 'n', 'o', 'c', 'k' };

	p->ready = p->clear;
	if (p->role == ROLE_RESPONDER || p->clear)
		sendto(p->fd, knock, sizeof(knock), 0, &p->to.sa, p->to_len);
}

static void tick_stream(struct phone *p, uint64_t now)
{
	bool may_begin = !p->first || p->first->ready;

	if (!p->begun && !p->clear && p->role == ROLE_INITIATOR && may_begin)
		begin(p);
	if (p->begun)
		their_tick(&p->them, now);
	if (p->them.secure && !p->ready)
		open_srtp(p);
	if (p->ready)
		say(p);
}

static bool all_back(const struct phone *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].back < ROUNDS)
			return false;
	return true;
}

static int call(struct phone *p, size_t n, uint64_t time_ms)
{
	uint64_t tick = now_ms(), end = tick + time_ms;
	bool good = false;

	for (size_t i = 0; i < n; i++)
		knock(&p[i]);
	while (now_ms() < end) {
		uint64_t now = now_ms();

		if (now >= tick) {
			tick = now + TICK_MS;
			for (size_t i = 0; i < n; i++)
				tick_stream(&p[i], now);
		}
		/* A little longer: the other end may still need to hear us. */
		if (all_back(p, n) && !good) {
			good = true;
			end = now + AFTER_MS;
		}
		wait_for(p, n, tick - now);
		for (size_t i = 0; i < n; i++)
			take(&p[i]);
	}
	if (good && p->compared)
		their_sas_is_right(&p->them);
	tell(p, n, good);
	return !good;
}

static _Noreturn void echo(const char *at)
{
	struct phone p = { .fd = socket_at(at, 0) };
	int fd = p.fd, left = 0;
	union address caller;
	socklen_t caller_len = 0;
	uint16_t seq = 0;

	printf("{\"listening\":true}\n");
	fflush(stdout);
	for (;;) {
		uint8_t data[PACKET_MAX];
		union address from;
		socklen_t len = sizeof(from);
		ssize_t n;

		wait_for(&p, 1, left ? TICK_MS : -1);
		n = recvfrom(fd, data, sizeof(data), MSG_DONTWAIT, &from.sa, &len);
		if (n > 0 && is_rtp(data, n)) {
			sendto(fd, data, n, 0, &from.sa, len);
			left = 0;
		} else if (n > 0 && data[0] == KNOCK) {
			caller = from;
			caller_len = len;
			left = TIME_MS / TICK_MS;
		} else if (n < 0 && left) {
			left--;
			n = make_rtp(data, 0xec400000, seq++);
			sendto(fd, data, n, 0, &caller.sa, caller_len);
		}
	}
}

static void read_suite(const char *text, struct their_offer *o)
{
	if (sscanf(text, "%4[^/]/%4[^/]/%4[^/]/%4[^/]/%4[^/]", o->hash, o->cipher, o->auth_tag,
		   o->agreement, o->sas_type) != 5)
		errx(2, "%s is no suite: S256/AES1/HS80/X255/B32", text);
	/* On the wire names have four characters. */
	for (char *name = o->hash; name < (char *)(o + 1); name += sizeof(o->hash))
		while (strlen(name) < 4)
			strcat(name, " ");
}

static int usage(void)
{
	fprintf(stderr, "usage: zrtp-phone call [OPTION...] FROM TO | zrtp-phone echo AT [AT]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "role", required_argument, NULL, 'r' },
		{ "suite", required_argument, NULL, 's' },
		{ "cache", required_argument, NULL, 'c' },
		{ "time", required_argument, NULL, 't' },
		{ "compared", no_argument, NULL, 'v' },
		{ "clear", no_argument, NULL, 'p' },
		{ "picture", no_argument, NULL, 'm' },
		{ "announce", no_argument, NULL, 'a' },
		{ 0 },
	};
	struct their_offer offer = { "S256", "AES1", "HS80", "X255", "B32 " };
	const char *cache = ":memory:";
	uint64_t time_ms = TIME_MS;
	struct phone p[STREAMS_MAX] = { { .seq = 1000, .offer = &offer, .ssrc = 0x12345678 } };
	size_t n = 1;
	int c;

	if (argc == 4 && !strcmp(argv[1], "echo") && !fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		echo(argv[3]);
	}
	if (argc >= 3 && !strcmp(argv[1], "echo"))
		echo(argv[2]);
	if (argc < 4 || strcmp(argv[1], "call"))
		return usage();
	argc--;
	argv++;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'r':
			p->role = strcmp(optarg, "responder") ? ROLE_INITIATOR : ROLE_RESPONDER;
			break;
		case 's': read_suite(optarg, &offer); break;
		case 'c': cache = optarg; break;
		case 't': time_ms = strtoul(optarg, NULL, 10); break;
		case 'v': p->compared = true; break;
		case 'p': p->clear = true; break;
		case 'a': p->announce = true; break;
		case 'm': n = STREAMS_MAX; break;
		default: return usage();
		}
	}
	if (argc - optind != 2)
		return usage();
	for (size_t i = 0; i < n; i++) {
		p[i] = p[0];
		p[i].first = i ? p : NULL;
		p[i].ssrc += i;
		p[i].fd = socket_at(argv[optind], 2 * i);
		p[i].to_len = read_address(argv[optind + 1], &p[i].to);
		add_to_port(&p[i].to, 2 * i);
		p[i].them.send = on_zrtp_out;
		p[i].them.arg = &p[i];
	}
	if (srtp_init())
		errx(2, "libsrtp2 does not begin");
	their_open(&p->them, cache);
	p->them.send = on_zrtp_out;
	p->them.arg = p;
	c = call(p, n, time_ms);
	their_close(&p->them);
	return c;
}
