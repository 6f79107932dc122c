// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench-path: what one packet costs from a program in one host to a program in
 * another, in guest instructions. For a VM of tools/vm --icount, whose clock is a
 * count of instructions.
 *
 *	bench-path [--OPTION VALUE]...
 *
 *	via plain|sotto|sotto-out|libsrtp|rtpengine
 *				who protects; "plain" also for a tunnel below; rtpengine
 *				does that half-way, and SRTP arrives
 *	profile gcm|cm		AEAD_AES_128_GCM, AES_CM_128_HMAC_SHA1_80
 *	payload BYTES		of RTP
 *	flows N, ssrcs N	that take turns
 *	batch N			packets sent before as many are received
 *	packets N, repeats N	of a run, and how often it is repeated
 *	warm N			packets before that are not counted
 *	from ADDRESS, to ADDRESS	IPv4, of hosts alice and bob; flow n goes to the n-th
 *				address behind that
 *	any yes			bob's socket is bound to no address
 *	wire sealed|plain	what a wiretap is to see; else the figures are void
 *
 * One program is both ends: nothing but the packet's own way is counted. A run of N
 * packets and one of 3 N are timed; their difference is free of what each run costs by
 * itself. Prints one line of JSON.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "path.h"
#include "path-key.h"
#include "path-mark.h"

#define LOST_AFTER_S	5
#define REPEATS_MAX	16
#define WATCHED		32	/* packets that the wiretap sees */

static const char spoken[] = "said in confidence";

enum via { PLAIN, SOTTO, SOTTO_OUT, LIBSRTP, RTPENGINE };

/* What is sent next. */
struct turn {
	unsigned int flow;
	unsigned int ssrc;
	uint16_t *seq;	/* of each flow and SSRC */
	uint64_t sent;
};

void path_enter(const char *host)
{
	char file[64];
	int fd;

	snprintf(file, sizeof(file), "/run/netns/%s", host);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", file);
	close(fd);
}

struct sockaddr_in path_remote(const struct path *p, unsigned int flow)
{
	struct sockaddr_in a = p->to;

	a.sin_addr.s_addr = htonl(ntohl(a.sin_addr.s_addr) + flow);
	return a;
}

/* Time. */

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/*
 * How long the processor has run tasks: where it has been idle, time has leapt. The
 * kernel adds up when a task leaves the processor, so this one does for a moment.
 */
static uint64_t busy(void)
{
	unsigned long long ran = 0;
	char line[512];
	FILE *f;

	usleep(1);
	f = fopen("/proc/schedstat", "r");
	if (!f)
		err(2, "/proc/schedstat");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "cpu0 %*u %*u %*u %*u %*u %*u %llu", &ran) == 1)
			break;
	fclose(f);
	if (!ran)
		errx(2, "/proc/schedstat does not say how long the processor has run");
	return ran;
}

/* Packets. */

static unsigned int make(const struct path *p, struct turn *t, uint8_t *data)
{
	unsigned int stream = t->flow * p->ssrcs + t->ssrc;
	uint32_t ssrc = htonl(PATH_SSRC + stream);
	uint16_t seq = htons(++t->seq[stream]);

	data[0] = 0x80;
	data[1] = PATH_PAYLOAD_TYPE;
	memcpy(data + 2, &seq, 2);
	memcpy(data + 8, &ssrc, 4);
	return RTP_HEADER + p->payload;
}

static void next(const struct path *p, struct turn *t)
{
	t->sent++;
	if (++t->flow < p->flows)
		return;
	t->flow = 0;
	if (++t->ssrc == p->ssrcs)
		t->ssrc = 0;
}

static void fill(uint8_t *data, unsigned int len)
{
	memset(data, 0, RTP_HEADER);
	for (unsigned int i = RTP_HEADER; i < len; i++)
		data[i] = spoken[(i - RTP_HEADER) % (sizeof(spoken) - 1)];
}

static void send_one(const struct path *p, enum via via, struct turn *t)
{
	static uint8_t plain[PACKET_ROOM];
	struct sockaddr_in to = path_remote(p, t->flow);
	uint8_t data[PACKET_ROOM];
	int len;

	if (!t->sent)
		fill(plain, RTP_HEADER + p->payload);
	len = make(p, t, plain);
	/* libsrtp2 works in place, and a program has the bytes of each packet anew. */
	memcpy(data, plain, len);
	if (via == LIBSRTP)
		path_libsrtp_protect(data, &len);
	if (sendto(p->tx, data, len, 0, (void *)&to, sizeof(to)) != len)
		err(1, "send");
	next(p, t);
}

