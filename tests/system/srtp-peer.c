// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * srtp-peer: an ordinary program in one host, whose kernel runs sotto, and an
 * end that speaks SRTP by libsrtp2 in another. Packets go through real sockets,
 * both ways, many at a time:
 *
 *	srtp-peer HOST PEER FAMILY PROFILE KIND MKI-LENGTH PACKETS
 *
 * HOST and PEER are network namespaces that have 10.9.0.1, fd09::1 and 10.9.0.2,
 * fd09::2. KIND is rtcp, or RTP with a plain header (rtp), with CSRCs (csrc), with an
 * extension of one-byte (ext1) or two-byte elements (ext2), with some of those
 * encrypted (enc1, enc2: RFC 6904), or padded by the kernel (pad).
 *
 * The program sends PACKETS, past a wrap of the sequence, some out of order, some twice
 * and some never; they leave byte for byte as libsrtp2 makes them, or not at all where it
 * would not. The peer sends as many over a line that loses, reorders, repeats and alters
 * them: exactly those arrive that libsrtp2 accepts. Exits 0 if all that was so.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sotto.h>

#include "libsrtp_end.h"

#define SSRC_HOST	0x11112222
#define SSRC_PEER	0x33334444
#define FIRST_SEQ	65400	/* wraps on the way; nothing is lost or late until 65440 */
#define QUIET		40
#define PACKET_ROOM	1024
#define PAD_SIZE	120
#define BATCH		32
#define WAIT_MS		10000

struct packet {
	int len;
	unsigned char data[PACKET_ROOM];
};

enum kind {
	KIND_RTP,
	KIND_RTCP,
	KIND_CSRC,
	KIND_EXT_1,
	KIND_EXT_2,
	KIND_ENC_1,
	KIND_ENC_2,
	KIND_PAD,
	KINDS,
};

static const char *const kinds[KINDS] = {
	"rtp", "rtcp", "csrc", "ext1", "ext2", "enc1", "enc2", "pad",
};

/* What one run is about. */
struct run {
	sa_family_t family;
	enum sotto_profile profile;
	enum kind kind;
	bool rtcp;
	bool they_receive;
	unsigned int mki_len;
	int host;	/* the program's socket */
	int peer;	/* libsrtp2's socket */
	struct sotto *sotto;
	uint64_t flow;
	struct libsrtp_end like_host;	/* makes what the host should send */
	struct libsrtp_end receives;	/* takes what the host sent */
	struct libsrtp_end sends;	/* makes what the peer sends */
	struct libsrtp_end like_rx;	/* takes it as the host should */
	uint16_t seq[2];		/* of the program's packets, and of the peer's */
};

static const int enc_ext[] = { 2, 3 };

static uint64_t rng_state;

static uint32_t rng(uint32_t below)
{
	rng_state = rng_state * 6364136223846793005 + 1442695040888963407;
	return (rng_state >> 33) % below;
}

static void enter(const char *netns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

static socklen_t address_len(const struct sotto_addr *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

/* A socket in the present namespace, at a port that the kernel chooses. */
static int socket_at(sa_family_t family, const char *v4, const char *v6, struct sotto_addr *a)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len;

	*a = (struct sotto_addr){ .sa.sa_family = family };
	if (family == AF_INET)
		inet_pton(AF_INET, v4, &a->in.sin_addr);
	else
		inet_pton(AF_INET6, v6, &a->in6.sin6_addr);
	len = address_len(a);
	if (fd < 0 || bind(fd, &a->sa, len) || getsockname(fd, &a->sa, &len))
		err(2, "socket");
	return fd;
}

static void need(struct run *r, int e, const char *what)
{
	if (e)
		errx(2, "%s: %s (%s)", what, sotto_error(r->sotto), strerror(-e));
}

/*
 * One that nobody has had, no more: getrandom() would wait for minutes in a kernel that
 * has just begun and has no source of its own.
 */
static void new_key(struct sotto_key *key)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	for (unsigned int i = 0; i < key->master_len; i++)
		key->master[i] = rng(256);
	for (unsigned int i = 0; i < key->salt_len; i++)
		key->salt[i] = rng(256);
	for (unsigned int i = 0; i < key->mki_len; i++)
		key->mki[i] = rng(256);
	memcpy(key->master, &now, sizeof(now.tv_sec));
	memcpy(key->salt, &now.tv_nsec, sizeof(now.tv_nsec));
}

/* A fresh key into the kernel, and into two ends of libsrtp2. */
static void key_direction(struct run *r, enum sotto_dir dir, struct libsrtp_end *sender,
			  struct libsrtp_end *receiver)
{
	struct sotto_key key = {
		.flow_id = r->flow, .dir = dir, .profile = r->profile, .mki_len = r->mki_len,
	};
	struct libsrtp_key theirs = { .mki_len = r->mki_len };

