// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel_packets: a fuzzer of the module's way for packets. In the network namespace
 * "alice" there are secure flows, of both families, with AES-CM and with GCM. From
 * "bob" come SRTP and SRTCP that libsrtp2 has made, whole and mutated, other protocols,
 * fragments and broken headers; alice's programs send odd RTP. What becomes of each
 * packet is foretold (kernel_model.c), and the kernel's counters have to say so exactly,
 * after every few packets.
 *
 *	kernel_packets [--seed N] [--seconds N] [--packets N]
 *
 * The same seed sends the same packets. Exit status: 0 all was as foretold; 1 not.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sotto.h>

#include "kernel_packets.h"
#include "libsrtp_end.h"

#define FLOWS		4
#define BURST		24
#define KEPT		16
#define LATE_MAX	100	/* packets; the replay window is 128 */
#define REKEY_EACH	300	/* bursts */
#define PATIENCE_MS	10000
#define PORT		7000
#define MARKER_LEN	16	/* of it in a row, and it has leaked */

struct flow {
	int family;
	enum sotto_profile profile;
	uint16_t port;
	uint64_t id;
	int alice;		/* her program's socket */
	int bob;		/* his */
	struct libsrtp_end mouth;	/* protects as bob does */
	struct libsrtp_end ear;		/* unprotects as he does */
	struct streams rx;
	struct streams tx;
	struct made late[KEPT];	/* protected, held back; len 0: none */
	uint64_t born[KEPT];	/* when, in packets made */
	uint64_t made;
	struct made heard[KEPT];	/* protected, alice has it */
	struct model_counts want;
	uint64_t tx_either;	/* sealed or refused: mutated ones that still parse */
	uint64_t alice_wants;	/* datagrams that her program gets */
	uint64_t alice_got;
	uint64_t bob_got;
};

static struct {
	struct dice dice;
	struct sotto *sotto;
	struct sotto_listener *agent;
	struct wire wire;
	struct flow flow[FLOWS];
	uint8_t alice4[4], bob4[4], alice6[16], bob6[16];
	uint64_t sent;
	uint64_t authentic;
	uint64_t wrong;
} me;