static int tag_len(const struct path *p)
{
	return p->profile == SOTTO_PROFILE_AEAD_AES_128_GCM ? 16 : 10;
}

/* Does the receiving program get SRTP? */
static bool arrives_sealed(enum via via)
{
	return via == SOTTO_OUT || via == RTPENGINE;
}

static void receive_one(const struct path *p, enum via via, bool look)
{
	static uint8_t want[PACKET_ROOM];
	uint8_t data[PACKET_ROOM];
	int len = recv(p->rx, data, sizeof(data), 0);

	if (len < 0)
		err(1, "a packet is lost");
	if (via == LIBSRTP)
		path_libsrtp_unprotect(data, &len);
	if (arrives_sealed(via) && look)
		path_libsrtp_unprotect(data, &len);
	if (len != (int)(RTP_HEADER + p->payload) + (arrives_sealed(via) && !look ? tag_len(p) : 0))
		errx(1, "a packet of %d bytes arrives with %d", RTP_HEADER + p->payload, len);
	if (!look)
		return;
	fill(want, len);
	if (memcmp(data + RTP_HEADER, want + RTP_HEADER, p->payload))
		errx(1, "a packet arrives that is not what was sent");
}

static void run(const struct path *p, enum via via, struct turn *t, unsigned int packets,
		bool look)
{
	while (packets) {
		unsigned int n = packets < p->batch ? packets : p->batch;

		for (unsigned int i = 0; i < n; i++)
			send_one(p, via, t);
		for (unsigned int i = 0; i < n; i++)
			receive_one(p, via, look);
		packets -= n;
	}
}

/* What is on the wire, once; then every stream has had a packet, and @more of them. */
static void warm_up(const struct path *p, enum via via, struct turn *t, const char *wire,
		    unsigned int more)
{
	unsigned int all = p->flows * p->ssrcs, seen, frames;
	int tap = path_wire_open();

	run(p, via, t, WATCHED, true);
	seen = path_wire_close(tap, spoken, &frames);
	if (frames < WATCHED)
		errx(1, "the wiretap has seen %u of %u packets", frames, WATCHED);
	if (!strcmp(wire, "plain") && seen < WATCHED)
		errx(1, "%u of %u packets can be read on the wire: the wiretap is blind",
		     seen, frames);
	if (!strcmp(wire, "sealed") && seen)
		errx(1, "%u of %u packets can be read on the wire", seen, frames);
	run(p, via, t, all, true);
	run(p, via, t, more, true);
}

struct figures {
	double each[REPEATS_MAX];	/* in order of time */
	double median;
	double spread;	/* largest less smallest, of the median; of many, without the extremes */
	double idle;	/* of the time */
};

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Now and then the kernel has something else to do, and a repeat pays for it. */
static void sum_up(struct figures *f, unsigned int repeats)
{
	unsigned int cut = repeats / 4;
	double sorted[REPEATS_MAX];

	memcpy(sorted, f->each, sizeof(sorted));
	qsort(sorted, repeats, sizeof(sorted[0]), by_size);
	f->median = (sorted[(repeats - 1) / 2] + sorted[repeats / 2]) / 2;
	f->spread = (sorted[repeats - 1 - cut] - sorted[cut]) / f->median;
}

static uint64_t timed(const struct path *p, enum via via, struct turn *t, unsigned int packets)
{
	uint64_t from = now();

	run(p, via, t, packets, false);
	return now() - from;
}

static struct figures measure(const struct path *p, enum via via, struct turn *t,
			      unsigned int packets, unsigned int repeats)
{
	uint64_t ran = busy(), from = now(), took;
	struct figures f = {};

	path_mark(PATH_MARK_BEGIN);
	for (unsigned int i = 0; i < repeats; i++) {
		uint64_t one = timed(p, via, t, packets), three = timed(p, via, t, 3 * packets);

		f.each[i] = ((double)three - (double)one) / (2.0 * packets);
	}
	path_mark(PATH_MARK_END);
	took = now() - from;
	ran = busy() - ran;
	sum_up(&f, repeats);
	f.idle = ran < took ? (double)(took - ran) / took : 0;
	return f;
}

static void open_sockets(struct path *p, bool any)
{
	struct timeval bound = { .tv_sec = LOST_AFTER_S };
	struct sockaddr_in at = p->to;
	int room = 4 << 20;

	path_enter("bob");
	p->rx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (any)
		at.sin_addr.s_addr = INADDR_ANY;
	if (p->rx < 0 || bind(p->rx, (void *)&at, sizeof(at)) ||
	    setsockopt(p->rx, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound)) ||
	    setsockopt(p->rx, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(2, "bob's socket");
	path_enter("alice");
	p->tx = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->tx < 0 || bind(p->tx, (void *)&p->from, sizeof(p->from)))
		err(2, "alice's socket");
}

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PATH_PORT) };

	if (inet_pton(AF_INET, text, &a.sin_addr) != 1)
		errx(2, "%s is no address", text);
	return a;
}