	if (r->kind == KIND_ENC_1 || r->kind == KIND_ENC_2) {
		theirs.enc_ext_len = sizeof(enc_ext) / sizeof(enc_ext[0]);
		memcpy(theirs.enc_ext, enc_ext, sizeof(enc_ext));
	}

	sotto_profile_sizes(r->profile, &key.master_len, &key.salt_len);
	new_key(&key);
	memcpy(theirs.key_and_salt, key.master, key.master_len);
	memcpy(theirs.key_and_salt + key.master_len, key.salt, key.salt_len);
	memcpy(theirs.mki, key.mki, key.mki_len);
	need(r, sotto_key_new(r->sotto, &key), "key");
	need(r, sotto_flow_set_state(r->sotto, r->flow, dir, SOTTO_STATE_SECURE), "secure");
	if (libsrtp_end_open(sender, r->profile, &theirs, false) ||
	    libsrtp_end_open(receiver, r->profile, &theirs, true))
		errx(2, "libsrtp2 does not take this profile");
}

static void set_up(struct run *r, const char *host, const char *peer)
{
	struct sotto_flow flow = {};

	enter(peer);
	r->peer = socket_at(r->family, "10.9.0.2", "fd09::2", &flow.remote);
	enter(host);
	r->host = socket_at(r->family, "10.9.0.1", "fd09::1", &flow.local);
	if (connect(r->host, &flow.remote.sa, address_len(&flow.remote)) ||
	    connect(r->peer, &flow.local.sa, address_len(&flow.local)))
		err(2, "connect");
	if (sotto_open(&r->sotto))
		errx(2, "no module");
	if (r->kind == KIND_ENC_1 || r->kind == KIND_ENC_2)
		for (unsigned int i = 0; i < sizeof(enc_ext) / sizeof(enc_ext[0]); i++)
			flow.options.enc_ext[flow.options.enc_ext_len++] = enc_ext[i];
	if (r->kind == KIND_PAD)
		flow.options.pad_size = PAD_SIZE;
	need(r, sotto_flow_new(r->sotto, &flow), "flow");
	r->flow = flow.id;
	key_direction(r, SOTTO_DIR_TX, &r->like_host, &r->receives);
	key_direction(r, SOTTO_DIR_RX, &r->sends, &r->like_rx);
}

static void put_all(int fd, struct packet *p, unsigned int n)
{
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH];

	for (unsigned int i = 0; i < n; i++) {
		iov[i] = (struct iovec){ p[i].data, p[i].len };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	for (unsigned int sent = 0; sent < n;) {
		int ret = sendmmsg(fd, msgs + sent, n - sent, 0);

		if (ret < 0)
			err(2, "send");
		sent += ret;
	}
}

static void get_all(int fd, struct packet *p, unsigned int n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH];

	for (unsigned int i = 0; i < n; i++) {
		iov[i] = (struct iovec){ p[i].data, sizeof(p[i].data) };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	for (unsigned int got = 0; got < n;) {
		int ret;

		if (poll(&pfd, 1, WAIT_MS) != 1)
			errx(1, "%u of %u arrive", got, n);
		ret = recvmmsg(fd, msgs + got, n - got, MSG_DONTWAIT, NULL);
		if (ret < 0)
			err(2, "recv");
		for (int i = 0; i < ret; i++)
			p[got + i].len = msgs[got + i].msg_len;
		got += ret;
	}
}

static void same(const struct packet *got, const struct packet *want, const char *what)
{
	if (got->len != want->len || memcmp(got->data, want->data, want->len))
		errx(1, "%s: %d bytes that are not the %d that they should be", what, got->len,
		     want->len);
}

/* Packets. */

static void put_u16(unsigned char *p, uint16_t v)
{
	v = htons(v);
	memcpy(p, &v, sizeof(v));
}