static void enter(const char *netns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

static void wrong(const struct flow *f, const char *what, uint64_t got, uint64_t want)
{
	me.wrong++;
	printf("flow of port %u, after %" PRIu64 " packets: %s: %" PRIu64 ", foretold %" PRIu64 "\n",
	       f->port, me.sent, what, got, want);
}

/* Keys. */

static void new_key(struct flow *f, enum sotto_dir dir)
{
	struct sotto_key key = { .flow_id = f->id, .dir = dir, .profile = f->profile };
	bool gcm = f->profile == SOTTO_PROFILE_AEAD_AES_128_GCM;
	struct libsrtp_end *end = dir == SOTTO_DIR_RX ? &f->mouth : &f->ear;
	struct libsrtp_key theirs = {};

	key.master_len = 16;
	key.salt_len = gcm ? 12 : 14;
	roll_bytes(&me.dice, key.master, key.master_len);
	roll_bytes(&me.dice, key.salt, key.salt_len);
	memcpy(theirs.key_and_salt, key.master, key.master_len);
	memcpy(theirs.key_and_salt + key.master_len, key.salt, key.salt_len);
	if (sotto_key_new(me.sotto, &key) ||
	    sotto_flow_set_state(me.sotto, f->id, dir, SOTTO_STATE_SECURE))
		errx(2, "key: %s", sotto_error(me.sotto));
	if (end->srtp)
		libsrtp_end_close(end);
	if (libsrtp_end_open(end, f->profile, &theirs, dir == SOTTO_DIR_TX))
		errx(2, "libsrtp does not take the key");
	streams_begin(dir == SOTTO_DIR_RX ? &f->rx : &f->tx, &me.dice);
	if (dir == SOTTO_DIR_RX) {
		memset(f->late, 0, sizeof(f->late));
		memset(f->heard, 0, sizeof(f->heard));
	}
}

/* Sockets. */

static int udp(const struct flow *f, bool alice)
{
	struct sotto_addr here = {}, there = {};
	socklen_t len = f->family == AF_INET ? sizeof(here.in) : sizeof(here.in6);
	int fd = socket(f->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	here.sa.sa_family = there.sa.sa_family = f->family;
	if (f->family == AF_INET) {
		here.in.sin_port = there.in.sin_port = htons(f->port);
		memcpy(&here.in.sin_addr, alice ? me.alice4 : me.bob4, 4);
		memcpy(&there.in.sin_addr, alice ? me.bob4 : me.alice4, 4);
	} else {
		here.in6.sin6_port = there.in6.sin6_port = htons(f->port);
		memcpy(&here.in6.sin6_addr, alice ? me.alice6 : me.bob6, 16);
		memcpy(&there.in6.sin6_addr, alice ? me.bob6 : me.alice6, 16);
	}
	if (fd < 0 || bind(fd, &here.sa, len) || connect(fd, &there.sa, len))
		err(2, "socket of port %u", f->port);
	return fd;
}

/* The kernel makes the flow of what alice's program sends; she has asked for it before. */
static void open_flow(struct flow *f, unsigned int i)
{
	struct sotto_flow flow = {};

	f->family = i % 2 ? AF_INET6 : AF_INET;
	f->profile = i / 2 ? SOTTO_PROFILE_AEAD_AES_128_GCM
			   : SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_80;
	f->port = PORT + 2 * i;
	flow.local.sa.sa_family = flow.remote.sa.sa_family = f->family;
	if (f->family == AF_INET) {
		flow.local.in.sin_port = flow.remote.in.sin_port = htons(f->port);
		memcpy(&flow.local.in.sin_addr, me.alice4, 4);
		memcpy(&flow.remote.in.sin_addr, me.bob4, 4);
	} else {
		flow.local.in6.sin6_port = flow.remote.in6.sin6_port = htons(f->port);
		memcpy(&flow.local.in6.sin6_addr, me.alice6, 16);
		memcpy(&flow.remote.in6.sin6_addr, me.bob6, 16);
	}
	if (sotto_flow_new(me.sotto, &flow))
		errx(2, "flow: %s", sotto_error(me.sotto));
	f->id = flow.id;
	enter("alice");
	f->alice = udp(f, true);
	enter("bob");
	f->bob = udp(f, false);
	new_key(f, SOTTO_DIR_RX);
	new_key(f, SOTTO_DIR_TX);
}

static void set_up(void)
{
	uint8_t station[6];

	inet_pton(AF_INET, "10.9.0.1", me.alice4);
	inet_pton(AF_INET, "10.9.0.2", me.bob4);
	inet_pton(AF_INET6, "fd09::1", me.alice6);
	inet_pton(AF_INET6, "fd09::2", me.bob6);
	if (srtp_init())
		errx(2, "libsrtp");
	enter("alice");
	if (wire_station("eth0", station))
		err(2, "alice's eth0");
	if (sotto_open(&me.sotto))
		errx(2, "sotto: %s", sotto_error(me.sotto));
	if (sotto_listener_open(&me.agent, true))
		errx(2, "agent: %s", sotto_listener_error(me.agent));
	for (unsigned int i = 0; i < FLOWS; i++)
		open_flow(&me.flow[i], i);
	enter("bob");
	if (wire_open(&me.wire, "eth0", station))
		err(2, "bob's eth0");
}

/* From the network. */

static void protect(struct flow *f, struct made *m)
{
	int len = m->len;

	if (libsrtp_end_protect(&f->mouth, m->rtcp, m->data, &len))
		errx(2, "libsrtp does not protect");
	m->len = len;
}

static void make_protected(struct flow *f, struct made *m)
{
	f->made++;
	if (chance(&me.dice, 75))
		make_rtp(&f->rx, &me.dice, m);
	else
		make_rtcp(&f->rx, &me.dice, chance(&me.dice, 10), m);
	protect(f, m);
}

/* The fault keeps a packet from the flow, whatever is in it. */
static bool keeps_away(enum wire_fault fault)
{
	return fault == WIRE_UDP_LEN_LONG || fault == WIRE_UDP_LEN_TINY ||
	       fault == WIRE_IP_CSUM_BAD || fault == WIRE_FRAGMENT_LOST ||
	       fault == WIRE_OTHER_PORT;
}

static void foretell_rx(struct flow *f, const struct made *m, enum wire_fault fault, size_t cut,
			bool authentic)
{
	size_t len = fault == WIRE_UDP_LEN_SHORT ? cut : m->len;
	bool stack_takes = fault != WIRE_CSUM_BAD &&
			   !(fault == WIRE_CSUM_NONE && f->family == AF_INET6);
	enum model_bucket bucket;

	if (keeps_away(fault))
		return;
	authentic = authentic && len == m->len;
	switch (model_classify(m->data, len)) {
	case MODEL_STUN:
		bucket = RX_PASSED;
		f->alice_wants += stack_takes;
		break;
	case MODEL_ZRTP:
		bucket = RX_TO_AGENT;
		break;
	case MODEL_OTHER:
		bucket = RX_CLASS;
		break;
	default:
		if (fault == WIRE_CSUM_BAD) {
			bucket = RX_CSUM;
		} else if (!authentic) {
			bucket = RX_REFUSED;
		} else if (m->control) {
			bucket = RX_TO_AGENT;
			me.authentic++;
		} else {
			bucket = RX_TAKEN;
			f->alice_wants += stack_takes;
			me.authentic++;
		}
	}
	f->want.n[bucket]++;
}

static void to_alice(struct flow *f, const struct made *m, enum wire_fault fault, bool authentic)
{
	bool v4 = f->family == AF_INET;
	struct wire_packet p = {
		.family = f->family,
		.src = v4 ? me.bob4 : me.bob6,
		.dst = v4 ? me.alice4 : me.alice6,
		.sport = f->port,
		.dport = f->port,
		.payload = m->data,
		.len = m->len,
		.fault = fault,
	};

	/* What has nothing to take away or to split is sent as it is. */
	if (fault == WIRE_UDP_LEN_SHORT && !m->len)
		p.fault = WIRE_FINE;
	if (fault == WIRE_FRAGMENT_LOST && m->len < 8)
		p.fault = WIRE_OTHER_PORT;
	if (p.fault == WIRE_UDP_LEN_SHORT)
		p.cut = roll(&me.dice, m->len);
	foretell_rx(f, m, p.fault, p.cut, authentic);
	me.sent++;
	if (wire_send(&me.wire, &me.dice, &p))
		err(2, "bob's eth0");
}

static enum wire_fault harmless(void)
{
	static const enum wire_fault faults[] = {
		WIRE_CSUM_NONE, WIRE_IP_OPTIONS, WIRE_FRAGMENTS, WIRE_LINK_PADDING,
	};

	return chance(&me.dice, 60) ? WIRE_FINE : faults[roll(&me.dice, 4)];
}

static enum wire_fault harmful(void)
{
	static const enum wire_fault faults[] = {
		WIRE_CSUM_BAD, WIRE_UDP_LEN_SHORT, WIRE_UDP_LEN_LONG, WIRE_UDP_LEN_TINY,
		WIRE_IP_CSUM_BAD, WIRE_FRAGMENT_LOST,
	};

	return faults[roll(&me.dice, 6)];
}

/* What was made longer must not be cut to what it was. */
static enum wire_fault sometimes_harmful(void)
{
	enum wire_fault fault = chance(&me.dice, 90) ? harmless() : harmful();

	return fault == WIRE_UDP_LEN_SHORT ? WIRE_CSUM_BAD : fault;
}

static void send_kept(struct flow *f, struct made *kept, bool authentic)
{
	to_alice(f, kept, harmless(), authentic);
	if (authentic)
		f->heard[roll(&me.dice, KEPT)] = *kept;
	kept->len = authentic ? 0 : kept->len;
}

static void from_network(struct flow *f)
{
	struct made *kept, m, was;
	unsigned int i;

	switch (roll(&me.dice, 20)) {
	case 0 ... 6:
		make_protected(f, &m);
		send_kept(f, &m, true);
		return;
	case 7:	/* one that alice has had */
		kept = &f->heard[roll(&me.dice, KEPT)];
		if (kept->len)
			send_kept(f, kept, false);
		return;
	case 8:	/* late, and another to be late */
		i = roll(&me.dice, KEPT);
		if (f->late[i].len && f->made - f->born[i] < LATE_MAX)
			send_kept(f, &f->late[i], true);
		make_protected(f, &f->late[i]);
		f->born[i] = f->made;
		return;
	case 9 ... 10:
		make_protected(f, &m);
		to_alice(f, &m, harmful(), false);
		return;
	case 11 ... 12:
		make_other(&me.dice, &m);
		if (chance(&me.dice, 40))
			mutate(&me.dice, &m);
		to_alice(f, &m, sometimes_harmful(), false);
		return;
	case 13:	/* plain */
		make_rtp(&f->rx, &me.dice, &m);
		to_alice(f, &m, harmless(), false);
		return;
	default:
		make_protected(f, &m);
		was = m;
		mutate(&me.dice, &m);
		if (m.len == was.len && !memcmp(m.data, was.data, m.len))
			send_kept(f, &m, true);
		else
			to_alice(f, &m, sometimes_harmful(), false);
	}
}

/* From alice's program. */

static void from_alice(struct flow *f)
{
	bool clean = chance(&me.dice, 50);
	enum model_bucket bucket;
	enum model_class class;
	struct made m;

	switch (roll(&me.dice, 4)) {
	case 0:
		make_other(&me.dice, &m);
		break;
	case 1:
		make_rtcp(&f->tx, &me.dice, chance(&me.dice, 10), &m);
		break;
	default:
		make_rtp(&f->tx, &me.dice, &m);
	}
	if (!clean) {
		/* Of a stream of its own: it may jump as it likes. */
		m.data[4] ^= 0x80;
		m.data[8] ^= 0x80;
		mutate(&me.dice, &m);
	}
	class = model_classify(m.data, m.len);
	if (class == MODEL_STUN)
		bucket = TX_PASSED;
	else if (class == MODEL_ZRTP || class == MODEL_OTHER ||
		 (class == MODEL_RTCP && model_is_control(m.data, m.len)))
		bucket = TX_CLASS;
	else if (!model_header_len(class, m.data, m.len))
		bucket = TX_REFUSED;
	else
		bucket = TX_SEALED;
	if (send(f->alice, m.data, m.len, 0) < 0) {
		/* What the peer's kernel has said to another packet. */
		if (errno != ECONNREFUSED)
			err(2, "alice's program cannot send");
		if (send(f->alice, m.data, m.len, 0) < 0)
			err(2, "alice's program cannot send again");
	}
	me.sent++;
	if (bucket == TX_SEALED && !clean)
		f->tx_either++;
	else
		f->want.n[bucket]++;
}

/* What has arrived. */

static bool leaks(const uint8_t *data, size_t len, size_t header)
{
	return memmem(data + header, len - header, MARKER, MARKER_LEN);
}

static bool is_clean(const struct flow *f, const uint8_t *data, bool rtcp)
{
	uint32_t ssrc = ntohl(*(const uint32_t *)(data + (rtcp ? 4 : 8)));

	for (unsigned int i = 0; i < SSRCS; i++)
		if (f->tx.ssrc[i] == ssrc)
			return true;
	return false;
}

static void bob_reads(struct flow *f)
{
	uint8_t data[2048];
	ssize_t n;

	while ((n = recv(f->bob, data, sizeof(data), 0)) >= 0) {
		enum model_class class = model_classify(data, n);
		bool rtcp = class == MODEL_RTCP;
		int len = n;

		f->bob_got++;
		/* A program may well write into its header what ought to be in its payload. */
		if (leaks(data, n, class == MODEL_STUN ? 0 : model_header_len(class, data, n)))
			wrong(f, "a packet in plain on the wire, its length", n, 0);
		if (class != MODEL_STUN && class != MODEL_RTP && class != MODEL_RTCP)
			wrong(f, "a packet of a class that must not leave", class, 0);
		if (class == MODEL_STUN || n < 12 || !is_clean(f, data, rtcp))
			continue;
		if (libsrtp_end_unprotect(&f->ear, rtcp, data, &len))
			wrong(f, "a packet that libsrtp does not take, its length", n, 0);
	}
}

static void alice_reads(struct flow *f)
{
	uint8_t data[2048];

	for (;;) {
		if (recv(f->alice, data, sizeof(data), 0) >= 0)
			f->alice_got++;
		else if (errno != ECONNREFUSED)
			return;
	}
}

static int ignore(const struct sotto_notice *notice, void *arg)
{
	return 0;
}

static bool as_foretold(const struct flow *f, const struct model_counts *got)
{
	uint64_t sealed = got->n[TX_SEALED] - f->want.n[TX_SEALED];

	for (int i = 0; i < __MODEL_BUCKETS; i++)
		if (i != TX_SEALED && i != TX_REFUSED && got->n[i] != f->want.n[i])
			return false;
	return got->n[TX_SEALED] >= f->want.n[TX_SEALED] && sealed <= f->tx_either &&
	       sealed + got->n[TX_REFUSED] - f->want.n[TX_REFUSED] == f->tx_either &&
	       f->alice_got == f->alice_wants &&
	       f->bob_got == got->n[TX_SEALED] + got->n[TX_PASSED];
}

static void tell_difference(struct flow *f, const struct model_counts *got)
{
	for (int i = 0; i < __MODEL_BUCKETS; i++)
		if (got->n[i] != f->want.n[i])
			wrong(f, model_bucket_names[i], got->n[i], f->want.n[i]);
	wrong(f, "of them sealed or refused", f->tx_either, f->tx_either);
	wrong(f, "alice's program got", f->alice_got, f->alice_wants);
	wrong(f, "bob's program got", f->bob_got, got->n[TX_SEALED] + got->n[TX_PASSED]);
}

/* The kernel's counters, once all has arrived. */
static void settle(struct flow *f)
{
	struct model_counts got;
	struct sotto_flow flow;

	for (int waited = 0; ; waited++) {
		bob_reads(f);
		alice_reads(f);
		sotto_listener_read(me.agent, ignore, NULL);
		if (sotto_flow_get(me.sotto, f->id, &flow))
			errx(1, "flow of port %u: %s", f->port, sotto_error(me.sotto));
		model_sum(flow.stats, &got);
		if (as_foretold(f, &got))
			return;
		if (waited == PATIENCE_MS)
			break;
		poll(NULL, 0, 1);
	}
	tell_difference(f, &got);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void run(double end, uint64_t packets)
{
	for (unsigned int burst = 1; !me.wrong && me.sent < packets && seconds() < end; burst++) {
		struct flow *f = &me.flow[roll(&me.dice, FLOWS)];

		if (burst % REKEY_EACH == 0)
			new_key(f, roll(&me.dice, 2) ? SOTTO_DIR_TX : SOTTO_DIR_RX);
		for (unsigned int i = 0; i < BURST; i++) {
			if (chance(&me.dice, 70))
				from_network(f);
			else
				from_alice(f);
		}
		settle(f);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "packets", required_argument, NULL, 'n' },
		{}
	};
	uint64_t seed = time(NULL), packets = UINT64_MAX;
	double limit = 10;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 't':
			limit = strtod(optarg, NULL);
			break;
		case 'n':
			packets = strtoull(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("seed %" PRIu64 "\n", seed);
	me.dice = dice_of(seed);
	set_up();
	run(seconds() + limit, packets);
	printf("packets %" PRIu64 "\nauthentic %" PRIu64 "\nwrong %" PRIu64 "\n", me.sent,
	       me.authentic, me.wrong);
	return me.wrong || !me.sent;
}