static unsigned int number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (!*text || *end || !n || n > 100000000)
		errx(2, "%s is no number that is of use here", text);
	return n;
}

static enum via via_of(const char *text)
{
	static const char *const names[] = { "plain", "sotto", "sotto-out", "libsrtp", "rtpengine" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(text, names[i]))
			return i;
	errx(2, "via plain, sotto, sotto-out, libsrtp or rtpengine, not %s", text);
}

static enum sotto_profile profile_of(const char *text)
{
	if (!strcmp(text, "gcm"))
		return SOTTO_PROFILE_AEAD_AES_128_GCM;
	if (!strcmp(text, "cm"))
		return SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80;
	errx(2, "profile gcm or cm, not %s", text);
}

static void print(const struct figures *f, unsigned int packets, unsigned int repeats)
{
	printf("{\"instructions\":%.1f,\"spread\":%.5f,\"idle\":%.5f,\"packets\":%u,\"repeats\":[",
	       f->median, f->spread, f->idle, 4 * packets * repeats);
	for (unsigned int i = 0; i < repeats; i++)
		printf("%s%.1f", i ? "," : "", f->each[i]);
	puts("]}");
}

static const struct option options[] = {
	{ "via", required_argument, NULL, 'v' },
	{ "profile", required_argument, NULL, 'p' },
	{ "payload", required_argument, NULL, 'l' },
	{ "flows", required_argument, NULL, 'f' },
	{ "ssrcs", required_argument, NULL, 's' },
	{ "batch", required_argument, NULL, 'b' },
	{ "packets", required_argument, NULL, 'n' },
	{ "repeats", required_argument, NULL, 'r' },
	{ "any", required_argument, NULL, 'a' },
	{ "warm", required_argument, NULL, 'W' },
	{ "from", required_argument, NULL, 'F' },
	{ "to", required_argument, NULL, 'T' },
	{ "wire", required_argument, NULL, 'w' },
	{},
};

/* rtpengine's is known; the module takes none twice. */
static void choose_key(struct path *p, enum via via)
{
	if (via == RTPENGINE)
		memcpy(p->key, PATH_KEY, sizeof(p->key));
	else
		randombytes_buf(p->key, sizeof(p->key));
}

int main(int argc, char **argv)
{
	struct path p = {
		.profile = SOTTO_PROFILE_AEAD_AES_128_GCM, .payload = 160, .flows = 1, .ssrcs = 1,
		.batch = 1, .from = address("10.9.0.1"), .to = address("10.9.0.2"),
	};
	unsigned int packets = 1000, repeats = 3, warm = 500;
	const char *wire = "plain";
	bool any = false;
	enum via via = PLAIN;
	struct turn t = {};
	struct figures f;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'v': via = via_of(optarg); break;
		case 'p': p.profile = profile_of(optarg); break;
		case 'l': p.payload = number(optarg); break;
		case 'f': p.flows = number(optarg); break;
		case 's': p.ssrcs = number(optarg); break;
		case 'b': p.batch = number(optarg); break;
		case 'n': packets = number(optarg); break;
		case 'r': repeats = number(optarg); break;
		case 'a': any = !strcmp(optarg, "yes"); break;
		case 'W': warm = number(optarg); break;
		case 'F': p.from = address(optarg); break;
		case 'T': p.to = address(optarg); break;
		case 'w': wire = optarg; break;
		default: exit(2);
		}
	}
	if (optind != argc || repeats > REPEATS_MAX || p.payload > PACKET_ROOM - 256)
		errx(2, "nothing but options, of sizes that there is room for");
	t.seq = calloc((size_t)p.flows * p.ssrcs, sizeof(*t.seq));
	if (!t.seq)
		err(2, "memory");
	open_sockets(&p, any);
	p.out_only = via == SOTTO_OUT;
	choose_key(&p, via);
	if (via == SOTTO || via == SOTTO_OUT)
		path_sotto_open(&p);
	if (via == LIBSRTP || arrives_sealed(via))
		path_libsrtp_open(&p);
	warm_up(&p, via, &t, wire, warm);
	f = measure(&p, via, &t, packets, repeats);
	if (via == SOTTO || via == SOTTO_OUT)
		path_sotto_check(&p, t.sent);
	print(&f, packets, repeats);
	return 0;
}