static void put_u32(unsigned char *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

/* Elements 1, 2, 3 ...; padding behind the last alone, see module/ext.c. */
static unsigned int make_ext(unsigned char *ext, bool two_byte)
{
	unsigned int len = 4;

	put_u16(ext, two_byte ? 0x1000 : 0xbede);
	for (unsigned int id = 1; id <= 1 + rng(5); id++) {
		unsigned int n = two_byte ? rng(20) : 1 + rng(16);

		ext[len++] = two_byte ? id : id << 4 | (n - 1);
		if (two_byte)
			ext[len++] = n;
		while (n--)
			ext[len++] = 1 + rng(255);
	}
	while (len % 4)
		ext[len++] = 0;
	put_u16(ext + 2, len / 4 - 1);
	return len;
}

static void make_rtcp(struct packet *p, uint32_t ssrc)
{
	unsigned int blocks = rng(4);

	p->len = 8 + 24 * blocks;
	p->data[0] = 0x80 | blocks;
	p->data[1] = 201;
	put_u16(p->data + 2, p->len / 4 - 1);
	put_u32(p->data + 4, ssrc);
	for (int i = 8; i < p->len; i++)
		p->data[i] = rng(256);
}

static void make(const struct run *r, struct packet *p, uint32_t ssrc, uint16_t seq)
{
	unsigned char *at = p->data + 12;

	if (r->rtcp) {
		make_rtcp(p, ssrc);
		return;
	}
	p->data[0] = 0x80;
	p->data[1] = 96;
	put_u16(p->data + 2, seq);
	put_u32(p->data + 4, 160U * seq);
	put_u32(p->data + 8, ssrc);
	if (r->kind == KIND_CSRC || r->kind == KIND_ENC_1) {
		unsigned int csrcs = 1 + rng(3);

		p->data[0] |= csrcs;
		for (unsigned int i = 0; i < csrcs; i++, at += 4)
			put_u32(at, rng(UINT32_MAX));
	}
	if (r->kind >= KIND_EXT_1 && r->kind <= KIND_ENC_2) {
		p->data[0] |= 0x10;
		at += make_ext(at, r->kind == KIND_EXT_2 || r->kind == KIND_ENC_2);
	}
	/* Mostly short: a kernel that watches itself takes its time with each byte. */
	for (unsigned int n = rng(rng(8) ? 50 : 300); n; n--)
		*at++ = rng(256);
	p->len = at - p->data;
}

/* What the program's packet is when it arrives. */
static void arrives_as(const struct run *r, struct packet *p)
{
	int padding = 12 + PAD_SIZE - p->len;

	if (r->kind != KIND_PAD || padding <= 0)
		return;
	memset(p->data + p->len, 0, padding);
	p->len += padding;
	p->data[p->len - 1] = padding;
	p->data[0] |= 0x20;
}

static void host_sends(struct run *r, struct packet *plain, unsigned int n)
{
	struct packet want[BATCH], wire[BATCH];
	unsigned int leave = 0;

	put_all(r->host, plain, n);
	for (unsigned int i = 0; i < n; i++) {
		want[leave] = plain[i];
		arrives_as(r, &want[leave]);
		if (!libsrtp_end_protect(&r->like_host, r->rtcp, want[leave].data,
					 &want[leave].len)) {
			plain[leave] = plain[i];
			leave++;
		}
	}
	get_all(r->peer, wire, leave);
	for (unsigned int i = 0; i < leave; i++) {
		same(&wire[i], &want[i], "on the wire");
		arrives_as(r, &plain[i]);
		if (!r->they_receive)
			continue;
		if (libsrtp_end_unprotect(&r->receives, r->rtcp, wire[i].data, &wire[i].len))
			errx(1, "libsrtp2 does not accept what it has made itself");
		same(&wire[i], &plain[i], "at libsrtp2");
	}
}

/*
 * Those that must arrive, as libsrtp2 would have them; what is wrongly accepted differs.
 * Where libsrtp2 does not tell, all of them, which are @plain.
 */
static unsigned int peer_sends(struct run *r, struct packet *wire, const struct packet *plain,
			       unsigned int n)
{
	struct packet want[BATCH], got[BATCH];
	unsigned int arrive = 0;

	put_all(r->peer, wire, n);
	for (unsigned int i = 0; i < n; i++) {
		want[arrive] = r->they_receive ? wire[i] : plain[i];
		arrive += !r->they_receive ||
			  !libsrtp_end_unprotect(&r->like_rx, r->rtcp, want[arrive].data,
						 &want[arrive].len);
	}
	get_all(r->host, got, arrive);
	for (unsigned int i = 0; i < arrive; i++)
		same(&got[i], &want[i], "at the program");
	return arrive;
}

/* The next packets of the program: in order, but for some. */
static unsigned int from_the_program(struct run *r, struct packet *p, bool quiet)
{
	unsigned int n = 0;

	while (n + 2 <= BATCH) {
		make(r, &p[n++], SSRC_HOST, r->seq[0]);
		switch (quiet ? 7 : rng(16)) {
		case 0: /* twice */
			p[n] = p[n - 1];
			n++;
			break;
		case 1: /* the next one comes first */
			p[n] = p[n - 1];
			make(r, &p[n - 1], SSRC_HOST, ++r->seq[0]);
			n++;
			break;
		case 2: /* some are never sent */
			r->seq[0] += rng(5);
			break;
		}
		r->seq[0]++;
	}
	return n;
}

/* The next packets that the line brings; if it is @quiet, what they were. */
static unsigned int from_the_line(struct run *r, struct packet *p, struct packet *plain,
				  bool quiet)
{
	static struct packet late;
	unsigned int n = 0;

	while (n + 3 <= BATCH) {
		struct packet *wire = &p[n];

		make(r, wire, SSRC_PEER, r->seq[1]++);
		plain[n] = *wire;
		if (libsrtp_end_protect(&r->sends, r->rtcp, wire->data, &wire->len))
			errx(2, "libsrtp2 does not protect");
		switch (quiet ? 7 : rng(16)) {
		case 0: /* lost */
			continue;
		case 1: /* late: later, or never */
			late = *wire;
			continue;
		case 2: /* twice */
			p[++n] = *wire;
			break;
		case 3: /* a bit of it flipped */
			wire->data[rng(wire->len)] ^= 1 << rng(8);
			break;
		}
		n++;
		if (!quiet && late.len && !rng(4))
			p[n++] = late;
	}
	return n;
}

static void both_ways(struct run *r, unsigned int packets)
{
	unsigned int accepted = 0, sent = 0;
	struct packet p[BATCH], plain[BATCH];

	r->seq[0] = FIRST_SEQ;
	r->seq[1] = FIRST_SEQ;
	for (unsigned int n = 0; n < packets; n += BATCH - 2)
		host_sends(r, p, from_the_program(r, p, n < QUIET));
	while (sent < packets) {
		/* Where libsrtp2 does not tell, nothing is lost, altered or repeated. */
		unsigned int n = from_the_line(r, p, plain, sent < QUIET || !r->they_receive);

		accepted += peer_sends(r, p, plain, n);
		sent += n;
	}
	/* A fence: nothing was accepted that should not have been. */
	from_the_line(r, p, plain, true);
	accepted += peer_sends(r, p, plain, 1);
	printf("# %u sent, %u of %u received\n", packets, accepted, sent + 1);
	if (accepted < packets / 2 || (r->they_receive && accepted > sent - sent / 50))
		errx(1, "this has tested nothing");
}

/* libsrtp2 begins SRTCP at index 1, we at RFC 3711's 0: leave that one out. */
static void skip_srtcp_index_0(struct run *r)
{
	struct packet p;

	make(r, &p, SSRC_HOST, 0);
	put_all(r->host, &p, 1);
	get_all(r->peer, &p, 1);
}

/*
 * libsrtp2 2.5 looks for SRTCP's MKI where SRTP's tag would leave it (its pull request
 * 733), and so receives no SRTCP of a _32 suite with MKI.
 */
static bool they_receive(const struct run *r)
{
	return !(r->rtcp && r->mki_len && (r->profile == SOTTO_PROFILE_AES_CM_128_HMAC_SHA1_32 ||
					   r->profile == SOTTO_PROFILE_AES_256_CM_HMAC_SHA1_32));
}

int main(int argc, char **argv)
{
	struct run r = { .kind = KINDS };
	cpu_set_t one_cpu;
	char *end;

	if (argc != 8)
		errx(2, "usage: %s HOST PEER FAMILY PROFILE KIND MKI-LENGTH PACKETS", argv[0]);
	r.family = strcmp(argv[3], "6") ? AF_INET : AF_INET6;
	r.profile = strtoul(argv[4], &end, 10);
	for (enum kind k = 0; k < KINDS; k++)
		if (!strcmp(argv[5], kinds[k]))
			r.kind = k;
	r.rtcp = r.kind == KIND_RTCP;
	r.mki_len = strtoul(argv[6], NULL, 10);
	if (*end || r.profile < 1 || r.profile > SOTTO_PROFILE_MAX || r.mki_len > 4 ||
	    r.kind == KINDS)
		errx(2, "PROFILE is a number of enum sotto_profile, MKI-LENGTH 0 or 4");
	if (srtp_init())
		errx(2, "libsrtp2 does not start");
	/* On two processors packets could overtake each other. */
	CPU_ZERO(&one_cpu);
	CPU_SET(sched_getcpu(), &one_cpu);
	sched_setaffinity(0, sizeof(one_cpu), &one_cpu);
	rng_state = r.profile << 8 | r.kind;
	r.they_receive = they_receive(&r);
	set_up(&r, argv[1], argv[2]);
	if (r.rtcp)
		skip_srtcp_index_0(&r);
	both_ways(&r, strtoul(argv[7], NULL, 10));
	if (sotto_flow_del(r.sotto, r.flow))
		errx(1, "flow: %s", sotto_error(r.sotto));
	sotto_close(r.sotto);
	return 0;
}
